"""A transfer in the hub: who has to go, who is told, which question is on the page (I8, I10, I14; B5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from opencobrowse.domain.session import EndReason, Session, transfer
from opencobrowse.live.closing import Close
from opencobrowse.ports.store import Put
from opencobrowse.wire.live import Flags, Kind, frame
from tests.unit.live.backstage import Backstage, backstage

Scene = Callable[[Callable[[Backstage], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Scene:
    return lambda work: backstage(tmp_path, work)


async def hand_over(at: Backstage, user: str = "ben") -> Session:
    """Commit a transfer; the live side does not know of it yet."""
    before = await at.lifecycle.get("s")
    await at.store.commit(Put(transfer(before, user, f"p-{user}", at.clock.now())))
    return await at.lifecycle.get("s")


def test_the_viewers_of_the_agent_before_go_and_a_supervisors_stays(play: Scene) -> None:
    async def work(at: Backstage) -> None:
        page, seen = await at.share()
        room = at.hub.rooms["s"]
        room.receive(page.peer, frame(Kind.SNAPSHOT, Flags.LAST, room.epoch, 0, b"page"))  # type: ignore[arg-type]
        first, left = await at.viewer()
        _, stays = await at.viewer(user_id="supervisor")
        told = len(seen.told)
        at.hub.transferred(await hand_over(at), "Zoë" * 60)
        assert (left.code, stays.code) == (Close.TRANSFERRED, None)
        assert left.last("transferred")["agentName"] == "Zoë" * 60
        assert first.room is None and first.peer is None
        assert [m["type"] for m in seen.told[told:]] == ["transferred", "state"]
        late, refused = await at.viewer()
        assert (refused.code, refused.frames, late.room) == (Close.TRANSFERRED, [], None)
        _, successor = await at.viewer(user_id="ben")
        assert [f[12:] for f in successor.frames] == [b"page"]
        assert "checkout" not in seen.types()

    play(work)


def test_a_hello_that_was_read_before_the_transfer_opens_nothing_after_it(play: Scene) -> None:
    """The record that the hello has is old; the room knows better."""

    async def work(at: Backstage) -> None:
        await at.share()
        stale = await at.lifecycle.get("s")
        at.hub.transferred(await hand_over(at), "Ben")

        async def old(session_id: str) -> Session:
            return stale

        at.lifecycle.get = old  # type: ignore[method-assign]
        _, seen = await at.viewer()
        assert seen.code == Close.TRANSFERRED
        assert seen.frames == []

    play(work)


def test_the_question_is_asked_anew_and_an_older_one_cannot_come_back(play: Scene) -> None:
    """Whatever a slow start still wants to ask, the page has the question of the agent who has it now."""

    async def work(at: Backstage) -> None:
        before = await at.session()
        page, seen = await at.page()
        assert seen.last("offer").get("asked", 0) == 0
        after = await hand_over(at)
        at.hub.transferred(after, "Ben")
        await at.quiet(page)
        assert seen.last("offer.closed")["reason"] == "transferred"
        assert seen.last("offer")["asked"] == 1
        offers = seen.types().count("offer")
        await at.hub.ask(before, [page])
        assert seen.types().count("offer") == offers
        await at.say(page, "accept", sessionId="s", textVersion="t", asked=0)
        assert "share" not in seen.types(), "a yes to the agent before is to nobody"
        await at.say(page, "accept", sessionId="s", textVersion="t", asked=1)
        assert "share" in seen.types()

    play(work)


def test_a_yes_that_arrives_before_the_news_is_asked_again(play: Scene) -> None:
    """The transfer is committed, the hub has not heard of it: the customer's yes was to the agent before."""

    async def work(at: Backstage) -> None:
        await at.session()
        page, seen = await at.page()
        after = await hand_over(at)
        await at.say(page, "accept", sessionId="s", textVersion="t")
        assert "share" not in seen.types()
        assert seen.last("offer.closed")["reason"] == "offer.changed"
        assert seen.last("offer")["asked"] == 1
        at.hub.transferred(after, "Ben")
        await at.quiet(page)
        await at.say(page, "accept", sessionId="s", textVersion="t", asked=1)
        assert "share" in seen.types()

    play(work)


def test_the_new_agent_has_the_whole_time_to_come(play: Scene) -> None:
    """Reliability.md D, empty session: the absence is not that of the agent before."""

    async def work(at: Backstage) -> None:
        page, _ = await at.share()
        await at.seconds(100, page)
        at.hub.transferred(await hand_over(at), "Ben")
        await at.seconds(100, page)
        assert (await at.lifecycle.get("s")).state.value == "active"
        await at.seconds(21, page)
        assert (await at.lifecycle.get("s")).state.value == "paused"

    play(work)


def test_news_of_a_transfer_after_the_end_makes_no_room(play: Scene) -> None:
    """I5, I11."""

    async def work(at: Backstage) -> None:
        await at.share()
        after = await hand_over(at)
        await at.lifecycle.end("s", EndReason.API)
        at.hub.transferred(after, "Ben")
        assert at.hub.rooms == {}

    play(work)
