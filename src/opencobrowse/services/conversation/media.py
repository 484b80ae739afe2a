"""What can be done with one participant's part of a session, besides watching and sharing: end it, conclude
it, note something about it, say whether it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from opencobrowse.domain.conversation import Conversation, Participant, RecordingState
from opencobrowse.domain.session import EndReason
from opencobrowse.domain.wrapup import Wrapup, WrapupCode
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, NotFound
from opencobrowse.kernel.ids import Millis
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import change
from opencobrowse.services.conversation.legs import Leg, Legs, is_agent, need_own
from opencobrowse.services.conversation.participants import ParticipantChange, Participants
from opencobrowse.services.conversation.wrapupcodes import WrapupCodes
from opencobrowse.services.permissions import (
    COBROWSE_ADD,
    COBROWSE_AGENT,
    COBROWSE_READ,
    COBROWSE_VOICE_ADD,
    CONVERSATION_READ,
    CONVERSATION_WRITE,
    RECORDING,
    WRAPUP,
    WRAPUP_CODE_VIEW,
)
from opencobrowse.services.session.lifecycle import Lifecycle
from opencobrowse.services.session.sessions import ENDS

READS: Final = (COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD, CONVERSATION_READ, CONVERSATION_WRITE)
NOTES: Final = (CONVERSATION_WRITE, COBROWSE_ADD, COBROWSE_VOICE_ADD, COBROWSE_AGENT)


@dataclass(frozen=True, slots=True)
class Said:
    """A conclusion as it is sent: the code by its id or by its name."""

    code: str | None = None
    name: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    duration_seconds: int | None = None
    ended_at: Millis | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class MediaWish:
    """What is None stays. `connected` is no wish but a look: it holds where it is so already."""

    state: Literal["connected", "disconnected"] | None = None
    wrapup: Said | None = None
    wrapup_skipped: bool | None = None
    recording: bool | None = None
    attributes: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """One of each of these groups of permissions is needed; for a look, any that there is."""
        groups: list[tuple[str, ...]] = []
        if self.recording is not None:
            groups.append((RECORDING,))
        if self.state == "disconnected":
            groups.append(ENDS)
        if self.wrapup is not None or self.wrapup_skipped is not None:
            groups.append((WRAPUP,))
        return tuple(groups) or ((WRAPUP, RECORDING, *ENDS),)


class Media:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        codes: WrapupCodes,
        participants: Participants,
        lifecycle: Lifecycle,
    ) -> None:
        self._store = store
        self._legs = Legs(store)
        self._codes = codes
        self._participants = participants
        self._lifecycle = lifecycle
        self._clock = clock

    async def change(
        self, actor: Actor, conversation_id: str, participant_id: str, communication_id: str | None,
        wish: MediaWish,
    ) -> None:  # fmt: skip
        """Everything that is wished for, or nothing where something of it may not be."""
        for group in wish.needs:
            actor.need(*group)
        leg = await self._legs.find(actor, conversation_id, participant_id, communication_id)
        said = await self._checked(actor, leg, wish)
        if said is not None or wish.wrapup_skipped is not None:
            noted = ParticipantChange(wrapup=said, wrapup_skipped=wish.wrapup_skipped)
            await self._participants.commit(actor, leg.conversation.id, leg.participant.id, noted)
        if wish.recording is not None:
            await self._record(actor, leg.conversation, _recording(wish.recording))
        if wish.state == "disconnected" and leg.live:
            await self._lifecycle.end(leg.session.id, EndReason.AGENT if actor.user_id else EndReason.API)

    async def change_in_conversation(
        self, actor: Actor, conversation_id: str, participant_id: str, wish: MediaWish, own: ParticipantChange
    ) -> None:
        """The same where the conversation's participant is meant, of whom `own` is wished: what is of a
        session comes first, since it can be refused for more."""
        of_session, of_conversation = wish != MediaWish(), own != ParticipantChange()
        if of_conversation or not of_session:
            actor.need(CONVERSATION_WRITE)
        if of_session:
            await self.change(actor, conversation_id, participant_id, None, wish)
        if of_conversation or not of_session:
            await self._participants.change(actor, conversation_id, participant_id, own)

    async def set_attributes(
        self, actor: Actor, conversation_id: str, participant_id: str, attributes: Mapping[str, str | None]
    ) -> Participant:
        """Merge attributes into a participant's; None takes one away. The participant as they are then."""
        actor.need(*NOTES)
        leg = await self._legs.find(actor, conversation_id, participant_id)
        wish = ParticipantChange(attributes=attributes)
        after = await self._participants.commit(actor, leg.conversation.id, leg.participant.id, wish)
        return after.participant(leg.participant.id) or leg.participant

    async def wrapup(
        self, actor: Actor, conversation_id: str, participant_id: str, communication_id: str | None,
        provisional: bool,
    ) -> Wrapup:  # fmt: skip
        """What was concluded; a provisional conclusion only if asked for. Raises 404 for none."""
        actor.need(WRAPUP, *READS)
        leg = await self._legs.find(actor, conversation_id, participant_id, communication_id)
        return found_wrapup(leg.conversation, leg.participant, provisional)

    async def codes(self, actor: Actor, conversation_id: str, participant_id: str) -> list[WrapupCode]:
        """The conclusions that a participant may choose from: the organisation's."""
        actor.need(WRAPUP, WRAPUP_CODE_VIEW, *READS)
        await self._legs.find(actor, conversation_id, participant_id)
        return await self._codes.of(actor.org_id)

    async def conclude(
        self, actor: Actor, conversation_id: str, participant_id: str, communication_id: str, said: Said
    ) -> None:
        await self.change(actor, conversation_id, participant_id, communication_id, MediaWish(wrapup=said))

    async def set_recording(self, actor: Actor, conversation_id: str, state: RecordingState) -> Conversation:
        """Keep whether somebody records. Nothing is recorded here."""
        actor.need(RECORDING)
        conversation = await self._legs.conversation(actor, conversation_id)
        await self._legs.sessions(actor, conversation)
        return await self._record(actor, conversation, state)

    async def _checked(self, actor: Actor, leg: Leg, wish: MediaWish) -> Wrapup | None:
        """The conclusion to store, once everything that is wished for is known to be possible."""
        ends = wish.state == "disconnected" and leg.live
        if ends and actor.user_id not in (None, leg.session.agent_user_id):
            need_own(actor, leg)
        if wish.state == "connected" and not (leg.live and leg.session.sharing):
            raise _not_connected(leg)
        if wish.recording is not None:
            self._recorded(leg.conversation, _recording(wish.recording))
        if wish.wrapup is None and wish.wrapup_skipped is None:
            return None
        if not is_agent(leg):
            raise _no_agent(leg)
        need_own(actor, leg)
        return None if wish.wrapup is None else await self._wrapup(actor, leg, wish.wrapup)

    async def _wrapup(self, actor: Actor, leg: Leg, said: Said) -> Wrapup:
        code = await self._codes.named(actor.org_id, said.code, said.name)
        at = said.ended_at if said.ended_at is not None else self._clock.now()
        return Wrapup(code.id, code.name, at, said.notes, said.tags, said.duration_seconds, said.provisional)

    async def _record(self, actor: Actor, before: Conversation, state: RecordingState) -> Conversation:
        return await change(
            self._store,
            before,
            lambda: self._legs.conversation(actor, before.id),
            lambda conversation: self._recorded(conversation, state),
            "The conversation",
        )

    def _recorded(self, conversation: Conversation, state: RecordingState) -> Conversation:
        if conversation.recording_state is state:
            return conversation
        if not conversation.live:
            raise Clash(
                "The conversation has ended; nobody records it any more.",
                code="conversation.state",
                cure="Set it while the conversation goes on.",
                entity_id=conversation.id,
            )
        return replace(conversation, recording_state=state, updated_at=self._clock.now())


