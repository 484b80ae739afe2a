"""`/oauth/token` and `/oauth/revoke` as RFC 6749 and 7009 have them: what comes in, and the two kinds of
answer. The rules are in `services/signin/tokens.py`."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from litestar import Response
from msgspec import UNSET

from opencobrowse.http.auth import address_of
from opencobrowse.http.framework import Nothing
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Invalid, TooMany
from opencobrowse.services.permissions import known_names
from opencobrowse.services.signin.access import Grant
from opencobrowse.services.signin.keys import ALGORITHMS
from opencobrowse.services.signin.programs import Credentials
from opencobrowse.services.signin.tokens import Tokens
from opencobrowse.wire.people import AuthorizationServer, OAuthError, TokenAnswer

ASSERTION_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SUPPORTED: Final = ("client_credentials", "authorization_code", "refresh_token", ASSERTION_GRANT)
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_HOW: Final = (
    "send application/x-www-form-urlencoded: grant_type=client_credentials, with the client's id and secret "
    "by HTTP Basic or as client_id and client_secret"
)


@dataclass
class Refused(Exception):  # noqa: N818
    """An error of RFC 6749 section 5.2. `by_basic`: the credentials came in the Authorization header."""

    error: str
    description: str
    by_basic: bool = False


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A form and the client that sent it; no `credentials` where it named none."""

    form: dict[str, str]
    credentials: Credentials | None
    by_basic: bool

    @property
    def scope(self) -> str | None:
        return self.form.get("scope")

    def need(self, name: str) -> str:
        """A parameter that has to be there. Raises `Refused`."""
        if name not in self.form:
            raise Refused("invalid_request", f"{name} is missing", self.by_basic)
        return self.form[name]

    def client(self) -> Credentials:
        if self.credentials is None:
            raise Refused("invalid_client", f"no client is named: {_HOW}")
        return self.credentials


async def answered(
    request: AnyRequest, work: Callable[[TokenRequest], Awaitable[Grant | None]], needs_grant: bool = True
) -> Response[Any]:
    """Read the form, do `work`, and answer as RFC 6749 does, whatever comes of it. Who wants no grant
    (`needs_grant`) and is no client hears 401, however it named itself: section 5.2 allows both."""
    by_basic = not needs_grant
    try:
        wish = await _read(request, needs_grant)
        by_basic |= wish.by_basic
        done = await work(wish)
    except Refused as error:
        return refused(replace(error, by_basic=by_basic or error.by_basic))
    except TooMany as many:
        return refused(Refused("slow_down", many.message), 429, many.retry_after)
    except Invalid as fault:
        return refused(Refused(fault.code, fault.message, by_basic))
    return _granted(done) if done is not None else Nothing(200)


async def grant(tokens: Tokens, wish: TokenRequest) -> Grant:
    """The token that was asked for. Raises `Refused`, `Invalid`, `TooMany`."""
    match wish.form["grant_type"]:
        case "authorization_code":
            code, redirect_uri = wish.need("code"), wish.need("redirect_uri")
            return await tokens.for_code(
                wish.client(), code, redirect_uri, wish.form.get("code_verifier", "")
            )
        case "refresh_token":
            return await tokens.for_refresh(wish.client(), wish.need("refresh_token"), wish.scope)
        case kind if kind == ASSERTION_GRANT:
            return await tokens.for_assertion(wish.need("assertion"), wish.scope, wish.credentials)
    return await tokens.for_client(wish.client(), wish.scope)


async def revoke(tokens: Tokens, wish: TokenRequest) -> None:
    """RFC 7009 section 2.1. `token_type_hint` is a hint: both kinds are looked for."""
    await tokens.revoke(wish.client(), wish.need("token"))


def metadata(public_url: str) -> AuthorizationServer:
    """RFC 8414 section 2, RFC 9207 section 3."""
    ways = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
    return AuthorizationServer(
        issuer=public_url,
        authorization_endpoint=f"{public_url}/oauth/authorize",
        token_endpoint=f"{public_url}/oauth/token",
        revocation_endpoint=f"{public_url}/oauth/revoke",
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=list(SUPPORTED),
        token_endpoint_auth_methods_supported=ways,
        token_endpoint_auth_signing_alg_values_supported=list(ALGORITHMS),
        revocation_endpoint_auth_methods_supported=ways,
        revocation_endpoint_auth_signing_alg_values_supported=list(ALGORITHMS),
        code_challenge_methods_supported=["S256"],
        scopes_supported=known_names(),
        authorization_response_iss_parameter_supported=True,
        service_documentation=f"{public_url}/docs",
    )


