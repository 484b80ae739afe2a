"""Schemathesis against one server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.server import Server

Run = Callable[..., None]
HERE = Path(__file__).parent
ENDS_ITS_TOKEN = ("revokeMyToken", "signOut")
OTHERS = [option for name in ENDS_ITS_TOKEN for option in ("--exclude-operation-id", name)]
"""Not the calls that end the token they come with."""


@pytest.fixture
def run(server: Server, tmp_path: Path) -> Run:
    """Schemathesis as a program of its own: it has warnings, hooks and a seed of its own. It has to find
    nothing. `more`: lines for its configuration."""

    def finds_nothing(*options: str, more: str = "", **env: str) -> None:
        config = tmp_path / "schemathesis.toml"
        config.write_text(more + (HERE / "schemathesis.toml").read_text())
        command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(config),
                   "run", f"{server.url}/openapi.json", "--no-color", "--seed", os.environ.get("SEED", "1"),
                   *options]  # fmt: skip
        environ = {**os.environ, "PYTHONPATH": str(HERE), **env}
        done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-200_000:] + done.stderr[-2_000:]

    return finds_nothing
