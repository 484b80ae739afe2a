"""The first start, and the people and programs that an operator makes by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from opencobrowse.domain.people import OAuthClient, Organization, User
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Invalid
from opencobrowse.kernel.ids import new_id
from opencobrowse.kernel.secrets import Secret, digest, new_token
from opencobrowse.ports.passwords import Passwords
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.people.organizations import Organizations
from opencobrowse.services.permissions import AGENT_PERMISSIONS, ALL
from opencobrowse.services.signin.clients import ClientKind
from opencobrowse.wire.described import EMAIL

_ADDRESS: Final = re.compile(EMAIL)

_ANY_PROGRAM: Final = ClientKind()


@dataclass(frozen=True, slots=True)
class NewClient:
    """A made OAuth client; its secret is shown this once."""

    client: OAuthClient
    secret: Secret


class Directory:
    def __init__(self, store: Store, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self.organizations = Organizations(store, clock)

    async def organization(self) -> Organization:
        """The default organisation of this server, made with a deployment when there is none."""
        return await self.organizations.default()

    async def create_client(
        self,
        name: str,
        client_id: str | None = None,
        secret: str | None = None,
        kind: ClientKind = _ANY_PROGRAM,
        org_id: str | None = None,
    ) -> NewClient:
        """An OAuth client, by default with every permission. A public one has no secret: it is empty."""
        org_id = org_id or (await self.organization()).id
        key = Secret("") if kind.public else Secret(secret) if secret else new_token()
        client = kind.applied(
            OAuthClient(client_id or new_id(), org_id, name, digest(key), ALL, self._clock.now())
        )
        try:
            await self._store.commit(Put(client))
        except Conflict:
            raise Clash(f"There is an OAuth client {client.id} already.", code="client.exists") from None
        return NewClient(client, key)

    async def ensure_client(self, client_id: str, secret: str) -> None:
        """The bootstrap client: made on the first start. Every start gives it every permission there is, and
        takes a changed secret over."""
        found = await self._store.get(OAuthClient, client_id)
        if found is None:
            await self.create_client("Bootstrap client", client_id, secret)
            return
        whole = replace(found, secret_digest=digest(secret), permissions=ALL)
        if whole != found:
            await self._store.commit(Put(whole))

    async def create_user(
        self,
        email: str,
        name: str | None = None,
        password: str | None = None,
        agent: bool = True,
        org_id: str | None = None,
    ) -> User:
        """A person; the e-mail is their sign-in. `agent` gives them `cobrowse:agent`."""
        org_id = org_id or (await self.organization()).id
        return await self.add_user(org_id, email, name, password, AGENT_PERMISSIONS if agent else frozenset())

    async def add_user(
        self,
        org_id: str,
        email: str,
        name: str | None,
        password: str | None,
        permissions: frozenset[str],
        *,
        active: bool = True,
        others: Mapping[str, Any] = MappingProxyType({}),
    ) -> User:
        """A person of this organisation. Raises `Invalid` for what is no address, `Clash` for a taken one."""
        email = checked_address(email)
        user = User(
            new_id(), org_id, email, name or email.split("@")[0], permissions, self._clock.now(),
            await self._passwords.hash(password) if password else None,
            active=active, granted=permissions, others=dict(others),
        )  # fmt: skip
        try:
            await self._store.commit(Put(user))
        except Conflict:
            raise await self.taken(org_id, email) from None
        return replace(user, version=1)

    async def taken(self, org_id: str, email: str) -> Clash:
        """An address is somebody's sign-in on the whole server; whose, their own organisation alone hears."""
        found = [user for user in await self._store.find(User, email=email) if user.org_id == org_id]
        return Clash(
            f"There is a user {email} already.",
            code="user.exists",
            cure="Use that user, or another address. One who was deleted comes back with PATCH state active.",
            entity_id=found[0].id if found else None,
        )

    async def ensure_agent(self, email: str, password: str | None) -> User:
        """The bootstrap agent: made on the first start, left alone afterwards."""
        found = await self._store.find(User, email=email.strip().lower())
        return found[0] if found else await self.create_user(email, password=password)


def checked_address(email: str) -> str:
    """The address as it is stored. Raises `Invalid` for what is none."""
    found = _ADDRESS.fullmatch(email) if len(email) <= limits.EMAIL_CHARS else None
    if found is None:
        raise Invalid(
            f"{email!r} is not an e-mail address.",
            code="invalid.value",
            details=(Detail("invalid.value", "email"),),
            cure="Send an address such as anna@example.com.",
        )
    return found[1].lower()
