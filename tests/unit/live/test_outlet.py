"""What all our sockets have in common (live/outlet.py)."""

from __future__ import annotations

from typing import cast

import pytest
from picows import WSTransport

from opencobrowse.live.channel import ChannelSocket
from opencobrowse.live.connection import Connection
from opencobrowse.live.outlet import Outlet


class Ear:
    """The end of a transport that hears why it is closed."""

    def __init__(self) -> None:
        self.said: list[bytes] = []

    def send_close(self, code: int, reason: bytes) -> None:
        self.said.append(reason)

    def disconnect(self) -> None: ...


@pytest.mark.parametrize("kind", [Connection, ChannelSocket])
def test_a_reason_ends_with_a_whole_letter(kind: type[Outlet]) -> None:
    """RFC 6455 section 5.5.1: a reason is UTF-8, and a control frame holds 125 bytes. A name may be in it."""
    outlet, ear = kind.__new__(kind), Ear()
    Outlet.__init__(outlet, words=1, greeted=True)
    outlet._transport = cast(WSTransport, ear)
    outlet.close(4510, "x" * 119 + "ü and more")
    assert ear.said == [b"x" * 119]
