"""Single sign-on in the browser: to the identity provider, and back.

The console's cookie is SameSite=Strict: a browser that comes from the provider does not send it with that
navigation. So the way back ends on a page of ours that goes on by itself; what that asks for is our own.
"""

from __future__ import annotations

import html
import logging
from typing import Any, Final
from urllib.parse import urlencode

from litestar import MediaType, Response, get
from litestar.datastructures import Cookie
from litestar.openapi.datastructures import ResponseSpec

from opencobrowse.http.auth import address_of, cookie_name, cookies_of, signed_in
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Fault, NotFound
from opencobrowse.ports.identity import Answer
from opencobrowse.services.core import Core
from opencobrowse.services.signin.attempts import HOME, own_path
from opencobrowse.services.signin.single_sign_on import CALLBACK, START
from opencobrowse.wire import api, signin

log = logging.getLogger("opencobrowse.single_sign_on")

COOKIE: Final = "opencobrowse_attempts"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}
_ELSEWHERE: Final = {
    303: ResponseSpec(None, description="On to another page.", generate_examples=False),
    404: ResponseSpec(api.ErrorBody, description="There is no provider.", generate_examples=False),
}


def handlers(core: Core) -> list[Any]:
    public_url = core.links.public_url

    @get("/api/v2/opencobrowse/signin")
    async def sign_in_ways(request: AnyRequest) -> signin.SignInWays:
        """How a person can sign in to the console: with a password, at an identity provider."""
        name = core.single_sign_on.name
        button = signin.SingleSignOn(name=name, url=f"{public_url}{START}") if name else None
        return signin.SignInWays(password=core.access.password_sign_in, single_sign_on=button)

    @get(START, status_code=303, responses=_ELSEWHERE)
    async def start_single_sign_on(request: AnyRequest) -> Response[None]:
        """Send the browser to the identity provider. `next` is a path of this server to come back to."""
        wanted = own_path(request.query_params.get("next", HOME))
        try:
            departure = await core.single_sign_on.begin(
                _cookie_of(request, core), wanted, address_of(request)
            )
        except NotFound:
            raise
        except Fault as fault:
            return _landing(request, fault, public_url, wanted)
        return _elsewhere(departure.address, _attempts(departure.cookie, public_url))

    @get(CALLBACK, media_type=MediaType.HTML, responses=_ELSEWHERE)
    async def finish_single_sign_on(request: AnyRequest) -> Response[str]:
        """Where the identity provider sends the browser back to, with a code or an error."""
        answer = _answer(request)
        trip, rest = core.single_sign_on.returning(_cookie_of(request, core), answer.state)
        kept = _attempts(rest, public_url)
        try:
            grant = await core.single_sign_on.finish(trip, answer, address_of(request))
        except NotFound:
            raise
        except Fault as fault:
            return _landing(request, fault, public_url, trip.next if trip else HOME, kept)
        page = _onward(f"{public_url}{trip.next if trip else HOME}")
        return Response(page, headers=_HEADERS, cookies=[signed_in(grant, public_url), kept])

    return [sign_in_ways, start_single_sign_on, finish_single_sign_on]


def _answer(request: AnyRequest) -> Answer:
    """What came back. A parameter that is there twice makes the whole of no use (RFC 6749 section 3.1)."""
    query = request.query_params
    if any(len(query.getall(name)) > 1 for name in query):
        return Answer()
    return Answer(
        state=query.get("state", ""),
        code=query.get("code", ""),
        error=query.get("error", ""),
        error_description=query.get("error_description", ""),
        issuer=query.get("iss"),
    )


def _landing(
    request: AnyRequest, fault: Fault, public_url: str, path: str, *cookies: Cookie
) -> Response[Any]:
    """To the sign-in page, which has a sentence for the code. What the provider said is in the log alone,
    under the reference that the person is shown."""
    reference = str(request.scope.get("context_id", ""))
    cause = f" ({fault.__cause__})" if fault.__cause__ else ""
    log.warning("no single sign-on, reference %s: %s%s", reference, fault, cause)
    page, _, query = (path if path.startswith(HOME) else HOME).partition("?")
    said = urlencode({"sign_in_problem": fault.code, "sign_in_reference": reference})
    return _elsewhere(f"{public_url}{page}?{f'{query}&' if query else ''}{said}", *cookies)


def _elsewhere(address: str, *cookies: Cookie) -> Response[Any]:
    headers = {**_HEADERS, "Location": address}
    return Response(b"", status_code=303, media_type=MediaType.TEXT, headers=headers, cookies=cookies)


def _onward(address: str) -> str:
    shown = html.escape(address)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signed in · opencobrowse</title>'
        f'<meta http-equiv="refresh" content="0;url={shown}"></head>'
        f'<body><p>You are signed in. <a href="{shown}">Continue</a></p></body></html>'
    )


def _cookie_of(request: AnyRequest, core: Core) -> str:
    return cookies_of(request.headers).get(cookie_name(core.links.public_url, COOKIE), "")


def _attempts(value: str, public_url: str) -> Cookie:
    """SameSite=Lax: it has to come along from the provider's page, and does so for a page that is opened."""
    return Cookie(
        cookie_name(public_url, COOKIE), value=value, path="/", httponly=True,
        max_age=limits.SINGLE_SIGN_ON_MS // 1000 if value else 0,
        secure=public_url.startswith("https"), samesite="lax",
    )  # fmt: skip
