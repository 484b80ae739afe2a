"""Order, fence, late and slow viewers, pointers (I3, I4, I5, I11; "Resume protocol to implement")."""

from __future__ import annotations

import pytest

from opencobrowse.domain.session import SessionState
from opencobrowse.kernel import limits
from opencobrowse.relay.authority import Refusal, Role
from opencobrowse.relay.peer import Allowance
from opencobrowse.wire.live import HEADER, Flags, Kind, Position, frame
from tests.unit.relay.peers import FakeSocket, Stage, peer_of

KIB = 1024
ENOUGH = b"x" * (200 * KIB)


# -- order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0, 1, 3, 4, 0xFFFFFFFF])
def test_only_the_next_offset_is_taken(offset: int) -> None:
    """I4: no gap, no duplicate, no reorder."""
    stage = Stage()
    _, seen = stage.viewer()
    stage.snapshot(b"page")
    stage.events(b"one")
    got = stage.room.receive(stage.sharer, frame(Kind.EVENTS, 0, stage.room.epoch, offset, b"?"))
    assert got is Refusal.OUT_OF_ORDER
    assert seen.offsets() == [0, 1]


@pytest.mark.parametrize("distance", [-1, 1, 2**31])
def test_a_frame_of_another_epoch_is_dropped(distance: int) -> None:
    """G5 "no epoch check on frames": an honest page can be one epoch behind, so its socket stays."""
    stage = Stage()
    _, seen = stage.viewer()
    stage.snapshot(b"page")
    got = stage.room.receive(stage.sharer, frame(Kind.EVENTS, 0, stage.room.epoch + distance, 1, b"?"))
    assert got is Refusal.STALE
    assert got.droppable
    assert seen.offsets() == [0]


def test_nothing_comes_between_the_chunks_of_a_snapshot() -> None:
    stage = Stage()
    stage.chunk(b"half")
    got = stage.room.receive(stage.sharer, frame(Kind.EVENTS, 0, stage.room.epoch, 1, b"?"))
    assert got is Refusal.MALFORMED


def test_viewers_get_the_very_same_bytes() -> None:
    stage = Stage()
    _, first = stage.viewer()
    _, second = stage.viewer()
    stage.snapshot(b"page")
    stage.events(b"one", b"two")
    assert first.frames == second.frames
    assert first.bodies() == [b"page", b"one", b"two"]


# -- the late viewer -----------------------------------------------------------------------------------------


def test_a_late_viewer_gets_everything_and_the_page_is_asked_nothing() -> None:
    """field.md B4: late join without touching the customer's page."""
    stage = Stage()
    stage.snapshot(b"pa", b"ge")
    stage.events(b"one", b"two")
    asked = list(stage.socket.told)
    _, late = stage.viewer()
    assert late.told[0] == {"type": "resync", "position": {"epoch": stage.room.epoch, "offset": 0}}
    assert late.bodies() == [b"pa", b"ge", b"one", b"two"]
    stage.events(b"three")
    assert late.bodies()[-1] == b"three"
    assert stage.socket.told == asked


def test_a_viewer_that_joins_between_snapshot_and_first_increment() -> None:
    """The hard case by this name."""
    stage = Stage()
    stage.snapshot(b"page")
    _, seen = stage.viewer()
    stage.events(b"one")
    assert seen.offsets() == [0, 1]


def test_a_viewer_that_joins_before_any_snapshot_gets_no_part_of_one() -> None:
    stage = Stage()
    _, early = stage.viewer()
    stage.chunk(b"pa")
    _, middle = stage.viewer()
    assert early.frames == middle.frames == []
    stage.chunk(b"ge", last=True)
    assert early.bodies() == middle.bodies() == [b"pa", b"ge"]


def test_a_viewer_that_joins_while_a_second_snapshot_comes_in() -> None:
    """It follows from the older snapshot; the newer one's chunks are part of that stream."""
    stage = Stage()
    stage.snapshot(b"old")
    stage.events(b"one")
    stage.chunk(b"ne")
    _, seen = stage.viewer()
    stage.chunk(b"w", last=True)
    stage.events(b"two")
    assert seen.offsets() == [0, 1, 2, 3, 4]
    assert seen.types().count("resync") == 1


