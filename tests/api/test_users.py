"""Users: who agents are, and granting and revoking `cobrowse:agent` (api.md sections 1, 2; W10)."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.server import AGENT_EMAIL, Server

PASSWORD = "a long enough password"


def new_user(http: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = http.post("/api/v2/users", json={"email": f"{uuid.uuid4()}@example.com", **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def call_with(http: httpx.Client, user_id: str) -> str:
    made = http.post("/api/v2/conversations", json={
        "type": "voice", "participants": [{"userId": user_id, "role": "agent"}],
    })  # fmt: skip
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@contextlib.contextmanager
def signed_in(server: Server, email: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=20) as client:
        answer = client.post("/api/v2/opencobrowse/signin", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield client


def test_w10_an_agent_without_the_permission_and_its_cure(http: httpx.Client) -> None:
    """W10: making a user without `cobrowse:agent` is one call, giving it another; then the start succeeds."""
    user = new_user(http, name="Berta", agent=False)
    assert user["permissions"] == []
    conversation = call_with(http, user["id"])
    refused = http.post(f"/api/v2/conversations/{conversation}/cobrowse", json={"agentId": user["id"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "missing.permissions")
    granted = http.post(f"/api/v2/users/{user['id']}/permissions", json={"add": ["cobrowse:agent"]})
    assert granted.json()["permissions"] == ["cobrowse:agent"]
    started = http.post(f"/api/v2/conversations/{conversation}/cobrowse", json={"agentId": user["id"]})
    assert started.status_code == 200
    revoked = http.post(f"/api/v2/users/{user['id']}/permissions", json={"remove": ["cobrowse:agent"]})
    assert revoked.json()["permissions"] == []


def test_permissions_can_be_named_when_the_user_is_made(http: httpx.Client) -> None:
    user = new_user(http, permissions=["cobrowse:read", "conversation:view"])
    assert user["permissions"] == ["cobrowse:read", "conversation:read"]
    refused = http.post("/api/v2/users", json={"email": "x@example.com", "permissions": ["cobrowse:fly"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid.value")
    assert "cobrowse:agent" in refused.json()["help"]["summary"]


def test_a_permission_that_is_taken_away_is_gone_at_once(http: httpx.Client, server: Server) -> None:
    """The agent is signed in and may open the viewer; the permission is taken: the next ticket is refused."""
    user = new_user(http, password=PASSWORD, agent=True)
    conversation = call_with(http, user["id"])
    session = http.post(f"/api/v2/conversations/{conversation}/cobrowse").json()
    path = f"/api/v2/opencobrowse/sessions/{session['id']}/ticket"
    with signed_in(server, user["email"]) as agent:
        assert agent.post(path).status_code == 200
        http.post(f"/api/v2/users/{user['id']}/permissions", json={"remove": ["cobrowse:agent"]})
        assert agent.post(path).status_code == 403


def test_an_inactive_user_is_signed_out_and_cannot_come_back(http: httpx.Client, server: Server) -> None:
    user = new_user(http, password=PASSWORD)
    with signed_in(server, user["email"]) as agent:
        assert agent.get("/api/v2/users/me").json()["id"] == user["id"]
        changed = http.patch(
            f"/api/v2/users/{user['id']}", json={"state": "inactive", "version": user["version"]}
        )
        assert (changed.status_code, changed.json()["state"]) == (200, "inactive")
        assert agent.get("/api/v2/users/me").status_code == 401
    with httpx.Client(base_url=server.url) as again:
        body = {"email": user["email"], "password": PASSWORD}
        assert again.post("/api/v2/opencobrowse/signin", json=body).status_code == 401
    named = http.post("/api/v2/conversations", json={
        "type": "voice", "participants": [{"userId": user["id"], "role": "agent"}],
    })  # fmt: skip
    assert named.status_code == 404


def test_a_version_that_is_not_the_users_is_a_409(http: httpx.Client) -> None:
    user = new_user(http)
    stale = http.patch(f"/api/v2/users/{user['id']}", json={"name": "New", "version": 7})
    assert (stale.status_code, stale.json()["code"]) == (409, "version.mismatch")
    assert http.get(f"/api/v2/users/{user['id']}").json()["name"] == user["name"]
    renamed = http.patch(f"/api/v2/users/{user['id']}", json={"name": "New"})
    assert (renamed.json()["name"], renamed.json()["version"]) == ("New", 2)


def test_the_users_shape_and_the_listing(http: httpx.Client) -> None:
    user = new_user(http, name="Anna Adams")
    assert set(user) >= {"id", "name", "email", "username", "state", "version", "selfUri", "division"}
    listed = http.get("/api/v2/users", params={"id": user["id"]}).json()
    assert [u["email"] for u in listed["entities"]] == [user["email"]]
    assert (listed["total"], listed["pageNumber"], listed["pageCount"]) == (1, 1, 1)


def test_pages_of_users(http: httpx.Client) -> None:
    ids = ",".join(new_user(http, name=f"P{number}")["id"] for number in range(3))
    first = http.get("/api/v2/users", params={"id": ids, "pageSize": 2}).json()
    assert ([u["name"] for u in first["entities"]], first["pageCount"]) == (["P0", "P1"], 2)
    second = http.get(first["nextUri"]).json()
    assert [u["name"] for u in second["entities"]] == ["P2"]
    assert "nextUri" not in second
    assert http.get(second["previousUri"]).json()["entities"] == first["entities"]
    down = http.get("/api/v2/users", params={"id": ids, "sortOrder": "DESC"}).json()
    assert [u["name"] for u in down["entities"]] == ["P2", "P1", "P0"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("pageSize=0", "pageSize"), ("pageSize=x", "pageSize"), ("pageNumber=-1", "pageNumber"),
     ("pageSize=100000", "pageSize"), ("pageSize=", "pageSize"), ("state=asleep", "state"),
     ("state=", "state"), ("sortOrder=up", "sortOrder")],
)  # fmt: skip
def test_a_bad_query_names_its_field(http: httpx.Client, query: str, field: str) -> None:
    refused = http.get(f"/api/v2/users?{query}")
    assert (refused.status_code, refused.json()["details"][0]["fieldName"]) == (400, field)
    assert field in refused.json()["help"]["summary"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": "no address"}, 400, "invalid.value"),
        ({"email": AGENT_EMAIL}, 409, "user.exists"),
        ({"email": AGENT_EMAIL.upper()}, 409, "user.exists"),
        ({"email": "a@b.example", "password": "short"}, 400, "password.too.short"),
        ({"email": "a@b.example", "emial": 1}, 400, "unknown.field"),
        ({}, 400, "missing.field"),
    ],
)
def test_bad_users_are_not_made(http: httpx.Client, body: dict[str, Any], status: int, code: str) -> None:
    before = http.get("/api/v2/users?state=any").json()["total"]
    refused = http.post("/api/v2/users", json=body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert http.get("/api/v2/users?state=any").json()["total"] == before


def test_an_agent_reads_themselves_and_makes_nobody(http: httpx.Client, server: Server) -> None:
    user = new_user(http, password=PASSWORD)
    with signed_in(server, user["email"]) as agent:
        assert agent.get(f"/api/v2/users/{user['id']}").status_code == 200
        assert agent.get("/api/v2/users").status_code == 403
        assert agent.post("/api/v2/users", json={"email": "z@example.com"}).status_code == 403
        path = f"/api/v2/users/{user['id']}/permissions"
        assert agent.post(path, json={"add": ["user:write"]}).status_code == 403


def test_fields_without_a_meaning_here_are_kept(http: httpx.Client) -> None:
    """The platform's `CreateUser` and `UpdateUser`: null clears, what is left out stays."""
    phone = {"address": "+49 30 1234", "mediaType": "PHONE", "type": "WORK"}
    user = new_user(http, department="Support", title="Agent", divisionId="any", addresses=[phone])
    assert (user["department"], user["title"], user["addresses"]) == ("Support", "Agent", [phone])
    assert user["primaryContactInfo"][0]["address"] == user["email"]
    body = {"title": None, "biography": {"hobbies": ["chess"]}, "acdAutoAnswer": True}
    changed = http.patch(f"/api/v2/users/{user['id']}", json=body).json()
    assert "title" not in changed
    assert (changed["department"], changed["biography"]) == ("Support", {"hobbies": ["chess"]})
    assert changed["acdAutoAnswer"] is True
    assert http.patch(f"/api/v2/users/{user['id']}", json=changed_back(changed)).json()["version"] == 2


