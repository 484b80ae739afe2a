"""One port for HTTP and the relay: uvicorn's HTTP protocol, which hands upgrades of `/live/*` to picows.

Needs aiofastnet's transports (`aiofastnet.patch_loop()`): on uvloop's own, picows corrupts frames above 8 KiB
once anything is buffered (performance.md section 7). Also here, because uvicorn has neither: a limit on the
size of a request's head, and deadlines for receiving head and body (reliability.md R2).
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from picows import WSAutoPingStrategy
from picows.picows import WSProtocol  # type: ignore[attr-defined]
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from opencobrowse.kernel import limits
from opencobrowse.live.endpoint import PATH, Endpoint

# An adapter, not a logger: picows makes a child logger for every connection of a real one.
_LOG: Final = logging.LoggerAdapter(logging.getLogger("opencobrowse.live.picows"), {})
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)
_BAD: Final = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
# Firefox says `Connection: keep-alive, Upgrade`, picows wants the one word.
_SAID_ANEW: Final = frozenset({b"connection", b"upgrade"})
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

if TYPE_CHECKING:
    _Base = Any
else:
    _Base = HttpToolsProtocol


class RelayProtocol(WSProtocol):  # type: ignore[misc]
    """picows' protocol as one of uvicorn's connections, so that a stop closes it too."""

    connections: set[Any]
    endpoint: Endpoint

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server stops: all sockets are closed, but not all at once."""
        self.endpoint.drain()


class FrontProtocol(_Base):  # type: ignore[misc]
    """Set `endpoint` on a subclass (see `front_for`)."""

    endpoint: Endpoint
    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_head = True
    _refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > limits.MAX_HEAD_BYTES:
            self._refuse(_TOO_LARGE)
        elif self._deadline is None and self._idle and self.transport.get_protocol() is self:
            self._arm()  # bytes that begin no request have stopped uvicorn's own timer

    @property
    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._arm()

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        self._in_head, self._head_bytes = False, 0
        if size > limits.MAX_HEAD_BYTES:
            self._refuse(_TOO_LARGE)
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._disarm()
        if not self._refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self._disarm()
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        self._disarm()
        if self._refused:
            return
        if not self._idle:
            self._refuse(_BAD)  # the socket is still needed for the answer before
        elif not self.url.startswith(PATH.encode()):
            super().handle_websocket_upgrade()
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        self.connections.discard(self)
        protocol = RelayProtocol(
            None, None, False, self.endpoint, _LOG, True, limits.HELLO_SECONDS,
            False, 25, 8, WSAutoPingStrategy.PING_WHEN_IDLE, False,
            limits.SHARER_FRAME_BYTES, None, 1024,
        )  # fmt: skip
        protocol.connections = self.connections
        protocol.endpoint = self.endpoint
        self.connections.add(protocol)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        self._feed(protocol, self._head())

    def _head(self) -> bytes:
        """The upgrade request, rebuilt from what the HTTP parser understood: never the raw bytes."""
        lines = [b"%b %b HTTP/1.1\r\n" % (self.scope["method"].encode(), self.url)]
        lines += [b"%b: %b\r\n" % pair for pair in self.scope["headers"] if pair[0] not in _SAID_ANEW]
        lines += [b"connection: Upgrade\r\n", b"upgrade: websocket\r\n"]
        return b"".join(lines) + b"\r\n"

    @staticmethod
    def _feed(protocol: WSProtocol, head: bytes) -> None:
        while head:
            buffer = protocol.get_buffer(len(head))
            part, head = head[: len(buffer)], head[len(buffer) :]
            buffer[: len(part)] = part
            protocol.buffer_updated(len(part))

    def _arm(self) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(limits.RECEIVE_DEADLINE_SECONDS, self._refuse, _TOO_SLOW)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, answer: bytes) -> None:
        self._disarm()
        self._refused = True
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


def front_for(endpoint: Endpoint) -> type[FrontProtocol]:
    """The protocol class for one server: uvicorn makes its instances itself."""
    return type("BoundFrontProtocol", (FrontProtocol,), {"endpoint": endpoint})
