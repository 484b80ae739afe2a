"""Changes to one participant: who leaves ends the session they take part in."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from opencobrowse.domain.conversation import Conversation, Participant
from opencobrowse.domain.session import EndReason, Session
from opencobrowse.domain.wrapup import Wrapup
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Invalid, NotFound
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import change
from opencobrowse.services.lookups import conversation_of
from opencobrowse.services.permissions import CONVERSATION_WRITE
from opencobrowse.services.session.lifecycle import Lifecycle

_MAX_ATTRIBUTES: Final = 200


@dataclass(frozen=True, slots=True)
class ParticipantChange:
    """What is None stays. `attributes` are merged into those that are there; a None value takes one away."""

    disconnect: bool = False
    name: str | None = None
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    wrapup: Wrapup | None = None
    wrapup_skipped: bool | None = None


class Participants:
    def __init__(self, store: Store, lifecycle: Lifecycle, clock: Clock) -> None:
        self._store = store
        self._lifecycle = lifecycle
        self._clock = clock

    async def change(
        self, actor: Actor, conversation_id: str, participant_id: str, wish: ParticipantChange
    ) -> Conversation:
        """Change a participant. Raises 404 for one who is not in the conversation."""
        actor.need(CONVERSATION_WRITE)
        conversation = await self.commit(actor, conversation_id, participant_id, wish)
        if wish.disconnect:
            await self._end_sessions_of(conversation, participant_id)
        return conversation

    async def set_attributes(
        self, actor: Actor, conversation_id: str, participant_id: str, attributes: Mapping[str, str | None]
    ) -> Participant:
        """Merge attributes into a participant's; None takes one away. The participant as they are then."""
        wish = ParticipantChange(attributes=attributes)
        return _one(await self.change(actor, conversation_id, participant_id, wish), participant_id)

    async def commit(
        self, actor: Actor, conversation_id: str, participant_id: str, wish: ParticipantChange
    ) -> Conversation:
        """The change of the record alone; whoever asks for it has asked whether the caller may."""

        def again() -> Awaitable[Conversation]:
            return self._mine(actor, conversation_id)

        def decide(before: Conversation) -> Conversation:
            person = _one(before, participant_id)
            changed = self._changed(person, wish)
            if changed == person:
                return before
            people = tuple(changed if p.id == person.id else p for p in before.participants)
            return replace(before, participants=people, updated_at=self._clock.now())

        return await change(self._store, await again(), again, decide, "The conversation")

    def _changed(self, person: Participant, wish: ParticipantChange) -> Participant:
        merged = {**person.attributes, **wish.attributes}
        attributes = {name: value for name, value in merged.items() if value is not None}
        if len(attributes) > _MAX_ATTRIBUTES:
            raise Invalid(
                f"A participant has at most {_MAX_ATTRIBUTES} attributes.",
                code="invalid.value",
                details=(Detail("invalid.value", "attributes"),),
                cure="Take some away by setting them to null.",
            )
        left = person.left_at or (self._clock.now() if wish.disconnect else None)
        name = wish.name if wish.name is not None else person.name
        return replace(
            person,
            name=name,
            attributes=attributes,
            left_at=left,
            wrapup=_concluded(person, wish.wrapup),
            wrapup_skipped=person.wrapup_skipped if wish.wrapup_skipped is None else wish.wrapup_skipped,
        )

    async def _end_sessions_of(self, conversation: Conversation, participant_id: str) -> None:
        for session in await self._store.find(Session, conversation_id=conversation.id, live=1):
            if participant_id in (session.agent_participant_id, session.customer_participant_id):
                await self._lifecycle.end(session.id, EndReason.API)

    async def _mine(self, actor: Actor, conversation_id: str) -> Conversation:
        return await conversation_of(self._store, actor, conversation_id)


def _concluded(person: Participant, said: Wrapup | None) -> Wrapup | None:
    if said is None or person.wrapup is None:
        return said or person.wrapup
    if not person.wrapup.yields_to(said):
        raise Clash(
            f"The wrap-up {person.wrapup.name} was given as the last word.",
            code="wrapup.final",
            details=(Detail("wrapup.final", "provisional"),),
            cure="Leave provisional out to give another one.",
            entity_id=person.id,
        )
    return said


def _one(conversation: Conversation, participant_id: str) -> Participant:
    found = conversation.participant(participant_id)
    if found is None:
        listed = ", ".join(p.id for p in conversation.participants) or "nobody"
        raise NotFound(
            f"There is no participant {participant_id} in this conversation.",
            code="participant.not.found",
            cure=f"Its participants are: {listed}.",
            entity_id=conversation.id,
        )
    return found
