"""Around every request: correlation id, CORS, the caller's budget, the body, a deadline, and the way out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from opencobrowse.http import bodies, problems
from opencobrowse.http.budget import LIMITS_PATH, OTHER, Budget, caller_of
from opencobrowse.http.help import Helper
from opencobrowse.http.paths import PathTable, canonical_path, place_of
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Fault

Scope = dict[str, Any]
Headers = list[tuple[bytes, bytes]]

_READING: Final = frozenset({"GET", "HEAD"})
_BLANKS: Final = b" \t\r\n"
_EXPOSED: Final = (
    b"ININ-Correlation-Id, Retry-After, inin-ratelimit-allowed, inin-ratelimit-count, inin-ratelimit-reset, "
    b"Location, Allow, WWW-Authenticate"
)
_PREFLIGHT: Final = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    (b"access-control-allow-headers",
     b"Authorization, Content-Type, purecloud-sdk, Idempotency-Key, X-Genesys-Organization-ID"),
    (b"access-control-max-age", b"7200"),
]  # fmt: skip


class _Gone(Exception):  # noqa: N818
    """The caller left before the request was complete: there is nobody to answer."""


class Edge:
    """The outermost ASGI layer. Whatever is refused, here or further in, leaves in the same shape.
    `deadline`: seconds in which a call that changes something is answered, its body received."""

    def __init__(
        self,
        app: Any,
        table: PathTable,
        helper: Helper,
        budget: Budget,
        deadline: float = limits.ANSWER_DEADLINE_SECONDS - 1,
    ) -> None:
        self._app = app
        self._table = table
        self._helper = helper
        self._budget = budget
        self._deadline = deadline

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        context_id = scope["context_id"] = str(uuid.uuid4())
        scope["paths"] = self._table
        scope["path"] = canonical_path(scope["path"])
        extra = common_headers(scope, headers, context_id)
        if scope["method"] == "HEAD" and "HEAD" not in self._table.methods(scope["path"]):
            scope = {**scope, "method": "GET"}  # the server, which sees the HEAD, sends no body
        if scope["method"] == "OPTIONS":
            allowed = ", ".join(sorted(_with_head(self._table.methods(scope["path"])) | {"OPTIONS"}))
            await answer(send, 204, [*extra, *_PREFLIGHT, (b"allow", allowed.encode())], b"")
            return
        fault = self._spend(scope, headers, extra) or self._gap(scope)
        fault = fault or await self._run(scope, headers, receive, send, extra)
        if fault is not None:
            fault = await self._help(scope, fault)
            content = msgspec.json.encode(problems.body(fault, context_id, self._helper.public_url))
            own = dict(problems.headers(fault))  # a 429 speaks of the budget that is used up, whichever it is
            headers_sent = [*(pair for pair in extra if pair[0] not in own), *own.items()]
            await answer(send, fault.status, headers_sent, content)

    def _spend(self, scope: Scope, headers: dict[bytes, bytes], extra: Headers) -> Fault | None:
        """Take the call out of the caller's budget, and say in `extra` what is left of it."""
        if not scope["path"].startswith("/api/v2/"):
            return None
        spent = self._budget.spend(caller_of(scope, headers), _route_class(scope, self._table.classes))
        extra += spent.headers()
        return spent.refusal()

    def _gap(self, scope: Scope) -> Fault | None:
        return self._table.not_found(scope["path"]) if "//" in scope["path"] else None

    async def _run(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Any, send: Any, extra: Headers
    ) -> Fault | None:
        """Let the application answer. What it refuses, and what it cannot do in time, is returned."""
        started = False

        async def reply(message: dict[str, Any]) -> None:
            nonlocal started
            if problems.NOTED in scope and not started:
                return
            if message["type"] == "http.response.start":
                started = True
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in extra if pair[0] not in given)]
            await send(message)

        deadline = None if scope["method"] in _READING else self._deadline
        try:
            async with asyncio.timeout(deadline):
                await self._app(scope, await self._body(scope, headers, receive), reply)
        except _Gone:
            return None
        except Fault as fault:
            return fault
        except TimeoutError:
            return None if started else problems.too_late()
        except Exception as error:
            crashed = problems.crash(error, scope["context_id"])
            return None if started else crashed
        return None if started else scope.get(problems.NOTED)

    async def _body(self, scope: Scope, headers: dict[bytes, bytes], receive: Any) -> Any:
        """Read and check the whole body, and make the `receive` that hands it on. Raises `Fault`."""
        if _length(headers) > limits.MAX_BODY_BYTES:
            raise problems.too_large()
        raw = await _read(receive)
        if not raw.strip(_BLANKS):
            raw = b""  # a line feed for an empty body
        scope["raw_body"] = raw
        if raw and scope["method"] not in _READING and scope["path"].startswith("/api/v2/"):
            self._check(scope["path"], headers, raw)
        handed = False

        async def again() -> dict[str, Any]:
            nonlocal handed
            if handed:
                return await receive()  # type: ignore[no-any-return]
            handed = True
            return {"type": "http.request", "body": raw, "more_body": False}

        return again

    def _check(self, path: str, headers: dict[bytes, bytes], raw: bytes) -> None:
        """Refuse a body that is no JSON, or says so. On a wrong path, that it is wrong is the better news."""
        try:
            _check_type(headers)
            bodies.check(raw)
        except Fault:
            if self._table.methods(path):
                raise

    async def _help(self, scope: Scope, fault: Fault) -> Fault:
        try:
            async with asyncio.timeout(1):
                return await self._helper.complete(scope, fault)
        except Exception as error:  # the refusal itself must get out, with its help or without
            problems.crash(error, scope["context_id"])
            return fault


def _with_head(methods: frozenset[str]) -> frozenset[str]:
    """What can be read can be asked for without its body."""
    return methods | {"HEAD"} if "GET" in methods else methods


async def _read(receive: Any) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Gone
        part = message.get("body", b"")
        size += len(part)
        if size > limits.MAX_BODY_BYTES:
            raise problems.too_large()
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _length(headers: dict[bytes, bytes]) -> int:
    text = headers.get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0


def _check_type(headers: dict[bytes, bytes]) -> None:
    """415 for a body that says it is something else than JSON. No content type counts as JSON."""
    kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    if kind and kind != b"application/json" and not kind.endswith(b"+json"):
        raise bodies.wrong_type()


def _route_class(scope: Scope, classes: frozenset[str]) -> str:
    """What shares a budget: starts, the question for the limits, and for the rest the first word of the path
    (`users`, …)."""
    path = str(scope["path"])
    place = place_of(path) if scope["method"] == "POST" else None
    if place is not None and place.call in ("cobrowse", "initiate", "events", "create"):
        return "start"
    if path == LIMITS_PATH:
        return "limits"
    word = path[len("/api/v2/") :].partition("/")[0]
    return word if word in classes else OTHER


def common_headers(scope: Scope, headers: dict[bytes, bytes], context_id: str) -> Headers:
    """What every answer to a request carries."""
    common = [
        (b"inin-correlation-id", context_id.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]
    if scope["path"].startswith("/api/v2/"):
        common.append((b"cache-control", b"no-store"))
    if b"origin" in headers and not scope["path"].startswith("/sdk/"):
        # No credentials are allowed with it: a foreign page can use a token it has, never our cookie.
        common += [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _EXPOSED)]
    return common


async def answer(send: Any, status: int, headers: Iterable[tuple[bytes, bytes]], content: bytes) -> None:
    """Send a whole answer."""
    length = [(b"content-length", str(len(content)).encode())] if status != 204 else []
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": content})
