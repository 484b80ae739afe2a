"""People, programs and their organisation: the platform's models, with ours marked."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from opencobrowse.wire.api import Answer, Body, Numbered, Text
from opencobrowse.wire.described import Email, Password, PermissionName, also
from opencobrowse.wire.roles import UserAuthorization


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


UserState = Literal["active", "inactive", "deleted"]


class Contact(Answer):
    """The platform's `Contact`."""

    address: str | None = None
    display: str | None = None
    media_type: str | None = None
    type: str | None = None
    extension: str | None = None
    country_code: str | None = None
    integration: str | None = None


class User(Answer, omit_defaults=False):
    """The platform's `User`, and ours: `permissions`. `username` is the sign-in name, the e-mail address.
    Other fields of the platform's (`department`, `title`, …) are given back as they were sent;
    `authorization` comes with `expand=authorization`."""

    id: str
    name: str
    email: str
    username: str
    state: UserState
    division: Division
    version: int
    self_uri: str
    permissions: list[str]
    primary_contact_info: list[Contact]
    acd_auto_answer: bool = False
    authorization: UserAuthorization | UnsetType = UNSET
    department: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    preferred_name: str | UnsetType = UNSET
    manager: Any = UNSET
    addresses: list[Contact] | UnsetType = UNSET
    chat: Any = UNSET
    images: Any = UNSET
    profile_skills: list[str] | UnsetType = UNSET
    locations: Any = UNSET
    groups: Any = UNSET
    certifications: list[str] | UnsetType = UNSET
    biography: Any = UNSET
    employer_info: Any = UNSET


class UserListing(Numbered, kw_only=True):
    """The platform's `UserEntityListing`."""

    entities: list[User]


class NewUser(Body):
    """The platform's `CreateUser`, and ours: `agent` (true: holds `cobrowse:agent` and may read what it
    needs; left out: may do nothing yet) or `permissions`, which says it exactly. Without a password nobody
    signs in. There is one division, whatever `divisionId` says.
    """

    email: Email
    name: str | None = None
    password: Password | None = None
    agent: bool = False
    permissions: list[PermissionName] | None = None
    state: Literal["active", "inactive"] | None = None
    division_id: str | None = None
    # The platform's, without a meaning here: kept and given back.
    department: Text | None = None
    title: Text | None = None
    addresses: list[ContactBody] | None = None


class ContactBody(Body, omit_defaults=True):
    """The platform's `Contact`."""

    address: Text | None = None
    display: Text | None = None
    media_type: Literal["PHONE", "EMAIL", "SMS"] | None = None
    type: Literal[
        "PRIMARY", "WORK", "WORK2", "WORK3", "WORK4", "HOME", "MOBILE", "MAIN", "OTHER"
    ] | None = None  # fmt: skip
    extension: Text | None = None
    country_code: Text | None = None
    integration: Text | None = None


class UserPatch(Body):
    """The platform's `UpdateUser`: what is left out stays, null clears what is only kept. A `version` that is
    not the user's is a 409. `inactive` signs the user out everywhere at once; `deleted` is DELETE.
    `username` is the e-mail address."""

    name: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    email: Email | None = None
    username: Email | None = None
    state: Literal["active", "inactive", "deleted"] | None = None
    version: int | None = None
    id: Any = UNSET
    self_uri: Any = UNSET
    # The platform's, without a meaning here: kept and given back.
    department: Text | UnsetType | None = UNSET
    title: Text | UnsetType | None = UNSET
    preferred_name: Text | UnsetType | None = UNSET
    manager: Any = UNSET
    addresses: list[ContactBody] | UnsetType | None = UNSET
    primary_contact_info: list[ContactBody] | UnsetType | None = UNSET
    acd_auto_answer: bool | UnsetType | None = UNSET
    chat: Any = UNSET
    images: Any = UNSET
    profile_skills: list[str] | UnsetType | None = UNSET
    locations: Any = UNSET
    groups: Any = UNSET
    certifications: list[str] | UnsetType | None = UNSET
    biography: Any = UNSET
    employer_info: Any = UNSET


KEPT_IN_USER = (
    "department", "title", "preferred_name", "manager", "addresses", "primary_contact_info",
    "acd_auto_answer", "chat", "images", "profile_skills", "locations", "groups", "certifications",
    "biography", "employer_info",
)  # fmt: skip


SEARCHED = ("id", "name", "email", "username", "state", "title", "department")


class SearchCriterion(Body):
    """The platform's `UserSearchCriteria`. Fields that are searched here: id, name, email, username, state,
    title, department; `ALL_FIELDS` or none for all of them."""

    type: Literal["EXACT", "STARTS_WITH", "CONTAINS", "TERM", "TERMS", "QUERY_STRING", "MATCH_ALL"] = "EXACT"
    value: str | None = None
    values: list[str] | None = None
    fields: list[Annotated[str, also(enum=[*SEARCHED, "ALL_FIELDS"])]] | None = None
    operator: Literal["AND", "OR", "NOT"] | None = None
    group: list[SearchCriterion] | None = None


class UserSearch(Body):
    """The platform's `UserSearchRequest`. Criteria are joined by AND, unless one says OR."""

    query: list[SearchCriterion] = []
    page_size: Annotated[int, Meta(ge=1, le=500)] | None = None
    page_number: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    sort_order: Literal["ASC", "DESC", "SCORE"] | None = None
    sort_by: str | None = None
    sort: Any = None
    expand: list[str] | None = None
    integration_presence_source: str | None = None
    enforce_permissions: bool | None = None


class UsersFound(Answer):
    """The platform's `UsersSearchResponse`."""

    total: int
    page_count: int
    page_size: int
    page_number: int
    types: list[str]
    results: list[User]


class Gone(Answer):
    """The platform's `Empty`."""


class PermissionChange(Body):
    """Ours: permissions to give and to take, by any of their names."""

    add: list[PermissionName] | None = None
    remove: list[PermissionName] | None = None
