"""The four ways to start a session. Each turns its body into a `StartRequest`; the rules are in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from msgspec import UNSET

from opencobrowse.domain.conversation import ConversationType
from opencobrowse.domain.people import Remembered
from opencobrowse.domain.session import CobrowseType
from opencobrowse.http import mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.kernel.errors import Detail, Invalid
from opencobrowse.services.actor import Actor
from opencobrowse.services.conversations import NewConversation, NewParticipant
from opencobrowse.services.core import Core
from opencobrowse.services.start import Once, Started, StartRequest
from opencobrowse.wire import api

AnyRequest = Request[Any, Any, Any]
_TYPES: Final = {
    None: CobrowseType.VIEW, "view": CobrowseType.VIEW, "control": CobrowseType.CONTROL,
    "interactive": CobrowseType.CONTROL,
}  # fmt: skip


def handlers(core: Core) -> list[Any]:
    """The routes, bound to one server's use cases."""

    def render(started: Started) -> bytes:
        return msgspec.json.encode(mapping.started(started, core.links))

    def render_initiated(started: Started) -> bytes:
        return msgspec.json.encode(mapping.initiated(started, core.links))

    @post("/api/v2/conversations/{conversation_id:str}/cobrowse", status_code=200)
    async def start_cobrowse(
        request: AnyRequest, conversation_id: str, data: api.StartBody | None = None
    ) -> Response[api.SessionFields]:
        """Start a session. No body: the connected agent, view only."""
        wish = _from_start(conversation_id, data or api.StartBody())
        return await _run(core, request, wish, render, 200)

    @post("/api/v2/conversations/{conversation_id:str}/cobrowse/initiate", status_code=200)
    async def initiate_cobrowse(
        request: AnyRequest, conversation_id: str, data: api.InitiateBody | None = None
    ) -> Response[api.Initiated]:
        """Start a session, naming who initiates it."""
        body = data or api.InitiateBody()
        wish = StartRequest(
            conversation_id, "initiate", body.initiator_id, body.target_id,
            cobrowse_type=_TYPES[body.cobrowse_type], reason=body.reason,
        )  # fmt: skip
        return await _run(core, request, wish, render_initiated, 200)

    @post("/api/v2/conversations/{conversation_id:str}/events", status_code=202)
    async def start_by_event(
        request: AnyRequest, conversation_id: str, data: api.EventBody
    ) -> Response[api.Initiated]:
        """Start a session by the event `cobrowse:start`."""
        event = data.data
        target = event.target_id if event.target_id != event.initiator_id else None
        wish = StartRequest(
            conversation_id, "events", event.initiator_id, target, cobrowse_type=_TYPES[event.mode]
        )
        return await _run(core, request, wish, render_initiated, 202)

    @post("/api/v2/conversations/cobrowse", status_code=201)
    async def create_and_start(
        request: AnyRequest, data: api.ConversationWithSession
    ) -> Response[dict[str, Any]]:
        """Make a conversation of type cobrowse and start its session, in one call."""
        actor = await actor_of(request, core)
        agent, *others = _targets(data)
        people = [NewParticipant("agent", user_id=agent.id)]
        people += [NewParticipant("customer", user_id=o.id) for o in [*others, *(data.participants or [])]]
        wish = NewConversation(ConversationType.COBROWSE, participants=tuple(people))
        return Response(await create_started(core, actor, wish), status_code=201)

    return [start_cobrowse, initiate_cobrowse, start_by_event, create_and_start]


async def create_started(core: Core, actor: Actor, wish: NewConversation) -> dict[str, Any]:
    """A conversation and its session: the conversation's fields, and the session's under their own names (W7)."""
    conversation = await core.conversations.create(actor, wish)
    started = await core.start(actor, StartRequest(conversation.id, "create"))
    assert isinstance(started, Started)  # noqa: S101
    return with_session(core, started)


def with_session(core: Core, started: Started) -> dict[str, Any]:
    body = msgspec.to_builtins(mapping.conversation(started.conversation, [started.session], core.links))
    fields = msgspec.to_builtins(mapping.initiated(started, core.links))
    session = {key: value for key, value in fields.items() if key not in ("id", "name", "state", "selfUri")}
    return {**session, **body, "session": fields}


async def _run(
    core: Core, request: AnyRequest, wish: StartRequest, render: Callable[[Started], bytes], status: int
) -> Response[Any]:
    actor = await actor_of(request, core)
    once = await _once(request, actor, render, status)
    started = await core.start(actor, wish, once)
    if isinstance(started, Remembered):
        return Response(started.answer, status_code=started.status, media_type="application/json")
    return Response(render(started), status_code=status, media_type="application/json")


async def _once(
    request: AnyRequest, actor: Actor, render: Callable[[Started], bytes], status: int
) -> Once | None:
    key = request.headers.get("Idempotency-Key")
    if not key:
        return None
    if len(key) > 255:
        raise Invalid("An Idempotency-Key has at most 255 characters.", code="invalid.value")
    whose = f"{actor.org_id}\0{actor.client_id or actor.user_id}\0{request.url.path}\0{key}"
    body = hashlib.sha256(await request.body()).hexdigest()
    return Once(hashlib.sha256(whose.encode()).hexdigest(), body, render, status)


def _from_start(conversation_id: str, body: api.StartBody) -> StartRequest:
    agent = body.agent_id or (body.initiator.id if body.initiator else None)
    external = next((p.id for p in body.participants or [] if p.type in (None, "external", "customer")), None)
    return StartRequest(
        conversation_id,
        "cobrowse",
        agent,
        customer_external_id=external,
        cobrowse_type=_TYPES[body.cobrowse_type],
        reason=body.reason,
        link_session=_linked(body.cobrowse_session_id),
    )


def _linked(value: object) -> str | None:
    if value is UNSET:
        return None
    if value in (None, "", "null", "undefined", "None"):
        raise Invalid(
            "cobrowseSessionId is empty.",
            code="invalid.value",
            details=(Detail("invalid.value", "cobrowseSessionId"),),
            cure="cobrowseSessionId links a session that already exists. To start a new one, leave it out.",
        )
    return str(value)


def _targets(body: api.ConversationWithSession) -> list[api.Target]:
    if not body.to:
        raise Invalid(
            "to names nobody.",
            code="missing.field",
            details=(Detail("missing.field", "to"),),
            cure='Name the agent: "to": [{"id": "<agent user id>", "type": "user"}].',
        )
    return body.to
