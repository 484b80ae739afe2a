"""A person's token: the session's agent, the agent of another session, and one who is no agent at all."""

from __future__ import annotations

import pytest

from tests.authorization.rows import SECURED
from tests.authorization.trials import PEOPLE, Trials


@pytest.mark.parametrize("who", ["program", *PEOPLE])
@pytest.mark.parametrize("name", SECURED)
def test_who_may_with_every_permission(trials: Trials, name: str, who: str) -> None:
    call = trials.calls[name]
    assert trials.by(name, who) == (call.row.status_for(who) or call.success)


@pytest.mark.parametrize("name", ["listSessions", "listCobrowseSessions"])
def test_people_see_their_own_sessions_and_programs_all(trials: Trials, name: str) -> None:
    world = trials.lab.world(live=True, neighbours=True)
    seen = {}
    for who in ("program", *PEOPLE):
        token = trials.lab.token(world, person=None if who == "program" else who)
        told = world.told_in(trials.send(trials.calls[name], world.ids, token).text)
        seen[who] = told & {"session", "otherSession"}
    assert seen == {
        "program": {"session", "otherSession"},
        "agent": {"session"},
        "colleague": {"otherSession"},
        "bystander": set(),
    }


def test_without_user_read_a_person_reads_themselves_and_nobody_else(trials: Trials) -> None:
    world = trials.lab.world()
    token = trials.lab.token(world, frozenset(), "agent")
    call = trials.calls["getUser"]
    assert trials.send(call, {**world.ids, "newcomer": world.ids["agent"]}, token).status_code == 200
    assert trials.send(call, world.ids, token).status_code == 403
