"""Conversations and who takes part in them. They come from the company's telephony, chat or ticket system."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from opencobrowse.domain.conversation import (
    AddressType,
    Conversation,
    ConversationMove,
    ConversationState,
    ConversationType,
    Participant,
    Purpose,
    join,
    move,
)
from opencobrowse.domain.machine import IllegalMove
from opencobrowse.domain.people import User
from opencobrowse.domain.session import EndReason, Session
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Invalid, NotFound
from opencobrowse.kernel.ids import new_id
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.lifecycle import Lifecycle
from opencobrowse.services.permissions import (
    COBROWSE_ADD,
    COBROWSE_READ,
    COBROWSE_VOICE_ADD,
    CONVERSATION_READ,
    CONVERSATION_WRITE,
)

_ATTEMPTS: Final = 8
_SIP_URI: Final = re.compile(
    r"sips?:(?:[^\s@<>\"\r\n]+@)?[A-Za-z0-9.\-\[\]:]+(?:;[^\s<>\"]*)?(?:\?[^\s<>\"]*)?\Z"
)


@dataclass(frozen=True, slots=True)
class NewParticipant:
    """As it comes in a new conversation: an agent by user id; a customer by external id, user id or address."""

    role: str
    user_id: str | None = None
    external_id: str | None = None
    name: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class NewConversation:
    type: ConversationType
    state: ConversationState = ConversationState.ACTIVE
    participants: tuple[NewParticipant, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    external_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a pair in `addParticipants`: `from` brings `id`, `to` may."""

    type: AddressType
    id: str | None = None
    external_id: str | None = None
    name: str | None = None


