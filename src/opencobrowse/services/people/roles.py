"""Roles: named sets of permissions. Changing one changes all who hold it, in the same commit."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.people import Role, User
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, NotFound
from opencobrowse.kernel.ids import Millis, canonical, new_id
from opencobrowse.ports.store import Change, Conflict, Delete, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import ATTEMPTS, too_many
from opencobrowse.services.people.grants import PEOPLE_READ, ROLES_READ, check_own, roles_of, with_grants
from opencobrowse.services.permissions import AGENT_PERMISSIONS, ALL, COBROWSE_AGENT, ROLE_EDIT, ROLE_VIEW
from opencobrowse.services.signin.access import Access

ADMINISTRATOR: Final = "cobrowseAdministrator"
AGENT: Final = "cobrowseAgent"
_NAMES: Final = {AGENT: "Cobrowse agent", ADMINISTRATOR: "Cobrowse administrator"}
_HELD: Final = {AGENT: AGENT_PERMISSIONS, ADMINISTRATOR: ALL}


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role and how many hold it; `default` is the key of the default role that it is, or None."""

    role: Role
    users: int
    default: str | None


@dataclass(frozen=True, slots=True)
class RoleWish:
    """What to make of a role. What is None stays; `description` "" clears it."""

    name: str | None = None
    description: str | None = None
    permissions: Callable[[frozenset[str]], frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class RoleQuery:
    """Which roles: `name` may hold `*` for anything; each tuple that is not empty must have the role's."""

    name: str = ""
    ids: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()


def default_id(org_id: str, key: str) -> str:
    """The id of an organisation's default role: the same at every start."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{org_id}:{key}"))


def default_roles(org_id: str, now: Millis) -> list[Role]:
    """What each organisation is made with."""
    return [Role(default_id(org_id, key), org_id, _NAMES[key], _HELD[key], now, now) for key in _NAMES]


def default_key(role: Role) -> str | None:
    return next((key for key in _NAMES if role.id == default_id(role.org_id, key)), None)


class Roles:
    def __init__(self, store: Store, access: Access, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._clock = clock

    async def find(self, actor: Actor, query: RoleQuery) -> list[RoleView]:
        """The organisation's roles by name."""
        actor.need(ROLE_VIEW, ROLE_EDIT)
        users = Counter(role_id for user in await self._people(actor.org_id) for role_id in user.role_ids)
        roles = await self._store.find(Role, org_id=actor.org_id, limit=ROLES_READ)
        views = [RoleView(role, users[role.id], default_key(role)) for role in roles if _fits(role, query)]
        return sorted(views, key=lambda view: view.role.name.casefold())

    async def get(self, actor: Actor, role_id: str) -> RoleView:
        actor.need(ROLE_VIEW, ROLE_EDIT)
        return await self._view(await self.mine(actor, role_id))

    async def holders(self, actor: Actor, role_id: str) -> list[User]:
        """Who holds a role, oldest first."""
        actor.need(ROLE_VIEW, ROLE_EDIT)
        return await self._holders(await self.mine(actor, role_id))

    async def create(self, actor: Actor, wish: RoleWish) -> RoleView:
        actor.need(ROLE_EDIT)
        now = self._clock.now()
        blank = Role(new_id(), actor.org_id, "", frozenset(), now, now)
        role = _changed(blank, wish, now)
        await self._write(role, [Put(role)])
        return RoleView(replace(role, version=1), 0, None)

    async def change(self, actor: Actor, role_id: str, wish: RoleWish) -> RoleView:
        """Change a role, and what all its holders may do."""
        actor.need(ROLE_EDIT)
        for _ in range(ATTEMPTS):
            before = await self.mine(actor, role_id)
            after = _changed(before, wish, self._clock.now())
            if default_key(before) == ADMINISTRATOR and after.permissions != before.permissions:
                raise _fixed(before, "holds every permission, and keeps them")
            if await self._replace(actor, before, [after]):
                return await self._view(await self.mine(actor, role_id))
        raise too_many("The role")

    async def delete(self, actor: Actor, role_id: str) -> None:
        """Remove a role, from all its holders too. A default role stays."""
        actor.need(ROLE_EDIT)
        for _ in range(ATTEMPTS):
            role = await self.mine(actor, role_id)
            if default_key(role) is not None:
                raise _fixed(role, "is a default role, and stays")
            if await self._replace(actor, role, []):
                return
        raise too_many("The role")

    async def mine(self, actor: Actor, role_id: str) -> Role:
        """The organisation's role. Raises 404 for any other."""
        role = await self._store.get(Role, canonical(role_id))
        if role is None or role.org_id != actor.org_id:
            raise NotFound(
                f"There is no role {role_id}.",
                code="role.not.found",
                cure="GET /api/v2/authorization/roles lists the roles.",
            )
        return role

    async def _replace(self, actor: Actor, before: Role, now: list[Role]) -> bool:
        """Commit a role as it is now (none: it is gone) with its holders; False where somebody was faster.

        The role is written even where it goes: who is given it at the same moment has written it, too.
        """
        people = await self._holders(before)
        after = [await self._without(person, before, now) for person in people]
        for was, person in zip(people, after, strict=True):
            check_own(actor, was, person)
        gone: list[Change] = [] if now else [Put(before), Delete(Role, before.id)]
        try:
            await self._write(now[0] if now else before, [*map(Put, now), *map(Put, after), *gone])
        except Conflict:
            return False
        for was, person in zip(people, after, strict=True):
            if COBROWSE_AGENT in was.permissions - person.permissions:
                self._access.dismiss(person.id)
        return True

    async def _without(self, user: User, before: Role, now: list[Role]) -> User:
        held = [now if role.id == before.id else [role] for role in await roles_of(self._store, user)]
        return with_grants(user, user.granted, [role for roles in held for role in roles])

    async def _write(self, role: Role, changes: list[Change]) -> None:
        try:
            await self._store.commit(*changes)
        except Conflict as conflict:
            if await self._taken(role):
                raise Clash(
                    f"There is a role {role.name} already.",
                    code="role.exists",
                    details=(Detail("role.exists", "name"),),
                    cure="Use that role, or choose another name.",
                ) from None
            raise conflict

    async def _taken(self, role: Role) -> bool:
        name = role.name.casefold()
        found = await self._store.find(Role, org_id=role.org_id, name=name)
        return any(other.id != role.id for other in found)

    async def _view(self, role: Role) -> RoleView:
        return RoleView(role, len(await self._holders(role)), default_key(role))

    async def _holders(self, role: Role) -> list[User]:
        return [user for user in await self._people(role.org_id) if role.id in user.role_ids]

    async def _people(self, org_id: str) -> list[User]:
        return await self._store.find(User, org_id=org_id, limit=PEOPLE_READ)


def _changed(role: Role, wish: RoleWish, now: Millis) -> Role:
    return replace(
        role,
        name=role.name if wish.name is None else wish.name,
        description=role.description if wish.description is None else wish.description or None,
        permissions=wish.permissions(role.permissions) if wish.permissions else role.permissions,
        updated_at=now,
    )


def _fits(role: Role, query: RoleQuery) -> bool:
    wanted: Iterable[tuple[object, object]] = (
        (query.ids, role.id in query.ids),
        (query.defaults, default_key(role) in query.defaults),
        (query.permissions, not role.permissions.isdisjoint(query.permissions)),
        (query.name, _named(role.name.casefold(), query.name.casefold())),
    )
    return all(fits for asked, fits in wanted if asked)


def _named(name: str, pattern: str) -> bool:
    """`pattern` is all of the name, or begins it where it ends in `*`, or is anywhere in it: `*x*`."""
    if pattern.startswith("*"):
        return pattern.strip("*") in name
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _fixed(role: Role, why: str) -> Clash:
    return Clash(
        f"The role {role.name} {why}.",
        code="role.fixed",
        cure="Make a role of your own: POST /api/v2/authorization/roles.",
        entity_id=role.id,
    )
