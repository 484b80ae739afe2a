"""Web deployments and their configurations: the platform's calls, and ours for the secret."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from opencobrowse.http import query
from opencobrowse.http import webdeployments as mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.paging import by_cursor
from opencobrowse.http.problems import AnyRequest
from opencobrowse.services.core import Core
from opencobrowse.services.web.configurations import Version
from opencobrowse.services.web.deployments import DeploymentView
from opencobrowse.wire import webdeployments as wire

_DEPLOYMENTS = "/api/v2/webdeployments/deployments"
_CONFIGURATIONS = "/api/v2/webdeployments/configurations"


def handlers(core: Core) -> list[Any]:
    return [*_deployments(core), *_secrets(core), *_configurations(core), *_versions(core)]


def _deployments(core: Core) -> list[Any]:
    def shown(view: DeploymentView, status: int = 200) -> Response[Any]:
        return Response(mapping.deployment_answer(view, core.links.public_url), status_code=status)

    @get(_DEPLOYMENTS)
    async def list_deployments(request: AnyRequest) -> Response[wire.CursorListing]:
        """The organisation's deployments; goes on with `after`."""
        found = await core.deployments.find(await actor_of(request, core))
        page = by_cursor(request, found, [view.deployment.id for view in found])
        entities = [mapping.deployment_answer(view, core.links.public_url) for view in page.found]
        return Response(wire.CursorListing(entities=entities, **page.keys))

    @post(_DEPLOYMENTS, status_code=201)
    async def create_deployment(
        request: AnyRequest, data: JSONBody[wire.DeploymentBody]
    ) -> Response[wire.Deployment]:
        """Make a deployment with a published configuration. No page may register before `allowedDomains`
        names its host."""
        actor = await actor_of(request, core)
        return shown(await core.deployments.create(actor, mapping.deployment_wish(data)), 201)

    @get(f"{_DEPLOYMENTS}/{{deployment_id:str}}")
    async def get_deployment(request: AnyRequest, deployment_id: FromPath[str]) -> Response[wire.Deployment]:
        """One deployment; `snippet` is the script tag for its pages."""
        return shown(await core.deployments.get(await actor_of(request, core), deployment_id))

    @put(f"{_DEPLOYMENTS}/{{deployment_id:str}}")
    async def put_deployment(
        request: AnyRequest, deployment_id: FromPath[str], data: JSONBody[wire.DeploymentBody]
    ) -> Response[wire.Deployment]:
        """Change it; what is left out stays as it is."""
        actor = await actor_of(request, core)
        return shown(await core.deployments.change(actor, deployment_id, mapping.deployment_wish(data)))

    @delete(f"{_DEPLOYMENTS}/{{deployment_id:str}}", status_code=204)
    async def delete_deployment(request: AnyRequest, deployment_id: FromPath[str]) -> None:
        """Remove it: its pages cannot register any more."""
        await core.deployments.delete(await actor_of(request, core), deployment_id)

    @get(f"{_DEPLOYMENTS}/{{deployment_id:str}}/configurations")
    async def get_active_configuration(
        request: AnyRequest, deployment_id: FromPath[str]
    ) -> Response[wire.ActiveConfiguration]:
        """What a page of this deployment gets: its configuration as published. No token."""
        view = await core.deployments.public(deployment_id)
        body = {
            "configurationVersion": mapping.version_answer(view.version),
            "deployment": mapping.deployment_answer(view, core.links.public_url),
        }
        return Response(body)  # type: ignore[arg-type]  # as the model, with what was kept beside it

    return [list_deployments, create_deployment, get_deployment, put_deployment, delete_deployment,
            get_active_configuration]  # fmt: skip


def _secrets(core: Core) -> list[Any]:
    def shown(deployment_id: str, secret: str) -> Response[wire.DeploymentSecret]:
        body = wire.DeploymentSecret(deployment_id=deployment_id, secret=str.__str__(secret))
        return Response(body, status_code=200, headers={"Cache-Control": "no-store"})

    @get(f"{_DEPLOYMENTS}/{{deployment_id:str}}/secret")
    async def get_deployment_secret(
        request: AnyRequest, deployment_id: FromPath[str]
    ) -> Response[wire.DeploymentSecret]:
        """Ours: the secret that signs customers' identities, for those who may change the deployment."""
        actor = await actor_of(request, core)
        return shown(deployment_id, await core.deployments.secret(actor, deployment_id))

    @post(f"{_DEPLOYMENTS}/{{deployment_id:str}}/secret/rotate", status_code=200)
    async def rotate_deployment_secret(
        request: AnyRequest, deployment_id: FromPath[str]
    ) -> Response[wire.DeploymentSecret]:
        """Ours: make a new secret. Identities signed with the one before are refused from now on."""
        actor = await actor_of(request, core)
        return shown(deployment_id, await core.deployments.rotate_secret(actor, deployment_id))

    return [get_deployment_secret, rotate_deployment_secret]


