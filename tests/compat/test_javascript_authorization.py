"""Roles, users and limits by the platform's official JavaScript SDK, 262 (api.md section 2)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.compat.test_javascript_sdk import Node, Rejected, installed, node
from tests.support.server import AGENT_EMAIL

__all__ = ["installed", "node"]  # fixtures

ROLES = "AuthorizationApi"


@pytest.fixture
def user(node: Node) -> dict[str, Any]:
    body = {"email": f"{uuid.uuid4()}@example.com", "name": "Dora", "department": "Support"}
    return dict(node("UsersApi", "postUsers", body))


@pytest.fixture
def role(node: Node) -> dict[str, Any]:
    policies = [{"domain": "cobrowse", "entityName": "cobrowse", "actionSet": ["agent"]}]
    body = {"name": f"Agents {uuid.uuid4()}", "permissionPolicies": policies}
    return dict(node(ROLES, "postAuthorizationRoles", body))


def test_a_role_and_who_holds_it(
    node: Node,
    role: dict[str, Any],
    user: dict[str, Any],
) -> None:
    assert role["permissions"] == ["cobrowse:agent"]
    added = node(ROLES, "putAuthorizationRoleUsersAdd", role["id"], [user["id"]])
    assert added == [user["id"]]
    node(ROLES, "patchAuthorizationRole", role["id"], {"permissions": ["cobrowse:read"]})
    held = node("UsersApi", "getUserRoles", user["id"])
    assert (held["roles"][0]["id"], held["permissions"]) == (role["id"], ["cobrowse:read"])
    found = node(ROLES, "getAuthorizationRoles", {"name": role["name"][:12] + "*", "userCount": True})
    assert {entity["id"]: entity["userCount"] for entity in found["entities"]}[role["id"]] == 1
    node(ROLES, "postAuthorizationSubjectBulkremove", user["id"], {"grants": [{"roleId": role["id"]}]})
    assert node("UsersApi", "putUserRoles", user["id"], [])["permissions"] == []
    node(ROLES, "deleteAuthorizationRole", role["id"])
    with pytest.raises(Rejected) as gone:
        node(ROLES, "getAuthorizationRole", role["id"])
    assert gone.value.error["code"] == "role.not.found"


def test_who_the_program_is(node: Node) -> None:
    me = node(ROLES, "getAuthorizationSubjectsMe")
    assert me["grants"][0]["role"]["policies"]
    listed = node(ROLES, "getAuthorizationPermissions", {"pageSize": 100})
    assert {"cobrowse", "authorization"} <= {entity["domain"] for entity in listed["entities"]}
    assert node(ROLES, "getAuthorizationDivisionsHome")["homeDivision"] is True


def test_a_user_changes_and_goes(node: Node, user: dict[str, Any]) -> None:
    change = {"title": "Lead", "version": user["version"]}
    changed = node("UsersApi", "patchUser", user["id"], change)
    assert (changed["title"], changed["department"]) == ("Lead", "Support")
    node("UsersApi", "deleteUser", user["id"])
    with pytest.raises(Rejected) as gone:
        node("UsersApi", "getUser", user["id"])
    assert gone.value.error["status"] == 404


def test_searching_users(node: Node) -> None:
    query = [{"type": "EXACT", "fields": ["email"], "value": AGENT_EMAIL.upper()}]
    found = node("UsersApi", "postUsersSearch", {"query": query})
    assert [entity["email"] for entity in found["results"]] == [AGENT_EMAIL]


def test_limits(node: Node) -> None:
    names = node("OrganizationApi", "getOrganizationsLimitsNamespaces", {"pageSize": 100})["entities"]
    assert "platform.api" in names
    found = node("OrganizationApi", "getOrganizationsLimitsNamespace", "cobrowse")["entities"]
    assert {entity["key"]: entity["value"] for entity in found}["live.sessions.per.conversation"] == 1
    defaults = node("OrganizationApi", "getOrganizationsLimitsNamespaceDefaults", "platform.api")["entities"]
    assert {entity["value"] for entity in defaults if "token" in entity["key"]} == {300}
