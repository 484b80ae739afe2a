"""Fixtures of the tests that speak plain HTTP to a real server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.server import Server


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    """With the bootstrap client's token."""
    with server.client() as client:
        yield client


@pytest.fixture
def anybody(server: Server) -> Iterator[httpx.Client]:
    """With no token."""
    with httpx.Client(base_url=server.url, timeout=20) as client:
        yield client


@pytest.fixture
def customer() -> str:
    """An external id that no other test uses."""
    return f"cust-{uuid.uuid4()}"


@pytest.fixture
def session(http: httpx.Client, server: Server, customer: str) -> dict[str, Any]:
    """A session whose offer is out."""
    made = http.post("/api/v2/conversations", json={
        "type": "cobrowse",
        "participants": [{"userId": server.agent_id(), "role": "agent"},
                         {"externalId": customer, "role": "customer"}],
    })  # fmt: skip
    assert made.status_code == 201, made.text
    answer = http.get(f"/api/v2/conversations/cobrowsesessions/{made.json()['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["session"])


@pytest.fixture
def deployment(http: httpx.Client) -> str:
    """The deployment that the first start makes: loopback only."""
    listed = http.get("/api/v2/webdeployments/deployments").json()["entities"]
    return str(next(d["id"] for d in listed if d["name"] == "Default deployment"))
