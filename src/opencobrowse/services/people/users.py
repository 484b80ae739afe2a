"""Users: who agents are, and what they may do."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from opencobrowse.domain.people import Role, User
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Clash, Detail, Example, Invalid, NotFound
from opencobrowse.kernel.ids import canonical
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import ATTEMPTS, change, too_many
from opencobrowse.services.people.directory import Directory, checked_address
from opencobrowse.services.people.grants import PEOPLE_READ, check_may_give, check_own, roles_of, with_grants
from opencobrowse.services.permissions import (
    AGENT_PERMISSIONS,
    ALL,
    COBROWSE_AGENT,
    USER_READ,
    USER_WRITE,
    known_names,
    resolve,
)
from opencobrowse.services.signin.access import Access


@dataclass(frozen=True, slots=True)
class NewUser:
    """`permissions` None: those of an agent for `agent=True`, else none at all."""

    email: str
    name: str | None = None
    password: str | None = None
    agent: bool = False
    permissions: tuple[str, ...] | None = None
    active: bool = True
    others: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UserChange:
    """What is None stays, and so does each of the `others` that is not named; one that is named None goes.
    `version`: refuse the change if the user is not at this one."""

    name: str | None = None
    active: bool | None = None
    version: int | None = None
    email: str | None = None
    others: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UserQuery:
    """Which users: in one `state` (None: any); those of `ids`, where there are any; by name."""

    state: str | None = "active"
    ids: tuple[str, ...] = ()
    descending: bool = False
    offset: int = 0
    limit: int = 25


class Users:
    def __init__(self, store: Store, directory: Directory, access: Access) -> None:
        self._store = store
        self._directory = directory
        self._access = access

    async def me(self, actor: Actor) -> User:
        """The person behind a token. A program's own token is nobody: 400 `user.context.required`."""
        if actor.user_id is None:
            raise await self._nobody(actor)
        return await self.get(actor, actor.user_id)

    async def _nobody(self, actor: Actor) -> Invalid:
        """What a program hears that asks for itself: the users it may act for, if it may read users."""
        may_read = USER_READ in actor.permissions
        users = await self._store.find(User, org_id=actor.org_id, limit=10) if may_read else []
        active = [user for user in users if user.active]
        named = ", ".join(f"{u.name} ({u.id})" for u in active) or "none yet"
        return Invalid(
            "This call needs a user's token; the token is an OAuth client's.",
            code="user.context.required",
            cure=f"A client has no user of its own. The users it may act for: {named}."
            if may_read
            else f"A client has no user of its own; with {USER_READ} it is told for whom it may act.",
            details=tuple(Detail("user.candidate", None, u.id, u.name) for u in active),
            example=Example("GET", f"/api/v2/users/{active[0].id}") if active else None,
        )

    async def get(self, actor: Actor, user_id: str, deleted: bool = False) -> User:
        """A user of the organisation; `deleted`: also one who was deleted."""
        if user_id != actor.user_id:
            actor.need(USER_READ)
        user = await self._mine(actor, user_id)
        if user.deleted and not deleted:
            raise _unknown(user_id)
        return user

    async def page(self, actor: Actor, query: UserQuery) -> tuple[list[User], int]:
        """The users on one page, by name, and how many there are in all."""
        actor.need(USER_READ)
        if query.ids:
            found = [await self._store.get(User, canonical(user_id)) for user_id in dict.fromkeys(query.ids)]
            users = [u for u in found if u and u.org_id == actor.org_id and query.state in (None, u.state)]
            users.sort(key=lambda u: (u.name.casefold(), u.email), reverse=query.descending)
            return users[query.offset : query.offset + query.limit], len(users)
        keys = {"state": query.state} if query.state else {}
        return await self._store.page(
            User, offset=query.offset, limit=query.limit, order="name", descending=query.descending,
            org_id=actor.org_id, **keys,
        )  # fmt: skip

    async def search(self, actor: Actor, fits: Callable[[User], bool]) -> list[User]:
        """Every user whom `fits` says yes to, by name; the deleted are not among them."""
        actor.need(USER_READ)
        people = await self._store.find(User, org_id=actor.org_id, limit=PEOPLE_READ)
        found = [user for user in people if not user.deleted and fits(user)]
        return sorted(found, key=lambda u: (u.name.casefold(), u.email))

    async def create(self, actor: Actor, wish: NewUser) -> User:
        """Make a person, who may sign in if a password is given."""
        actor.need(USER_WRITE)
        if wish.password is not None and len(wish.password) < limits.MIN_PASSWORD:
            raise Invalid(
                f"The password has fewer than {limits.MIN_PASSWORD} characters.",
                code="password.too.short",
                details=(Detail("invalid.value", "password"),),
                cure=f"Choose a password of at least {limits.MIN_PASSWORD} characters.",
            )
        permissions = AGENT_PERMISSIONS if wish.agent else frozenset()
        if wish.permissions is not None:
            permissions = named_permissions(wish.permissions)
        check_may_give(actor, permissions)
        _check_size(wish.others)
        others = {name: value for name, value in wish.others.items() if value is not None}
        return await self._directory.add_user(
            actor.org_id, wish.email, wish.name, wish.password, permissions, active=wish.active, others=others
        )

    async def change(self, actor: Actor, user_id: str, wish: UserChange) -> User:
        """Change who a person is, or switch them off and on: who is switched off is signed out everywhere at
        once; who was deleted comes back, holding nothing."""
        actor.need(USER_WRITE)
        _check_size(wish.others)
        email = await self._free_address(actor, user_id, wish.email)

        def decide(user: User) -> User:
            _check_version(user, wish.version)
            if user.deleted and not wish.active:
                raise _unknown(user_id)
            if email not in (None, user.email):  # it is the sign-in: whoever has the address may become them
                check_may_give(actor, user.permissions)
            after = replace(
                user,
                name=user.name if wish.name is None else wish.name,
                email=email or user.email,
                active=user.active if wish.active is None else wish.active,
                deleted=False,
                others={k: v for k, v in {**user.others, **wish.others}.items() if v is not None},
            )
            check_own(actor, user, after)
            return after

        user = await self._change(actor, user_id, decide)
        if not user.active:
            await self._access.revoke_all(user.id)
        return user

    async def delete(self, actor: Actor, user_id: str, version: int | None = None) -> User:
        """Take everything from a person and sign them out everywhere. The record stays, and is answered: who
        was in which conversation can be told later, and the person can be made active again."""
        actor.need(USER_WRITE)

        def decide(user: User) -> User:
            _check_version(user, version)
            if user.deleted:
                raise _unknown(user_id)
            bare = with_grants(user, frozenset(), ())
            after = replace(bare, active=False, deleted=True, password_hash=None, identity=None)
            check_own(actor, user, after)
            return after

        user = await self._change(actor, user_id, decide)
        await self._access.revoke_all(user.id)
        self._access.dismiss(user.id)
        return user

    async def change_permissions(
        self, actor: Actor, user_id: str, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> User:
        """Grant and revoke. What is taken away is gone at once; what is given works from the next sign-in."""
        actor.need(USER_WRITE)
        added, removed = named_permissions(add), named_permissions(remove)
        check_may_give(actor, added)

        for _ in range(ATTEMPTS):
            before = await self._mine(actor, user_id)
            if before.deleted:
                raise _unknown(user_id)
            roles = await roles_of(self._store, before)  # after the user: a role that changes changes them
            _check_removal(removed, roles)
            after = with_grants(before, (before.granted | added) - removed, roles)
            check_own(actor, before, after)
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

    async def _free_address(self, actor: Actor, user_id: str, email: str | None) -> str | None:
        """The address as it is stored, which is nobody else's. None where none was given."""
        if email is None:
            return None
        address = checked_address(email)
        if any(other.id != canonical(user_id) for other in await self._store.find(User, email=address)):
            raise await self._directory.taken(actor.org_id, address)
        return address

    async def _mine(self, actor: Actor, user_id: str) -> User:
        user = await self._store.get(User, canonical(user_id))
        if user is None or user.org_id != actor.org_id:
            raise _unknown(user_id)
        return user


def _unknown(user_id: str) -> NotFound:
    return NotFound(
        f"There is no user {user_id}.",
        code="user.not.found",
        cure="GET /api/v2/users lists the users.",
    )


def _check_version(user: User, version: int | None) -> None:
    if version is not None and version != user.version:
        raise Clash(
            f"The user is at version {user.version}, not {version}.",
            code="version.mismatch",
            details=(Detail("version.mismatch", "version", user.id),),
            cure=f"Read it again (GET /api/v2/users/{user.id}) and send its version.",
            entity_id=user.id,
        )


def _check_size(others: Mapping[str, Any]) -> None:
    """What is only kept may not be endless (I11). Raises 400 naming the largest."""
    sizes = {name: len(json.dumps(value)) for name, value in others.items()}
    if sum(sizes.values()) > limits.USER_OTHERS_BYTES:
        largest = max(sizes, key=lambda name: sizes[name])
        raise Invalid(
            f"The fields that are kept with a user are over {limits.USER_OTHERS_BYTES} bytes.",
            code="invalid.value",
            details=(Detail("invalid.value", largest),),
            cure=f"Shorten {largest}.",
        )


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
