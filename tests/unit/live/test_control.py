"""Control in the hub: asked, answered, bound to one connection, every way that it ends (I5, I8; B8, D)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opencobrowse.domain.control import Control, ControlEnd
from opencobrowse.domain.deployment import CobrowseSettings, Configuration, Deployment
from opencobrowse.domain.session import CobrowseType, EndReason, Session, transfer
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Unavailable
from opencobrowse.kernel.secrets import Secret
from opencobrowse.live.connection import Connection
from opencobrowse.ports.store import Change, Put
from opencobrowse.relay.room import Room
from tests.unit.live.backstage import Backstage, FakeTransport, backstage

CLICK = {"kind": "click", "node": 5}
SHOP, OTHER = "https://shop.example", "https://other.example"


class Act:
    """A session `s` that is shared, and its agent's viewer."""

    def __init__(self, at: Backstage) -> None:
        self.at = at
        self.ids = 0

    async def open(self, kind: CobrowseType = CobrowseType.VIEW, control: bool = False) -> Act:
        await self.at.store.commit(
            Put(Configuration("c", "org", "c", 0, 0, published=CobrowseSettings(), published_version=1)),
            Put(Deployment("d", "org", "d", "c", Secret("x"), 0, 0)),
        )
        await self.at.session(kind=kind)
        self.page, self.seen = await self.come()
        await self.at.say(self.page, "accept", sessionId="s", textVersion="t", control=control)
        self.viewer, self.told = await self.at.viewer()
        return self

    async def come(self, origin: str = SHOP, **hello: Any) -> tuple[Connection, FakeTransport]:
        made, seen = self.at.connect(role="page", external_id="customer", deployment_id="d", origin=origin)
        await self.at.say(made, "hello", versions=[1], **hello)
        return made, seen

    async def again(self, origin: str = SHOP) -> None:
        """The page is left for another one, which goes on."""
        token = self.seen.last("share")["resumeToken"]
        self.page.on_ws_disconnected(None)  # type: ignore[arg-type]
        self.page, self.seen = await self.come(origin, session="s", token=token)

    async def publish(self, **settings: Any) -> None:
        found = await self.at.store.get(Configuration, "c")
        assert found is not None
        await self.at.told.commit(Put(replace(found, published=CobrowseSettings(**settings))))
        await self.at.quiet()

    @property
    def room(self) -> Room:
        return self.at.hub.rooms["s"]

    async def record(self) -> Session:
        return await self.at.lifecycle.get("s")

    async def ask(self) -> None:
        await self.at.say(self.viewer, "control.request")

    async def hold(self) -> None:
        await self.ask()
        await self.at.say(self.page, "control.answer", granted=True)
        assert (await self.record()).control is Control.HELD

    async def passes(self, viewer: Connection | None = None, **action: Any) -> bool:
        """Whether an action of `viewer` comes to the page."""
        self.ids += 1
        before = self.seen.types().count("act")
        await self.at.say(viewer or self.viewer, "act", id=self.ids, action=action or CLICK)
        return self.seen.types().count("act") == before + 1

    async def ended(self, why: str) -> None:
        """It is over in every place, and nobody acts."""
        found = await self.record()
        assert (found.control, found.grants[-1].end_reason) == (Control.NONE, ControlEnd(why))
        assert self.seen.last("control.closed")["reason"] == why
        state = self.seen.last("state")
        assert (state["control"], state.get("controller", 0)) == ("none", 0)
        assert not await self.passes()


