"""The one error tree.

Fault            what it means                                    HTTP
---------------  -----------------------------------------------  ----
Fault            base: code, message, status, and the way out     any
 Invalid         the caller's request is wrong                    400
 Unauthenticated no, bad or expired credentials                   401
 Forbidden       known caller, not allowed                        403
 NotFound        no such thing for this caller                    404
 Clash           the state of the thing forbids it                409
 Unprocessable   well formed, contradicts an earlier request      422
 TooMany         slow down; `retry_after` seconds                 429
 Broken          ours: a defect                                   500
 Unavailable     ours: overloaded or a dependency is down         503
 TimedOut        ours: no answer within the deadline              504

Edges map a `Fault` to their own shape in one place each: `http/problems.py`, `live/closing.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """One field that is wrong: `code` such as `unknown.field`, `field` as the caller wrote it."""

    code: str
    field: str | None = None
    entity_id: str | None = None
    entity_name: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A complete request that would succeed if sent unchanged."""

    method: str
    path: str
    body: Any = None


@dataclass
class Fault(Exception):  # noqa: N818  whose fault it is, `status` says
    """Base of every error that a caller may see. `cure` says in one sentence what to change."""

    message: str
    code: str = "bad.request"
    cure: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    details: tuple[Detail, ...] = ()
    example: Example | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    entity_id: str | None = None
    retry_after: int | None = None

    status: ClassVar[int] = 400

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Invalid(Fault):
    status = 400


class Unauthenticated(Fault):
    status = 401


class Forbidden(Fault):
    status = 403


class NotFound(Fault):
    status = 404


class NotAllowed(Fault):
    status = 405


class TooSlow(Fault):
    status = 408


class Clash(Fault):
    status = 409


class TooLarge(Fault):
    status = 413


class WrongType(Fault):
    status = 415


class Unprocessable(Fault):
    status = 422


class HeadTooLarge(Fault):
    status = 431


class TooMany(Fault):
    status = 429


class Broken(Fault):
    status = 500


class Unavailable(Fault):
    status = 503


class TimedOut(Fault):
    status = 504


def contradiction(*names: str) -> Clash:
    """Two fields of one request say different things. Each of them alone would be right."""
    listed = " and ".join(names)
    return Clash(
        f"{listed} say different things.",
        code="contradiction",
        details=tuple(Detail("contradiction", name) for name in names),
        cure=f"Send one of them: {listed}.",
    )
