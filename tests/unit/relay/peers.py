"""A socket that writes down what it is given, and short ways to make rooms, peers and frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from opencobrowse.domain.session import SessionState
from opencobrowse.relay.authority import Role
from opencobrowse.relay.peer import SHARER_ALLOWANCE, VIEWER_ALLOWANCE, Allowance, Peer
from opencobrowse.relay.room import Room
from opencobrowse.wire.live import HEADER, Flags, Kind, frame

EPOCH = 7


@dataclass
class FakeSocket:
    """`relay.peer.Socket` that is paused after `room_for` more frames (None: never)."""

    paused: bool = False
    room_for: int | None = None
    frames: list[bytes] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    closed: tuple[int, str] | None = None

    def send(self, frame: bytes) -> None:
        assert not self.paused, "a paused socket is given nothing"
        self.frames.append(frame)
        if self.room_for is not None:
            self.room_for -= 1
            self.paused = self.room_for <= 0

    def tell(self, message: bytes) -> None:
        self.told.append(msgspec.json.decode(message))

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def types(self) -> list[str]:
        return [message["type"] for message in self.told]

    def offsets(self) -> list[int]:
        return [HEADER.unpack_from(f)[4] for f in self.frames if f[0] != Kind.POINTER]

    def bodies(self) -> list[bytes]:
        return [f[HEADER.size :] for f in self.frames]


def peer_of(
    role: Role, number: int = 0, socket: FakeSocket | None = None, allowance: Allowance | None = None
) -> tuple[Peer, FakeSocket]:
    socket = socket or FakeSocket()
    default = SHARER_ALLOWANCE if role is Role.SHARER else VIEWER_ALLOWANCE
    return Peer(socket, role, number, f"{role.value} {number}", allowance or default), socket


class Stage:
    """A room with a sharer, and what it sends, numbered."""

    def __init__(self, state: SessionState = SessionState.ACTIVE, epoch: int = EPOCH) -> None:
        self.room = Room("session", state, epoch)
        self.sharer, self.socket = peer_of(Role.SHARER)
        self.room.set_sharer(self.sharer)
        self.offset = 0

    def viewer(self, resume: Any = None, socket: FakeSocket | None = None) -> tuple[Peer, FakeSocket]:
        viewer, seen = peer_of(Role.VIEWER, self.room.free_number(), socket)
        self.room.add_viewer(viewer, resume)
        return viewer, seen

    def snapshot(self, *bodies: bytes) -> None:
        for index, body in enumerate(bodies):
            last = Flags.LAST if index == len(bodies) - 1 else Flags.NONE
            self._send(Kind.SNAPSHOT, last, body)

    def chunk(self, body: bytes, last: bool = False) -> None:
        self._send(Kind.SNAPSHOT, Flags.LAST if last else Flags.NONE, body)

    def events(self, *bodies: bytes) -> None:
        for body in bodies:
            self._send(Kind.EVENTS, Flags.NONE, body)

    def _send(self, kind: Kind, flags: Flags, body: bytes) -> None:
        self.sharer.refill(60)
        refused = self.room.receive(self.sharer, frame(kind, flags, self.room.epoch, self.offset, body))
        assert refused is None, refused
        self.offset += 1
