"""`AsyncClient`: the methods of `Client`, under asyncio; what only an asynchronous client gets wrong."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import subprocess
import sys
import typing
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from opencobrowse.client import AsyncClient, AsyncSession, Client, Session, Unauthorized, resources
from tests.unit.client.support import answers, conversation, session

EMPTY = httpx.Response(200, json={"entities": []})
GROUPS = ["cobrowse", "conversations", "sessions", "users"]
OWN = {"close": "aclose", "__enter__": "__aenter__", "__exit__": "__aexit__"}
"""What is named otherwise, as httpx and the language have it."""


def made(kind: type[Client] | type[AsyncClient]) -> Any:
    return kind("http://localhost:1", "i", "s", environ={})


def methods(kind: type) -> dict[str, Callable[..., Any]]:
    return {
        name: member
        for name, member in inspect.getmembers(kind, callable)
        if not name.startswith("_") or name in (*OWN, *OWN.values())
    }


def signature(method: Callable[..., Any]) -> str:
    """Without what has to differ: which session, which transport, which sleep."""
    text = str(inspect.signature(method)).replace("Async", "").replace("'", "").replace("'", "")
    text = text.replace("Base", "").replace("Transport", "transport")
    return re.sub(r"sleep: [^=]*=[^,]*", "sleep", text)


PAIRS: list[tuple[type, type]] = [
    (Client, AsyncClient),
    (Session, AsyncSession),
    *[(type(getattr(made(Client), g)), type(getattr(made(AsyncClient), g))) for g in GROUPS],
]


@pytest.mark.parametrize(("sync", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_both_have_the_same_methods_and_signatures(sync: type, other: type) -> None:
    """house.md: sync and async cannot drift. Whatever is added to one is missed in the other here."""
    ours = {OWN.get(name, name): member for name, member in methods(sync).items()}
    theirs = methods(other)
    assert ours.keys() == theirs.keys()
    for name, member in ours.items():
        if name not in ("__aexit__", "drive"):
            assert signature(member) == signature(theirs[name]), name
            assert (member.__doc__ or "").split() == (theirs[name].__doc__ or "").split(), name
    assert signature(sync.__init__) == signature(other.__init__)  # type: ignore[misc]


@pytest.mark.parametrize("kind", [kind for pair in PAIRS for kind in pair], ids=lambda kind: kind.__name__)
def test_every_method_says_what_it_does(kind: type) -> None:
    for name, member in methods(kind).items():
        if not name.startswith("__"):
            assert member.__doc__, name
            assert name == "drive" or "Flow" not in str(inspect.signature(member)), name


def test_what_is_awaited_is_awaitable_and_the_other_is_not() -> None:
    for sync, other in PAIRS:
        for name, member in methods(other).items():
            if not name.startswith("__") and name != "drive":
                assert inspect.iscoroutinefunction(member), f"{other.__name__}.{name}"
        assert not [n for n, m in methods(sync).items() if inspect.iscoroutinefunction(m)]


def test_a_type_checker_sees_the_parameters(tmp_path: Path) -> None:
    code = (
        "from opencobrowse import AsyncClient, Client\n"
        "async def f(a: AsyncClient, c: Client) -> None:\n"
        "    reveal_type(c.cobrowse.start('x', control=True))\n"
        "    reveal_type(await (await a.cobrowse.start('x')).wait_until('active', timeout=3))\n"
        "    reveal_type(await a.users.list())\n"
        "    c.cobrowse.start('x', contrl=True)\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file=",
        "--strict",
        f"--cache-dir={tmp_path}",
        "-c",
        code,
    ]
    env = {**os.environ, "MYPYPATH": str(Path(__file__).parents[3] / "src")}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=env).stdout
    assert 'type is "opencobrowse.client.resources.Session"' in said
    assert 'type is "opencobrowse.client.resources.AsyncSession"' in said
    assert 'type is "list[opencobrowse.client.models.User]"' in said
    assert 'Unexpected keyword argument "contrl"' in said
    assert "Found 1 error" in said


# -- asyncio -----------------------------------------------------------------------------------------------


class Server:
    """Answers in its own time: a token takes until `token_ready`."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response]) -> None:
        self.handler = handler
        self.seen: list[httpx.Request] = []
        self.token_ready = asyncio.Event()
        self.token_ready.set()
        self.asked = asyncio.Event()
        self.closed = False

    def client(self, **given: Any) -> AsyncClient:
        return AsyncClient(
            "http://localhost:1",
            "i",
            "s",
            transport=_Transport(self),
            environ={},
            chance=lambda: 0.0,
            **given,
        )

    def paths(self) -> list[str]:
        return [request.url.path for request in self.seen]


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, server: Server) -> None:
        self.server = server

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.server.seen.append(request)
        self.server.asked.set()
        if request.url.path == "/oauth/token":
            await self.server.token_ready.wait()
            count = self.server.paths().count("/oauth/token")
            return httpx.Response(200, json={"access_token": f"t{count}", "expires_in": 3600})
        await asyncio.sleep(0)
        return self.server.handler(request)

    async def aclose(self) -> None:
        self.server.closed = True


