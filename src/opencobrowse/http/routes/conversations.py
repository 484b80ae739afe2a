"""Conversations and their participants."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from opencobrowse.domain.conversation import (
    AddressType,
    Conversation,
    ConversationMove,
    ConversationState,
    ConversationType,
)
from opencobrowse.http import mapping, paging
from opencobrowse.http.auth import actor_of
from opencobrowse.http.problems import AnyRequest, speaks_platform
from opencobrowse.http.routes.start import create_started, key_of
from opencobrowse.kernel.errors import Detail, Invalid
from opencobrowse.services.conversation.conversations import Endpoint, NewConversation, NewParticipant
from opencobrowse.services.core import Core
from opencobrowse.wire import api

_ALIASES: Final = {"call": "voice", "webmessaging": "message", "connected": "active"}
"""The platform's words for what has a name of ours. Its SDKs read `connected`, and may send it back."""


def handlers(core: Core) -> list[Any]:
    async def shown(request: AnyRequest, found: Conversation) -> api.Conversation:
        sessions = await core.conversations.sessions(found)
        return mapping.conversation(found, sessions, core.links, platform=speaks_platform(request))

    @post("/api/v2/conversations", status_code=201)
    async def create_conversation(request: AnyRequest, data: JSONBody[api.NewConversation]) -> Response[Any]:
        """Make a conversation. One of type cobrowse that names its agent and its customer is started, too."""
        actor = await actor_of(request, core)
        wish = _wish(data)
        key_of(request)  # a key that cannot be is refused whether it is used or not
        if _names_both(wish):
            return await create_started(core, request, wish)
        conversation = await core.conversations.create(actor, wish)
        headers = {"Location": f"/api/v2/conversations/{conversation.id}"}
        return Response(await shown(request, conversation), status_code=201, headers=headers)

    @get("/api/v2/conversations")
    async def list_conversations(
        request: AnyRequest,
        external_tag: Annotated[str | None, QueryParameter(name="externalTag")] = None,
        page_size: Annotated[int | None, QueryParameter(name="pageSize")] = None,
        page_number: Annotated[int | None, QueryParameter(name="pageNumber")] = None,
    ) -> api.Listing:
        """The organisation's conversations, newest first; `externalTag` finds those of your own tag."""
        actor = await actor_of(request, core)
        page = paging.asked(request)
        found, total = await core.conversations.find(actor, external_tag, offset=page.offset, limit=page.size)
        keys = paging.numbered_keys(request, page, total)
        return api.Listing(entities=[await shown(request, c) for c in found], **keys)

    @get("/api/v2/conversations/{conversation_id:str}")
    async def get_conversation(request: AnyRequest, conversation_id: FromPath[str]) -> api.Conversation:
        """One conversation, with its participants and their sessions."""
        actor = await actor_of(request, core)
        return await shown(request, await core.conversations.get(actor, conversation_id))

    @patch("/api/v2/conversations/{conversation_id:str}")
    async def patch_conversation(
        request: AnyRequest, conversation_id: FromPath[str], data: JSONBody[api.ConversationPatch]
    ) -> api.Conversation:
        """Move it: `active` connects the agent, `disconnected` ends it and its session."""
        actor = await actor_of(request, core)
        move = ConversationMove(_ALIASES.get(data.state, data.state))
        return await shown(request, await core.conversations.set_state(actor, conversation_id, move))

    @delete("/api/v2/conversations/{conversation_id:str}")
    async def delete_conversation(request: AnyRequest, conversation_id: FromPath[str]) -> None:
        """End it."""
        actor = await actor_of(request, core)
        await core.conversations.set_state(actor, conversation_id, ConversationMove.DISCONNECT)

    @post("/api/v2/conversations/{conversation_id:str}/participants", status_code=201)
    async def add_participants(
        request: AnyRequest, conversation_id: FromPath[str], data: JSONBody[api.AddParticipants]
    ) -> api.AddedParticipants:
        """Add pairs of participants; a pair that is there already is returned as it is."""
        actor = await actor_of(request, core)
        if not data.add_participants:
            raise Invalid(
                "addParticipants is empty.",
                code="missing.field",
                details=(Detail("missing.field", "addParticipants"),),
                cure='Name a pair: {"addParticipants": [{"from": {"id": "<user id>", "type": "user"}}]}.',
            )
        pairs = [(_endpoint(p.from_, True), _endpoint(p.to) if p.to else None) for p in data.add_participants]
        conversation, people = await core.conversations.add(actor, conversation_id, pairs)
        sessions = await core.conversations.sessions(conversation)
        added = [mapping.participant(conversation, p, sessions, core.links) for p in people]
        return api.AddedParticipants(conversation_id=conversation_id, participants=added)

    return [create_conversation, list_conversations, get_conversation, patch_conversation,
            delete_conversation, add_participants]  # fmt: skip


def _wish(body: api.NewConversation) -> NewConversation:
    people = [
        NewParticipant(p.role, p.user_id, p.external_id, p.name, p.address) for p in body.participants or []
    ]
    return NewConversation(
        ConversationType(_ALIASES.get(body.type, body.type)),
        ConversationState(_ALIASES.get(body.state or "", body.state or "active")),
        tuple(people),
        body.metadata or {},
        body.external_tag,
    )


def _names_both(wish: NewConversation) -> bool:
    """Whether it has all that a session needs: who the agent is, and that there is a customer (W7)."""
    agents = [p for p in wish.participants if p.role == "agent"]
    return (
        wish.type is ConversationType.COBROWSE
        and wish.state is ConversationState.ACTIVE
        and len({p.user_id for p in agents}) == 1
        and len(agents) < len(wish.participants)
    )


def _endpoint(body: api.Endpoint, must_have_id: bool = False) -> Endpoint:
    return Endpoint(AddressType(body.type), body.id, body.external_id, body.name, must_have_id)
