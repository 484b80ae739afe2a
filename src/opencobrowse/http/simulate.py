"""Test double mode: chosen calls fail on purpose, so that programs can be tested against it (issue 4).

One ASGI layer around everything, there only when `--simulate` is given. What it answers has the platform's
shape and carries `opencobrowse-simulated: <the rule's name>`; every act is a line in the log.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from opencobrowse.http import middleware, problems
from opencobrowse.http.simulate_rules import Rule, Rules
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Fault
from opencobrowse.wire.people import OAuthError

log = logging.getLogger("opencobrowse.simulate")

DROP: Final = "opencobrowse.drop"
"""Where the server puts the way to cut a connection, in the scope of a request."""

_MARK: Final = b"opencobrowse-simulated"
_ALLOWED: Final = limits.API_CALLS_PER_MINUTE
# The platform's own codes and words (reference: recorded answers of its API).
_SAID: Final = {
    400: ("bad.request", "The request could not be understood by the server due to malformed syntax."),
    401: ("bad.credentials", "Invalid login credentials."),
    403: ("not.authorized", "You are not authorized to perform the requested action."),
    404: ("not.found", "The requested resource was not found."),
    408: ("request.timeout", "The client did not produce a request within the server timeout limit."),
    409: ("conflict", "The request conflicts with the current state of the target resource."),
    413: ("request.too.large", f"The request is over the size limit. Maximum bytes: {limits.MAX_BODY_BYTES}"),
    415: ("unsupported.media.type", "Unsupported Media Type."),
    422: ("invalid.value", "The request could not be processed."),
    429: ("too.many.requests", "Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds"),
    500: ("internal.server.error", "The server encountered an unexpected condition which prevented it from "
          "fulfilling the request."),
    502: ("bad.gateway", "Bad Gateway."),
    503: ("service.unavailable", "Service Unavailable - The server is currently unavailable (because it is "
          "overloaded or down for maintenance)."),
    504: ("request.timeout", "The request timed out."),
}  # fmt: skip


@dataclass
class _Armed:
    """A rule with what it has seen and done."""

    rule: Rule
    name: str
    pattern: re.Pattern[str]
    chance: random.Random
    seen: int = 0
    done: int = 0

    def acts(self) -> bool:
        """Whether it acts on this call, which it has been found to match. Counts."""
        self.seen += 1
        rule = self.rule
        if rule.times is not None and self.done >= rule.times:
            return False
        if rule.calls is not None and self.seen not in rule.calls:
            return False
        if rule.every is not None and self.seen % rule.every:
            return False
        if rule.probability is not None and self.chance.random() >= rule.probability:
            return False
        self.done += 1
        return True


@dataclass
class _Call:
    """A request that can be handed on with its body read or unread."""

    scope: dict[str, Any]
    receive: Any
    held: list[dict[str, Any]] = field(default_factory=list)
    _read: bool = False

    async def body(self) -> Any:
        """The body as JSON, None where it is none. What was read is handed on all the same."""
        size = sum(len(message.get("body", b"")) for message in self.held)
        while not self._read and size <= limits.MAX_BODY_BYTES:
            message = await self.receive()
            self.held.append(message)
            size += len(message.get("body", b""))
            self._read = not message.get("more_body", False)
        try:
            return msgspec.json.decode(b"".join(m.get("body", b"") for m in self.held))
        except (msgspec.DecodeError, ValueError, RecursionError):
            return None

    def handed_on(self) -> Any:
        held = list(self.held)

        async def receive() -> Any:
            return held.pop(0) if held else await self.receive()

        return receive

    async def gone(self) -> None:
        """Wait until the caller has left."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


