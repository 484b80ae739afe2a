"""Notification channels in this process: a real store, sockets that only write down, a clock to be moved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.conversation import (
    Conversation,
    ConversationState,
    ConversationType,
    Participant,
    Purpose,
)
from opencobrowse.domain.notification import Channel
from opencobrowse.domain.people import Token, User
from opencobrowse.domain.session import CobrowseType, Session, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.ids import new_id
from opencobrowse.kernel.secrets import Keyring
from opencobrowse.live.channel import ChannelSocket
from opencobrowse.live.channels import Channels
from opencobrowse.ports.store import Put
from opencobrowse.services.actor import Actor
from opencobrowse.services.links import Links
from opencobrowse.services.notices.announcing import Announcing
from opencobrowse.services.notices.news import News
from opencobrowse.services.notices.notifications import Notifications
from opencobrowse.services.permissions import ALL
from opencobrowse.services.signin.access import Access
from tests.unit.live.backstage import FakeTransport

DAY = limits.CHANNEL_MS


class Newsroom:
    """`ears` are the sockets that were opened: (the socket, what was sent through it)."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.file = SqliteStore(folder / "store.db")
        self.channels = Channels(self.clock)
        self.store = Announcing(self.file, self.channels)
        access = Access(self.store, cast(Any, None), cast(Any, None), self.clock)
        self.notifications = Notifications(self.store, access, self.channels, self.clock)
        links = Links("https://cobrowse.example", Keyring(b"k" * 32))
        self.channels.bind(self.notifications, News(self.store, links))

    # -- people --------------------------------------------------------------------------------------------

    async def program(
        self, *, org: str = "org", permissions: frozenset[str] = ALL, life: int = 10 * DAY
    ) -> Actor:
        """A program with a token, which is stored as the API stores it."""
        return await self._actor(org, permissions, life, client_id="program")

    async def person(
        self, *, org: str = "org", permissions: frozenset[str] = frozenset(), life: int = 10 * DAY
    ) -> Actor:
        user = await self.user(org, permissions)
        return await self._actor(org, permissions, life, user_id=user.id)

    async def user(self, org: str = "org", permissions: frozenset[str] = frozenset()) -> User:
        made = User(new_id(), org, f"{new_id()}@example.com", "Robin", permissions, 0)
        await self.store.commit(Put(made))
        return made

    async def _actor(self, org: str, permissions: frozenset[str], life: int, **whose: str) -> Actor:
        token = Token(new_id(), org, whose.get("client_id"), whose.get("user_id"), permissions,
                      self.clock.now() + life)  # fmt: skip
        await self.store.commit(Put(token))
        return Actor(org, token.id, permissions, token.client_id, token.user_id)

    # -- channels ------------------------------------------------------------------------------------------

    async def channel(self, actor: Actor, *topics: str) -> Channel:
        made = await self.notifications.create(actor)
        if topics:
            await self.notifications.replace(actor, made.id, topics)
        return made

    async def hear(self, channel: Channel) -> tuple[ChannelSocket, FakeTransport]:
        """A socket of the channel, after all that was to be told has been."""
        socket, transport = ChannelSocket(channel.id, self.channels), FakeTransport()
        transport.connection = cast(Any, socket)
        socket.on_ws_connected(cast(Any, transport))
        await self.settle()
        return socket, transport

    async def settle(self) -> None:
        async with asyncio.timeout(10):
            while self.channels.busy:
                await asyncio.sleep(0)
        await asyncio.sleep(0)

    def hold(self) -> Callable[[], None]:
        """Nothing is told until the answer is called."""
        gate = asyncio.Event()

        async def wait() -> None:
            await gate.wait()

        self.channels._later(wait)
        return gate.set

    async def tick(self, seconds: float = 1, *, alive: bool = True) -> None:
        """Let the clock go on and do once what is done every second."""
        self.clock.advance(int(seconds * 1000))
        for socket in [*self.channels.sockets]:
            socket.heard = socket.heard or alive
        self.channels.tick()
        await self.settle()

    # -- what happens --------------------------------------------------------------------------------------

    async def conversation(self, *agents: str, org: str = "org", **metadata: Any) -> Conversation:
        now = self.clock.now()
        people = [Participant(new_id(), Purpose.AGENT, user_id=a, connected_at=now) for a in agents]
        customer = Participant(new_id(), Purpose.CUSTOMER, external_id="customer", connected_at=now)
        made = Conversation(
            new_id(), org, ConversationType.VOICE, ConversationState.ACTIVE, now, now, (*people, customer),
            metadata,
        )  # fmt: skip
        await self.store.commit(Put(made))
        return replace(made, version=1)

    async def session(self, found: Conversation) -> Session:
        now, (agent, *_), customer = self.clock.now(), found.agents(), found.customer()
        assert customer is not None
        made = Session(
            new_id(), found.org_id, found.id, agent.user_id or "", agent.id, customer.id, "customer",
            CobrowseType.VIEW, SessionState.INITIATED, now, now + 600_000, now + 600_000, new_id(), new_id(),
        )  # fmt: skip
        await self.store.commit(Put(made))
        return replace(made, version=1)

    async def put(self, record: Any) -> Any:
        await self.store.commit(Put(record))
        return replace(record, version=record.version + 1)


def topics_of(transport: FakeTransport) -> list[str]:
    """What was told, without heartbeats."""
    return [m["topicName"] for m in transport.told if m.get("topicName") != "channel.metadata"]


def bodies_of(transport: FakeTransport, topic: str) -> list[dict[str, Any]]:
    return [m["eventBody"] for m in transport.told if m.get("topicName") == topic]
