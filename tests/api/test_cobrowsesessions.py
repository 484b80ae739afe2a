"""Sessions by their conversation, and one participant's changes (api.md section 2; I5, I10)."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server

BASE = "/api/v2/conversations"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def people(http: httpx.Client, session: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = http.get(f"{BASE}/{session['conversationId']}").json()["participants"]
    return {person["purpose"]: person for person in found}


def state(http: httpx.Client, session: dict[str, Any]) -> str:
    return str(http.get(f"/api/v2/opencobrowse/sessions/{session['id']}").json()["state"])


def sign_in(client: httpx.Client, email: str, password: str) -> None:
    answer = client.post("/api/v2/opencobrowse/signin", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text


def test_the_listing_holds_live_sessions_only(http: httpx.Client, session: dict[str, Any]) -> None:
    def listed() -> list[str]:
        found = http.get(f"{BASE}/cobrowsesessions", params={"pageSize": 500}).json()["entities"]
        return [entity["id"] for entity in found]

    conversation = session["conversationId"]
    assert conversation in listed()
    ended = http.patch(f"{BASE}/cobrowsesessions/{conversation}", json={"state": "disconnected"})
    assert (ended.status_code, ended.json()["state"]) == (200, "active"), "the conversation goes on"
    assert conversation not in listed()
    after = http.get(f"{BASE}/cobrowsesessions/{conversation}").json()
    assert (after["session"]["state"], after["session"]["endReason"]) == ("ended", "api")
    assert {p["disconnectType"] for p in after["participants"]} == {"client"}


def test_agents_see_and_end_their_own_and_no_others(
    http: httpx.Client, anybody: httpx.Client, server: Server, session: dict[str, Any]
) -> None:
    """I10: another agent's session is not there, in the listing, by its id, or to be ended."""
    path = f"{BASE}/cobrowsesessions/{session['conversationId']}"
    email = f"{uuid.uuid4()}@example.com"
    http.post("/api/v2/users", json={"email": email, "password": AGENT_PASSWORD, "agent": True})
    with httpx.Client(base_url=server.url, timeout=20) as other:
        sign_in(other, email, AGENT_PASSWORD)
        assert other.get(f"{BASE}/cobrowsesessions").json()["total"] == 0
        assert other.get(path).status_code == 404
        assert other.patch(path, json={"state": "disconnected"}).status_code == 404
    assert state(http, session) == "initiated"
    sign_in(anybody, AGENT_EMAIL, AGENT_PASSWORD)
    assert anybody.get(path).json()["session"]["id"] == session["id"]
    assert anybody.patch(path, json={"state": "disconnected"}).status_code == 200
    assert state(http, session) == "ended"


def test_a_conversation_without_a_session_says_how_to_start_one(http: httpx.Client) -> None:
    made = http.post(BASE, json={"type": "voice"}).json()["id"]
    missing = http.get(f"{BASE}/cobrowsesessions/{made}")
    assert (missing.status_code, missing.json()["code"]) == (404, "cobrowse.session.not.found")
    assert f"{BASE}/{made}/cobrowse" in missing.json()["help"]["summary"]
    assert http.get(f"{BASE}/cobrowsesessions/{UNKNOWN}").json()["code"] == "conversation.not.found"


def test_the_only_state_is_disconnected(http: httpx.Client, session: dict[str, Any]) -> None:
    path = f"{BASE}/cobrowsesessions/{session['conversationId']}"
    for body in ({"state": "connected"}, {}, {"state": "disconnected", "stat": 1}):
        assert http.patch(path, json=body).status_code == 400
    assert state(http, session) == "initiated", "nothing has changed"


def test_the_customer_who_is_disconnected_ends_the_session(
    http: httpx.Client, session: dict[str, Any]
) -> None:
    customer = people(http, session)["customer"]
    path = f"{BASE}/{session['conversationId']}/participants/{customer['id']}"
    assert http.patch(path, json={"state": "disconnected"}).status_code == 202
    assert state(http, session) == "ended"
    left = people(http, session)["customer"]
    assert left["state"] == "disconnected" and left["endTime"]
    assert http.patch(path, json={"state": "disconnected"}).status_code == 202, "again is no error"
    assert people(http, session)["customer"]["endTime"] == left["endTime"]


def test_attributes_are_merged_and_the_session_goes_on(http: httpx.Client, session: dict[str, Any]) -> None:
    customer = people(http, session)["customer"]
    path = f"{BASE}/{session['conversationId']}/participants/{customer['id']}"
    assert http.patch(path, json={"name": "Carla", "attributes": {"a": "1", "b": "2"}}).status_code == 202
    assert http.patch(path, json={"attributes": {"b": None, "c": "3"}}).status_code == 202
    after = people(http, session)["customer"]
    assert (after["name"], after["attributes"]) == ("Carla", {"a": "1", "c": "3"})
    assert state(http, session) == "initiated"


def test_bad_changes_of_a_participant_change_nothing(http: httpx.Client, session: dict[str, Any]) -> None:
    before = people(http, session)
    base = f"{BASE}/{session['conversationId']}/participants"
    path = f"{base}/{before['agent']['id']}"
    bad: list[dict[str, Any]] = [
        {"state": "alerting"}, {"muted": True}, {"attributes": {"a": 1}}, {"atributes": {}}
    ]  # fmt: skip
    for body in bad:
        refused = http.patch(path, json=body)
        assert (refused.status_code, bool(refused.json()["details"])) == (400, True), body
    many = http.patch(path, json={"attributes": {str(n): "x" for n in range(201)}})
    assert (many.status_code, many.json()["details"][0]["fieldName"]) == (400, "attributes")
    unknown = http.patch(f"{base}/{UNKNOWN}", json={"name": "x"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "participant.not.found")
    assert before["agent"]["id"] in unknown.json()["help"]["summary"]
    assert people(http, session) == before


def test_disconnecting_the_conversation(http: httpx.Client, session: dict[str, Any]) -> None:
    path = f"{BASE}/{session['conversationId']}/disconnect"
    assert http.post(path).status_code == 202
    assert http.post(path).status_code == 202, "again is no error"
    seen = http.get(f"/api/v2/opencobrowse/sessions/{session['id']}").json()
    assert (seen["state"], seen["endReason"]) == ("ended", "conversation.ended")
    assert {person["state"] for person in people(http, session).values()} == {"disconnected"}
    assert http.post(f"{BASE}/{UNKNOWN}/disconnect").status_code == 404
