"""One port for HTTP and the relay: uvicorn's HTTP protocol, which hands upgrades of `/live/*` to picows.

Needs aiofastnet's transports (`aiofastnet.patch_loop()`): on uvloop's own, picows corrupts frames above 8 KiB
once anything is buffered (performance.md section 7). Also here, because uvicorn has neither: a limit on the
size of a request's head, and deadlines for receiving head and body (reliability.md R2).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from picows import WSAutoPingStrategy
from picows.picows import WSProtocol  # type: ignore[attr-defined]
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Fault, HeadTooLarge, Invalid, TooSlow
from opencobrowse.live.endpoint import PATH, Endpoint

# An adapter, not a logger: picows makes a child logger for every connection of a real one.
_LOG: Final = logging.LoggerAdapter(logging.getLogger("opencobrowse.live.picows"), {})
_DROP: Final = "opencobrowse.drop"
"""In the scope of a request, where faults are simulated: the way to cut its connection."""
# Firefox says `Connection: keep-alive, Upgrade`, picows wants the one word.
_SAID_ANEW: Final = frozenset({b"connection", b"upgrade"})

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
    """Set the first three on a subclass (see `front_for`)."""

    endpoint: Endpoint
    refusal: Callable[[Fault], bytes]
    droppable = False
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
            self._refuse(_too_large())
        elif self._deadline is None and self._idle and self.transport.get_protocol() is self:
            self._arm()  # bytes that begin no request have stopped uvicorn's own timer

    @property
    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self.droppable:
            self.scope[_DROP] = self.transport.abort
        self._in_head = True
        self._arm()

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        self._in_head, self._head_bytes = False, 0
        if size > limits.MAX_HEAD_BYTES:
            self._refuse(_too_large())
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
            self._cut()  # the socket is still needed for the answer before
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
        self._deadline = self.loop.call_later(limits.RECEIVE_DEADLINE_SECONDS, self._too_slow)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def send_400_response(self, msg: str) -> None:
        """What the HTTP parser cannot read, in our shape instead of uvicorn's text."""
        self._refuse(_bad("it is no HTTP that can be read"))

    def _too_slow(self) -> None:
        seconds = f"{limits.RECEIVE_DEADLINE_SECONDS:.0f} s"
        self._refuse(
            TooSlow(
                f"The client did not produce a request within the server timeout limit of {seconds}.",
                code="request.timeout",
                cure=f"Send head and body of a request within {seconds}.",
            )
        )

    def _refuse(self, fault: Fault) -> None:
        self._disarm()
        self._refused = True
        if self.transport is not None and not self.transport.is_closing():
            begun = self.cycle is not None and self.cycle.response_started
            if self._idle or not begun:  # else these bytes would stand in the middle of another answer
                self.transport.write(type(self).refusal(fault))
            self.transport.close()

    def _cut(self) -> None:
        """Close with no answer: one would be taken for that of the request before."""
        self._refused = True
        self.transport.close()


def _too_large() -> Fault:
    return HeadTooLarge(
        f"The request's line and headers are over the size limit. Maximum bytes: {limits.MAX_HEAD_BYTES}",
        code="request.head.too.large",
        params={"maximumBytes": str(limits.MAX_HEAD_BYTES)},
        cure=f"Send a request line and headers of together at most {limits.MAX_HEAD_BYTES} bytes.",
    )


def _bad(why: str) -> Fault:
    return Invalid(
        f"The request could not be understood by the server: {why}.",
        code="bad.request",
        cure="Send one HTTP/1.1 request after the other, as RFC 9112 has them.",
    )


def front_for(
    endpoint: Endpoint, refusal: Callable[[Fault], bytes], droppable: bool = False
) -> type[FrontProtocol]:
    """The protocol class for one server: uvicorn makes its instances itself. `refusal` makes the whole answer
    of a fault; `droppable` lets the application cut connections (`--simulate`)."""
    bound = {"endpoint": endpoint, "refusal": staticmethod(refusal), "droppable": droppable}
    return type("BoundFrontProtocol", (FrontProtocol,), bound)
