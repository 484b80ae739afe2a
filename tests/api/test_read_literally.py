"""api.md read word by word, by somebody who has not seen the code."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.server import Server
from tests.wild.checks import error_of, session_of

LEG_KEYS = {"cobrowseSessionId", "cobrowseRole", "controlling", "viewerUrl"}


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def agent(server: Server) -> str:
    return server.agent_id()


def made(http: httpx.Client, agent: str, **changes: Any) -> dict[str, Any]:
    people = [{"userId": agent, "role": "agent"}, {"externalId": "cust-l", "role": "customer"}]
    answer = http.post("/api/v2/conversations", json={"type": "voice", "participants": people, **changes})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_both_legs_of_a_session_have_the_keys_that_are_named(http: httpx.Client, agent: str) -> None:
    """Section 2: `participants[].cobrowsesessions[]` carries these four, also while they say nothing."""
    conversation = made(http, agent)
    session = session_of(http.post(f"/api/v2/conversations/{conversation['id']}/cobrowse"))
    shown = http.get(f"/api/v2/conversations/{conversation['id']}").json()
    legs = {p["purpose"]: p["cobrowsesessions"][0] for p in shown["participants"]}
    assert all(leg.keys() >= LEG_KEYS for leg in legs.values()), legs
    assert [leg["controlling"] for leg in legs.values()] == [[], []]
    assert legs["agent"]["viewerUrl"] == session["viewerUrl"]
    assert legs["customer"]["viewerUrl"] is None
    listed = http.get(f"/api/v2/conversations/cobrowsesessions/{conversation['id']}").json()
    assert all(leg.keys() >= LEG_KEYS for leg in listed["participants"]), listed


def test_an_id_is_the_same_in_capitals(http: httpx.Client, agent: str) -> None:
    """RFC 9562 section 4: UUIDs are compared whatever their case, in paths, bodies, queries and headers."""
    conversation = made(http, agent)
    here, people = conversation["id"].upper(), conversation["participants"]
    assert http.get(f"/api/v2/conversations/{here}").json()["id"] == conversation["id"]
    started = http.post(f"/api/v2/conversations/{here}/cobrowse", json={"agentId": agent.upper()})
    session = session_of(started)
    again = http.post(f"/api/v2/conversations/{here}/cobrowse", json={"agentId": people[0]["id"].upper()})
    assert session_of(again)["id"] == session["id"]
    link = {"cobrowseSessionId": session["id"].upper()}
    assert session_of(http.post(f"/api/v2/conversations/{here}/cobrowse", json=link))["id"] == session["id"]
    assert http.get(f"/api/v2/conversations/cobrowsesessions/{here}").status_code == 200
    assert http.get(f"/api/v2/users/{agent.upper()}").json()["id"] == agent
    found = http.get("/api/v2/users", params={"id": agent.upper()}).json()["entities"]
    assert [user["id"] for user in found] == [agent]
    organization = http.get("/api/v2/organizations/me").json()["id"]
    named = {"X-Genesys-Organization-ID": organization.upper()}
    assert http.get("/api/v2/organizations/me", headers=named).status_code == 200


def test_people_are_named_in_capitals_too(http: httpx.Client, agent: str) -> None:
    conversation = made(http, agent.upper())
    assert conversation["participants"][0]["userId"] == agent
    pair = {"addParticipants": [{"from": {"id": agent.upper(), "type": "user"}}]}
    added = http.post(f"/api/v2/conversations/{conversation['id']}/participants", json=pair)
    assert [p["id"] for p in added.json()["participants"]] == [conversation["participants"][0]["id"]]
    target = conversation["participants"][1]["id"].upper()
    event = {"initiatorId": agent.upper(), "targetId": target, "mode": "view"}
    body = {"eventType": "cobrowse:start", "data": event}
    started = http.post(f"/api/v2/conversations/{conversation['id']}/events", json=body)
    assert session_of(started, 202)["deliveries"][0]["address"] == "cust-l"


def test_an_external_id_keeps_its_capitals(http: httpx.Client, agent: str) -> None:
    """Somebody else's id, even one that looks like ours, is theirs to write."""
    theirs = str(uuid.uuid4()).upper()
    people = [{"userId": agent, "role": "agent"}, {"externalId": theirs, "role": "customer"}]
    conversation = made(http, agent, participants=people)
    assert conversation["participants"][1]["externalId"] == theirs


def test_blanks_are_an_empty_body(http: httpx.Client, agent: str) -> None:
    """W11: an empty body; some clients send a line feed for it."""
    path = f"/api/v2/conversations/{made(http, agent)['id']}/cobrowse"
    session_of(http.post(path, content=b" \r\n", headers={"Content-Type": "application/json"}))


