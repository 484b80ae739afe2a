"""What agents do on the page, in one room: routed, bounded, answered (I8, I10, I11, I12; B8, B9, D)."""

from __future__ import annotations

from typing import Any

import pytest

from opencobrowse.domain.control import Control
from opencobrowse.domain.session import SessionState
from opencobrowse.kernel import limits
from opencobrowse.relay.authority import Role
from opencobrowse.relay.deeds import Allowed
from opencobrowse.relay.peer import VIEWER_ALLOWANCE, Peer
from opencobrowse.wire import live
from tests.unit.relay.peers import FakeSocket, Stage, peer_of

CLICK = live.Action("click", 5)


class Deeds(Stage):
    """A room whose sharer knows its settings, with viewers of its agent."""

    def __init__(self) -> None:
        super().__init__()
        self.room.agent = "ada"
        self.room.deeds.allowed = Allowed(control=True, navigation=True)

    def agent(self, user: str = "ada", socket: FakeSocket | None = None) -> tuple[Peer, FakeSocket]:
        seen = socket or FakeSocket()
        number = self.room.free_number()
        viewer = Peer(seen, Role.VIEWER, number, user.title(), VIEWER_ALLOWANCE, user_id=user)
        self.room.add_viewer(viewer)
        return viewer, seen

    def holder(self) -> tuple[Peer, FakeSocket]:
        viewer, seen = self.agent()
        self.room.hold.control, self.room.hold.holder = Control.HELD, viewer
        return viewer, seen

    def act(self, viewer: Peer, number: int, action: live.Action = CLICK) -> None:
        self.room.deeds.act(viewer, live.Act(number, action))

    def propose(self, viewer: Peer, number: int, action: live.Action = CLICK) -> None:
        self.room.deeds.propose(viewer, live.Propose(number, action, peer=9, agent_name="The boss"))

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.room.deeds.tick()
            for peer in self.room.peers():
                peer.refill()

    def said(self, type_: str) -> list[dict[str, Any]]:
        """What the page was told of this type."""
        return [m for m in self.socket.told if m["type"] == type_]


def results(seen: FakeSocket) -> list[tuple[int, str, str]]:
    acted = [m for m in seen.told if m["type"] == "acted"]
    return [(m["id"], m["result"], m.get("reason", "")) for m in acted]


def test_a_proposal_says_whose_it_is_and_is_answered_once() -> None:
    at = Deeds()
    viewer, seen = at.agent()
    at.propose(viewer, 3)
    (told,) = at.said("propose")
    assert (told["id"], told["peer"], told["agentName"]) == (3, viewer.number, "Ada")
    at.room.deeds.acted(live.Acted(3, "done", peer=viewer.number))
    at.room.deeds.acted(live.Acted(3, "declined", peer=viewer.number))
    assert results(seen) == [(3, "done", "")]


def test_three_proposals_at_a_time() -> None:
    at = Deeds()
    viewer, seen = at.agent()
    for number in range(4):
        at.propose(viewer, number)
    assert results(seen) == [(3, "refused", "too.many")]
    other, _ = at.agent()
    at.propose(other, 3)
    assert len(at.said("propose")) == 4, "each viewer has its own"
    at.room.deeds.acted(live.Acted(0, "declined", peer=viewer.number))
    at.propose(viewer, 4)
    assert at.said("propose")[-1]["id"] == 4


def test_a_proposal_stands_for_30_seconds() -> None:
    at = Deeds()
    viewer, seen = at.agent()
    at.propose(viewer, 1)
    at.seconds(29)
    assert results(seen) == []
    at.seconds(1)
    assert results(seen) == [(1, "declined", "expired")]
    assert [(m["id"], m["peer"]) for m in at.said("withdraw")] == [(1, viewer.number)]
    at.room.deeds.acted(live.Acted(1, "done", peer=viewer.number))
    assert len(results(seen)) == 1


def test_a_page_that_did_it_before_it_heard_of_the_withdrawal_can_say_so() -> None:
    at = Deeds()
    viewer, seen = at.agent()
    at.propose(viewer, 1)
    at.room.deeds.withdraw(viewer, live.Withdraw(1, peer=77))
    at.room.deeds.withdraw(viewer, live.Withdraw(1))
    assert [(m["id"], m["peer"]) for m in at.said("withdraw")] == [(1, viewer.number)]
    at.room.deeds.acted(live.Acted(1, "done", peer=viewer.number))
    assert results(seen) == [(1, "done", "")]


def test_what_is_withdrawn_is_not_counted_but_nobody_flickers_on_the_page() -> None:
    """B9: proposals come in a burst of ten, then one a second."""
    at = Deeds()
    viewer, _ = at.agent()
    for number in range(50):
        at.propose(viewer, number)
        at.room.deeds.withdraw(viewer, live.Withdraw(number))
    assert len(at.said("propose")) == limits.PROPOSAL_BURST
    at.seconds(1)
    at.propose(viewer, 50)
    at.propose(viewer, 51)
    assert len(at.said("propose")) == limits.PROPOSAL_BURST + 1


def test_only_what_is_ones_own_is_withdrawn() -> None:
    at = Deeds()
    viewer, _ = at.holder()
    other, _ = at.agent()
    at.propose(viewer, 1)
    at.act(viewer, 2)
    at.room.deeds.withdraw(other, live.Withdraw(1, peer=viewer.number))
    at.room.deeds.withdraw(viewer, live.Withdraw(2))
    assert at.said("withdraw") == []


