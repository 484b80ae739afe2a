"""`/oauth/token`, `tokens/me`, `organizations/me` (api.md section 1; RFC 6749 section 5.2; B12)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, CLIENT_ID, CLIENT_SECRET, Server, running

GRANT = {"grant_type": "client_credentials"}
IN_FORM = {**GRANT, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
BASIC = (CLIENT_ID, CLIENT_SECRET)


def token(client: httpx.Client, data: dict[str, str], **more: Any) -> httpx.Response:
    return client.post("/oauth/token", data=data, **more)


@pytest.mark.parametrize(
    ("data", "more"), [(GRANT, {"auth": BASIC}), (IN_FORM, {}), (IN_FORM, {"auth": BASIC})]
)
def test_credentials_by_basic_and_in_the_form(
    anybody: httpx.Client, data: dict[str, str], more: dict[str, Any]
) -> None:
    answer = token(anybody, data, **more)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"] > 60) == ("bearer", True)
    assert len(body["access_token"]) >= 43, "256 random bits"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("data", "more", "status", "error"),
    [
        (GRANT, {"auth": ("nobody-1", "x")}, 401, "invalid_client"),
        (GRANT, {"auth": (CLIENT_ID, "wrong")}, 401, "invalid_client"),
        (GRANT, {"headers": {"Authorization": "Basic ###"}}, 401, "invalid_client"),
        ({**IN_FORM, "client_secret": "wrong"}, {}, 400, "invalid_client"),
        ({**IN_FORM, "client_id": "nobody-2"}, {}, 400, "invalid_client"),
        (GRANT, {}, 400, "invalid_client"),
        ({}, {"auth": BASIC}, 400, "invalid_request"),
        ({**GRANT, "client_id": "another"}, {"auth": BASIC}, 400, "invalid_request"),
        ({"grant_type": "password"}, {"auth": BASIC}, 400, "unsupported_grant_type"),
        ({**GRANT, "scope": "conversation:cobrows:add"}, {"auth": BASIC}, 400, "invalid_scope"),
    ],
)
def test_rfc_6749_section_5_2(
    anybody: httpx.Client, data: dict[str, str], more: dict[str, Any], status: int, error: str
) -> None:
    answer = token(anybody, data, **more)
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error)
    assert body["description"] == body["error_description"] != ""
    assert answer.headers.get("WWW-Authenticate", "").startswith("Basic") is (status == 401)
    assert CLIENT_SECRET not in answer.text


def test_an_unknown_scope_names_the_nearest(anybody: httpx.Client) -> None:
    answer = token(anybody, {**GRANT, "scope": "conversation:cobrows:add"}, auth=BASIC)
    assert "conversation:cobrowse:add" in answer.json()["description"]


def test_a_parameter_given_twice_is_refused(anybody: httpx.Client) -> None:
    answer = anybody.post("/oauth/token", auth=BASIC, content="grant_type=client_credentials&scope=a&scope=b",
                          headers={"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_json_body_is_told_how_to_do_it(anybody: httpx.Client) -> None:
    answer = anybody.post("/oauth/token", json=IN_FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "application/x-www-form-urlencoded" in answer.json()["description"]


def test_a_scope_narrows(anybody: httpx.Client, session: dict[str, Any]) -> None:
    """Permissions decide, scopes narrow: `cobrowse:read` reads and does not start."""
    narrow = token(anybody, {**GRANT, "scope": "cobrowse:read"}, auth=BASIC).json()["access_token"]
    headers = {"Authorization": f"Bearer {narrow}"}
    assert anybody.get("/api/v2/tokens/me", headers=headers).json()["authorizedScope"] == ["cobrowse:read"]
    path = f"/api/v2/conversations/cobrowsesessions/{session['conversationId']}"
    assert anybody.get(path, headers=headers).status_code == 200
    refused = anybody.patch(path, headers=headers, json={"state": "disconnected"})
    assert (refused.status_code, refused.json()["code"]) == (403, "missing.any.permissions")
    start = anybody.post(f"/api/v2/conversations/{session['conversationId']}/cobrowse", headers=headers)
    assert start.status_code == 403


def test_the_organisation(http: httpx.Client) -> None:
    org = http.get("/api/v2/organizations/me").json()
    assert org["id"] and org["name"] and org["state"] == "active"
    path = "/api/v2/tokens/me"
    assert http.get(path, headers={"X-Genesys-Organization-ID": org["id"]}).status_code == 200
    assert http.get(path, headers={"X-Genesys-Organization-ID": ""}).status_code == 200
    assert http.get(path, headers={"X-Genesys-Organization-ID": "another"}).status_code == 403


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Basic eDp5"])
def test_no_token_no_entry(anybody: httpx.Client, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = anybody.get("/api/v2/tokens/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] in ("authentication.required", "bad.credentials")


def test_tokens_me_head_and_delete(server: Server) -> None:
    with server.client() as client:
        assert client.head("/api/v2/tokens/me").status_code == 200
        assert client.delete("/api/v2/tokens/me").status_code == 200
        assert client.head("/api/v2/tokens/me").status_code == 401


def test_a_revoked_token_closes_its_sockets_within_a_second(
    server: Server, anybody: httpx.Client, session: dict[str, Any]
) -> None:
    """api.md section 1. The agent's viewer is open; their token is revoked: the socket closes, for good."""
    signed_in = anybody.post(
        "/api/v2/opencobrowse/signin", json={"email": AGENT_EMAIL, "password": AGENT_PASSWORD}
    )
    assert signed_in.status_code == 200
    ticket = anybody.post(f"/api/v2/opencobrowse/sessions/{session['id']}/ticket").json()
    protocols: Any = ["opencobrowse", f"ticket.{ticket['ticket']}"]
    with connect(ticket["websocketUrl"], subprotocols=protocols) as socket:
        socket.send('{"type": "hello", "versions": [1]}')
        assert '"welcome"' in str(socket.recv(timeout=5))
        began = time.monotonic()
        assert anybody.delete("/api/v2/tokens/me").status_code == 200
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                socket.recv(timeout=5)
        assert time.monotonic() - began < 1
    assert closed.value.rcvd is not None
    assert 4500 <= closed.value.rcvd.code <= 4999, "a code that nobody reconnects after"


