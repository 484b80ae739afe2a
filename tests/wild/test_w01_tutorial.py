"""W1: the newcomer's tutorial, call by call."""

from __future__ import annotations

import httpx
import pytest

from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server
from tests.wild.checks import error_of, send_example, session_of
from tests.wild.conftest import World

SIP = "sip:customer@example.com"


def pair(agent: str, address: str = SIP) -> dict[str, object]:
    return {
        "addParticipants": [{
            "from": {"id": agent, "externalId": None, "name": "Agent", "type": "user"},
            "to": {"id": None, "externalId": address, "name": "Customer", "type": "sip"},
            "reason": "Cobrowse session",
        }]
    }  # fmt: skip


def test_tutorial(server: Server, world: World) -> None:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    token = httpx.post(f"{server.url}/oauth/token", data=form)
    assert token.status_code == 200
    assert token.json()["token_type"] == "bearer"
    headers = {"Authorization": f"Bearer {token.json()['access_token']}", "Content-Type": "application/json"}
    with httpx.Client(base_url=f"{server.url}/api/v2", headers=headers) as http:
        made = http.post("/conversations", json={"type": "cobrowse", "metadata": {"source": "tutorial"}})
        assert made.status_code == 201
        conversation = made.json()["id"]
        assert made.headers["Location"] == f"/api/v2/conversations/{conversation}"
        assert made.json()["metadata"] == {"source": "tutorial"}

        added = http.post(f"/conversations/{conversation}/participants", json=pair(world.agent))
        assert added.status_code == 201
        assert added.json()["conversationId"] == conversation
        assert [p["purpose"] for p in added.json()["participants"]] == ["agent", "customer"]
        assert added.json()["participants"][0]["state"] == "connected"
        assert added.json()["participants"][1]["address"] == SIP

        wish = {"initiatorId": world.agent, "reason": "Cobrowse session"}
        first = http.post(f"/conversations/{conversation}/cobrowse/initiate", json=wish)
        started = session_of(first)
        assert started["conversationId"] == conversation
        assert started["initiatorId"] == world.agent
        assert started["timestamp"].endswith("Z")
        assert {"channel": "sip", "state": "not.configured", "address": SIP, "pages": 0} in started[
            "deliveries"
        ]

        again = http.post(f"/conversations/{conversation}/cobrowse/initiate", json=wish)
        refused = error_of(again, 409, "cobrowse.session.exists")
        assert refused["cobrowseSessionId"] == started["id"]
        assert refused["viewerUrl"] == started["viewerUrl"]
        assert refused["joinUrl"] == started["joinUrl"]
        assert refused["joinCode"] == started["joinCode"]
    assert send_example(world.http, refused).json()["id"] == started["id"]


def test_initiate_by_participant_id(world: World) -> None:
    conversation = world.conversation()
    participant = next(p["id"] for p in conversation["participants"] if p["purpose"] == "agent")
    answer = world.http.post(
        f"/api/v2/conversations/{conversation['id']}/cobrowse/initiate", json={"initiatorId": participant}
    )
    started = session_of(answer)
    assert started["initiatorId"] == participant
    assert started["agentId"] == world.agent


def test_the_same_pair_again_returns_it(world: World) -> None:
    conversation = world.http.post("/api/v2/conversations", json={"type": "cobrowse"}).json()["id"]
    path = f"/api/v2/conversations/{conversation}/participants"
    first = world.http.post(path, json=pair(world.agent))
    second = world.http.post(path, json=pair(world.agent))
    assert (first.status_code, second.status_code) == (201, 201)
    assert [p["id"] for p in first.json()["participants"]] == [p["id"] for p in second.json()["participants"]]


@pytest.mark.parametrize(
    "address", ["alice@example.com", "sip:", "sip:alice@", "http://example.com", "sip:a b@c"]
)
def test_a_sip_end_needs_a_sip_uri(world: World, address: str) -> None:
    conversation = world.http.post("/api/v2/conversations", json={"type": "cobrowse"}).json()["id"]
    answer = world.http.post(
        f"/api/v2/conversations/{conversation}/participants", json=pair(world.agent, address)
    )
    refused = error_of(answer, 400, "invalid.value")
    assert refused["details"][0]["fieldName"] == "addParticipants[0].to.externalId"
    assert "sip:" in refused["help"]["summary"]
    send_example(world.http, refused)


def test_who_can_be_added(world: World) -> None:
    conversation = world.http.post("/api/v2/conversations", json={"type": "cobrowse"}).json()["id"]
    path = f"/api/v2/conversations/{conversation}/participants"

    def add(**end: object) -> httpx.Response:
        return world.http.post(path, json={"addParticipants": [{"from": end}]})

    missing = error_of(add(type="user", name="Nobody"), 400, "missing.field")
    assert missing["details"][0]["fieldName"] == "addParticipants[0].from.id"
    error_of(add(type="external", externalId="c-1"), 400, "missing.field")
    error_of(add(type="user", id="ffffffff-ffff-4fff-8fff-ffffffffffff"), 404, "user.not.found")
    send_example(world.http, missing)
    world.end(conversation)
    ended = error_of(add(type="user", id=world.agent), 409, "conversation.not.active")
    send_example(world.http, ended)
