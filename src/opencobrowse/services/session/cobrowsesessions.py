"""Sessions as the platform sees them: by their conversation, with its participants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.session import EndReason, Session
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.conversation.legs import Legs, no_session
from opencobrowse.services.permissions import COBROWSE_ADD, COBROWSE_READ, COBROWSE_VOICE_ADD
from opencobrowse.services.session.lifecycle import Lifecycle
from opencobrowse.services.session.sessions import ENDS


@dataclass(frozen=True, slots=True)
class CobrowseConversation:
    """A conversation and its newest session."""

    conversation: Conversation
    session: Session


class CobrowseSessions:
    def __init__(self, store: Store, lifecycle: Lifecycle) -> None:
        self._store = store
        self._legs = Legs(store)
        self._lifecycle = lifecycle

    async def live(self, actor: Actor) -> list[Session]:
        """Live sessions, newest first: an agent's own, a program's organisation's. `with_conversations` makes
        of a page of them what is shown."""
        actor.need(COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        keys: dict[str, object] = {"org_id": actor.org_id, "live": 1}
        if actor.user_id:
            keys["agent_user_id"] = actor.user_id
        found = await self._store.find(Session, limit=10_000, **keys)
        found.sort(key=lambda s: s.created_at, reverse=True)
        return found

    async def with_conversations(self, sessions: Sequence[Session]) -> list[CobrowseConversation]:
        views = []
        for session in sessions:
            conversation = await self._store.get(Conversation, session.conversation_id)
            if conversation is not None:
                views.append(CobrowseConversation(conversation, session))
        return views

    async def of(self, actor: Actor, conversation_id: str) -> CobrowseConversation:
        """The newest session of a conversation. An agent sees those they are the agent of, or were until
        they transferred it."""
        actor.need(COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        return await self._newest(actor, conversation_id)

    async def end(self, actor: Actor, conversation_id: str) -> Conversation:
        """End the conversation's session; the conversation goes on. Ending what is over is no error."""
        actor.need(*ENDS)
        view = await self._newest(actor, conversation_id)
        if actor.user_id not in (None, view.session.agent_user_id):
            raise no_session(conversation_id)  # no longer theirs
        await self._lifecycle.end(view.session.id, EndReason.AGENT if actor.user_id else EndReason.API)
        return await self._legs.conversation(actor, conversation_id)

    async def _newest(self, actor: Actor, conversation_id: str) -> CobrowseConversation:
        conversation = await self._legs.conversation(actor, conversation_id)
        seen = await self._legs.sessions(actor, conversation)
        return CobrowseConversation(conversation, max(seen, key=lambda s: (s.live, s.created_at)))
