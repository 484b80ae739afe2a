"""Notification channels: what a program or a person wants to be told of (field.md C5)."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.kernel.ids import Millis


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel, for 24 hours. `owner` is the token's person and program: they may have 20 channels.
    `token_id` is the token it was made with: the channel's sockets end with it."""

    id: str
    org_id: str
    owner: str
    token_id: str
    created_at: Millis
    expires_at: Millis
    user_id: str | None = None
    topics: tuple[str, ...] = ()
    version: int = 0
