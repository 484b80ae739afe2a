"""A customer's page without a browser: it registers, says hello and waits for the prompt, as the SDK does."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

ORIGIN = "http://localhost:1234"


def default_deployment(http: httpx.Client) -> str:
    entities = http.get("/api/v2/webdeployments/deployments").json()["entities"]
    return str(entities[0]["id"])


@contextlib.contextmanager
def open_page(http: httpx.Client, external_id: str) -> Iterator[ClientConnection]:
    """A page registered with `external_id`, welcomed and waiting."""
    body = {"deploymentId": default_deployment(http), "externalId": external_id}
    answer = httpx.post(
        f"{http.base_url}/api/v2/opencobrowse/pages".replace("//api", "/api"),
        json=body,
        headers={"Origin": ORIGIN},
    )
    assert answer.status_code == 200, answer.text
    ticket = answer.json()
    protocols = [Subprotocol("opencobrowse"), Subprotocol(f"ticket.{ticket['ticket']}")]
    with connect(ticket["websocketUrl"], origin=Origin(ORIGIN), subprotocols=protocols, proxy=None) as socket:
        socket.send(json.dumps({"type": "hello", "versions": [1]}))
        wait_for(socket, "welcome")
        yield socket


def wait_for(socket: ClientConnection, kind: str, seconds: float = 10) -> dict[str, Any]:
    """The next message of this kind."""
    while True:
        frame = socket.recv(timeout=seconds)
        message: dict[str, Any] = json.loads(frame) if isinstance(frame, str) else {}
        if message.get("type") == kind:
            return message
