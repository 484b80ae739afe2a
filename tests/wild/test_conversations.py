"""Conversations as api.md section 2 has them: made, found, moved, ended."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.wild.checks import TIME, error_of, send_example
from tests.wild.conftest import World

CONVERSATIONS = "/api/v2/conversations"


@pytest.mark.parametrize(
    ("said", "kept"),
    [("cobrowse", "cobrowse"), ("voice", "voice"), ("call", "voice"), ("chat", "chat"),
     ("webchat", "webchat"), ("message", "message"), ("webmessaging", "message")],
)  # fmt: skip
def test_made(world: World, said: str, kept: str) -> None:
    body = {"type": said, "metadata": {"ticket": {"id": 7}}, "externalTag": f"tag-{uuid.uuid4()}"}
    answer = world.http.post(CONVERSATIONS, json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["Location"] == made["selfUri"] == f"{CONVERSATIONS}/{made['id']}"
    assert (made["type"], made["state"], made["metadata"]) == (kept, "active", {"ticket": {"id": 7}})
    assert made["externalTag"] == body["externalTag"]
    assert made.keys() >= {"routingData", "participants", "createdTime", "updatedTime"}
    assert TIME.match(made["createdTime"]) and TIME.match(made["updatedTime"])
    assert world.http.get(made["selfUri"]).json() == made


def test_found_by_its_tag(world: World) -> None:
    tag = f"ticket/{uuid.uuid4()}&x=1"
    body = {"type": "voice", "externalTag": tag}
    made = [world.http.post(CONVERSATIONS, json=body).json()["id"] for _ in range(3)]
    found = world.http.get(CONVERSATIONS, params={"externalTag": tag, "pageSize": 2}).json()
    assert [e["id"] for e in found["entities"]] == [made[2], made[1]]
    assert (found["total"], found["pageCount"], found["pageNumber"], found["pageSize"]) == (3, 2, 1, 2)
    rest = world.http.get(found["nextUri"]).json()
    assert [e["id"] for e in rest["entities"]] == [made[0]]
    assert "nextUri" not in rest
    assert world.http.get(rest["previousUri"]).json()["entities"] == found["entities"]
    assert world.http.get(CONVERSATIONS, params={"externalTag": "no such tag"}).json()["entities"] == []


@pytest.mark.parametrize(
    "query", ["pageSize=0", "pageSize=x", "pageNumber=-1", "pageSize=1e3", "pageNumber=0"]
)
def test_a_page_that_cannot_be(world: World, query: str) -> None:
    refused = error_of(world.http.get(f"{CONVERSATIONS}?{query}"), 400, "invalid.value")
    assert refused["details"][0]["fieldName"] == query.partition("=")[0]


def test_participants_follow_the_state(world: World) -> None:
    """queued: no agent connected; alerting: alerting; active: connected."""
    made = world.conversation(state="queued")
    path = f"{CONVERSATIONS}/{made['id']}"
    states = [made["participants"][0]["state"]]
    for state in ("alerting", "active", "disconnected"):
        moved = world.http.patch(path, json={"state": state})
        assert moved.status_code == 200
        assert moved.json()["state"] == state
        states.append(moved.json()["participants"][0]["state"])
    assert states == ["none", "alerting", "connected", "disconnected"]
    refused = error_of(world.http.patch(path, json={"state": "active"}), 409, "conversation.state")
    assert "new one" in refused["help"]["summary"]


def test_connected_is_active(world: World) -> None:
    """The platform's word, which its SDKs are answered with (field.md C2), is taken back."""
    assert world.conversation(state="connected")["state"] == "active"
    path = f"{CONVERSATIONS}/{world.conversation(state='queued')['id']}"
    moved = world.http.patch(path, json={"state": "connected"}, headers={"purecloud-sdk": "269.0.0"})
    assert (moved.status_code, moved.json()["state"]) == (200, "connected")
    assert world.http.get(path).json()["state"] == "active"


def test_moving_to_where_it_is_changes_nothing(world: World) -> None:
    path = f"{CONVERSATIONS}/{world.new_id()}"
    before = world.http.get(path).json()
    assert world.http.patch(path, json={"state": "active"}).json() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ({"type": "fax"}, "type"),
        ({"type": "voice", "state": "ended"}, "state"),
        ({"type": "voice", "metadata": "x"}, "metadata"),
        ({"type": "voice", "Type": "x"}, "Type"),
        ({"type": "voice", "participants": [{"role": "boss"}]}, "participants[0].role"),
        ({"type": "voice", "participants": [{"role": "agent"}]}, "participants[0].userId"),
        ({"type": "voice", "participants": [{"role": "customer", "adress": "x"}]}, "participants[0].adress"),
        ({"type": "voice", "externalTag": "t" * 2000}, "externalTag"),
        ({"type": "voice", "participants": [{"role": "user", "address": "sip:"}]}, "participants[0].address"),
    ],
)
def test_a_body_that_cannot_be(world: World, body: dict[str, Any], field: str) -> None:
    refused = error_of(world.http.post(CONVERSATIONS, json=body), 400)
    assert field in [d.get("fieldName") for d in refused["details"]]
    assert send_example(world.http, refused).status_code == 201


def test_an_agent_nobody_knows(world: World) -> None:
    body = {"type": "voice", "participants": [{"role": "agent", "userId": "nobody"}]}
    refused = error_of(world.http.post(CONVERSATIONS, json=body), 404, "user.not.found")
    assert refused["details"][0]["fieldName"] == "participants[0].userId"
    send_example(world.http, refused)


def test_too_many_participants(world: World) -> None:
    people = [{"role": "customer", "externalId": f"c-{n}"} for n in range(101)]
    error_of(
        world.http.post(CONVERSATIONS, json={"type": "voice", "participants": people}),
        409,
        "too.many.participants",
    )


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown(world: World, method: str) -> None:
    json = {"state": "active"} if method == "PATCH" else None
    answer = world.http.request(method, f"{CONVERSATIONS}/ffffffff-ffff-4fff-8fff-ffffffffffff", json=json)
    error_of(answer, 404, "conversation.not.found")
