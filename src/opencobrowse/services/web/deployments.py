"""Web deployments: which pages may register, with which configuration, and the secret of their identities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from opencobrowse.domain.deployment import Configuration, Deployment
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Example, Fault, Invalid, NotFound
from opencobrowse.kernel.ids import new_id
from opencobrowse.kernel.secrets import Secret, new_token
from opencobrowse.ports.store import Conflict, Delete, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import ATTEMPTS, too_many
from opencobrowse.services.permissions import DEPLOYMENT_EDIT, DEPLOYMENT_VIEW
from opencobrowse.services.web.configurations import Version, checked_name, current_of, no_configuration
from opencobrowse.services.web.domains import allows, checked_domains, page_address

_PATH: Final = "/api/v2/webdeployments/deployments"


@dataclass(frozen=True, slots=True)
class DeploymentWish:
    """What is None stays as it is. `clear_page_url`: take the page away."""

    name: str
    description: str | None = None
    configuration_id: str | None = None
    allowed_domains: tuple[str, ...] | None = None
    allow_all_domains: bool | None = None
    status: str | None = None
    page_url: str | None = None
    clear_page_url: bool = False
    others: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """A deployment and the version that its pages get."""

    deployment: Deployment
    version: Version


class Deployments:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, actor: Actor, wish: DeploymentWish) -> DeploymentView:
        """A deployment. Its configuration must have been published."""
        actor.need(DEPLOYMENT_EDIT)
        if not wish.configuration_id:
            raise await self._no_configuration_named(actor, wish)
        now = self._clock.now()
        blank = Deployment(new_id(), actor.org_id, wish.name, wish.configuration_id, new_token(), now, now)
        made = self._with(blank, wish)
        view = await self._view(made)
        await self._store.commit(Put(made))
        return replace(view, deployment=replace(made, version=1))

    async def get(self, actor: Actor, deployment_id: str) -> DeploymentView:
        actor.need(DEPLOYMENT_VIEW)
        return await self._view(await self._mine(actor, deployment_id))

    async def public(self, deployment_id: str) -> DeploymentView:
        """What anybody may know: a page asks for it before it signs in anywhere."""
        found = await self._store.get(Deployment, deployment_id)
        if found is None or found.status != "Active":
            raise _no_deployment(deployment_id)
        return await self._view(found)

    async def find(self, actor: Actor) -> list[DeploymentView]:
        actor.need(DEPLOYMENT_VIEW)
        return [await self._view(d) for d in await self._store.find(Deployment, org_id=actor.org_id)]

    async def change(self, actor: Actor, deployment_id: str, wish: DeploymentWish) -> DeploymentView:
        actor.need(DEPLOYMENT_EDIT)
        return await self._change(actor, deployment_id, lambda found: self._with(found, wish))

    async def delete(self, actor: Actor, deployment_id: str) -> None:
        """Remove it: its pages cannot register any more."""
        actor.need(DEPLOYMENT_EDIT)
        found = await self._mine(actor, deployment_id)
        await self._store.commit(Delete(Deployment, found.id))

    async def secret(self, actor: Actor, deployment_id: str) -> Secret:
        """What customers' identities are signed with; for those who may change the deployment."""
        actor.need(DEPLOYMENT_EDIT)
        return (await self._mine(actor, deployment_id)).secret

    async def rotate_secret(self, actor: Actor, deployment_id: str) -> Secret:
        """A new secret; identities signed with the one before are refused from now on."""
        actor.need(DEPLOYMENT_EDIT)
        fresh = new_token()
        now = self._clock.now()
        await self._change(actor, deployment_id, lambda found: replace(found, secret=fresh, updated_at=now))
        return fresh

    # -- details -------------------------------------------------------------------------------------------

    def _with(self, before: Deployment, wish: DeploymentWish) -> Deployment:
        """`before` after `wish`, checked as a whole."""
        after = replace(
            before,
            name=checked_name(wish.name),
            description=_or(wish.description, before.description),
            configuration_id=wish.configuration_id or before.configuration_id,
            allow_all_domains=_or(wish.allow_all_domains, before.allow_all_domains),
            status=_status(wish.status) or before.status,
            others={**before.others, **(wish.others or {})},
            updated_at=self._clock.now(),
        )
        if wish.allowed_domains is not None:
            after = replace(after, allowed_domains=checked_domains(wish.allowed_domains))
        page = None if wish.clear_page_url else _or(wish.page_url, before.page_url)
        return replace(after, page_url=_page_url(after, page) if page else None)

    async def _view(self, deployment: Deployment) -> DeploymentView:
        configuration = await self._store.get(Configuration, deployment.configuration_id)
        if configuration is None or configuration.org_id != deployment.org_id:
            raise no_configuration(deployment.configuration_id)
        version = current_of(configuration)
        if version is None:
            path = f"/api/v2/webdeployments/configurations/{configuration.id}/versions/draft/publish"
            raise Clash(
                f"The configuration {configuration.name} was never published.",
                code="configuration.not.published",
                details=(Detail("configuration.not.published", "configuration.id", configuration.id),),
                cure=f"Publish it first: POST {path}.",
                example=Example("POST", path),
                entity_id=configuration.id,
            )
        return DeploymentView(deployment, version)

    async def _mine(self, actor: Actor, deployment_id: str) -> Deployment:
        found = await self._store.get(Deployment, deployment_id)
        if found is None or found.org_id != actor.org_id:
            raise _no_deployment(deployment_id)
        return found

    async def _change(
        self, actor: Actor, deployment_id: str, decide: Callable[[Deployment], Deployment]
    ) -> DeploymentView:
        for _ in range(ATTEMPTS):
            after = decide(await self._mine(actor, deployment_id))
            view = await self._view(after)
            try:
                await self._store.commit(Put(after))
            except Conflict:
                continue
            return replace(view, deployment=replace(after, version=after.version + 1))
        raise too_many("The deployment")

    async def _no_configuration_named(self, actor: Actor, wish: DeploymentWish) -> Fault:
        found = await self._store.find(Configuration, org_id=actor.org_id)
        published = [c for c in found if c.published is not None]
        body = {"name": wish.name, "allowedDomains": list(wish.allowed_domains or ("localhost",))}
        example = None
        if published:
            example = Example("POST", _PATH, {**body, "configuration": {"id": published[0].id}})
        return Invalid(
            "The field configuration is missing.",
            code="missing.field",
            details=(Detail("missing.field", "configuration.id"),),
            cure="Name a published configuration: GET /api/v2/webdeployments/configurations lists them.",
            example=example,
        )


