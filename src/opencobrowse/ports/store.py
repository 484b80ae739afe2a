"""What the core needs of a store.

Promises of every adapter (proved by `tests/contract/test_store.py`):
- `commit` is all or nothing, and durable when it returns: after a power cut the changes are there (I1).
- A `Put` of a record whose stored version is not `record.version` raises `Conflict`, and nothing of the
  commit has happened. A new record has version 0; the stored one is then 1.
- Unique keys hold across concurrent commits (one live session a conversation, I6): `Conflict` again.
- Reads see every commit that has returned.
- A commit that cannot be made durable (disk full, I/O error) raises `kernel.errors.Unavailable`: nothing of
  it may be taken for done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.deployment import Configuration, Deployment
from opencobrowse.domain.notification import Channel
from opencobrowse.domain.oauth import AuthorizationCode, RefreshToken, UsedAssertion
from opencobrowse.domain.people import OAuthClient, Organization, Remembered, Role, Token, User
from opencobrowse.domain.session import Session
from opencobrowse.domain.wrapup import WrapupCode

Record: TypeAlias = (
    Conversation
    | Session
    | Organization
    | OAuthClient
    | Role
    | User
    | Token
    | AuthorizationCode
    | RefreshToken
    | UsedAssertion
    | Channel
    | WrapupCode
    | Remembered
    | Deployment
    | Configuration
)
R = TypeVar("R", bound=Record)


class Conflict(Exception):  # noqa: N818  not an error of anybody: read again
    """Somebody was faster, or a unique key is taken. `key` names it. Read again and decide again."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"{kind}: {key}")
        self.kind = kind
        self.key = key


@dataclass(frozen=True, slots=True)
class Put:
    """Store `record`, whose stored version must be `record.version` (0: must not exist)."""

    record: Record


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a record; one that is not there is no error."""

    kind: type[Any]
    id: str


Change: TypeAlias = Put | Delete


class Store(Protocol):
    async def get(self, kind: type[R], record_id: str) -> R | None:
        """The record, its `version` as stored, or None."""

    async def find(self, kind: type[R], *, limit: int = 1000, **keys: Any) -> list[R]:
        """Records whose declared keys equal `keys`, oldest first. An undeclared key raises `KeyError`."""

    async def page(
        self,
        kind: type[R],
        *,
        offset: int = 0,
        limit: int = 25,
        order: str | None = None,
        descending: bool = True,
        **keys: Any,
    ) -> tuple[list[R], int]:
        """Like `find`, newest first: `limit` records after `offset`, and how many there are in all.
        `order`: by this declared key instead, and by age where it is the same; an undeclared one raises
        `KeyError`."""

    async def idle(self, before: int, *, limit: int = 100) -> list[Conversation]:
        """Conversations that have not ended and have not changed since `before`, the oldest change first."""

    async def due(self, now: int, *, limit: int = 100) -> list[Session]:
        """Live sessions whose deadline has passed."""

    async def live_sessions(self) -> list[Session]:
        """Every session that is not over: asked once, when the process starts."""

    async def commit(self, *changes: Change) -> None:
        """Do all changes or none. Raises `Conflict` or `Unavailable`."""

    async def prune(self, now: int) -> int:
        """Remove some of what has expired: tokens, codes, used assertions, channels, remembered answers.
        How many."""
