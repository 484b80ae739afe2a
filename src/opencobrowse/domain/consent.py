"""Consent: what the customer agreed to, and that they may take it back at any time (I14)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from opencobrowse.kernel.ids import Millis


class Consent(StrEnum):
    NONE = "none"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConsentMove(StrEnum):
    GIVE = "give"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


CONSENT: Final = {
    (Consent.NONE, ConsentMove.GIVE): Consent.GIVEN,
    (Consent.NONE, ConsentMove.REFUSE): Consent.REFUSED,
    (Consent.GIVEN, ConsentMove.WITHDRAW): Consent.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """Who said yes, when, to which text, to what: `view` always, `control` only if asked for and given."""

    at: Millis
    text_version: str
    view: bool
    control: bool
    page_origin: str
