"""A wrong use of `Idempotency-Key` on every way to start: 422, 400, and the way out (api.md section 3)."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server
from tests.wild.checks import error_of, fields_of, send_example
from tests.wild.conftest import World

BASE = "/api/v2/conversations"


def ways(world: World, conversation: str) -> dict[str, tuple[str, Any, Any]]:
    """Path, body, and another body, of each way."""
    agent = world.agent
    event = {"eventType": "cobrowse:start", "data": {"initiatorId": agent, "mode": "view"}}
    both = [{"userId": agent, "role": "agent"}, {"externalId": "c", "role": "customer"}]
    return {
        "cobrowse": (f"{BASE}/{conversation}/cobrowse", {"agentId": agent}, {"reason": "x"}),
        "initiate": (f"{BASE}/{conversation}/cobrowse/initiate", {"initiatorId": agent}, {"reason": "x"}),
        "events": (f"{BASE}/{conversation}/events", event, {**event, "data": {"mode": "view"}}),
        "create": (f"{BASE}/cobrowse", {"type": "cobrowse", "to": [{"id": agent}]},
                   {"type": "cobrowse", "to": [{"id": agent}], "wrapUpCode": "x"}),
        "W7": (BASE, {"type": "cobrowse", "participants": both},
               {"type": "cobrowse", "participants": both, "externalTag": "x"}),
    }  # fmt: skip


@pytest.mark.parametrize("way", ["cobrowse", "initiate", "events", "create", "W7"])
def test_a_key_with_another_body(world: World, way: str) -> None:
    path, body, other = ways(world, world.new_id())[way]
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = world.http.post(path, json=body, headers=headers)
    assert first.is_success, first.text
    refused = error_of(world.http.post(path, json=other, headers=headers), 422, "idempotency.key.reused")
    assert "new Idempotency-Key" in refused["help"]["summary"]
    assert "viewerUrl" in send_example(world.http, refused).text
    assert world.http.post(path, json=body, headers=headers).content == first.content


@pytest.mark.parametrize("way", ["cobrowse", "initiate", "events", "create", "W7"])
def test_a_key_that_is_too_long(world: World, way: str) -> None:
    path, body, _ = ways(world, world.new_id())[way]
    refused = error_of(world.http.post(path, json=body, headers={"Idempotency-Key": "k" * 256}), 400)
    assert fields_of(refused) == ["Idempotency-Key"]
    assert "viewerUrl" in send_example(world.http, refused).text


def test_an_agents_own_token(server: Server, world: World) -> None:
    """A person's token is refused with what that person may do: the example is theirs."""
    with httpx.Client(base_url=server.url, headers={"Origin": server.url}) as agent:
        form = {"email": AGENT_EMAIL, "password": AGENT_PASSWORD}
        assert agent.post("/api/v2/opencobrowse/signin", json=form).status_code == 200
        for state in ("active", "queued"):
            path = f"{BASE}/{world.new_id(state=state)}/cobrowse"
            refused = error_of(agent.post(path, json={"agentID": "me"}), 400, "unknown.field")
            if refused["help"]["example"] is None:
                assert "has to" in refused["help"]["summary"]
            else:
                send_example(agent, refused)


def test_who_has_no_token_is_told_how_to_get_one(server: Server, world: World) -> None:
    """401: nothing can be proposed, and the summary says what to do first."""
    answer = httpx.post(f"{server.url}{BASE}/{world.new_id()}/cobrowse", json={})
    refused = error_of(answer, 401, "authentication.required")
    assert "POST /oauth/token" in refused["help"]["summary"] and refused["help"]["example"] is None