def test_start_and_wait() -> None:
    async def work() -> None:
        leg = {"id": "s1", "cobrowseSessionId": "s1"}
        server = Server(answers(session(), conversation({**leg, "opencobrowseState": "initiated"}),
                                conversation({**leg, "opencobrowseState": "active"})))  # fmt: skip
        async with server.client() as client:
            started = await client.cobrowse.start("c1", control=True)
            assert (await started.wait_until("active", timeout=60)) is started
            assert started.state == "active"
        assert server.closed

    asyncio.run(work())


def test_many_waiters_share_one_fetch() -> None:
    async def work() -> None:
        server = Server(answers(EMPTY))
        server.token_ready.clear()
        async with server.client() as client, asyncio.TaskGroup() as group:
            for _ in range(50):
                group.create_task(client.users.list())
            await server.asked.wait()
            server.token_ready.set()
        assert server.paths().count("/oauth/token") == 1
        assert server.paths().count("/api/v2/users") == 50

    asyncio.run(work())


def test_a_refused_token_is_replaced_once_for_all() -> None:
    async def work() -> None:
        def handler(request: httpx.Request) -> httpx.Response:
            old = request.headers["Authorization"] == "Bearer t1"
            return httpx.Response(401, json={"code": "bad.credentials"}) if old else EMPTY

        server = Server(handler)
        async with server.client() as client, asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(client.users.list())
        assert server.paths().count("/oauth/token") == 2

    asyncio.run(work())


def test_who_fetches_may_be_cancelled_and_the_next_takes_over() -> None:
    async def work() -> None:
        server = Server(answers(EMPTY))
        server.token_ready.clear()
        async with server.client() as client:
            first = asyncio.create_task(client.users.list())
            await server.asked.wait()
            second = asyncio.create_task(client.users.list())
            await asyncio.sleep(0)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            server.token_ready.set()
            assert await second == []
        assert server.paths().count("/oauth/token") == 2

    asyncio.run(work())


def test_a_cancelled_wait_sends_nothing_more_and_leaves_the_client_usable() -> None:
    async def work() -> None:
        leg = {"id": "s1", "cobrowseSessionId": "s1", "opencobrowseState": "initiated"}
        server = Server(answers(session(), conversation(leg)))
        sleeping = asyncio.Event()

        async def sleep(_: float) -> None:
            sleeping.set()
            await asyncio.Event().wait()

        pause: Callable[[float], Awaitable[None]] = sleep
        async with server.client(sleep=pause) as client:
            started = await client.cobrowse.start("c1")
            waiting = asyncio.create_task(started.wait_until("active"))
            await sleeping.wait()
            sent = len(server.seen)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert len(server.seen) == sent
            assert (await started.refresh()).state == "initiated"

    asyncio.run(work())


def test_a_timeout_around_a_wait_is_the_callers(  # `asyncio.timeout` cancels
) -> None:
    async def work() -> None:
        leg = {"id": "s1", "cobrowseSessionId": "s1", "opencobrowseState": "initiated"}
        server = Server(answers(session(), conversation(leg)))
        async with server.client() as client:
            started = await client.cobrowse.start("c1")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await started.wait_until("active")

    asyncio.run(work())


def test_errors_are_the_same_ones() -> None:
    async def work() -> None:
        refused = httpx.Response(401, json={"message": "no", "code": "bad.credentials", "status": 401})
        async with Server(answers(refused)).client() as client:
            with pytest.raises(Unauthorized, match=r"401 bad\.credentials: no"):
                await client.users.list()

    asyncio.run(work())


def test_connections_are_kept_and_closed() -> None:
    """One connection serves calls in a row, and none is left open after `async with`."""
    opened: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                body = b'{"entities": []}'
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except asyncio.IncompleteReadError:
            gone.set()
        finally:
            writer.close()

    gone = asyncio.Event()

    async def work() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with AsyncClient(f"127.0.0.1:{port}", access_token="t", environ={}) as client:
            for _ in range(5):
                assert await client.users.list() == []
            assert len(opened) == 1
            assert not gone.is_set()
        await asyncio.wait_for(gone.wait(), 10)
        server.close()

    asyncio.run(work())


def test_resources_have_one_source() -> None:
    """Nothing in the pairs is written by hand: each method comes from a flow."""
    source = inspect.getsource(resources)
    for kind in ("Cobrowse", "Conversations", "Sessions", "Users", "Session"):
        for prefix in ("", "Async"):
            body = source.split(f"\nclass {prefix}{kind}(")[1].split("\n\n\n")[0]
            assert " def " not in body
    assert typing.get_type_hints(resources.Driver)["api"].__name__ == "Api"
