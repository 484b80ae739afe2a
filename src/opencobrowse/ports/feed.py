"""Who is told of what was committed, and what the notification service asks of the live side."""

from __future__ import annotations

from typing import Protocol

from opencobrowse.ports.store import Change


class Feed(Protocol):
    """Told by `services.notices.announcing.Announcing`, the one place that every commit goes through."""

    def committed(self, changes: tuple[Change, ...]) -> None:
        """One commit is durable: its changes, each `Put` with the record as it is stored now.

        Calls come in the order of the commits, once for each; a commit that failed has none. Nothing here may
        block or fail. What is told is gone with the process: who needs more than that reads the store.
        """


class Listeners(Protocol):
    def listening(self, channel_id: str) -> bool:
        """Whether a socket of this channel is open."""
