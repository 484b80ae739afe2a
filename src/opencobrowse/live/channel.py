"""The socket of a notification channel: frames go out, a ping may come in, little else (field.md C5).

It is no peer of any room. A reader that does not drain is closed with 4008 before more than half a megabyte
waits for it (I11).
"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec
from picows import WSFrame, WSMsgType, WSTransport

from opencobrowse.kernel import limits
from opencobrowse.live.closing import Close
from opencobrowse.live.outlet import Bounds, Outlet
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


class Watcher(Protocol):
    """Who is told what happens to a channel's socket."""

    def opened(self, channel: ChannelSocket) -> None: ...
    def gone(self, channel: ChannelSocket) -> None: ...


class ChannelSocket(Outlet):
    """`listening` is set while the channel is told things; `warned`: its end has been announced. There is no
    hello: it is `greeted` from the start."""

    bounds = Bounds(limits.CHANNEL_QUEUE_BYTES, limits.CHANNEL_QUEUE_BYTES, send_buffer=64 * 1024)

    __slots__ = ("_parts", "_watcher", "channel_id", "listening", "warned")

    def __init__(self, channel_id: str, watcher: Watcher) -> None:
        super().__init__(_WORDS_BURST, greeted=True)
        self.channel_id = channel_id
        self._watcher = watcher
        self._parts = bytearray()
        self.listening: Listening | None = None
        self.warned = False

    # -- picows --------------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self._watcher.opened(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        super().on_ws_disconnected(transport)
        self._watcher.gone(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self.heard = True
        if not self.closing:
            self._on_other(transport, frame)

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