def test_two_viewers_at_different_offsets_go_on_from_there() -> None:
    """The hard case by this name (I4)."""
    stage = Stage()
    stage.snapshot(b"page")
    stage.events(b"one", b"two", b"three")
    epoch = stage.room.epoch
    _, first = stage.viewer(Position(epoch, 2))
    _, second = stage.viewer(Position(epoch, 4))
    stage.events(b"four")
    assert (first.offsets(), second.offsets()) == ([2, 3, 4], [4])
    assert "resync" not in first.types() + second.types()


@pytest.mark.parametrize("position", [(0, 0), (8, 99), (9, 0), (7, 1), (8, 0)])
def test_a_position_that_cannot_be_resumed_gets_a_snapshot(position: tuple[int, int]) -> None:
    """Zulip's rule: all that was missed, or an explicit new start; never a part."""
    stage = Stage()
    stage.snapshot(b"old")
    stage.snapshot(b"page")
    stage.events(b"one")
    assert stage.room.epoch == 8
    _, seen = stage.viewer(Position(*position))
    assert seen.told[0] == {"type": "resync", "position": {"epoch": 8, "offset": 1}}
    assert seen.offsets() == [1, 2]


def test_the_twenty_first_number_is_never_that_of_somebody_else() -> None:
    stage = Stage()
    viewer, _ = stage.viewer()
    numbers = {stage.room.free_number() for _ in range(0xFFFF - 1)}
    assert viewer.number not in numbers
    assert viewer.number != stage.room.free_number()


# -- the slow viewer -----------------------------------------------------------------------------------------


def test_a_slow_viewer_holds_nobody_up_and_goes_on_where_it_was() -> None:
    """F8; G5 "inline await in broadcast": skipped while full, then from its own cursor, without a gap."""
    stage = Stage()
    slow, seen = stage.viewer(socket=FakeSocket(room_for=2))
    _, healthy = stage.viewer()
    stage.snapshot(b"page")
    stage.events(*[b"%d" % n for n in range(10)])
    assert healthy.offsets() == list(range(11))
    assert seen.offsets() == [0, 1]
    seen.paused, seen.room_for = False, 4
    stage.room.catch_up(slow)
    assert seen.offsets() == [0, 1, 2, 3, 4, 5]
    seen.paused, seen.room_for = False, None
    stage.room.catch_up(slow)
    stage.events(b"last")
    assert seen.offsets() == list(range(12))
    assert seen.types().count("resync") == 1


def test_a_viewer_that_slept_through_a_new_snapshot_starts_from_it() -> None:
    """F8: a resync, not the stale backlog."""
    stage = Stage()
    slow, seen = stage.viewer(socket=FakeSocket(room_for=1))
    stage.snapshot(b"old")
    stage.events(b"one", b"two")
    stage.snapshot(b"new")
    stage.events(b"three")
    seen.paused, seen.room_for = False, None
    stage.room.catch_up(slow)
    assert seen.offsets() == [0, 3, 4]
    assert seen.told[-1] == {"type": "resync", "position": {"epoch": stage.room.epoch, "offset": 3}}


@pytest.mark.parametrize("chunks", [1, 3])
def test_a_viewer_that_is_full_exactly_at_the_last_chunk(chunks: int) -> None:
    stage = Stage()
    slow, seen = stage.viewer(socket=FakeSocket(room_for=1 + chunks - 1 or 1))
    stage.snapshot(b"old")
    stage.snapshot(*[b"c%d" % n for n in range(chunks)])
    stage.events(b"after")
    seen.paused, seen.room_for = False, None
    stage.room.catch_up(slow)
    assert seen.offsets() == list(range(chunks + 2))


