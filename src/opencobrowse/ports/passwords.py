"""How passwords are kept: as a slow hash, made away from the event loop."""

from __future__ import annotations

from typing import Protocol


class Passwords(Protocol):
    async def hash(self, password: str) -> str:
        """A salted Argon2id hash."""

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it matches. Takes the same time when there is no such hash."""