Scene = Callable[[Callable[[Act], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Scene:
    def run(work: Callable[[Act], Awaitable[None]]) -> None:
        backstage(tmp_path, lambda at: work(Act(at)))

    return run


def test_asked_given_used_and_taken_back(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        assert not await act.passes()
        assert act.told.last("acted") == {"type": "acted", "id": 1, "result": "refused", "reason": "no.grant"}
        await act.ask()
        asked = act.seen.last("control.asked")
        assert (asked["peer"], asked["agentName"], asked["expiresIn"]) == (1, "Ada", 30_000)
        assert (act.told.last("state")["control"], act.told.last("state")["controller"]) == ("pending", 1)
        assert not await act.passes(), "asked for is not given"
        await act.at.say(act.page, "control.answer", granted=True)
        assert (act.told.last("state")["control"], act.told.last("state")["controller"]) == ("held", 1)
        assert await act.passes()
        assert act.seen.last("act") == {"type": "act", "id": 3, "action": CLICK, "peer": 1}
        await act.at.say(act.page, "acted", id=3, result="done", peer=1)
        assert act.told.last("acted") == {"type": "acted", "id": 3, "result": "done"}
        await act.at.say(act.page, "control.revoke")
        assert act.told.last("control.closed")["reason"] == "revoked"
        await act.ended("revoked")
        grant = (await act.record()).grants[0]
        assert (grant.user_id, grant.page_origin) == ("agent", SHOP)

    play(work)


def test_a_no_is_a_no(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.ask()
        await act.at.say(act.page, "control.answer", granted=False)
        assert act.told.last("control.closed")["reason"] == "declined"
        await act.ended("declined")
        await act.at.say(act.page, "control.answer", granted=True)
        assert act.seen.last("error")["code"] == "control.not.open"
        await act.ended("declined")

    play(work)


def test_nobody_answers_for_30_seconds(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.ask()
        await act.at.seconds(29, act.page, act.viewer)
        assert (await act.record()).control is Control.PENDING
        await act.at.seconds(1, act.page, act.viewer)
        await act.ended("expired")
        assert act.told.last("control.closed")["reason"] == "expired"

    play(work)


def test_a_yes_that_is_too_late_is_none_though_the_clock_has_not_been_looked_at(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.ask()
        act.at.clock.advance(limits.CONTROL_REQUEST_MS)
        await act.at.say(act.page, "control.answer", granted=True)
        assert act.seen.last("error")["code"] == "control.not.open"
        assert not await act.passes()
        await act.at.seconds(1, act.page, act.viewer)
        await act.ended("expired")

    play(work)


def test_three_requests_then_one_a_minute(play: Scene) -> None:
    """B9, D: the fourth is refused until a minute after the third was over; a restart changes nothing."""

    async def work(act: Act) -> None:
        await act.open()
        for _ in range(3):
            await act.ask()
            await act.at.say(act.page, "control.answer", granted=False)
        await act.ask()
        assert act.told.last("error")["code"] == "control.cool.down"
        assert act.seen.types().count("control.asked") == 3
        await act.at.seconds(59, act.page, act.viewer)
        await act.ask()
        assert act.seen.types().count("control.asked") == 3
        await act.at.seconds(1, act.page, act.viewer)
        await act.ask()
        assert act.seen.types().count("control.asked") == 4
        await act.at.say(act.page, "control.answer", granted=False)
        await act.ask()
        assert act.seen.types().count("control.asked") == 4, "one a minute from there"

    play(work)


def test_five_minutes_without_an_action(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        await act.at.seconds(290, act.page, act.viewer)
        assert await act.passes()
        await act.at.seconds(290, act.page, act.viewer)
        assert (await act.record()).control is Control.HELD, "an action began the five minutes anew"
        await act.at.say(act.viewer, "highlight", node=7)
        await act.at.seconds(11, act.page, act.viewer)
        await act.ended("idle")

    play(work)


def test_the_holder_comes_back_within_15_seconds(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        act.viewer.on_ws_disconnected(None)  # type: ignore[arg-type]
        assert (act.seen.last("state")["control"], act.seen.last("state").get("controller")) == ("held", None)
        await act.at.seconds(14, act.page)
        supervisor, _ = await act.at.viewer(user_id="supervisor")
        assert act.seen.last("state").get("controller") is None
        assert not await act.passes(supervisor)
        act.viewer, act.told = await act.at.viewer()
        assert (act.told.last("state")["control"], act.told.last("state")["controller"]) == ("held", 3)
        assert await act.passes()
        await act.at.seconds(20, act.page, act.viewer)
        assert await act.passes()

    play(work)


@pytest.mark.parametrize("given", [True, False])
def test_the_holder_is_away_for_longer(play: Scene, given: bool) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await (act.hold() if given else act.ask())
        watching, _ = await act.at.viewer()
        act.viewer.on_ws_disconnected(None)  # type: ignore[arg-type]
        await act.at.seconds(16, act.page, watching)
        act.viewer, act.told = watching, watching._transport  # type: ignore[assignment]
        await act.ended("viewer.left")
        act.viewer, act.told = await act.at.viewer()
        await act.ended("viewer.left")

    play(work)


def test_another_window_of_the_same_agent_has_nothing(play: Scene) -> None:
    """I6, I8: the grant is one connection's."""

    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        second, told = await act.at.viewer()
        assert not await act.passes(second)
        assert told.last("acted")["reason"] == "no.grant"
        await act.at.say(second, "control.request")
        assert told.last("error")["code"] == "control.taken"
        await act.at.say(second, "control.release")
        assert told.last("error")["code"] == "control.not.open"
        assert await act.passes()

    play(work)


def test_who_is_not_the_sessions_agent_cannot_even_ask(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        supervisor, told = await act.at.viewer(user_id="supervisor")
        await act.at.say(supervisor, "control.request")
        assert told.last("error")["code"] == "not.yours"
        await act.at.say(supervisor, "propose", id=1, action=CLICK)
        assert told.last("acted")["reason"] == "not.yours"
        assert not {"control.asked", "propose"} & set(act.seen.types())
        assert (await act.record()).grants == ()

    play(work)


def test_it_is_given_up(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.ask()
        await act.at.say(act.viewer, "control.release")
        await act.ended("released")
        await act.hold()
        await act.at.say(act.viewer, "control.release")
        await act.ended("released")

    play(work)


def test_a_page_of_the_same_origin_goes_on_with_it(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        await act.again()
        assert act.seen.last("share")["control"] is True
        assert await act.passes()

    play(work)


def test_a_page_of_another_origin_does_not(play: Scene) -> None:
    """B19, D: from the first moment of that page, before anything is committed."""

    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        await act.again(OTHER)
        assert act.seen.last("share")["control"] is False
        await act.ended("origin")
        assert "act" not in act.seen.types()

    play(work)


def test_a_page_that_comes_while_it_is_asked_for_is_asked(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.ask()
        await act.at.seconds(10, act.page, act.viewer)
        await act.again()
        assert act.seen.last("control.asked")["expiresIn"] == 20_000
        await act.at.say(act.page, "control.answer", granted=True)
        assert await act.passes()

    play(work)


def test_nobody_is_asked_while_no_page_is_there(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        act.page.on_ws_disconnected(None)  # type: ignore[arg-type]
        await act.ask()
        assert act.told.last("error")["code"] == "control.no.page"
        assert (await act.record()).grants == ()

    play(work)


def test_settings_are_looked_at_when_it_is_asked_for_and_when_it_is_given(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.ask()
        found = await act.at.store.get(Configuration, "c")
        assert found is not None
        forbidden = replace(found, published=CobrowseSettings(allow_agent_control=False))
        await act.at.store.commit(Put(forbidden))  # told to nobody
        await act.at.say(act.page, "control.answer", granted=True)
        assert act.seen.last("error")["code"] == "control.not.allowed"
        await act.ended("not.allowed")
        await act.ask()
        assert act.told.last("error")["code"] == "control.not.allowed"
        assert len((await act.record()).grants) == 1

    play(work)


def test_settings_that_are_published_hold_at_once(play: Scene) -> None:
    """D: settings no longer allowing control."""

    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        assert await act.passes(kind="reload")
        await act.publish(allow_agent_navigation=False)
        for kind in ("back", "forward", "reload"):
            assert not await act.passes(kind=kind)
        assert not await act.passes(kind="navigate", url=f"{SHOP}/cart")
        assert act.told.last("acted")["reason"] == "not.allowed"
        assert await act.passes()
        await act.publish(allow_agent_control=False)
        await act.ended("not.allowed")
        await act.at.say(act.viewer, "propose", id=900, action=CLICK)
        assert act.told.last("acted") == {
            "type": "acted", "id": 900, "result": "refused", "reason": "not.allowed",
        }  # fmt: skip

    play(work)


def test_a_pause_takes_it_away_and_going_on_does_not_bring_it_back(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        await act.at.lifecycle.set_paused("s", True)
        await act.ended("paused")
        assert act.told.last("acted")["reason"] == "not.active"
        await act.at.lifecycle.set_paused("s", False)
        await act.ended("paused")

    play(work)


def test_a_transfer_takes_it_away(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        old = act.viewer
        after = transfer(await act.record(), "ben", "p-ben", act.at.clock.now())
        await act.at.store.commit(Put(after))
        act.at.hub.transferred(await act.record(), "Ben")
        assert act.told.last("control.closed")["reason"] == "transferred"
        act.viewer, act.told = await act.at.viewer(user_id="ben")
        await act.ended("transferred")
        assert not await act.passes(old)

    play(work)


def test_after_an_end_nothing_passes(play: Scene) -> None:
    """I5."""

    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        room, holder, sharer = act.room, act.viewer.peer, act.seen
        assert holder is not None
        await act.at.lifecycle.end("s", EndReason.API)
        found = await act.record()
        assert (found.control, found.grants[-1].end_reason) == (Control.NONE, ControlEnd.ENDED)
        told = len(sharer.told)
        assert not room.hold.may_act(holder)
        for type_ in ("act", "propose"):
            await act.at.say(act.viewer, type_, id=77, action=CLICK)
        await act.at.say(act.viewer, "highlight", node=4)
        await act.at.say(act.viewer, "control.request")
        assert len(sharer.told) == told

    play(work)


@pytest.mark.parametrize("first", ["viewer", "accept"])
def test_what_came_with_the_session_is_the_first_viewers(play: Scene, first: str) -> None:
    async def work(act: Act) -> None:
        if first == "accept":
            await act.open(CobrowseType.CONTROL, control=True)
            await act.at.viewer()
        else:
            await act.at.session(kind=CobrowseType.CONTROL)
            act.viewer, act.told = await act.at.viewer()
            await act.at.viewer()
            await act.at.store.commit(Put(Configuration("c", "org", "c", 0, 0)))
            await act.at.store.commit(Put(Deployment("d", "org", "d", "c", Secret("x"), 0, 0)))
            act.page, act.seen = await act.come()
            await act.at.say(act.page, "accept", sessionId="s", textVersion="t", control=True)
        assert act.seen.last("share")["control"] is True
        number = act.viewer.peer.number if act.viewer.peer else 0
        assert act.seen.last("state")["controller"] == number
        assert await act.passes()

    play(work)


def test_what_came_with_the_session_waits_for_its_agent(play: Scene) -> None:
    """Not the 15 seconds of somebody who was there and left: the agent has not come yet."""

    async def work(act: Act) -> None:
        await act.at.store.commit(
            Put(Configuration("c", "org", "c", 0, 0)),
            Put(Deployment("d", "org", "d", "c", Secret("x"), 0, 0)),
        )
        await act.at.session(kind=CobrowseType.CONTROL)
        act.page, act.seen = await act.come()
        await act.at.say(act.page, "accept", sessionId="s", textVersion="t", control=True)
        await act.at.seconds(60, act.page)
        act.viewer, act.told = await act.at.viewer()
        assert await act.passes()

    play(work)


@pytest.mark.parametrize("given", [True, False])
def test_a_server_that_was_killed_knows_what_is_held_and_lets_it_expire(play: Scene, given: bool) -> None:
    """F1, I1, I8: the record is true; nobody acts until the agent is back; nobody comes: it is over."""

    async def work(act: Act) -> None:
        await act.open()
        await (act.hold() if given else act.ask())
        act.at.begin()
        act.at.hub.room(await act.record())  # as `runtime.server.restore` does
        assert act.room.hold.controller == 0
        await act.at.seconds(1)
        assert (await act.record()).control is (Control.HELD if given else Control.PENDING)
        await act.at.seconds(16)
        found = await act.record()
        assert (found.control, found.grants[-1].end_reason) == (Control.NONE, ControlEnd.VIEWER_LEFT)

    play(work)


def test_after_a_restart_the_agent_who_comes_back_goes_on(play: Scene) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        token = act.seen.last("share")["resumeToken"]
        act.at.begin()
        act.at.hub.room(await act.record())
        act.page, act.seen = await act.come(session="s", token=token)
        assert act.seen.last("share")["control"] is True
        stranger, _ = await act.at.viewer(user_id="supervisor")
        assert not await act.passes(stranger)
        act.viewer, act.told = await act.at.viewer()
        assert await act.passes()

    play(work)


@pytest.mark.parametrize("way", ["revoke", "left"])
def test_a_store_that_fails_stops_no_revocation(
    play: Scene, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    """F3, I8: what ends is over at once, and is committed when the store is back."""

    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        commit = act.at.store.commit

        async def broken(*changes: Change) -> None:
            raise Unavailable("The disk is full.")

        act.at.store.commit = broken  # type: ignore[method-assign]
        if way == "revoke":
            await act.at.say(act.page, "control.revoke")
        elif way == "left":
            act.viewer.on_ws_disconnected(None)  # type: ignore[arg-type]
            await act.at.seconds(16, act.page)
            act.viewer, act.told = await act.at.viewer()
        assert not act.room.hold.live
        assert not await act.passes()
        act.at.store.commit = commit  # type: ignore[method-assign]
        await act.at.seconds(2, act.page, act.viewer)
        found = await act.record()
        reason = {"revoke": "revoked", "left": "viewer.left"}[way]
        assert (found.control, found.grants[-1].end_reason) == (Control.NONE, ControlEnd(reason))
        assert not await act.passes()

    play(work)


def test_nothing_passes_between_the_revocation_and_its_commit(play: Scene) -> None:
    """The race of B8: the commit is under way, the actions are too."""

    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        gate, commit = asyncio.Event(), act.at.store.commit

        async def slow(*changes: Change) -> None:
            await gate.wait()
            await commit(*changes)

        act.at.store.commit = slow  # type: ignore[method-assign]
        act.page._on_text(b'{"type":"control.revoke"}')
        await asyncio.sleep(0)
        assert (await act.record()).control is Control.HELD
        assert not await act.passes()
        assert act.told.last("acted")["reason"] == "no.grant"
        gate.set()
        await act.at.quiet(act.page)
        await act.ended("revoked")

    play(work)


def test_an_answer_that_is_being_committed_wins_over_the_clock(play: Scene) -> None:
    """The yes came in time: that its commit takes longer than the request lived, is nobody's fault."""

    async def work(act: Act) -> None:
        await act.open()
        await act.ask()
        gate, commit = asyncio.Event(), act.at.store.commit

        async def slow(*changes: Change) -> None:
            await gate.wait()
            await commit(*changes)

        act.at.store.commit = slow  # type: ignore[method-assign]
        act.page._on_text(b'{"type":"control.answer","granted":true}')
        await asyncio.sleep(0)
        act.at.clock.advance(31_000)
        await act.at.hub.tick()
        gate.set()
        await act.at.quiet(act.page)
        assert (await act.record()).control is Control.HELD
        assert await act.passes()

    play(work)


def test_two_windows_that_ask_at_once(play: Scene) -> None:
    """I6: one controller. The one whose request it is has it."""

    async def work(act: Act) -> None:
        await act.open()
        second, _ = await act.at.viewer()
        second._on_text(b'{"type":"control.request"}')
        act.viewer._on_text(b'{"type":"control.request"}')
        await act.at.quiet(act.viewer, second)
        assert act.told.last("error")["code"] == "control.taken"
        await act.at.say(act.page, "control.answer", granted=True)
        assert await act.passes(second)
        assert not await act.passes()

    play(work)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "control.request"}, {"type": "control.release"}, {"type": "act", "id": 1, "action": CLICK},
        {"type": "propose", "id": 1, "action": CLICK}, {"type": "withdraw", "id": 1},
    ],
)  # fmt: skip
def test_a_page_cannot_play_the_agent(play: Scene, message: dict[str, Any]) -> None:
    async def work(act: Act) -> None:
        await act.open()
        await act.hold()
        await act.at.say(act.page, **{k + "_" * (k == "type"): v for k, v in message.items()})
        assert act.seen.last("error")["code"] == "not.yours"
        assert await act.passes()

    play(work)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "control.answer", "granted": True}, {"type": "control.revoke"},
        {"type": "acted", "id": 1, "result": "done", "peer": 1},
    ],
)  # fmt: skip
def test_an_agent_cannot_play_the_customer(play: Scene, message: dict[str, Any]) -> None:
    """B8, B9: nobody says yes for the customer."""

    async def work(act: Act) -> None:
        await act.open()
        await act.ask()
        told = len(act.seen.told)
        await act.at.say(act.viewer, **{k + "_" * (k == "type"): v for k, v in message.items()})
        assert act.told.last("error")["code"] == "not.yours"
        assert (await act.record()).control is Control.PENDING
        assert len(act.seen.told) == told

    play(work)
