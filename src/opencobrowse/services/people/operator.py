"""What an operator does by hand at a data directory: agents, passwords. Safe while a server runs on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.people import OAuthClient, Organization, Role, Token, User
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Clash, Invalid, NotFound
from opencobrowse.ports.passwords import Passwords
from opencobrowse.ports.store import Change, Conflict, Delete, Put, Store
from opencobrowse.services.changes import ATTEMPTS
from opencobrowse.services.people.directory import Directory
from opencobrowse.services.people.grants import PEOPLE_READ, roles_of, with_grants
from opencobrowse.services.permissions import AGENT_PERMISSIONS, COBROWSE_AGENT
from opencobrowse.services.signin.signouts import everything_of

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Person:
    """A user, and whether this call made them."""

    user: User
    made: bool


class Operator:
    def __init__(self, store: Store, directory: Directory, passwords: Passwords) -> None:
        self._store = store
        self._directory = directory
        self._passwords = passwords

    async def agents(self, org: Organization) -> list[User]:
        """Everybody who may be the agent of a session, oldest first."""
        return [user for user in await self.people(org) if user.active and COBROWSE_AGENT in user.permissions]

    async def people(self, org: Organization) -> list[User]:
        """Everybody in an organisation but the deleted, oldest first."""
        found = await self._store.find(User, org_id=org.id, limit=PEOPLE_READ)
        return [user for user in found if not user.deleted]

    async def clients(self, org: Organization) -> list[OAuthClient]:
        """An organisation's programs, oldest first."""
        return await self._store.find(OAuthClient, org_id=org.id, limit=PEOPLE_READ)

    async def delete_client(self, org: Organization, client_id: str) -> OAuthClient:
        """Remove a program and end its tokens. Raises `NotFound`."""
        client = await self._store.get(OAuthClient, client_id)
        if client is None or client.org_id != org.id:
            raise NotFound(f"There is no OAuth client {client_id} in {org.name}.", code="client.not.found")
        await self._store.commit(Delete(OAuthClient, client.id))
        # After the client: none of its tokens is made any more.
        while tokens := await self._store.find(Token, client_id=client.id, limit=_AT_ONCE):
            await self._store.commit(*(Delete(Token, token.id) for token in tokens))
        return client

    async def organization_for(self, email: str, named: str | None) -> Organization:
        """Where a person with this address is, or is to be made. Raises `Clash` where they are in another
        organisation than the one that was named."""
        found = await self._store.find(User, email=email.strip().lower())
        organizations = self._directory.organizations
        if not found:
            return await organizations.named(named)
        org = await organizations.named(found[0].org_id)
        if named is not None and (await organizations.named(named)).id != org.id:
            raise Clash(f"{found[0].email} is a user of {org.name}.", code="user.exists")
        return org

    async def person(
        self, email: str, name: str | None, password: str, agent: bool, org: Organization | None = None
    ) -> Person:
        """Make a person, or give the one with this address a new password and end their sign-ins.

        Raises `Invalid` for an address that is none and for a password that is too short.
        """
        if len(password) < limits.MIN_PASSWORD:
            raise Invalid(
                f"The password is too short: at least {limits.MIN_PASSWORD} characters.", code="invalid.value"
            )
        found = await self._store.find(User, email=email.strip().lower())
        if not found:
            org_id = org.id if org else None
            made = await self._directory.create_user(email, name, password, agent=agent, org_id=org_id)
            return Person(made, made=True)
        hashed = await self._passwords.hash(password)
        for _ in range(ATTEMPTS):
            user = (await self._store.find(User, email=email.strip().lower()))[0]
            roles = await roles_of(self._store, user)
            after = replace(
                _as_agent(user, roles) if agent else _no_agent(user, roles),
                password_hash=hashed, name=name or user.name, active=True, deleted=False,
            )  # fmt: skip
            changes: list[Change] = [Put(after), *await everything_of(self._store, user.id)]
            try:
                await self._store.commit(*changes)
            except Conflict:
                continue
            return Person(replace(after, version=after.version + 1), made=False)
        raise Invalid("The user is being changed by too many at once.", code="conflict")

    async def release(self, email: str) -> User:
        """Let a user go from their account at the identity provider, and end their sign-ins: the next person
        whom the provider vouches for with this address is them. Raises `NotFound`."""
        for _ in range(ATTEMPTS):
            found = await self._store.find(User, email=email.strip().lower())
            if not found:
                raise NotFound(f"There is no user {email}.", code="user.not.found")
            after = replace(found[0], identity=None)
            gone: list[Change] = [*await everything_of(self._store, after.id)]
            try:
                await self._store.commit(Put(after), *gone)
            except Conflict:
                continue
            return replace(after, version=after.version + 1)
        raise Invalid("The user is being changed by too many at once.", code="conflict")


def _as_agent(user: User, roles: list[Role]) -> User:
    return with_grants(user, user.granted | AGENT_PERMISSIONS, roles)


def _no_agent(user: User, roles: list[Role]) -> User:
    """Without `cobrowse:agent`, and without the roles that would give it back."""
    kept = [role for role in roles if COBROWSE_AGENT not in role.permissions]
    return with_grants(user, user.granted - {COBROWSE_AGENT}, kept)
