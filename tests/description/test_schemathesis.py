"""What /openapi.json promises, the server keeps: Schemathesis in all phases with all checks, no finding.

Three runs against one server. Most calls are made with an OAuth client's token. The calls that end the token
they come with get a new one each time. And a person makes them all. For a longer look: `SEED=7 EXAMPLES=100`.
"""

from __future__ import annotations

import os

import httpx

from tests.description.conftest import ENDS_ITS_TOKEN, OTHERS, Run
from tests.support.server import AGENT_PASSWORD, CLIENT_ID, CLIENT_SECRET, Server

EXAMPLES = os.environ.get("EXAMPLES", "8")


def test_a_client_finds_nothing_that_is_not_as_described(run: Run, server: Server) -> None:
    run("-H", f"Authorization: Bearer {server.token()}", "--max-examples", EXAMPLES, *OTHERS)


def test_calls_that_end_their_token(run: Run, server: Server) -> None:
    included = (option for name in ENDS_ITS_TOKEN for option in ("--include-operation-id", name))
    run("--max-examples", "10", "--exclude-checks", "ignored_auth", *included,
        SCHEMATHESIS_HOOKS="fresh_token", SERVER_URL=server.url,
        CLIENT_ID=CLIENT_ID, CLIENT_SECRET=CLIENT_SECRET)  # fmt: skip


def test_a_person_finds_nothing_either(run: Run, server: Server) -> None:
    who = {"email": "looks.around@example.com", "password": AGENT_PASSWORD}
    with server.client() as http:
        assert http.post("/api/v2/users", json={**who, "agent": True}).status_code == 201
    token = httpx.post(f"{server.url}/api/v2/opencobrowse/signin", json=who).cookies["opencobrowse_session"]
    run("-H", f"Authorization: Bearer {token}", "--max-examples", EXAMPLES, "--phases", "fuzzing", *OTHERS)
