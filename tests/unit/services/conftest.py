"""The services over a real store, with a clock that stands still and pages that are pretended."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.conversation import Conversation, ConversationState, ConversationType
from opencobrowse.domain.people import User
from opencobrowse.domain.session import Session
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.ids import new_id
from opencobrowse.kernel.secrets import Keyring
from opencobrowse.ports.store import Put
from opencobrowse.services.actor import Actor
from opencobrowse.services.conversation.conversations import Conversations, NewConversation, NewParticipant
from opencobrowse.services.links import Links
from opencobrowse.services.permissions import ALL, COBROWSE_AGENT
from opencobrowse.services.session.lifecycle import Lifecycle
from opencobrowse.services.starting.start import Started, StartRequest, StartSession

T = TypeVar("T")


@dataclass
class Rooms:
    """`ports.rooms.Rooms` that notes what it was told."""

    offered: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def pages(self, session: Session) -> int:
        return 0

    def offer(self, session: Session) -> None:
        self.offered.append(session.id)

    def close(self, session: Session) -> None:
        self.closed.append(session.id)

    def changed(self, session: Session) -> None:
        self.said.append(session.state.value)

    def revoked(self, token_id: str) -> None: ...

    def __getattr__(self, name: str) -> Any:
        """Whatever else the live side is told makes no difference here."""
        return lambda *args, **kwargs: None


class Case:
    """One server's services, and one organisation's program that calls them."""

    def __init__(self, path: Path) -> None:
        self.clock = ManualClock()
        self.store = SqliteStore(path / "store.db")
        self.rooms = Rooms()
        links = Links("https://cobrowse.example", Keyring(b"k" * 32))
        self.lifecycle = Lifecycle(self.store, self.rooms, self.clock)
        self.conversations = Conversations(self.store, self.lifecycle, self.clock)
        self.start = StartSession(self.store, self.rooms, links, self.clock, limits.OFFER_MS)
        self.program = Actor("org", "token", ALL, client_id="program")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    async def user(self, *, agent: bool = True, active: bool = True, org: str = "org") -> User:
        held = frozenset({COBROWSE_AGENT}) if agent else frozenset[str]()
        made = User(new_id(), org, f"{new_id()}@example.com", "Robin", held, 0, None, active)
        await self.store.commit(Put(made))
        return made

    async def conversation(
        self,
        *agents: User,
        customer: str | None = "customer",
        state: ConversationState = ConversationState.ACTIVE,
    ) -> Conversation:
        people = [NewParticipant("agent", user_id=agent.id) for agent in agents]
        people += [NewParticipant("customer", external_id=customer)] if customer else []
        wish = NewConversation(ConversationType.VOICE, state, tuple(people))
        return await self.conversations.create(self.program, wish)

    async def started(self, request: StartRequest, actor: Actor | None = None) -> Started:
        answer = await self.start(actor or self.program, request)
        assert isinstance(answer, Started)
        return answer

    async def session(self) -> Session:
        """A session whose offer is out."""
        conversation = await self.conversation(await self.user())
        return (await self.started(StartRequest(conversation.id))).session

    async def stored(self, session: Session) -> Session:
        found = await self.store.get(Session, session.id)
        assert found is not None
        return found


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = Case(tmp_path)
    yield made
    made.store.close()
