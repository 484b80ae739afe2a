"""Who is calling: a bearer token, or the console's cookie."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request

from opencobrowse.kernel.errors import Forbidden
from opencobrowse.services.actor import Actor
from opencobrowse.services.core import Core

COOKIE: Final = "opencobrowse_session"
ORGANIZATION_HEADER: Final = "X-Genesys-Organization-ID"


async def actor_of(request: Request[Any, Any, Any], core: Core) -> Actor:
    """The request's actor. Raises 401, or 403 where it names an organisation that is not the token's."""
    actor = await core.access.authenticate(_bearer(request))
    named = request.headers.get(ORGANIZATION_HEADER)
    if named and named != actor.org_id:
        raise Forbidden(
            f"The token is not of organisation {named}.",
            code="not.authorized",
            cure=f"Leave {ORGANIZATION_HEADER} out, or send the token's organisation (GET /api/v2/organizations/me).",
        )
    return actor


def _bearer(request: Request[Any, Any, Any]) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    cookie = request.cookies.get(COOKIE)
    if cookie is not None:
        _check_same_site(request)
    return cookie


def _check_same_site(request: Request[Any, Any, Any]) -> None:
    """The cookie counts for our own pages only: SameSite=Strict, and no foreign page's fetch (B7)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("The console's cookie is not accepted from another site.", code="not.authorized")