def test_snapshot_in_flight_while_the_ring_overflows() -> None:
    """The hard case by this name: old cursors are void, but who follows loses nothing, and the snapshot that
    is under way becomes the new start."""
    stage = Stage()
    _, following = stage.viewer()
    stage.snapshot(b"old")
    many = 2 * limits.BACKLOG_BYTES // len(ENOUGH) + 2
    for _ in range(many):
        stage.chunk(ENOUGH)
    assert stage.room.backlog.stale
    _, late = stage.viewer()
    assert late.frames == []
    stage.chunk(b"end", last=True)
    stage.events(b"after")
    assert following.offsets() == list(range(stage.offset))
    assert late.offsets() == list(range(1, stage.offset))


def test_the_backlog_is_bounded_and_asks_once_for_a_snapshot() -> None:
    """I11, and reliability.md D: past 4 MiB a snapshot is wanted, past twice that nothing is kept."""
    stage = Stage()
    stage.snapshot(b"page")
    for _ in range(100):
        stage.events(ENOUGH)
        assert stage.room.backlog.kept_bytes <= 2 * limits.BACKLOG_BYTES + KIB
    assert stage.socket.types().count("checkout") == 1
    assert stage.room.backlog.frames == []
    stage.snapshot(b"fresh")
    _, seen = stage.viewer()
    assert seen.bodies() == [b"fresh"]
    for _ in range(30):
        stage.events(ENOUGH)
    assert stage.socket.types().count("checkout") == 2


def test_very_many_very_small_frames_are_bounded_too() -> None:
    stage = Stage()
    stage.snapshot(b"page")
    for _ in range(5 * limits.BACKLOG_FRAMES):
        stage.events(b"")
        assert len(stage.room.backlog.frames) <= 2 * limits.BACKLOG_FRAMES + 1
    assert stage.socket.types().count("checkout") == 1


def test_a_snapshot_in_very_many_chunks_does_not_ask_for_another() -> None:
    stage = Stage()
    stage.snapshot(*[b"c"] * (limits.BACKLOG_FRAMES + 10))
    stage.events(b"one")
    assert "checkout" not in stage.socket.types()


def test_a_snapshot_larger_than_its_limit_is_refused_and_not_kept() -> None:
    """Reliability.md D: 20 MiB in all."""
    stage = Stage()
    stage.snapshot(b"page")
    refused = None
    for offset in range(1, 200):
        stage.sharer.refill(60)
        refused = stage.room.receive(
            stage.sharer,
            frame(Kind.SNAPSHOT, 0, stage.room.epoch, offset, b"x" * limits.SNAPSHOT_CHUNK_BYTES),
        )
        if refused is not None:
            break
    assert refused is Refusal.TOO_LARGE
    assert stage.room.backlog.kept_bytes <= limits.SNAPSHOT_BYTES + 2 * limits.BACKLOG_BYTES


def test_an_epoch_that_begins_without_a_snapshot_asks_for_one() -> None:
    stage = Stage()
    stage.events(b"one", b"two")
    assert stage.socket.types() == ["checkout"]


# -- the sharer comes back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("oldest", [0, 2, 3])
def test_the_same_page_goes_on_in_its_epoch(oldest: int) -> None:
    """`resume` is the oldest position from which the page can send again: up to the next one is enough."""
    stage = Stage()
    _, seen = stage.viewer()
    stage.snapshot(b"page")
    stage.events(b"one", b"two")
    stage.room.leave(stage.sharer)
    stage.sharer, stage.socket = peer_of(Role.SHARER)
    epoch = stage.room.epoch
    assert stage.room.set_sharer(stage.sharer, Position(epoch, oldest)) is None
    assert stage.room.position == Position(epoch, 3)
    stage.events(b"three")
    assert seen.offsets() == [0, 1, 2, 3]
    assert seen.types().count("resync") == 1


@pytest.mark.parametrize("resume", [None, (7, 0), (9, 0), (8, 4)])
def test_a_page_that_cannot_go_on_begins_a_new_epoch(resume: tuple[int, int] | None) -> None:
    stage = Stage()
    _, seen = stage.viewer()
    stage.snapshot(b"page")
    stage.events(b"one", b"two")
    other, _ = peer_of(Role.SHARER)
    stage.room.set_sharer(other, Position(*resume) if resume else None)
    assert stage.room.position == Position(9, 0)
    stage.sharer, stage.offset = other, 0
    stage.snapshot(b"again")
    assert seen.bodies() == [b"page", b"one", b"two", b"again"]
    assert seen.told[-1] == {"type": "resync", "position": {"epoch": 9, "offset": 0}}


