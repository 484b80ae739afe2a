"""The four ways to start a session. Each turns its body into a `StartRequest`; the rules are in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from opencobrowse.domain.conversation import ConversationType
from opencobrowse.domain.people import Remembered
from opencobrowse.domain.session import CobrowseType
from opencobrowse.http import mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import Detail, Invalid
from opencobrowse.services.actor import Actor
from opencobrowse.services.conversation.conversations import NewConversation, NewParticipant
from opencobrowse.services.core import Core
from opencobrowse.services.starting.idempotency import Once
from opencobrowse.services.starting.start import Started, StartRequest
from opencobrowse.wire import api

Starting = Callable[[Actor, Once[Started] | None], Awaitable[Started | Remembered]]

_TYPES: Final = {
    None: CobrowseType.VIEW, "view": CobrowseType.VIEW, "control": CobrowseType.CONTROL,
    "interactive": CobrowseType.CONTROL,
}  # fmt: skip
_AGENTS: Final = (None, "agent", "user")


def handlers(core: Core) -> list[Any]:
    """The routes, bound to one server's use cases."""

    def render(started: Started) -> bytes:
        return msgspec.json.encode(mapping.started(started, core.links))

    def render_initiated(started: Started) -> bytes:
        return msgspec.json.encode(mapping.initiated(started, core.links))

    def asking(wish: StartRequest) -> Starting:
        return lambda actor, once: core.start(actor, wish, once)

    @post("/api/v2/conversations/{conversation_id:str}/cobrowse", status_code=200)
    async def start_cobrowse(
        request: AnyRequest, conversation_id: FromPath[str], data: JSONBody[api.StartBody | None] = None
    ) -> Response[api.SessionFields]:
        """Start a session. No body: the connected agent, view only."""
        wish = _from_start(conversation_id, data or api.StartBody())
        return await run(core, request, asking(wish), render, 200)

    @post("/api/v2/conversations/{conversation_id:str}/cobrowse/initiate", status_code=200)
    async def initiate_cobrowse(
        request: AnyRequest, conversation_id: FromPath[str], data: JSONBody[api.InitiateBody | None] = None
    ) -> Response[api.Initiated]:
        """Start a session, naming who initiates it."""
        body = data or api.InitiateBody()
        wish = StartRequest(
            conversation_id, "initiate", body.initiator_id, body.target_id,
            cobrowse_type=_TYPES[body.cobrowse_type], reason=body.reason, agent_field="initiatorId",
        )  # fmt: skip
        return await run(core, request, asking(wish), render_initiated, 200)

    @post("/api/v2/conversations/{conversation_id:str}/events", status_code=202)
    async def start_by_event(
        request: AnyRequest, conversation_id: FromPath[str], data: JSONBody[api.EventBody]
    ) -> Response[api.Initiated]:
        """Start a session by the event `cobrowse:start`."""
        event = data.data
        wish = StartRequest(
            conversation_id, "events", event.initiator_id, event.target_id,
            cobrowse_type=_TYPES[event.mode], agent_field="data.initiatorId",
            target_field="data.targetId",
        )  # fmt: skip
        return await run(core, request, asking(wish), render_initiated, 202)

    @post("/api/v2/conversations/cobrowse", status_code=201)
    async def create_and_start(
        request: AnyRequest, data: JSONBody[api.ConversationWithSession]
    ) -> Response[dict[str, Any]]:
        """Make a conversation of type cobrowse and start its session, in one call."""
        return await create_started(core, request, _from_targets(data))

    return [start_cobrowse, initiate_cobrowse, start_by_event, create_and_start]


async def create_started(core: Core, request: AnyRequest, wish: NewConversation) -> Response[Any]:
    """A conversation and its session: the conversation's fields, and the session's under their names (W7)."""

    async def start(actor: Actor, once: Once[Started] | None) -> Started | Remembered:
        conversation = await core.conversations.prepare(actor, wish)
        agents = [p.user_id for p in conversation.agents()]
        asked = StartRequest(conversation.id, "create", agents[0] if agents else None)
        return await core.start.in_new(actor, conversation, asked, once)

    def render(started: Started) -> bytes:
        return msgspec.json.encode(_with_session(core, started))

    answer = await run(core, request, start, render, 201)
    made = msgspec.json.decode(answer.content)
    answer.headers["Location"] = made["selfUri"]
    return answer


