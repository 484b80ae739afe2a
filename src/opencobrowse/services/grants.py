"""`User.permissions` is what was granted to a person and what their roles hold. Here it is kept true.

Whoever makes or changes a user does it with these: `permissions` is never written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from opencobrowse.domain.people import Role, User
from opencobrowse.ports.store import Change, Put, Store

ROLES_READ: Final = 10_000


def held(granted: frozenset[str], roles: Iterable[Role]) -> frozenset[str]:
    """All that a person with these grants and roles may do."""
    return granted.union(*(role.permissions for role in roles))


def with_grants(user: User, granted: frozenset[str], roles: Sequence[Role]) -> User:
    """The user with exactly these grants and roles, and all that they may do for it."""
    return replace(
        user, granted=granted, role_ids=tuple(role.id for role in roles), permissions=held(granted, roles)
    )


async def roles_of(store: Store, user: User) -> list[Role]:
    """The roles that a user holds, in the order in which they were given."""
    if not user.role_ids:
        return []
    roles = {role.id: role for role in await store.find(Role, org_id=user.org_id, limit=ROLES_READ)}
    return [roles[role_id] for role_id in user.role_ids if role_id in roles]


def regranted(user: User, roles: Iterable[Role]) -> list[Change]:
    """What to commit for a user who is given, or keeps, these roles. The roles are written as they are: one
    that is changed at the same moment is a conflict then, and nobody is left with what it held before."""
    return [Put(user), *(Put(role) for role in roles)]
