"""The open sockets of this process: who may open one more, whose have to close, and the way out at a stop."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final

from opencobrowse.kernel import limits
from opencobrowse.kernel.ids import Millis
from opencobrowse.live.closing import Close
from opencobrowse.live.connection import Connection
from opencobrowse.live.recent import Recent
from opencobrowse.services.session.tickets import Ticket

_LOOPBACK: Final = frozenset({"", "127.0.0.1", "::1"})
DRAIN_SECONDS: Final = 8.0
DRAIN_STEP_SECONDS: Final = 0.1
DRAIN_BATCH: Final = 20


class Sockets:
    """`draining` is True from the start of a stop: no new socket opens."""

    def __init__(self) -> None:
        self._addresses: Counter[str] = Counter()
        self._revoked = Recent(limits.TICKET_MS / 1000)
        self.open: set[Connection] = set()
        self.draining = False

    def refuses(self, ticket: Ticket) -> str | None:
        """Why a socket with a good ticket may not open now; None if it may."""
        if self.draining:
            return "the server is restarting"
        if ticket.token_id is not None and ticket.token_id in self._revoked:
            return "the access token was revoked"
        address = ticket.guesser or ""
        if address not in _LOOPBACK and self._addresses[address] >= limits.PAGES_PER_ADDRESS:
            return "too many pages are open at this address"
        return None

    def opened(self, connection: Connection) -> None:
        self._addresses[connection.ticket.guesser or ""] += 1
        self.open.add(connection)

    def gone(self, connection: Connection) -> None:
        if connection not in self.open:
            return
        self.open.discard(connection)
        address = connection.ticket.guesser or ""
        self._addresses[address] -= 1
        if self._addresses[address] <= 0:
            del self._addresses[address]

    def revoke(self, token_id: str, now: float) -> None:
        """Close what was opened with the token; no ticket that is still out opens more. `now` in seconds."""
        self._revoked.add(token_id, now)
        self._close(lambda c: c.ticket.token_id == token_id, "the access token was revoked")

    def dismiss(self, user_id: str) -> None:
        self._close(lambda c: c.ticket.user_id == user_id, "the user may not be an agent any more")

    def expire(self, now: Millis) -> None:
        """Close what was opened with a token that has expired: it ends what it opened, as a revoked one."""
        self._close(
            lambda c: c.ticket.token_ends is not None and c.ticket.token_ends <= now,
            "the access token has expired",
        )

    def forget(self, now: float) -> None:
        self._revoked.forget(now)

    async def drain(self) -> None:
        """Close every socket with 1012, a few at a time so that not all come back at once (F10). Done before
        the server's own patience with open connections ends (10 s)."""
        left = list(self.open)
        batch = batch_of(len(left))
        while left:
            for connection in left[:batch]:
                connection.close(Close.RESTARTING, "restarting")
            del left[:batch]
            await asyncio.sleep(DRAIN_STEP_SECONDS)

    def _close(self, which: Callable[[Connection], bool], why: str) -> None:
        for connection in [c for c in self.open if which(c)]:
            connection.close(Close.REVOKED, why)


def batch_of(count: int) -> int:
    """How many of `count` sockets to close at a time, so that all are closed soon enough."""
    steps = DRAIN_SECONDS / DRAIN_STEP_SECONDS
    return max(DRAIN_BATCH, -int(-count // steps))