async def _read(request: AnyRequest, needs_grant: bool) -> TokenRequest:
    form = _form(request, await request.body())
    kind = form.get("grant_type")
    if needs_grant and not kind:
        raise Refused("invalid_request", f"grant_type is missing: {_HOW}")
    if needs_grant and kind not in SUPPORTED:
        raise Refused(
            "unsupported_grant_type",
            f"grant_type {kind!r} is not supported; supported: {', '.join(SUPPORTED)}",
        )
    basic = _basic(request)
    credentials = _credentials(request, form, basic)
    # Section 5.2: who tried with the Authorization header, in whatever scheme, is told which one is right.
    tried = basic is not None or (credentials is None and "Authorization" in request.headers)
    return TokenRequest(form, credentials, tried)


def _granted(grant: Grant) -> Response[Any]:
    body = TokenAnswer(
        str(grant.access_token),
        "bearer",
        grant.expires_in,
        str(grant.refresh_token) if grant.refresh_token else UNSET,
        UNSET if grant.scope is None else grant.scope,
    )
    return Response(msgspec.json.encode(body), media_type="application/json", headers=_NO_STORE)


def refused(error: Refused, status: int | None = None, retry_after: int | None = None) -> Response[Any]:
    """Wrong credentials by Basic are a 401 that says how; all others a 400."""
    unauthorised = error.error == "invalid_client" and error.by_basic
    headers = dict(_NO_STORE)
    if unauthorised:
        headers["WWW-Authenticate"] = 'Basic realm="opencobrowse"'
    if retry_after:
        headers["Retry-After"] = headers["inin-ratelimit-reset"] = str(retry_after)
        headers["inin-ratelimit-allowed"] = str(limits.CLIENT_FAILURES_PER_MINUTE)
        headers["inin-ratelimit-count"] = str(limits.CLIENT_FAILURES_PER_MINUTE)
    body = OAuthError(error.error, error.description, error.description)
    return Response(
        msgspec.json.encode(body),
        status_code=status or (401 if unauthorised else 400),
        headers=headers,
        media_type="application/json",
    )


def _form(request: AnyRequest, raw: bytes) -> dict[str, str]:
    kind = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind == "application/json" or (not kind and raw.lstrip()[:1] == b"{"):
        raise Refused("invalid_request", f"the body is JSON, RFC 6749 wants a form: {_HOW}")
    if kind and kind != "application/x-www-form-urlencoded":
        raise Refused("invalid_request", f"the body is {kind}: {_HOW}")
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Refused("invalid_request", f"the body is not a form: {_HOW}") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused("invalid_request", "a parameter is given twice")
    return {name: value for name, value in form.items() if value}


def _credentials(
    request: AnyRequest, form: dict[str, str], basic: tuple[str, str] | None
) -> Credentials | None:
    address = address_of(request)
    in_form = form.get("client_id", ""), form.get("client_secret", "")
    assertion = _client_assertion(form)
    if assertion is not None:
        if basic is not None or in_form[1]:
            raise Refused("invalid_request", "the client shows a secret and a client_assertion: send one")
        return Credentials(in_form[0], (), address, assertion)
    if basic is None:
        return Credentials(in_form[0], (in_form[1],), address) if in_form[0] else None
    # RFC 6749 encodes both halves before Basic does; most programs do not. Both readings count.
    client_id, secret = basic
    both_ways = (secret, unquote_plus(secret))
    if any(in_form) and (
        in_form[0] not in ("", client_id, unquote_plus(client_id)) or in_form[1] not in ("", *both_ways)
    ):
        raise Refused("invalid_request", "the client is named twice, by Basic and in the form: send one")
    named = client_id if "%" not in client_id else unquote_plus(client_id)
    return Credentials(named, both_ways, address)


def _client_assertion(form: dict[str, str]) -> str | None:
    """RFC 7523 section 2.2."""
    if "client_assertion" not in form and "client_assertion_type" not in form:
        return None
    if form.get("client_assertion_type") != CLIENT_ASSERTION or "client_assertion" not in form:
        raise Refused("invalid_client", f"client_assertion needs client_assertion_type={CLIENT_ASSERTION}")
    return form["client_assertion"]


def _basic(request: AnyRequest) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except ValueError:
        user, colon, secret = "", "", ""
    if not colon:
        raise Refused("invalid_client", "the Basic credentials are not base64 of id:secret", by_basic=True)
    return user, secret
