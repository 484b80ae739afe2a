"""The control grant: an explicit, revocable fact held by the server, never a side effect of input (I8)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Control(StrEnum):
    NONE = "none"
    PENDING = "pending"
    HELD = "held"


class ControlMove(StrEnum):
    REQUEST = "request"
    GRANT = "grant"
    DECLINE = "decline"
    EXPIRE = "expire"
    REVOKE = "revoke"
    VIEWER_LEFT = "viewer_left"


CONTROL: Final = {
    (Control.NONE, ControlMove.REQUEST): Control.PENDING,
    (Control.PENDING, ControlMove.GRANT): Control.HELD,
    (Control.PENDING, ControlMove.DECLINE): Control.NONE,
    (Control.PENDING, ControlMove.EXPIRE): Control.NONE,
    (Control.PENDING, ControlMove.VIEWER_LEFT): Control.NONE,
    (Control.HELD, ControlMove.REVOKE): Control.NONE,
    (Control.HELD, ControlMove.VIEWER_LEFT): Control.NONE,
}
