"""One WebSocket: bytes on one side, a room's peer or a waiting page on the other.

Binary frames go straight to the room: no task, no queue, no service on their way. Control messages are
handled one after another by `handle`, which may wait for the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Fault
from opencobrowse.live.closing import FOR_REFUSAL, Close
from opencobrowse.relay.peer import Peer
from opencobrowse.relay.room import Room
from opencobrowse.services.tickets import Ticket
from opencobrowse.wire import live

log = logging.getLogger("opencobrowse.live")

Handler = Callable[["Connection", live.FromPeer], Awaitable[None]]
_BINARY: Final = WSMsgType.BINARY
_TEXT: Final = WSMsgType.TEXT
_MAX_CONTROL_BYTES: Final = 16 * 1024
_MAX_WAITING: Final = 64


class Connection(WSListener):  # type: ignore[misc]
    """`relay.peer.Socket` over picows. `room` and `peer` are set while it takes part in a session."""

    __slots__ = ("_handle", "_on_drain", "_on_gone", "_parts", "_task", "_transport", "_waiting", "greeted",
                 "heard", "offers", "page_info", "paused", "peer", "quiet", "room", "stalled",
                 "ticket")  # fmt: skip

    def __init__(
        self,
        ticket: Ticket,
        handle: Handler,
        on_drain: Callable[[Connection], None],
        on_gone: Callable[[Connection], None],
    ) -> None:
        self.ticket = ticket
        self._handle = handle
        self._on_drain = on_drain
        self._on_gone = on_gone
        self._transport: WSTransport | None = None
        self._waiting: deque[live.FromPeer] = deque()
        self._task: asyncio.Task[None] | None = None
        self._parts: bytearray | None = None
        self.room: Room | None = None
        self.peer: Peer | None = None
        self.offers: set[str] = set()
        self.page_info = live.PageInfo()
        self.paused = False
        self.greeted = False
        self.heard = True
        self.quiet = 0
        self.stalled = 0

    # -- relay.peer.Socket ---------------------------------------------------------------------------------

    def send(self, frame: bytes) -> None:
        self._transport.send(_BINARY, frame)

    def tell(self, message: bytes) -> None:
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.send(_TEXT, message)

    def close(self, code: int, reason: str) -> None:
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.send_close(code, reason.encode()[:120])
            self._transport.disconnect()

    def ping(self) -> None:
        if self._transport is not None:
            self._transport.send_ping()

    def abort(self) -> None:
        """Cut a peer that does not answer: a close handshake would wait for it."""
        if self._transport is not None:
            self._transport.underlying_transport.abort()

    # -- picows --------------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=limits.VIEWER_QUEUE_BYTES)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self.heard = True
        kind = frame.msg_type
        if kind is _BINARY and frame.fin and self._parts is None:
            self._on_binary(frame.get_payload_as_bytes())
        elif kind is _TEXT and frame.fin and self._parts is None:
            self._on_text(frame.get_payload_as_bytes())
        elif kind in (WSMsgType.BINARY, WSMsgType.CONTINUATION):
            self._on_part(kind, frame)
        elif kind is WSMsgType.TEXT:
            self.close(Close.MALFORMED, "control messages come in one piece")
        elif kind is WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code() or WSCloseCode.OK)
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._on_gone(self)
        if self._task is not None and self._task is not asyncio.current_task():
            self._waiting.clear()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self.stalled = 0
        self._on_drain(self)

    # -- frames --------------------------------------------------------------------------------------------

    def _on_binary(self, payload: bytes) -> None:
        if self.room is None or self.peer is None:
            return  # a race: the session ended while this frame was under way
        refusal = self.room.receive(self.peer, payload)
        if refusal is not None and not refusal.droppable:
            self.close(FOR_REFUSAL[refusal], refusal.value)

    def _on_part(self, kind: WSMsgType, frame: WSFrame) -> None:
        """Browsers send a large message in fragments: put it together, within the size of one frame."""
        if (kind is WSMsgType.BINARY) != (self._parts is None):
            self.close(Close.MALFORMED, "a fragment out of place")
            return
        if self._parts is None:
            self._parts = bytearray()
        self._parts += frame.get_payload_as_memoryview()
        if len(self._parts) > limits.SHARER_FRAME_BYTES:
            self.close(Close.TOO_LARGE, "the frame is too large")
        elif frame.fin:
            whole, self._parts = bytes(self._parts), None
            self._on_binary(whole)

    def _on_text(self, payload: bytes) -> None:
        if len(payload) > _MAX_CONTROL_BYTES or len(self._waiting) >= _MAX_WAITING:
            self.close(Close.TOO_MANY, "too many or too large control messages")
            return
        try:
            message = live.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.close(Close.MALFORMED, "not a control message")
            return
        if not self.greeted and not isinstance(message, live.Hello):
            self.close(Close.NO_HELLO, "hello comes first")
            return
        self._waiting.append(message)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        """Handle waiting messages in their order, then end: an idle connection keeps no task."""
        try:
            while self._waiting:
                try:
                    await self._handle(self, self._waiting.popleft())
                except Fault as fault:
                    self.tell(live.encode(live.Problem(fault.code, fault.message)))
        except Exception:
            log.exception("a control message failed")
            self.close(Close.NO_PONG, "internal error")
        finally:
            self._task = None
