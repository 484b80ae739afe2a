"""The outermost layer by itself: what is refused there, what comes too late, and what breaks."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from opencobrowse.http.budget import Budget
from opencobrowse.http.middleware import Edge
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.errors import Fault


class Table:
    """Knows one path."""

    classes = frozenset({"known"})

    def methods(self, path: str) -> frozenset[str]:
        return frozenset({"POST"}) if path == "/api/v2/known" else frozenset()


class Silent:
    """No help is added."""

    public_url = "https://cobrowse.example"

    async def complete(self, scope: dict[str, Any], fault: Fault) -> Fault:
        return fault


def ask(app: Any, *parts: bytes, method: str = "POST", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request through the edge to `app`: status, headers and body of the answer."""
    edge = Edge(app, Table(), Silent(), Budget(ManualClock(), 100), deadline=0.05)  # type: ignore[arg-type]
    named = {"content-type": "application/json", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": "/api/v2/known",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in named.items()],
        "client": ("192.0.2.1", 1),
    }
    waiting = [
        {"type": "http.request", "body": part, "more_body": n < len(parts) - 1}
        for n, part in enumerate(parts)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(edge(scope, receive, send))
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(m.get("body", b"") for m in sent[1:])


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": message["body"]})


def test_the_whole_body_is_handed_on_at_once() -> None:
    status, headers, body = ask(echo, b'{"a"', b": ", b"1}")
    assert (status, body) == (200, b'{"a": 1}')
    assert headers["inin-correlation-id"] and headers["inin-ratelimit-count"] == "1"


@pytest.mark.parametrize("where", ["in the application", "in the body"])
def test_an_answer_that_takes_too_long_is_a_504(where: str) -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    parts = (b"{}",) if where == "in the application" else ()
    status, headers, body = ask(slow, *parts)
    assert status == 504
    refused = json.loads(body)
    assert (refused["code"], refused["status"]) == ("request.timeout", 504)
    assert refused["contextId"] == headers["inin-correlation-id"]
    assert 0 < int(headers["retry-after"]) <= 180


def test_a_crash_is_a_500_in_our_shape(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("a secret detail")

    status, headers, body = ask(broken, b"{}")
    refused = json.loads(body)
    assert (status, refused["status"], refused["code"]) == (500, 500, "internal.server.error")
    assert b"secret" not in body
    assert headers["inin-correlation-id"] in caplog.text


def test_a_length_that_is_too_large_is_refused_unread() -> None:
    status, _, body = ask(echo, content_length="1048577")
    assert status == 413
    assert json.loads(body)["code"] == "request.too.large"


def test_options_is_answered_and_never_counted() -> None:
    status, headers, _ = ask(echo, method="OPTIONS", origin="https://a.example")
    assert status == 204
    assert headers["allow"] == "OPTIONS, POST"
    assert "inin-ratelimit-count" not in headers


def test_a_caller_who_leaves_is_not_answered() -> None:
    edge = Edge(echo, Table(), Silent(), Budget(ManualClock(), 100))  # type: ignore[arg-type]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": "/api/v2/known", "headers": [], "client": None,
    }  # fmt: skip
    asyncio.run(edge(scope, receive, send))
    assert sent == []
