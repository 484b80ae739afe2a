"""How many calls a caller has made in the running minute, by route class (api.md section 3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Fault, TooMany
from opencobrowse.kernel.ids import MINUTE, Millis

_SECONDS: Final = 60
_CALLERS: Final = 100_000
"""Callers counted one by one; above that, newcomers of the same minute share one budget (I11)."""
_REFUSED_CALLERS: Final = 10_000
_REFUSALS_KEPT_MS: Final = 15 * MINUTE

LIMITS_PATH: Final = "/api/v2/opencobrowse/limits"
OTHER: Final = "other"
"""The route class of every path that does not exist: made-up paths bring no budgets of their own."""


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
            params={"seconds": str(self.reset), "allowed": str(self.allowed), "count": str(self.count)},
            cure=f"Wait {self.reset} s: the limit is {self.allowed} calls a minute for one token.",
            retry_after=self.reset,
        )


class Budget:
    """Calls per caller, route class and minute, counted in fixed windows."""

    def __init__(self, clock: Clock, allowed: int) -> None:
        self._clock = clock
        self._allowed = allowed
        self._window = -1
        self._counts: dict[tuple[bytes, str], int] = {}
        self._classes: set[str] = set()
        self._refused: dict[bytes, dict[tuple[Millis, str], int]] = {}

    def spend(self, caller: bytes, route_class: str = "") -> Spent:
        second = int(self._clock.monotonic())
        window = second // _SECONDS
        if window != self._window:
            self._window = window
            self._counts.clear()
        key = (caller, route_class)
        if key not in self._counts and len(self._counts) >= _CALLERS:
            key = (b"", "")
        count = self._counts[key] = self._counts.get(key, 0) + 1
        if count == 1:
            self._classes.add(route_class)
        elif count > self._allowed:
            self._note(caller, route_class)
        return Spent(self._allowed, count, _SECONDS - second % _SECONDS)

    def use(self, caller: bytes) -> list[tuple[str, Spent]]:
        """Where a caller stands in each route class that it called in the running minute."""
        second = int(self._clock.monotonic())
        if second // _SECONDS != self._window:
            return []
        reset = _SECONDS - second % _SECONDS
        found = [(name, self._counts.get((caller, name), 0)) for name in sorted(self._classes)]
        return [(name, Spent(self._allowed, count, reset)) for name, count in found if count]

    def refusals(self, caller: bytes) -> list[tuple[Millis, str, int]]:
        """A caller's calls that were refused in the last quarter of an hour: the minute, the class, how many;
        the oldest first."""
        since = self._clock.now() - _REFUSALS_KEPT_MS
        noted = self._refused.get(caller, {})
        return [(minute, name, count) for (minute, name), count in sorted(noted.items()) if minute >= since]

    def _note(self, caller: bytes, route_class: str) -> None:
        """In bounded memory: who was refused longest ago is forgotten first (I11)."""
        now = self._clock.now()
        noted = self._refused.pop(caller, {})
        key = (now - now % MINUTE, route_class)
        if key not in noted:
            noted = {k: n for k, n in noted.items() if k[0] >= now - _REFUSALS_KEPT_MS}
        noted[key] = noted.get(key, 0) + 1
        self._refused[caller] = noted
        if len(self._refused) > _REFUSED_CALLERS:
            del self._refused[next(iter(self._refused))]


def caller_of(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bytes:
    """Whose budget a request spends: its token's; without one, its address's."""
    bearer = headers.get(b"authorization") or headers.get(b"cookie")
    if bearer:
        return hashlib.blake2b(bearer, digest_size=16).digest()
    client = scope.get("client")
    return str(client[0] if client else "").encode()
