"""The client for `async` programs: the same flows as `Client` has, awaited. Under asyncio, and under trio.

async with AsyncClient(host="mypurecloud.ie", client_id="…", client_secret="…") as client:
    session = await client.cobrowse.start(conversation_id)
    await session.wait_until("active", timeout=300)
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import anyio
import httpx

from opencobrowse.client import calls, connection
from opencobrowse.client.core import Api
from opencobrowse.client.errors import CobrowseError
from opencobrowse.client.flow import Bearer, Broken, Effect, Flow, Policy, Reply, Request, Send, Sleep
from opencobrowse.client.resources import (
    AsyncCobrowse,
    AsyncConversations,
    AsyncSessions,
    AsyncUsers,
    awaited,
)

T = TypeVar("T")


class AsyncClient:
    """A connection to one server, for one event loop. Share it between tasks; `await client.aclose()`, or use
    it in an `async with` block.

    The options are those of `Client`. A call that is cancelled stops where it is: nothing is sent after that,
    and other tasks go on. What was sent may have had its effect.
    """

    def __init__(
        self,
        host: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        access_token: str | None = None,
        platform: str | None = None,
        timeout: float = 20.0,
        policy: Policy | None = None,
        verify: str | bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        env = os.environ if environ is None else environ
        self.hosts = connection.hosts_of(host, platform, env)
        dialect = connection.DIALECTS[self.hosts.platform]()
        self.api = Api(self.hosts, dialect, policy or Policy(), chance, now, wall)
        self._static = access_token
        self._tokens = None if access_token else connection.credentials(client_id, client_secret, env)
        self._token_lock = anyio.Lock()
        self._sleep = sleep
        self._http = httpx.AsyncClient(transport=transport, **connection.http_options(timeout, verify))
        self.cobrowse = AsyncCobrowse(self)
        self.conversations = AsyncConversations(self)
        self.sessions = AsyncSessions(self)
        self.users = AsyncUsers(self)

    organization = awaited(calls.organization)
    diagnose = awaited(calls.diagnose)
    call = awaited(calls.call)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections that are kept open."""
        await self._http.aclose()

    # -- the driver: it does what the flows decide ---------------------------------------------------------

    async def drive(self, flow: Flow[T]) -> T:
        """Do what the flow asks for until it returns."""
        outcome: Any = None
        problem: CobrowseError | None = None
        while True:
            try:
                effect = flow.send(outcome) if problem is None else flow.throw(problem)
            except StopIteration as done:
                result: T = done.value
                return result
            outcome = problem = None
            try:
                outcome = await self._do(effect)
            except CobrowseError as error:
                problem = error

    async def _do(self, effect: Effect) -> Any:
        match effect:
            case Send(request):
                return await self._send(request)
            case Sleep(seconds):
                return await self._sleep(seconds)
            case Bearer(stale):
                return await self._bearer(stale)

    async def _bearer(self, stale: str | None) -> str:
        if self._tokens is None:
            return self._static or ""
        async with self._token_lock:  # one fetch for all tasks that need a token now; the next takes it over
            if stale is not None:  #     when the one that fetches is cancelled
                self._tokens.forget(stale)
            current = self._tokens.current(self.api.now())
            if current is not None:
                return current
            return await self.drive(self._tokens.fetch(self.api.policy, self.api.chance, self.api.now))

    async def _send(self, request: Request) -> Reply | Broken:
        try:
            return connection.reply_of(await self._http.request(**connection.arguments(self.hosts, request)))
        except (httpx.TransportError, httpx.DecodingError) as error:
            return connection.broken(connection.origin_of(self.hosts, request), error)
