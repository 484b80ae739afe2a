"""Organisations, OAuth clients, users and tokens: who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opencobrowse.kernel.ids import Millis


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: str
    created_at: Millis
    version: int = 0


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A program that may call the API. `secret_digest` is SHA-256 of a random secret, empty for a `public`
    one (an app on people's machines). `public_keys` are the JWKs, as JSON texts, that its assertions are
    verified with (RFC 7523); `redirect_uris` is where its people may come back to with a code."""

    id: str
    org_id: str
    name: str
    secret_digest: str
    permissions: frozenset[str]
    created_at: Millis
    public: bool = False
    public_keys: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions. Whoever holds it has them, from the moment it is changed."""

    id: str
    org_id: str
    name: str
    permissions: frozenset[str]
    created_at: Millis
    updated_at: Millis
    description: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in. `password_hash` is Argon2id, None for one who cannot sign in locally.

    `permissions` is all they may do: what was `granted` to them and what their roles hold. It is kept, so
    that every call can read it in one place; `services/people/grants.py` keeps it true. `others` are the
    platform's fields that have no meaning here (`department`, `title`), given back as they came.
    `identity` is who they are at the identity provider, `issuer|sub`, from their first single sign-on; no
    two people have the same. One who is `deleted` is not active and holds nothing; the record stays, and
    can be made active again.
    """

    id: str
    org_id: str
    email: str
    name: str
    permissions: frozenset[str]
    created_at: Millis
    password_hash: str | None = None
    active: bool = True
    granted: frozenset[str] = frozenset()
    role_ids: tuple[str, ...] = ()
    others: Mapping[str, Any] = field(default_factory=dict)
    identity: str | None = None
    deleted: bool = False
    version: int = 0

    @property
    def state(self) -> str:
        """The platform's: `active`, `inactive` or `deleted`."""
        return "deleted" if self.deleted else "active" if self.active else "inactive"


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
