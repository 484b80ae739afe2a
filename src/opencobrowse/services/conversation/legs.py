"""Who takes part in which session of a conversation, as far as the caller may see it.

A leg is one participant's part of one session: the platform's communication. Its id is the session's, so it
is named by both, the participant's id and the session's.
"""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.domain.conversation import Conversation, Participant, Purpose
from opencobrowse.domain.session import Session
from opencobrowse.kernel.errors import Detail, Forbidden, NotFound
from opencobrowse.kernel.ids import canonical
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.lookups import conversation_of


@dataclass(frozen=True, slots=True)
class Leg:
    conversation: Conversation
    participant: Participant
    session: Session

    @property
    def live(self) -> bool:
        """Whether it goes on: the session does, and they have not handed it to somebody else."""
        session, who = self.session, self.participant.id
        return session.live and who in (session.agent_participant_id, session.customer_participant_id)


class Legs:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def conversation(self, actor: Actor, conversation_id: str) -> Conversation:
        """A conversation of the caller's organisation. Raises 404."""
        return await conversation_of(self._store, actor, conversation_id)

    async def session(self, actor: Actor, session_id: str) -> Session:
        """A session by its id. Raises 404 for one that the caller may not see, as for one that never was."""
        found = await self._store.get(Session, session_id)
        if found is None or found.org_id != actor.org_id or not found.may_be_seen_by(actor.user_id):
            raise unknown_session(session_id)
        return found

    async def sessions(self, actor: Actor, conversation: Conversation) -> list[Session]:
        """The conversation's sessions that the caller may see, the oldest first; 404 where there is none."""
        found = await self._store.find(Session, conversation_id=conversation.id)
        seen = [s for s in found if s.may_be_seen_by(actor.user_id)]
        if not seen:
            raise no_session(conversation.id)
        return seen

    async def find(
        self, actor: Actor, conversation_id: str, participant_id: str, communication_id: str | None = None
    ) -> Leg:
        """A participant's leg: the one named, else the newest. Raises 404 for what is not there."""
        conversation = await self.conversation(actor, conversation_id)
        sessions = await self.sessions(actor, conversation)
        who = named_participant(conversation, participant_id)
        theirs = [s for s in sessions if who.id in (*s.agents(), s.customer_participant_id)]
        if communication_id is not None:
            theirs = [s for s in theirs if s.id == canonical(communication_id)]
        if not theirs:
            raise _no_leg(sessions, who, communication_id)
        return Leg(conversation, who, max(theirs, key=lambda s: (s.live, s.created_at)))


def need_own(actor: Actor, leg: Leg) -> None:
    """A person acts for their own part only; a program for everybody's. Raises 403."""
    if actor.user_id in (None, leg.participant.user_id):
        return
    raise Forbidden(
        f"{leg.participant.name or 'This participant'} is somebody else.",
        code="not.authorized",
        cure="Name your own participant, or use a program's token.",
        details=(Detail("not.authorized", "participantId", leg.participant.id),),
    )


def named_participant(conversation: Conversation, participant_id: str) -> Participant:
    """The participant of this id. Raises 404, which lists those there are."""
    found = conversation.participant(participant_id)
    if found is None:
        listed = ", ".join(f"{p.id} ({p.name or p.purpose.value})" for p in conversation.participants)
        raise NotFound(
            f"There is no participant {participant_id} in this conversation.",
            code="participant.not.found",
            cure=f"Its participants are: {listed or 'nobody'}.",
            details=(Detail("not.found", "participantId", participant_id),),
            entity_id=conversation.id,
        )
    return found


def unknown_session(session_id: str) -> NotFound:
    return NotFound(
        f"There is no session {session_id}.",
        code="cobrowse.session.not.found",
        cure="Use the id of a session that you started, or that you are the agent of.",
    )


def no_session(conversation_id: str) -> NotFound:
    return NotFound(
        f"Conversation {conversation_id} has no cobrowse session.",
        code="cobrowse.session.not.found",
        cure=f"Start one: POST /api/v2/conversations/{conversation_id}/cobrowse.",
    )


def is_agent(leg: Leg) -> bool:
    return leg.participant.purpose is Purpose.AGENT


def _no_leg(sessions: list[Session], who: Participant, communication_id: str | None) -> NotFound:
    named = f"communication {communication_id}" if communication_id else "cobrowse session"
    listed = ", ".join(s.id for s in sessions if who.id in (*s.agents(), s.customer_participant_id))
    return NotFound(
        f"The participant {who.id} has no {named}.",
        code="communication.not.found",
        cure="A communication's id is that of participants[].cobrowsesessions[]; "
        + (f"this participant's are: {listed}." if listed else "this participant takes part in none."),
        details=(Detail("not.found", "communicationId", communication_id),) if communication_id else (),
    )
