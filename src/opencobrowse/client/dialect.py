"""What differs between the servers that this client speaks to. Everything that is not here is the same.

`Dialect` is the list of differences; `OpenCobrowse` is below, `GenesysCloud` in genesys.py. Which one it is
says the host or the caller (hosts.py), never an answer.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from opencobrowse.client import operations, progress
from opencobrowse.client.core import Api
from opencobrowse.client.errors import NotFound, NotOffered, PermissionDenied
from opencobrowse.client.flow import Flow
from opencobrowse.client.models import Conversation, Participant, SessionData, Token, Waiting
from opencobrowse.client.operations import Operation

Ask = Callable[[Operation[Any]], Flow[Any]]
"""Makes a call once, for a check of the doctor."""

STARTS: Final = ("conversation:cobrowse:add", "conversation:cobrowseVoice:add")
AGENT_PERMISSION: Final = "cobrowse:agent"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a start asks for."""

    conversation_id: str
    agent_id: str | None = None
    control: bool = False
    reason: str | None = None
    idempotency_key: str | None = None


class Dialect(ABC):
    """One kind of server. `lacks` names what it does not offer, and what to do instead."""

    label: ClassVar[str]
    lacks: ClassVar[Mapping[str, str]] = {}

    def need(self, feature: str) -> None:
        """Raise `NotOffered` for a feature in `lacks`."""
        instead = self.lacks.get(feature)
        if instead is not None:
            raise NotOffered(f"{self.label} offers no {feature}: {instead}")

    def handle(self, session: SessionData) -> str:
        """The id that `session` finds it by, later."""
        return session.id

    @abstractmethod
    def start(self, api: Api, wish: Wish) -> Flow[SessionData]:
        """Start one session, and one only, whatever happens on the way."""

    @abstractmethod
    def session(self, api: Api, session_id: str) -> Flow[SessionData]:
        """A session by its handle."""

    @abstractmethod
    def sessions(self, api: Api, live: bool) -> Flow[list[SessionData]]:
        """Those that the caller may see."""

    @abstractmethod
    def look(self, api: Api, session: SessionData) -> Flow[SessionData]:
        """The session as it is now."""

    @abstractmethod
    def end(self, api: Api, session: SessionData) -> Flow[SessionData]:
        """End it for both sides. What is over already is returned as it is."""

    # -- for the doctor --------------------------------------------------------------------------------------

    @abstractmethod
    def missing_permission(self, ask: Ask, token: Token) -> Flow[str | None]:
        """Why this token may not start sessions; None: it may."""

    @abstractmethod
    def obstacle(self, conversation: Conversation) -> tuple[str, str] | None:
        """Why the conversation's state forbids a start, and the cure."""

    @abstractmethod
    def connected_agents(self, conversation: Conversation) -> list[Participant]:
        """Who could be the agent now."""

    @abstractmethod
    def agent_obstacle(
        self, ask: Ask, agent: Participant, connected: list[Participant]
    ) -> Flow[tuple[Literal["warn", "fail"], str, str] | None]:
        """Why this connected person may not be the agent: how bad, what, and the cure."""

    @abstractmethod
    def waiting(self, ask: Ask, conversation_id: str) -> Flow[Waiting | None]:
        """The customer's open pages; None: the platform does not tell."""


class OpenCobrowse(Dialect):
    """A server of ours: starts carry an Idempotency-Key (I7), sessions have routes of their own."""

    label = "opencobrowse"

    def start(self, api: Api, wish: Wish) -> Flow[SessionData]:
        key = wish.idempotency_key or str(uuid.uuid4())
        data = yield from api.call(
            operations.start(wish.conversation_id, wish.agent_id, wish.control, wish.reason, key)
        )
        return progress.in_conversation(data, wish.conversation_id)

    def session(self, api: Api, session_id: str) -> Flow[SessionData]:
        return (yield from api.call(operations.get_session(session_id)))

    def sessions(self, api: Api, live: bool) -> Flow[list[SessionData]]:
        return (yield from api.call(operations.list_sessions(live)))

    def look(self, api: Api, session: SessionData) -> Flow[SessionData]:
        conversation = yield from api.call(operations.get_conversation(session.conversation_id or ""))
        return progress.updated(session, conversation)

    def end(self, api: Api, session: SessionData) -> Flow[SessionData]:
        return (yield from api.call(operations.end_session(session.id)))

    # -- for the doctor --------------------------------------------------------------------------------------

    def missing_permission(self, ask: Ask, token: Token) -> Flow[str | None]:
        """The token's answer lists every permission that it has."""
        yield from ()
        held = any(name in token.authorized_scope for name in STARTS)
        return None if held else f"its token has neither {' nor '.join(STARTS)}"

    def obstacle(self, conversation: Conversation) -> tuple[str, str] | None:
        if conversation.state == "disconnected":
            return "it has ended", "Start a session in a conversation that goes on."
        if conversation.state not in (None, "active", "connected"):
            cure = 'Start when the agent has answered, or PATCH the conversation with {"state": "active"}.'
            return f"it is {conversation.state}, and a start needs an active one", cure
        return None

    def connected_agents(self, conversation: Conversation) -> list[Participant]:
        return [p for p in conversation.participants if p.purpose == "agent" and p.state == "connected"]

    def agent_obstacle(
        self, ask: Ask, agent: Participant, connected: list[Participant]
    ) -> Flow[tuple[Literal["warn", "fail"], str, str] | None]:
        name = agent.name or agent.user_id or agent.id
        try:
            user = yield from ask(operations.get_user(agent.user_id or ""))
        except PermissionDenied:
            cure = "Give the client user:read to have this looked at."
            return "warn", f"{name} is connected; whether they may be the agent cannot be read", cure
        if AGENT_PERMISSION not in user.permissions or user.state not in (None, "active"):
            cure = f"Grant {name} {AGENT_PERMISSION}, or name another agent."
            return "fail", f"{name} may not be an agent: without {AGENT_PERMISSION}, or not active", cure
        return None

    def waiting(self, ask: Ask, conversation_id: str) -> Flow[Waiting | None]:
        try:
            found: Waiting = yield from ask(operations.waiting_pages(conversation_id))
        except NotFound:  # a server that is older than this client
            return None
        return found
