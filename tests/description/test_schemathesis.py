"""What /openapi.json promises, the server keeps: Schemathesis in all phases with all checks, no finding.

Three runs against one server. Most calls are made with an OAuth client's token. The calls that end the token
they come with get a new one each time. And a person makes them all. For a longer look: `SEED=7 EXAMPLES=100`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, CLIENT_ID, CLIENT_SECRET, Server

HERE = Path(__file__).parent
ENDS_ITS_TOKEN = ("revokeMyToken", "signOut")
EXAMPLES = os.environ.get("EXAMPLES", "10")
Run = Callable[..., None]
OTHERS = [option for name in ENDS_ITS_TOKEN for option in ("--exclude-operation-id", name)]


@pytest.fixture
def run(server: Server, tmp_path: Path) -> Run:
    """Schemathesis as a program of its own: it has warnings, hooks and a seed of its own."""

    def finds_nothing(*options: str, **env: str) -> None:
        command = [str(Path(sys.executable).parent / "schemathesis"),
                   "--config-file", str(HERE / "schemathesis.toml"), "run", f"{server.url}/openapi.json",
                   "--no-color", "--seed", os.environ.get("SEED", "1"), *options]  # fmt: skip
        environ = {**os.environ, "PYTHONPATH": str(HERE), **env}
        done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-200_000:] + done.stderr[-2_000:]

    return finds_nothing


def test_a_client_finds_nothing_that_is_not_as_described(run: Run, server: Server) -> None:
    run("-H", f"Authorization: Bearer {server.token()}", "--max-examples", EXAMPLES, *OTHERS)


def test_calls_that_end_their_token(run: Run, server: Server) -> None:
    included = (option for name in ENDS_ITS_TOKEN for option in ("--include-operation-id", name))
    run("--max-examples", "10", "--exclude-checks", "ignored_auth", *included,
        SCHEMATHESIS_HOOKS="fresh_token", SERVER_URL=server.url,
        CLIENT_ID=CLIENT_ID, CLIENT_SECRET=CLIENT_SECRET)  # fmt: skip


def test_a_person_finds_nothing_either(run: Run, server: Server) -> None:
    who = {"email": AGENT_EMAIL, "password": AGENT_PASSWORD}
    token = httpx.post(f"{server.url}/api/v2/opencobrowse/signin", json=who).cookies["opencobrowse_session"]
    run(
        "-H", f"Authorization: Bearer {token}", "--max-examples", "3", "--phases", "coverage,fuzzing", *OTHERS
    )
