"""What lives between the steps of a sign-in: codes, refresh tokens, assertions that were used."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.kernel.ids import Millis


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A code of RFC 6749 section 4.1, stored by its digest, good once and for a minute.

    `challenge` is PKCE's (RFC 7636, S256). `issued` are the digests of the tokens that it gave: a code that
    comes a second time takes them back (RFC 9700 section 2.1).
    """

    id: str
    org_id: str
    client_id: str
    user_id: str
    redirect_uri: str
    challenge: str
    permissions: frozenset[str]
    expires_at: Millis
    used: bool = False
    issued: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token, stored by its digest, good once: using it gives the next of its `family`. One that
    comes a second time ends the whole family (RFC 9700 section 4.14). `access` is the digest of the access
    token that it came with, which ends with it."""

    id: str
    org_id: str
    client_id: str
    user_id: str
    family: str
    permissions: frozenset[str]
    expires_at: Millis
    used: bool = False
    access: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class UsedAssertion:
    """A JWT that bought a token and may not buy another: `id` is the digest of issuer and `jti`."""

    id: str
    expires_at: Millis
    version: int = 0