def _with_session(core: Core, started: Started) -> dict[str, Any]:
    body = msgspec.to_builtins(mapping.conversation(started.conversation, [started.session], core.links))
    fields = msgspec.to_builtins(mapping.initiated(started, core.links))
    session = {key: value for key, value in fields.items() if key not in ("id", "name", "state", "selfUri")}
    return {**session, **body, "session": fields}


async def run(
    core: Core, request: AnyRequest, start: Starting, render: Callable[[Started], bytes], status: int
) -> Response[Any]:
    """One start, under its `Idempotency-Key` if it has one."""
    actor = await actor_of(request, core)
    started = await start(actor, await _once(request, actor, render, status))
    if isinstance(started, Remembered):
        return Response(started.answer, status_code=started.status, media_type="application/json")
    return Response(render(started), status_code=status, media_type="application/json")


def key_of(request: AnyRequest) -> str | None:
    """The request's `Idempotency-Key`. Raises 400 for one that is too long."""
    key = request.headers.get("Idempotency-Key")
    if key and len(key) > 255:
        raise Invalid(
            "The Idempotency-Key is too long.",
            code="invalid.value",
            details=(Detail("invalid.value", "Idempotency-Key"),),
            cure="Send an Idempotency-Key of at most 255 characters, for example a UUID.",
        )
    return key


async def _once(
    request: AnyRequest, actor: Actor, render: Callable[[Started], bytes], status: int
) -> Once[Started] | None:
    key = key_of(request)
    if not key:
        return None
    whose = f"{actor.org_id}\0{actor.caller}\0{request.url.path}\0{key}"
    body = hashlib.sha256(await request.body()).hexdigest()
    return Once(hashlib.sha256(whose.encode()).hexdigest(), body, render, status)


def _from_start(conversation_id: str, body: api.StartBody) -> StartRequest:
    agent, field = _agent_in(body)
    external = next((p.id for p in body.participants or [] if p.type != "agent" and p.id != agent), None)
    return StartRequest(
        conversation_id,
        "cobrowse",
        agent,
        customer_external_id=external,
        cobrowse_type=_TYPES[body.cobrowse_type],
        reason=body.reason,
        link_session=_linked(body.cobrowse_session_id),
        agent_field=field,
    )


def _agent_in(body: api.StartBody) -> tuple[str | None, str]:
    """Who is to be the agent, and the caller's own name for that value."""
    if body.agent_id is not None:
        return body.agent_id, "agentId"
    if body.initiator is not None:
        return body.initiator.id, "initiator.id"
    people = enumerate(body.participants or [])
    return next(((p.id, f"participants[{n}].id") for n, p in people if p.type == "agent"), (None, "agentId"))


def _linked(value: object) -> str | None:
    if value is UNSET:
        return None
    if value is None or str(value).strip().lower() in ("", "null", "undefined", "none"):
        raise Invalid(
            "cobrowseSessionId names no session.",
            code="invalid.value",
            details=(Detail("invalid.value", "cobrowseSessionId"),),
            cure="cobrowseSessionId links a session that already exists: to start a new one, leave it out.",
        )
    return str(value)


def _from_targets(body: api.ConversationWithSession) -> NewConversation:
    """`to` names the agent; whoever else it and `participants` name is a customer."""
    agent = next((n for n, target in enumerate(body.to) if target.type in _AGENTS), None)
    people = [_target(target, number, number == agent) for number, target in enumerate(body.to)]
    people += [_person(p) for p in body.participants or []]
    if not any(p.role == "agent" for p in people):
        raise Invalid(
            "to does not name the agent.",
            code="missing.field",
            details=(Detail("missing.field", "to"),),
            cure='Name the agent: "to": [{"id": "<agent user id>", "type": "user"}].',
        )
    code = body.wrap_up_code or body.wrap_up_code_snake
    return NewConversation(
        ConversationType.COBROWSE, participants=tuple(people), metadata={"wrapUpCode": code} if code else {}
    )


def _target(target: api.Initiator, number: int, is_agent: bool) -> NewParticipant:
    if is_agent:
        return NewParticipant("agent", user_id=target.id, field=f"to[{number}].id")
    if target.type in ("sip", "email", "phone"):
        return NewParticipant("customer", external_id=target.id, address=target.id)
    return NewParticipant("customer", user_id=target.id)


def _person(person: api.Person) -> NewParticipant:
    role = "agent" if person.role == "agent" or person.type == "agent" else "customer"
    user_id, external_id, address = person.user_id, person.external_id, person.address
    if person.type in ("sip", "email", "phone"):
        address, external_id = address or person.id, external_id or person.id
    else:
        user_id = user_id or person.id
    return NewParticipant(role, user_id, external_id, person.name, address)
