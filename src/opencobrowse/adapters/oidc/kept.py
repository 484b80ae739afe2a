"""A document of the provider's, kept for a while and asked for by one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.ports.identity import ProviderDown

T = TypeVar("T")


class Kept(Generic[T]):
    """`load` is called when there is nothing, when what there is has become old, and when a newer one is
    wanted. After a failure, and after a newer one was wanted, the next call is `PROVIDER_RETRY_SECONDS`
    later: neither a provider that is down nor a forged token makes us call it again and again."""

    def __init__(self, load: Callable[[], Awaitable[T]], clock: Clock) -> None:
        self._load = load
        self._clock = clock
        self._lock = asyncio.Lock()
        self._found: T | None = None
        self._good_until = 0.0
        self._failed: ProviderDown | None = None
        self._not_before = 0.0

    async def get(self) -> T:
        """Raises `ProviderDown`: what is old is not used."""
        async with self._lock:
            now = self._clock.monotonic()
            if self._found is not None and now < self._good_until:
                return self._found
            if self._failed is not None and now < self._not_before:
                raise ProviderDown(f"{self._failed} (a moment ago)")
            return await self._ask()

    async def newer(self, than: T) -> T:
        """One that was asked for after `than`, or `than` itself where it is too early to ask again."""
        async with self._lock:
            if self._found is not None and self._found is not than:
                return self._found
            if self._clock.monotonic() < self._not_before:
                return than
            found = await self._ask()
            self._not_before = self._clock.monotonic() + limits.PROVIDER_RETRY_SECONDS
            return found

    async def _ask(self) -> T:
        try:
            self._found = await self._load()
        except ProviderDown as down:
            self._failed = down
            self._not_before = self._clock.monotonic() + limits.PROVIDER_RETRY_SECONDS
            raise
        self._failed = None
        self._good_until = self._clock.monotonic() + limits.PROVIDER_DOCUMENT_SECONDS
        return self._found
