"""JWTs that programs sign: as a grant (RFC 7523 section 2.1) and in place of a secret (section 2.2)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from opencobrowse.domain.oauth import UsedAssertion
from opencobrowse.domain.people import OAuthClient
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Invalid
from opencobrowse.kernel.ids import SECOND, Millis
from opencobrowse.kernel.secrets import digest
from opencobrowse.ports.store import Store
from opencobrowse.services.signin.clients import find_client
from opencobrowse.services.signin.keys import ALGORITHMS, PublicKey, load

S = TypeVar("S", bound=msgspec.Struct)

# Another kind of JWT that the same key signs (an id token, a DPoP proof) buys nothing here (RFC 8725, 3.11).
_TYPES: Final = frozenset({"jwt", "application/jwt", "client-authentication+jwt", "authorization-grant+jwt"})
_NEEDED: Final = ("iss", "sub", "aud", "exp", "jti")


class _Header(msgspec.Struct):
    alg: str = ""
    kid: str | None = None
    typ: str | None = None
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Claims(msgspec.Struct):
    """RFC 7519 section 4.1. Times are in seconds."""

    iss: str | None = None
    sub: str | None = None
    aud: str | list[str] | None = None
    exp: float | None = None
    jti: str | None = None
    nbf: float | None = None
    iat: float | None = None


@dataclass(frozen=True, slots=True)
class Assertion:
    """A JWT that was believed: `client` signed it, about `subject`. `used` has to be stored together with
    what it buys, so that it buys that once."""

    client: OAuthClient
    subject: str
    used: UsedAssertion


class Assertions:
    """`origin` is the server's: alone or with `/oauth/token`, it is whom an assertion must be meant for."""

    def __init__(self, store: Store, clock: Clock, origin: str) -> None:
        self._store = store
        self._clock = clock
        self._audiences = (f"{origin}/oauth/token", origin, f"{origin}/")

    async def read(self, text: str) -> Assertion:
        """What `text` says, if it may be believed. Raises `Invalid` `invalid_grant`, which says why not."""
        head, body, signature = _parts(text)
        header, claims = _decoded(head, _Header, "header"), _decoded(body, _Claims, "claims")
        if not claims.iss:
            raise refused("the claim iss is missing: it is the id of the client that signs")
        client = await find_client(self._store, claims.iss)
        if client is None or not client.public_keys:
            raise refused(f"iss {claims.iss!r} is no client with a public key here")
        _check_header(header)
        keys = _named(client, header)
        signed = f"{head}.{body}".encode()
        if not any(key.verifies(header.alg, signed, _bytes(signature)) for key in keys):
            raise refused(_why_no_key(header, keys))
        return self._judged(client, claims)

    def _judged(self, client: OAuthClient, claims: _Claims) -> Assertion:
        missing = [name for name in _NEEDED if not getattr(claims, name)]
        if missing:
            raise refused(f"the claim {missing[0]} is missing: {', '.join(_NEEDED)} are needed")
        meant = [claims.aud] if isinstance(claims.aud, str) else claims.aud or []
        if not set(meant) & set(self._audiences):
            raise refused(f"aud is {claims.aud!r}, and has to be {self._audiences[0]!r}")
        expires_at = self._check_times(claims)
        used = UsedAssertion(digest(f"{client.id}\0{claims.jti}"), expires_at)
        return Assertion(client, claims.sub or "", used)

    def _check_times(self, claims: _Claims) -> Millis:
        """When it expires. No tolerance there, so that what is remembered as used covers all of its life."""
        now, skew = self._clock.now(), limits.ASSERTION_SKEW_MS
        expires_at = (claims.exp or 0) * SECOND
        if expires_at <= now:
            raise refused("it has expired (exp)")
        if expires_at > now + limits.ASSERTION_MS + skew:
            raise refused("exp is more than an hour away")
        for name, moment in (("iat", claims.iat), ("nbf", claims.nbf)):
            if moment is not None and moment * SECOND > now + skew:
                raise refused(f"{name} is in the future: check the clock of the machine that signs")
        return int(expires_at) + 1


def refused(why: str) -> Invalid:
    return Invalid(f"the assertion is refused: {why}", code="invalid_grant")


def _parts(text: str) -> Sequence[str]:
    if len(text) > limits.ASSERTION_CHARS:
        raise refused(f"it is over {limits.ASSERTION_CHARS} characters")
    parts = text.split(".")
    if len(parts) != 3:
        raise refused("it is no signed JWT, which has three parts with dots between them")
    return parts


def _bytes(part: str) -> bytes:
    """Base64url in its one spelling: no bit of it can be flipped unseen (RFC 4648 section 3.5)."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise refused("a part of it is no base64url") from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != part:
        raise refused("a part of it is no base64url")
    return raw


def _decoded(part: str, kind: type[S], name: str) -> S:
    try:
        return msgspec.json.decode(_bytes(part), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refused(f"its {name} cannot be read ({str(error)[:200]})") from None


def _check_header(header: _Header) -> None:
    if header.alg not in ALGORITHMS:
        raise refused(f"alg is {header.alg[:20]!r}: one of {', '.join(ALGORITHMS)} is needed")
    if header.crit is not msgspec.UNSET:
        raise refused("it has extensions (crit) that are not known here")
    if header.typ is not None and header.typ.lower() not in _TYPES:
        raise refused(f"typ is {header.typ[:40]!r}, and has to be 'JWT'")


def _named(client: OAuthClient, header: _Header) -> list[PublicKey]:
    keys = [load(text) for text in client.public_keys]
    found = [key for key in keys if header.kid in (None, key.kid)]
    if not found:
        known = ", ".join(key.kid for key in keys)
        raise refused(f"the client has no key {(header.kid or '')[:80]!r} (kid): its keys are {known}")
    return found


def _why_no_key(header: _Header, keys: Sequence[PublicKey]) -> str:
    able = sorted({name for key in keys for name in key.algorithms})
    if header.alg not in able:
        return f"alg is {header.alg!r}; the client's key verifies {' or '.join(able)}"
    return "the signature is not one of the client's key"
