"""The control grant: an explicit, revocable fact held by the server, never a side effect of input (I8).

A session's control moves with `CONTROL`; what was asked for, what the customer said and how it ended is kept
as one `Grant` for each time (`Session.grants`), the newest last. All but that one are over.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from opencobrowse.kernel.ids import Millis


class Control(StrEnum):
    NONE = "none"
    PENDING = "pending"
    HELD = "held"


class ControlMove(StrEnum):
    REQUEST = "request"
    GRANT = "grant"
    DECLINE = "decline"
    EXPIRE = "expire"
    IDLE = "idle"
    RELEASE = "release"
    REVOKE = "revoke"
    VIEWER_LEFT = "viewer_left"


CONTROL: Final = {
    (Control.NONE, ControlMove.REQUEST): Control.PENDING,
    (Control.PENDING, ControlMove.GRANT): Control.HELD,
    (Control.PENDING, ControlMove.DECLINE): Control.NONE,
    (Control.PENDING, ControlMove.EXPIRE): Control.NONE,
    (Control.PENDING, ControlMove.RELEASE): Control.NONE,
    (Control.PENDING, ControlMove.REVOKE): Control.NONE,
    (Control.PENDING, ControlMove.VIEWER_LEFT): Control.NONE,
    (Control.HELD, ControlMove.IDLE): Control.NONE,
    (Control.HELD, ControlMove.RELEASE): Control.NONE,
    (Control.HELD, ControlMove.REVOKE): Control.NONE,
    (Control.HELD, ControlMove.VIEWER_LEFT): Control.NONE,
}


class ControlEnd(StrEnum):
    """Why a request or a grant is over, as `control.closed` says it."""

    DECLINED = "declined"
    EXPIRED = "expired"
    RELEASED = "released"
    REVOKED = "revoked"
    IDLE = "idle"
    ORIGIN = "origin"
    VIEWER_LEFT = "viewer.left"
    TRANSFERRED = "transferred"
    NOT_ALLOWED = "not.allowed"
    PAUSED = "paused"
    ENDED = "ended"


MOVE_FOR: Final = {
    ControlEnd.DECLINED: ControlMove.DECLINE,
    ControlEnd.EXPIRED: ControlMove.EXPIRE,
    ControlEnd.RELEASED: ControlMove.RELEASE,
    ControlEnd.REVOKED: ControlMove.REVOKE,
    ControlEnd.IDLE: ControlMove.IDLE,
    ControlEnd.ORIGIN: ControlMove.REVOKE,
    ControlEnd.VIEWER_LEFT: ControlMove.VIEWER_LEFT,
    ControlEnd.TRANSFERRED: ControlMove.VIEWER_LEFT,
    ControlEnd.NOT_ALLOWED: ControlMove.REVOKE,
    ControlEnd.PAUSED: ControlMove.REVOKE,
    ControlEnd.ENDED: ControlMove.REVOKE,
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One time that `user_id` asked for control, and what came of it.

    `with_session`: it was asked in the same question as viewing. `page_origin` is that of the page on which
    the customer said yes, at `granted_at`; None where they have not.
    """

    user_id: str
    participant_id: str
    asked_at: Millis
    with_session: bool = False
    page_origin: str | None = None
    granted_at: Millis | None = None
    ended_at: Millis | None = None
    end_reason: ControlEnd | None = None
