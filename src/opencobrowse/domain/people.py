"""Organisations, OAuth clients, users and tokens: who may do what."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.kernel.ids import Millis


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: str
    created_at: Millis
    version: int = 0


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A program that may call the API. `secret_digest` is SHA-256 of a random secret."""

    id: str
    org_id: str
    name: str
    secret_digest: str
    permissions: frozenset[str]
    created_at: Millis
    version: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in. `password_hash` is Argon2id, None for one who cannot sign in locally."""

    id: str
    org_id: str
    email: str
    name: str
    permissions: frozenset[str]
    created_at: Millis
    password_hash: str | None = None
    active: bool = True
    version: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, stored by its digest. A client's token has no `user_id`."""

    id: str
    org_id: str
    client_id: str | None
    user_id: str | None
    permissions: frozenset[str]
    expires_at: Millis
    version: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first answer to an `Idempotency-Key` (I7): same key and body get it again for 48 h."""

    id: str
    org_id: str
    body_digest: str
    status: int
    answer: bytes
    expires_at: Millis
    version: int = 0