def test_failed_clients_are_slowed_down_and_others_are_not(tmp_path: Path) -> None:
    """B12: five failures a minute for one client from one address, then 429 with `Retry-After`."""
    with running(tmp_path) as server, httpx.Client(base_url=server.url) as client:
        statuses = [token(client, GRANT, auth=("guessed", "x")).status_code for _ in range(6)]
        assert statuses == [401] * 5 + [429]
        slow = token(client, GRANT, auth=("guessed", "x"))
        assert 1 <= int(slow.headers["Retry-After"]) <= 60
        assert slow.json()["error"] == "slow_down"
        assert token(client, GRANT, auth=BASIC).status_code == 200
        known = [token(client, GRANT, auth=(CLIENT_ID, "x")).status_code for _ in range(7)]
        assert known == [401] * 5 + [429] * 2
        assert token(client, GRANT, auth=BASIC).status_code == 200, "a known address is never locked out"


def test_an_answer_without_a_body_has_none(http: httpx.Client, server: Server) -> None:
    """field.md C1: 202 and no body; the word `null` would be one."""
    made = http.post("/api/v2/conversations", json={"type": "voice", "participants": [
        {"externalId": "empty-answer", "role": "customer"}]}).json()  # fmt: skip
    base = f"/api/v2/conversations/{made['id']}/participants/{made['participants'][0]['id']}"
    changed = http.patch(base, json={"name": "Grace"})
    assert (changed.status_code, changed.content) == (202, b"")
    with server.client() as own:
        gone = own.delete("/api/v2/tokens/me")
    assert (gone.status_code, gone.content) == (200, b"")


def test_a_bearer_where_a_client_is_wanted(server: Server) -> None:
    """RFC 6749 section 5.2: who tried with the header hears 401 and the scheme that is right."""
    answer = httpx.post(
        f"{server.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": "Bearer something"},
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
