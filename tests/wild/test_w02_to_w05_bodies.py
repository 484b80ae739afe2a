"""W2 to W5: the bodies that people send."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wild.checks import error_of, fields_of, sent_example_starts, session_of
from tests.wild.conftest import World


def test_w2_both_unknown_fields_are_named(world: World) -> None:
    conversation = world.new_id()
    refused = error_of(world.start(conversation, {"sessionId": "new-session", "type": "cobrowse"}), 400)
    assert set(fields_of(refused)) == {"sessionId", "type"}
    assert "sessionId" in refused["message"] and "type" in refused["message"]
    assert "sessionId" in refused["help"]["summary"]
    sent_example_starts(world.http, refused, world.agent)


def test_w3_control_when_asked_for(world: World) -> None:
    started = session_of(
        world.start(world.new_id(), {"agentId": world.agent, "cobrowseType": "control"}), kind="control"
    )
    assert started["agentId"] == world.agent


def test_w3_view_when_not(world: World) -> None:
    session_of(world.start(world.new_id(), {"agentId": world.agent}))


def test_w3_by_participant_id(world: World) -> None:
    conversation = world.conversation()
    participant = conversation["participants"][0]["id"]
    started = session_of(world.start(conversation["id"], {"agentId": participant}))
    assert started["agentId"] == world.agent


@pytest.mark.parametrize("media", ["webchat", "chats", "calls", "messages"])
def test_w4_the_right_path_is_named(world: World, media: str) -> None:
    conversation = world.conversation("webchat")
    body = {
        "participantId": conversation["participants"][0]["id"],
        "sessionId": "new",
        "initiatorType": "agent",
    }
    answer = world.http.post(f"/api/v2/conversations/{media}/{conversation['id']}/cobrowse", json=body)
    refused = error_of(answer, 404, "not.found")
    right = f"/api/v2/conversations/{conversation['id']}/cobrowse"
    assert right in refused["message"]
    assert right in refused["help"]["summary"]
    assert refused["help"]["example"]["path"] == right
    sent_example_starts(world.http, refused, world.agent)


@pytest.mark.parametrize("by", ["participant id", "user id"])
@pytest.mark.parametrize("target", ["the same", "none", "the customer"])
def test_w5_event(world: World, by: str, target: str) -> None:
    conversation = world.conversation()
    agent, customer = conversation["participants"]
    initiator = agent["id"] if by == "participant id" else world.agent
    data: dict[str, Any] = {"initiatorId": initiator, "mode": "interactive"}
    if target != "none":
        data["targetId"] = initiator if target == "the same" else customer["id"]
    answer = world.http.post(
        f"/api/v2/conversations/{conversation['id']}/events",
        json={"eventType": "cobrowse:start", "data": data},
    )
    started = session_of(answer, 202, "control")
    assert started["agentId"] == world.agent
    assert started["conversationId"] == conversation["id"]
    assert started["deliveries"][0]["address"] == "customer-1"


def test_w5_view(world: World) -> None:
    body = {"eventType": "cobrowse:start", "data": {"initiatorId": world.agent, "mode": "view"}}
    session_of(world.http.post(f"/api/v2/conversations/{world.new_id()}/events", json=body), 202, "view")


def test_w5_a_target_that_is_nobody_here(world: World) -> None:
    conversation = world.conversation()
    data = {"initiatorId": world.agent, "targetId": "nobody", "mode": "interactive"}
    answer = world.http.post(
        f"/api/v2/conversations/{conversation['id']}/events",
        json={"eventType": "cobrowse:start", "data": data},
    )
    refused = error_of(answer, 400, "invalid.value")
    listed = {detail.get("entityId") for detail in refused["details"]}
    assert listed >= {p["id"] for p in conversation["participants"]}
    sent_example_starts(world.http, refused, world.agent, "control")


@pytest.mark.parametrize("path", ["cobrowse/initiate", "events"])
def test_a_repeat_is_always_409(world: World, path: str) -> None:
    conversation = world.new_id()
    body: dict[str, Any] = {"initiatorId": world.agent}
    if path == "events":
        body = {"eventType": "cobrowse:start", "data": {**body, "mode": "view"}}
    first = world.http.post(f"/api/v2/conversations/{conversation}/{path}", json=body)
    second = world.http.post(f"/api/v2/conversations/{conversation}/{path}", json=body)
    assert first.is_success
    assert error_of(second, 409, "cobrowse.session.exists")["cobrowseSessionId"] == first.json()["id"]
