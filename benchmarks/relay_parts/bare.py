"""Baseline: the least a picows relay can do. No auth, no backlog, no limits; a full viewer is skipped."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Any

import uvloop
from picows import WSListener, WSMsgType, ws_create_server

ROOMS: dict[bytes, list[Viewer]] = defaultdict(list)


class Viewer(WSListener):
    def __init__(self, room: bytes) -> None:
        self.room, self.paused = room, False

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        ROOMS[self.room].append(self)

    def on_ws_disconnected(self, _: Any) -> None:
        ROOMS[self.room].remove(self)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False


class Sharer(WSListener):
    def __init__(self, room: bytes) -> None:
        self.viewers = ROOMS[room]

    def on_ws_frame(self, _: Any, frame: Any) -> None:
        if frame.msg_type == WSMsgType.BINARY:
            data = frame.get_payload_as_bytes()
            for viewer in self.viewers:
                if not viewer.paused:
                    viewer.transport.send(WSMsgType.BINARY, data)


def accept(request: Any) -> WSListener:
    _, room, role = request.path.split(b"/")
    return Sharer(room) if role == b"sharer" else Viewer(room)


async def main() -> None:
    server = await ws_create_server(
        accept, "127.0.0.1", int(sys.argv[1]), max_frame_size=2**21, enable_auto_ping=False
    )
    print("ready", flush=True)
    await server.serve_forever()


uvloop.run(main())