class Simulator:
    """The layer. `app` is everything else."""

    def __init__(self, app: Any, rules: Rules, public_url: str) -> None:
        self._app = app
        self._public_url = public_url
        self._armed = [_armed(rule, number, rules.seed) for number, rule in enumerate(rules.rules, 1)]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = _Call(scope, receive)
        armed = await self._first(call)
        if armed is None:
            await self._app(scope, call.handed_on(), send)
            return
        log.warning(
            "simulated: %s %s by %r, call %d of it", scope["method"], scope["path"], armed.name, armed.seen
        )
        await self._act(call, send, armed)

    async def _first(self, call: _Call) -> _Armed | None:
        """The first rule that matches and acts; those after it do not see the call."""
        for armed in self._armed:
            if _meant(armed, call.scope) and await _says(armed.rule, call) and armed.acts():
                return armed
        return None

    async def _act(self, call: _Call, send: Any, armed: _Armed) -> None:
        rule = armed.rule
        await asyncio.sleep(rule.delay_ms / 1000)
        mark = (_MARK, armed.name.encode("latin-1", "replace"))
        if rule.answer is None and not rule.drop and not rule.hang:
            await self._app(call.scope, call.handed_on(), _marked(send, mark))
            return
        if rule.after_effect:
            await self._app(dict(call.scope), call.handed_on(), _lost)
        if rule.answer is not None:
            await self._answer(call, send, rule, mark)
            return
        if rule.drop:
            call.scope[DROP]()
        await call.gone()

    async def _answer(self, call: _Call, send: Any, rule: Rule, mark: tuple[bytes, bytes]) -> None:
        scope, context_id = call.scope, str(uuid.uuid4())
        if not rule.after_effect:
            await call.body()  # read to its end: the next request of this connection comes after it
        fault = _fault(rule)
        headers = [*middleware.common_headers(scope, dict(scope["headers"]), context_id), mark]
        headers += problems.headers(fault)
        shape: Any = problems.body(fault, context_id, self._public_url)
        if scope["path"] == "/oauth/token":
            error = "invalid_client" if fault.status < 500 else "temporarily_unavailable"
            shape = OAuthError(error, fault.message, fault.message)
        await middleware.answer(send, fault.status, headers, msgspec.json.encode(shape))


def _armed(rule: Rule, number: int, seed: int) -> _Armed:
    chance = random.Random(f"{seed}:{number}")  # noqa: S311  chances that can be repeated, no secrets
    return _Armed(rule, rule.name or f"rule {number}", _pattern(rule.path), chance)


def _meant(armed: _Armed, scope: dict[str, Any]) -> bool:
    rule = armed.rule
    if rule.method not in (None, scope["method"]) or not armed.pattern.match(scope["path"]):
        return False
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return all(headers.get(name.lower()) == value for name, value in rule.header.items())


async def _says(rule: Rule, call: _Call) -> bool:
    if not rule.body:
        return True
    body = await call.body()
    return all(_at(body, name) == value for name, value in rule.body.items())


def _at(body: Any, name: str) -> Any:
    """The value under `data.initiatorId`; None where there is none."""
    for key in name.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body


def _pattern(path: str) -> re.Pattern[str]:
    """`*` is one part of the path, `/**` at its end all that follows, or nothing."""
    open_ended = path.endswith("/**")
    parts = path.removesuffix("/**").split("/")
    fixed = "/".join(re.escape(part).replace(r"\*", "[^/]*") for part in parts)
    return re.compile(fixed + ("(?:/.*)?" if open_ended else "/?") + r"\Z")


def _fault(rule: Rule) -> Fault:
    """The platform's words, which need not be ours: they are in no row of our catalogue."""
    status = rule.answer or 500
    code, message = _SAID[status]
    kind = type("Simulated", (Fault,), {"status": status})
    made: Fault = kind(
        message.format(seconds=rule.retry_after),
        code=rule.code or code,
        cure="This answer is simulated (opencobrowse serve --simulate): the rules file says when it comes.",
        params={"allowed": str(_ALLOWED), "count": str(_ALLOWED + 1)} if status == 429 else {},
        retry_after=rule.retry_after if status in (429, 503) else None,
    )
    return made


def _marked(send: Any, mark: tuple[bytes, bytes]) -> Any:
    async def marked(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], mark]}
        await send(message)

    return marked


async def _lost(message: dict[str, Any]) -> None:
    """What was answered reaches nobody."""
