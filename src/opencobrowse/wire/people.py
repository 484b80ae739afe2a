"""People, programs and their organisation: the platform's models, with ours marked."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from opencobrowse.wire.api import Answer, Body


class TokenAnswer(msgspec.Struct):
    """RFC 6749 section 5.1: snake_case. `expires_in` is in seconds. `refresh_token` comes with a person's
    code, `scope` where it may be another than was asked for."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str | UnsetType = UNSET
    scope: str | UnsetType = UNSET


class AuthorizationServer(msgspec.Struct):
    """RFC 8414 section 2: snake_case."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    code_challenge_methods_supported: list[str]
    scopes_supported: list[str]
    authorization_response_iss_parameter_supported: bool
    service_documentation: str


class OAuthError(msgspec.Struct):
    """RFC 6749 section 5.2, and `description`, which the platform's own answer has."""

    error: str
    error_description: str
    description: str


class Named(Answer):
    id: str
    name: str


class TokenInfo(Answer):
    """The platform's `TokenInfo`: whose token it is and what it may do. `userId` is ours."""

    organization: Named
    home_organization: Named
    authorized_scope: list[str]
    oauth_client: Named | None = msgspec.field(name="OAuthClient", default=None)
    user_id: str | None = None


class Organization(Answer, omit_defaults=False):
    """The platform's `Organization`."""

    id: str
    name: str
    default_language: str = "en-US"
    state: Literal["active"] = "active"
    version: int = 1
    features: dict[str, bool] = msgspec.field(default_factory=dict)
    self_uri: str = "/api/v2/organizations/me"


class Division(Answer, omit_defaults=False):
    """The platform's `Division`. There is one: the organisation."""

    id: str
    name: str
    self_uri: str


class User(Answer, omit_defaults=False):
    """The platform's `User`, and ours: `permissions`. `username` is the sign-in name, the e-mail address."""

    id: str
    name: str
    email: str
    username: str
    state: Literal["active", "inactive"]
    division: Division
    version: int
    self_uri: str
    permissions: list[str]
    acd_auto_answer: bool = False


class UserListing(Answer):
    """The platform's `UserEntityListing`."""

    entities: list[User]
    page_size: int
    page_number: int
    total: int
    page_count: int
    self_uri: str
    first_uri: str
    last_uri: str
    next_uri: str | None = None
    previous_uri: str | None = None


class NewUser(Body):
    """The platform's `CreateUser`, and ours: `agent` (true: holds `cobrowse:agent` and may read what it
    needs; left out: may do nothing yet) or `permissions`, which says it exactly. Without a password nobody
    signs in.
    """

    email: str
    name: str | None = None
    password: str | None = None
    agent: bool = False
    permissions: list[str] | None = None
    state: Literal["active"] | None = None
    division_id: str | None = None


class UserPatch(Body):
    """The platform's `UpdateUser`: what is left out stays. A `version` that is not the user's is a 409.
    `inactive` signs the user out everywhere at once."""

    name: str | None = None
    state: Literal["active", "inactive"] | None = None
    version: int | None = None
    id: Any = UNSET
    self_uri: Any = UNSET


class PermissionChange(Body):
    """Ours: permissions to give and to take, by any of their names."""

    add: list[str] | None = None
    remove: list[str] | None = None
