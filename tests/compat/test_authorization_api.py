"""`AuthorizationApi`, `UsersApi` and the limits of `OrganizationApi` of the official Python SDK (api.md
section 2; field.md C4)."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.support.server import AGENT_EMAIL, CLIENT_ID


@pytest.fixture
def api(sdk: Any, api_client: Any) -> Any:
    return sdk.AuthorizationApi(api_client)


@pytest.fixture
def users(sdk: Any, api_client: Any) -> Any:
    return sdk.UsersApi(api_client)


@pytest.fixture
def user(sdk: Any, users: Any) -> Any:
    body = sdk.CreateUser()
    body.email, body.name = f"{uuid.uuid4()}@example.com", "Berta"
    return users.post_users(body)


@pytest.fixture
def role(sdk: Any, api: Any) -> Any:
    body = sdk.DomainOrganizationRoleCreate()
    body.name, body.description = f"Viewers {uuid.uuid4()}", "See sessions"
    policy = sdk.DomainPermissionPolicy()
    policy.domain, policy.entity_name, policy.action_set = "cobrowse", "cobrowse", ["read", "agent"]
    body.permission_policies = [policy]
    return api.post_authorization_roles(body)


def test_a_role_from_birth_to_death(sdk: Any, api: Any, role: Any) -> None:
    assert isinstance(role, sdk.DomainOrganizationRole)
    assert role.permissions == ["cobrowse:agent", "cobrowse:read"]
    assert (role.user_count, role.default, role.role_needs_update) == (0, False, False)
    read = api.get_authorization_role(role.id)
    assert read.to_dict() == role.to_dict()
    read.permission_policies[0].action_set = ["read"]
    changed = api.patch_authorization_role(role.id, read)
    assert changed.permissions == ["cobrowse:read"]
    update = sdk.DomainOrganizationRoleUpdate()
    update.name, update.permissions = role.name, ["cobrowse:agent", "user:read"]
    assert api.put_authorization_role(role.id, update).permissions == ["cobrowse:agent", "user:read"]
    listed = api.get_authorization_roles(name=role.name, permission=["user:read"], user_count=True)
    assert [(r.id, r.user_count) for r in listed.entities] == [(role.id, 0)]
    api.delete_authorization_role(role.id)
    with pytest.raises(sdk.rest.ApiException) as gone:
        api.get_authorization_role(role.id)
    assert (gone.value.status, json.loads(gone.value.body)["code"]) == (404, "role.not.found")


def test_the_default_roles(api: Any) -> None:
    listed = api.get_authorization_roles(default_role_id=["cobrowseAgent", "cobrowseAdministrator"])
    assert {(role.name, role.base) for role in listed.entities} >= {
        ("Cobrowse agent", True), ("Cobrowse administrator", True),
    }  # fmt: skip


def test_giving_and_taking_a_role(sdk: Any, api: Any, users: Any, role: Any, user: Any) -> None:
    assert api.put_authorization_role_users_add(role.id, [user.id]) == [user.id]
    held = users.get_user_roles(user.id)
    assert [r.id for r in held.roles] == [role.id]
    assert held.permissions == ["cobrowse:agent", "cobrowse:read"]
    assert held.permission_policies[0].action_set == ["agent", "read"]
    assert [u.id for u in api.get_authorization_role_users(role.id).entities] == [user.id]
    subjects = api.get_authorization_role_subjectgrants(role.id).entities
    assert [(s.id, s.type) for s in subjects] == [(user.id, "PC_USER")]
    assert api.put_authorization_role_users_remove(role.id, [user.id]) == [user.id]
    assert api.put_user_roles(user.id, [role.id]).roles[0].name == role.name

    subject = api.get_authorization_subject(user.id)
    assert [grant.role.id for grant in subject.grants] == [role.id]
    home = api.get_authorization_divisions_home()
    assert (subject.grants[0].division.id, home.home_division) == (home.id, True)
    api.delete_authorization_subject_division_role(user.id, home.id, role.id)
    assert api.get_authorization_subject(user.id).grants == []
    api.post_authorization_subject_division_role(user.id, home.id, role.id, subject_type="PC_USER")

    pair = sdk.RoleDivisionPair()
    pair.role_id, pair.division_id = role.id, home.id
    grants = sdk.RoleDivisionGrants()
    grants.grants = [pair]
    for call, after in [
        (api.post_authorization_subject_bulkremove, []),
        (api.post_authorization_subject_bulkadd, [role.id]),
        (api.post_authorization_subject_bulkreplace, [role.id]),
    ]:
        call(user.id, grants)
        assert [r.id for r in users.get_user_roles(user.id).roles] == after
    body = sdk.SubjectDivisions()
    body.subject_ids, body.division_ids = [user.id], [home.id]
    api.post_authorization_role(role.id, body, subject_type="PC_USER")
    assert users.get_user(user.id, expand=["authorization"]).authorization.roles[0].id == role.id


def test_the_one_division(api: Any, sdk: Any) -> None:
    home = api.get_authorization_divisions_home()
    assert [one.id for one in api.get_authorization_divisions().entities] == [home.id]
    found = api.get_authorization_division(home.id)
    assert isinstance(found, sdk.AuthzDivision)
    assert (found.name, found.home_division) == (home.name, True)


def test_what_the_program_itself_may_do(api: Any) -> None:
    me = api.get_authorization_subjects_me()
    assert me.id == CLIENT_ID
    actions = {(p.domain, p.entity_name): p.actions for grant in me.grants for p in grant.role.policies}
    assert actions["conversation", "cobrowse"] == ["add"]
    assert actions["authorization", "role"] == ["edit", "view"]
    listed = api.get_authorization_permissions(page_size=100)
    assert "authorization" in {entity.domain for entity in listed.entities}
    assert listed.entities[0].permission_map


def test_the_platforms_fields_of_a_user(sdk: Any, users: Any) -> None:
    """What has no meaning here is kept, and given back as it came."""
    body = sdk.CreateUser()
    body.email, body.name = f"{uuid.uuid4()}@example.com", "Carla"
    body.department, body.title, body.state = "Support", "Agent", "active"
    contact = sdk.Contact()
    contact.address, contact.media_type, contact.type = "+49 30 1234", "PHONE", "WORK"
    body.addresses = [contact]
    made = users.post_users(body)
    assert (made.department, made.title, made.addresses[0].address) == ("Support", "Agent", "+49 30 1234")
    assert made.primary_contact_info[0].address == body.email
    change = sdk.UpdateUser()
    change.version, change.title, change.preferred_name = made.version, "Lead", "Carly"
    change.profile_skills, change.acd_auto_answer = ["patience"], True
    changed = users.patch_user(made.id, change)
    assert (changed.title, changed.department, changed.preferred_name) == ("Lead", "Support", "Carly")
    assert (changed.profile_skills, changed.acd_auto_answer) == (["patience"], True)
    assert users.get_user(made.id).to_dict() == changed.to_dict()


def test_a_user_is_deleted_and_comes_back(sdk: Any, users: Any, user: Any) -> None:
    users.delete_user(user.id)
    with pytest.raises(sdk.rest.ApiException) as gone:
        users.get_user(user.id)
    assert gone.value.status == 404
    deleted = users.get_user(user.id, state="deleted")
    assert deleted.state == "deleted"
    assert user.id in [u.id for u in users.get_users(state="deleted", page_size=500).entities]
    change = sdk.UpdateUser()
    change.state, change.version = "active", deleted.version
    assert users.patch_user(user.id, change).state == "active"


def test_searching_users(sdk: Any, users: Any) -> None:
    criterion = sdk.UserSearchCriteria()
    criterion.type, criterion.fields, criterion.value = "EXACT", ["email"], AGENT_EMAIL
    body = sdk.UserSearchRequest()
    body.query, body.page_size = [criterion], 10
    found = users.post_users_search(body)
    assert (found.total, found.results[0].email) == (1, AGENT_EMAIL)
    criterion.type, criterion.value = "CONTAINS", "nobody at all"
    assert users.post_users_search(body).results == []


def test_limits(sdk: Any, api_client: Any) -> None:
    organization = sdk.OrganizationApi(api_client)
    names = organization.get_organizations_limits_namespaces(page_size=100)["entities"]
    assert "cobrowse" in names
    allowed = {
        limit.key: limit.value
        for limit in organization.get_organizations_limits_namespace("platform.api").entities
    }
    assert allowed["client.credentials.token.rate.per.minute"] == 100_000, "as this test's server is set"
    defaults = organization.get_organizations_limits_namespace_defaults("platform.api").entities
    assert {limit.namespace for limit in defaults} == {"platform.api"}, (
        "a namespace that the SDK's enum knows"
    )
    for name in names:
        assert organization.get_organizations_limits_namespace(name).entities[0].namespace == name
    with pytest.raises(sdk.rest.ApiException) as unknown:
        organization.get_organizations_limits_namespace("gardening")
    assert unknown.value.status == 404
