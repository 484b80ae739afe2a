"""api.md section 3: an example that succeeds when it is sent unchanged, wherever anything could."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server
from tests.wild.checks import error_of, send_example

UNKNOWN = str(uuid.UUID(int=7, version=4))


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def call(http: httpx.Client, server: Server) -> dict[str, Any]:
    people = [{"userId": server.agent_id(), "role": "agent"}, {"externalId": "c", "role": "customer"}]
    made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people})
    return dict(made.json())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/api/v2/conversations/{UNKNOWN}", 404),
        ("PATCH", f"/api/v2/conversations/{UNKNOWN}", 404),
        ("DELETE", f"/api/v2/conversations/{UNKNOWN}", 404),
        ("POST", f"/api/v2/conversations/{UNKNOWN}/disconnect", 404),
        ("PATCH", f"/api/v2/conversations/{UNKNOWN}/participants/{UNKNOWN}", 404),
        ("GET", f"/api/v2/conversations/cobrowsesessions/{UNKNOWN}", 404),
        ("GET", f"/api/v2/users/{UNKNOWN}", 404),
        ("GET", "/api/v2/users/me", 400),
        ("DELETE", "/api/v2/users", 405),
        ("GET", f"/api/v2/webdeployments/deployments/{UNKNOWN}", 404),
        ("GET", f"/api/v2/webdeployments/configurations/{UNKNOWN}/versions", 404),
    ],
)
def test_what_is_not_there_leads_to_what_is(http: httpx.Client, method: str, path: str, status: int) -> None:
    body = {"state": "disconnected"} if method == "PATCH" else None
    refused = error_of(http.request(method, path, json=body), status)
    assert send_example(http, refused).request.method == "GET"


@pytest.mark.parametrize("state", ["queued", "active", "disconnected"])
def test_a_wrong_patch_of_a_conversation(http: httpx.Client, call: dict[str, Any], state: str) -> None:
    """Its own path, with a state that it can take now; and the example ends nothing."""
    made = http.post("/api/v2/conversations", json={"type": "voice", "state": "queued"}).json()
    own = made["id"] if state == "queued" else call["id"]
    if state == "disconnected":
        http.delete(f"/api/v2/conversations/{own}")
    refused = error_of(http.patch(f"/api/v2/conversations/{own}", json={"state": "paused"}), 400)
    assert refused["help"]["example"]["path"] == f"/api/v2/conversations/{own}"
    after = send_example(http, refused).json()["state"]
    assert after == ("disconnected" if state == "disconnected" else "active")


def test_a_participant_who_is_not_there(http: httpx.Client, call: dict[str, Any]) -> None:
    path = f"/api/v2/conversations/{call['id']}/participants"
    refused = error_of(http.patch(f"{path}/{UNKNOWN}", json={"state": "disconnected"}), 404)
    assert refused["help"]["example"]["path"] == f"{path}/{call['participants'][0]['id']}"
    send_example(http, refused)


def test_a_session_that_was_not_started(http: httpx.Client, call: dict[str, Any]) -> None:
    path = f"/api/v2/conversations/cobrowsesessions/{call['id']}"
    refused = error_of(http.get(path), 404, "cobrowse.session.not.found")
    assert send_example(http, refused).json()["state"] == "initiated"
    wrong = error_of(http.patch(path, json={"state": "active"}), 400)
    assert wrong["help"]["example"] == {"method": "PATCH", "path": path, "body": {"state": "disconnected"}}
    send_example(http, wrong)


def test_nothing_is_proposed_that_the_token_may_not_do(server: Server, call: dict[str, Any]) -> None:
    form = {"grant_type": "client_credentials", "scope": "user:read"}
    answer = httpx.post(f"{server.url}/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    with httpx.Client(base_url=server.url, headers=headers) as narrow:
        for path in (
            f"/api/v2/conversations/{call['id']}",
            f"/api/v2/conversations/cobrowsesessions/{UNKNOWN}",
        ):
            assert error_of(narrow.get(path), 403)["help"]["example"] is None
