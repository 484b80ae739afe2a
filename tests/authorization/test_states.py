"""Things of another conversation, and what becomes of a call once its conversation or session is over."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.authorization.checks import said
from tests.authorization.rows import ROWS
from tests.authorization.table import Call
from tests.authorization.trials import Trials, never

INSIDE = [(name, blank) for name, row in ROWS.items() for blank in row.inside]
ENDED = [name for name, row in ROWS.items() if row.ended is not None]
OVER = [name for name, row in ROWS.items() if row.over is not None]


@pytest.mark.parametrize(("name", "blank"), INSIDE)
def test_what_is_in_another_conversation_is_not_in_this_one(trials: Trials, name: str, blank: str) -> None:
    """The same organisation, the same caller: a participant of one conversation is nobody in another."""
    call = trials.calls[name]
    world = trials.lab.world(live=call.row.live, neighbours=True)
    other = {**world.ids, blank: world.ids["other" + blank[0].upper() + blank[1:]]}
    unknown = {**world.ids, blank: never(world.ids[blank])}
    token = trials.caller(call, world)
    with trials.lab.nothing_written(name):
        answers = trials.send(call, other, token), trials.send(call, unknown, token)
    assert answers[0].status_code == call.row.refused.get(blank, 404), answers[0].text
    assert said(answers[0], sent(call, other)) == said(answers[1], sent(call, unknown))


def sent(call: Call, ids: Mapping[str, str]) -> dict[str, str]:
    return {blank: ids[blank] for blank in call.blanks}


@pytest.mark.parametrize("name", ENDED)
def test_once_the_conversation_has_ended(trials: Trials, name: str) -> None:
    row = ROWS[name]
    assert trials.after(name, "conversation") == (row.ended, row.ended_changes)


@pytest.mark.parametrize("name", OVER)
def test_once_the_session_is_over(trials: Trials, name: str) -> None:
    row = ROWS[name]
    assert trials.after(name, "session") == (row.over, row.over_changes)


@pytest.mark.parametrize("name", ROWS)
def test_who_only_reads_writes_nothing(trials: Trials, name: str) -> None:
    """GET and HEAD are safe (RFC 9110 section 9.2.1): once or twice, the store is as it was."""
    call = trials.calls[name]
    if call.method not in ("GET", "HEAD"):
        return
    world = trials.world_for(call)
    token = trials.caller(call, world)
    with trials.lab.nothing_written(name):
        assert trials.send(call, world.ids, token).status_code == call.success


def test_every_call_about_a_conversation_says_what_becomes_of_it(trials: Trials) -> None:
    about = {name for name, call in trials.calls.items() if "conversation" in call.blanks}
    assert about - {*ENDED} == set()
    assert about - {*OVER} == set()
