"""What can go wrong, one exception for each way a program reacts to it. Each prints what to change.

CobrowseError
 ConfigurationError      a host, an id or a secret is missing, before anything was sent
 NotOffered              the platform has no such thing: nothing was changed there
 NotReachable            no answer: refused, cut, timed out, no such name, bad certificate
 SignInFailed            `opencobrowse login`: nobody was signed in, or the sign-in is over
 UnexpectedAnswer        an answer that is not the API's: a proxy's page, a redirect
 WaitTimeout             `wait_until` waited long enough
 SessionOver             `wait_until` waits for what cannot come any more
 ApiError                the API refused; one subclass for each status
  BadRequest 400 · Unauthorized 401 · PermissionDenied 403 · NotFound 404 · Conflict 409 · TooLarge 413
  Unprocessable 422 · RateLimited 429 · ServerError 500, 502, 503, 504 and the rest of 5xx
  AuthenticationFailed   the token endpoint refused the client's id or secret
"""

# ruff: noqa: N818  they are named for what happened, as the kernel's are

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


class CobrowseError(Exception):
    """Base of everything that this package raises."""


class ConfigurationError(CobrowseError):
    """Something to connect with is missing; the message says what and how to give it."""


class NotOffered(CobrowseError):
    """The platform that the client speaks to cannot do this; the message says what to do instead. Nothing was
    changed there, and for what no conversation can change nothing was sent either."""


class NotReachable(CobrowseError):
    """There was no answer. `sent` is False when the request certainly did not reach the server. `kind` says
    what went wrong: name, refused, tls, plain (no TLS there), timeout, cut, or empty: not known."""

    def __init__(self, message: str, *, sent: bool = True, kind: str = "") -> None:
        super().__init__(message)
        self.sent = sent
        self.kind = kind


class SignInFailed(CobrowseError):
    """Nobody was signed in, or nobody is any more; the message says why and what to do."""


class UnexpectedAnswer(CobrowseError):
    """Something answered that does not speak this API."""


class WaitTimeout(CobrowseError):
    """The session did not reach the state in time; it goes on."""

    def __init__(self, wanted: str, state: str, seconds: float) -> None:
        super().__init__(f"The session is still {state} after {seconds:g} s; {wanted} was waited for.")
        self.wanted = wanted
        self.state = state


class SessionOver(CobrowseError):
    """The session ended before it reached the state that was waited for."""

    def __init__(self, wanted: str, state: str, reason: str | None) -> None:
        because = f" ({reason})" if reason and reason != state else ""
        super().__init__(f"The session is {state}{because}; it will not become {wanted}.")
        self.wanted = wanted
        self.state = state
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Example:
    """A complete request that succeeds when sent unchanged."""

    method: str
    path: str
    body: Any = None

    def __str__(self) -> str:
        text = f"{self.method} {self.path}"
        return text if self.body is None else f"{text}\n{json.dumps(self.body, indent=2, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True)
class Help:
    """`summary` says in one sentence what to change."""

    summary: str
    example: Example | None = None
    docs: str | None = None


@dataclass
class ApiError(CobrowseError):
    """The API's refusal. `body` is the whole answer: a start's 409 holds the live session's links there."""

    status: int
    message: str
    code: str = "unknown"
    help: Help | None = None
    context_id: str | None = None
    details: tuple[Mapping[str, Any], ...] = ()
    retry_after: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        lines = [f"{self.status} {self.code}: {self.message}"]
        if self.help is not None:
            lines.append(f"What to change: {self.help.summary}")
            if self.help.example is not None:
                lines.append(f"A request that works: {self.help.example}")
        if self.context_id:
            lines.append(f"contextId: {self.context_id}")
        return "\n".join(lines)


class BadRequest(ApiError):
    """400: the request is wrong; `help.example` is the right one."""


class Unauthorized(ApiError):
    """401: no valid token."""


class AuthenticationFailed(Unauthorized):
    """The token endpoint refused the client's id, its secret or a scope (RFC 6749 section 5.2)."""


class PermissionDenied(ApiError):
    """403: a valid token that may not do this."""


class NotFound(ApiError):
    """404: no such thing for this caller, or no such path."""


class Conflict(ApiError):
    """409: the state forbids it, for example a session that is live already."""


class TooLarge(ApiError):
    """413: the body is over 1 MiB."""


class Unprocessable(ApiError):
    """422: the Idempotency-Key was used before, with another body."""


class RateLimited(ApiError):
    """429, after all retries; `retry_after` in seconds."""


class ServerError(ApiError):
    """5xx, after all retries."""


_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    400: BadRequest,
    401: Unauthorized,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    422: Unprocessable,
    429: RateLimited,
}


def api_error(status: int, body: Mapping[str, Any], retry_after: int | None = None) -> ApiError:
    """The exception for an error answer, whatever of the shape it has: Genesys Cloud sends no `help`."""
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
    details = body.get("details")
    return kind(
        status=status,
        message=str(body.get("message") or f"The server answered {status}."),
        code=str(body.get("code") or "unknown"),
        help=_help(body.get("help")),
        context_id=_text(body.get("contextId")),
        details=tuple(d for d in details if isinstance(d, Mapping)) if isinstance(details, list) else (),
        retry_after=retry_after,
        body=body,
    )


def token_error(status: int, body: Mapping[str, Any], retry_after: int | None = None) -> ApiError:
    """RFC 6749 section 5.2: `error`, `error_description`; the platform says `description`."""
    if status >= 500 or status == 429 or "error" not in body:
        return api_error(status, body, retry_after)
    message = str(body.get("error_description") or body.get("description") or body["error"])
    return AuthenticationFailed(
        status=status,
        message=message,
        code=str(body["error"]),
        help=Help(
            "Check the client's id and secret, and that they are this server's (on Genesys Cloud: this "
            "region's); `opencobrowse client create` makes new ones for a server of yours."
        ),
        body=body,
    )


def _help(found: object) -> Help | None:
    if not isinstance(found, Mapping) or not found.get("summary"):
        return None
    example = found.get("example")
    return Help(
        str(found["summary"]),
        Example(str(example.get("method", "")), str(example.get("path", "")), example.get("body"))
        if isinstance(example, Mapping)
        else None,
        _text(found.get("docs")),
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