def test_an_id_that_waits_for_its_answer_is_not_used_again() -> None:
    at = Deeds()
    viewer, seen = at.holder()
    at.act(viewer, 1)
    at.act(viewer, 1)
    assert seen.told[-1]["code"] == "action.id.used"
    assert len(at.said("act")) == 1
    at.room.deeds.acted(live.Acted(1, "done", peer=viewer.number))
    at.act(viewer, 1)
    assert len(at.said("act")) == 2


def test_sixty_actions_a_second() -> None:
    """D: agent 60 msg/s, with a burst of two seconds."""
    at = Deeds()
    viewer, seen = at.holder()
    for number in range(500):
        at.act(viewer, number)
    assert len(at.said("act")) == 2 * limits.ACTIONS_PER_SECOND
    assert results(seen)[-1] == (499, "refused", "too.many")
    at.seconds(1)
    for number in range(500, 600):
        at.act(viewer, number)
    assert len(at.said("act")) == 3 * limits.ACTIONS_PER_SECOND


def test_what_nobody_answers_is_bounded_and_ends() -> None:
    """I11, I12: a page that never answers."""
    at = Deeds()
    viewer, seen = at.holder()
    for number in range(10 * limits.ACTIONS_OPEN):
        viewer.refill()
        at.act(viewer, number)
    assert results(seen)[0] == (0, "stale", "no.answer")
    assert len(results(seen)) == 9 * limits.ACTIONS_OPEN
    at.seconds(30)
    assert len(results(seen)) == 10 * limits.ACTIONS_OPEN
    assert {why for _, _, why in results(seen)} == {"no.answer"}


@pytest.mark.parametrize("way", ["leaves", "another", "paused"])
def test_what_waits_when_the_page_goes_is_void(way: str) -> None:
    at = Deeds()
    viewer, seen = at.holder()
    at.act(viewer, 1)
    at.propose(viewer, 2)
    if way == "leaves":
        at.room.leave(at.sharer)
    elif way == "another":
        at.room.set_sharer(peer_of(Role.SHARER)[0])
    else:
        at.room.state = SessionState.PAUSED
    why = "not.active" if way == "paused" else "no.page"
    assert results(seen) == [(1, "stale", why), (2, "stale", why)]
    at.act(viewer, 3)
    at.propose(viewer, 4)
    assert {why for _, _, why in results(seen)[2:]} <= {"no.page", "not.active"}
    assert len(at.said("act")) == 1


def test_a_page_that_takes_no_more_is_not_flooded() -> None:
    """F8, I11: the sharer's socket is full; an agent cannot cut it off."""
    at = Deeds()
    viewer, seen = at.holder()
    at.socket.paused = True
    at.act(viewer, 1)
    assert results(seen) == [(1, "refused", "busy")]
    assert at.said("act") == []


def test_a_viewer_that_leaves_takes_back_what_it_proposed() -> None:
    at = Deeds()
    viewer, _ = at.agent()
    at.propose(viewer, 1)
    at.room.leave(viewer)
    assert [(m["id"], m["peer"]) for m in at.said("withdraw")] == [(1, viewer.number)]


def test_who_points_is_seen_by_the_others() -> None:
    """Issue 5 row 2: from either side, with the number that the server knows."""
    at = Deeds()
    viewer, seen = at.agent()
    _, other = at.agent("supervisor")
    at.room.deeds.highlight(viewer, live.Highlight(7, peer=0))
    at.room.deeds.highlight(at.sharer, live.Highlight(8, peer=3))
    assert [(m["node"], m["peer"]) for m in at.said("highlight")] == [(7, viewer.number)]
    assert [(m["node"], m.get("peer", 0)) for m in other.told if m["type"] == "highlight"] == [(7, 1), (8, 0)]
    assert [(m["node"], m.get("peer", 0)) for m in seen.told if m["type"] == "highlight"] == [(8, 0)]
    _, late = at.agent()
    assert {(m["node"], m.get("peer", 0)) for m in late.told if m["type"] == "highlight"} == {(7, 1), (8, 0)}
    at.room.leave(viewer)
    assert at.said("highlight")[-1] == {"type": "highlight", "node": 0, "peer": viewer.number}
    at.room.leave(at.sharer)
    assert other.told[-1] == {"type": "highlight", "node": 0}


def test_an_outline_goes_with_the_epoch() -> None:
    """Its number has no meaning in the next mirror."""
    at = Deeds()
    viewer, seen = at.agent()
    at.room.deeds.highlight(viewer, live.Highlight(7))
    at.room.deeds.highlight(at.sharer, live.Highlight(8))
    at.room.new_epoch()
    assert at.said("highlight")[-1]["node"] == 0
    assert seen.told[-1] == {"type": "highlight", "node": 0}
    _, late = at.agent()
    assert "highlight" not in late.types()


def test_outlines_are_bounded_and_need_an_active_session() -> None:
    at = Deeds()
    viewer, _ = at.agent()
    for node in range(1, 1_000):
        at.room.deeds.highlight(viewer, live.Highlight(node))
    assert len(at.said("highlight")) == 2 * limits.ACTIONS_PER_SECOND
    at.room.state = SessionState.PAUSED
    viewer.refill(60)
    at.room.deeds.highlight(viewer, live.Highlight(5))
    assert len(at.said("highlight")) == 2 * limits.ACTIONS_PER_SECOND


def test_nothing_of_it_is_work_for_a_frame() -> None:
    """quality.md, speed: the stream's way through a room knows nothing of control."""
    at = Deeds()
    viewer, seen = at.holder()
    at.snapshot(b"page")
    at.room.deeds = None  # type: ignore[assignment]
    at.room.hold = None  # type: ignore[assignment]
    at.events(b"one", b"two")
    assert seen.bodies() == [b"page", b"one", b"two"]
    assert viewer.following
