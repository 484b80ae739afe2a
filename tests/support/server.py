"""A real server process, started as users start it (api.md section 5)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

CLIENT_ID = "test-client"
CLIENT_SECRET = "test-client-secret-0123456789abcdef"
AGENT_EMAIL = "agent@example.com"
AGENT_PASSWORD = "correct horse battery staple"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`opencobrowse serve` with a bootstrap client and agent. `start` returns when it answers."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    options: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    ready_line: str = ""
    log: IO[str] | None = None
    """Where its log goes; by default where the tests' own errors go."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Server:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("OPENCOBROWSE_")}
        environ |= {
            "OPENCOBROWSE_BOOTSTRAP_CLIENT_ID": CLIENT_ID,
            "OPENCOBROWSE_BOOTSTRAP_CLIENT_SECRET": CLIENT_SECRET,
            "OPENCOBROWSE_BOOTSTRAP_AGENT_EMAIL": AGENT_EMAIL,
            "OPENCOBROWSE_BOOTSTRAP_AGENT_PASSWORD": AGENT_PASSWORD,
            "OPENCOBROWSE_RATE_LIMIT_PER_MINUTE": "100000",
            **self.env,
        }
        command = [str(Path(sys.executable).parent / "opencobrowse"), "serve", "--port", str(self.port),
                   "--data-dir", str(self.data_dir), *self.options]  # fmt: skip
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline()
        assert self.ready_line, "the server ended before it was ready"
        return self

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self._close()
        return code

    def kill(self) -> None:
        """SIGKILL: what a crash is."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)
        self._close()

    def _close(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None

    def token(self) -> str:
        answer = httpx.post(
            f"{self.url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(CLIENT_ID, CLIENT_SECRET),
        )
        return str(answer.json()["access_token"])

    def client(self) -> httpx.Client:
        """An HTTP client with the bootstrap client's token."""
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.token()}"}, timeout=20
        )

    def agent_id(self) -> str:
        with self.client() as http:
            users: list[dict[str, Any]] = http.get("/api/v2/users", params={"pageSize": 500}).json()[
                "entities"
            ]
        return str(next(u["id"] for u in users if u["email"] == AGENT_EMAIL))


@contextlib.contextmanager
def running(data_dir: Path, *options: str, **env: str) -> Iterator[Server]:
    """A server for a `with` block, stopped at its end."""
    server = Server(data_dir, options=options, env=env).start()
    try:
        yield server
    finally:
        if server.process is not None:
            server.stop()