def test_sharer_reload_during_replay() -> None:
    """The hard case by this name: a viewer in the middle of the old backlog never mixes the two."""
    stage = Stage()
    stage.snapshot(b"a", b"b", b"c")
    stage.events(b"one")
    slow, seen = stage.viewer(socket=FakeSocket(room_for=2))
    other, _ = peer_of(Role.SHARER)
    stage.room.set_sharer(other)
    stage.sharer, stage.offset = other, 0
    seen.paused, seen.room_for = False, None
    stage.room.catch_up(slow)
    assert seen.bodies() == [b"a", b"b"]
    stage.snapshot(b"new")
    assert seen.bodies() == [b"a", b"b", b"new"]
    assert seen.types() == ["resync", "resync"]


def test_a_lost_question_for_a_snapshot_is_asked_again() -> None:
    """The socket that was asked died: after the page came back, the late viewer must not wait for ever."""
    stage = Stage()
    stage.snapshot(b"page")
    for _ in range(60):
        stage.events(ENOUGH)
    assert stage.room.backlog.stale
    stage.room.leave(stage.sharer)
    stage.sharer, stage.socket = peer_of(Role.SHARER)
    stage.room.set_sharer(stage.sharer, stage.room.position)
    stage.room.mend()
    stage.room.mend()
    assert stage.socket.types() == ["checkout"]


def test_a_page_that_comes_back_in_the_middle_of_its_snapshot_finishes_it() -> None:
    stage = Stage()
    _, seen = stage.viewer()
    stage.chunk(b"pa")
    stage.sharer, stage.socket = peer_of(Role.SHARER)
    stage.room.set_sharer(stage.sharer, Position(stage.room.epoch, 0))
    stage.room.mend()
    stage.chunk(b"ge", last=True)
    assert seen.bodies() == [b"pa", b"ge"]
    assert stage.socket.told == []


# -- pause and end -------------------------------------------------------------------------------------------


def test_a_pause_lets_nothing_out_either() -> None:
    stage = Stage()
    stage.snapshot(b"page")
    stage.room.state = SessionState.PAUSED
    _, seen = stage.viewer()
    assert seen.frames == []
    stage.room.state = SessionState.ACTIVE
    stage.room.new_epoch()
    stage.offset = 0
    stage.snapshot(b"again")
    assert seen.bodies() == [b"again"]


def test_after_the_end_nothing_passes_in_any_direction() -> None:
    """I5; G5 "no epoch check", "end without closing viewers"."""
    stage = Stage()
    viewer, seen = stage.viewer()
    slow, asleep = stage.viewer(socket=FakeSocket(room_for=1))
    stage.snapshot(b"page")
    stage.events(b"one")
    epoch = stage.room.epoch
    stage.room.fence(SessionState.ENDED, "agent")
    counts = [len(s.frames) for s in (seen, asleep, stage.socket)]
    for peer in (stage.sharer, viewer, slow):
        for kind in Kind:
            for e, offset in ((epoch, 2), (stage.room.epoch, 0), (stage.room.epoch, 2)):
                assert stage.room.receive(peer, frame(kind, 0, e, offset, b"x" * 13)) is not None
    asleep.paused = False
    stage.room.catch_up(slow)
    late, late_seen = peer_of(Role.VIEWER, 99)
    stage.room.add_viewer(late, Position(epoch, 0))
    assert [len(s.frames) for s in (seen, asleep, stage.socket)] == counts
    assert late_seen.frames == []
    for socket in (seen, asleep, stage.socket):
        assert socket.told[-1] == {"type": "end", "sessionId": "session", "reason": "agent"}


# -- pointers ------------------------------------------------------------------------------------------------


