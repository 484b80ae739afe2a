"""Once a second for every socket: is it alive, does it drain, has it said hello, what may it send next."""

from __future__ import annotations

from typing import Final, Protocol

from opencobrowse.kernel import limits
from opencobrowse.live.closing import Close

CLOSING_SECONDS: Final = 5


class Line(Protocol):
    """What is known of a socket that is looked after. `age`, `quiet` and `stalled` are in seconds."""

    age: int
    quiet: int
    stalled: int
    words_left: int
    heard: bool
    greeted: bool
    closing: bool
    paused: bool

    def close(self, code: int, reason: str) -> None: ...
    def ping(self) -> None: ...
    def abort(self) -> None: ...


def check(connection: Line) -> None:
    """Any frame counts as life; 25 s of silence get a ping, 8 s more without a word the end."""
    connection.words_left = min(limits.WORDS_BURST, max(0, connection.words_left) + limits.WORDS_PER_SECOND)
    connection.age += 1
    connection.quiet = 0 if connection.heard else connection.quiet + 1
    connection.heard = False
    if connection.closing:
        connection.stalled += 1
        if connection.stalled >= CLOSING_SECONDS:
            connection.abort()  # it was told and does not go
    elif not connection.greeted and connection.age >= limits.HELLO_SECONDS:
        connection.close(Close.NO_HELLO, "no hello")
    elif connection.quiet >= limits.PING_IDLE_SECONDS + limits.PONG_SECONDS:
        connection.close(Close.NO_PONG, "no answer to a ping")
        connection.abort()
    elif connection.quiet == limits.PING_IDLE_SECONDS:
        connection.ping()
    _check_drain(connection)


def _check_drain(connection: Line) -> None:
    if connection.paused and not connection.closing:
        connection.stalled += 1
        if connection.stalled >= limits.STALL_SECONDS:
            connection.close(Close.SLOW, "the socket does not drain")
            connection.abort()