def test_the_409_of_a_live_session_carries_its_id(http: httpx.Client, agent: str) -> None:
    """Start rules: that session's id and links, under the names that a start's answer has."""
    path = f"/api/v2/conversations/{made(http, agent)['id']}/cobrowse/initiate"
    started = session_of(http.post(path, json={"initiatorId": agent}))
    body = error_of(http.post(path, json={"initiatorId": agent}), 409, "cobrowse.session.exists")
    for key in ("id", "joinCode", "websocketUrl", "viewerUrl", "joinUrl", "state", "cobrowseType", "agentId"):
        assert body[key] == started[key], key


def test_w9_the_agent_may_be_one_of_the_participants(http: httpx.Client, agent: str) -> None:
    """W9 with several agents: `participants` of type agent name the agent as `initiator` does."""
    other = http.post("/api/v2/users", json={"email": f"{uuid.uuid4()}@example.com", "agent": True}).json()[
        "id"
    ]
    people = [{"userId": agent, "role": "agent"}, {"userId": other, "role": "agent"}]
    path = f"/api/v2/conversations/{made(http, agent, participants=people)['id']}/cobrowse"
    body = {"participants": [{"id": other, "type": "agent"}, {"id": "cust-9", "type": "external"}]}
    session = session_of(http.post(path, json=body))
    assert (session["agentId"], session["deliveries"][0]["address"]) == (other, "cust-9")


def test_connected_when_the_agent_answered(http: httpx.Client, agent: str) -> None:
    """Participant state follows the conversation: `connectedTime` is when it became active, not queued."""
    queued = made(http, agent, state="queued")
    assert [p["connectedTime"] for p in queued["participants"]] == [None, None]
    active = http.patch(f"/api/v2/conversations/{queued['id']}", json={"state": "active"}).json()
    for person in active["participants"]:
        assert person["connectedTime"] == active["updatedTime"]
        assert person["startTime"] == queued["createdTime"]


def test_deployments_and_configurations_are_named_in_capitals_too(http: httpx.Client) -> None:
    deployment = http.get("/api/v2/webdeployments/deployments").json()["entities"][0]
    page = {"deploymentId": deployment["id"].upper(), "externalId": "cust-l"}
    registered = httpx.post(
        f"{str(http.base_url).rstrip('/')}/api/v2/opencobrowse/pages",
        json=page,
        headers={"Origin": "http://localhost:1"},
    )
    assert registered.status_code == 200, registered.text
    body = {"name": "capitals", "configuration": {"id": deployment["configuration"]["id"].upper()}}
    made_one = http.post("/api/v2/webdeployments/deployments", json=body)
    assert made_one.status_code == 201, made_one.text
    assert http.delete(made_one.json()["selfUri"]).status_code == 204


def test_the_body_of_an_end_may_be_the_whole_conversation(http: httpx.Client, agent: str) -> None:
    """field.md C1: `PATCH …/cobrowsesessions/{id}` takes a Conversation; programs send back what they got."""
    conversation = made(http, agent)
    session_of(http.post(f"/api/v2/conversations/{conversation['id']}/cobrowse"))
    whole = http.get(f"/api/v2/conversations/{conversation['id']}").json() | {"state": "disconnected"}
    ended = http.patch(f"/api/v2/conversations/cobrowsesessions/{conversation['id']}", json=whole)
    assert ended.status_code == 200, ended.text
    legs = [leg for p in ended.json()["participants"] for leg in p["cobrowsesessions"]]
    assert {leg["state"] for leg in legs} == {"disconnected"}


def test_a_429_of_the_token_call_has_the_headers_of_every_429(http: httpx.Client) -> None:
    """Section 3: integer `Retry-After` of at most 180 s, and `inin-ratelimit-allowed|count|reset`."""
    wrong = (f"nobody-{uuid.uuid4()}", "wrong")
    for _ in range(6):
        answer = httpx.post(
            f"{str(http.base_url).rstrip('/')}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=wrong,
        )
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 180
    for name in ("allowed", "count", "reset"):
        assert int(answer.headers[f"inin-ratelimit-{name}"]) >= 1


def test_w10_a_new_user_is_no_agent_before_it_is_granted(http: httpx.Client, agent: str) -> None:
    """W10: 409 for who is not in the conversation, then 403 for who lacks `cobrowse:agent`."""
    user = http.post("/api/v2/users", json={"name": "Robin", "email": f"{uuid.uuid4()}@example.com"}).json()
    path = f"/api/v2/conversations/{made(http, agent)['id']}"
    error_of(http.post(f"{path}/cobrowse", json={"agentId": user["id"]}), 409, "agent.not.in.conversation")
    pair = {"addParticipants": [{"from": {"id": user["id"], "type": "user"}}]}
    assert http.post(f"{path}/participants", json=pair).status_code == 201
    error_of(http.post(f"{path}/cobrowse", json={"agentId": user["id"]}), 403, "missing.permissions")
    grant = {"add": ["cobrowse:agent"]}
    assert http.post(f"/api/v2/users/{user['id']}/permissions", json=grant).status_code == 200
    session_of(http.post(f"{path}/cobrowse", json={"agentId": user["id"]}))
