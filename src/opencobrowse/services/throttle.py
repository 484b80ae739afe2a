"""Budgets of failures: wrong join codes, wrong passwords, wrong client secrets (reliability.md B6, B12, D).

All three count an attempt before it is judged and take it back when it was right, so that attempts sent at
the same time cannot slip past each other. In memory: a restart forgets, and gives a guesser one more round.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import TooMany
from opencobrowse.kernel.ids import MINUTE, Millis
from opencobrowse.kernel.secrets import digest

MAX_TRACKED: Final = 10_000


class Window:
    """Failures of the last `length` milliseconds, in all and for each key. Sliding: no edge to wait for."""

    def __init__(self, clock: Clock, length: Millis) -> None:
        self._clock = clock
        self._length = length
        self._spent: deque[tuple[Millis, str]] = deque()
        self._of: dict[str, int] = {}

    @property
    def total(self) -> int:
        self._forget()
        return len(self._spent)

    def of(self, key: str) -> int:
        self._forget()
        return self._of.get(key, 0)

    def spend(self, key: str) -> None:
        self._spent.append((self._clock.now(), key))
        self._of[key] = self._of.get(key, 0) + 1

    def refund(self, key: str) -> None:
        """Take the newest failure of `key` back."""
        for index in range(len(self._spent) - 1, -1, -1):
            if self._spent[index][1] == key:
                del self._spent[index]
                self._drop(key)
                return

    def seconds_left(self) -> int:
        """Until the oldest failure is forgotten, at least 1."""
        oldest = self._spent[0][0] if self._spent else self._clock.now()
        return max(1, (oldest + self._length - self._clock.now()) // 1000 + 1)

    def _forget(self) -> None:
        before = self._clock.now() - self._length
        while self._spent and self._spent[0][0] <= before:
            self._drop(self._spent.popleft()[1])

    def _drop(self, key: str) -> None:
        self._of[key] -= 1
        if not self._of[key]:
            del self._of[key]


class Guesses:
    """Wrong join codes: one budget for each guesser and one for all (B6)."""

    def __init__(self, clock: Clock) -> None:
        self._failures = Window(clock, limits.CODE_FAILURE_WINDOW_MS)

    def spend(self, guesser: str) -> None:
        """Count an attempt. Raises 429 where a budget is used up; then nothing is looked up."""
        spent = self._failures.of(guesser) >= limits.CODE_FAILURES_PER_PEER
        if spent or self._failures.total >= limits.CODE_FAILURES_GLOBAL:
            wait = min(180, self._failures.seconds_left())
            allowed = limits.CODE_FAILURES_PER_PEER if spent else limits.CODE_FAILURES_GLOBAL
            raise TooMany(
                "Too many wrong codes. Wait, or ask your agent for a link.",
                code="too.many.requests",
                cure="Wait, then type the code again; a join link works at once.",
                params=_said(wait, allowed, self._failures.of(guesser) if spent else self._failures.total),
                retry_after=wait,
            )
        self._failures.spend(guesser)

    def refund(self, guesser: str) -> None:
        """The code was right."""
        self._failures.refund(guesser)


class Lockout:
    """Wrong passwords for each account: from the tenth on, a minute more of waiting for each (D)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, Millis]] = {}

    def spend(self, account: str) -> None:
        """Count an attempt. Raises 429 while the account is locked."""
        count, last = self._failures.get(account, (0, 0))
        now = self._clock.now()
        if now - last >= limits.SIGN_IN_FORGET_MS:
            count = 0
        left = last + _lock_length(count) - now
        if left > 0:
            wait = left // 1000 + 1
            raise TooMany(
                "Too many failed sign-ins for this account.",
                code="too.many.requests",
                cure=f"Wait {wait} s, then try again.",
                params=_said(wait, limits.SIGN_IN_FAILURES, count),
                retry_after=wait,
            )
        self._failures.pop(account, None)
        self._failures[account] = (count + 1, now)
        self._make_room()

    def succeed(self, account: str) -> None:
        self._failures.pop(account, None)

    def _make_room(self) -> None:
        """Forget the account that was tried longest ago, one that is not locked before one that is."""
        if len(self._failures) <= MAX_TRACKED:
            return
        unlocked = (name for name, (count, _) in self._failures.items() if not _lock_length(count))
        del self._failures[next(unlocked, next(iter(self._failures)))]


def _lock_length(failures: int) -> Millis:
    beyond = failures - limits.SIGN_IN_FAILURES + 1
    return min(beyond * MINUTE, limits.SIGN_IN_LOCK_MAX_MS) if beyond > 0 else 0


class ClientFailures:
    """Wrong client secrets, for each client and address: five a minute (B12).

    An address that this client signed in from is let try again: its right secret always works, so that a
    stranger behind the same proxy cannot lock a program out.
    """

    def __init__(self, clock: Clock) -> None:
        self._failures = Window(clock, MINUTE)
        self._known: dict[str, None] = {}

    def spend(self, client_id: str, address: str) -> None:
        """Count an attempt. Raises 429 where an address that is not known has used up its attempts."""
        key = _pair(client_id, address)
        if key not in self._known:
            self._refuse(key)
        self._failures.spend(key)

    def fail(self, client_id: str, address: str) -> None:
        """It was wrong. Raises 429 if it was one too many."""
        key = _pair(client_id, address)
        if self._failures.of(key) > limits.CLIENT_FAILURES_PER_MINUTE:
            self._refuse(key)

    def succeed(self, client_id: str, address: str) -> None:
        key = _pair(client_id, address)
        self._failures.refund(key)
        self._known.pop(key, None)
        self._known[key] = None
        if len(self._known) > MAX_TRACKED:
            del self._known[next(iter(self._known))]

    def _refuse(self, key: str) -> None:
        if self._failures.of(key) >= limits.CLIENT_FAILURES_PER_MINUTE:
            raise TooMany(
                "Too many failed attempts for this client.",
                code="too.many.requests",
                cure="Check the client's id and secret, wait, then try again.",
                retry_after=min(60, self._failures.seconds_left()),
            )


def _said(wait: int, allowed: int, count: int) -> dict[str, str]:
    """What the answer's headers say of the budget that is used up."""
    return {"seconds": str(wait), "allowed": str(allowed), "count": str(count)}


def _pair(client_id: str, address: str) -> str:
    return digest(f"{client_id}\0{address}")
