"""The one gate. Every frame passes `admit`, and this table is all that decides.

Who may send it, when, how large, and whether it may be dropped. A kind without a row does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from opencobrowse.domain.session import SessionState
from opencobrowse.kernel import limits
from opencobrowse.wire.live import HEADER, Kind


class Role(Enum):
    SHARER = "sharer"
    VIEWER = "viewer"


class Refusal(Enum):
    """Why a frame does not pass, and what that means for its sender's socket."""

    NOT_SHARING = "the session is not active"
    NOT_YOURS = "your role may not send this"
    TOO_LARGE = "the frame is too large"
    TOO_MANY = "too many frames"
    MALFORMED = "the frame is malformed"
    OUT_OF_ORDER = "the frame is not the next one"
    STALE = "the frame is of an older epoch"

    @property
    def droppable(self) -> bool:
        """A race that honest peers can lose: the frame is dropped and the socket stays."""
        return self in (Refusal.NOT_SHARING, Refusal.STALE)


@dataclass(frozen=True, slots=True)
class Rule:
    roles: frozenset[Role]
    states: frozenset[SessionState]
    max_bytes: int
    ordered: bool


_STREAM: Final = frozenset({SessionState.ACTIVE})
_SHARER: Final = frozenset({Role.SHARER})
_BOTH: Final = frozenset({Role.SHARER, Role.VIEWER})

RULES: Final = {
    Kind.SNAPSHOT: Rule(_SHARER, _STREAM, limits.SNAPSHOT_CHUNK_BYTES + HEADER.size, ordered=True),
    Kind.EVENTS: Rule(_SHARER, _STREAM, limits.SHARER_FRAME_BYTES, ordered=True),
    Kind.POINTER: Rule(_BOTH, _STREAM, 256, ordered=False),
}


def admit(kind: int, role: Role, state: SessionState, size: int) -> Refusal | None:
    """None if a frame of `kind` and `size` bytes may pass now, else why not."""
    rule = RULES.get(kind)  # type: ignore[call-overload]
    if rule is None:
        return Refusal.MALFORMED
    if role not in rule.roles:
        return Refusal.NOT_YOURS
    if state not in rule.states:
        return Refusal.NOT_SHARING
    if size > rule.max_bytes:
        return Refusal.TOO_LARGE
    return None
