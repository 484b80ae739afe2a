"""What /openapi.json promises, the server keeps: Schemathesis in all phases with all checks, no finding.

Three runs against one server. Most calls are made with an OAuth client's token. The calls that end the token
they come with get a new one each time. And a person's token is used where a program is nobody.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, CLIENT_ID, CLIENT_SECRET, Server

HERE = Path(__file__).parent
ENDS_ITS_TOKEN = ("revokeMyToken", "signOut")


def run(server: Server, *options: str, **env: str) -> None:
    """Schemathesis as a program of its own: it has warnings, hooks and a seed of its own."""
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"),
               "run", f"{server.url}/openapi.json", "--no-color", "--seed", "1", *options]  # fmt: skip
    environ = {**os.environ, "PYTHONPATH": str(HERE), **env}
    done = subprocess.run(command, env=environ, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


def test_a_client_finds_nothing_that_is_not_as_described(server: Server) -> None:
    excluded = (option for name in ENDS_ITS_TOKEN for option in ("--exclude-operation-id", name))
    run(server, "-H", f"Authorization: Bearer {server.token()}", "--max-examples", "20", *excluded)


def test_calls_that_end_their_token(server: Server) -> None:
    included = (option for name in ENDS_ITS_TOKEN for option in ("--include-operation-id", name))
    run(server, "--max-examples", "10", "--exclude-checks", "ignored_auth", *included,
        SCHEMATHESIS_HOOKS="fresh_token", SERVER_URL=server.url,
        CLIENT_ID=CLIENT_ID, CLIENT_SECRET=CLIENT_SECRET)  # fmt: skip


def test_a_person_finds_nothing_either(server: Server) -> None:
    answer = httpx.post(
        f"{server.url}/api/v2/opencobrowse/signin", json={"email": AGENT_EMAIL, "password": AGENT_PASSWORD}
    )
    token = answer.cookies["opencobrowse_session"]
    run(server, "-H", f"Authorization: Bearer {token}", "--max-examples", "5", "--include-path-regex", "/me$",
        "--exclude-operation-id", "revokeMyToken")  # fmt: skip
