"""W11: the official SDK's start, whose body is the four bytes `null`. W12: a customer with no page open."""

from __future__ import annotations

import pytest

from tests.wild.checks import session_of
from tests.wild.conftest import World


@pytest.mark.parametrize("body", [b"null", b"", b"{}"])
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", None])
def test_w11(world: World, body: bytes, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = world.http.post(
        f"/api/v2/conversations/{world.new_id()}/cobrowse", content=body, headers=headers
    )
    started = session_of(answer)
    assert started["agentId"] == world.agent


def test_w11_the_sdks_own_retry_gets_the_same_session(world: World) -> None:
    conversation = world.new_id()
    first = session_of(world.start(conversation))
    again = session_of(world.start(conversation))
    assert again["id"] == first["id"]
    other = world.start(conversation, {"cobrowseType": "control"})
    assert other.status_code == 409


def test_w12(world: World) -> None:
    people = [
        {"userId": world.agent, "role": "agent"},
        {"address": "+4930123456", "role": "customer", "name": "Casey"},
    ]
    made = world.http.post("/api/v2/conversations", json={"type": "call", "participants": people})
    assert made.json()["type"] == "voice"
    started = session_of(world.start(made.json()["id"]))
    assert started["communicationType"] == "Call"
    assert started["joinUrl"].startswith(str(world.http.base_url))
    assert len(started["joinCode"]) == 9
    ways = {d["channel"]: d["state"] for d in started["deliveries"]}
    assert ways == {"page": "pending", "phone": "not.configured"}
