"""Who is there: what can be known of a customer's pages before a start."""

from __future__ import annotations

from opencobrowse.wire.api import Answer


class WaitingPages(Answer, omit_defaults=False):
    """Ours. `externalId` null: the conversation names no customer whom a page could be registered with."""

    external_id: str | None
    pages: int
