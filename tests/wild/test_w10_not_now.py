"""W10: conversations that are not active and agents who cannot be; each refusal names its cure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wild.checks import error_of, send_example, sent_example_starts, session_of
from tests.wild.conftest import World

UNKNOWN = "ffffffff-ffff-4fff-8fff-ffffffffffff"
BODIES = ("W3", "W9")


def body_of(row: str, agent: str) -> dict[str, Any]:
    if row == "W3":
        return {"agentId": agent, "cobrowseType": "control"}
    return {
        "initiator": {"id": agent, "type": "agent"},
        "participants": [{"id": "customer-1", "type": "external"}],
    }


@pytest.mark.parametrize("row", BODIES)
@pytest.mark.parametrize("state", ["queued", "alerting"])
def test_not_active_yet(world: World, row: str, state: str) -> None:
    conversation = world.conversation(state=state)
    agent = conversation["participants"][0]
    assert agent["state"] == ("alerting" if state == "alerting" else "none")
    body = body_of(row, world.agent)
    refused = error_of(world.start(conversation["id"], body), 409, "conversation.not.active")
    assert refused["help"]["example"]["method"] == "PATCH"
    assert send_example(world.http, refused).json()["participants"][0]["state"] == "connected"
    session_of(world.start(conversation["id"], body), kind="control" if row == "W3" else "view")


@pytest.mark.parametrize("row", BODIES)
def test_ended(world: World, row: str) -> None:
    conversation = world.new_id()
    world.end(conversation)
    refused = error_of(world.start(conversation, body_of(row, world.agent)), 409, "conversation.not.active")
    assert "new one" in refused["help"]["summary"]
    made = send_example(world.http, refused).json()
    assert made["agentId"] == world.agent
    assert made["deliveries"][0]["address"] == "customer-1"


@pytest.mark.parametrize("row", BODIES)
def test_unknown_conversation(world: World, row: str) -> None:
    refused = error_of(world.start(UNKNOWN, body_of(row, world.agent)), 404, "conversation.not.found")
    assert "/api/v2/conversations" in refused["help"]["summary"]
    send_example(world.http, refused)


@pytest.mark.parametrize("row", BODIES)
def test_agent_not_in_it(world: World, row: str) -> None:
    other = world.user()
    conversation = world.new_id()
    refused = error_of(world.start(conversation, body_of(row, other)), 409, "agent.not.in.conversation")
    assert "participants" in refused["help"]["summary"]
    sent_example_starts(world.http, refused, world.agent, "control" if row == "W3" else "view")


def test_agent_not_in_it_and_nobody_else_is(world: World) -> None:
    conversation = world.http.post("/api/v2/conversations", json={"type": "voice"}).json()["id"]
    body = body_of("W3", world.agent)
    refused = error_of(world.start(conversation, body), 409, "agent.not.in.conversation")
    assert send_example(world.http, refused).status_code == 201
    session_of(world.start(conversation, body), kind="control")


@pytest.mark.parametrize("row", BODIES)
def test_agent_without_the_permission(world: World, row: str) -> None:
    plain = world.user(agent=False)
    conversation = world.new_id("voice", plain, world.agent)
    refused = error_of(world.start(conversation, body_of(row, plain)), 403, "missing.permissions")
    assert "cobrowse:agent" in refused["help"]["summary"]
    sent_example_starts(world.http, refused, world.agent, "control" if row == "W3" else "view")


def test_agent_without_the_permission_and_nobody_else(world: World) -> None:
    plain = world.user(agent=False)
    conversation = world.new_id("voice", plain)
    for body in (body_of("W3", plain), {}):
        refused = error_of(world.start(conversation, body), 403, "missing.permissions")
    assert send_example(world.http, refused).is_success
    session_of(world.start(conversation, body_of("W3", plain)), kind="control")


@pytest.mark.parametrize("row", BODIES)
def test_agent_unknown(world: World, row: str) -> None:
    conversation = world.new_id()
    refused = error_of(world.start(conversation, body_of(row, UNKNOWN)), 404, "agent.not.found")
    assert "user id" in refused["help"]["summary"]
    sent_example_starts(world.http, refused, world.agent, "control" if row == "W3" else "view")


@pytest.mark.parametrize("path", ["cobrowse", "cobrowse/initiate", "events"])
def test_nobody_named(world: World, path: str) -> None:
    """None connected is 409, several are 400 and listed (api.md section 2, "Who")."""
    body = {"eventType": "cobrowse:start", "data": {}} if path == "events" else {}
    empty = world.http.post("/api/v2/conversations", json={"type": "message"}).json()["id"]
    none = error_of(
        world.http.post(f"/api/v2/conversations/{empty}/{path}", json=body), 409, "agent.not.connected"
    )
    assert send_example(world.http, none).status_code == 201
    second = world.user()
    both = world.new_id("voice", world.agent, second)
    several = error_of(
        world.http.post(f"/api/v2/conversations/{both}/{path}", json=body), 400, "agent.ambiguous"
    )
    assert {d["entityId"] for d in several["details"]} == {world.agent, second}
    sent_example_starts(world.http, several, world.agent)


@pytest.mark.parametrize("path", ["cobrowse", "cobrowse/initiate", "events"])
def test_no_customer_is_fine(world: World, path: str) -> None:
    body: dict[str, Any] = {"eventType": "cobrowse:start", "data": {}} if path == "events" else {}
    conversation = world.new_id("voice", customer=None)
    answer = world.http.post(f"/api/v2/conversations/{conversation}/{path}", json=body)
    assert answer.is_success
    assert answer.json()["joinUrl"] and answer.json()["joinCode"]
