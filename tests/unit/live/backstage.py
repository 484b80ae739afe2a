"""A hub in this process: real services and store, sockets that only write down, a clock that is moved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.session import CobrowseType, Session, SessionState
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.secrets import Keyring
from opencobrowse.live.connection import Connection
from opencobrowse.live.hub import Hub
from opencobrowse.live.page import PageHandler
from opencobrowse.live.viewer import ViewerHandler
from opencobrowse.ports.store import Put
from opencobrowse.services.notices.announcing import Announcing
from opencobrowse.services.session.lifecycle import Lifecycle
from opencobrowse.services.session.pages import Pages
from opencobrowse.services.session.tickets import Ticket


class FakeTransport:
    """What a `Connection` needs of picows' transport. A disconnect is reported in the loop's next turn."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.told: list[dict[str, Any]] = []
        self.frames: list[bytes] = []
        self.code: int | None = None
        self.pings = 0
        self.aborted = False
        self.underlying_transport = self

    def set_write_buffer_limits(self, high: int) -> None: ...
    def get_extra_info(self, _: str) -> FakeTransport:
        return self

    def setsockopt(self, *_: object) -> None: ...

    def send(self, kind: int, data: bytes) -> None:
        if int(kind) == 1:
            self.told.append(json.loads(data))
        else:
            self.frames.append(data)

    def send_close(self, code: int, _: bytes) -> None:
        self.code = int(code)

    def send_ping(self) -> None:
        self.pings += 1

    def disconnect(self, graceful: bool = True) -> None:
        self.aborted |= not graceful
        if self.connection is not None:
            connection, self.connection = self.connection, None
            asyncio.get_running_loop().call_soon(connection.on_ws_disconnected, self)  # type: ignore[arg-type]

    def types(self) -> list[str]:
        return [message["type"] for message in self.told]

    def last(self, type_: str) -> dict[str, Any]:
        return next(m for m in reversed(self.told) if m["type"] == type_)


class Backstage:
    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.store = SqliteStore(folder / "store.db")
        self._tickets = 0
        self.begin()

    def begin(self) -> None:
        """The server starts, or starts again: nothing but the store is what it was."""
        self.hub = Hub(self.clock)
        told = Announcing(self.store, self.hub)
        self.lifecycle = Lifecycle(told, self.hub, self.clock)
        self.hub.bind(Pages(told, Keyring(b"k" * 32), self.clock), self.lifecycle)
        self.told = told

    async def session(
        self, name: str = "s", customer: str = "customer", kind: CobrowseType = CobrowseType.VIEW
    ) -> Session:
        """A session whose offer is out."""
        now = self.clock.now()
        made = Session(
            name, "org", f"conversation of {name}", "agent", "p", None, customer, kind,
            SessionState.INITIATED, now, now + 600_000, now + 600_000, f"code {name}", f"token {name}",
        )  # fmt: skip
        await self.store.commit(Put(made))
        return made

    def connect(self, **ticket: Any) -> tuple[Connection, FakeTransport]:
        self._tickets += 1
        handler = PageHandler(self.hub) if ticket["role"] == "page" else ViewerHandler(self.hub)
        ticket = {"origin": "https://shop.example", **ticket}
        given = Ticket(id=str(self._tickets), expires_at=0, org_id="org", **ticket)
        connection, transport = Connection(given, handler, self.hub), FakeTransport()
        transport.connection = connection
        connection.on_ws_connected(transport)  # type: ignore[arg-type]
        return connection, transport

    async def page(self, customer: str | None = "customer", **hello: Any) -> tuple[Connection, FakeTransport]:
        connection, transport = self.connect(role="page", external_id=customer)
        await self.say(connection, "hello", versions=[1], **hello)
        return connection, transport

    async def viewer(self, session_id: str = "s", **ticket: Any) -> tuple[Connection, FakeTransport]:
        given = {"user_id": "agent", **ticket}
        connection, transport = self.connect(role="viewer", session_id=session_id, name="Ada", **given)
        await self.say(connection, "hello", versions=[1])
        return connection, transport

    async def say(self, connection: Connection, type_: str, **values: Any) -> None:
        """One message of a peer, and everything that follows from it."""
        connection._on_text(json.dumps({"type": type_, **values}).encode())
        await self.quiet(connection)

    async def quiet(self, *connections: Connection) -> None:
        """Until no handler and no work of the hub is left."""
        while self.hub._tasks or any(c._task is not None for c in connections):
            await asyncio.sleep(0.001)
        await asyncio.sleep(0)

    async def seconds(self, count: int, *talking: Connection) -> None:
        """Let time go by, tick by tick; `talking` are the connections that are heard of in each second."""
        for _ in range(count):
            self.clock.advance(1_000)
            for connection in talking:
                connection.heard = True
            await self.hub.tick()
            await self.quiet()

    async def share(self) -> tuple[Connection, FakeTransport]:
        """A page that shares session `s`."""
        await self.session()
        page, seen = await self.page()
        await self.say(page, "accept", sessionId="s", textVersion="t")
        assert seen.last("share")
        return page, seen


def backstage(folder: Path, work: Callable[[Backstage], Awaitable[None]]) -> None:
    """Run one test in one loop, with a store that is closed at its end."""

    async def main() -> None:
        made = Backstage(folder)
        try:
            await asyncio.wait_for(work(made), 30)
        finally:
            made.store.close()

    asyncio.run(main())
