"""What a page sent, unpacked: a search for a secret is not fooled by compression."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, WebSocket

from opencobrowse.wire.live import HEADER, Flags, Kind


@dataclass
class Sent:
    """Everything a page sent: the control messages, the unpacked bodies of frames, and requests."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[tuple[Kind, str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    _chunks: bytearray = field(default_factory=bytearray)

    def frame(self, payload: str | bytes) -> None:
        if isinstance(payload, str):
            self.messages.append(json.loads(payload))
            return
        kind, flags, *_ = HEADER.unpack_from(payload)
        body = payload[HEADER.size :]
        if kind == Kind.SNAPSHOT:
            self._chunks += body
            if not flags & Flags.LAST:
                return
            body, self._chunks = bytes(self._chunks), bytearray()
        if flags & Flags.DEFLATE:
            body = zlib.decompress(body, wbits=-15)
        self.bodies.append((Kind(kind), body.decode("utf-8", "replace")))

    def snapshots(self) -> int:
        return sum(kind is Kind.SNAPSHOT for kind, _ in self.bodies)

    def text(self) -> str:
        """All of it as one text to search in."""
        bodies = (body for _, body in self.bodies)
        return "\n".join([*map(json.dumps, self.messages), *bodies, *self.requests])


def watch(page: Page, server_url: str) -> Sent:
    """Record what `page` sends to the server from now on."""
    sent = Sent()

    def on_socket(socket: WebSocket) -> None:
        socket.on("framesent", sent.frame)

    page.on("websocket", on_socket)
    page.on(
        "request",
        lambda request: (
            sent.requests.append(f"{request.url} {request.post_data or ''}")
            if request.url.startswith(server_url)
            else None
        ),
    )
    return sent
