"""Read, decide, commit; where somebody was faster, read and decide again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from opencobrowse.kernel.errors import Clash
from opencobrowse.ports.store import Conflict, Put, R, Store

ATTEMPTS: Final = 8


async def change(
    store: Store, before: R, again: Callable[[], Awaitable[R]], decide: Callable[[R], R], what: str
) -> R:
    """The record after `decide`, as stored; unwritten where nothing changes. `before` has been read already,
    `again` reads it anew. What `decide` raises leaves everything as it was."""
    for _ in range(ATTEMPTS):
        after = decide(before)
        if after == before:
            return before
        try:
            await store.commit(Put(after))
        except Conflict:
            before = await again()
            continue
        return replace(after, version=after.version + 1)
    raise too_many(what)


def too_many(what: str) -> Clash:
    """Somebody else was faster, `ATTEMPTS` times."""
    return Clash(f"{what} is being changed by too many at once.", code="conflict", cure="Send it again.")
