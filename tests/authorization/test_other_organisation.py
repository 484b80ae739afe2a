"""No id of one organisation works for another: the answer is that for an id that never was (I10, B5)."""

from __future__ import annotations

import pytest

from tests.authorization.checks import said
from tests.authorization.rows import ROWS
from tests.authorization.trials import Trials


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
