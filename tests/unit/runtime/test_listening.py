"""What a server holds on to before it starts, and the one line that says why it cannot."""

from __future__ import annotations

import asyncio
import errno
import socket
import sqlite3
from pathlib import Path

import aiofastnet
import pytest
import uvloop

from opencobrowse.runtime.health import Health
from opencobrowse.runtime.listening import CannotServe, check_certificate, listen, only_server
from opencobrowse.runtime.settings import Settings


def test_port_0_takes_a_free_one_for_every_address_of_the_host() -> None:
    sockets = listen("localhost", 0)
    try:
        ports = {bound.getsockname()[1] for bound in sockets}
        assert len(ports) == 1
        assert ports != {0}
    finally:
        for bound in sockets:
            bound.close()


def test_what_is_accepted_sends_at_once() -> None:
    """Nagle's algorithm is off: with it, answers and frames wait 40 ms for the peer's delayed ACK."""

    async def accepted() -> int:
        aiofastnet.patch_loop()
        loop = asyncio.get_running_loop()
        made: asyncio.Future[asyncio.BaseTransport] = loop.create_future()

        class Noted(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                made.set_result(transport)

        (bound,) = listen("127.0.0.1", 0)
        async with await loop.create_server(Noted, sock=bound):
            with socket.create_connection(bound.getsockname()):
                transport = await made
                kept = transport.get_extra_info("socket")
                delay = int(kept.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()
        return delay

    assert uvloop.run(accepted()) == 1


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=f"^Port {port} on 127.0.0.1 is in use: .*--port") as refused:
            listen("127.0.0.1", port)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_a_host_that_is_not_this_machines_is_said(host: str) -> None:
    with pytest.raises(CannotServe, match=host):
        listen(host, 0)


def test_a_pair_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("not a certificate")
    path = str(tmp_path / "cert.pem")
    with pytest.raises(CannotServe, match="are not a certificate and its key"):
        check_certificate(Settings(tls_cert=path, tls_key=path))
    check_certificate(Settings())


def test_one_data_directory_has_one_server(tmp_path: Path) -> None:
    """Two would relay the frames of one session in two rooms (I3, I5)."""
    with only_server(tmp_path / "data"):  # noqa: SIM117  the second is asked while the first is held
        with pytest.raises(CannotServe, match=r"Another server \(process \d+\) serves"):
            only_server(tmp_path / "data").__enter__()
    with only_server(tmp_path / "data"):
        pass
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_directory_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotServe, match="cannot be used"), only_server(tmp_path / "file"):
        pass


class _Store:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def find(self, *_: object, **__: object) -> list[object]:
        if self.error is not None:
            raise self.error
        return []


def test_ready_is_a_store_that_answers_and_no_stop() -> None:
    for error, why in (
        (None, None),
        (OSError(errno.EIO, "disk"), "store"),
        (sqlite3.OperationalError("x"), "store"),
    ):
        health = Health(_Store(error))  # type: ignore[arg-type]
        assert asyncio.run(health.unready()) == why
        health.drain()
        assert asyncio.run(health.unready()) == "draining"
