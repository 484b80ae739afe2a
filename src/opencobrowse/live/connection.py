"""One WebSocket: bytes on one side, a room's peer or a waiting page on the other.

Binary frames go straight to the room: no task, no queue, no service on their way. Control messages are
handled one after another by `handle`, which may wait for the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import msgspec
from picows import WSFrame, WSMsgType, WSTransport

from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Fault, Unavailable
from opencobrowse.live.closing import FOR_REFUSAL, Close
from opencobrowse.live.outlet import Bounds, Outlet
from opencobrowse.relay.authority import Refusal
from opencobrowse.relay.peer import Peer
from opencobrowse.relay.room import Room
from opencobrowse.services.session.tickets import Ticket
from opencobrowse.wire import live

log = logging.getLogger("opencobrowse.live")

Handler = Callable[["Connection", live.FromPeer], Awaitable[None]]
_BINARY: Final = WSMsgType.BINARY
_MAX_CONTROL_BYTES: Final = 16 * 1024
_MAX_WAITING: Final = 64


class Watcher(Protocol):
    """Who is told what happens to a socket."""

    def opened(self, connection: Connection) -> None: ...
    def drained(self, connection: Connection) -> None: ...
    def gone(self, connection: Connection) -> None: ...


class Connection(Outlet):
    """`relay.peer.Socket` over picows. `room` and `peer` are set while it takes part in a session."""

    bounds = Bounds(256 * 1024, limits.VIEWER_QUEUE_BYTES, send_buffer=256 * 1024)

    __slots__ = ("_handle", "_parts", "_parts_kind", "_task", "_waiting", "_watcher", "offers", "page_info",
                 "peer", "room", "ticket")  # fmt: skip

    def __init__(self, ticket: Ticket, handle: Handler, watcher: Watcher) -> None:
        super().__init__(limits.WORDS_BURST, greeted=False)
        self.ticket = ticket
        self._handle = handle
        self._watcher = watcher
        self._waiting: deque[live.FromPeer] | None = None
        self._task: asyncio.Task[None] | None = None
        self._parts: bytearray | None = None
        self._parts_kind = _BINARY
        self.room: Room | None = None
        self.peer: Peer | None = None
        self.offers: dict[str, int] = {}
        self.page_info: live.PageInfo | None = None

    # -- relay.peer.Socket ---------------------------------------------------------------------------------

    def send(self, frame: bytes) -> None:
        self._transport.send(_BINARY, frame)  # type: ignore[union-attr]

    # -- picows --------------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self._watcher.opened(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self.heard = True
        room = self.room
        if (
            frame.msg_type is _BINARY
            and room is not None
            and frame.fin
            and self._parts is None
            and not (frame.rsv1 or self.closing)
        ):
            refusal = room.receive(self.peer, frame.get_payload_as_bytes())  # type: ignore[arg-type]
            if refusal is not None:
                self._judge(refusal)
        elif not self.closing:
            self._on_other(transport, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        super().on_ws_disconnected(transport)
        self._watcher.gone(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._watcher.drained(self)

    # -- frames --------------------------------------------------------------------------------------------

    def _spend(self, kind: WSMsgType) -> bool:
        """A sharer's fragments count as its frames, anything else as a word."""
        if self.peer is not None and kind in (_BINARY, WSMsgType.CONTINUATION):
            self.peer.frames_left -= 1
            return self.peer.frames_left >= 0
        return super()._spend(kind)

    def _on_message(self, kind: WSMsgType, frame: WSFrame) -> None:
        """A message or a part of one: browsers send large ones in fragments, within the size of one frame."""
        if (kind is WSMsgType.CONTINUATION) != (self._parts is not None):
            self.close(Close.PROTOCOL, "a fragment out of place")
            return
        if self._parts is None:
            self._parts, self._parts_kind = bytearray(), kind
        self._parts += frame.get_payload_as_memoryview()
        binary = self._parts_kind is _BINARY
        if len(self._parts) > (limits.SHARER_FRAME_BYTES if binary else _MAX_CONTROL_BYTES):
            self.close(Close.TOO_LARGE, "the message is too large")
        elif frame.fin:
            whole, self._parts = bytes(self._parts), None
            if not binary:
                self._on_text(whole)
            elif self.room is not None and self.peer is not None:
                self._judge(self.room.receive(self.peer, whole))

    def _judge(self, refusal: Refusal | None) -> None:
        if refusal is not None and not refusal.droppable:
            self.close(FOR_REFUSAL[refusal], refusal.value)

    def _on_text(self, payload: bytes) -> None:
        if self._waiting is not None and len(self._waiting) >= _MAX_WAITING:
            self.close(Close.TOO_MANY, "too many control messages")
            return
        try:
            message = live.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.close(Close.MALFORMED, "not a control message")
            return
        if self.greeted == isinstance(message, live.Hello):
            self.close(Close.NO_HELLO, "hello comes first, and once")
            return
        self.greeted = True
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(message)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        """Handle waiting messages in their order, then end: an idle connection keeps no task."""
        try:
            while self._waiting and not (self.closing or self.gone):
                try:
                    await self._handle(self, self._waiting.popleft())
                except Unavailable as fault:
                    self.close(Close.INTERNAL, fault.message)
                except Fault as fault:
                    self.tell(live.encode(live.Problem(fault.code, fault.message)))
        except Exception:
            log.exception("a control message failed")
            self.close(Close.INTERNAL, "internal error")
        finally:
            self._task = self._waiting = None


def connection_of(peer: Peer) -> Connection:
    """The socket of a peer of a live room, which is always one of ours."""
    assert isinstance(peer.socket, Connection)  # noqa: S101
    return peer.socket
