"""Sessions as their agent and their starter see them."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.people import User
from opencobrowse.domain.session import EndReason, Session
from opencobrowse.kernel.errors import Forbidden, NotFound
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.lifecycle import Lifecycle
from opencobrowse.services.permissions import COBROWSE_ADD, COBROWSE_AGENT, COBROWSE_READ, COBROWSE_VOICE_ADD


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
        self._lifecycle = lifecycle

    async def get(self, actor: Actor, session_id: str) -> SessionView:
        """One session: an agent sees their own and those they have transferred, a program those of its
        organisation."""
        actor.need(COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD)
        session = await self._store.get(Session, session_id)
        if session is None or session.org_id != actor.org_id or not session.may_be_seen_by(actor.user_id):
            raise _unknown(session_id)
        return await self.view(session)

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
        actor.need(COBROWSE_ADD, COBROWSE_VOICE_ADD, COBROWSE_AGENT)
        view = await self.get(actor, session_id)
        if actor.user_id not in (None, view.session.agent_user_id):
            raise _unknown(session_id)  # no longer theirs
        reason = EndReason.AGENT if actor.user_id else EndReason.API
        return await self.view(await self._lifecycle.end(view.session.id, reason))

    async def viewer(self, actor: Actor, session_id: str) -> tuple[Session, User]:
        """Who may open the viewer: the session's agent, and nobody by the link alone."""
        view = await self.get(actor, session_id)
        user = await self._store.get(User, actor.user_id) if actor.user_id else None
        if user is None or COBROWSE_AGENT not in actor.permissions or user.id != view.session.agent_user_id:
            raise Forbidden(
                "Only the session's agent may open its viewer.",
                code="not.authorized",
                cure="Sign in as the agent who was named when the session was started.",
            )
        return view.session, user

    async def view(self, session: Session) -> SessionView:
        """A session that the caller may see, with its names."""
        conversation = await self._store.get(Conversation, session.conversation_id)
        agent = await self._store.get(User, session.agent_user_id)
        assert conversation is not None, "a session's conversation exists"  # noqa: S101
        customer = conversation.participant(session.customer_participant_id or "")
        name = (customer.name or customer.external_id) if customer else None
        return SessionView(session, conversation, agent.name if agent else "", name)


def _unknown(session_id: str) -> NotFound:
    return NotFound(
        f"There is no session {session_id}.",
        code="cobrowse.session.not.found",
        cure="Use the id of a session that you started, or that you are the agent of.",
    )
