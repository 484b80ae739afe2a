"""Who holds which roles: given and taken, one person or many, all in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from opencobrowse.domain.people import OAuthClient, Organization, Role, User
from opencobrowse.kernel.errors import Detail, Invalid, NotFound
from opencobrowse.kernel.ids import canonical
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import ATTEMPTS, too_many
from opencobrowse.services.people.grants import check_own, roles_of, with_grants
from opencobrowse.services.people.roles import Roles
from opencobrowse.services.permissions import COBROWSE_AGENT, ROLE_EDIT, ROLE_VIEW, USER_READ
from opencobrowse.services.signin.access import Access

Held = Sequence[str]


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or a program, and what they hold. `granted` is what no role gives; a program has no roles.
    `permissions` is all of it."""

    id: str
    name: str
    organization: Organization
    roles: tuple[Role, ...]
    granted: frozenset[str]
    permissions: frozenset[str]
    version: int
    since: int


class Subjects:
    def __init__(self, store: Store, roles: Roles, access: Access) -> None:
        self._store = store
        self._roles = roles
        self._access = access

    async def me(self, actor: Actor) -> Subject:
        """The token's person, or its program."""
        if actor.user_id is not None:
            return await self._subject(actor, await self._user(actor, actor.user_id))
        client = await self._store.get(OAuthClient, actor.client_id or "")
        if client is None:
            raise _unknown(actor.client_id or "")
        return await self._program(actor, client)

    async def get(self, actor: Actor, subject_id: str) -> Subject:
        """A person or a program of the organisation. Everybody may read themselves."""
        if subject_id not in (actor.user_id, actor.client_id):
            actor.need(ROLE_VIEW, ROLE_EDIT, USER_READ)
        client = await self._store.get(OAuthClient, subject_id)
        if client is not None and client.org_id == actor.org_id:
            return await self._program(actor, client)
        return await self._subject(actor, await self._user(actor, subject_id))

    async def give(self, actor: Actor, role_id: str, user_ids: Iterable[str]) -> list[str]:
        """Give a role to all of these people, or to none. Who holds it already is left as they are."""
        role = await self._named(actor, role_id)
        return await self._for_all(actor, role, user_ids, lambda held: [*held, role.id])

    async def take(self, actor: Actor, role_id: str, user_ids: Iterable[str]) -> list[str]:
        """Take a role from all of these people, or from none."""
        role = await self._named(actor, role_id)
        return await self._for_all(actor, role, user_ids, lambda held: [r for r in held if r != role.id])

    async def change(self, actor: Actor, user_id: str, decide: Callable[[Held], Held]) -> Subject:
        """Give one person the roles that `decide` makes of those they hold."""
        actor.need(ROLE_EDIT)
        await self._write(actor, [user_id], decide)
        return await self._subject(actor, await self._user(actor, user_id))

    async def _named(self, actor: Actor, role_id: str) -> Role:
        actor.need(ROLE_EDIT)
        return await self._roles.mine(actor, role_id)

    async def _for_all(
        self, actor: Actor, role: Role, user_ids: Iterable[str], decide: Callable[[Held], Held]
    ) -> list[str]:
        ids = list(dict.fromkeys(map(canonical, user_ids)))
        if not ids:
            raise Invalid(
                f"Nobody is named for the role {role.name}.",
                code="missing.field",
                cure='Send the users\' ids: ["…"]; GET /api/v2/users lists them.',
            )
        await self._write(actor, ids, decide)
        return ids

    async def _write(self, actor: Actor, ids: list[str], decide: Callable[[Held], Held]) -> None:
        """Commit all of it. A role that is given is written as it is: one that is changed or removed at the
        same moment is a conflict then, and nobody is left with what it held before."""
        for _ in range(ATTEMPTS):
            before = [await self._user(actor, user_id) for user_id in ids]
            known: dict[str, Role] = {}  # read after the users: a role that changes changes its holders
            after = [await self._decided(actor, user, decide, known) for user in before]
            changed = [(a, b) for a, b in zip(after, before, strict=True) if a != b]
            given = {role_id for a, b in changed for role_id in a.role_ids if role_id not in b.role_ids}
            try:
                await self._store.commit(*(Put(a) for a, _ in changed), *(Put(known[r]) for r in given))
            except Conflict:
                continue
            for a, b in changed:
                if COBROWSE_AGENT in b.permissions - a.permissions:
                    self._access.dismiss(a.id)
            return
        raise too_many("The user")

    async def _decided(
        self, actor: Actor, user: User, decide: Callable[[Held], Held], known: dict[str, Role]
    ) -> User:
        held = dict.fromkeys(map(canonical, decide(user.role_ids)))
        for role_id in held:
            if role_id not in known:
                known[role_id] = await self._roles.mine(actor, role_id)
        after = with_grants(user, user.granted, [known[role_id] for role_id in held])
        check_own(actor, user, after)
        return after

    async def _user(self, actor: Actor, user_id: str) -> User:
        user = await self._store.get(User, canonical(user_id))
        if user is None or user.org_id != actor.org_id or user.deleted:
            raise _unknown(user_id)
        return user

    async def _subject(self, actor: Actor, user: User) -> Subject:
        roles = tuple(await roles_of(self._store, user))
        org = await self._access.organization(actor)
        return Subject(
            user.id, user.name, org, roles, user.granted, user.permissions, user.version, user.created_at
        )

    async def _program(self, actor: Actor, client: OAuthClient) -> Subject:
        org, held = await self._access.organization(actor), client.permissions
        return Subject(client.id, client.name, org, (), held, held, client.version, client.created_at)


def _unknown(user_id: str) -> NotFound:
    return NotFound(
        f"There is no user {user_id}.",
        code="user.not.found",
        details=(Detail("user.not.found", None, user_id),),
        cure="GET /api/v2/users lists the users.",
    )
