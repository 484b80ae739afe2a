"""Seeded simulations of rooms (F4, F8, F14): I3, I4, I5, I8, I10, I11 after any finite run of faults.

A failing seed is in the test's name: `pytest "tests/sim/test_rooms.py::test_…[17]"` runs it again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from opencobrowse.domain.session import SessionState
from opencobrowse.kernel import limits
from opencobrowse.wire.live import HEADER, Kind, frame
from tests.sim.world import HIGH_WATER, World

SEEDS = 300
STEPS = 250


@pytest.fixture(autouse=True)
def small_backlog(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So small that it overflows many times in one run."""
    monkeypatch.setattr(limits, "BACKLOG_FRAMES", 25)
    monkeypatch.setattr(limits, "BACKLOG_BYTES", 4_000)
    yield


def check_memory(world: World) -> None:
    """I11: what is kept, and what is under way to each viewer."""
    backlog = world.room.backlog
    assert len(backlog.frames) <= 2 * limits.BACKLOG_FRAMES + 5
    for watcher in world.watchers:
        if watcher.wire is not None:
            assert watcher.wire.most <= HIGH_WATER


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_mirror_is_the_page_after_quiet(seed: int) -> None:
    world = World(seed)
    for _ in range(STEPS):
        world.step()
        check_memory(world)
    world.settle()
    for number, watcher in enumerate(world.watchers):
        assert watcher.mirror == world.page.words, f"I3: viewer {number}"
    assert world.accepted_while_shut == 0
    late = len(world.watchers)
    if late < 6:
        told = len(world.page.wire.down) if world.page.wire else 0
        world.a_viewer_comes()
        assert world.page.wire is not None
        assert len(world.page.wire.down) == told, "a late viewer never touches the customer's page"
        world.settle()
        assert world.watchers[-1].mirror == world.page.words


@pytest.mark.parametrize("seed", range(100))
def test_nothing_passes_after_an_end_at_any_moment(seed: int) -> None:
    """I5, B5: 100 interleavings; whatever is still under way to the server has no effect."""
    world = World(seed)
    for _ in range(random.Random(seed).randrange(STEPS)):
        world.step()
    room = world.room
    room.fence(SessionState.ENDED, "agent")
    waiting = [len(w.wire.down) for w in world.watchers if w.wire is not None]
    for who in world.everybody:
        if who.peer is None or who.wire is None:
            continue
        for data in [*who.wire.up, frame(Kind.EVENTS, 0, room.epoch, room.next_offset, b"x")]:
            assert room.receive(who.peer, data) is not None
    for watcher in world.watchers:
        if watcher.peer is not None and watcher.wire is not None:
            watcher.wire.paused = False
            room.catch_up(watcher.peer)
    assert waiting == [len(w.wire.down) for w in world.watchers if w.wire is not None]


@pytest.mark.parametrize("seed", range(60))
def test_rooms_never_hear_of_each_other(seed: int) -> None:
    """I10: two worlds, interleaved; every word carries its world's name."""
    worlds = [World(seed, "left"), World(seed + 1_000, "right")]
    order = random.Random(seed)
    for _ in range(STEPS):
        order.choice(worlds).step()
    for world in worlds:
        world.settle()
        for watcher in world.watchers:
            assert watcher.mirror == world.page.words
            assert all(word.startswith(world.name) for word in watcher.mirror or ())


def test_the_simulation_really_has_faults_in_it() -> None:
    """Every kind of recovery occurs in these seeds: else the test above proves less than it says."""
    seen = {"resync": 0, "resumed": 0, "stale": 0, "paused": 0, "refused": 0}
    for seed in range(40):
        world = World(seed)
        for _ in range(STEPS):
            world.step()
            seen["stale"] += world.room.backlog.stale and world.room.next_offset > 0
            seen["paused"] += any(w.wire is not None and w.wire.paused for w in world.watchers)
            seen["resync"] += any(w.resynced for w in world.watchers)
            page = world.page
            if page.wire is not None and page.kept and page.oldest is not None:
                seen["resumed"] += page.oldest.epoch == world.room.epoch
            seen["refused"] += any(
                p.wire is not None and any(HEADER.unpack_from(d)[3] != world.room.epoch for d in p.wire.up)
                for p in world.pages
            )
    assert all(count > 50 for count in seen.values()), seen
