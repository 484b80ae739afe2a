"""What differs between the servers that this client speaks to. Everything that is not here is the same.

`Dialect` is the list of differences; `OpenCobrowse` is below, `GenesysCloud` in genesys.py. Which one it is
says the host or the caller (hosts.py), never an answer.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from opencobrowse.client import operations, progress
from opencobrowse.client.core import Api
from opencobrowse.client.errors import NotOffered
from opencobrowse.client.flow import Flow
from opencobrowse.client.models import SessionData


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
