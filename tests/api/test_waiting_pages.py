"""Ours: whom a start would ask, and on how many pages, before it is made."""

from __future__ import annotations

import httpx

from tests.support.pages import deployment_id, page_socket, receive, register
from tests.support.server import Server


def waiting(http: httpx.Client, conversation: str) -> object:
    answer = http.get(f"/api/v2/opencobrowse/conversations/{conversation}/pages")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_open_pages_are_counted_and_nothing_is_asked(server: Server) -> None:
    people = [{"userId": server.agent_id(), "role": "agent"}, {"externalId": "cust-w", "role": "customer"}]
    with server.client() as http:
        made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people}).json()["id"]
        assert waiting(http, made) == {"externalId": "cust-w", "pages": 0}
        with page_socket(register(http, deployment_id(http), "cust-w")) as page:
            assert waiting(http, made) == {"externalId": "cust-w", "pages": 1}
            assert waiting(http, made) == {"externalId": "cust-w", "pages": 1}
            started = http.post(f"/api/v2/conversations/{made}/cobrowse").json()
            assert receive(page, "offer")["sessionId"] == started["id"], "its first message is the offer's"


def test_nobody_and_nothing(server: Server) -> None:
    with server.client() as http:
        made = http.post("/api/v2/conversations", json={"type": "cobrowse"}).json()["id"]
        assert waiting(http, made) == {"externalId": None, "pages": 0}
        unknown = http.get("/api/v2/opencobrowse/conversations/nothing/pages")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "conversation.not.found")
