"""The one gate: complete over every kind, role and state (B5, B8, I5, I8; G1)."""

from __future__ import annotations

import itertools

import pytest

from opencobrowse.domain.session import SessionState
from opencobrowse.kernel import limits
from opencobrowse.relay.authority import FORBIDDEN_FLAGS, RULES, Refusal, Role, gate, refusal
from opencobrowse.relay.room import Room
from opencobrowse.wire.live import HEADER, Flags, Kind, frame
from tests.unit.relay.peers import EPOCH, Stage, peer_of

PASSES = {
    (Kind.SNAPSHOT, Role.SHARER, SessionState.ACTIVE),
    (Kind.EVENTS, Role.SHARER, SessionState.ACTIVE),
    (Kind.POINTER, Role.SHARER, SessionState.ACTIVE),
    (Kind.POINTER, Role.VIEWER, SessionState.ACTIVE),
}
"""Written out once more, so that a wrong edit of the table is seen here."""

LARGEST = {
    Kind.SNAPSHOT: limits.SNAPSHOT_CHUNK_BYTES + HEADER.size,
    Kind.EVENTS: 1024 * 1024,
    Kind.POINTER: 256,
}


def test_every_kind_has_a_rule() -> None:
    assert set(RULES) == set(Kind)


@pytest.mark.parametrize(("role", "state"), list(itertools.product(Role, SessionState)))
def test_gate_and_refusal_say_the_same(role: Role, state: SessionState) -> None:
    """B5: nothing but what is written above passes, for all 256 possible kind bytes."""
    for kind in range(256):
        known = kind in set(Kind)
        allowed = known and (Kind(kind), role, state) in PASSES
        assert gate(role, state)[kind] == (LARGEST[Kind(kind)] if allowed else 0)
        assert (refusal(kind, role, state, HEADER.size) is None) == allowed
        if not known:
            assert refusal(kind, role, state, HEADER.size) is Refusal.MALFORMED


@pytest.mark.parametrize(("kind", "role", "state"), list(itertools.product(Kind, Role, SessionState)))
def test_the_room_obeys_the_gate(kind: Kind, role: Role, state: SessionState) -> None:
    """B5, B8: sent for real, in every state, by both roles: an effect only where the table allows it."""
    stage = Stage(SessionState.ACTIVE)
    viewer, seen = stage.viewer()
    stage.snapshot(b"page")
    room = stage.room
    room.state = state
    before, sharers = len(seen.frames), len(stage.socket.frames)
    sender = stage.sharer if role is Role.SHARER else viewer
    got = room.receive(sender, frame(kind, Flags.NONE, room.epoch, stage.offset, b"x" * 13))
    allowed = (kind, role, state) in PASSES
    assert (got is None) == allowed
    delivered = len(seen.frames) - before + len(stage.socket.frames) - sharers
    assert delivered == (1 if allowed else 0)
    if not allowed:
        assert room.next_offset == stage.offset, "nothing changed"


@pytest.mark.parametrize("kind", list(Kind))
def test_size_limits_are_exact(kind: Kind) -> None:
    """Reliability.md D: snapshot chunk 256 KiB, frame 1 MiB, pointer small."""
    largest = LARGEST[kind]
    stage = Stage()
    body = b"x" * (largest - HEADER.size)
    assert stage.room.receive(stage.sharer, frame(kind, 0, stage.room.epoch, 0, body)) is None
    stage = Stage()
    too_large = frame(kind, 0, stage.room.epoch, 0, body + b"x")
    assert stage.room.receive(stage.sharer, too_large) is Refusal.TOO_LARGE


@pytest.mark.parametrize("kind", list(Kind))
def test_flags_that_a_kind_may_not_carry_are_refused(kind: Kind) -> None:
    for flags in range(256):
        stage = Stage()
        allowed = not flags & ~int(RULES[kind].flags)
        got = stage.room.receive(stage.sharer, frame(kind, flags, stage.room.epoch, 0, b"x" * 13))
        assert got is (None if allowed else Refusal.MALFORMED)
        assert bool(flags & FORBIDDEN_FLAGS[kind]) != allowed


@pytest.mark.parametrize("size", range(HEADER.size))
def test_shorter_than_a_header_is_malformed(size: int) -> None:
    stage = Stage()
    assert stage.room.receive(stage.sharer, b"\1" * size) is Refusal.MALFORMED


def test_a_peer_that_was_never_added_may_send_nothing() -> None:
    room = Room("session", SessionState.ACTIVE, EPOCH)
    for role in Role:
        peer, _ = peer_of(role)
        for kind in Kind:
            assert room.receive(peer, frame(kind, 0, room.epoch, 0, b"x" * 13)) is not None


def test_a_page_that_was_taken_over_sends_nothing_any_more() -> None:
    """At most one sharer (I6): the one before is shut out at once, its frames are dropped."""
    stage = Stage()
    _, seen = stage.viewer()
    stage.snapshot(b"first page")
    other, _ = peer_of(Role.SHARER)
    assert stage.room.set_sharer(other) is stage.sharer
    count = len(seen.frames)
    for kind in Kind:
        got = stage.room.receive(stage.sharer, frame(kind, 0, stage.room.epoch, 0, b"x" * 13))
        assert got is Refusal.STALE
        assert got.droppable
    assert len(seen.frames) == count


def test_a_peer_that_left_sends_nothing_any_more() -> None:
    stage = Stage()
    viewer, _ = stage.viewer()
    stage.snapshot(b"page")
    stage.room.leave(viewer)
    count = len(stage.socket.frames)
    assert stage.room.receive(viewer, frame(Kind.POINTER, 0, stage.room.epoch, 0, b"x" * 13)) is not None
    assert len(stage.socket.frames) == count
