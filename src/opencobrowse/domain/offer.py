"""The offer: the question put to the customer. Out for ten minutes, answered once (I7)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Offer(StrEnum):
    OUT = "out"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class OfferMove(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


OFFER: Final = {
    (Offer.OUT, OfferMove.ACCEPT): Offer.ACCEPTED,
    (Offer.OUT, OfferMove.REJECT): Offer.REJECTED,
    (Offer.OUT, OfferMove.EXPIRE): Offer.EXPIRED,
    (Offer.OUT, OfferMove.WITHDRAW): Offer.WITHDRAWN,
}
