"""The conversation: the business record in which a cobrowse session happens, and who takes part in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from opencobrowse.domain.machine import step
from opencobrowse.domain.wrapup import Wrapup
from opencobrowse.kernel.ids import Millis, canonical


class ConversationType(StrEnum):
    COBROWSE = "cobrowse"
    VOICE = "voice"
    CHAT = "chat"
    WEBCHAT = "webchat"
    MESSAGE = "message"


class ConversationState(StrEnum):
    QUEUED = "queued"
    ALERTING = "alerting"
    ACTIVE = "active"
    DISCONNECTED = "disconnected"


class ConversationMove(StrEnum):
    ALERT = "alerting"
    ACTIVATE = "active"
    DISCONNECT = "disconnected"


CONVERSATION: Final = {
    (ConversationState.QUEUED, ConversationMove.ALERT): ConversationState.ALERTING,
    (ConversationState.QUEUED, ConversationMove.ACTIVATE): ConversationState.ACTIVE,
    (ConversationState.QUEUED, ConversationMove.DISCONNECT): ConversationState.DISCONNECTED,
    (ConversationState.ALERTING, ConversationMove.ACTIVATE): ConversationState.ACTIVE,
    (ConversationState.ALERTING, ConversationMove.DISCONNECT): ConversationState.DISCONNECTED,
    (ConversationState.ACTIVE, ConversationMove.DISCONNECT): ConversationState.DISCONNECTED,
}


class RecordingState(StrEnum):
    """Whether somebody records. opencobrowse does not: it keeps the state for those who do."""

    NONE = "NONE"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"


class Purpose(StrEnum):
    """What a participant is in the conversation; the platform's `purpose`."""

    AGENT = "agent"
    CUSTOMER = "customer"
    EXTERNAL = "external"


class AddressType(StrEnum):
    USER = "user"
    SIP = "sip"
    EXTERNAL = "external"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Participant:
    """One person in one conversation.

    `user_id` is set for users of ours; `external_id` is how the customer's own system knows them and is
    what a page registers with; `address` is a SIP URI, mail address or phone number.
    `transferred`: they left because another agent took their place.
    """

    id: str
    purpose: Purpose
    user_id: str | None = None
    external_id: str | None = None
    address: str | None = None
    address_type: AddressType | None = None
    name: str | None = None
    joined_at: Millis = 0
    left_at: Millis | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    paired_with: str | None = None
    connected_at: Millis | None = None
    transferred: bool = False
    wrapup: Wrapup | None = None
    wrapup_skipped: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    org_id: str
    type: ConversationType
    state: ConversationState
    created_at: Millis
    updated_at: Millis
    participants: tuple[Participant, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    external_tag: str | None = None
    ended_at: Millis | None = None
    recording_state: RecordingState = RecordingState.NONE
    version: int = 0

    @property
    def live(self) -> bool:
        return self.state is not ConversationState.DISCONNECTED

    def participant(self, participant_id: str) -> Participant | None:
        wanted = canonical(participant_id)
        return next((p for p in self.participants if p.id == wanted), None)

    def named(self, name: str) -> Participant | None:
        """Who is called `name` here: by participant id, else by user id or external id."""
        user_id = canonical(name)
        called = (p for p in self.participants if user_id == p.user_id or name == p.external_id)
        return self.participant(name) or next(called, None)

    def agents(self) -> tuple[Participant, ...]:
        """Agents who are still here, in the order they came."""
        return tuple(p for p in self.participants if p.purpose is Purpose.AGENT and p.left_at is None)

    def connected_agents(self) -> tuple[Participant, ...]:
        """Agents who are talking with the customer now: none while queued or alerting (api.md section 2)."""
        return self.agents() if self.state is ConversationState.ACTIVE else ()

    def customer(self) -> Participant | None:
        """The customer: the first who is not an agent, one with an external id before one without."""
        others = [p for p in self.participants if p.purpose is not Purpose.AGENT and p.left_at is None]
        return next((p for p in others if p.external_id), others[0] if others else None)


def move(conversation: Conversation, command: ConversationMove, now: Millis) -> Conversation:
    """The conversation after `command`; ending it disconnects everybody. Raises `IllegalMove`."""
    state = step(CONVERSATION, conversation.state, command)
    if state is not ConversationState.DISCONNECTED:
        people = conversation.participants
        if state is ConversationState.ACTIVE:
            people = tuple(p if p.left_at else replace(p, connected_at=now) for p in people)
        return replace(conversation, state=state, updated_at=now, participants=people)
    gone = tuple(replace(p, left_at=p.left_at or now) for p in conversation.participants)
    return replace(conversation, state=state, updated_at=now, ended_at=now, participants=gone)


def join(conversation: Conversation, participant: Participant, now: Millis) -> Conversation:
    """The conversation with one more participant, who is connected if it is."""
    if conversation.state is ConversationState.ACTIVE:
        participant = replace(participant, connected_at=now)
    return replace(conversation, participants=(*conversation.participants, participant), updated_at=now)


def hand_over(
    conversation: Conversation, leaver_id: str, successor: Participant, now: Millis
) -> tuple[Conversation, Participant]:
    """The agent `leaver_id` leaves and `successor` takes their place; who is here already just stays.

    Returns the conversation and the participant who goes on.
    """
    here = next((p for p in conversation.agents() if p.user_id == successor.user_id), None)
    if here is None:
        conversation = join(conversation, successor, now)
        here = conversation.participants[-1]
    people = tuple(
        replace(p, left_at=p.left_at or now, transferred=True) if p.id == leaver_id else p
        for p in conversation.participants
    )
    return replace(conversation, participants=people, updated_at=now), here
