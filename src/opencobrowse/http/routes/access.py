"""Tokens and the organisation."""

from __future__ import annotations

from typing import Any

from litestar import MediaType, Response, delete, get, head, post

from opencobrowse.http import mapping, oauth
from opencobrowse.http.auth import actor_of
from opencobrowse.http.framework import Nothing
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import Invalid, TooMany
from opencobrowse.services.core import Core
from opencobrowse.wire import people


def handlers(core: Core) -> list[Any]:
    @post("/oauth/token", status_code=200, media_type=MediaType.JSON)
    async def issue_token(request: AnyRequest) -> Response[people.TokenAnswer]:
        """RFC 6749 client credentials: the client's id and secret by HTTP Basic, or in the form."""
        try:
            wish = await oauth.read(request)
            return oauth.granted(await core.access.client_token(wish.credentials, wish.scope))
        except oauth.Refused as refused:
            return oauth.refused(refused)
        except TooMany as many:
            return oauth.refused(oauth.Refused("slow_down", many.message), 429, many.retry_after)
        except Invalid as fault:
            return oauth.refused(oauth.Refused(fault.code, fault.message, wish.by_basic))

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
        """Revoke the token; sockets opened with it close within a second."""
        await core.access.revoke(await actor_of(request, core))
        return Nothing(200)

    @get("/api/v2/organizations/me")
    async def get_my_organization(request: AnyRequest) -> people.Organization:
        """The token's organisation."""
        org = await core.access.organization(await actor_of(request, core))
        return people.Organization(id=org.id, name=org.name, version=org.version)

    return [issue_token, get_my_token, check_my_token, revoke_my_token, get_my_organization]
