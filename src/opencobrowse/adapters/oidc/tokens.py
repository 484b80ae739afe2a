"""Whether an id token is what it says: OpenID Connect Core 1.0 section 3.1.3.7, RFC 8725."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt
import msgspec
from jwt import PyJWK, PyJWS
from jwt.exceptions import PyJWTError

from opencobrowse.kernel.ids import MINUTE, Millis
from opencobrowse.kernel.secrets import same
from opencobrowse.ports.identity import AnswerRefused

Jwk = Mapping[str, Any]

ALGORITHMS: Final[Mapping[str, tuple[str, str | None]]] = {
    "RS256": ("RSA", None), "RS384": ("RSA", None), "RS512": ("RSA", None),
    "PS256": ("RSA", None), "PS384": ("RSA", None), "PS512": ("RSA", None),
    "ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"), "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}  # fmt: skip
"""What may have signed, with the key that it needs. All have a public and a private half: `none` and HS256,
whose key would be what everybody can read, are not among them."""

CLOCK_SKEW_MS: Final = MINUTE
MAX_AGE_MS: Final = 10 * MINUTE
_MAX_TEXT: Final = 255
"""A `sub` has at most 255 ASCII characters (Core section 2)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose token it has to be: `access_token` is the one that came with it."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str


class Claims(msgspec.Struct):
    """What we read of an id token, or of userinfo."""

    sub: str
    iss: str = ""
    aud: str | list[str] = ""
    azp: str | None = None
    exp: float = 0
    iat: float = 0
    nbf: float | None = None
    nonce: str = ""
    at_hash: str | None = None
    email: str | None = None
    email_verified: bool | str | None = None
    name: str | None = None


class Header(msgspec.Struct):
    """The unverified head of a token: it says which key to try, and is believed in nothing else."""

    alg: str = ""
    kid: str | None = None
    typ: str | None = None


def header(token: str) -> Header:
    """Raises `AnswerRefused` for what is no token, or is of no kind that an id token can be."""
    try:
        found = msgspec.convert(jwt.get_unverified_header(token), Header)
    except (PyJWTError, msgspec.ValidationError) as error:
        raise AnswerRefused(f"the id token has no readable head: {error}") from error
    if found.alg not in ALGORITHMS:
        raise AnswerRefused(f"the id token is signed with {found.alg!r}, which is not accepted")
    if found.typ is not None and found.typ.lower() not in ("jwt", "application/jwt"):
        raise AnswerRefused(f"the token is a {found.typ!r}, not an id token")
    return found


def fitting(keys: Sequence[Jwk], head: Header) -> list[Jwk]:
    """The provider's keys that can have signed: by kind, use and `kid`."""
    kind, curve = ALGORITHMS[head.alg]
    return [
        key
        for key in keys
        if key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", head.alg) == head.alg
        and (head.kid is None or key.get("kid") == head.kid)
    ]


def verified(token: str, head: Header, key: Jwk, expected: Expected, now: Millis) -> Claims:
    """The claims of a token that `key` signed and that is as `expected`. Raises `AnswerRefused`."""
    claims = _signed(token, head, key)
    seconds, skew = now / 1000, CLOCK_SKEW_MS / 1000
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    refused = {
        "it is of another issuer": claims.iss != expected.issuer,
        "it is not for us": expected.client_id not in audience,
        "it is for several and was not asked for by us": len(audience) > 1 and claims.azp is None,
        "it was asked for by another client": claims.azp not in (None, expected.client_id),
        "it has expired": claims.exp <= seconds - skew,
        "it is of the future": max(claims.iat, claims.nbf or 0) > seconds + skew,
        "it is too old": claims.iat < seconds - skew - MAX_AGE_MS / 1000,
        "it belongs to another attempt": not same(claims.nonce, expected.nonce),
        "its sub is empty or too long": not 0 < len(claims.sub) <= _MAX_TEXT,
        "it belongs to another access token": claims.at_hash is not None
        and not same(claims.at_hash, _half_hash(head.alg, expected.access_token)),
    }
    why = [text for text, is_so in refused.items() if is_so]
    if why:
        raise AnswerRefused(f"the id token is not accepted: {', '.join(why)}")
    return claims


def _signed(token: str, head: Header, key: Jwk) -> Claims:
    options: Any = {"enforce_minimum_key_length": True}
    try:
        payload = PyJWS().decode(token, PyJWK(dict(key), head.alg), [head.alg], options)
        return msgspec.json.decode(payload, type=Claims)
    except (PyJWTError, msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise AnswerRefused(f"the id token is not accepted: {type(error).__name__} {error}") from error


def _half_hash(algorithm: str, access_token: str) -> str:
    """Core section 3.1.3.6: the left half of the hash that the algorithm uses; Ed25519 uses SHA-512."""
    name = "sha512" if algorithm == "EdDSA" else f"sha{algorithm[-3:]}"
    hashed = hashlib.new(name, access_token.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
