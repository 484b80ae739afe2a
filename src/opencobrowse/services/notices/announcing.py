"""The store, with ears: whatever is committed, by whomever, is told to the feeds. Nobody has to remember to.

The store is wrapped once, in `runtime.wiring`, and every service is given the wrapped one.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.session import Session
from opencobrowse.ports.feed import Feed
from opencobrowse.ports.store import Change, Put, R, Store

log = logging.getLogger("opencobrowse.announcing")


class Announcing:
    """`ports.store.Store` around another one. What expires and is pruned is not told: nobody did it."""

    def __init__(self, store: Store, *feeds: Feed) -> None:
        self._store = store
        self._feeds = feeds
        self._running: set[asyncio.Task[None]] = set()

    async def commit(self, *changes: Change) -> None:
        """Commit, then tell. A caller who stops waiting changes nothing of it: what was committed is told."""
        task = asyncio.get_running_loop().create_task(self._commit(changes))
        self._running.add(task)
        task.add_done_callback(self._finished)
        await asyncio.shield(task)

    async def _commit(self, changes: tuple[Change, ...]) -> None:
        await self._store.commit(*changes)
        stored = tuple(_as_stored(change) for change in changes)
        for feed in self._feeds:
            try:
                feed.committed(stored)
            except Exception:  # the commit is done, whatever a listener makes of it
                log.exception("a feed failed")

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen: its caller may have stopped waiting

    # -- everything else is the store's own ----------------------------------------------------------------

    async def get(self, kind: type[R], record_id: str) -> R | None:
        return await self._store.get(kind, record_id)

    async def find(self, kind: type[R], *, limit: int = 1000, **keys: Any) -> list[R]:
        return await self._store.find(kind, limit=limit, **keys)

    async def page(
        self, kind: type[R], *, offset: int = 0, limit: int = 25, **keys: Any
    ) -> tuple[list[R], int]:
        return await self._store.page(kind, offset=offset, limit=limit, **keys)

    async def idle(self, before: int, *, limit: int = 100) -> list[Conversation]:
        return await self._store.idle(before, limit=limit)

    async def due(self, now: int, *, limit: int = 100) -> list[Session]:
        return await self._store.due(now, limit=limit)

    async def live_sessions(self) -> list[Session]:
        return await self._store.live_sessions()

    async def prune(self, now: int) -> int:
        return await self._store.prune(now)


def _as_stored(change: Change) -> Change:
    """A record's version counts up when it is stored."""
    if not isinstance(change, Put):
        return change
    return Put(replace(change.record, version=change.record.version + 1))
