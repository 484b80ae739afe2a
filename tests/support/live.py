"""A live peer for tests, over a real socket: what a browser does, and what no browser would do."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from opencobrowse.wire.live import SUBPROTOCOL, Kind, frame
from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
PAGE_ORIGIN = "http://localhost:9"


@dataclass
class Closed(Exception):  # noqa: N818  (it is what is waited for, not an error)
    """The other side closed the WebSocket (`code`), or just the connection (`code` None)."""

    code: int | None
    reason: str = ""


@dataclass
class Peer:
    """One WebSocket by hand, so that every byte can be chosen."""

    sock: socket.socket
    buffer: bytes = b""
    messages: list[dict[str, Any]] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.sock.close()

    # -- out -----------------------------------------------------------------------------------------------

    def raw(
        self, opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, mask: bool = True
    ) -> None:
        """One frame, exactly as told. `rsv`: the three reserved bits, 4 is RSV1."""
        head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
        bit, size = (0x80 if mask else 0), len(payload)
        if size < 126:
            head += bytes([bit | size])
        elif size < 65536:
            head += struct.pack(">BH", bit | 126, size)
        else:
            head += struct.pack(">BQ", bit | 127, size)
        if mask:
            key = os.urandom(4)
            payload = bytes(b ^ k for b, k in zip(payload, key * (size // 4 + 1), strict=False))
            head += key
        self.sock.sendall(head + payload)

    def say(self, type_: str, **values: Any) -> None:
        self.raw(TEXT, json.dumps({"type": type_, **values}).encode())

    def send(self, kind: Kind, epoch: int, offset: int, body: bytes = b"", flags: int = 0) -> None:
        self.raw(BINARY, frame(kind, flags, epoch, offset, body))

    # -- in ------------------------------------------------------------------------------------------------

    def read_frame(self, timeout: float = 10) -> tuple[int, bytes]:
        """The next frame's opcode and payload. Raises `Closed`, or `TimeoutError`."""
        self.sock.settimeout(timeout)
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._take(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._take(8))
        payload = self._take(size)
        if first & 0xF == CLOSE:
            code = struct.unpack(">H", payload[:2])[0] if payload else None
            raise Closed(code, payload[2:].decode())
        return first & 0xF, payload

    def pump(self, timeout: float = 10) -> None:
        """Take one frame in."""
        opcode, payload = self.read_frame(timeout)
        if opcode == TEXT:
            self.messages.append(json.loads(payload))
        elif opcode == BINARY:
            self.frames.append(payload)

    def wait(self, type_: str, timeout: float = 10, **values: Any) -> dict[str, Any]:
        """The first message of this type with these values, and no older ones the next time."""
        deadline = time.monotonic() + timeout
        while True:
            for index, message in enumerate(self.messages):
                if message["type"] == type_ and all(message.get(k) == v for k, v in values.items()):
                    del self.messages[: index + 1]
                    return message
            self.pump(max(0.01, deadline - time.monotonic()))

    def wait_frames(self, count: int, timeout: float = 10) -> list[bytes]:
        deadline = time.monotonic() + timeout
        while len(self.frames) < count:
            self.pump(max(0.01, deadline - time.monotonic()))
        return self.frames

    def closed(self, timeout: float = 15) -> Closed:
        """Read until the other side closes; how it did."""
        deadline = time.monotonic() + timeout
        try:
            while True:
                self.pump(max(0.01, deadline - time.monotonic()))
        except Closed as end:
            return end
        except ConnectionError:
            return Closed(None)

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            data = self.sock.recv(65536)
            if not data:
                raise Closed(None)
            self.buffer += data
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken


def dial(url: str) -> socket.socket:
    """A TCP (or TLS) connection to the server of `url`."""
    parts = urlsplit(url)
    assert parts.hostname
    sock = socket.create_connection((parts.hostname, parts.port or 80), timeout=10)
    if parts.scheme in ("https", "wss"):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(sock, server_hostname=parts.hostname)
    return sock


