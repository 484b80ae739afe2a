"""Ours: what can be known of a customer's pages before a start. The doctor asks it."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.params import FromPath

from opencobrowse.http.auth import actor_of
from opencobrowse.http.problems import AnyRequest
from opencobrowse.services.core import Core
from opencobrowse.wire.presence import WaitingPages


def handlers(core: Core) -> list[Any]:
    @get("/api/v2/opencobrowse/conversations/{conversation_id:str}/pages")
    async def get_waiting_pages(request: AnyRequest, conversation_id: FromPath[str]) -> WaitingPages:
        """The customer whom a start would ask now, and how many open pages of theirs could be asked."""
        actor = await actor_of(request, core)
        external_id, pages = await core.start.asks(actor, conversation_id)
        return WaitingPages(external_id=external_id, pages=pages)

    return [get_waiting_pages]
