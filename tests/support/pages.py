"""A customer's page without a browser: it registers, opens its socket and speaks the live protocol."""

from __future__ import annotations

import contextlib
import json
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

SITE = "http://localhost:9"


def register(
    http: httpx.Client,
    deployment: str,
    external_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The answer of `POST /api/v2/opencobrowse/pages` for a page on loopback."""
    body = {"deploymentId": deployment, **({"externalId": external_id} if external_id else {})}
    answer = http.post("/api/v2/opencobrowse/pages", json=body, headers={"Origin": SITE, **(headers or {})})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def deployment_id(http: httpx.Client) -> str:
    return str(http.get("/api/v2/webdeployments/deployments").json()["entities"][0]["id"])


@contextlib.contextmanager
def page_socket(
    registered: Mapping[str, str],
    trust: ssl.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[ClientConnection]:
    """A page's socket that has said hello and been welcomed."""
    with connect(
        registered["websocketUrl"],
        origin=Origin(SITE),
        subprotocols=[Subprotocol("opencobrowse"), Subprotocol(f"ticket.{registered['ticket']}")],
        additional_headers=dict(headers or {}),
        proxy=None,
        ssl=trust,
    ) as socket:
        socket.send(json.dumps({"type": "hello", "versions": [1], "page": {}}))
        assert receive(socket, "welcome")
        yield socket


def receive(socket: ClientConnection, kind: str, seconds: float = 10) -> dict[str, Any]:
    """The next control message of this kind; others are passed over."""
    while True:
        message: dict[str, Any] = json.loads(socket.recv(seconds))
        if message["type"] == kind:
            return message
