"""The start rules of api.md section 2 that only show when several calls meet: repeats, keys, races, ends."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server
from tests.wild.checks import error_of, send_example, session_of
from tests.wild.conftest import World

WAYS = ("cobrowse", "cobrowse/initiate", "events", "conversations/cobrowse", "conversations")


def call(world: World, way: str) -> tuple[str, dict[str, Any]]:
    """A path and a body that start a session in this way."""
    if way == "conversations/cobrowse":
        body: dict[str, Any] = {"type": "cobrowse", "to": [{"id": world.agent, "type": "user"}]}
        return "/api/v2/conversations/cobrowse", body
    if way == "conversations":
        people = [{"userId": world.agent, "role": "agent"}, {"userId": "c", "role": "user"}]
        return "/api/v2/conversations", {"type": "cobrowse", "participants": people}
    path = f"/api/v2/conversations/{world.new_id()}/{way}"
    body = {"initiatorId": world.agent}
    if way == "events":
        return path, {"eventType": "cobrowse:start", "data": {**body, "mode": "view"}}
    return path, {"agentId": world.agent} if way == "cobrowse" else body


def together(server: Server, times: int, **request: Any) -> list[httpx.Response]:
    """The same call, `times` at once over 40 connections."""
    token = f"Bearer {server.token()}"
    limits = httpx.Limits(max_connections=40)
    with httpx.Client(base_url=server.url, limits=limits, timeout=30) as http:
        headers = {"Authorization": token, **request.pop("headers", {})}
        with ThreadPoolExecutor(40) as pool:
            sent = [pool.submit(http.post, headers=headers, **request) for _ in range(times)]
            return [future.result() for future in sent]


@pytest.mark.parametrize("way", WAYS)
def test_a_key_gets_the_first_answer_again(world: World, way: str) -> None:
    """I7: the same key and body is the first answer, status and bytes; another body is refused."""
    path, body = call(world, way)
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = world.http.post(path, json=body, headers=headers)
    again = world.http.post(path, json=body, headers=headers)
    assert first.is_success, first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("Location") == first.headers.get("Location")
    refused = error_of(
        world.http.post(
            path, json={**body, "reason": "x"} if way == "cobrowse" else changed(body), headers=headers
        ),
        422,
        "idempotency.key.reused",
    )
    assert "Idempotency-Key" in refused["help"]["summary"]


def changed(body: dict[str, Any]) -> dict[str, Any]:
    """Another body that is valid, too."""
    if "data" in body:
        return {**body, "data": {**body["data"], "mode": "interactive"}}
    if "to" in body:
        return {**body, "wrapUpCode": "other"}
    return {**body, "metadata": {"other": 1}} if "participants" in body else {**body, "reason": "other"}


@pytest.mark.parametrize("way", WAYS)
def test_a_key_under_200_calls_at_once(server: Server, world: World, way: str) -> None:
    """I6, I7: one session, and everybody gets the same answer."""
    path, body = call(world, way)
    answers = together(server, 200, url=path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert len({answer.content for answer in answers}) == 1, {a.status_code for a in answers}
    assert answers[0].is_success
    made = answers[0].json()
    conversation = made.get("conversationId") or path.split("/")[4]
    shown = world.http.get(f"/api/v2/conversations/{conversation}").json()
    media = {m["id"] for p in shown["participants"] for m in p["cobrowsesessions"]}
    assert len(media) == 1


def test_200_starts_at_once_are_one_session(server: Server, world: World) -> None:
    """I6: on …/cobrowse each is the SDK's own retry."""
    path, body = call(world, "cobrowse")
    answers = together(server, 200, url=path, json=body)
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["id"] for a in answers}) == 1


@pytest.mark.parametrize("way", ["cobrowse/initiate", "events"])
def test_200_initiates_at_once_are_one_session(server: Server, world: World, way: str) -> None:
    """I6: one is answered, 199 are told of it."""
    path, body = call(world, way)
    answers = together(server, 200, url=path, json=body)
    won = [a for a in answers if a.is_success]
    assert len(won) == 1
    lost = {a.json()["cobrowseSessionId"] for a in answers if a.status_code == 409}
    assert lost == {won[0].json()["id"]}
    assert sum(a.status_code == 409 for a in answers) == 199


def test_a_refused_call_does_not_use_up_its_key(world: World) -> None:
    """A refused call did nothing: the same key starts the session once the cause is gone."""
    conversation = world.new_id(state="queued")
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    refused = error_of(world.start(conversation, headers=headers), 409, "conversation.not.active")
    send_example(world.http, refused)
    session_of(world.start(conversation, headers=headers))


def test_a_key_that_is_too_long(world: World) -> None:
    error_of(world.start(world.new_id(), headers={"Idempotency-Key": "k" * 256}), 400, "invalid.value")


@pytest.mark.parametrize("how", ["delete", "patch"])
def test_the_end_of_a_conversation_ends_its_session(world: World, how: str) -> None:
    conversation = world.new_id()
    session = session_of(world.start(conversation))["id"]
    path = f"/api/v2/conversations/{conversation}"
    if how == "delete":
        assert world.http.delete(path).status_code == 204
        assert world.http.delete(path).status_code == 204
    else:
        assert world.http.patch(path, json={"state": "disconnected"}).json()["state"] == "disconnected"
    shown = world.http.get(path).json()
    assert shown["state"] == "disconnected"
    assert {p["state"] for p in shown["participants"]} == {"disconnected"}
    media = [m for p in shown["participants"] for m in p["cobrowsesessions"]]
    assert {m["state"] for m in media} == {"disconnected"}
    ended = world.http.get(f"/api/v2/opencobrowse/sessions/{session}").json()
    assert (ended["state"], ended["endReason"]) == ("ended", "conversation.ended")


def test_a_users_own_token_means_that_user(server: Server, world: World) -> None:
    """ "Who": nobody named, the token is a person's: they are the agent, though others are connected, too."""
    conversation = world.new_id("voice", world.user(), world.agent)
    with httpx.Client(base_url=server.url) as browser:
        account = {"email": AGENT_EMAIL, "password": AGENT_PASSWORD}
        assert browser.post("/api/v2/opencobrowse/signin", json=account).status_code == 200
        answer = browser.post(f"/api/v2/conversations/{conversation}/cobrowse", content=b"null")
        assert session_of(answer)["agentId"] == world.agent
        elsewhere = world.new_id("voice", world.user())
        refused = browser.post(f"/api/v2/conversations/{elsewhere}/cobrowse", json={})
        error_of(refused, 409, "agent.not.in.conversation")


def test_a_new_session_after_the_first_is_over(world: World) -> None:
    conversation = world.new_id()
    first = session_of(world.start(conversation))["id"]
    world.http.post(f"/api/v2/opencobrowse/sessions/{first}/end")
    assert session_of(world.start(conversation))["id"] != first


def test_the_live_session_can_be_ended_as_the_answer_says(world: World) -> None:
    conversation = world.new_id()
    path = f"/api/v2/conversations/{conversation}/cobrowse/initiate"
    world.http.post(path, json={"initiatorId": world.agent})
    refused = error_of(world.http.post(path, json={"initiatorId": world.agent}), 409)
    end = f"/api/v2/conversations/cobrowsesessions/{conversation}"
    assert end in refused["help"]["summary"]
    assert world.http.patch(end, json={"state": "disconnected"}).is_success
    assert world.http.post(path, json={"initiatorId": world.agent}).status_code == 200
