"""W6 and W7: a conversation and its session in one call."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.wild.checks import SESSION_KEYS, error_of, send_example
from tests.wild.conftest import World


def started_at_once(world: World, answer: httpx.Response, kind: str = "view") -> dict[str, Any]:
    """The answer is the conversation with its session's fields, and both are there."""
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/api/v2/conversations/{body['id']}"
    assert body["type"] == "cobrowse"
    assert body.keys() >= {
        "cobrowseSessionId",
        "joinCode",
        "joinUrl",
        "viewerUrl",
        "deliveries",
        "participants",
    }
    assert body["session"].keys() >= SESSION_KEYS
    assert body["session"]["state"] == "initiated"
    assert body["cobrowseType"] == kind
    assert body["agentId"] == world.agent
    shown = world.http.get(f"/api/v2/conversations/{body['id']}").json()
    media = [m for p in shown["participants"] for m in p["cobrowsesessions"]]
    assert {m["cobrowseSessionId"] for m in media} == {body["cobrowseSessionId"]}
    assert {m["state"] for m in media} == {"offering"}
    return body


@pytest.mark.parametrize("code", [{"wrap_up_code": "NoWrapUp"}, {"wrapUpCode": "NoWrapUp"}, {}])
def test_w6(world: World, code: dict[str, str]) -> None:
    body = {"to": [{"id": world.agent, "type": "user"}], "type": "cobrowse", **code}
    made = started_at_once(world, world.http.post("/api/v2/conversations/cobrowse", json=body))
    assert made["metadata"] == ({"wrapUpCode": "NoWrapUp"} if code else {})


def test_w6_with_a_customer(world: World) -> None:
    body = {
        "to": [{"id": world.agent, "type": "user"}],
        "type": "cobrowse",
        "participants": [{"id": "customer-6", "type": "external"}],
    }
    made = started_at_once(world, world.http.post("/api/v2/conversations/cobrowse", json=body))
    assert made["deliveries"][0]["address"] == "customer-6"


@pytest.mark.parametrize(
    "body",
    [{"type": "cobrowse"}, {"type": "cobrowse", "to": []}, {"type": "call", "to": []}, {},
     {"type": "cobrowse", "to": [{"id": "x", "kind": "user"}]}],
)  # fmt: skip
def test_w6_refused_with_a_request_that_works(world: World, body: dict[str, Any]) -> None:
    refused = error_of(world.http.post("/api/v2/conversations/cobrowse", json=body), 400)
    started_at_once_by = send_example(world.http, refused)
    assert started_at_once_by.status_code == 201


def test_w6_an_agent_nobody_knows(world: World) -> None:
    body = {"type": "cobrowse", "to": [{"id": "nobody", "type": "user"}]}
    refused = error_of(world.http.post("/api/v2/conversations/cobrowse", json=body), 404, "user.not.found")
    assert refused["details"][0]["fieldName"] == "to[0].id"
    send_example(world.http, refused)


def test_w6_refused_makes_nothing(world: World) -> None:
    plain = world.user(agent=False)
    before = world.http.get("/api/v2/conversations").json()["total"]
    body = {"type": "cobrowse", "to": [{"id": plain, "type": "user"}]}
    error_of(world.http.post("/api/v2/conversations/cobrowse", json=body), 403, "missing.permissions")
    assert world.http.get("/api/v2/conversations").json()["total"] == before


def test_w7(world: World) -> None:
    body = {
        "type": "cobrowse",
        "participants": [{"userId": world.agent, "role": "agent"}, {"userId": "customer-7", "role": "user"}],
    }
    made = started_at_once(world, world.http.post("/api/v2/conversations", json=body))
    agent, customer = made["participants"]
    assert (agent["userId"], agent["state"]) == (world.agent, "connected")
    assert customer["externalId"] == "customer-7"
    refused = error_of(
        world.http.post(
            f"/api/v2/conversations/{made['id']}/cobrowse/initiate", json={"initiatorId": world.agent}
        ),
        409,
        "cobrowse.session.exists",
    )
    assert refused["cobrowseSessionId"] == made["cobrowseSessionId"]


@pytest.mark.parametrize(
    "change",
    [{"type": "voice"}, {"state": "queued"}, {"participants": [{"externalId": "c", "role": "customer"}]}],
)
def test_w7_starts_nothing_where_something_is_missing(world: World, change: dict[str, Any]) -> None:
    people = [{"userId": world.agent, "role": "agent"}, {"userId": "customer-7", "role": "user"}]
    answer = world.http.post(
        "/api/v2/conversations", json={"type": "cobrowse", "participants": people, **change}
    )
    assert answer.status_code == 201
    assert "cobrowseSessionId" not in answer.json()
    assert all(not p["cobrowsesessions"] for p in answer.json()["participants"])
