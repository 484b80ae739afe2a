"""Close codes: 4000-4499 come back, 4500-4999 do not (reliability.md D).

`schema/vectors/close-codes.json` is the same table for both languages' tests.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from opencobrowse.relay.authority import Refusal


class Close(IntEnum):
    PROTOCOL = 1002
    RESTARTING = 1012
    NO_PONG = 4000
    SLOW = 4008
    OUT_OF_ORDER = 4010
    INTERNAL = 4011
    TOO_MANY = 4029
    MALFORMED = 4500
    VERSION = 4501
    NOT_YOURS = 4503
    ENDED = 4504
    NO_HELLO = 4505
    REVOKED = 4506
    TAKEN_OVER = 4509
    TRANSFERRED = 4510
    TOO_LARGE = 4513
    TOO_MANY_PAGES = 4514


FOR_REFUSAL: Final = {
    Refusal.NOT_YOURS: Close.NOT_YOURS,
    Refusal.TOO_LARGE: Close.TOO_LARGE,
    Refusal.TOO_MANY: Close.TOO_MANY,
    Refusal.MALFORMED: Close.MALFORMED,
    Refusal.OUT_OF_ORDER: Close.OUT_OF_ORDER,
}
