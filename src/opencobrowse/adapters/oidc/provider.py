"""An OpenID provider: discovery, the authorization code flow with PKCE, id token and userinfo.

OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE, S256), RFC 9207 (who answered), RFC 9700.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import msgspec

from opencobrowse.adapters.oidc import tokens
from opencobrowse.adapters.oidc.fetch import Fetch, may_be_asked, parsed, shown
from opencobrowse.adapters.oidc.kept import Kept
from opencobrowse.adapters.oidc.tokens import Claims, Expected, Header, Jwk
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.secrets import Secret
from opencobrowse.ports.identity import Answer, AnswerRefused, Attempt, Person, ProviderDown


@dataclass(frozen=True, slots=True)
class Registration:
    """Who we are at the provider. `secret` None: a public client, which has PKCE alone."""

    issuer: str
    client_id: str
    secret: Secret | None
    scopes: str
    redirect_uri: str


class Metadata(msgspec.Struct, frozen=True):
    """What we need of `/.well-known/openid-configuration`."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class KeySet(msgspec.Struct, frozen=True):
    keys: tuple[dict[str, Any], ...]


class Tokens(msgspec.Struct):
    """The token endpoint's answer, good or bad."""

    access_token: str = ""
    token_type: str = ""
    id_token: str = ""
    error: str = ""
    error_description: str = ""


class OidcProvider:
    def __init__(self, registration: Registration, clock: Clock) -> None:
        self._us = registration
        self._clock = clock
        self._fetch = Fetch()
        self._metadata: Kept[Metadata] = Kept(self._discover, clock)
        self._keys: Kept[KeySet] = Kept(self._load_keys, clock)

    async def address(self, attempt: Attempt) -> str:
        async with _in_time():
            metadata = await self._metadata.get()
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        query = urlencode({
            "response_type": "code",
            "client_id": self._us.client_id,
            "redirect_uri": self._us.redirect_uri,
            "scope": self._us.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        })  # fmt: skip
        address = metadata.authorization_endpoint
        return f"{address}{'&' if '?' in address else '?'}{query}"

    async def person(self, attempt: Attempt, answer: Answer) -> Person:
        async with _in_time():
            metadata = await self._metadata.get()
            _check_issuer(metadata, answer)
            if answer.error or not answer.code:
                raise AnswerRefused(f"it said {answer.error!r}: {answer.error_description!r}")
            given = await self._exchange(metadata, attempt, answer.code)
            claims = await self._verified(given, attempt)
            return _person(self._us.issuer, claims, await self._more(metadata, given, claims))

    async def _discover(self) -> Metadata:
        url = f"{self._us.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = await self._fetch.document(url, Metadata)
        if found.issuer != self._us.issuer:
            raise ProviderDown(f"{url} is of issuer {found.issuer!r}, the setting says {self._us.issuer!r}")
        asked = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint]
        for address in filter(None, asked):
            if not may_be_asked(address, self._us.issuer):
                raise ProviderDown(f"{url} names {address!r}: not https")
        return found

    async def _load_keys(self) -> KeySet:
        return await self._fetch.document((await self._metadata.get()).jwks_uri, KeySet)

    async def _exchange(self, metadata: Metadata, attempt: Attempt, code: str) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._us.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        proof = self._proof(metadata)
        status, body = await self._fetch.ask(
            "POST",
            metadata.token_endpoint,
            data={**form, **proof.form},
            headers=proof.headers,
        )
        where = f"POST {metadata.token_endpoint}"
        given = parsed(body, Tokens, where)
        if status != 200 or given.error:
            raise AnswerRefused(f"{where}: {status} {given.error!r} {given.error_description!r}")
        if given.token_type.lower() != "bearer" or not given.id_token or not given.access_token:
            raise AnswerRefused(f"{where}: not an id token and a bearer token: {shown(body[:80])}")
        return given

    def _proof(self, metadata: Metadata) -> _Proof:
        """How we say who we are: by Basic, unless the provider takes the form alone."""
        if self._us.secret is None:
            return _Proof({"client_id": self._us.client_id}, {})
        secret = str.__str__(self._us.secret)
        methods = metadata.token_endpoint_auth_methods_supported
        if "client_secret_post" in methods and "client_secret_basic" not in methods:
            return _Proof({"client_id": self._us.client_id, "client_secret": secret}, {})
        # RFC 6749 section 2.3.1: both halves are form-encoded before Basic encodes them.
        pair = f"{quote_plus(self._us.client_id)}:{quote_plus(secret)}"
        return _Proof({}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"})

    async def _verified(self, given: Tokens, attempt: Attempt) -> Claims:
        head = tokens.header(given.id_token)
        expected = Expected(self._us.issuer, self._us.client_id, attempt.nonce, given.access_token)
        key = await self._key(head)
        return tokens.verified(given.id_token, head, key, expected, self._clock.now())

    async def _key(self, head: Header) -> Jwk:
        """The key that signed; a key that is not known may be a new one (the provider rotates them)."""
        known = await self._keys.get()
        found: Sequence[Jwk] = tokens.fitting(known.keys, head)
        if not found:
            found = tokens.fitting((await self._keys.newer(known)).keys, head)
        if len(found) != 1:
            raise AnswerRefused(f"{len(found)} keys fit the id token's {head.alg}, kid {head.kid!r}")
        return found[0]

    async def _more(self, metadata: Metadata, given: Tokens, claims: Claims) -> Claims:
        """Where the id token tells no verified address, what userinfo tells (Core section 5.3)."""
        if claims.email_verified is not None or metadata.userinfo_endpoint is None:
            return claims
        bearer = {"Authorization": f"Bearer {given.access_token}"}
        told = await self._fetch.document(metadata.userinfo_endpoint, Claims, headers=bearer)
        if told.sub != claims.sub:
            raise AnswerRefused("userinfo is of another person than the id token")
        return told


@dataclass(frozen=True, slots=True)
class _Proof:
    form: dict[str, str]
    headers: dict[str, str]


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """All steps together: a provider that sends a byte a second is as good as down."""
    try:
        async with asyncio.timeout(limits.PROVIDER_SECONDS):
            yield
    except TimeoutError as late:
        raise ProviderDown(f"no answer within {limits.PROVIDER_SECONDS:g} s") from late


def _check_issuer(metadata: Metadata, answer: Answer) -> None:
    """RFC 9207: an answer of another provider is not taken to this one (mix-up)."""
    missing = answer.issuer is None and metadata.authorization_response_iss_parameter_supported
    if missing or answer.issuer not in (None, metadata.issuer):
        raise AnswerRefused(f"the answer is of issuer {answer.issuer!r}, not {metadata.issuer!r}")


def _person(issuer: str, claims: Claims, told: Claims) -> Person:
    """`email_verified` is `true`; Amazon Cognito and Microsoft's claims mappings write it as a text."""
    verified = told.email_verified is True or told.email_verified == "true"
    return Person(issuer, claims.sub, told.email, verified, told.name or claims.name)
