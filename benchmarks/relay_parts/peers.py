"""The generator's peers: one session's sharer and viewers, all in one loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from picows import WSListener, WSMsgType, ws_connect

from opencobrowse.wire.live import HEADER, Flags, Kind

_BINARY = WSMsgType.BINARY


class Connected(WSListener):
    """A client socket. Binary frames go to `on_frame`; text is waited for."""

    def __init__(self) -> None:
        self.on_frame: Callable[[Any], None] = lambda _: None
        self.on_checkout: Callable[[], None] = lambda: None
        self.texts: list[dict[str, Any]] = []
        self.news = asyncio.Event()
        self.closed = False

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport

    def on_ws_disconnected(self, _: Any) -> None:
        self.closed = True
        self.news.set()

    def on_ws_frame(self, _: Any, frame: Any) -> None:
        if frame.msg_type is _BINARY:
            self.on_frame(frame)
        elif frame.msg_type == WSMsgType.TEXT:
            message = json.loads(frame.get_payload_as_bytes())
            if message["type"] == "checkout":
                self.on_checkout()
            elif message["type"] not in ("ack", "state"):
                self.texts.append(message)
                self.news.set()

    async def wait(self, type_: str) -> dict[str, Any]:
        while True:
            for message in self.texts:
                if message["type"] == type_:
                    return message
            assert not self.closed, f"closed while waiting for {type_}"
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 20)

    async def ask(self, message: dict[str, Any], answer: str) -> dict[str, Any]:
        self.transport.send(WSMsgType.TEXT, json.dumps(message).encode())
        return await self.wait(answer)


async def connect(url: str, headers: dict[str, str] | None = None) -> Connected:
    _, peer = await ws_connect(
        Connected, url, extra_headers=headers or {}, enable_auto_ping=False, max_frame_size=2**22
    )
    assert isinstance(peer, Connected)
    return peer


class Session:
    """Sends frames that the protocol allows; answers a checkout with a small snapshot, as a page does."""

    def __init__(self, sharer: Connected, viewers: list[Connected], epoch: int) -> None:
        self.sharer, self.viewers, self.epoch = sharer, viewers, epoch
        self.offset = 0
        self.checkout = True
        sharer.on_checkout = self._ask

    def _ask(self) -> None:
        self.checkout = True

    def send(self, body: bytes) -> None:
        """One frame. In place of the asked-for one a snapshot of at most 4 KiB goes out if one is wanted."""
        if self.checkout:
            self.checkout = False
            data = HEADER.pack(Kind.SNAPSHOT, Flags.LAST, 0, self.epoch, self.offset) + body[:4096]
        else:
            data = HEADER.pack(2, 0, 0, self.epoch, self.offset) + body
        self.offset += 1
        self.sharer.transport.send(_BINARY, data)