class Conversations:
    def __init__(self, store: Store, lifecycle: Lifecycle, clock: Clock) -> None:
        self._store = store
        self._lifecycle = lifecycle
        self._clock = clock

    async def create(self, actor: Actor, wish: NewConversation) -> Conversation:
        actor.need(CONVERSATION_WRITE, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        now = self._clock.now()
        conversation = Conversation(
            new_id(), actor.org_id, wish.type, wish.state, now, now, (), wish.metadata, wish.external_tag
        )
        for number, participant in enumerate(wish.participants):
            made = await self._participant(actor, participant, f"participants[{number}]")
            conversation = join(conversation, made, now)
        await self._store.commit(Put(conversation))
        return replace(conversation, version=1)

    async def get(self, actor: Actor, conversation_id: str) -> Conversation:
        actor.need(CONVERSATION_READ, CONVERSATION_WRITE, COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        return await self._mine(actor, conversation_id)

    async def find(self, actor: Actor, external_tag: str | None, limit: int = 100) -> list[Conversation]:
        actor.need(CONVERSATION_READ, CONVERSATION_WRITE)
        if external_tag is not None:
            return await self._store.find(
                Conversation, org_id=actor.org_id, external_tag=external_tag, limit=limit
            )
        return await self._store.find(Conversation, org_id=actor.org_id, limit=limit)

    async def sessions(self, conversation: Conversation) -> list[Session]:
        return await self._store.find(Session, conversation_id=conversation.id)

    async def set_state(self, actor: Actor, conversation_id: str, command: ConversationMove) -> Conversation:
        """Move it; ending it ends its session. Ending it twice is no error."""
        actor.need(CONVERSATION_WRITE)

        def decide(conversation: Conversation) -> Conversation:
            if command.value == conversation.state.value:
                return conversation
            try:
                return move(conversation, command, self._clock.now())
            except IllegalMove:
                raise Clash(
                    f"A conversation that is {conversation.state.value} cannot become {command.value}.",
                    code="conversation.state",
                    cure="queued goes to alerting or active, alerting to active, and all of them to disconnected.",
                    entity_id=conversation.id,
                ) from None

        conversation = await self._change(actor, conversation_id, decide)
        if not conversation.live:
            for session in await self._store.find(Session, conversation_id=conversation.id, live=1):
                await self._lifecycle.end(session.id, EndReason.CONVERSATION_ENDED)
        return conversation

    async def add_pair(
        self, actor: Actor, conversation_id: str, source: Endpoint, target: Endpoint | None
    ) -> tuple[Conversation, list[Participant]]:
        """Add `from` and `to` of one pair. The same pair again is answered with the participants it made."""
        actor.need(CONVERSATION_WRITE, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        first = await self._from_endpoint(actor, source, "addParticipants[].from")
        second = await self._from_endpoint(actor, target, "addParticipants[].to") if target else None
        wanted = [p for p in (first, second) if p is not None]

        def decide(conversation: Conversation) -> Conversation:
            if not conversation.live:
                raise Clash(
                    "The conversation has ended; nobody can be added to it.",
                    code="conversation.not.active",
                    cure="Start a new one: POST /api/v2/conversations.",
                    entity_id=conversation.id,
                )
            for participant in wanted:
                if _known(conversation, participant) is None:
                    conversation = join(conversation, participant, self._clock.now())
            return conversation

        conversation = await self._change(actor, conversation_id, decide)
        return conversation, [p for p in (_known(conversation, w) for w in wanted) if p is not None]

    # -- details -------------------------------------------------------------------------------------------

    async def _mine(self, actor: Actor, conversation_id: str) -> Conversation:
        found = await self._store.get(Conversation, conversation_id)
        if found is None or found.org_id != actor.org_id:
            raise NotFound(
                f"There is no conversation {conversation_id}.",
                code="conversation.not.found",
                cure="Use the id from the answer to POST /api/v2/conversations.",
            )
        return found

    async def _change(
        self, actor: Actor, conversation_id: str, decide: Callable[[Conversation], Conversation]
    ) -> Conversation:
        for _ in range(_ATTEMPTS):
            before = await self._mine(actor, conversation_id)
            after = decide(before)
            if after is before:
                return before
            try:
                await self._store.commit(Put(after))
            except Conflict:
                continue
            return replace(after, version=after.version + 1)
        raise Clash("The conversation is being changed by too many at once.", code="conflict")

    async def _participant(self, actor: Actor, wish: NewParticipant, where: str) -> Participant:
        now = self._clock.now()
        if wish.role == "agent":
            user = await self._user(actor, wish.user_id, f"{where}.userId")
            return Participant(new_id(), Purpose.AGENT, user.id, None, None, AddressType.USER, user.name, now)
        user_id, external_id = None, wish.external_id
        if wish.user_id is not None:
            known = await self._store.get(User, wish.user_id)
            if known is not None and known.org_id == actor.org_id:
                user_id = known.id
            else:
                external_id = external_id or wish.user_id
        kind = AddressType.SIP if wish.address and wish.address.startswith("sip") else AddressType.EXTERNAL
        return Participant(
            new_id(), Purpose.CUSTOMER, user_id, external_id, wish.address, kind, wish.name, now
        )

    async def _from_endpoint(self, actor: Actor, end: Endpoint, where: str) -> Participant:
        now = self._clock.now()
        if end.type is AddressType.USER:
            user = await self._user(actor, end.id, f"{where}.id")
            name = end.name or user.name
            return Participant(new_id(), Purpose.AGENT, user.id, end.external_id, None, end.type, name, now)
        address = end.external_id or end.id
        if not address:
            raise Invalid(
                f"{where} of type {end.type.value} needs an externalId or an id.",
                code="missing.field",
                details=(Detail("missing.field", f"{where}.externalId"),),
                cure=f"Add externalId to {where}: the address or the id that the customer is known by.",
            )
        if end.type is AddressType.SIP and not _SIP_URI.match(address):
            raise Invalid(
                f"{address} is not a SIP URI.",
                code="invalid.value",
                details=(Detail("invalid.value", f"{where}.externalId"),),
                cure="Write it as sip:user@host or sips:user@host.",
            )
        reached = None if end.type is AddressType.EXTERNAL else address
        return Participant(new_id(), Purpose.CUSTOMER, None, address, reached, end.type, end.name, now)

    async def _user(self, actor: Actor, user_id: str | None, where: str) -> User:
        if not user_id:
            raise Invalid(
                f"{where} is missing.",
                code="missing.field",
                details=(Detail("missing.field", where),),
                cure=f"Set {where} to a user id; GET /api/v2/users lists them.",
            )
        user = await self._store.get(User, user_id)
        if user is None or user.org_id != actor.org_id or not user.active:
            raise NotFound(
                f"There is no user {user_id}.",
                code="user.not.found",
                details=(Detail("not.found", where, user_id),),
                cure="GET /api/v2/users lists the users of your organisation.",
            )
        return user


def _known(conversation: Conversation, wanted: Participant) -> Participant | None:
    """The participant of `conversation` who is the same person as `wanted`."""
    for there in conversation.participants:
        if there.left_at is None and there.purpose is wanted.purpose:
            if wanted.purpose is Purpose.AGENT and there.user_id == wanted.user_id:
                return there
            if wanted.purpose is not Purpose.AGENT and there.external_id == wanted.external_id:
                return there
    return None
