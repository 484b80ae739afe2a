"""The first start, and the people and programs that an operator makes by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.deployment import (
    LOOPBACK_HOSTS,
    CobrowseSettings,
    Configuration,
    Deployment,
    PublishedVersion,
)
from opencobrowse.domain.people import OAuthClient, Organization, User
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Invalid
from opencobrowse.kernel.ids import new_id
from opencobrowse.kernel.secrets import Secret, digest, new_token
from opencobrowse.ports.passwords import Passwords
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.clients import ClientKind
from opencobrowse.services.permissions import (
    ALL,
    COBROWSE_ADD,
    COBROWSE_AGENT,
    COBROWSE_READ,
    COBROWSE_VOICE_ADD,
    CONVERSATION_READ,
)

_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"\x00-\x1f]+@[^\s@<>,;:\"\x00-\x1f]+")
# They may start as well: a user's token means that user (api.md section 2, "Who").
AGENT_PERMISSIONS = frozenset(
    {COBROWSE_AGENT, COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD, CONVERSATION_READ}
)

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

    async def organization(self) -> Organization:
        """The organisation of this server, made with a default deployment when there is none."""
        found = await self._store.find(Organization, limit=1)
        if found:
            return found[0]
        now = self._clock.now()
        org = Organization(new_id(), "My organization", now)
        settings = CobrowseSettings()
        name = "Default configuration"
        configuration = Configuration(
            new_id(), org.id, name, now, now,
            draft=settings, published=settings, published_version=1, published_at=now,
            history=(PublishedVersion(1, name, now, settings),),
        )  # fmt: skip
        deployment = Deployment(
            new_id(), org.id, "Default deployment", configuration.id, new_token(), now, now, LOOPBACK_HOSTS
        )
        await self._store.commit(Put(org), Put(configuration), Put(deployment))
        return replace(org, version=1)

    async def create_client(
        self,
        name: str,
        client_id: str | None = None,
        secret: str | None = None,
        kind: ClientKind = _ANY_PROGRAM,
    ) -> NewClient:
        """An OAuth client, by default with every permission. A public one has no secret: it is empty."""
        org = await self.organization()
        key = Secret("") if kind.public else Secret(secret) if secret else new_token()
        client = kind.applied(
            OAuthClient(client_id or new_id(), org.id, name, digest(key), ALL, self._clock.now())
        )
        try:
            await self._store.commit(Put(client))
        except Conflict:
            raise Clash(f"There is an OAuth client {client.id} already.", code="client.exists") from None
        return NewClient(client, key)

    async def ensure_client(self, client_id: str, secret: str) -> None:
        """The bootstrap client: made on the first start; a changed secret is taken over."""
        found = await self._store.get(OAuthClient, client_id)
        if found is None:
            await self.create_client("Bootstrap client", client_id, secret)
        elif found.secret_digest != digest(secret):
            await self._store.commit(Put(replace(found, secret_digest=digest(secret))))

    async def create_user(
        self, email: str, name: str | None = None, password: str | None = None, agent: bool = True
    ) -> User:
        """A person; the e-mail is their sign-in. `agent` gives them `cobrowse:agent`."""
        org = await self.organization()
        return await self.add_user(org.id, email, name, password, AGENT_PERMISSIONS if agent else frozenset())

    async def add_user(
        self, org_id: str, email: str, name: str | None, password: str | None, permissions: frozenset[str]
    ) -> User:
        """A person of this organisation. Raises `Invalid` for what is no address, `Clash` for a taken one."""
        email = email.strip().lower()
        if not _ADDRESS.fullmatch(email) or len(email) > 254:
            raise Invalid(
                f"{email!r} is not an e-mail address.",
                code="invalid.value",
                details=(Detail("invalid.value", "email"),),
                cure="Send an address such as anna@example.com.",
            )
        hashed = await self._passwords.hash(password) if password else None
        user = User(
            new_id(), org_id, email, name or email.split("@")[0], permissions, self._clock.now(), hashed,
            granted=permissions,
        )  # fmt: skip
        try:
            await self._store.commit(Put(user))
        except Conflict:
            raise await self._taken(org_id, email) from None
        return replace(user, version=1)

    async def _taken(self, org_id: str, email: str) -> Clash:
        """An address is somebody's sign-in on the whole server; whose, their own organisation alone hears."""
        found = [user for user in await self._store.find(User, email=email) if user.org_id == org_id]
        return Clash(
            f"There is a user {email} already.",
            code="user.exists",
            cure="Use that user, or another address.",
            entity_id=found[0].id if found else None,
        )

    async def ensure_agent(self, email: str, password: str | None) -> User:
        """The bootstrap agent: made on the first start, left alone afterwards."""
        found = await self._store.find(User, email=email.strip().lower())
        return found[0] if found else await self.create_user(email, password=password)
