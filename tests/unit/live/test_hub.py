"""Time and races in the hub, with a clock that is moved (reliability.md D; B5, I5, I6, I11)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from opencobrowse.domain.session import EndReason, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Clash
from opencobrowse.live.closing import Close
from opencobrowse.wire.live import Flags, Kind, frame
from tests.unit.live.backstage import Backstage, FakeTransport, backstage

Scene = Callable[[Callable[[Backstage], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Scene:
    return lambda work: backstage(tmp_path, work)


def assert_cut(seen: FakeTransport, code: Close) -> None:
    assert seen.code == code
    assert seen.aborted


# -- heartbeat -----------------------------------------------------------------------------------------------


def test_silence_gets_a_ping_after_25_s_and_the_end_8_s_later(play: Scene) -> None:
    """Reliability.md D: 25 s / 8 s; any frame resets."""

    async def work(at: Backstage) -> None:
        page, seen = await at.page()
        await at.seconds(25)
        assert seen.pings == 0
        await at.seconds(1)
        assert seen.pings == 1
        await at.seconds(1, page)
        await at.seconds(25)
        assert seen.pings == 2
        await at.seconds(7)
        assert seen.code is None
        await at.seconds(1)
        assert_cut(seen, Close.NO_PONG)
        assert at.hub.sockets.open == set()

    play(work)


def test_no_hello_within_10_s_whatever_else_is_heard(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, seen = at.connect(role="page", external_id="customer")
        await at.seconds(9, page)
        assert seen.code is None
        await at.seconds(1, page)
        assert seen.code == Close.NO_HELLO

    play(work)


def test_a_socket_that_does_not_drain_for_10_s_is_cut(play: Scene) -> None:
    """Reliability.md D, slow policy; R4."""

    async def work(at: Backstage) -> None:
        page, seen = await at.page()
        page.pause_writing()
        await at.seconds(9, page)
        page.resume_writing()
        page.pause_writing()
        await at.seconds(9, page)
        assert seen.code is None
        await at.seconds(1, page)
        assert_cut(seen, Close.SLOW)

    play(work)


def test_what_is_told_to_a_full_socket_is_bounded(play: Scene) -> None:
    """I11: control messages to a viewer that reads nothing."""

    async def work(at: Backstage) -> None:
        page, _ = await at.share()
        viewer, seen = await at.viewer()
        viewer.pause_writing()
        for number in range(limits.PAGES_PER_CUSTOMER * 10):
            page.words_left = 100
            await at.say(page, "page", page={"title": str(number) + "x" * 10_000})
        assert seen.code == Close.SLOW
        assert sum(len(str(m)) for m in seen.told) < 400_000

    play(work)


def test_a_socket_that_stays_after_its_close_is_cut(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, seen = await at.page()
        seen.connection = None  # its transport cannot flush, so nobody reports a disconnect
        page.close(Close.TOO_MANY, "")
        await at.seconds(4)
        assert not seen.aborted
        await at.seconds(1)
        assert seen.aborted

    play(work)


# -- absence -------------------------------------------------------------------------------------------------


def test_no_sharer_for_300_s_ends_the_session(play: Scene) -> None:
    """Reliability.md D, empty session."""

    async def work(at: Backstage) -> None:
        page, seen = await at.share()
        viewer, _ = await at.viewer()
        seen.disconnect()
        await at.quiet()
        await at.seconds(299, viewer)
        assert (await at.lifecycle.get("s")).live
        await at.seconds(1, viewer)
        assert (await at.lifecycle.get("s")).end_reason is EndReason.CUSTOMER_LOST
        assert page.room is None
        assert at.hub.rooms == {}

    play(work)


def test_no_viewer_for_120_s_pauses_and_for_300_s_ends(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, seen = await at.share()
        await at.seconds(119, page)
        assert (await at.lifecycle.get("s")).state is SessionState.ACTIVE
        await at.seconds(1, page)
        assert (await at.lifecycle.get("s")).state is SessionState.PAUSED
        assert seen.last("state")["state"] == "paused"
        assert page.room is not None
        assert page.peer is not None
        epoch = page.room.epoch
        assert page.room.receive(page.peer, frame(Kind.EVENTS, 0, epoch, 0, b"")) is not None
        await at.seconds(179, page)
        assert (await at.lifecycle.get("s")).live
        await at.seconds(1, page)
        assert (await at.lifecycle.get("s")).end_reason is EndReason.AGENT_LOST
        assert seen.last("end")["reason"] == "agent.lost"

    play(work)


def test_a_viewer_that_comes_back_goes_on_in_a_new_epoch(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, seen = await at.share()
        epoch = seen.last("share")["position"]["epoch"]
        await at.seconds(150, page)
        assert seen.last("state")["state"] == "paused"
        viewer, told = await at.viewer()
        await at.quiet(viewer)
        assert told.last("state")["state"] == "active"
        assert seen.last("share")["position"] == {"epoch": epoch + 1, "offset": 0}
        assert seen.last("share")["resumeToken"] == ""
        await at.seconds(400, page, viewer)
        assert (await at.lifecycle.get("s")).state is SessionState.ACTIVE

    play(work)


def test_waiting_for_consent_is_no_absence(play: Scene) -> None:
    """A viewer that came and went before the yes starts its two minutes with the yes."""

    async def work(at: Backstage) -> None:
        await at.session()
        page, _ = await at.page()
        _, gone = await at.viewer()
        gone.disconnect()
        await at.seconds(500, page)
        await at.say(page, "accept", sessionId="s", textVersion="t")
        await at.seconds(119, page)
        assert (await at.lifecycle.get("s")).state is SessionState.ACTIVE
        await at.seconds(1, page)
        assert (await at.lifecycle.get("s")).state is SessionState.PAUSED

    play(work)


# -- budgets -------------------------------------------------------------------------------------------------


def test_a_late_tick_grants_what_was_missed(play: Scene) -> None:
    """A slow second of the server is not the customer's fault."""

    async def work(at: Backstage) -> None:
        page, _ = await at.share()
        assert page.peer is not None
        page.peer.frames_left = 0
        at.clock.advance(3_000)
        await at.hub.tick()
        assert page.peer.frames_left == 3 * limits.SHARER_FRAMES_PER_SECOND

    play(work)


