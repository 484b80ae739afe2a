"""Tokens and the organisation."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, head

from opencobrowse.http import mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.framework import Nothing
from opencobrowse.http.problems import AnyRequest
from opencobrowse.services.core import Core
from opencobrowse.wire import people


def handlers(core: Core) -> list[Any]:
    @get("/api/v2/tokens/me")
    async def get_my_token(request: AnyRequest) -> people.TokenInfo:
        """Whose token this is, and what it may do."""
        actor = await actor_of(request, core)
        org = await core.access.organization(actor)
        return mapping.token_info(actor, org, await core.access.client(actor))

    @head("/api/v2/tokens/me")
    async def check_my_token(request: AnyRequest) -> None:
        """200 while the token is good."""
        await actor_of(request, core)

    @delete("/api/v2/tokens/me", status_code=200)
    async def revoke_my_token(request: AnyRequest) -> Response[None]:
        """Revoke the token and the consent that it came from. Its sockets close within a second."""
        await core.access.revoke(await actor_of(request, core))
        return Nothing(200)

    @get("/api/v2/organizations/me")
    async def get_my_organization(request: AnyRequest) -> people.Organization:
        """The token's organisation."""
        org = await core.access.organization(await actor_of(request, core))
        return people.Organization(id=org.id, name=org.name, version=org.version)

    return [get_my_token, check_my_token, revoke_my_token, get_my_organization]
