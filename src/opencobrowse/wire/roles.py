"""Roles, permissions and who holds them: the platform's models."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from opencobrowse.wire.api import Answer, Body, Numbered, Text
from opencobrowse.wire.described import Never, NotEmpty, PermissionName

Ids = Annotated[list[str], Meta(max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class PermissionPolicy(Answer, omit_defaults=False):
    """The platform's `DomainPermissionPolicy`: the actions on one kind of thing. There are no conditions."""

    domain: str
    entity_name: str
    action_set: list[str]
    allow_conditions: bool = False


class Role(Answer, omit_defaults=False):
    """The platform's `DomainOrganizationRole`. What the role holds is there twice: by name in `permissions`,
    by domain and entity in `permissionPolicies`."""

    id: str
    name: str
    permissions: list[str]
    permission_policies: list[PermissionPolicy]
    unused_permissions: list[str]
    role_needs_update: bool
    default: bool
    base: bool
    self_uri: str
    description: str | UnsetType = UNSET
    default_role_id: str | UnsetType = UNSET
    user_count: int | UnsetType = UNSET


class RoleListing(Numbered, kw_only=True):
    """The platform's `OrganizationRoleEntityListing`."""

    entities: list[Role]


class PolicyBody(Body):
    """The platform's `DomainPermissionPolicy`; `*` stands for every entity or action. Conditions are refused:
    there are none here, and a role that holds more than it says would be a hole."""

    domain: str
    entity_name: str
    action_set: list[str]
    policy_name: Any = UNSET
    policy_description: Any = UNSET
    named_resources: Any = UNSET
    allow_conditions: Never | UnsetType = UNSET
    resource_condition_node: UnsetType | None = UNSET


class RolePatch(Body):
    """The platform's `DomainOrganizationRole`: what is left out stays. `permissions` and
    `permissionPolicies` say the same in two ways: where both are sent, the one that differs from what the
    role holds counts; two that differ are a 409."""

    name: Name | None = None
    description: Text | None = None
    permissions: list[PermissionName] | None = None
    permission_policies: list[PolicyBody] | None = None
    # Nobody's to set.
    id: Any = UNSET
    default_role_id: Any = UNSET
    unused_permissions: Any = UNSET
    user_count: Any = UNSET
    role_needs_update: Any = UNSET
    base_license: Any = UNSET
    addon_licenses: Any = UNSET
    date_license_last_updated: Any = UNSET
    default: Any = UNSET
    base: Any = UNSET
    self_uri: Any = UNSET


class RoleBody(RolePatch, kw_only=True, forbid_unknown_fields=True):
    """The platform's `DomainOrganizationRoleCreate` and `DomainOrganizationRoleUpdate`."""

    name: Name


class NamedRole(Answer):
    """The platform's `DomainRole`."""

    id: str
    name: str


class UserAuthorization(Answer, omit_defaults=False):
    """The platform's `UserAuthorization`: roles, and all that a user may do, whoever gave it."""

    roles: list[NamedRole]
    unused_roles: list[NamedRole]
    permissions: list[str]
    permission_policies: list[PermissionPolicy]


class GrantPolicy(Answer):
    """The platform's `AuthzGrantPolicy`."""

    actions: list[str]
    domain: str
    entity_name: str


class GrantRole(Answer):
    """The platform's `AuthzGrantRole`. What was granted without a role is here as a role named
    `Granted directly`, with the subject's own id."""

    id: str
    name: str
    policies: list[GrantPolicy]
    default: bool
    description: str | None = None
    self_uri: str | None = None


class AuthzDivision(Answer):
    """The platform's `AuthzDivision`. There is one: the organisation."""

    id: str
    name: str
    home_division: bool
    self_uri: str


class Grant(Answer):
    """The platform's `AuthzGrant`. `grantMadeAt` is when the subject was made."""

    subject_id: str
    division: AuthzDivision
    role: GrantRole
    grant_made_at: str


class Subject(Answer):
    """The platform's `AuthzSubject`: a user or an OAuth client, and what they hold."""

    id: str
    name: str
    grants: list[Grant]
    version: int
    self_uri: str


class DivisionListing(Numbered, kw_only=True):
    """The platform's `AuthzDivisionEntityListing`."""

    entities: list[AuthzDivision]


class SubjectDivision(Answer):
    id: str
    name: str
    self_uri: str


class SubjectGrant(Answer):
    """The platform's `SubjectDivisionGrants`."""

    id: str
    name: str
    divisions: list[SubjectDivision]
    type: str
    self_uri: str


class SubjectGrantListing(Numbered, kw_only=True):
    """The platform's `SubjectDivisionGrantsEntityListing`."""

    entities: list[SubjectGrant]


class UserReference(Answer):
    id: str
    self_uri: str


class UserReferenceListing(Numbered, kw_only=True):
    """The platform's `UserReferenceEntityListing`."""

    entities: list[UserReference]


class Permission(Answer, omit_defaults=False):
    """The platform's `DomainPermission`. `label` says what it allows; ours: `sameAs`, other names for it."""

    domain: str
    entity_type: str
    action: str
    label: str
    same_as: list[str]
    allows_conditions: bool = False
    division_aware: bool = False


class PermissionCollection(Answer):
    """The platform's `DomainPermissionCollection`: one domain's permissions by entity."""

    id: str
    name: str
    domain: str
    permission_map: dict[str, list[Permission]]
    self_uri: str


class PermissionListing(Numbered, kw_only=True):
    """The platform's `PermissionCollectionEntityListing`."""

    entities: list[PermissionCollection]


class SubjectsBody(Body):
    """The platform's `SubjectDivisions`: give a role to these users, in the one division."""

    subject_ids: Annotated[Ids, NotEmpty]
    division_ids: Ids | None = None


class RoleDivisionPair(Body):
    role_id: str
    division_id: str | None = None


class GrantsBody(Body):
    """The platform's `RoleDivisionGrants`."""

    grants: Annotated[list[RoleDivisionPair], Meta(max_length=1000)]
