"""Tokens, the organisation, users."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec
from litestar import MediaType, Request, Response, delete, get, head, post

from opencobrowse.http.auth import actor_of
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import Fault, TooMany
from opencobrowse.services.access import Grant, WrongClient
from opencobrowse.services.core import Core
from opencobrowse.wire import api


def handlers(core: Core) -> list[Any]:
    @post("/oauth/token", status_code=200, media_type=MediaType.JSON)
    async def issue_token(request: AnyRequest) -> Response[Any]:
        """RFC 6749 client credentials: by HTTP Basic, or in the form."""
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
        basic = _basic(request)
        client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        kind = form.get("grant_type", "")
        if kind != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", f"grant_type {kind!r} is not supported")
        try:
            grant = await core.access.client_token(client_id, secret, form.get("scope"))
        except WrongClient as wrong:
            return _oauth_error(401 if basic else 400, wrong.code, wrong.message)
        except TooMany:
            raise
        except Fault as fault:
            return _oauth_error(400, fault.code, fault.message)
        return _token(grant)

    @get("/api/v2/tokens/me")
    async def get_my_token(request: AnyRequest) -> dict[str, Any]:
        actor = await actor_of(request, core)
        org = await core.access.organization(actor)
        client = {"id": actor.client_id, "name": actor.client_id} if actor.client_id else None
        return {
            "organization": {"id": org.id, "name": org.name},
            "homeOrganization": {"id": org.id, "name": org.name},
            "authorizedScope": sorted(actor.permissions),
            "OAuthClient": client,
        }

    @head("/api/v2/tokens/me")
    async def check_my_token(request: AnyRequest) -> None:
        await actor_of(request, core)

    @delete("/api/v2/tokens/me", status_code=200)
    async def revoke_my_token(request: AnyRequest) -> Response[None]:
        """Revoke the token; sockets opened with it close within a second."""
        await core.access.revoke(await actor_of(request, core))
        return Response(None, status_code=200)

    @get("/api/v2/organizations/me")
    async def get_my_organization(request: AnyRequest) -> api.OrganizationAnswer:
        actor = await actor_of(request, core)
        org = await core.access.organization(actor)
        return api.OrganizationAnswer(id=org.id, name=org.name)

    return [issue_token, get_my_token, check_my_token, revoke_my_token, get_my_organization]


def _token(grant: Grant) -> Response[Any]:
    body = api.TokenAnswer(str(grant.access_token), "bearer", grant.expires_in)
    return Response(
        msgspec.json.encode(body), media_type="application/json",
        headers={"Cache-Control": "no-store", "Pragma": "no-cache"},
    )  # fmt: skip


def _oauth_error(status: int, code: str, description: str) -> Response[Any]:
    """RFC 6749 section 5.2, and `description`, which the platform's own answer has."""
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="opencobrowse"'
    body = {"error": code, "error_description": description, "description": description}
    return Response(body, status_code=status, headers=headers, media_type="application/json")


def _basic(request: Request[Any, Any, Any]) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return ("", "")
    return unquote(user), unquote(password)
