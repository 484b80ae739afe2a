"""The one gate. Every frame passes it, and `RULES` is all that decides.

Who may send a kind of frame, in which states of the session, how large, with which flags, and whether it is
part of the ordered stream. A kind without a row does not exist. `gate` is the same table turned round for one
role in one state, so that a frame costs one look-up; `refusal` says in words why a frame did not pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from opencobrowse.domain.session import SessionState
from opencobrowse.kernel import limits
from opencobrowse.wire.live import HEADER, Flags, Kind


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
    """`max_bytes` is of the whole frame. `flags`: those that a frame of this kind may carry."""

    roles: frozenset[Role]
    states: frozenset[SessionState]
    max_bytes: int
    flags: Flags
    ordered: bool


_STREAM: Final = frozenset({SessionState.ACTIVE})
_SHARER: Final = frozenset({Role.SHARER})
_BOTH: Final = frozenset({Role.SHARER, Role.VIEWER})

RULES: Final = {
    Kind.SNAPSHOT: Rule(
        _SHARER, _STREAM, limits.SNAPSHOT_CHUNK_BYTES + HEADER.size, Flags.DEFLATE | Flags.LAST, ordered=True
    ),
    Kind.EVENTS: Rule(_SHARER, _STREAM, limits.SHARER_FRAME_BYTES, Flags.DEFLATE, ordered=True),
    Kind.POINTER: Rule(_BOTH, _STREAM, 256, Flags.NONE, ordered=False),
}

Gate: TypeAlias = tuple[int, ...]
"""For each possible kind byte, the largest frame that may pass; 0 where none may."""

SHUT: Final[Gate] = (0,) * 256


def _gate(role: Role, state: SessionState) -> Gate:
    sizes = list(SHUT)
    for kind, rule in RULES.items():
        if role in rule.roles and state in rule.states:
            sizes[kind] = rule.max_bytes
    return tuple(sizes)


_GATES: Final = {(role, state): _gate(role, state) for role in Role for state in SessionState}

FORBIDDEN_FLAGS: Final = tuple(
    0xFF & ~(int(RULES[Kind(kind)].flags) if kind in RULES else 0) for kind in range(256)
)
"""For each possible kind byte, the flags that it may not carry."""


def gate(role: Role, state: SessionState) -> Gate:
    """What `role` may send while the session is in `state`."""
    return _GATES[role, state]


def refusal(kind: int, role: Role, state: SessionState, size: int) -> Refusal | None:
    """Why a frame of `kind` and `size` bytes may not pass now; None if it may."""
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
