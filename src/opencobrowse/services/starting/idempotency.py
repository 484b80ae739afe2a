"""`Idempotency-Key`: the same key and body get the first answer for 48 h, committed with what it did (I7).

Only answers of calls that did something are kept: a refused call changed nothing and may be sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from opencobrowse.domain.people import Remembered
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Unprocessable
from opencobrowse.kernel.ids import Millis
from opencobrowse.ports.store import Conflict, Put, Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Once(Generic[T]):
    """One call under a key. `id`: whose key on which route; `render`: the answer, sent with `status`."""

    id: str
    body_digest: str
    render: Callable[[T], bytes]
    status: int

    async def kept(self, store: Store, now: Millis) -> Remembered | None:
        """The first answer, if there is one. Raises 422 where the key came with another body."""
        found = await store.get(Remembered, self.id)
        if found is None or found.expires_at <= now:
            return None
        if found.body_digest != self.body_digest:
            raise Unprocessable(
                "This Idempotency-Key was used with another body.",
                code="idempotency.key.reused",
                cure="Send a new request with a new Idempotency-Key: a key only repeats its own request.",
            )
        return found

    async def keep(self, store: Store, org_id: str, result: T, now: Millis) -> Put:
        """The change that remembers the answer: part of the commit that makes it true. An answer of more than
        48 h ago is replaced; one that came in the meantime is a `Conflict`, as it would be in the store."""
        late = await store.get(Remembered, self.id)
        if late is not None and late.expires_at > now:
            raise Conflict("remembered", self.id)
        answer, expires = self.render(result), now + limits.IDEMPOTENCY_MS
        version = late.version if late is not None else 0
        return Put(Remembered(self.id, org_id, self.body_digest, self.status, answer, expires, version))
