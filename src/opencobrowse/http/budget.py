"""How many calls a caller has made in the running minute, by route class (api.md section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Fault, TooMany

_SECONDS: Final = 60
_CALLERS: Final = 100_000
"""Callers counted one by one; above that, newcomers of the same minute share one budget (I11)."""


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
        return Spent(self._allowed, count, _SECONDS - second % _SECONDS)
