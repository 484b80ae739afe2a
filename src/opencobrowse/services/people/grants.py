"""`User.permissions` is what was granted to a person and what their roles hold. Here it is kept true.

Whoever makes or changes a user does it with these: `permissions` is never written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from opencobrowse.domain.people import Role, User
from opencobrowse.kernel.errors import Clash, Forbidden
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.permissions import ROLE_EDIT

ROLES_READ: Final = 10_000
PEOPLE_READ: Final = 100_000


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


def check_may_give(actor: Actor, permissions: frozenset[str]) -> None:
    """Nobody gives what their own token does not hold, except who administers roles. Raises 403."""
    missing = sorted(permissions - actor.permissions)
    if missing and ROLE_EDIT not in actor.permissions:
        raise Forbidden(
            f"The token cannot give what it does not hold: {', '.join(missing)}.",
            code="permission.not.held",
            params={"permissions": ", ".join(missing)},
            cure=f"Ask somebody who holds {ROLE_EDIT}, or leave out {', '.join(missing)}.",
        )


def check_own(actor: Actor, before: User, after: User) -> None:
    """Nobody takes `authorization:role:edit` from themselves: who gave everything away could not take it
    back, and an organisation keeps somebody who administers it. Raises 409."""
    lost = ROLE_EDIT in before.permissions and (ROLE_EDIT not in after.permissions or not after.active)
    if lost and actor.user_id == before.id:
        raise Clash(
            f"This would take {ROLE_EDIT} from yourself.",
            code="own.administration",
            cure="Let another administrator do it: they keep what you give up.",
            entity_id=before.id,
        )
