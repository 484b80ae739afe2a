"""The platform's calls on sessions by their conversation, and those that end media."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from opencobrowse.domain.conversation import ConversationMove
from opencobrowse.http import mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.framework import Nothing
from opencobrowse.http.paging import numbered
from opencobrowse.http.problems import AnyRequest, speaks_platform
from opencobrowse.http.routes.participants import wish_of
from opencobrowse.services.conversation.participants import ParticipantChange
from opencobrowse.services.core import Core
from opencobrowse.services.session.cobrowsesessions import CobrowseConversation
from opencobrowse.wire import api
from opencobrowse.wire import cobrowsesessions as wire

_BASE = "/api/v2/conversations/cobrowsesessions"


def handlers(core: Core) -> list[Any]:
    async def shown(view: CobrowseConversation) -> wire.CobrowseConversation:
        session = await core.sessions.view(view.session)
        started = core.start.describe(view.conversation, view.session)
        return mapping.cobrowse_conversation(
            view, mapping.session_answer(session, started, core.links), core.links
        )

    @get(_BASE)
    async def list_cobrowse_sessions(request: AnyRequest) -> wire.CobrowseConversationListing:
        """Conversations with a live session: an agent's own, a program's organisation's. Newest first."""
        actor = await actor_of(request, core)
        page = numbered(request, await core.cobrowse_sessions.live(actor))
        entities = [await shown(view) for view in await core.cobrowse_sessions.with_conversations(page.found)]
        return wire.CobrowseConversationListing(entities=entities, **page.keys)

    @get(f"{_BASE}/{{conversation_id:str}}")
    async def get_cobrowse_session(
        request: AnyRequest, conversation_id: FromPath[str]
    ) -> wire.CobrowseConversation:
        """A conversation's session: the live one, else the newest."""
        actor = await actor_of(request, core)
        return await shown(await core.cobrowse_sessions.of(actor, conversation_id))

    @patch(f"{_BASE}/{{conversation_id:str}}")
    async def patch_cobrowse_session(
        request: AnyRequest, conversation_id: FromPath[str], data: JSONBody[wire.CobrowseSessionPatch]
    ) -> api.Conversation:
        """`{"state": "disconnected"}` ends the session; the conversation goes on."""
        actor = await actor_of(request, core)
        conversation = await core.cobrowse_sessions.end(actor, conversation_id)
        sessions = await core.conversations.sessions(conversation)
        platform = speaks_platform(request)
        return mapping.conversation(conversation, sessions, core.links, platform=platform)

    @post("/api/v2/conversations/{conversation_id:str}/disconnect", status_code=202)
    async def disconnect_conversation(request: AnyRequest, conversation_id: FromPath[str]) -> Response[str]:
        """End the conversation, everybody's media, and its session."""
        actor = await actor_of(request, core)
        await core.conversations.set_state(actor, conversation_id, ConversationMove.DISCONNECT)
        return Response('"disconnected"', status_code=202, media_type="application/json")

    @patch("/api/v2/conversations/{conversation_id:str}/participants/{participant_id:str}", status_code=202)
    async def patch_participant(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        data: JSONBody[wire.ParticipantPatch],
    ) -> Response[None]:
        """Change a participant; `{"state": "disconnected"}` makes them leave and ends a session of theirs.
        `wrapup`, `wrapupSkipped` and `recording` are about their part of the conversation's session."""
        actor = await actor_of(request, core)
        leaves = data.state == "disconnected"
        wish = wish_of(data)
        wish = replace(wish, state=None) if leaves else wish
        own = ParticipantChange(leaves, data.name, data.attributes)
        await core.media.change_in_conversation(actor, conversation_id, participant_id, wish, own)
        return Nothing(202)

    return [list_cobrowse_sessions, get_cobrowse_session, patch_cobrowse_session,
            disconnect_conversation, patch_participant]  # fmt: skip
