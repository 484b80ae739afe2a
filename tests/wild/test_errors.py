"""Section 3 of api.md: nobody is left with a vague 400. Every refusal of a start can be sent corrected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server, running
from tests.wild.checks import error_of, fields_of, send_example, sent_example_starts, session_of
from tests.wild.conftest import World

WAYS = ("cobrowse", "cobrowse/initiate", "events")
BROKEN = {
    "unknown field": (b'{"colour": 1}', 400, "unknown.field"),
    "wrong type": (b'{"agentId": 7, "initiatorId": 7, "eventType": 7}', 400, None),
    "a list": (b"[]", 400, "invalid.value"),
    "a string": (b'"start"', 400, "invalid.value"),
    "broken JSON": (b'{"agentId": ', 400, "invalid.json"),
    "not UTF-8": (b'{"agentId": "\xff"}', 400, "invalid.json"),
    "half a character": (b'{"reason": "\\ud800"}', 400, "invalid.json"),
    "a key twice": (b'{"reason": "a", "reason": "b"}', 400, "invalid.json"),
    "a tower": (b'{"reason": ' + b"[" * 90_000 + b"]" * 90_000 + b"}", 400, "invalid.json"),
    "a small tower": (b'{"reason": ' + b"[" * 70 + b"]" * 70 + b"}", 400, "invalid.json"),
    "a huge number": (b'{"reason": 1e999}', 400, "invalid.json"),
    "an endless number": (b'{"reason": 1' + b"0" * 5000 + b"}", 400, "invalid.json"),
    "no number": (b'{"reason": NaN}', 400, "invalid.json"),
    "an empty agent": (b'{"agentId": "", "initiatorId": "", "data": {"initiatorId": ""}}', 400, None),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_body_is_answered_with_a_good_one(world: World, way: str, what: str) -> None:
    raw, status, code = BROKEN[what]
    answer = world.http.post(
        f"/api/v2/conversations/{world.new_id()}/{way}",
        content=raw,
        headers={"Content-Type": "application/json"},
    )
    refused = error_of(answer, status, code)
    assert refused["help"]["example"]["path"].endswith(way)
    sent_example_starts(world.http, refused, world.agent)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"eventType": "cobrowse:start"}, "data"),
        ({"data": {}}, "eventType"),
        ({"eventType": "cobrowse:stop", "data": {}}, "eventType"),
        ({"eventType": "cobrowse:start", "data": {"mode": "control"}}, "data.mode"),
        ({"eventType": "cobrowse:start", "data": {"initiator": "x"}}, "data.initiator"),
    ],
)
def test_fields_of_an_event_are_named(world: World, body: dict[str, Any], field: str) -> None:
    answer = world.http.post(f"/api/v2/conversations/{world.new_id()}/events", json=body)
    refused = error_of(answer, 400)
    assert fields_of(refused) == [field]
    kind = "control" if field == "data.mode" else "view"
    sent_example_starts(world.http, refused, world.agent, kind)


def test_the_nearest_known_field_and_value_are_named(world: World) -> None:
    conversation = world.new_id()
    refused = error_of(world.start(conversation, {"agentID": world.agent, "cobrowse_type": "view"}), 400)
    assert {d["fieldName"]: d["entityName"] for d in refused["details"]} == {
        "agentID": "agentId", "cobrowse_type": "cobrowseType",
    }  # fmt: skip
    refused = error_of(world.start(conversation, {"cobrowseType": "full"}), 400, "invalid.value")
    assert "view, control" in refused["message"]
    refused = error_of(
        world.start(conversation, {"participants": [{"type": "external"}]}), 400, "missing.field"
    )
    assert fields_of(refused) == ["participants[0].id"]


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_content_type(world: World, way: str) -> None:
    answer = world.http.post(f"/api/v2/conversations/{world.new_id()}/{way}", data={"agentId": world.agent})
    refused = error_of(answer, 415, "unsupported.media.type")
    assert "application/json" in refused["help"]["summary"]
    sent_example_starts(world.http, refused, world.agent)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method(world: World, way: str, method: str) -> None:
    answer = world.http.request(method, f"/api/v2/conversations/{world.new_id()}/{way}")
    refused = error_of(answer, 405, "method.not.allowed")
    assert answer.headers["Allow"] == "POST"
    assert "POST" in refused["help"]["summary"]
    sent_example_starts(world.http, refused, world.agent)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("{id}/cobrowse/start", "{id}/cobrowse"),
        ("{id}/cobrowsing", "{id}/cobrowse"),
        ("{id}/cobrowsesessions", "{id}/cobrowse"),
        ("{id}/co-browse", "{id}/cobrowse"),
        ("{id}/cobrowse/initiated", "{id}/cobrowse/initiate"),
        ("{id}/initiate", "{id}/cobrowse/initiate"),
        ("{id}/event", "{id}/events"),
        ("{id}/participants/7/cobrowse", "{id}/cobrowse"),
        ("calls/{id}/cobrowse", "{id}/cobrowse"),
        ("messages/{id}/events", "{id}/events"),
        ("webchat/{id}/participants", "{id}/participants"),
        ("webchat/{id}", "{id}"),
    ],
)
def test_a_wrong_path_names_the_right_one(world: World, wrong: str, right: str) -> None:
    conversation = world.new_id()
    path = f"/api/v2/conversations/{wrong.format(id=conversation)}"
    refused = error_of(world.http.post(path, json={}), 404, "not.found")
    expected = f"/api/v2/conversations/{right.format(id=conversation)}"
    assert refused["messageParams"]["rightPath"] == expected
    assert expected in refused["message"] and expected in refused["help"]["summary"]
    if "cobrowse" in right or "events" in right:
        sent_example_starts(world.http, refused, world.agent)


ELSEWHERE = (
    "/api/v2/conversations/%00/x",
    "/api/v2/conversations/a/b/c/d/e",
    "/api/v2/conversation",
    "/api/v2/",
    "/api/v3/users",
    f"/api/v2/{'x' * 5000}",
    "/%ff",
)


@pytest.mark.parametrize("path", ELSEWHERE)
def test_any_other_path(world: World, path: str) -> None:
    error_of(world.http.get(path), 404, "not.found")


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("way", ["conversations", "start"])
def test_a_body_over_a_mebibyte(world: World, chunked: bool, way: str) -> None:
    path = (
        "/api/v2/conversations"
        if way == "conversations"
        else f"/api/v2/conversations/{world.new_id()}/cobrowse"
    )

    def parts() -> Iterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    refused = error_of(
        world.http.post(path, content=parts() if chunked else b" " * (1024 * 1024 + 1)),
        413,
        "request.too.large",
    )
    assert send_example(world.http, refused).is_success


def test_a_body_of_a_mebibyte_is_taken(world: World) -> None:
    frame = len('{"type":"voice","metadata":{"x":""}}')
    raw = b'{"type":"voice","metadata":{"x":"' + b"x" * (1024 * 1024 - frame) + b'"}}'
    assert len(raw) == 1024 * 1024
    assert world.http.post("/api/v2/conversations", content=raw).status_code == 201


@pytest.mark.parametrize("way", WAYS)
def test_nobody_is_told_anything_without_a_token(server: Server, world: World, way: str) -> None:
    """B4: who is asking comes before what is wrong; and no example gives a conversation's people away."""
    url = f"{server.url}/api/v2/conversations/{world.new_id()}/{way}"
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        for body in ({}, {"colour": 1}):
            refused = error_of(httpx.post(url, json=body, headers=headers), 401)
            assert refused["help"]["example"] is None
            assert world.agent not in str(refused)
    for answer in (httpx.get(url), httpx.post(url + "x", json={})):
        assert world.agent not in answer.text


