"""`POST /oauth/token` as RFC 6749 has it: what comes in, and its two kinds of answer."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from litestar import Response

from opencobrowse.http.auth import address_of
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel import limits
from opencobrowse.services.access import Credentials, Grant
from opencobrowse.wire.people import OAuthError, TokenAnswer

SUPPORTED: Final = ("client_credentials",)
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
    credentials: Credentials
    scope: str | None
    by_basic: bool


async def read(request: AnyRequest) -> TokenRequest:
    """The request for a client's token. Raises `Refused`."""
    form = _form(request, await request.body())
    kind = form.get("grant_type")
    if not kind:
        raise Refused("invalid_request", f"grant_type is missing: {_HOW}")
    if kind not in SUPPORTED:
        raise Refused(
            "unsupported_grant_type",
            f"grant_type {kind!r} is not supported; supported: {', '.join(SUPPORTED)}",
        )
    basic = _basic(request)
    return TokenRequest(_credentials(request, form, basic), form.get("scope"), basic is not None)


def granted(grant: Grant) -> Response[Any]:
    body = TokenAnswer(str(grant.access_token), "bearer", grant.expires_in)
    return Response(msgspec.json.encode(body), media_type="application/json", headers=_NO_STORE)


def refused(error: Refused, status: int | None = None, retry_after: int | None = None) -> Response[Any]:
    """Wrong credentials by Basic are a 401 that says so; all others a 400."""
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


def _credentials(request: AnyRequest, form: dict[str, str], basic: tuple[str, str] | None) -> Credentials:
    address = address_of(request)
    in_form = form.get("client_id", ""), form.get("client_secret", "")
    if basic is None:
        if not in_form[0]:
            raise Refused("invalid_client", f"no client is named: {_HOW}")
        return Credentials(in_form[0], (in_form[1],), address)
    # RFC 6749 encodes both halves before Basic does; most programs do not. Both readings count.
    client_id, secret = basic
    both_ways = (secret, unquote_plus(secret))
    if any(in_form) and (
        in_form[0] not in ("", client_id, unquote_plus(client_id)) or in_form[1] not in ("", *both_ways)
    ):
        raise Refused("invalid_request", "the client is named twice, by Basic and in the form: send one")
    named = client_id if "%" not in client_id else unquote_plus(client_id)
    return Credentials(named, both_ways, address)


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
