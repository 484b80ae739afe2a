"""Around every request: a correlation id, CORS, the content type, and the caller's budget of calls."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from opencobrowse.http.problems import body as error_body
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Fault, TooMany, WrongType

Scope = dict[str, Any]
Asgi = Callable[[Scope, Any, Any], Any]

_EXPOSED: Final = b"ININ-Correlation-Id, Retry-After, inin-ratelimit-allowed, inin-ratelimit-count, inin-ratelimit-reset, Location"
_PREFLIGHT: Final = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    (b"access-control-allow-headers",
     b"Authorization, Content-Type, purecloud-sdk, Idempotency-Key, X-Genesys-Organization-ID"),
    (b"access-control-max-age", b"7200"),
]  # fmt: skip


class Edge:
    """The outermost ASGI layer of the API. Anything it refuses has the same error shape as the rest."""

    def __init__(self, app: Asgi, clock: Clock, calls_per_minute: int) -> None:
        self._app = app
        self._budget = Budget(clock, calls_per_minute)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context_id = str(uuid.uuid4())
        scope["context_id"] = context_id
        headers = dict(scope["headers"])
        extra = _common(scope, headers, context_id)
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await _answer(send, 204, extra + _PREFLIGHT, b"")
            return
        refused = _wrong_type(scope, headers)
        if scope["path"].startswith("/api/v2/"):
            spent = self._budget.spend(_caller(scope, headers))
            extra += spent.headers()
            refused = refused or spent.refusal()

        received = scope["raw_body"] = bytearray()

        async def receive_with() -> dict[str, Any]:
            message: dict[str, Any] = await receive()
            if message["type"] == "http.request" and len(received) <= limits.MAX_BODY_BYTES:
                received.extend(message.get("body", b""))  # a refused body is looked at again (`bodies`)
            return message

        async def send_with(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        if refused is None:
            await self._app(scope, receive_with, send_with)
            return
        content = msgspec.json.encode(error_body(refused, context_id))
        more = [(b"retry-after", str(refused.retry_after).encode())] if refused.retry_after else []
        await _answer(send, refused.status, [*extra, *more, (b"content-type", b"application/json")], content)


@dataclass(frozen=True, slots=True)
class Spent:
    """Where a caller stands in the running minute. `reset` is in seconds."""

    allowed: int
    count: int
    reset: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"inin-ratelimit-allowed", str(self.allowed).encode()),
            (b"inin-ratelimit-count", str(self.count).encode()),
            (b"inin-ratelimit-reset", str(self.reset).encode()),
        ]

    def refusal(self) -> Fault | None:
        if self.count <= self.allowed:
            return None
        return TooMany(
            f"Rate limit exceeded the maximum. Retry the request in [{self.reset}] seconds",
            code="too.many.requests",
            params={"seconds": str(self.reset)},
            cure=f"Wait {self.reset} s. The limit is {self.allowed} calls a minute for one token.",
            retry_after=self.reset,
        )


class Budget:
    """Calls per caller and minute, counted in fixed windows."""

    def __init__(self, clock: Clock, allowed: int) -> None:
        self._clock = clock
        self._allowed = allowed
        self._window = 0
        self._counts: dict[bytes, int] = {}

    def spend(self, caller: bytes) -> Spent:
        second = int(self._clock.monotonic())
        window = second // 60
        if window != self._window:
            self._window = window
            self._counts.clear()
        count = self._counts.get(caller, 0) + 1
        self._counts[caller] = count
        return Spent(self._allowed, count, 60 - second % 60)


def _caller(scope: Scope, headers: dict[bytes, bytes]) -> bytes:
    """A token's own budget; without a token, the address's."""
    bearer = headers.get(b"authorization") or headers.get(b"cookie")
    if bearer:
        return hashlib.blake2b(bearer, digest_size=16).digest()
    client = scope.get("client")
    return str(client[0] if client else "").encode()


def _common(scope: Scope, headers: dict[bytes, bytes], context_id: str) -> list[tuple[bytes, bytes]]:
    common = [
        (b"inin-correlation-id", context_id.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]
    if b"origin" in headers and not scope["path"].startswith("/sdk/"):
        # No credentials are allowed with it: a foreign page can use a token it has, never our cookie.
        common += [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _EXPOSED)]
    return common


def _wrong_type(scope: Scope, headers: dict[bytes, bytes]) -> Fault | None:
    """415 for a body of the API that says it is something else than JSON. No content type counts as JSON."""
    kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    empty = headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers
    if not scope["path"].startswith("/api/v2/") or not kind or empty or scope["method"] in ("GET", "HEAD"):
        return None
    if kind == b"application/json" or kind.endswith(b"+json"):
        return None
    return WrongType(
        "Unsupported Media Type - Unsupported or incorrect media type, such as an incorrect Content-Type value in "
        "the header.",
        code="unsupported.media.type",
        cure="Send the body as JSON with Content-Type: application/json.",
    )


async def _answer(send: Any, status: int, headers: Iterable[tuple[bytes, bytes]], content: bytes) -> None:
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": content})
