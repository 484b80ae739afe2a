"""The three servers of the relay benchmark, each a process of its own, and how to get rooms on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.live import PAGE_ORIGIN, Stage
from tests.support.server import Server, free_port

from benchmarks.relay_parts.peers import Connected, Session, connect
from opencobrowse.wire.live import SUBPROTOCOL

HERE = Path(__file__).parent
UNLIMITED = {
    "OPENCOBROWSE_RELAY_FRAMES_PER_SECOND": "100000000",
    "OPENCOBROWSE_RELAY_BYTES_PER_SECOND": "1000000000000",
    "OPENCOBROWSE_RATE_LIMIT_PER_MINUTE": "100000000",
}


@dataclass
class Target:
    """A server that runs: `pid` to measure, `room` to get a session with `viewers` viewers."""

    pid: int
    port: int
    rooms: int = 0
    sessions: list[Session] = field(default_factory=list)

    async def room(self, viewers: int) -> Session:
        self.rooms += 1
        base = f"ws://127.0.0.1:{self.port}/{self.rooms}"
        seen = [await connect(f"{base}/viewer") for _ in range(viewers)]
        session = Session(await connect(f"{base}/sharer"), seen, epoch=1)
        self.sessions.append(session)
        return session


class Ours(Target):
    """The real server, whole: tickets, consent, gate, backlog, heartbeat."""

    stage: Stage
    agent: Any

    async def room(self, viewers: int) -> Session:
        self.rooms += 1
        name = f"customer-{self.rooms}"
        page = await self._open(self.stage.register(name), PAGE_ORIGIN)
        await page.ask({"type": "hello", "versions": [1]}, "welcome")
        started = self.stage.start(name)
        await page.wait("offer")
        accept = {"type": "accept", "sessionId": started["id"], "textVersion": "t"}
        share = await page.ask(accept, "share")
        seen = []
        for _ in range(viewers):
            viewer = await self._open(self.stage.ticket(self.agent, started["id"]), self.stage.server.url)
            await viewer.ask({"type": "hello", "versions": [1]}, "welcome")
            seen.append(viewer)
        session = Session(page, seen, share["position"]["epoch"])
        self.sessions.append(session)
        return session

    async def _open(self, opening: dict[str, Any], origin: str) -> Connected:
        protocols = f"{SUBPROTOCOL}, ticket.{opening['ticket']}"
        return await connect(opening["websocketUrl"], {"Origin": origin, "Sec-WebSocket-Protocol": protocols})


@contextmanager
def ours() -> Iterator[Target]:
    folder = tempfile.mkdtemp()
    server = Server(Path(folder), env=UNLIMITED).start()
    assert server.process is not None
    try:
        with Stage(server) as stage, stage.agent() as agent:
            target = Ours(server.process.pid, server.port)
            target.stage, target.agent = stage, agent
            yield target
    finally:
        server.kill()
        shutil.rmtree(folder)


@contextmanager
def _command(*command: str) -> Iterator[Target]:
    port = free_port()
    with subprocess.Popen([*command, str(port)], stdout=subprocess.PIPE, text=True, cwd=HERE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield Target(process.pid, port)
        finally:
            process.kill()


@contextmanager
def bare() -> Iterator[Target]:
    with _command(sys.executable, str(HERE / "bare.py")) as target:
        yield target


@contextmanager
def node() -> Iterator[Target]:
    if not (HERE / "node_modules" / "ws").exists():
        subprocess.run(["npm", "install", "--no-save", "--silent", "ws@8"], cwd=HERE, check=True)
    with _command("node", str(HERE / "node.mjs")) as target:
        yield target


SERVERS = {"opencobrowse": ours, "bare picows": bare, "Node ws": node}


def cpu_seconds(pid: int) -> float:
    """User and system time of the process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])
