"""Conversations and who takes part in them. They come from the company's telephony, chat or ticket system."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from opencobrowse.domain.conversation import (
    Conversation,
    ConversationMove,
    ConversationState,
    ConversationType,
    Participant,
    join,
    move,
)
from opencobrowse.domain.machine import IllegalMove
from opencobrowse.domain.session import Session
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail
from opencobrowse.kernel.ids import new_id
from opencobrowse.ports.store import Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import change
from opencobrowse.services.lookups import conversation_of
from opencobrowse.services.permissions import (
    COBROWSE_ADD,
    COBROWSE_READ,
    COBROWSE_VOICE_ADD,
    CONVERSATION_READ,
    CONVERSATION_WRITE,
)
from opencobrowse.services.session.lifecycle import Lifecycle
from opencobrowse.services.starting.joining import Endpoint, Joining, NewParticipant, known

__all__ = ["Conversations", "Endpoint", "NewConversation", "NewParticipant", "Pair"]


Pair = tuple[Endpoint, Endpoint | None]
"""`from` and `to` of one entry of `addParticipants`."""


_FEWER: Final = "Add fewer participants, or start a new conversation."


@dataclass(frozen=True, slots=True)
class NewConversation:
    type: ConversationType
    state: ConversationState = ConversationState.ACTIVE
    participants: tuple[NewParticipant, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    external_tag: str | None = None


class Conversations:
    def __init__(self, store: Store, lifecycle: Lifecycle, clock: Clock) -> None:
        self._store = store
        self._lifecycle = lifecycle
        self._clock = clock
        self._joining = Joining(store)

    async def create(self, actor: Actor, wish: NewConversation) -> Conversation:
        actor.need(CONVERSATION_WRITE, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        conversation = await self._made(actor, wish)
        await self._store.commit(Put(conversation))
        return replace(conversation, version=1)

    async def prepare(self, actor: Actor, wish: NewConversation) -> Conversation:
        """A new conversation that is not stored yet, for who may start: it is stored with its session."""
        actor.need(COBROWSE_ADD, COBROWSE_VOICE_ADD)
        return await self._made(actor, wish)

    async def _made(self, actor: Actor, wish: NewConversation) -> Conversation:
        now = self._clock.now()
        conversation = Conversation(
            new_id(), actor.org_id, wish.type, wish.state, now, now, (), wish.metadata, wish.external_tag
        )
        for number, participant in enumerate(wish.participants):
            made = await self._joining.make(actor, participant, f"participants[{number}]", now)
            if known(conversation, made) is None:
                conversation = join(conversation, made, now)
        check_size(conversation, _FEWER)
        return conversation

    async def get(self, actor: Actor, conversation_id: str) -> Conversation:
        actor.need(CONVERSATION_READ, CONVERSATION_WRITE, COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        return await self._mine(actor, conversation_id)

    async def find(
        self, actor: Actor, external_tag: str | None = None, *, offset: int = 0, limit: int = limits.PAGE_SIZE
    ) -> tuple[list[Conversation], int]:
        """The organisation's conversations, newest first, and how many there are in all."""
        actor.need(CONVERSATION_READ, CONVERSATION_WRITE)
        keys: dict[str, Any] = {"org_id": actor.org_id}
        if external_tag:
            keys["external_tag"] = external_tag
        return await self._store.page(Conversation, offset=offset, limit=limit, **keys)

    async def sessions(self, conversation: Conversation) -> list[Session]:
        return await self._store.find(Session, conversation_id=conversation.id)

    async def set_state(self, actor: Actor, conversation_id: str, command: ConversationMove) -> Conversation:
        """Move it; ending it ends its session. Ending it twice is no error."""
        actor.need(CONVERSATION_WRITE)
        if command is ConversationMove.DISCONNECT:
            return await self._lifecycle.end_conversation(await self._mine(actor, conversation_id))

        def decide(conversation: Conversation) -> Conversation:
            if command.value == conversation.state.value:
                return conversation
            try:
                return move(conversation, command, self._clock.now())
            except IllegalMove:
                raise _illegal(conversation, command) from None

        return await self._change(actor, await self._mine(actor, conversation_id), decide)

    async def add(
        self, actor: Actor, conversation_id: str, pairs: Sequence[Pair]
    ) -> tuple[Conversation, list[Participant]]:
        """Add `from` and `to` of every pair, all or none. Who is there already is answered as they are."""
        actor.need(CONVERSATION_WRITE, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        found = await self._mine(actor, conversation_id)
        now = self._clock.now()
        wanted: list[Participant] = []
        for number, ends in enumerate(pairs):
            for side, end in zip(("from", "to"), ends, strict=True):
                if end is not None:
                    where = f"addParticipants[{number}].{side}"
                    wanted.append(await self._joining.at(actor, end, where, now))

        def decide(conversation: Conversation) -> Conversation:
            if not conversation.live:
                raise _ended(conversation)
            for participant in wanted:
                if known(conversation, participant) is None:
                    conversation = join(conversation, replace(participant, id=new_id()), now)
            check_size(conversation, _FEWER)
            return conversation

        conversation = await self._change(actor, found, decide)
        return conversation, [p for p in (known(conversation, w) for w in wanted) if p is not None]

    async def _mine(self, actor: Actor, conversation_id: str) -> Conversation:
        return await conversation_of(self._store, actor, conversation_id)

    async def _change(
        self, actor: Actor, before: Conversation, decide: Callable[[Conversation], Conversation]
    ) -> Conversation:
        def again() -> Awaitable[Conversation]:
            return self._mine(actor, before.id)

        return await change(self._store, before, again, decide, "The conversation")


def check_size(conversation: Conversation, cure: str) -> None:
    """Raise 409 where too many take part."""
    if len(conversation.participants) > limits.PARTICIPANTS_PER_CONVERSATION:
        raise Clash(
            f"A conversation has at most {limits.PARTICIPANTS_PER_CONVERSATION} participants.",
            code="too.many.participants",
            cure=cure,
        )


def _illegal(conversation: Conversation, command: ConversationMove) -> Clash:
    cure = (
        "queued goes to alerting or active, alerting to active, and all of them to disconnected."
        if conversation.live
        else "A conversation that has ended stays so: make a new one with POST /api/v2/conversations."
    )
    return Clash(
        f"A conversation that is {conversation.state.value} cannot become {command.value}.",
        code="conversation.state",
        cure=cure,
        details=(Detail("conversation.state", "state"),),
        entity_id=conversation.id,
    )


def _ended(conversation: Conversation) -> Clash:
    return Clash(
        "The conversation has ended; nobody can be added to it.",
        code="conversation.not.active",
        cure="Start a new one: POST /api/v2/conversations.",
        details=(Detail("conversation.not.active", "conversationId", conversation.id),),
        entity_id=conversation.id,
    )
