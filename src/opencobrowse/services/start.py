"""Start a session: the rules of api.md section 2, the same for all four ways to ask.

Each way is a route of its own (`http/routes/start.py`) that turns its body into a `StartRequest`. Here the
conversation is read, the agent found, the rules applied, and the session, the conversation and the remembered
answer are committed together; a start that lost a race reads again and decides again (I6, I7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.conversation import (
    AddressType,
    Conversation,
    ConversationState,
    Participant,
    Purpose,
    join,
)
from opencobrowse.domain.people import Remembered, User
from opencobrowse.domain.session import CobrowseType, Session, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Fault, Forbidden, Invalid, NotFound, Unprocessable
from opencobrowse.kernel.ids import iso, new_id
from opencobrowse.ports.rooms import Rooms
from opencobrowse.ports.store import Change, Conflict, Put, Store
from opencobrowse.services import advice
from opencobrowse.services.actor import Actor
from opencobrowse.services.links import Links
from opencobrowse.services.permissions import COBROWSE_ADD, COBROWSE_AGENT, COBROWSE_VOICE_ADD

_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class StartRequest:
    """One wish to start, whatever the dialect. `agent` is a user id or a participant id of this conversation;
    `customer_external_id` names the page that is to be asked; `link_session` an existing session to return."""

    conversation_id: str
    dialect: str = "cobrowse"
    agent: str | None = None
    target: str | None = None
    customer_external_id: str | None = None
    cobrowse_type: CobrowseType = CobrowseType.VIEW
    reason: str | None = None
    link_session: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way the customer is or can be reached. `state`: delivered, pending, not.configured."""

    channel: str
    state: str
    address: str | None = None
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Started:
    """What a start came to. `conversation` is as it is after the start."""

    session: Session
    conversation: Conversation
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Once:
    """An `Idempotency-Key`: its id in the store, the body's digest, and how to render the answer to keep."""

    id: str
    body_digest: str
    render: Callable[[Started], bytes]
    status: int


