"""OAuth 2: tokens for programs and people, the consent of a person, revocation, and what is supported."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import MediaType, Response, get, post

from opencobrowse.http import consent, oauth
from opencobrowse.http.auth import person_at_console
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import Fault
from opencobrowse.services.core import Core
from opencobrowse.services.signin.consents import NotSentBack, SentBack
from opencobrowse.wire import people

_CAME_BACK = "signed_in"
"""The console adds it when somebody is signed in there: who is still nobody here is not sent round again."""


def handlers(core: Core) -> list[Any]:
    return [*_for_programs(core), _authorize(core), _decide(core)]


def _for_programs(core: Core) -> list[Any]:
    @post("/oauth/token", status_code=200, media_type=MediaType.JSON)
    async def issue_token(request: AnyRequest) -> Response[people.TokenAnswer]:
        """A token: for a client's secret, a JWT that it signed, a person's code, or a refresh token."""
        return await oauth.answered(request, lambda wish: oauth.grant(core.tokens, wish))

    @post("/oauth/revoke", status_code=200, media_type=MediaType.JSON)
    async def revoke_token(request: AnyRequest) -> Response[None]:
        """RFC 7009: end a token of the calling client, and all that came of the same consent."""
        return await oauth.answered(request, lambda wish: oauth.revoke(core.tokens, wish), needs_grant=False)

    @get("/.well-known/oauth-authorization-server")
    async def describe_authorization_server(request: AnyRequest) -> people.AuthorizationServer:
        """RFC 8414: where everything is, and what is supported."""
        return oauth.metadata(core.links.public_url)

    return [issue_token, revoke_token, describe_authorization_server]


def _authorize(core: Core) -> Any:
    public_url = core.links.public_url

    @get("/oauth/authorize", status_code=200, media_type=MediaType.HTML)
    async def authorize(request: AnyRequest) -> Response[str]:
        """RFC 6749 section 4.1 with PKCE: ask the person in front of the browser whether a program may act as
        them. Who is not signed in does that first, at the console."""
        given = _pairs(request.scope["query_string"].decode("latin-1"))
        text = urlencode([pair for pair in given if pair[0] != _CAME_BACK])
        try:
            wanted = await core.consents.read(given, text)
            actor = await person_at_console(request.headers, core)
            if actor is not None:
                return consent.question(await core.consents.ask(actor, wanted), public_url)
        except SentBack as back:
            return _redirect(back.location)
        except NotSentBack as stop:
            return consent.problem(stop.why, stop.status, public_url)
        except Fault as fault:
            return consent.problem(fault.message, fault.status, public_url)
        sign_in = f"/console/authorize?{text}"
        if any(name == _CAME_BACK for name, _ in given):
            message = "Your browser does not send us the cookie of your sign-in. Allow cookies of this site."
            return consent.problem(message, 400, public_url, (sign_in, "Try again"))
        return _redirect(sign_in)

    return authorize


def _decide(core: Core) -> Any:
    public_url = core.links.public_url

    @post("/oauth/authorize", status_code=303, media_type=MediaType.HTML)
    async def decide(request: AnyRequest) -> Response[str]:
        """The person's answer, from the page that asked them: back to the program, with a code or without."""
        form = dict(_pairs((await request.body()).decode("latin-1")))
        text, proof = form.get("request", ""), form.get("proof", "")
        try:
            wanted = await core.consents.read(_pairs(text), text)
            actor = await person_at_console(request.headers, core)
            if actor is None:
                again = (f"/console/authorize?{text}", "Sign in and be asked again")
                return consent.problem(
                    "You are not signed in, or not by our own page.", 403, public_url, again
                )
            if form.get("answer") == "allow":
                return _redirect((await core.consents.allow(actor, wanted, proof)).location)
            return _redirect(core.consents.deny(actor, wanted, proof).location)
        except SentBack as back:
            return _redirect(back.location)
        except NotSentBack as stop:  # our own page asks for no program that is not here
            return consent.problem(stop.why, 403, public_url)
        except Fault as fault:
            return consent.problem(fault.message, fault.status, public_url)

    return decide


def _pairs(text: str) -> list[tuple[str, str]]:
    """A query or a form. One that is none has no parameters: what is missing is then said."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return []


def _redirect(location: str) -> Response[Any]:
    """303: the browser goes on with GET, and takes no form along (RFC 9700 section 4.12)."""
    headers = {"Location": location, "Cache-Control": "no-store"}
    return Response(b"", status_code=303, media_type=MediaType.HTML, headers=headers)
