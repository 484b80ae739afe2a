"""Conversations and their participants."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, delete, get, patch, post

from opencobrowse.domain.conversation import (
    AddressType,
    Conversation,
    ConversationMove,
    ConversationState,
    ConversationType,
    Purpose,
)
from opencobrowse.http import mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.routes.start import create_started
from opencobrowse.kernel.errors import Detail, Invalid
from opencobrowse.services.conversations import Endpoint, NewConversation, NewParticipant
from opencobrowse.services.core import Core
from opencobrowse.wire import api

AnyRequest = Request[Any, Any, Any]
_ALIASES: Final = {"call": "voice", "webmessaging": "message"}


def handlers(core: Core) -> list[Any]:
    async def shown(conversation: Conversation) -> api.Conversation:
        return mapping.conversation(conversation, await core.conversations.sessions(conversation), core.links)

    @post("/api/v2/conversations", status_code=201)
    async def create_conversation(request: AnyRequest, data: api.NewConversation) -> Response[Any]:
        """Make a conversation. One of type cobrowse that names its agent and its customer is started, too."""
        actor = await actor_of(request, core)
        wish = _wish(data)
        if _names_both(wish):
            body: Any = await create_started(core, actor, wish)
            return _created(body, body["id"])
        conversation = await core.conversations.create(actor, wish)
        return _created(await shown(conversation), conversation.id)

    @get("/api/v2/conversations")
    async def list_conversations(request: AnyRequest, external_tag: str | None = None) -> api.Listing:
        """The organisation's conversations; `externalTag` finds those of your own tag."""
        actor = await actor_of(request, core)
        tag = request.query_params.get("externalTag") or external_tag
        found = [await shown(c) for c in await core.conversations.find(actor, tag)]
        return listing(found, "/api/v2/conversations")

    @get("/api/v2/conversations/{conversation_id:str}")
    async def get_conversation(request: AnyRequest, conversation_id: str) -> api.Conversation:
        actor = await actor_of(request, core)
        return await shown(await core.conversations.get(actor, conversation_id))

    @patch("/api/v2/conversations/{conversation_id:str}")
    async def patch_conversation(
        request: AnyRequest, conversation_id: str, data: api.ConversationPatch
    ) -> api.Conversation:
        """Move it: `active` connects the agent, `disconnected` ends it and its session."""
        actor = await actor_of(request, core)
        return await shown(
            await core.conversations.set_state(actor, conversation_id, ConversationMove(data.state))
        )

    @delete("/api/v2/conversations/{conversation_id:str}")
    async def delete_conversation(request: AnyRequest, conversation_id: str) -> None:
        """End it."""
        actor = await actor_of(request, core)
        await core.conversations.set_state(actor, conversation_id, ConversationMove.DISCONNECT)

    @post("/api/v2/conversations/{conversation_id:str}/participants", status_code=201)
    async def add_participants(
        request: AnyRequest, conversation_id: str, data: api.AddParticipants
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
        added: list[api.Participant] = []
        for pair in data.add_participants:
            target = _endpoint(pair.to) if pair.to else None
            conversation, people = await core.conversations.add_pair(
                actor, conversation_id, _endpoint(pair.from_), target
            )
            sessions = await core.conversations.sessions(conversation)
            added += [mapping.participant(conversation, p, sessions, core.links) for p in people]
        return api.AddedParticipants(conversation_id=conversation_id, participants=added)

    return [create_conversation, list_conversations, get_conversation, patch_conversation,
            delete_conversation, add_participants]  # fmt: skip


def listing(found: list[Any], uri: str) -> api.Listing:
    """All of `found` as one page."""
    return api.Listing(
        entities=found, page_size=max(25, len(found)), page_number=1, total=len(found), page_count=1,
        self_uri=uri, first_uri=uri, last_uri=uri,
    )  # fmt: skip


def _created(body: Any, conversation_id: str) -> Response[Any]:
    return Response(body, status_code=201, headers={"Location": f"/api/v2/conversations/{conversation_id}"})


def _wish(body: api.NewConversation) -> NewConversation:
    kind = _ALIASES.get(body.type, body.type)
    if kind not in set(ConversationType):
        allowed = ", ".join([*ConversationType, *_ALIASES])
        raise Invalid(
            f"Value [{body.type}] is not valid for field type [type]. Allowable values are: {allowed}",
            code="invalid.value",
            details=(Detail("invalid.value", "type"),),
            cure=f"Set type to one of: {allowed}.",
        )
    people = [
        NewParticipant(p.role, p.user_id, p.external_id, p.name, p.address) for p in body.participants or []
    ]
    return NewConversation(
        ConversationType(kind),
        ConversationState(body.state or "active"),
        tuple(people),
        body.metadata or {},
        body.external_tag,
    )


def _names_both(wish: NewConversation) -> bool:
    roles = {Purpose.AGENT if p.role == "agent" else Purpose.CUSTOMER for p in wish.participants}
    return (
        wish.type is ConversationType.COBROWSE
        and wish.state is ConversationState.ACTIVE
        and roles == {Purpose.AGENT, Purpose.CUSTOMER}
    )


def _endpoint(body: api.Endpoint) -> Endpoint:
    return Endpoint(AddressType(body.type), body.id, body.external_id, body.name)
