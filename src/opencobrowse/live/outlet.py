"""What all our WebSockets have in common: how they speak, how they hang up, and what is not worth a handler.

A reader that does not drain is closed with 4008 before more than `Bounds.owed` waits for it (I11).
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import ClassVar, Final

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from opencobrowse.live.closing import Close

_TEXT: Final = WSMsgType.TEXT
_REASON_BYTES: Final = 120


@dataclass(frozen=True, slots=True)
class Bounds:
    """In bytes. `owed`: control messages for who does not drain; `queue`: above it the socket is paused;
    `send_buffer`: the system's own."""

    owed: int
    queue: int
    send_buffer: int


class Outlet(WSListener):
    """The fields from `age` on are those that `live.heartbeat` goes by. `words_left` is the budget for what
    is no frame of a stream: control messages, pings and the like."""

    bounds: ClassVar[Bounds]

    __slots__ = ("_owed", "_transport", "age", "closing", "gone", "greeted", "heard", "paused", "quiet",
                 "stalled", "words_left")  # fmt: skip

    def __init__(self, words: int, greeted: bool) -> None:
        self._transport: WSTransport | None = None
        self._owed = 0
        self.age = self.quiet = self.stalled = 0
        self.closing = self.gone = self.paused = False
        self.greeted = greeted
        self.heard = True
        self.words_left = words

    def tell(self, message: bytes) -> None:
        if self.gone or self.closing or self._transport is None:
            return
        if self.paused:
            self._owed += len(message)
            if self._owed > self.bounds.owed:
                self.close(Close.SLOW, "the socket does not drain")
                self.abort()
                return
        self._transport.send(_TEXT, message)

    def close(self, code: int, reason: str) -> None:
        """Say why and hang up; what the peer still sends is not looked at. One that stays is cut later."""
        if self.gone or self.closing:
            return
        self.closing = True
        if self._transport is not None:
            said = reason.encode()[:_REASON_BYTES].decode(errors="ignore").encode()  # no letter is cut in two
            self._transport.send_close(code, said)  # type: ignore[arg-type]
            self._transport.disconnect()

    def ping(self) -> None:
        if self._transport is not None and not self.paused:
            self._transport.send_ping()

    def abort(self) -> None:
        """Cut a peer that does not answer: a close handshake would wait for it."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    # -- picows --------------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        below = transport.underlying_transport
        below.set_write_buffer_limits(high=self.bounds.queue)
        below.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, self.bounds.send_buffer
        )

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.gone = True

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self.stalled = self._owed = 0

    def _on_other(self, transport: WSTransport, frame: WSFrame) -> None:
        """What the protocol itself answers; messages, and parts of them, go on to `_on_message`."""
        kind = frame.msg_type
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.close(Close.PROTOCOL, "no extension was agreed on")
        elif kind is WSMsgType.CLOSE:
            code = frame.get_close_code()
            transport.send_close(WSCloseCode.OK if code is WSCloseCode.NO_INFO else code)
            transport.disconnect()
        elif not self._spend(kind):
            self.close(Close.TOO_MANY, "too many messages")
        elif kind is WSMsgType.PING:
            if not self.paused:
                transport.send_pong(frame.get_payload_as_bytes())
        elif kind is not WSMsgType.PONG:
            self._on_message(kind, frame)

    def _spend(self, kind: WSMsgType) -> bool:
        self.words_left -= 1
        return self.words_left >= 0

    def _on_message(self, kind: WSMsgType, frame: WSFrame) -> None:
        raise NotImplementedError
