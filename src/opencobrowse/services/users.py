"""Users: who agents are, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from opencobrowse.domain.people import User
from opencobrowse.kernel.errors import Clash, Invalid, NotFound
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.permissions import ALL, USER_READ, USER_WRITE, known_names, resolve

_ATTEMPTS: Final = 8


class Users:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def me(self, actor: Actor) -> User:
        """The person behind a token. A program's own token is nobody: 400 `user.context.required`."""
        if actor.user_id is None:
            users = await self._store.find(User, org_id=actor.org_id, limit=10)
            named = ", ".join(f"{u.name} ({u.id})" for u in users if u.active)
            raise Invalid(
                "This call needs a user's token; the token is an OAuth client's.",
                code="user.context.required",
                cure=f"A client has no user of its own. The users it may act for: {named or 'none yet'}.",
            )
        return await self.get(actor, actor.user_id)

    async def get(self, actor: Actor, user_id: str) -> User:
        if user_id != actor.user_id:
            actor.need(USER_READ)
        user = await self._store.get(User, user_id)
        if user is None or user.org_id != actor.org_id:
            raise NotFound(
                f"There is no user {user_id}.",
                code="user.not.found",
                cure="GET /api/v2/users lists the users.",
            )
        return user

    async def find(self, actor: Actor) -> list[User]:
        actor.need(USER_READ)
        return await self._store.find(User, org_id=actor.org_id)

    async def change_permissions(
        self, actor: Actor, user_id: str, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> User:
        """Grant and revoke; takes effect at the user's next start, sign-in or ticket."""
        actor.need(USER_WRITE)
        added, removed = _named(add), _named(remove)
        for _ in range(_ATTEMPTS):
            user = await self.get(actor, user_id)
            after = replace(user, permissions=(user.permissions | added) - removed)
            try:
                await self._store.commit(Put(after))
            except Conflict:
                continue
            return replace(after, version=after.version + 1)
        raise Clash("The user is being changed by too many at once.", code="conflict")


def _named(names: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for name in names:
        permissions = resolve(name) & ALL
        if not permissions:
            raise Invalid(
                f"The permission {name} does not exist.",
                code="invalid.value",
                cure=f"Known are: {', '.join(known_names())}.",
            )
        found |= permissions
    return frozenset(found)