class StartSession:
    def __init__(self, store: Store, rooms: Rooms, links: Links, clock: Clock, offer_ms: int) -> None:
        self._store = store
        self._rooms = rooms
        self._links = links
        self._clock = clock
        self._offer_ms = offer_ms

    async def __call__(
        self, actor: Actor, request: StartRequest, once: Once | None = None
    ) -> Started | Remembered:
        """Start, or return the session that this very call started before. Raises a `Fault` with its cure."""
        actor.need(COBROWSE_ADD, COBROWSE_VOICE_ADD)
        for _ in range(_ATTEMPTS):
            if once and (kept := await self._kept(once)):
                return kept
            conversation = await self._conversation(actor, request)
            try:
                return await self._start(actor, request, conversation, once)
            except Conflict:
                continue
        raise Clash("Too many starts of this conversation at once.", code="conflict", cure="Send it again.")

    async def _start(
        self, actor: Actor, request: StartRequest, conversation: Conversation, once: Once | None
    ) -> Started:
        live = await self._live_session(conversation)
        if request.link_session is not None:
            return self._link(request, conversation, live)
        try:
            await self._check_active(conversation)
            agent = await self._agent(actor, request, conversation)
            if live is not None:
                return await self._again(actor, request, conversation, live, agent)
        except Fault as fault:
            if fault.example is None and conversation.state is ConversationState.ACTIVE and live is None:
                fault.example = await advice.start_example(
                    self._store, conversation, request.dialect, request.cobrowse_type
                )
            raise
        conversation, customer = self._customer(request, conversation)
        session = self._new_session(actor, request, conversation, agent, customer)
        started = Started(session, conversation, self._deliveries(session, customer))
        await self._commit(actor, started, once)
        self._rooms.offer(session)
        return started

    async def _commit(self, actor: Actor, started: Started, once: Once | None) -> None:
        touched = replace(started.conversation, updated_at=self._clock.now())
        changes: list[Change] = [Put(started.session), Put(touched)]
        if once is not None:
            expires = self._clock.now() + limits.IDEMPOTENCY_MS
            answer = once.render(started)
            changes.append(
                Put(Remembered(once.id, actor.org_id, once.body_digest, once.status, answer, expires))
            )
        await self._store.commit(*changes)

    async def _kept(self, once: Once) -> Remembered | None:
        kept = await self._store.get(Remembered, once.id)
        if kept is None:
            return None
        if kept.body_digest != once.body_digest:
            raise Unprocessable(
                "This Idempotency-Key was used with another body.",
                code="idempotency.key.reused",
                cure="Send a new Idempotency-Key with a new request; the same key only repeats the same request.",
            )
        return kept

    # -- the rules, one by one -----------------------------------------------------------------------------

    async def _conversation(self, actor: Actor, request: StartRequest) -> Conversation:
        found = await self._store.get(Conversation, request.conversation_id)
        if found is None or found.org_id != actor.org_id:
            raise NotFound(
                f"There is no conversation {request.conversation_id}.",
                code="conversation.not.found",
                cure="Use the id from the answer to POST /api/v2/conversations; "
                "GET /api/v2/conversations?externalTag=… finds one by your own tag.",
                example=advice.new_conversation_example(actor.user_id),
            )
        return found

    async def _live_session(self, conversation: Conversation) -> Session | None:
        found = await self._store.find(Session, conversation_id=conversation.id, live=1)
        return found[0] if found else None

    async def _check_active(self, conversation: Conversation) -> None:
        if conversation.state is ConversationState.ACTIVE:
            return
        cure = (
            "A conversation that has ended cannot be shared: start a new one."
            if not conversation.live
            else 'Wait until an agent has connected, or set it active: PATCH it with {"state": "active"}.'
        )
        raise Clash(
            f"The conversation is {conversation.state.value}; a session needs an active one.",
            code="conversation.not.active",
            cure=cure,
            example=advice.activate_example(conversation),
            entity_id=conversation.id,
        )

    async def _agent(self, actor: Actor, request: StartRequest, conversation: Conversation) -> Participant:
        if request.agent is None:
            return await self._only_agent(actor, conversation)
        participant = conversation.participant(request.agent)
        user_id = participant.user_id if participant else request.agent
        user = await self._store.get(User, user_id) if user_id else None
        if user is None or user.org_id != actor.org_id or not user.active:
            raise NotFound(
                f"There is no agent {request.agent}.",
                code="agent.not.found",
                cure="Name the agent by user id (GET /api/v2/users) or by their participant id in this conversation.",
                entity_id=request.agent,
            )
        _check_may_be_agent(user)
        return self._connected(conversation, user)

    async def _only_agent(self, actor: Actor, conversation: Conversation) -> Participant:
        if actor.user_id is not None:
            user = await self._store.get(User, actor.user_id)
            if user is not None:
                _check_may_be_agent(user)
                return self._connected(conversation, user)
        agents = conversation.connected_agents()
        if not agents:
            raise Clash(
                "No agent is connected to this conversation.",
                code="agent.not.connected",
                cure=f"Add one: POST /api/v2/conversations/{conversation.id}/participants with "
                '{"addParticipants": [{"from": {"id": "<agent user id>", "type": "user"}}]}, then start again.',
                entity_id=conversation.id,
            )
        if len(agents) > 1:
            listed = tuple(Detail("agent.ambiguous", "agentId", a.user_id, a.name) for a in agents)
            raise Invalid(
                "Several agents are connected to this conversation: name one of them.",
                code="agent.ambiguous",
                cure=f"Send agentId, one of: {', '.join(str(a.user_id) for a in agents)}.",
                details=listed,
            )
        user = await self._store.get(User, agents[0].user_id or "")
        if user is not None:
            _check_may_be_agent(user)
        return agents[0]

    def _connected(self, conversation: Conversation, user: User) -> Participant:
        for participant in conversation.connected_agents():
            if participant.user_id == user.id:
                return participant
        raise Clash(
            f"{user.name} is not a connected agent of this conversation.",
            code="agent.not.in.conversation",
            cure=f"Add {user.name} to it first: POST /api/v2/conversations/{conversation.id}/participants with "
            f'{{"addParticipants": [{{"from": {{"id": "{user.id}", "type": "user"}}}}]}}; or name a connected agent.',
            entity_id=user.id,
        )

    async def _again(
        self,
        actor: Actor,
        request: StartRequest,
        conversation: Conversation,
        live: Session,
        agent: Participant,
    ) -> Started:
        """The SDK's own retry gets its session back; anybody else is told of the one that is live."""
        fresh = self._clock.now() - live.created_at < limits.START_RETRY_MS
        same = (live.client_id, live.agent_user_id, live.cobrowse_type) == (
            actor.client_id or actor.user_id, agent.user_id, request.cobrowse_type)  # fmt: skip
        if request.dialect == live.dialect == "cobrowse" and fresh and same:
            return self.describe(conversation, live)
        raise self._exists(live)

    def _exists(self, live: Session) -> Clash:
        return Clash(
            f"This conversation has a live session, {live.id}.",
            code="cobrowse.session.exists",
            cure="Use it (its links are in this answer), or end it first: "
            f'PATCH /api/v2/conversations/cobrowsesessions/{live.conversation_id} with {{"state": "disconnected"}}.',
            details=(Detail("cobrowse.session.exists", None, live.id),),
            entity_id=live.id,
            extra={
                "cobrowseSessionId": live.id,
                "sessionId": live.id,
                "state": live.state.value,
                "viewerUrl": self._links.viewer(live),
                "joinUrl": self._links.join(live),
                "joinCode": self._links.code(live),
                "dateOfferEnds": iso(live.offer_ends_at),
            },
        )

    def _link(self, request: StartRequest, conversation: Conversation, live: Session | None) -> Started:
        if live is None or live.id != request.link_session:
            raise NotFound(
                f"There is no live session {request.link_session} in this conversation.",
                code="cobrowse.session.not.found",
                cure="cobrowseSessionId links a session that already exists. To start a new one, leave it out.",
                details=(Detail("not.found", "cobrowseSessionId", request.link_session),),
            )
        return self.describe(conversation, live)

    def describe(self, conversation: Conversation, session: Session) -> Started:
        """A session that is there already, as a start would have answered."""
        customer = conversation.participant(session.customer_participant_id or "")
        return Started(session, conversation, self._deliveries(session, customer))

    def _customer(
        self, request: StartRequest, conversation: Conversation
    ) -> tuple[Conversation, Participant | None]:
        """Whom to ask: the one named, else the target, else the conversation's customer; none is fine."""
        external_id = request.customer_external_id
        if external_id:
            for participant in conversation.participants:
                if participant.purpose is not Purpose.AGENT and external_id in (
                    participant.external_id,
                    participant.id,
                ):
                    return conversation, participant
            now = self._clock.now()
            added = Participant(
                new_id(), Purpose.CUSTOMER, None, external_id, None, AddressType.EXTERNAL, None, joined_at=now
            )
            return join(conversation, added, now), added
        target = conversation.participant(request.target) if request.target else None
        if target is not None and target.purpose is not Purpose.AGENT:
            return conversation, target
        return conversation, conversation.customer()

    def _new_session(
        self,
        actor: Actor,
        request: StartRequest,
        conversation: Conversation,
        agent: Participant,
        customer: Participant | None,
    ) -> Session:
        now, session_id = self._clock.now(), new_id()
        keyring = self._links.keyring
        return Session(
            id=session_id,
            org_id=actor.org_id,
            conversation_id=conversation.id,
            agent_user_id=agent.user_id or "",
            agent_participant_id=agent.id,
            customer_participant_id=customer.id if customer else None,
            customer_external_id=customer.external_id if customer else None,
            cobrowse_type=request.cobrowse_type,
            state=SessionState.INITIATED,
            created_at=now,
            offer_ends_at=now + self._offer_ms,
            deadline=now + self._offer_ms,
            join_code_index=keyring.index(keyring.join_code(session_id)),
            join_token_index=keyring.index(keyring.join_token(session_id)),
            client_id=actor.client_id or actor.user_id,
            initiator_id=request.agent,
            reason=request.reason,
            dialect=request.dialect,
        )

    def _deliveries(self, session: Session, customer: Participant | None) -> tuple[Delivery, ...]:
        pages = self._rooms.pages(session)
        found = [Delivery("page", "delivered" if pages else "pending", session.customer_external_id, pages)]
        if customer is not None and customer.address_type in (
            AddressType.SIP,
            AddressType.EMAIL,
            AddressType.PHONE,
        ):
            found.append(Delivery(customer.address_type.value, "not.configured", customer.address))
        return tuple(found)


def _check_may_be_agent(user: User) -> None:
    if COBROWSE_AGENT in user.permissions:
        return
    raise Forbidden(
        f"{user.name} may not be the agent of a cobrowse session: the permission {COBROWSE_AGENT} is missing.",
        code="missing.permissions",
        params={"permissions": COBROWSE_AGENT},
        cure=f"Give it to them: POST /api/v2/users/{user.id}/permissions with "
        f'{{"add": ["{COBROWSE_AGENT}"]}}, or name an agent who holds it.',
        entity_id=user.id,
    )
