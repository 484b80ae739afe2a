"""Roles between wire and domain: bodies to wishes, records to answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from opencobrowse.domain.people import Organization, User
from opencobrowse.kernel.errors import Detail, Fault, Invalid, NotFound, contradiction
from opencobrowse.kernel.ids import canonical, iso
from opencobrowse.services.people.roles import RoleView, RoleWish, default_key
from opencobrowse.services.people.subjects import Subject
from opencobrowse.services.people.users import named_permissions
from opencobrowse.services.permissions import (
    PERMISSIONS,
    Permission,
    known_names,
    matching,
    parts,
    vocabulary,
)
from opencobrowse.wire import roles as wire

_ROLES = "/api/v2/authorization/roles"
GRANTED = "Granted directly"


def role_wish(body: wire.RolePatch) -> RoleWish:
    return RoleWish(body.name, body.description, _wanted(body))


def role(found: RoleView, counted: bool = True) -> wire.Role:
    made = found.role
    answer = wire.Role(
        id=made.id,
        name=made.name,
        permissions=sorted(made.permissions),
        permission_policies=policies(made.permissions),
        unused_permissions=[],
        role_needs_update=False,
        default=found.default is not None,
        base=found.default is not None,
        self_uri=f"{_ROLES}/{made.id}",
    )
    if made.description is not None:
        answer.description = made.description
    if found.default is not None:
        answer.default_role_id = found.default
    if counted:
        answer.user_count = found.users
    return answer


def policies(permissions: Iterable[str]) -> list[wire.PermissionPolicy]:
    """One policy for each domain and entity."""
    split = sorted(map(parts, permissions))
    return [
        wire.PermissionPolicy(
            domain=domain, entity_name=entity, action_set=[action for _, _, action in group]
        )
        for (domain, entity), group in groupby(split, key=lambda part: part[:2])
    ]


def authorization(found: Subject) -> wire.UserAuthorization:
    return wire.UserAuthorization(
        roles=[wire.NamedRole(id=role.id, name=role.name) for role in found.roles],
        unused_roles=[],
        permissions=sorted(found.permissions),
        permission_policies=policies(found.permissions),
    )


def subject(found: Subject) -> wire.Subject:
    grants = [
        wire.GrantRole(
            id=role.id,
            name=role.name,
            description=role.description,
            policies=_grant_policies(role.permissions),
            default=default_key(role) is not None,
            self_uri=f"{_ROLES}/{role.id}",
        )
        for role in found.roles
    ]
    if found.granted:
        own = _grant_policies(found.granted)
        grants.append(wire.GrantRole(id=found.id, name=GRANTED, policies=own, default=False))
    home, since = division(found.organization), iso(found.since)
    return wire.Subject(
        id=found.id,
        name=found.name,
        grants=[
            wire.Grant(subject_id=found.id, division=home, role=grant, grant_made_at=since)
            for grant in grants
        ],
        version=found.version,
        self_uri=f"/api/v2/authorization/subjects/{found.id}",
    )


def division(org: Organization) -> wire.AuthzDivision:
    """The home division, which is the organisation."""
    uri = f"/api/v2/authorization/divisions/{org.id}"
    return wire.AuthzDivision(id=org.id, name="Home", home_division=True, self_uri=uri)


def subject_grant(user: User) -> wire.SubjectGrant:
    uri = f"/api/v2/authorization/divisions/{user.org_id}"
    return wire.SubjectGrant(
        id=user.id,
        name=user.name,
        divisions=[wire.SubjectDivision(id=user.org_id, name="Home", self_uri=uri)],
        type="PC_USER",
        self_uri=f"/api/v2/authorization/subjects/{user.id}",
    )


def collections() -> list[wire.PermissionCollection]:
    """Every permission that there is, by domain and entity."""
    by_domain = sorted(PERMISSIONS, key=lambda p: parts(p.name))
    found = []
    for domain, of_domain in groupby(by_domain, key=lambda p: parts(p.name)[0]):
        entities = groupby(of_domain, key=lambda p: parts(p.name)[1])
        found.append(wire.PermissionCollection(
            id=domain, name=domain, domain=domain,
            permission_map={entity: [_permission(p) for p in group] for entity, group in entities},
            self_uri="/api/v2/authorization/permissions",
        ))  # fmt: skip
    return found


def check_home(org_id: str, divisions: Iterable[str | None]) -> None:
    """There is one division. Raises 404 for any other."""
    for named in divisions:
        if named not in (None, "*") and canonical(str(named)) != org_id:
            raise NotFound(
                f"There is no division {named}.",
                code="division.not.found",
                details=(Detail("division.not.found", "divisionId", None, org_id),),
                cure=f"There is one division, the organisation: {org_id}. Name it, or leave divisionIds out.",
            )


def _permission(permission: Permission) -> wire.Permission:
    domain, entity, action = parts(permission.name)
    return wire.Permission(
        domain=domain, entity_type=entity, action=action, label=permission.allows,
        same_as=[permission.name, *permission.same_as],
    )  # fmt: skip


def _grant_policies(permissions: Iterable[str]) -> list[wire.GrantPolicy]:
    return [
        wire.GrantPolicy(actions=p.action_set, domain=p.domain, entity_name=p.entity_name)
        for p in policies(permissions)
    ]


def _wanted(body: wire.RolePatch) -> Callable[[frozenset[str]], frozenset[str]] | None:
    """What a role is to hold, given what it holds: a program reads a role, changes one of the two lists and
    sends both back."""
    said = []
    if body.permissions is not None:
        said.append(named_permissions(body.permissions))
    if body.permission_policies is not None:
        said.append(frozenset[str]().union(*map(_of_policy, body.permission_policies)))
    if not said:
        return None

    def decide(held: frozenset[str]) -> frozenset[str]:
        changed = {wanted for wanted in said if wanted != held}
        if len(changed) > 1:
            raise contradiction("permissions", "permissionPolicies")
        return changed.pop() if changed else held

    return decide


def _of_policy(policy: wire.PolicyBody) -> frozenset[str]:
    if policy.allow_conditions is True:
        raise Invalid(
            "A policy of a role cannot have conditions here.",
            code="invalid.value",
            details=(Detail("invalid.value", "permissionPolicies.allowConditions"),),
            cure="Leave allowConditions out.",
        )
    domains, entities, actions = vocabulary()
    if policy.domain not in domains or policy.entity_name not in entities:
        raise _no_permission(policy, "", Invalid("", code="invalid.value"))
    found: set[str] = set()
    for action in policy.action_set:
        permissions = matching(policy.domain, policy.entity_name, action)
        if action not in actions:
            raise _no_permission(policy, action, Invalid("", code="invalid.value"))
        if not permissions:
            raise _no_permission(policy, action, NotFound("", code="permission.not.found"))
        found |= permissions
    return frozenset(found)


def _no_permission(policy: wire.PolicyBody, action: str, fault: Fault) -> Fault:
    """`fault`, with its words."""
    name = f"{policy.domain}:{policy.entity_name}:{action or '*'}"
    fault.message = f"The permission {name} does not exist."
    fault.details = (Detail(fault.code, "permissionPolicies", None, name),)
    fault.cure = (
        f"Known are: {', '.join(known_names())}. In a policy, a name of two parts such as cobrowse:agent has "
        "its domain for the entity, too."
    )
    return fault