def changed_back(user: dict[str, Any]) -> dict[str, Any]:
    """A program reads a user and sends what it read; what is ours alone it does not know."""
    return {name: value for name, value in user.items() if name not in ("permissions", "division")}


def test_what_is_kept_is_bounded(http: httpx.Client) -> None:
    """I11: 64 KiB for each user, and 400 that names the largest."""
    user = new_user(http, title="Agent")
    body = {"biography": "x" * 70_000, "department": "Support"}
    refused = http.patch(f"/api/v2/users/{user['id']}", json=body)
    assert (refused.status_code, refused.json()["details"][0]["fieldName"]) == (400, "biography")
    assert "department" not in http.get(f"/api/v2/users/{user['id']}").json()


def test_the_address_can_change(http: httpx.Client, server: Server) -> None:
    user, email = new_user(http, password=PASSWORD), f"{uuid.uuid4()}@example.com"
    taken = http.patch(f"/api/v2/users/{user['id']}", json={"email": AGENT_EMAIL})
    assert (taken.status_code, taken.json()["code"]) == (409, "user.exists")
    wrong = http.patch(f"/api/v2/users/{user['id']}", json={"email": "nothing"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid.value")
    two = http.patch(f"/api/v2/users/{user['id']}", json={"email": email, "username": "other@example.com"})
    assert (two.status_code, two.json()["code"]) == (409, "contradiction")
    changed = http.patch(f"/api/v2/users/{user['id']}", json={"email": email.upper()}).json()
    assert (changed["email"], changed["username"]) == (email, email)
    with signed_in(server, email) as person:
        assert person.get("/api/v2/users/me").json()["id"] == user["id"]


def test_a_deleted_user_is_nobody_until_made_active_again(http: httpx.Client, server: Server) -> None:
    user = new_user(http, password=PASSWORD, agent=True)
    path = f"/api/v2/users/{user['id']}"
    with signed_in(server, user["email"]) as person:
        answer = http.delete(path)
        assert (answer.status_code, answer.json()) == (200, {})
        assert person.get("/api/v2/users/me").status_code == 401
    for method, body in [("GET", None), ("DELETE", None), ("PATCH", {"name": "X"})]:
        assert http.request(method, path, json=body).status_code == 404
    assert http.post(f"{path}/permissions", json={"add": ["cobrowse:agent"]}).status_code == 404
    again = http.post("/api/v2/users", json={"email": user["email"]})
    assert (again.status_code, again.json()["code"]) == (409, "user.exists")
    deleted = http.get(path, params={"state": "deleted"}).json()
    assert (deleted["state"], deleted["permissions"]) == ("deleted", [])
    back = http.patch(path, json={"state": "active"}).json()
    assert (back["state"], back["permissions"]) == ("active", [])
    with httpx.Client(base_url=server.url) as client:
        body = {"email": user["email"], "password": PASSWORD}
        assert client.post("/api/v2/opencobrowse/signin", json=body).status_code == 401, (
            "the password is gone"
        )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ([{"type": "EXACT", "fields": ["email"], "value": "{mark}-a@EXAMPLE.com"}], "a"),
        ([{"type": "STARTS_WITH", "fields": ["email"], "value": "{mark}"}], "ab"),
        ([{"type": "CONTAINS", "value": "{mark}-"}], "ab"),
        ([{"type": "TERMS", "fields": ["department"], "values": ["sales", "{mark}"]}], "b"),
        ([{"fields": ["title"], "value": "{mark} lead"}], "a"),
        ([{"type": "CONTAINS", "value": "{mark}"}, {"fields": ["title"], "value": "{mark} lead",
                                                   "operator": "NOT"}], "b"),
        ([{"fields": ["title"], "value": "{mark} lead", "operator": "OR"},
          {"fields": ["email"], "value": "{mark}-b@example.com", "operator": "OR"}], "ab"),
        ([{"group": [{"type": "CONTAINS", "value": "{mark}"}]}], "ab"),
        ([{"value": "{mark}"}], ""),
    ],
)  # fmt: skip
def test_searching(http: httpx.Client, query: Any, found: str) -> None:
    mark = f"m{uuid.uuid4().hex[:12]}"
    http.post("/api/v2/users", json={"email": f"{mark}-a@example.com", "title": f"{mark} lead"})
    http.post("/api/v2/users", json={"email": f"{mark}-b@example.com", "department": f"{mark}"
                                                                                      if "TERMS" in str(query)
                                                                                      else "x"})  # fmt: skip
    sent = json.loads(json.dumps(query).replace("{mark}", mark))
    answer = http.post("/api/v2/users/search", json={"query": sent, "sortOrder": "ASC"})
    assert answer.status_code == 200, answer.text
    assert [user["email"] for user in answer.json()["results"]] == [f"{mark}-{x}@example.com" for x in found]


def test_a_search_by_what_is_not_there_names_what_is(http: httpx.Client) -> None:
    refused = http.post("/api/v2/users/search", json={"query": [{"fields": ["shoeSize"], "value": "1"}]})
    assert refused.status_code == 400
    assert "email" in refused.json()["help"]["summary"]


def test_the_store_pages_by_name_whatever_the_case(http: httpx.Client) -> None:
    names = ["ada", "Ärger", "Bea", "zoe"]
    ids = {new_user(http, name=name)["id"] for name in reversed(names)}
    seen: list[str] = []
    uri: str | None = "/api/v2/users?pageSize=7"
    while uri:
        page = http.get(uri).json()
        seen += [user["name"] for user in page["entities"] if user["id"] in ids]
        uri = page.get("nextUri")
    assert seen == sorted(names, key=str.casefold)
