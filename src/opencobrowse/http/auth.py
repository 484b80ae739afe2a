"""Who is calling: a bearer token, or the console's cookie."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request
from litestar.datastructures import Cookie, Headers

from opencobrowse.kernel.errors import Forbidden, Unauthenticated
from opencobrowse.kernel.ids import canonical
from opencobrowse.services.actor import Actor
from opencobrowse.services.core import Core
from opencobrowse.services.signin.access import Grant
from opencobrowse.services.web.domains import is_loopback

COOKIE: Final = "opencobrowse_session"
ORGANIZATION_HEADER: Final = "X-Genesys-Organization-ID"


async def actor_of(request: Request[Any, Any, Any], core: Core) -> Actor:
    """The request's actor. Raises 401, or 403 where it names an organisation that is not the token's."""
    actor = await actor_behind(request.headers, core)
    named = request.headers.get(ORGANIZATION_HEADER, "").strip()
    if named and canonical(named) != actor.org_id:
        raise Forbidden(
            f"The token is not of organisation {named}.",
            code="not.authorized",
            cure=f"Leave {ORGANIZATION_HEADER} out, or send the token's organisation "
            "(GET /api/v2/organizations/me).",
        )
    return actor


async def actor_behind(headers: Headers, core: Core) -> Actor:
    """The actor of a request's headers, whatever organisation they name. Raises 401."""
    return await core.access.authenticate(_bearer(headers, core.links.public_url))


async def person_at_console(headers: Headers, core: Core) -> Actor | None:
    """Who is signed in to the console in this browser: by its cookie, from our own pages; else None. A token
    that a program was given is nobody here, whatever it is sent as."""
    cookie = cookies_of(headers).get(cookie_name(core.links.public_url))
    try:
        _check_same_site(headers, core.links.public_url)
        actor = await core.access.authenticate(cookie)
    except (Forbidden, Unauthenticated):
        return None
    return actor if actor.user_id is not None and actor.client_id is None else None


def address_of(request: Request[Any, Any, Any]) -> str:
    """Where the caller is: whose budget a guess uses."""
    return request.client.host if request.client else ""


def cookie_name(public_url: str, name: str = COOKIE) -> str:
    """Under https the `__Host-` name: no neighbouring host can plant one (B7). Plain http cannot have it."""
    return f"__Host-{name}" if public_url.startswith("https") else name


def signed_in(grant: Grant, public_url: str) -> Cookie:
    """The console's cookie: scripts cannot read it, other sites cannot send it."""
    return _cookie(str(grant.access_token), grant.expires_in, public_url)


def signed_out(public_url: str) -> Cookie:
    return _cookie("", 0, public_url)


def own_origin(origin: str, public_url: str) -> bool:
    """Whether a page of `origin` is ours. Loopback counts as ours where we run on loopback."""
    return origin == public_url or (is_loopback(origin) and is_loopback(public_url))


def _cookie(value: str, max_age: int, public_url: str) -> Cookie:
    return Cookie(
        cookie_name(public_url), value=value, max_age=max_age, path="/", httponly=True,
        secure=public_url.startswith("https"), samesite="strict",
    )  # fmt: skip


def _bearer(headers: Headers, public_url: str) -> str | None:
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    cookie = cookies_of(headers).get(cookie_name(public_url))
    if cookie:
        _check_same_site(headers, public_url)
    return cookie


def cookies_of(headers: Headers) -> dict[str, str]:
    """By name; the first of a name counts."""
    pairs = [part.partition("=") for text in headers.getall("Cookie", []) for part in text.split(";")]
    return {name.strip(): value.strip().strip('"') for name, _, value in reversed(pairs)}


def _check_same_site(headers: Headers, public_url: str) -> None:
    """The cookie counts for our own pages only: SameSite=Strict, no foreign page's fetch, no foreign Origin
    from a browser that does not tell its site (B7)."""
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    foreign = site is not None and site not in ("same-origin", "none")
    if foreign or (origin is not None and not own_origin(origin, public_url)):
        raise Forbidden(
            "The console's cookie is not accepted from another site.",
            code="not.authorized",
            cure="Call the API with a bearer token: POST /oauth/token.",
        )
