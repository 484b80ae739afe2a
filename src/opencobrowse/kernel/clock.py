"""What time it is, as a value that is handed in: the core never asks the operating system."""

from __future__ import annotations

from typing import Protocol

from opencobrowse.kernel.ids import Millis


class Clock(Protocol):
    """`now` is wall time for what people see and what is stored; `monotonic` (seconds) is for timers."""

    def now(self) -> Millis: ...
    def monotonic(self) -> float: ...


class ManualClock:
    """A clock that stands still until told otherwise. For tests and simulations."""

    def __init__(self, now: Millis = 1_700_000_000_000) -> None:
        self._now = now

    def now(self) -> Millis:
        return self._now

    def monotonic(self) -> float:
        return self._now / 1000

    def advance(self, millis: Millis) -> None:
        self._now += millis
