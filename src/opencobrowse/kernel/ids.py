"""Ids and times. Random ids are made here and nowhere else, so that tests can pass their own."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

Millis = int
"""A moment: milliseconds since the Unix epoch, UTC."""

SECOND: Millis = 1_000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE


def new_id() -> str:
    """A random UUID, the id shape of the platform's API."""
    return str(uuid.uuid4())


def new_epoch() -> int:
    """Where a live room starts to count its epochs: random, so that no room goes on in the epoch of one that
    an earlier process had, whatever the clock says. Below 2^31 of the 2^32 that fit a frame."""
    return 1 + secrets.randbelow(2**31 - 1)


def is_id(text: str) -> bool:
    """Whether `text` has the shape of one of our ids."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def canonical(text: str) -> str:
    """An id of ours in its one spelling: UUIDs are compared whatever their case (RFC 9562 section 4).

    Anything else stays as it is: a customer's external id is written as its owner writes it.
    """
    plain = text.lower()
    return plain if plain != text and is_id(plain) else text


def iso(moment: Millis) -> str:
    """`2026-11-21T10:30:00.000Z`: UTC with milliseconds, as every time in the API."""
    stamp = dt.datetime.fromtimestamp(moment / 1000, tz=dt.UTC)
    return stamp.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
