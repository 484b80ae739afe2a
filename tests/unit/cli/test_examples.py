"""The examples run as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from tests.support.pages import deployment_id, page_socket, receive, register
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server

EXAMPLES = Path(__file__).parents[3] / "examples"


def run(name: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("OPENCOBROWSE_", "GENESYS_"))}
    command = [sys.executable, str(EXAMPLES / name), *words]
    return subprocess.run(command, env=clean | env, capture_output=True, text=True, timeout=60, check=False)


def test_the_tutorial(server: Server) -> None:
    """W1, with what `client create --env` writes."""
    env = {
        "OPENCOBROWSE_URL": server.url,
        "GENESYS_CLIENT_ID": CLIENT_ID,
        "GENESYS_CLIENT_SECRET": CLIENT_SECRET,
        "GENESYS_ORGANIZATION_ID": "",
        "AGENT_USER_ID": server.agent_id(),
        "TARGET_SIP_URI": "sip:customer@example.com",
    }
    done = run("tutorial.py", **env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"initiated: the agent opens {server.url}/console/sessions/")
    refused = run("tutorial.py", **env | {"TARGET_SIP_URI": "not a uri"})
    assert refused.returncode == 1
    assert refused.stderr.startswith("400: ")


def test_start_with_client(server: Server) -> None:
    people = [
        {"role": "agent", "userId": server.agent_id()},
        {"role": "customer", "externalId": "cust-example"},
    ]
    env = {
        "OPENCOBROWSE_URL": server.url,
        "OPENCOBROWSE_CLIENT_ID": CLIENT_ID,
        "OPENCOBROWSE_CLIENT_SECRET": CLIENT_SECRET,
    }
    with server.client() as http:
        made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people}).json()["id"]
        registered = register(http, deployment_id(http), "cust-example")
    with page_socket(registered) as page:

        def decline() -> None:
            offer = receive(page, "offer", 30)
            page.send(json.dumps({"type": "decline", "sessionId": offer["sessionId"]}))

        answering = threading.Thread(target=decline)
        answering.start()
        done = run("start_with_client.py", made, **env)
        answering.join()
    assert "The customer did not agree: declined" in done.stdout
    assert f"{server.url}/join#" in done.stdout
    nowhere = run("start_with_client.py", "no-such-conversation", **env)
    assert nowhere.returncode == 1
    assert "What to change:" in nowhere.stdout
