"""Roles and permissions (api.md section 2: users, roles and their permissions; reliability.md B5)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.test_users import PASSWORD, call_with, new_user, signed_in
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server
from tests.wild.checks import error_of

ROLES = "/api/v2/authorization/roles"
SUBJECTS = "/api/v2/authorization/subjects"
AGENT_POLICY = {"domain": "cobrowse", "entityName": "cobrowse", "actionSet": ["agent"]}


def new_role(http: httpx.Client, *permissions: str, **more: Any) -> dict[str, Any]:
    body = {"name": f"Role {uuid.uuid4()}", "permissions": list(permissions), **more}
    answer = http.post(ROLES, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def held(http: httpx.Client, user_id: str) -> list[str]:
    return list(http.get(f"/api/v2/users/{user_id}").json()["permissions"])


def default_role(http: httpx.Client, key: str) -> dict[str, Any]:
    found = http.get(ROLES, params={"defaultRoleId": key}).json()["entities"]
    assert len(found) == 1
    return dict(found[0])


@pytest.fixture
def narrow(server: Server) -> Iterator[httpx.Client]:
    """A program that may change users and holds nothing else."""
    form = {"grant_type": "client_credentials", "scope": "user:write user:read"}
    token = httpx.post(f"{server.url}/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        yield client


def test_every_organisation_has_the_default_roles(http: httpx.Client) -> None:
    agent = default_role(http, "cobrowseAgent")
    assert (agent["name"], agent["default"], agent["base"]) == ("Cobrowse agent", True, True)
    assert AGENT_POLICY["entityName"] in {policy["entityName"] for policy in agent["permissionPolicies"]}
    administrator = default_role(http, "cobrowseAdministrator")
    assert set(administrator["permissions"]) == set(http.get("/api/v2/tokens/me").json()["authorizedScope"])


def test_from_birth_to_death(http: httpx.Client) -> None:
    role = new_role(http, description="Reads", permissions=None, permissionPolicies=[AGENT_POLICY])
    assert role["permissions"] == ["cobrowse:agent"]
    assert role["userCount"] == 0
    changed = http.patch(f"{ROLES}/{role['id']}", json={"description": "Sees"}).json()
    assert (changed["description"], changed["permissions"]) == ("Sees", ["cobrowse:agent"])
    put = http.put(f"{ROLES}/{role['id']}", json={"name": "Seers", "permissions": ["user:read"]})
    assert put.status_code == 200
    assert http.get(f"{ROLES}/{role['id']}").json() == put.json()
    assert http.delete(f"{ROLES}/{role['id']}").status_code == 204
    error_of(http.get(f"{ROLES}/{role['id']}"), 404, "role.not.found")


def test_of_two_lists_the_one_that_was_changed_counts(http: httpx.Client) -> None:
    """A program reads a role, takes a policy out, and sends the whole role back."""
    role = new_role(http, "cobrowse:agent", "user:read")
    role["permissionPolicies"] = [AGENT_POLICY]
    assert http.put(f"{ROLES}/{role['id']}", json=role).json()["permissions"] == ["cobrowse:agent"]
    role["permissions"] = ["user:write"]
    role["permissionPolicies"] = [AGENT_POLICY, {**AGENT_POLICY, "actionSet": ["read"]}]
    error_of(http.put(f"{ROLES}/{role['id']}", json=role), 409, "contradiction")
    assert http.get(f"{ROLES}/{role['id']}").json()["permissions"] == ["cobrowse:agent"]


def test_a_policys_star_stands_for_every_action(http: httpx.Client) -> None:
    policy = {"domain": "webDeployments", "entityName": "*", "actionSet": ["*"]}
    role = new_role(http, permissions=None, permissionPolicies=[policy])
    assert role["permissions"] == [
        "webDeployments:configuration:edit", "webDeployments:configuration:view",
        "webDeployments:deployment:edit", "webDeployments:deployment:view",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"name": ""}, "invalid.value", "name"),
        ({}, "missing.field", "name"),
        ({"name": "x", "permissions": ["cobrowse:fly"]}, "invalid.value", "permissions"),
        ({"name": "x", "permissionPolicies": [{**AGENT_POLICY, "actionSet": ["fly"]}]}, "invalid.value",
         "permissionPolicies"),
        ({"name": "x", "permissionPolicies": [{**AGENT_POLICY, "domain": "kitchen", "actionSet": []}]},
         "invalid.value", "permissionPolicies"),
        ({"name": "x", "permissionPolicies": [{**AGENT_POLICY, "actionSet": ["agent", "blindTransfer"]}]},
         "permission.not.found", "permissionPolicies"),
        ({"name": "x", "permissionPolicies": [{**AGENT_POLICY, "allowConditions": True}]}, "invalid.value",
         "permissionPolicies.allowConditions"),
        ({"name": "x", "permissionPolicies": [{**AGENT_POLICY, "resourceConditionNode": {}}]},
         "invalid.value", "permissionPolicies[0].resourceConditionNode"),
        ({"name": "x", "permissons": []}, "unknown.field", "permissons"),
    ],
)  # fmt: skip
def test_bad_roles_are_not_made(http: httpx.Client, body: dict[str, Any], code: str, field: str) -> None:
    before = http.get(ROLES).json()["total"]
    refused = error_of(http.post(ROLES, json=body), 404 if code.endswith("not.found") else 400, code)
    assert refused["details"][0]["fieldName"] == field
    assert http.get(ROLES).json()["total"] == before


def test_two_roles_cannot_have_one_name(http: httpx.Client) -> None:
    role = new_role(http)
    error_of(http.post(ROLES, json={"name": role["name"].upper()}), 409, "role.exists")
    other = new_role(http)
    error_of(http.patch(f"{ROLES}/{other['id']}", json={"name": role["name"]}), 409, "role.exists")


def test_roles_are_found_by_what_they_are(http: httpx.Client) -> None:
    role = new_role(http, "routing:wrapupCode:edit")

    def found(**query: Any) -> list[str]:
        answer = http.get(ROLES, params={"pageSize": 500, **query})
        return [entity["id"] for entity in answer.json()["entities"]]

    assert found(name=role["name"].upper()) == [role["id"]]
    assert found(name=role["name"][:20] + "*") == [role["id"]]
    assert found(id=role["id"]) == [role["id"]]
    assert role["id"] in found(permission="routing:wrapupCode:add")
    assert role["id"] not in found(permission="user:read")
    assert found(name="nothing") == []
    page = http.get(ROLES, params={"pageSize": 1, "userCount": "false"}).json()
    assert len(page["entities"]) == 1
    assert "userCount" not in page["entities"][0]
    assert page["total"] == page["pageCount"] > 1
    assert http.get(page["nextUri"]).json()["entities"] != page["entities"]


def test_who_holds_a_role_may_do_what_it_says(http: httpx.Client) -> None:
    """One change of the role changes everybody who holds it."""
    role = new_role(http, "cobrowse:read")
    users = [new_user(http)["id"] for _ in range(3)]
    assert http.put(f"{ROLES}/{role['id']}/users/add", json=users).json() == users
    assert [held(http, user) for user in users] == [["cobrowse:read"]] * 3
    http.patch(f"{ROLES}/{role['id']}", json={"permissions": ["cobrowse:agent", "user:read"]})
    assert [held(http, user) for user in users] == [["cobrowse:agent", "user:read"]] * 3
    assert http.get(f"{ROLES}/{role['id']}").json()["userCount"] == 3
    listed = http.get(f"{ROLES}/{role['id']}/users").json()
    assert [entity["id"] for entity in listed["entities"]] == users
    grants = http.get(f"{ROLES}/{role['id']}/subjectgrants").json()
    assert {entity["type"] for entity in grants["entities"]} == {"PC_USER"}
    assert http.put(f"{ROLES}/{role['id']}/users/remove", json=users[:1]).json() == users[:1]
    assert [held(http, user) for user in users] == [[]] + [["cobrowse:agent", "user:read"]] * 2
    assert http.delete(f"{ROLES}/{role['id']}").status_code == 204
    assert [held(http, user) for user in users] == [[]] * 3


def test_all_of_the_users_or_none(http: httpx.Client) -> None:
    role, user = new_role(http, "user:read"), new_user(http)["id"]
    error_of(http.put(f"{ROLES}/{role['id']}/users/add", json=[user, "nobody"]), 404, "user.not.found")
    assert held(http, user) == []
    error_of(http.put(f"{ROLES}/{role['id']}/users/add", json=[]), 400, "missing.field")


def test_what_a_role_and_a_grant_both_give(http: httpx.Client) -> None:
    """Granted stays when the role goes; what a role gives is not taken from one person alone."""
    role = new_role(http, "cobrowse:agent", "user:read")
    user = new_user(http, permissions=["user:read"])["id"]
    roles = http.put(f"/api/v2/users/{user}/roles", json=[role["id"]]).json()
    assert roles["roles"] == [{"id": role["id"], "name": role["name"]}]
    assert roles["permissions"] == ["cobrowse:agent", "user:read"]
    path = f"/api/v2/users/{user}/permissions"
    refused = error_of(http.post(path, json={"remove": ["user:read"]}), 409, "permission.of.role")
    assert refused["entityId"] == role["id"]
    http.put(f"/api/v2/users/{user}/roles", json=[])
    assert held(http, user) == ["user:read"]


def test_the_platforms_ways_to_give_a_role(http: httpx.Client) -> None:
    one, two = new_role(http, "user:read"), new_role(http, "cobrowse:read")
    user = new_user(http)
    home = user["division"]["id"]
    grants = {"grants": [{"roleId": one["id"], "divisionId": home}]}

    def roles() -> set[str]:
        found = http.get(f"/api/v2/users/{user['id']}/roles").json()["roles"]
        return {role["id"] for role in found}

    both = {one["id"], two["id"]}
    for method, path, body, after in [
        ("POST", f"{ROLES}/{one['id']}", {"subjectIds": [user["id"]], "divisionIds": [home]}, {one["id"]}),
        ("DELETE", f"{SUBJECTS}/{user['id']}/divisions/{home}/roles/{one['id']}", None, set()),
        ("POST", f"{SUBJECTS}/{user['id']}/divisions/{home}/roles/{two['id']}", None, {two["id"]}),
        ("POST", f"{SUBJECTS}/{user['id']}/bulkadd", grants, both),
        ("POST", f"{SUBJECTS}/{user['id']}/bulkreplace", grants, {one["id"]}),
        ("POST", f"{SUBJECTS}/{user['id']}/bulkremove", grants, set()),
    ]:
        answer = http.request(method, path, json=body)
        assert answer.status_code == 204, (path, answer.text)
        assert roles() == after, path
    elsewhere = {"grants": [{"roleId": one["id"], "divisionId": str(uuid.uuid4())}]}
    error_of(http.post(f"{SUBJECTS}/{user['id']}/bulkadd", json=elsewhere), 404, "division.not.found")


def test_the_subject_shows_roles_and_direct_grants(http: httpx.Client, server: Server) -> None:
    role = new_role(http, "user:read")
    user = new_user(http, password=PASSWORD, permissions=["cobrowse:agent"])
    http.put(f"{ROLES}/{role['id']}/users/add", json=[user["id"]])
    with signed_in(server, user["email"]) as person:
        me = person.get(f"{SUBJECTS}/me").json()
        assert person.get(f"/api/v2/users/{user['id']}/roles").status_code == 200
        error_of(person.get(ROLES), 403)
    assert me["id"] == user["id"]
    assert [grant["role"]["name"] for grant in me["grants"]] == [role["name"], "Granted directly"]
    assert me["grants"][1]["role"]["policies"] == [
        {"actions": ["agent"], "domain": "cobrowse", "entityName": "cobrowse"}
    ]
    assert http.get(f"{SUBJECTS}/{user['id']}").json() == me
    program = http.get(f"{SUBJECTS}/me").json()
    assert program["id"] == CLIENT_ID


def test_losing_the_agents_role_closes_the_viewer_at_once(http: httpx.Client, server: Server) -> None:
    """B5: the role is taken, and the next ticket is refused."""
    role = new_role(http, "cobrowse:agent", "cobrowse:read", "conversation:read")
    user = new_user(http, password=PASSWORD)
    http.put(f"{ROLES}/{role['id']}/users/add", json=[user["id"]])
    conversation = call_with(http, user["id"])
    session = http.post(f"/api/v2/conversations/{conversation}/cobrowse").json()
    path = f"/api/v2/opencobrowse/sessions/{session['id']}/ticket"
    with signed_in(server, user["email"]) as agent:
        assert agent.post(path).status_code == 200
        http.patch(f"{ROLES}/{role['id']}", json={"permissions": ["cobrowse:read"]})
        assert agent.post(path).status_code == 403


def test_a_narrow_token_gives_no_more_than_it_holds(http: httpx.Client, narrow: httpx.Client) -> None:
    """No escalation: user:write is not the way to every other permission."""
    user = new_user(http)["id"]
    path = f"/api/v2/users/{user}/permissions"
    for wanted in ("authorization:role:edit", "cobrowse:agent"):
        error_of(narrow.post(path, json={"add": [wanted]}), 403, "permission.not.held")
    refused = narrow.post("/api/v2/users", json={"email": f"{uuid.uuid4()}@example.com", "agent": True})
    error_of(refused, 403, "permission.not.held")
    assert held(http, user) == []
    assert narrow.post(path, json={"add": ["user:read"]}).json()["permissions"] == ["user:read"]
    role = default_role(http, "cobrowseAdministrator")["id"]
    boss = new_user(http, permissions=["authorization:role:edit"])
    for email, status in ((f"{uuid.uuid4()}@example.com", 403), (boss["email"], 200)):
        answer = narrow.patch(f"/api/v2/users/{boss['id']}", json={"email": email})
        assert answer.status_code == status, "who has the address of an administrator may become one"
    for method, sent, body in [
        ("POST", ROLES, {"name": "Mine"}),
        ("PATCH", f"{ROLES}/{role}", {"description": "Mine"}),
        ("PUT", f"{ROLES}/{role}/users/add", [user]),
        ("PUT", f"/api/v2/users/{user}/roles", [role]),
        ("POST", f"{SUBJECTS}/{user}/bulkadd", {"grants": [{"roleId": role}]}),
    ]:
        error_of(narrow.request(method, sent, json=body), 403)
    assert held(http, user) == ["user:read"]


def test_an_administrator_cannot_give_up_administering(http: httpx.Client, server: Server) -> None:
    """Nobody is locked out by their own slip: another administrator has to do it."""
    role = default_role(http, "cobrowseAdministrator")["id"]
    user = new_user(http, password=PASSWORD)
    http.put(f"{ROLES}/{role}/users/add", json=[user["id"]])
    with signed_in(server, user["email"]) as admin:
        for method, path, body in [
            ("PUT", f"{ROLES}/{role}/users/remove", [user["id"]]),
            ("PUT", f"/api/v2/users/{user['id']}/roles", []),
            ("PATCH", f"/api/v2/users/{user['id']}", {"state": "inactive"}),
            ("DELETE", f"/api/v2/users/{user['id']}", None),
        ]:
            error_of(admin.request(method, path, json=body), 409, "own.administration")
        assert admin.get(ROLES).status_code == 200
    assert http.delete(f"/api/v2/users/{user['id']}").status_code == 200


def test_default_roles_stay(http: httpx.Client) -> None:
    agent, administrator = default_role(http, "cobrowseAgent"), default_role(http, "cobrowseAdministrator")
    error_of(http.delete(f"{ROLES}/{agent['id']}"), 409, "role.fixed")
    refused = http.patch(f"{ROLES}/{administrator['id']}", json={"permissions": []})
    error_of(refused, 409, "role.fixed")
    assert http.patch(f"{ROLES}/{agent['id']}", json={"description": "Ours"}).status_code == 200


def test_giving_a_role_while_it_changes(http: httpx.Client, server: Server) -> None:
    """Whoever is given a role at the moment of its change holds what it says afterwards."""
    role = new_role(http, "user:read")
    users = [new_user(http)["id"] for _ in range(12)]

    def give(user: str) -> int:
        with server.client() as client:
            return client.put(f"{ROLES}/{role['id']}/users/add", json=[user]).status_code

    def change(number: int) -> int:
        with server.client() as client:
            wanted = ["cobrowse:agent"] if number % 2 else ["user:read"]
            return client.patch(f"{ROLES}/{role['id']}", json={"permissions": wanted}).status_code

    with ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(give, user) for user in users] + [pool.submit(change, n) for n in range(6)]
        statuses = [answer.result() for answer in answers]
    assert set(statuses) <= {200, 409}
    now = http.get(f"{ROLES}/{role['id']}").json()
    got = [user for user, status in zip(users, statuses, strict=False) if status == 200]
    assert now["userCount"] == len(got) > 0
    assert [held(http, user) for user in got] == [now["permissions"]] * len(got)


def test_permissions_are_listed_by_domain(http: httpx.Client) -> None:
    found = http.get("/api/v2/authorization/permissions", params={"pageSize": 100}).json()
    domains = {entity["domain"]: entity["permissionMap"] for entity in found["entities"]}
    assert {p["action"] for p in domains["cobrowse"]["cobrowse"]} == {"agent", "read"}
    assert domains["webDeployments"]["deployment"][0]["label"]
    home = http.get("/api/v2/authorization/divisions/home").json()
    assert home["homeDivision"] is True
    assert http.get("/api/v2/authorization/divisions").json()["entities"] == [home]
    error_of(http.get("/api/v2/authorization/divisions/other"), 404, "division.not.found")