def test_the_sharer_hears_once_what_has_arrived(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, seen = await at.share()
        assert page.room is not None
        assert page.peer is not None
        page.room.receive(page.peer, frame(Kind.SNAPSHOT, Flags.LAST, page.room.epoch, 0, b"p"))
        await at.seconds(3, page)
        assert [m["position"]["offset"] for m in seen.told if m["type"] == "ack"] == [1]

    play(work)


# -- races ---------------------------------------------------------------------------------------------------


class Slow:
    """A service method that answers only when it is told to: what another store would do at any time."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = await self._work(*args, **kwargs)
        self.reached.set()
        await self.go.wait()
        return result


def test_an_end_that_overtakes_an_accept_wins(play: Scene) -> None:
    """I5: the accept was committed, its answer is late, the end came between: no room again."""

    async def work(at: Backstage) -> None:
        await at.session()
        page, seen = await at.page()
        slow = at.lifecycle.accept = Slow(at.lifecycle.accept)  # type: ignore[method-assign]
        page._on_text(b'{"type":"accept","sessionId":"s","textVersion":"t"}')
        await slow.reached.wait()
        await at.lifecycle.end("s", EndReason.AGENT)
        slow.go.set()
        await at.quiet(page)
        assert at.hub.rooms == {}
        assert page.room is None
        assert "share" not in seen.types()

    play(work)


def test_an_end_that_overtakes_a_viewers_hello_wins(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        await at.session()
        viewer, seen = at.connect(role="viewer", session_id="s")
        slow = at.lifecycle.get = Slow(at.lifecycle.get)  # type: ignore[method-assign]
        viewer._on_text(b'{"type":"hello","versions":[1]}')
        await slow.reached.wait()
        slow.go.set()
        del at.lifecycle.get
        await at.lifecycle.end("s", EndReason.API)
        await at.quiet(viewer)
        assert at.hub.rooms == {}
        assert seen.code == Close.ENDED

    play(work)


def test_a_page_that_is_gone_during_hello_is_not_registered(play: Scene) -> None:
    """I11: nothing stays behind."""

    async def work(at: Backstage) -> None:
        session = await at.session()
        page, seen = at.connect(role="page", external_id="customer")
        slow = at.lifecycle.resume = Slow(at.lifecycle.resume)  # type: ignore[method-assign]
        slow.go.set()
        page._on_text(b'{"type":"hello","versions":[1],"session":"s","token":"x"}')
        seen.disconnect()
        await at.quiet(page)
        assert at.hub.pages(session) == 0
        assert at.hub.sockets.open == set()

    play(work)


def test_a_page_that_left_before_it_had_its_token_ends_the_session(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        await at.session()
        page, seen = await at.page()
        slow = at.lifecycle.accept = Slow(at.lifecycle.accept)  # type: ignore[method-assign]
        page._on_text(b'{"type":"accept","sessionId":"s","textVersion":"t"}')
        await slow.reached.wait()
        seen.disconnect()
        await asyncio.sleep(0)
        slow.go.set()
        await at.quiet(page)
        assert (await at.lifecycle.get("s")).end_reason is EndReason.CUSTOMER_LOST

    play(work)


def test_an_older_record_does_not_undo_a_newer_one(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, _ = await at.share()
        older = await at.lifecycle.get("s")
        await at.lifecycle.set_paused("s", True)
        at.hub.changed(older)
        assert page.room is not None
        assert page.room.state is SessionState.PAUSED

    play(work)


def test_an_offer_that_was_settled_while_it_was_put_is_not_shown(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, seen = await at.page()
        session = await at.session()
        pages = at.hub.customer_pages
        slow = pages.question = Slow(pages.question)  # type: ignore[method-assign]
        at.hub.offer(session)
        await slow.reached.wait()
        await at.lifecycle.end("s", EndReason.API)
        slow.go.set()
        await at.quiet(page)
        assert "offer" not in seen.types()
        assert page.offers == {}

    play(work)


def test_a_page_that_shares_can_accept_nothing_else(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, seen = await at.share()
        await at.session("other")
        await at.say(page, "accept", sessionId="other", textVersion="t")
        assert seen.last("error")["code"] == "already.sharing"
        assert page.room is at.hub.rooms["s"]

    play(work)


def test_a_session_that_was_closed_gets_no_room_again(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        await at.share()
        before = await at.lifecycle.get("s")
        await at.lifecycle.end("s", EndReason.API)
        with pytest.raises(Clash):
            at.hub.room(before)

    play(work)


def test_an_agent_who_is_dismissed_loses_the_viewer(play: Scene) -> None:
    """B5: permission revocation."""

    async def work(at: Backstage) -> None:
        await at.share()
        _, seen = await at.viewer(user_id="agent")
        _, other = await at.viewer(user_id="supervisor")
        at.hub.dismissed("agent")
        assert (seen.code, other.code) == (Close.REVOKED, None)

    play(work)


def test_a_session_has_so_many_viewers_and_no_more(play: Scene) -> None:
    """`limits.VIEWERS_PER_SESSION`; the one too many may come back later."""

    async def work(at: Backstage) -> None:
        await at.share()
        seen = [(await at.viewer())[1] for _ in range(limits.VIEWERS_PER_SESSION + 1)]
        assert [t.code for t in seen] == [None] * limits.VIEWERS_PER_SESSION + [Close.TOO_MANY]
        seen[0].disconnect()
        await at.quiet()
        _, again = await at.viewer()
        assert again.code is None

    play(work)


def test_the_server_says_no_query_and_no_fragment_either(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, _ = await at.share()
        _, seen = await at.viewer()
        await at.say(page, "page", page={"url": "https://shop.example/a?token=1#x"})
        assert seen.last("state")["page"]["url"] == "https://shop.example/a"

    play(work)


def test_a_stop_is_paced(play: Scene) -> None:
    """F10; G5 "drain closes all at once"."""

    async def work(at: Backstage) -> None:
        sockets = [(await at.page(f"c{n}"))[1] for n in range(100)]
        at.hub.drain()
        at.hub.drain()
        await asyncio.sleep(0)
        closed = sum(seen.code == Close.RESTARTING for seen in sockets)
        assert 0 < closed < 50
        while at.hub._tasks:
            await asyncio.sleep(0.01)
        assert all(seen.code == Close.RESTARTING for seen in sockets)

    play(work)