def upgrade_head(url: str, ticket: str | None, origin: str | None, *more: str) -> bytes:
    """An upgrade request as a browser sends it. `more`: further header lines."""
    parts = urlsplit(url)
    protocols = SUBPROTOCOL if ticket is None else f"{SUBPROTOCOL}, ticket.{ticket}"
    lines = [
        f"GET {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Connection: keep-alive, Upgrade",  # as Firefox says it
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        f"Sec-WebSocket-Protocol: {protocols}",
        *([f"Origin: {origin}"] if origin is not None else []),
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def read_head(sock: socket.socket) -> tuple[int, str, bytes]:
    """An answer's status, head and what came after the head. Status 0 if the connection was closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            more = sock.recv(65536)
        except ConnectionError:
            return 0, "", b""
        if not more:
            return 0, data.decode("latin1"), b""
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), head.decode("latin1"), rest


def upgrade(url: str, ticket: str | None, origin: str | None, *more: str) -> tuple[int, Peer]:
    """Try to open a WebSocket: the status, and the peer (of use when the status is 101)."""
    sock = dial(url)
    sock.sendall(upgrade_head(url, ticket, origin, *more))
    status, _, rest = read_head(sock)
    return status, Peer(sock, rest)


class Stage:
    """A running server, and sessions on it, through its public API alone."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = server.client()
        self.agent_id = server.agent_id()
        deployments = self.http.get("/api/v2/webdeployments/deployments").json()["entities"]
        self.deployment_id = deployments[0]["id"]

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def start(self, external_id: str, **body: Any) -> dict[str, Any]:
        """A conversation between the agent and a customer, and a session in it."""
        conversation = self.http.post(
            "/api/v2/conversations",
            json={
                "type": "webchat",
                "participants": [
                    {"userId": self.agent_id, "role": "agent"},
                    {"externalId": external_id, "role": "customer"},
                ],
            },
        )
        assert conversation.status_code == 201, conversation.text
        path = f"/api/v2/conversations/{conversation.json()['id']}/cobrowse"
        answer = self.http.post(path, json={"agentId": self.agent_id, **body})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def register(self, external_id: str | None, origin: str = PAGE_ORIGIN) -> dict[str, Any]:
        """What a page asks for before it opens its socket: `{ticket, websocketUrl}`."""
        answer = httpx.post(
            f"{self.server.url}/api/v2/opencobrowse/pages",
            json={"deploymentId": self.deployment_id, "externalId": external_id},
            headers={"Origin": origin},
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def page(self, external_id: str | None, **hello: Any) -> Peer:
        """A customer's page that has said hello."""
        opening = self.register(external_id)
        status, peer = upgrade(opening["websocketUrl"], opening["ticket"], PAGE_ORIGIN)
        assert status == 101
        peer.say("hello", versions=[1], **hello)
        peer.wait("welcome")
        return peer

    @contextlib.contextmanager
    def agent(self) -> Iterator[httpx.Client]:
        """The agent, signed in."""
        with httpx.Client(base_url=self.server.url, headers={"Origin": self.server.url}) as client:
            answer = client.post(
                "/api/v2/opencobrowse/signin", json={"email": AGENT_EMAIL, "password": AGENT_PASSWORD}
            )
            assert answer.status_code == 200, answer.text
            yield client

    def ticket(self, agent: httpx.Client, session_id: str) -> dict[str, Any]:
        answer = agent.post(f"/api/v2/opencobrowse/sessions/{session_id}/ticket")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def viewer(self, agent: httpx.Client, session_id: str, **hello: Any) -> Peer:
        """A viewer that has said hello."""
        opening = self.ticket(agent, session_id)
        status, peer = upgrade(opening["websocketUrl"], opening["ticket"], self.server.url)
        assert status == 101
        peer.say("hello", versions=[1], **hello)
        return peer

    def share(self, external_id: str) -> tuple[dict[str, Any], Peer, dict[str, Any]]:
        """Start, accept: the session, the page, and the server's `share` message."""
        page = self.page(external_id)
        session = self.start(external_id)
        offer = page.wait("offer")
        page.say("accept", sessionId=offer["sessionId"], textVersion="test", control=False)
        return session, page, page.wait("share")