def _recording(wished: bool) -> RecordingState:
    return RecordingState.ACTIVE if wished else RecordingState.NONE


def found_wrapup(conversation: Conversation, who: Participant, provisional: bool) -> Wrapup:
    """A participant's conclusion, a provisional one only if asked for. Raises 404."""
    if who.wrapup is not None and (provisional or not who.wrapup.provisional):
        return who.wrapup
    cure = f"POST …/participants/{who.id}/communications/{{communicationId}}/wrapup gives one"
    if who.wrapup is not None:
        cure += "; for the provisional one ask with ?provisional=true"
    raise NotFound(
        f"The participant {who.id} has given no wrap-up.",
        code="wrapup.not.found",
        cure=f"{cure}.",
        entity_id=conversation.id,
    )


def _not_connected(leg: Leg) -> Clash:
    offered = leg.live
    return Clash(
        "Nobody but the customer can connect it." if offered else "The communication is disconnected.",
        code="cobrowse.session.state",
        details=(Detail("cobrowse.session.state", "state"),),
        cure="Wait until the customer has said yes."
        if offered
        else f"Start a new session: POST /api/v2/conversations/{leg.conversation.id}/cobrowse.",
        entity_id=leg.session.id,
    )


def _no_agent(leg: Leg) -> Clash:
    return Clash(
        "A wrap-up is an agent's; this participant is the customer.",
        code="wrapup.not.agent",
        details=(Detail("wrapup.not.agent", "participantId", leg.participant.id, leg.participant.name),),
        cure=f"Name an agent's participant: {', '.join(leg.session.agents())}.",
        entity_id=leg.participant.id,
    )
