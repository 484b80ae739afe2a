"""One connected socket in a room, and what it may still send this second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from opencobrowse.kernel import limits
from opencobrowse.relay.authority import SHUT, Gate, Role


class Socket(Protocol):
    """What a room sees of a socket. Nothing here blocks; `paused` is True above the high-water mark."""

    paused: bool

    def send(self, frame: bytes) -> None:
        """One binary frame."""

    def tell(self, message: bytes) -> None:
        """One text frame."""

    def close(self, code: int, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a role may send: a steady rate per second, and a burst."""

    frames: int
    frame_burst: int
    bytes: int
    byte_burst: int


SHARER_ALLOWANCE = Allowance(
    limits.SHARER_FRAMES_PER_SECOND,
    limits.SHARER_FRAME_BURST,
    limits.SHARER_BYTES_PER_SECOND,
    limits.SNAPSHOT_BYTES + limits.BACKLOG_BYTES,
)
VIEWER_ALLOWANCE = Allowance(
    limits.VIEWER_FRAMES_PER_SECOND,
    limits.VIEWER_FRAMES_PER_SECOND * 2,
    limits.VIEWER_FRAME_BYTES,
    limits.VIEWER_FRAME_BYTES * 4,
)


_DEEDS_BURST: Final = 2 * limits.ACTIONS_PER_SECOND


class Peer:
    """A budget that is refilled by `refill` once a second, so that a frame costs no look at the clock.

    `gate` is what this peer may send now; only its room sets it (`relay.authority`). `deeds_left` and
    `proposals_left` are what it may still do on the page (`relay.deeds`); `user_id` is who a viewer is.
    """

    __slots__ = (
        "allowance",
        "bytes_left",
        "deeds_left",
        "following",
        "frames_left",
        "gate",
        "generation",
        "index",
        "name",
        "number",
        "proposals_left",
        "role",
        "socket",
        "user_id",
    )

    def __init__(
        self,
        socket: Socket,
        role: Role,
        number: int,
        name: str,
        allowance: Allowance,
        *,
        user_id: str | None = None,
    ) -> None:
        self.socket = socket
        self.role = role
        self.number = number
        self.name = name
        self.user_id = user_id
        self.allowance = allowance
        self.gate: Gate = SHUT
        self.frames_left = allowance.frame_burst
        self.bytes_left = allowance.byte_burst
        self.deeds_left = _DEEDS_BURST
        self.proposals_left = limits.PROPOSAL_BURST
        # A viewer's cursor into the backlog; void (generation -1) until it has been given a snapshot.
        self.following = False
        self.generation = -1
        self.index = 0

    def refill(self, seconds: float = 1.0) -> None:
        """Grant what `seconds` earn, up to the burst."""
        grant = self.allowance
        self.frames_left = min(grant.frame_burst, max(0, self.frames_left) + int(grant.frames * seconds))
        earned = int(limits.ACTIONS_PER_SECOND * seconds)
        self.deeds_left = min(_DEEDS_BURST, max(0, self.deeds_left) + earned)
        earned = int(limits.PROPOSALS_PER_SECOND * seconds + 0.5)
        self.proposals_left = min(limits.PROPOSAL_BURST, self.proposals_left + earned)
        self.bytes_left = min(grant.byte_burst, max(0, self.bytes_left) + int(grant.bytes * seconds))
