"""Wrap-up codes: the platform's models."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta

from opencobrowse.wire.api import Answer, Body, Numbered
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


class WrapupCodeListing(Numbered, kw_only=True):
    """The platform's `WrapupCodeEntityListing`."""

    entities: list[WrapupCode]


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
