"""What a server holds on to before it starts: its port, its certificate, its data directory."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from opencobrowse.runtime.settings import Settings

BACKLOG: Final = 2048


class CannotServe(Exception):  # noqa: N818  named for what it says, as the kernel's are
    """The server cannot start here; the message says why in one line."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on every address of `host`, all on one port. 0 takes a free one."""
    sockets: list[socket.socket] = []
    problem: OSError | None = None
    for family, address in _addresses(host, port):
        # Its protocol is said: without, aiofastnet does not see that it is TCP, and leaves Nagle's algorithm
        # on; every answer in two writes then takes 40 ms.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            _bind(bound, family, (*address[:1], port, *address[2:]))
        except OSError as error:
            bound.close()
            problem = error
            if error.errno != errno.EADDRNOTAVAIL:  # a name may have an IPv6 address that this host has not
                break
            continue
        sockets.append(bound)
        port = bound.getsockname()[1]
    if problem is not None and (problem.errno != errno.EADDRNOTAVAIL or not sockets):
        for bound in sockets:
            bound.close()
        raise CannotServe(_why(problem, host, port)) from None
    return sockets


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotServe(f"The host {host} cannot be listened on: {error.strerror}.") from None
    return [(family, address) for family, _, _, _, address in found]


def _bind(bound: socket.socket, family: socket.AddressFamily, address: tuple[object, ...]) -> None:
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    bound.bind(address)
    bound.listen(BACKLOG)
    bound.setblocking(False)


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use: stop what listens there, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} needs rights that this user has not: choose one above 1023 with --port."
    return f"{host}:{port} cannot be listened on: {error.strerror}."


def check_certificate(settings: Settings) -> None:
    """Read the pair now, to say in one line what is wrong with it."""
    if settings.tls_cert is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key)
    except (ssl.SSLError, OSError) as error:
        raise CannotServe(
            f"{settings.tls_cert} and {settings.tls_key} are not a certificate and its key: {error}."
        ) from None


@contextlib.contextmanager
def only_server(data_dir: Path) -> Iterator[None]:
    """Hold the data directory: a second server on it would send the same session's frames to other rooms.

    The lock is the kernel's and ends with the process, however it ends. Programs that only write records
    (`client create`, `user create`) do not take it.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = (data_dir / "serve.lock").open("a+")
    except OSError as error:
        raise CannotServe(f"The data directory {data_dir} cannot be used: {error.strerror}.") from None
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise CannotServe(
                f"Another server (process {held.read().strip() or 'unknown'}) serves {data_dir}: "
                "stop it, or choose another --data-dir."
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield
