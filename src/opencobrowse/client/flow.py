"""How a call is made, without making it: retries, tokens and waiting as generators that yield what to do.

A driver runs them: `sync.py` with a thread that waits, `aio.py` with `await`. No clock, no socket and no
random number is asked for here.

    yield Send(request)   -> `Reply`, or `Broken` where none came
    yield Sleep(seconds)  -> None
    yield Bearer(stale)   -> an access token that is not `stale`, cached or from `TokenCache.fetch`

A `CobrowseError` while doing one of these (a token that cannot be had) is thrown into the flow at that yield.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from opencobrowse.client.errors import NotReachable, UnexpectedAnswer, api_error, token_error
from opencobrowse.client.models import TokenGrant

T = TypeVar("T")
M = TypeVar("M")

_RETRIED: Final = frozenset({429, 502, 503, 504})
_REFUSED_UNTOUCHED: Final = frozenset({429, 503})
_SAFE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `path` starts with a slash; `login` sends it to the login host. `replayable` says
    that sending it twice has the effect of once: true for GET, PUT, DELETE, and with an Idempotency-Key.
    `anonymous`: a guest's call, which carries no token."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    login: bool = False
    replayable: bool | None = None
    anonymous: bool = False

    def with_header(self, name: str, value: str) -> Request:
        return replace(self, headers={**self.headers, name: value})

    @property
    def may_repeat(self) -> bool:
        return self.method in _SAFE if self.replayable is None else self.replayable


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def retry_after(self) -> int | None:
        """Whole seconds. The API sends no dates; a proxy's date counts as nothing."""
        text = self.headers.get("retry-after", "").strip()
        return int(text) if text.isascii() and text.isdigit() else None


@dataclass(frozen=True, slots=True)
class Broken:
    """No answer. `sent` is False when the request certainly never reached the server; `kind` as in
    `NotReachable`."""

    message: str
    sent: bool
    kind: str = ""

    def error(self) -> NotReachable:
        return NotReachable(self.message, sent=self.sent, kind=self.kind)


@dataclass(frozen=True, slots=True)
class Send:
    request: Request


@dataclass(frozen=True, slots=True)
class Sleep:
    seconds: float


@dataclass(frozen=True, slots=True)
class Bearer:
    stale: str | None


Effect = Send | Sleep | Bearer
Flow = Generator[Effect, Any, T]


@dataclass(frozen=True, slots=True)
class Policy:
    """When to try again. Full jitter: up to `base`·2ⁿ seconds, never more than `cap`; a `Retry-After` is
    waited for in full, and the jitter on top; one above `patience` seconds is not waited for at all."""

    retries: int = 4
    base: float = 0.25
    cap: float = 20.0
    patience: int = 180

    def delay(self, request: Request, outcome: Reply | Broken, attempt: int, chance: float) -> float | None:
        """Seconds to wait before attempt number `attempt` + 1 (from 0), or None: it is final."""
        if attempt >= self.retries or not _worth_repeating(request, outcome):
            return None
        jitter = chance * min(self.cap, self.base * 2.0**attempt)
        told = outcome.retry_after if isinstance(outcome, Reply) else None
        if told is not None and told > self.patience:
            return None
        return (told or 0) + jitter


def _worth_repeating(request: Request, outcome: Reply | Broken) -> bool:
    if isinstance(outcome, Broken):
        return request.may_repeat or not outcome.sent
    if outcome.status in _REFUSED_UNTOUCHED:  # turned away before it had any effect
        return True
    return outcome.status in _RETRIED and request.may_repeat


def exchange(request: Request, policy: Policy, chance: Callable[[], float]) -> Flow[Reply]:
    """Send, and send again as the policy says. The same request, so the same Idempotency-Key, each time."""
    for attempt in itertools.count():
        outcome = yield Send(request)
        delay = policy.delay(request, outcome, attempt, chance())
        if delay is None:
            break
        yield Sleep(delay)
    if isinstance(outcome, Broken):
        raise outcome.error()
    assert isinstance(outcome, Reply), "a driver answers Send with a Reply or Broken"  # noqa: S101
    return outcome


def authorized(request: Request, policy: Policy, chance: Callable[[], float]) -> Flow[Reply]:
    """`exchange` with a bearer token; a token that is not accepted any more is replaced once."""
    if request.anonymous:
        return (yield from exchange(request, policy, chance))
    token = yield Bearer(None)
    reply = yield from exchange(_with_token(request, token), policy, chance)
    if reply.status == 401:
        fresh = yield Bearer(token)
        if fresh != token:
            reply = yield from exchange(_with_token(request, fresh), policy, chance)
    return reply


def _with_token(request: Request, token: str) -> Request:
    return request.with_header("Authorization", f"Bearer {token}")


class TokenCache:
    """The client's access token. It is replaced before it runs out: in its last tenth, at most 60 s."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._token: str | None = None
        self._refresh_at = 0.0

    def current(self, now: float) -> str | None:
        """The token to use at `now` (monotonic seconds), or None: one has to be fetched."""
        return self._token if now < self._refresh_at else None

    def forget(self, token: str) -> None:
        """This token was refused. One that came since is kept."""
        if self._token == token:
            self._token = None
            self._refresh_at = 0.0

    def fetch(self, policy: Policy, chance: Callable[[], float], now: Callable[[], float]) -> Flow[str]:
        """Get a token and keep it. Raises `AuthenticationFailed`."""
        pair = ":".join(
            quote(part, safe="") for part in (self._client_id, self._client_secret)
        )  # RFC 6749, 2.3.1
        request = Request(
            "POST",
            "/oauth/token",
            form={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
            login=True,
            replayable=True,
        )
        asked_at = now()
        reply = yield from exchange(request, policy, chance)
        if reply.status != 200 and not 300 <= reply.status < 400:
            raise token_error(reply.status, error_body(reply), reply.retry_after)
        checked(reply)
        grant = decode(reply, TokenGrant)
        self._token = grant.access_token
        self._refresh_at = asked_at + grant.expires_in - min(60.0, grant.expires_in / 10)
        return grant.access_token


def checked(reply: Reply) -> Reply:
    """The reply, if it is a success; otherwise its exception."""
    if 200 <= reply.status < 300:
        return reply
    if 300 <= reply.status < 400:
        where = reply.headers.get("location", "elsewhere")
        raise UnexpectedAnswer(f"The server redirects to {where}: give the host that it redirects to.")
    raise api_error(reply.status, error_body(reply), reply.retry_after)


def decode(reply: Reply, kind: type[M]) -> M:
    """The reply's JSON as `kind`. Raises `UnexpectedAnswer`."""
    try:
        return msgspec.json.decode(reply.content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        start = reply.content[:120].decode("utf-8", "replace")
        raise UnexpectedAnswer(f"The answer is not the API's ({error}): {start!r}") from None


def error_body(reply: Reply) -> Mapping[str, Any]:
    """An error's JSON object; of anything else (a proxy's page), the text as its message."""
    try:
        found = msgspec.json.decode(reply.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = None
    if isinstance(found, dict):
        return found
    text = " ".join(reply.content[:300].decode("utf-8", "replace").split())
    return {"message": f"The server answered {reply.status}: {text}".rstrip(": ")}
