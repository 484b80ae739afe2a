"""No id of one organisation works for another: the answer is that for an id that never was (I10, B5)."""

from __future__ import annotations

import pytest

from opencobrowse.services.permissions import ALL
from tests.authorization.checks import said
from tests.authorization.rows import ROWS
from tests.authorization.trials import Trials, never
from tests.authorization.world import World


@pytest.mark.parametrize("name", ROWS)
def test_an_id_of_another_organisation_is_as_good_as_none(trials: Trials, name: str) -> None:
    """The whole call about another organisation's things, then each id alone among one's own."""
    call = trials.calls[name]
    for blank, trial in trials.stranger(name).items():
        wanted = call.row.refused.get(blank, 404)
        where = f"{name}, {blank}: {trial.foreign.text}"
        assert (trial.foreign.status_code, trial.unknown.status_code) == (wanted, wanted), where
        assert said(trial.foreign, trial.foreign_ids) == said(trial.unknown, trial.unknown_ids), where
        assert trial.theirs.told_in(trial.foreign.text) <= set(call.blanks), where


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if not row.open_to])
def test_what_names_no_id_shows_nothing_of_another_organisation(trials: Trials, name: str) -> None:
    call = trials.calls[name]
    mine, theirs = trials.world_for(call), trials.world_for(call, whose="theirs")
    answer = trials.send(call, mine.ids, trials.caller(call, mine))
    assert answer.status_code == call.success, answer.text
    assert theirs.told_in(answer.text) == set()


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if not row.open_to])
def test_a_person_of_another_organisation_is_as_much_a_stranger(trials: Trials, name: str) -> None:
    """An agent there, with every permission: again word for word what is said of ids that never were."""
    call = trials.calls[name]
    if not call.blanks:
        return
    mine, theirs = trials.world_for(call), trials.world_for(call, whose="theirs")
    unknown = {**mine.ids, **{blank: never(mine.ids[blank]) for blank in call.blanks}}
    token = trials.lab.token(theirs, ALL, "agent")
    with trials.lab.nothing_written(name):
        answers = trials.send(call, mine.ids, token), trials.send(call, unknown, token)
    assert answers[0].status_code == call.row.refused.get("*", 404), answers[0].text
    assert said(answers[0], mine.ids) == said(answers[1], unknown)


@pytest.mark.parametrize("who", ["another organisation", "another program", "a person"])
@pytest.mark.parametrize("name", ["createConversation: started", "createAndStart"])
def test_an_idempotency_key_is_its_callers_own(trials: Trials, name: str, who: str) -> None:
    """I7, I10: the first answer under a key is told to nobody else, whatever they send."""
    call = trials.calls[name]
    mine, key = trials.lab.world(), {"Idempotency-Key": "the-same"}
    first = trials.send(call, mine.ids, mine.bearer, **key).json()
    again = trials.send(call, mine.ids, mine.bearer, **key).json()
    assert again["id"] == first["id"]
    other = mine
    if who == "another organisation":
        other = trials.lab.world()
        token = other.bearer
    elif who == "another program":
        other = World({**mine.ids, "client": never(mine.ids["client"])})
        token = trials.lab.token(other)
    else:
        token = trials.lab.token(mine, ALL, "agent")
    answer = trials.send(call, other.ids, token, **key)
    assert answer.status_code == call.success, answer.text
    assert answer.json()["id"] != first["id"]
