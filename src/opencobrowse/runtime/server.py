"""One process, one port: uvicorn with our front protocol, the ticker, a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiofastnet
import msgspec
import uvicorn
import uvloop

from opencobrowse import http as http_package
from opencobrowse.http import problems
from opencobrowse.http.app import build
from opencobrowse.http.simulate_rules import load
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Fault
from opencobrowse.live.endpoint import Endpoint
from opencobrowse.live.front import front_for
from opencobrowse.runtime.health import Health
from opencobrowse.runtime.listening import CannotServe, check_certificate, listen, only_server
from opencobrowse.runtime.logs import configure
from opencobrowse.runtime.settings import Settings
from opencobrowse.runtime.wiring import Parts, bootstrap, wire

log = logging.getLogger("opencobrowse.server")

WEB_ROOT = Path(http_package.__file__).parent.parent / "assets"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. `stop` may be called from any thread."""

    url: str
    stop: Callable[[], None]


def serve(settings: Settings, on_ready: Callable[[Running], None]) -> None:
    """Serve until SIGTERM or SIGINT. `on_ready` is called, in the event loop, once requests are answered.

    Raises `BadRules`, or `CannotServe` when the port, the certificate, the data directory or the store cannot
    be used.
    """
    configure(settings.log_level, settings.log_format)
    if settings.simulate:
        load(Path(settings.simulate))  # what is wrong with it is said before anything is touched
    check_certificate(settings)
    with only_server(Path(settings.data_dir)):
        sockets = listen(settings.host, settings.port)
        port = sockets[0].getsockname()[1]
        uvloop.run(_serve(msgspec.structs.replace(settings, port=port), sockets, on_ready))


async def _serve(
    settings: Settings, sockets: list[socket.socket], on_ready: Callable[[Running], None]
) -> None:
    aiofastnet.patch_loop()
    try:
        parts = wire(settings)
    except (sqlite3.Error, RuntimeError) as error:
        raise CannotServe(f"The store in {settings.data_dir} cannot be opened: {error}.") from error
    try:
        await bootstrap(parts.core, settings)
        await restore(parts)
        await _run(settings, parts, sockets, on_ready)
    finally:
        parts.store.close()


async def restore(parts: Parts) -> None:
    """Sessions that were running when the process stopped: their rooms wait for both sides to come back."""
    for session in await parts.store.live_sessions():
        if session.sharing:
            parts.hub.restore(session)


async def _run(
    settings: Settings, parts: Parts, sockets: list[socket.socket], on_ready: Callable[[Running], None]
) -> None:
    loop, health = asyncio.get_running_loop(), Health(parts.store)
    rules = load(Path(settings.simulate)) if settings.simulate else None
    limit = settings.rate_limit_per_minute
    app = build(parts.core, parts.clock, WEB_ROOT, limit, health.unready, rules=rules)
    if rules is not None:
        log.warning("SIMULATING: %d rules of %s make calls fail on purpose", len(rules.rules), rules.file)

    for advice in settings.advice():
        log.warning(advice)

    def started() -> None:
        gc.collect()
        gc.freeze()  # what lives as long as the server is not looked through for garbage again and again
        log.info("serving %s", settings.origin)
        on_ready(Running(settings.origin, stop))

    def stop() -> None:
        loop.call_soon_threadsafe(stopping.ask)

    config = _config(settings, app, _endpoint(parts))
    server = _Server(config, started)
    stopping = _Stopping(server, health, settings.drain_seconds)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.ask)
    ticker = asyncio.create_task(_tick(parts))
    try:
        await server.serve(sockets)
        log.info("stopped")
    finally:
        ticker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticker


def _endpoint(parts: Parts) -> Endpoint:
    return Endpoint(parts.hub, parts.core.tickets, parts.channels, parts.core.links.keyring)


def _config(settings: Settings, app: Any, endpoint: Endpoint) -> uvicorn.Config:
    def refusal(fault: Fault) -> bytes:
        return problems.raw(fault, settings.origin)

    return uvicorn.Config(
        app,
        http=front_for(endpoint, refusal, droppable=bool(settings.simulate)),
        ws="websockets-sansio",
        loop="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        # From one of these addresses, the right-most address of X-Forwarded-For that is none of them is the
        # client's (reliability.md B24). From any other, the header is nothing.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


class _Server(uvicorn.Server):
    """uvicorn without its signal handling: it would raise the signal again and lose the exit code."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


class _Stopping:
    """From a wish to stop to the end: not ready for a while, then finish what runs. Asked again, sooner."""

    def __init__(self, server: _Server, health: Health, drain_seconds: int) -> None:
        self._server = server
        self._health = health
        self._drain_seconds = drain_seconds
        self._asked = False

    def ask(self) -> None:
        self._health.drain()
        if self._drain_seconds and not self._asked:
            asyncio.get_running_loop().call_later(self._drain_seconds, self._finish)
        else:
            self._server.force_exit = self._server.should_exit
            self._finish()
        self._asked = True

    def _finish(self) -> None:
        self._server.should_exit = True


async def _tick(parts: Parts) -> None:
    """Once a second. A failure is logged and the next second tries again."""
    while True:
        await asyncio.sleep(1)
        try:
            await parts.hub.tick()
            parts.channels.tick()
            await parts.core.lifecycle.sweep()
            # Kept for a while: who comes with a token of yesterday is told that it has expired.
            await parts.store.prune(parts.clock.now() - limits.EXPIRED_KEPT_MS)
        except Exception:
            log.exception("the ticker failed")
