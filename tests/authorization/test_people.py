"""A person's token: the session's agent, the agent of another session, and one who is no agent at all."""

from __future__ import annotations

from typing import Final

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


FORMER: Final = {
    "getSession": 200,
    "getCobrowseSession": 200,
    "getCobrowseWrapup": 200,
    "postCommunicationWrapup": 202,
    "patchCobrowseParticipant: concluded": 202,
    "endSession": 404,
    "patchCobrowseSession": 404,
    "viewerTicket": 403,
    "replaceCobrowseParticipant": 202,
}


@pytest.mark.parametrize("name", FORMER)
def test_who_handed_a_session_over_reads_it_and_concludes_and_no_more(trials: Trials, name: str) -> None:
    """The agent who had it: their own part is theirs still, the session is another's (B5). The same transfer
    once more is no error, and changes nothing."""
    call = trials.calls[name]
    world = trials.lab.world(live=True)
    handed = trials.send(trials.calls["replaceCobrowseParticipant"], world.ids, world.bearer)
    assert handed.status_code == 202, handed.text
    token, before = trials.lab.token(world, person="agent"), trials.lab.version()
    answer = trials.send(call, world.ids, token)
    assert answer.status_code == FORMER[name], answer.text
    concludes = answer.status_code == 202 and name != "replaceCobrowseParticipant"
    assert (trials.lab.version() != before) == concludes
    mine = trials.send(trials.calls["viewerTicket"], world.ids, trials.lab.token(world, person="colleague"))
    assert mine.status_code == 200, mine.text
