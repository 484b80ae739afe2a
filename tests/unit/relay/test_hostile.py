"""Hostile input (F15): whatever bytes come, nothing raises, and only what the table allows has an effect."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from opencobrowse.domain.session import SessionState
from opencobrowse.wire import live
from opencobrowse.wire.live import HEADER, Kind
from tests.unit.relay.peers import EPOCH, FakeSocket, Stage

near = st.integers(0, 5)
headers = st.builds(
    HEADER.pack, near, near, st.sampled_from([0, 1, 65535]), st.integers(EPOCH, EPOCH + 3), near
)
frames = st.builds(lambda head, body: head + body, headers, st.binary(max_size=30)) | st.binary(max_size=40)
moves = st.one_of(
    st.tuples(st.just("sharer"), frames),
    st.tuples(st.just("viewer"), frames),
    st.tuples(st.just("state"), st.sampled_from(list(SessionState))),
    st.tuples(st.just("drain"), st.none()),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(moves, max_size=40))
def test_no_bytes_raise_or_pass_without_authority(steps: list[tuple[str, object]]) -> None:
    stage = Stage()
    viewer, seen = stage.viewer(socket=FakeSocket(room_for=5))
    room = stage.room
    for who, what in steps:
        before = (room.position, len(seen.frames) + len(stage.socket.frames))
        if isinstance(what, SessionState):
            room.state = what
        elif who == "drain":
            seen.paused, seen.room_for = False, 5
            room.catch_up(viewer)
        elif isinstance(what, bytes):
            refusal = room.receive(stage.sharer if who == "sharer" else viewer, what)
            if refusal is not None:
                assert (room.position, len(seen.frames) + len(stage.socket.frames)) == before
            else:
                assert room.state is SessionState.ACTIVE
                ordered = what[0] != Kind.POINTER
                assert room.position.offset == before[0].offset + ordered
                assert not (ordered and who == "viewer")
    offsets = seen.offsets()
    starts = [i for i in range(len(offsets)) if i == 0 or offsets[i] != offsets[i - 1] + 1]
    assert all(seen.frames[i][0] == Kind.SNAPSHOT or i == 0 for i in starts)


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_text_raises_anything_but_a_decode_error(payload: bytes) -> None:
    try:
        live.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
