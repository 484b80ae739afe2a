"""Wrap-up codes: the platform's models."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta

from opencobrowse.wire.api import Answer, Body
from opencobrowse.wire.people import Division


class WrapupCode(Answer):
    """The platform's `WrapupCode`."""

    id: str
    name: str
    division: Division
    date_created: str
    date_modified: str
    self_uri: str
    description: str | None = None


class WrapupCodeListing(Answer):
    """The platform's `WrapupCodeEntityListing`."""

    entities: list[WrapupCode]
    page_size: int
    page_number: int
    total: int
    page_count: int
    self_uri: str
    first_uri: str
    last_uri: str
    next_uri: str | None = None
    previous_uri: str | None = None


class WrapupCodeRequest(Body):
    """The platform's `WrapupCodeRequest`. There is one division; what an answer has besides may come back
    with it, and changes nothing."""

    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    description: Annotated[str, Meta(max_length=1024)] | None = None
    division: Any = UNSET
    id: Any = UNSET
    date_created: Any = UNSET
    date_modified: Any = UNSET
    created_by: Any = UNSET
    modified_by: Any = UNSET
    self_uri: Any = UNSET
