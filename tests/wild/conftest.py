"""What the tests of api.md section 4 share: a caller with a token, people, and conversations to start in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.server import Server


@dataclass(frozen=True)
class World:
    """One caller of the real server. Ids are made as needed; no test uses another's."""

    http: httpx.Client
    agent: str

    def user(self, agent: bool = True) -> str:
        """A new user's id; `agent` lets them be the agent of sessions."""
        body = {"email": f"{uuid.uuid4()}@example.com", "name": "Robin", "agent": agent}
        answer = self.http.post("/api/v2/users", json=body)
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"])

    def conversation(
        self, kind: str = "voice", *agents: str, customer: str | None = "customer-1", state: str = "active"
    ) -> dict[str, Any]:
        """A new conversation; nobody named as agent means the bootstrap agent."""
        people: list[dict[str, Any]] = [{"userId": a, "role": "agent"} for a in agents or (self.agent,)]
        if customer:
            people.append({"externalId": customer, "role": "customer", "name": "Casey"})
        body = {"type": kind, "state": state, "participants": people}
        answer = self.http.post("/api/v2/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def new_id(self, kind: str = "voice", *agents: str, **options: Any) -> str:
        return str(self.conversation(kind, *agents, **options)["id"])

    def end(self, conversation_id: str) -> None:
        assert self.http.delete(f"/api/v2/conversations/{conversation_id}").status_code == 204

    def start(self, conversation_id: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.http.post(
            f"/api/v2/conversations/{conversation_id}/cobrowse", json={} if body is None else body, **options
        )


@pytest.fixture(scope="session")
def world(server: Server) -> Iterator[World]:
    with server.client() as http:
        yield World(http, server.agent_id())