def test_another_organisation_named(world: World) -> None:
    headers = {"X-Genesys-Organization-ID": "ffffffff-ffff-4fff-8fff-ffffffffffff"}
    refused = error_of(world.start(world.new_id(), headers=headers), 403, "not.authorized")
    sent_example_starts(world.http, refused, world.agent)
    own = world.http.get("/api/v2/organizations/me").json()["id"]
    for value in ("", own):
        session_of(world.start(world.new_id(), headers={"X-Genesys-Organization-ID": value}))


def test_a_wrong_request_that_would_be_too_early_if_it_were_right(world: World) -> None:
    """W2 in a queued conversation: the example is what moves it on, and the summary says both."""
    conversation = world.new_id(state="queued")
    refused = error_of(world.start(conversation, {"sessionId": "new-session", "type": "cobrowse"}), 400)
    assert {"sessionId", "type"} == set(fields_of(refused))
    assert "sessionId" in refused["help"]["summary"]
    assert f"PATCH /api/v2/conversations/{conversation}" in refused["help"]["summary"]
    send_example(world.http, refused)
    again = error_of(world.start(conversation, {"sessionId": "new-session", "type": "cobrowse"}), 400)
    sent_example_starts(world.http, again, world.agent)


def test_a_token_that_may_not_start(server: Server, world: World) -> None:
    """Nothing in the request could help: the summary says who has to do what, and there is no example."""
    form = {"grant_type": "client_credentials", "scope": "conversation:read"}
    narrow = httpx.post(f"{server.url}/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()
    headers = {"Authorization": f"Bearer {narrow['access_token']}"}
    refused = error_of(world.start(world.new_id(), headers=headers), 403, "missing.any.permissions")
    assert refused["help"]["example"] is None
    assert "conversation:cobrowse:add" in refused["help"]["summary"]


def test_the_docs_that_a_refusal_links_to_are_there(world: World) -> None:
    refused = error_of(world.start(world.new_id(), {"colour": 1}), 400)
    page = world.http.get(refused["help"]["docs"])
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert f'id="{refused["code"]}"' in page.text


def test_cors(server: Server, world: World) -> None:
    origin = {"Origin": "https://shop.example"}
    answer = world.http.post("/api/v2/conversations/x/cobrowse", json={}, headers=origin)
    exposed = answer.headers["Access-Control-Expose-Headers"]
    for name in ("ININ-Correlation-Id", "Retry-After", "inin-ratelimit-allowed", "inin-ratelimit-count",
                 "inin-ratelimit-reset"):  # fmt: skip
        assert name in exposed
    preflight = httpx.options(
        f"{server.url}/api/v2/conversations",
        headers={**origin, "Access-Control-Request-Method": "POST"},
    )
    assert preflight.status_code == 204
    allowed = preflight.headers["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "content-type", "purecloud-sdk"} <= {name.strip() for name in allowed.split(",")}


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that allows five calls a minute."""
    with running(tmp_path_factory.mktemp("tight"), OPENCOBROWSE_RATE_LIMIT_PER_MINUTE="5") as started:
        yield started


def test_the_budget_of_calls(tight: Server) -> None:
    """429 carries what the SDKs read; OPTIONS is never counted; every route class has its own budget."""
    with tight.client() as http:
        for _ in range(20):
            assert http.options("/api/v2/organizations/me").status_code == 204
        answers = [http.get("/api/v2/organizations/me") for _ in range(7)]
        elsewhere = http.get("/api/v2/users")
    refused = [a for a in answers if a.status_code == 429]
    assert 1 <= len(refused) <= 2, "a minute may have turned over between two of the calls"
    error_of(refused[-1], 429, "too.many.requests")
    wait = int(refused[-1].headers["Retry-After"])
    assert 1 <= wait <= 180
    assert refused[-1].headers["inin-ratelimit-allowed"] == "5"
    assert int(refused[-1].headers["inin-ratelimit-count"]) > 5
    assert int(refused[-1].headers["inin-ratelimit-reset"]) == wait
    assert answers[0].headers["inin-ratelimit-count"] == "1"
    assert elsewhere.status_code == 200


def test_a_restart_keeps_what_was_answered(tmp_path: Path) -> None:
    """I1, I7: what was acknowledged is there after SIGKILL, the key's answer too."""
    headers = {"Idempotency-Key": "across the crash"}
    with running(tmp_path) as server:
        with server.client() as http:
            world = World(http, server.agent_id())
            conversation = world.new_id()
            first = world.start(conversation, headers=headers)
        server.kill()
        server.start()
        with server.client() as http:
            again = World(http, world.agent).start(conversation, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)


def test_an_example_keeps_what_was_right(world: World) -> None:
    """Who makes a queue's call is not shown how to make something else."""
    body = {
        "type": "voice",
        "state": "ringing",
        "metadata": {"ticket": 7},
        "externalTag": "call-4711",
        "participants": [{"userId": world.agent, "role": "agent"}, {"externalId": "c-1", "role": "customer"}],
    }
    refused = error_of(world.http.post("/api/v2/conversations", json=body), 400, "invalid.value")
    assert refused["help"]["example"]["body"] == {key: body[key] for key in body if key != "state"}
    made = send_example(world.http, refused)
    assert (made.status_code, made.json()["type"], made.json()["state"]) == (201, "voice", "active")


def test_an_example_keeps_no_number_that_cannot_be_read(world: World) -> None:
    """Found by Schemathesis: the number was refused, and was in the example again."""
    raw = b'{"type": "voice", "metadata": {"n": 18446744073709551616}}'
    refused = error_of(world.http.post("/api/v2/conversations", content=raw), 400, "invalid.json")
    assert send_example(world.http, refused).status_code == 201


@pytest.mark.parametrize("blank", ["{conversationId}", "undefined", "null", "$ID", "<id>", ":conversationId"])
def test_an_id_that_was_never_filled_in_is_told_so(world: World, blank: str) -> None:
    path = f"/api/v2/conversations/{quote(blank)}/cobrowse"
    refused = error_of(world.http.post(path), 404, "conversation.not.found")
    assert "never filled in" in refused["help"]["summary"]
    assert blank in refused["help"]["summary"]