def _shown(found: Version, status: int = 200) -> Response[Any]:
    return Response(mapping.version_answer(found), status_code=status)


def _configurations(core: Core) -> list[Any]:
    @get(_CONFIGURATIONS)
    async def list_configurations(request: AnyRequest) -> Response[wire.CursorListing]:
        """Each configuration as published, or its draft where nothing was; `showOnlyPublished=true` leaves
        those out."""
        actor = await actor_of(request, core)
        only = query.flag(request, "showOnlyPublished")
        found = await core.configurations.find(actor, only)
        page = by_cursor(request, found, [version.configuration.id for version in found])
        entities = [mapping.version_answer(version) for version in page.found]
        return Response(wire.CursorListing(entities=entities, **page.keys))

    @post(_CONFIGURATIONS, status_code=201)
    async def create_configuration(
        request: AnyRequest, data: JSONBody[wire.ConfigurationBody]
    ) -> Response[wire.ConfigurationVersion]:
        """Make a configuration: a draft, until it is published."""
        actor = await actor_of(request, core)
        return _shown(await core.configurations.create(actor, mapping.configuration_wish(data)), 201)

    @delete(f"{_CONFIGURATIONS}/{{configuration_id:str}}", status_code=204)
    async def delete_configuration(request: AnyRequest, configuration_id: FromPath[str]) -> None:
        """Remove a configuration that no deployment uses."""
        await core.configurations.delete(await actor_of(request, core), configuration_id)

    return [list_configurations, create_configuration, delete_configuration]


def _versions(core: Core) -> list[Any]:
    one = f"{_CONFIGURATIONS}/{{configuration_id:str}}/versions"

    @get(one)
    async def list_versions(
        request: AnyRequest, configuration_id: FromPath[str]
    ) -> Response[wire.CursorListing]:
        """The draft and the newest published versions, newest first."""
        found = await core.configurations.versions(await actor_of(request, core), configuration_id)
        page = by_cursor(request, found, [version.label for version in found])
        entities = [mapping.version_answer(version) for version in page.found]
        return Response(wire.CursorListing(entities=entities, **page.keys))

    @get(f"{one}/draft")
    async def get_draft(
        request: AnyRequest, configuration_id: FromPath[str]
    ) -> Response[wire.ConfigurationVersion]:
        """The draft."""
        actor = await actor_of(request, core)
        return _shown(await core.configurations.version(actor, configuration_id, "draft"))

    @put(f"{one}/draft")
    async def put_draft(
        request: AnyRequest, configuration_id: FromPath[str], data: JSONBody[wire.ConfigurationBody]
    ) -> Response[wire.ConfigurationVersion]:
        """Change the draft. Of `cobrowse`, what is ours and left out stays as it is."""
        actor = await actor_of(request, core)
        wish = mapping.configuration_wish(data)
        return _shown(await core.configurations.save_draft(actor, configuration_id, wish))

    @post(f"{one}/draft/publish", status_code=200)
    async def publish_draft(
        request: AnyRequest, configuration_id: FromPath[str]
    ) -> Response[wire.ConfigurationVersion]:
        """Publish the draft: pages get it when they register next and when they start to share."""
        actor = await actor_of(request, core)
        return _shown(await core.configurations.publish(actor, configuration_id))

    @get(f"{one}/{{version_id:str}}")
    async def get_version(
        request: AnyRequest, configuration_id: FromPath[str], version_id: FromPath[str]
    ) -> Response[wire.ConfigurationVersion]:
        """A published version by its number, or `draft`."""
        actor = await actor_of(request, core)
        return _shown(await core.configurations.version(actor, configuration_id, version_id))

    return [list_versions, get_draft, put_draft, publish_draft, get_version]