def test_a_viewers_pointer_carries_its_own_number_whatever_it_says() -> None:
    """G3 "fake agent cursor"."""
    stage = Stage()
    one, one_seen = stage.viewer()
    two, two_seen = stage.viewer()
    stage.snapshot(b"page")
    sent = frame(Kind.POINTER, 0, 12345, 678, b"p" * 13, peer=two.number)
    assert stage.room.receive(one, sent) is None
    want = frame(Kind.POINTER, 0, stage.room.epoch, 0, b"p" * 13, peer=one.number)
    assert stage.socket.frames == [want]
    assert two_seen.frames[-1] == want
    assert want not in one_seen.frames


def test_the_sharers_pointer_goes_to_viewers_and_may_not_wear_a_viewers_number() -> None:
    stage = Stage()
    viewer, seen = stage.viewer()
    stage.snapshot(b"page")
    room = stage.room
    mine = frame(Kind.POINTER, 0, room.epoch, 0, b"p" * 13)
    assert room.receive(stage.sharer, mine) is None
    assert seen.frames[-1] == mine
    forged = frame(Kind.POINTER, 0, room.epoch, 0, b"p" * 13, peer=viewer.number)
    assert room.receive(stage.sharer, forged) is Refusal.MALFORMED
    stale = frame(Kind.POINTER, 0, room.epoch - 1, 0, b"p" * 13)
    assert room.receive(stage.sharer, stale) is Refusal.STALE
    forged = frame(Kind.EVENTS, 0, room.epoch, stage.offset, b"", peer=viewer.number)
    assert room.receive(stage.sharer, forged) is Refusal.MALFORMED


def test_pointers_are_dropped_for_who_is_full_or_has_no_picture() -> None:
    stage = Stage()
    viewer, _ = stage.viewer()
    _, full = stage.viewer(socket=FakeSocket(room_for=1))
    pointer = frame(Kind.POINTER, 0, stage.room.epoch, 0, b"p" * 13)
    assert stage.room.receive(stage.sharer, pointer) is None
    assert full.frames == []
    stage.snapshot(b"page")
    stage.socket.paused = True
    assert stage.room.receive(viewer, pointer) is None
    assert len(full.frames) == 1
    assert stage.socket.frames == []


# -- budgets -------------------------------------------------------------------------------------------------


def test_a_budget_is_spent_by_refused_frames_too_and_refilled_by_time() -> None:
    """Reliability.md D, rates: nobody gets free attempts."""
    stage = Stage()
    stage.room.leave(stage.sharer)
    sharer, _ = peer_of(
        Role.SHARER, allowance=Allowance(frames=2, frame_burst=3, bytes=1000, byte_burst=1000)
    )
    stage.room.set_sharer(sharer)
    stage.room.state = SessionState.PAUSED
    some = frame(Kind.EVENTS, 0, stage.room.epoch, 0, b"")
    got = [stage.room.receive(sharer, some) for _ in range(5)]
    assert got == [Refusal.NOT_SHARING] * 3 + [Refusal.TOO_MANY] * 2
    sharer.refill(1.0)
    assert [stage.room.receive(sharer, some) for _ in range(3)][-1] is Refusal.TOO_MANY
    sharer.refill(100.0)
    assert (sharer.frames_left, sharer.bytes_left) == (3, 1000)
    assert stage.room.receive(sharer, b"\2" * 1001) is Refusal.TOO_MANY


def test_state_tells_everybody_who_is_there() -> None:
    stage = Stage()
    viewer, seen = stage.viewer()
    stage.room.announce()
    told = seen.told[-1]
    assert (told["state"], told["control"], told["sharing"]) == ("active", "none", True)
    assert told["viewers"] == [{"peer": viewer.number, "name": viewer.name}]
    stage.room.leave(stage.sharer)
    stage.room.announce()
    assert seen.told[-1]["sharing"] is False
    assert stage.socket.told[-1]["sharing"] is True


def test_header_is_twelve_bytes() -> None:
    assert HEADER.size == 12
    assert frame(Kind.EVENTS, Flags.DEFLATE, 1, 2, b"b", peer=3) == bytes.fromhex(
        "0201000300000001 00000002 62"
    )
