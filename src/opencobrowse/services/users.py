"""Users: who agents are, and what they may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.people import Role, User
from opencobrowse.kernel.errors import Clash, Detail, Example, Invalid, NotFound
from opencobrowse.kernel.ids import canonical
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.access import Access
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import ATTEMPTS, change, too_many
from opencobrowse.services.directory import AGENT_PERMISSIONS, Directory
from opencobrowse.services.grants import roles_of, with_grants
from opencobrowse.services.permissions import (
    ALL,
    COBROWSE_AGENT,
    USER_READ,
    USER_WRITE,
    known_names,
    resolve,
)

_MIN_PASSWORD: Final = 8


@dataclass(frozen=True, slots=True)
class NewUser:
    """`permissions` None: those of an agent for `agent=True`, else none at all."""

    email: str
    name: str | None = None
    password: str | None = None
    agent: bool = False
    permissions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class UserChange:
    """What is None stays. `version`: refuse the change if the user is not at this one."""

    name: str | None = None
    active: bool | None = None
    version: int | None = None


class Users:
    def __init__(self, store: Store, directory: Directory, access: Access) -> None:
        self._store = store
        self._directory = directory
        self._access = access

    async def me(self, actor: Actor) -> User:
        """The person behind a token. A program's own token is nobody: 400 `user.context.required`."""
        if actor.user_id is None:
            users = await self._store.find(User, org_id=actor.org_id, limit=10)
            active = [user for user in users if user.active]
            named = ", ".join(f"{u.name} ({u.id})" for u in active)
            raise Invalid(
                "This call needs a user's token; the token is an OAuth client's.",
                code="user.context.required",
                cure=f"A client has no user of its own. The users it may act for: {named or 'none yet'}.",
                details=tuple(Detail("user.candidate", None, u.id, u.name) for u in active),
                example=Example("GET", f"/api/v2/users/{active[0].id}")
                if active and USER_READ in actor.permissions
                else None,
            )
        return await self.get(actor, actor.user_id)

    async def get(self, actor: Actor, user_id: str) -> User:
        if user_id != actor.user_id:
            actor.need(USER_READ)
        return await self._mine(actor, user_id)

    async def find(
        self, actor: Actor, ids: Iterable[str] = (), active: bool | None = True, descending: bool = False
    ) -> list[User]:
        """The organisation's users by name; `active` None means all of them."""
        actor.need(USER_READ)
        wanted = frozenset(map(canonical, ids))
        found = [
            user
            for user in await self._store.find(User, org_id=actor.org_id, limit=100_000)
            if active in (None, user.active) and (not wanted or user.id in wanted)
        ]
        return sorted(found, key=lambda u: (u.name.casefold(), u.email), reverse=descending)

    async def create(self, actor: Actor, wish: NewUser) -> User:
        """Make a person, who may sign in if a password is given."""
        actor.need(USER_WRITE)
        if wish.password is not None and len(wish.password) < _MIN_PASSWORD:
            raise Invalid(
                f"The password has fewer than {_MIN_PASSWORD} characters.",
                code="password.too.short",
                details=(Detail("invalid.value", "password"),),
                cure=f"Choose a password of at least {_MIN_PASSWORD} characters.",
            )
        permissions = AGENT_PERMISSIONS if wish.agent else frozenset()
        if wish.permissions is not None:
            permissions = named_permissions(wish.permissions)
        return await self._directory.add_user(actor.org_id, wish.email, wish.name, wish.password, permissions)

    async def change(self, actor: Actor, user_id: str, wish: UserChange) -> User:
        """Rename, or switch off and on. One who is switched off is signed out everywhere at once."""
        actor.need(USER_WRITE)

        def decide(user: User) -> User:
            if wish.version is not None and wish.version != user.version:
                raise Clash(
                    f"The user is at version {user.version}, not {wish.version}.",
                    code="version.mismatch",
                    details=(Detail("version.mismatch", "version", user.id),),
                    cure=f"Read it again (GET /api/v2/users/{user.id}) and send its version.",
                    entity_id=user.id,
                )
            name = wish.name if wish.name is not None else user.name
            active = wish.active if wish.active is not None else user.active
            return replace(user, name=name, active=active)

        user = await self._change(actor, user_id, decide)
        if not user.active:
            await self._access.revoke_all(user.id)
        return user

    async def change_permissions(
        self, actor: Actor, user_id: str, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> User:
        """Grant and revoke. What is taken away is gone at once; what is given works from the next sign-in."""
        actor.need(USER_WRITE)
        added, removed = named_permissions(add), named_permissions(remove)

        for _ in range(ATTEMPTS):
            before = await self._mine(actor, user_id)
            roles = await roles_of(self._store, before)  # after the user: a role that changes changes them
            _check_removal(removed, roles)
            after = with_grants(before, (before.granted | added) - removed, roles)
            try:
                await self._store.commit(Put(after))
            except Conflict:
                continue
            if COBROWSE_AGENT in before.permissions - after.permissions:
                self._access.dismiss(after.id)
            return replace(after, version=after.version + 1)
        raise too_many("The user")

    async def _change(self, actor: Actor, user_id: str, decide: Callable[[User], User]) -> User:
        def again() -> Awaitable[User]:
            return self._mine(actor, user_id)

        return await change(self._store, await again(), again, decide, "The user")

    async def _mine(self, actor: Actor, user_id: str) -> User:
        user = await self._store.get(User, user_id)
        if user is None or user.org_id != actor.org_id:
            raise NotFound(
                f"There is no user {user_id}.",
                code="user.not.found",
                cure="GET /api/v2/users lists the users.",
            )
        return user


def _check_removal(removed: frozenset[str], roles: Iterable[Role]) -> None:
    """What a role holds is not taken away from one person alone. Raises 409 naming the role."""
    for role in roles:
        if kept := sorted(removed & role.permissions):
            raise Clash(
                f"The user holds {kept[0]} by the role {role.name}.",
                code="permission.of.role",
                cure=f"Take the role from the user: PUT /api/v2/authorization/roles/{role.id}/users/remove.",
                entity_id=role.id,
            )


def named_permissions(names: Iterable[str]) -> frozenset[str]:
    """The permissions that `names` stand for. An unknown one raises 400 and lists those that exist."""
    found: set[str] = set()
    for name in names:
        permissions = resolve(name) & ALL
        if not permissions:
            raise Invalid(
                f"The permission {name} does not exist.",
                code="invalid.value",
                details=(Detail("invalid.value", "permissions", None, name),),
                cure=f"Known are: {', '.join(known_names())}.",
            )
        found |= permissions
    return frozenset(found)
