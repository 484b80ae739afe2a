"""Sessions as their agent and their starter see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.people import User
from opencobrowse.domain.session import EndReason, Session
from opencobrowse.kernel.errors import Forbidden
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.conversation.legs import Legs, unknown_session
from opencobrowse.services.permissions import (
    COBROWSE_ADD,
    COBROWSE_AGENT,
    COBROWSE_READ,
    COBROWSE_VOICE_ADD,
    DISCONNECT,
)
from opencobrowse.services.session.lifecycle import Lifecycle

ENDS: Final = (DISCONNECT, COBROWSE_ADD, COBROWSE_VOICE_ADD, COBROWSE_AGENT)
"""One of these is needed to end a session."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session with the names that people know it by. `agent_name` is that of its agent now."""

    session: Session
    conversation: Conversation
    agent_name: str
    customer_name: str | None


class Sessions:
    def __init__(self, store: Store, lifecycle: Lifecycle) -> None:
        self._store = store
        self._legs = Legs(store)
        self._lifecycle = lifecycle

    async def get(self, actor: Actor, session_id: str) -> SessionView:
        """One session: an agent sees their own and those they have transferred, a program those of its
        organisation."""
        actor.need(COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        return await self.view(await self._legs.session(actor, session_id))

    async def mine(self, actor: Actor, live_only: bool = False) -> list[SessionView]:
        """An agent's own sessions; a program's organisation's. Newest first."""
        actor.need(COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        keys: dict[str, object] = (
            {"agent_user_id": actor.user_id} if actor.user_id else {"org_id": actor.org_id}
        )
        if live_only:
            keys["live"] = 1
        found = await self._store.find(Session, limit=500, **keys)
        newest = sorted(found, key=lambda s: s.created_at, reverse=True)[:100]
        return [await self.view(session) for session in newest]

    async def end(self, actor: Actor, session_id: str) -> SessionView:
        """End it, and answer how it ended. Ending what is over is no error."""
        actor.need(*ENDS)
        session = await self._legs.session(actor, session_id)
        if actor.user_id not in (None, session.agent_user_id):
            raise unknown_session(session_id)  # no longer theirs
        reason = EndReason.AGENT if actor.user_id else EndReason.API
        return await self.view(await self._lifecycle.end(session.id, reason))

    async def viewer(self, actor: Actor, session_id: str) -> tuple[Session, User]:
        """Who may open the viewer: the session's agent, and nobody by the link alone."""
        actor.need(COBROWSE_AGENT)
        session = await self._legs.session(actor, session_id)
        user = await self._store.get(User, actor.user_id) if actor.user_id else None
        if user is None or user.id != session.agent_user_id:
            raise Forbidden(
                "Only the session's agent may open its viewer.",
                code="not.authorized",
                cure="Sign in as the agent who was named when the session was started.",
            )
        return session, user

    async def view(self, session: Session) -> SessionView:
        """A session that the caller may see, with its names."""
        conversation = await self._store.get(Conversation, session.conversation_id)
        agent = await self._store.get(User, session.agent_user_id)
        assert conversation is not None, "a session's conversation exists"  # noqa: S101
        customer = conversation.participant(session.customer_participant_id or "")
        name = (customer.name or customer.external_id) if customer else None
        return SessionView(session, conversation, agent.name if agent else "", name)
