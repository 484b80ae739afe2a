"""The socket of a notification channel: frames go out, a ping may come in, little else (field.md C5).

It is no peer of any room. A reader that does not drain is closed with 4008 before more than half a megabyte
waits for it (I11).
"""

from __future__ import annotations

import socket
from typing import Final, Protocol

import msgspec
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from opencobrowse.kernel import limits
from opencobrowse.live.closing import Close
from opencobrowse.services.notices.notifications import Listening
from opencobrowse.wire import events

_decode: Final = msgspec.json.Decoder(events.Command).decode
encode: Final = msgspec.json.Encoder().encode

_METADATA: Final = "channel.metadata"
HEARTBEAT: Final = encode(
    events.Told(topic_name=_METADATA, event_body=events.Said(message="WebSocket Heartbeat"))
)
_PONG: Final = encode(events.Told(topic_name=_METADATA, event_body=events.Said(message="pong")))
_REFUSED: Final = encode(
    events.Refused(
        result="400",
        status="error",
        message='The socket takes {"message": "ping"}; subscriptions are set with PUT and POST '
        "/api/v2/notifications/channels/{id}/subscriptions.",
    )
)
_WORDS_BURST: Final = 50
_SEND_BUFFER_BYTES: Final = 64 * 1024


class Watcher(Protocol):
    """Who is told what happens to a channel's socket."""

    def opened(self, channel: ChannelSocket) -> None: ...
    def gone(self, channel: ChannelSocket) -> None: ...


class ChannelSocket(WSListener):
    """`listening` is set while the channel is told things; `warned`: its end has been announced.

    The fields from `age` on are those that `live.heartbeat` goes by. There is no hello: `greeted` is True.
    """

    __slots__ = ("_owed", "_parts", "_transport", "_watcher", "age", "channel_id", "closing", "gone",
                 "greeted", "heard", "listening", "paused", "quiet", "stalled", "warned",
                 "words_left")  # fmt: skip

    def __init__(self, channel_id: str, watcher: Watcher) -> None:
        self.channel_id = channel_id
        self._watcher = watcher
        self._transport: WSTransport | None = None
        self._parts = bytearray()
        self._owed = 0
        self.listening: Listening | None = None
        self.warned = False
        self.age = self.quiet = self.stalled = 0
        self.closing = self.gone = self.paused = False
        self.greeted = self.heard = True
        self.words_left = _WORDS_BURST

    def tell(self, message: bytes) -> None:
        if self.gone or self.closing or self._transport is None:
            return
        if self.paused:
            self._owed += len(message)
            if self._owed > limits.CHANNEL_QUEUE_BYTES:
                self.close(Close.SLOW, "the socket does not drain")
                self.abort()
                return
        self._transport.send(WSMsgType.TEXT, message)

    def close(self, code: int, reason: str) -> None:
        """Say why and hang up; what the other side still sends is not looked at."""
        if self.gone or self.closing:
            return
        self.closing = True
        if self._transport is not None:
            self._transport.send_close(code, reason.encode()[:120])  # type: ignore[arg-type]
            self._transport.disconnect()

    def ping(self) -> None:
        if self._transport is not None and not self.paused:
            self._transport.send_ping()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    # -- picows --------------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        below = transport.underlying_transport
        below.set_write_buffer_limits(high=limits.CHANNEL_QUEUE_BYTES)
        below.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self._watcher.opened(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.gone = True
        self._watcher.gone(self)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self.stalled = self._owed = 0

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self.heard = True
        if self.closing:
            return
        kind = frame.msg_type
        self.words_left -= 1
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.close(Close.PROTOCOL, "no extension was agreed on")
        elif kind is WSMsgType.CLOSE:
            code = frame.get_close_code()
            transport.send_close(WSCloseCode.OK if code is WSCloseCode.NO_INFO else code)
            transport.disconnect()
        elif self.words_left < 0:
            self.close(Close.TOO_MANY, "too many messages")
        elif kind is WSMsgType.PING:
            if not self.paused:
                transport.send_pong(frame.get_payload_as_bytes())
        elif kind is not WSMsgType.PONG:
            self._on_message(kind, frame)

    def _on_message(self, kind: WSMsgType, frame: WSFrame) -> None:
        if kind is WSMsgType.BINARY or (kind is WSMsgType.CONTINUATION) != bool(self._parts):
            self.close(Close.PROTOCOL, "text is expected")
            return
        self._parts += frame.get_payload_as_memoryview()
        if len(self._parts) > limits.CHANNEL_FRAME_BYTES:
            self.close(Close.TOO_LARGE, "the message is too large")
        elif frame.fin:
            whole, self._parts = bytes(self._parts), bytearray()
            self._on_text(whole)

    def _on_text(self, payload: bytes) -> None:
        try:
            command = _decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.tell(_REFUSED)
            return
        self.tell(_PONG if command.message == "ping" else _REFUSED)
