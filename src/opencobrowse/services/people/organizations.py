"""Organisations: what each is made with, and how an operator names one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from opencobrowse.domain.deployment import (
    LOOPBACK_HOSTS,
    CobrowseSettings,
    Configuration,
    Deployment,
    PublishedVersion,
)
from opencobrowse.domain.people import Organization, Role, User
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Invalid, NotFound
from opencobrowse.kernel.ids import Millis, canonical, new_id
from opencobrowse.kernel.secrets import new_token
from opencobrowse.ports.store import Change, Conflict, Put, Store
from opencobrowse.services.people.grants import PEOPLE_READ, roles_of, with_grants
from opencobrowse.services.people.roles import ADMINISTRATOR, default_id, default_roles
from opencobrowse.services.permissions import ALL

_ORGANIZATIONS_READ: Final = 10_000
_NAME_CHARS: Final = 200


class Organizations:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def default(self) -> Organization:
        """The organisation that was made first; made now where there is none."""
        found = await self._store.find(Organization, limit=1)
        return found[0] if found else await self._make("My organization")

    async def all(self) -> list[Organization]:
        """Every organisation of this server, the oldest first."""
        return await self._store.find(Organization, limit=_ORGANIZATIONS_READ)

    async def create(self, name: str) -> Organization:
        """Another organisation, with what the first start makes: a deployment, its configuration, the roles.
        Raises `Invalid` for a name that is none, `Clash` for a taken one."""
        name = " ".join(name.split())
        if not name or len(name) > _NAME_CHARS:
            raise Invalid(f"A name has 1 to {_NAME_CHARS} characters.", code="invalid.value")
        await self.default()  # stays the first, whoever asks
        if any(name.casefold() == org.name.casefold() for org in await self.all()):
            raise Clash(f"There is an organisation {name} already.", code="organization.exists")
        return await self._make(name)

    async def named(self, text: str | None) -> Organization:
        """The organisation of this id or name. Nobody named: the only one. Raises `NotFound`, and `Invalid`
        where there are several to choose from."""
        first = await self.default()
        every = await self.all()
        listed = ", ".join(f"{org.name} ({org.id})" for org in every)
        if text is None:
            if len(every) > 1:
                raise Invalid(
                    f"There are several organisations: say which with --org. They are: {listed}.",
                    code="organization.ambiguous",
                )
            return first
        wanted = text.strip()
        for org in every:
            if canonical(wanted) == org.id or wanted.casefold() == org.name.casefold():
                return org
        raise NotFound(
            f"There is no organisation {wanted}. There are: {listed}.", code="organization.not.found"
        )

    async def prepare(self) -> None:
        """What every start sees to: the default roles are there, and the administrators' holds every
        permission that there is, also those that an upgrade brought."""
        for org in await self.all():
            for role in default_roles(org.id, self._clock.now()):
                if await self._store.get(Role, role.id) is None:
                    await self._add(role)
            await self._complete(org.id)

    async def _add(self, role: Role) -> None:
        """Another process that starts now may have made it, and somebody may have taken its name."""
        try:
            await self._store.commit(Put(role))
        except Conflict:
            if await self._store.get(Role, role.id) is None:
                await self._store.commit(Put(replace(role, name=f"{role.name} (default)")))

    async def _complete(self, org_id: str) -> None:
        role = await self._store.get(Role, default_id(org_id, ADMINISTRATOR))
        if role is None or role.permissions == ALL:
            return
        whole = replace(role, permissions=ALL, updated_at=self._clock.now())
        changes: list[Change] = [Put(whole)]
        for user in await self._store.find(User, org_id=org_id, limit=PEOPLE_READ):
            if role.id in user.role_ids:
                roles = [whole if held.id == role.id else held for held in await roles_of(self._store, user)]
                changes.append(Put(with_grants(user, user.granted, roles)))
        await self._store.commit(*changes)

    async def _make(self, name: str) -> Organization:
        now = self._clock.now()
        org = Organization(new_id(), name, now)
        configuration, deployment = _first_deployment(org.id, now)
        roles = default_roles(org.id, now)
        await self._store.commit(Put(org), Put(configuration), Put(deployment), *map(Put, roles))
        return replace(org, version=1)


def _first_deployment(org_id: str, now: Millis) -> tuple[Configuration, Deployment]:
    """Loopback only: no page of anybody may register before its host is allowed."""
    settings, name = CobrowseSettings(), "Default configuration"
    configuration = Configuration(
        new_id(), org_id, name, now, now,
        draft=settings, published=settings, published_version=1, published_at=now,
        history=(PublishedVersion(1, name, now, settings),),
    )  # fmt: skip
    deployment = Deployment(
        new_id(), org_id, "Default deployment", configuration.id, new_token(), now, now, LOOPBACK_HOSTS
    )
    return configuration, deployment