def _or(wished: Any, stored: Any) -> Any:
    return stored if wished is None else wished


def _status(wished: str | None) -> str | None:
    if wished in (None, "Active", "Inactive"):
        return wished
    raise Invalid(
        f"The status cannot be set to {wished}.",
        code="invalid.value",
        details=(Detail("invalid.value", "status"),),
        cure="Set it to Active or Inactive.",
    )


def _page_url(deployment: Deployment, url: str) -> str:
    """The page that a join link leads to: without a fragment, on an allowed domain."""
    address = page_address(url)
    if address is None or "#" in url:
        raise Invalid(
            f"{url} is not the address of a page.",
            code="invalid.value",
            details=(Detail("invalid.value", "pageUrl"),),
            cure="Give the whole address of a page, without a fragment, such as https://shop.example/help.",
        )
    if not allows(deployment, address[0]):
        raise Clash(
            f"{url} is not a page on one of the allowed domains.",
            code="page.not.allowed",
            details=(Detail("page.not.allowed", "pageUrl"),),
            cure="Name its host in allowedDomains, or give a page of a host that is there.",
        )
    return url


def _no_deployment(deployment_id: str) -> Fault:
    return NotFound(
        f"There is no deployment {deployment_id}.",
        code="deployment.not.found",
        cure="GET /api/v2/webdeployments/deployments lists them.",
    )
