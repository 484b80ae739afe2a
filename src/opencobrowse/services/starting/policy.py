"""What an organisation's published settings allow a start to ask for."""

from __future__ import annotations

from opencobrowse.domain.deployment import CobrowseSettings, Configuration, Deployment
from opencobrowse.domain.session import CobrowseType
from opencobrowse.kernel.errors import Detail, Forbidden
from opencobrowse.ports.store import Store


class Policy:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def allows_control(self, org_id: str) -> bool:
        """Whether any page that a customer could be on lets an agent have control.

        Which page it will be, a start cannot know: where one active deployment allows it, it may be asked
        for, and the settings of the page that accepts have the last word. Without any deployment nothing is
        forbidden.
        """
        found = await self._store.find(Deployment, org_id=org_id)
        active = [await published_settings(self._store, d) for d in found if d.status == "Active"]
        return not active or any(s.enabled and s.allow_agent_control for s in active)

    async def check(self, org_id: str, kind: CobrowseType, field: str) -> None:
        """Raise 403 for a start that asks for more than is allowed. `field`: the caller's name for `kind`."""
        if kind is not CobrowseType.CONTROL or await self.allows_control(org_id):
            return
        raise Forbidden(
            "The published configuration does not let agents have control.",
            code="control.not.allowed",
            cure="Start a session to view, or set cobrowse.allowAgentControl to true in the web deployment's "
            "configuration and publish it.",
            details=(Detail("control.not.allowed", field),),
        )


async def published_settings(store: Store, deployment: Deployment) -> CobrowseSettings:
    """What a deployment's pages go by: its configuration as published, or the defaults."""
    configuration = await store.get(Configuration, deployment.configuration_id)
    return (configuration.published if configuration else None) or CobrowseSettings()
