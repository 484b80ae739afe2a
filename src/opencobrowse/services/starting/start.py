"""Start a session: the rules of api.md section 2, the same for all four ways to ask.

Each way is a route of its own (`http/routes/start.py`) that turns its body into a `StartRequest`. Here the
conversation is read, the parts are cast (`casting`), the rules applied, and the session, the conversation and
the remembered answer are committed together; a start that lost a race reads again and decides again (I6, I7).
What a refused caller could send instead is `advice`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.conversation import AddressType, Conversation, ConversationState, Participant
from opencobrowse.domain.people import Remembered
from opencobrowse.domain.session import CobrowseType, EndReason, Session, SessionMove, SessionState, apply
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, NotFound
from opencobrowse.kernel.ids import Millis, canonical, iso, new_id
from opencobrowse.ports.rooms import Rooms
from opencobrowse.ports.store import Change, Conflict, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import ATTEMPTS
from opencobrowse.services.links import Links
from opencobrowse.services.lookups import conversation_of
from opencobrowse.services.permissions import COBROWSE_ADD, COBROWSE_READ, COBROWSE_VOICE_ADD
from opencobrowse.services.starting.advice import Advice
from opencobrowse.services.starting.casting import Casting, customer_for
from opencobrowse.services.starting.idempotency import Once
from opencobrowse.services.starting.policy import Policy

_NEEDS_TRANSPORT: Final = (AddressType.SIP, AddressType.EMAIL, AddressType.PHONE)


@dataclass(frozen=True, slots=True)
class StartRequest:
    """One wish to start, whatever the dialect. `agent` is a user id or a participant id of this conversation,
    `agent_field` and `target_field` the caller's names for them; `customer_external_id` names the page
    that is to be asked; `link_session` an existing session to return."""

    conversation_id: str
    dialect: str = "cobrowse"
    agent: str | None = None
    target: str | None = None
    customer_external_id: str | None = None
    cobrowse_type: CobrowseType = CobrowseType.VIEW
    reason: str | None = None
    link_session: str | None = None
    agent_field: str = "agentId"
    target_field: str = "targetId"


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


class StartSession:
    def __init__(self, store: Store, rooms: Rooms, links: Links, clock: Clock, offer_ms: int) -> None:
        self._store = store
        self._rooms = rooms
        self._links = links
        self._clock = clock
        self._offer_ms = offer_ms
        self._casting = Casting(store)
        self._policy = Policy(store)
        self.advice = Advice(store, self._casting, self._policy)

    async def __call__(
        self, actor: Actor, request: StartRequest, once: Once[Started] | None = None
    ) -> Started | Remembered:
        """Start, or return the session that this very call started before. Raises a `Fault` with its cure."""
        return await self._attempt(actor, request, once, None)

    async def in_new(
        self,
        actor: Actor,
        conversation: Conversation,
        request: StartRequest,
        once: Once[Started] | None = None,
    ) -> Started | Remembered:
        """Start in a conversation that is not stored yet: both are made in one commit, or neither."""
        return await self._attempt(actor, request, once, conversation)

    async def asks(self, actor: Actor, conversation_id: str) -> tuple[str | None, int]:
        """Whom a start in this conversation would ask now, and on how many open pages. Changes nothing."""
        actor.need(COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        conversation = await conversation_of(self._store, actor, conversation_id)
        customer = conversation.customer()
        external_id = customer.external_id if customer else None
        if external_id is None:
            return None, 0
        return external_id, self._rooms.waiting(conversation.org_id, external_id)

    def describe(self, conversation: Conversation, session: Session) -> Started:
        """A session that is there already, as a start would have answered."""
        customer = conversation.participant(session.customer_participant_id or "")
        return Started(session, conversation, self._deliveries(session, customer))

    async def _attempt(
        self, actor: Actor, request: StartRequest, once: Once[Started] | None, new: Conversation | None
    ) -> Started | Remembered:
        actor.need(COBROWSE_ADD, COBROWSE_VOICE_ADD)
        for _ in range(ATTEMPTS):
            if once and (kept := await once.kept(self._store, self._clock.now())):
                return kept
            try:
                return await self._start(
                    actor,
                    request,
                    new or await conversation_of(self._store, actor, request.conversation_id),
                    once,
                )
            except Conflict:
                continue
            except Clash:
                # The same call may have been answered between the look for its answer and that for a session.
                if once and (kept := await once.kept(self._store, self._clock.now())):
                    return kept
                raise
        raise Clash("Too many starts of this conversation at once.", code="conflict", cure="Send it again.")

    async def _start(
        self, actor: Actor, request: StartRequest, conversation: Conversation, once: Once[Started] | None
    ) -> Started:
        live = await self._live_session(conversation)
        if request.link_session is not None:
            return self._linked(request, conversation, live)
        _check_active(conversation)
        agent = await self._casting.agent(actor, conversation, request.agent, request.agent_field)
        if live is not None:
            return self._again(actor, request, conversation, live, agent)
        field = "data.mode" if request.dialect == "events" else "cobrowseType"
        await self._policy.check(actor.org_id, request.cobrowse_type, field)
        now = self._clock.now()
        conversation, customer = customer_for(
            conversation, agent, request.customer_external_id, request.target, now, field=request.target_field
        )
        session = self._new_session(actor, request, agent, customer)
        started = Started(session, replace(conversation, updated_at=now), self._deliveries(session, customer))
        await self._commit(actor, started, once)
        self._rooms.offer(session)
        return started

    async def _commit(self, actor: Actor, started: Started, once: Once[Started] | None) -> None:
        changes: list[Change] = [Put(started.session), Put(started.conversation)]
        if once is not None:
            changes.append(await once.keep(self._store, actor.org_id, started, self._clock.now()))
        await self._store.commit(*changes)

    # -- the rules, one by one -----------------------------------------------------------------------------

    async def _live_session(self, conversation: Conversation) -> Session | None:
        """The live session. One whose offer is over is moved on here, if the clock has not come to it yet."""
        found = await self._store.find(Session, conversation_id=conversation.id, live=1)
        if not found or not _offer_over(found[0], self._clock.now()):
            return found[0] if found else None
        expired = apply(found[0], SessionMove.EXPIRE, self._clock.now(), EndReason.EXPIRED)
        await self._store.commit(Put(expired))
        self._rooms.close(expired)
        return None

    def _again(
        self,
        actor: Actor,
        request: StartRequest,
        conversation: Conversation,
        live: Session,
        agent: Participant,
    ) -> Started:
        """The SDK's own retry gets its session back; anybody else is told of the one that is live."""
        fresh = self._clock.now() - live.created_at < limits.START_RETRY_MS
        same_call = (live.client_id, live.agent_user_id, live.cobrowse_type) == (
            actor.caller, agent.user_id, request.cobrowse_type)  # fmt: skip
        if request.dialect == live.dialect == "cobrowse" and fresh and same_call:
            return self.describe(conversation, live)
        raise self._exists(live)

    def _exists(self, live: Session) -> Clash:
        return Clash(
            f"This conversation has a live session, {live.id}.",
            code="cobrowse.session.exists",
            cure="Use it (its links are in this answer), or end it first: PATCH "
            f'/api/v2/conversations/cobrowsesessions/{live.conversation_id} {{"state": "disconnected"}}.',
            details=(Detail("cobrowse.session.exists", None, live.id),),
            entity_id=live.id,
            extra={
                "id": live.id,
                "cobrowseSessionId": live.id,
                "sessionId": live.id,
                "conversationId": live.conversation_id,
                "agentId": live.agent_user_id,
                "cobrowseType": live.cobrowse_type.value,
                "state": live.state.value,
                "viewerUrl": self._links.viewer(live),
                "joinUrl": self._links.join(live),
                "joinCode": self._links.code(live),
                "websocketUrl": self._links.socket(live),
                "dateOfferEnds": iso(live.offer_ends_at),
            },
        )

    def _linked(self, request: StartRequest, conversation: Conversation, live: Session | None) -> Started:
        if live is None or live.id != canonical(request.link_session or ""):
            raise NotFound(
                f"There is no live session {request.link_session} in this conversation.",
                code="cobrowse.session.not.found",
                cure="cobrowseSessionId links a session that exists: to start a new one, leave it out.",
                details=(Detail("not.found", "cobrowseSessionId", request.link_session),),
            )
        return self.describe(conversation, live)

    # -- what comes of it ----------------------------------------------------------------------------------

    def _new_session(
        self, actor: Actor, request: StartRequest, agent: Participant, customer: Participant | None
    ) -> Session:
        now, session_id = self._clock.now(), new_id()
        keyring = self._links.keyring
        return Session(
            id=session_id,
            org_id=actor.org_id,
            conversation_id=request.conversation_id,
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
            client_id=actor.caller,
            initiator_id=request.agent or agent.user_id,
            reason=request.reason,
            dialect=request.dialect,
        )

    def _deliveries(self, session: Session, customer: Participant | None) -> tuple[Delivery, ...]:
        pages = self._rooms.pages(session)
        found = [Delivery("page", "delivered" if pages else "pending", session.customer_external_id, pages)]
        if customer is not None and customer.address_type in _NEEDS_TRANSPORT:
            found.append(Delivery(customer.address_type.value, "not.configured", customer.address))
        return tuple(found)


def _offer_over(session: Session, now: Millis) -> bool:
    return session.state is SessionState.INITIATED and session.offer_ends_at <= now


def _check_active(conversation: Conversation) -> None:
    if conversation.state is ConversationState.ACTIVE:
        return
    cure = (
        "A conversation that has ended cannot be shared: start a new one."
        if not conversation.live
        else "Wait until the agent has answered, or, if your system knows that they have, "
        'PATCH the conversation with {"state": "active"}, then start again.'
    )
    raise Clash(
        f"The conversation is {conversation.state.value}; a session needs an active one.",
        code="conversation.not.active",
        cure=cure,
        details=(Detail("conversation.not.active", "conversationId", conversation.id),),
        entity_id=conversation.id,
    )
