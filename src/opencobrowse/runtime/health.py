"""Whether work should be sent to this server: `GET /health/ready`."""

from __future__ import annotations

import sqlite3

from opencobrowse.domain.people import Organization
from opencobrowse.ports.store import Store


class Health:
    """Ready is: the store answers, and nobody asked the server to stop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._draining = False

    def drain(self) -> None:
        """From now on not ready: what runs is finished, nothing new should come."""
        self._draining = True

    async def unready(self) -> str | None:
        """Why not ready, or None."""
        if self._draining:
            return "draining"
        try:
            await self._store.find(Organization, limit=1)
        except (sqlite3.Error, OSError):
            return "store"
        return None
