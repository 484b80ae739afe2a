"""One process, one port: uvicorn with our front protocol, the ticker, a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiofastnet
import uvicorn
import uvloop

from opencobrowse import http as http_package
from opencobrowse.http.app import build
from opencobrowse.live.endpoint import Endpoint
from opencobrowse.live.front import front_for
from opencobrowse.runtime.settings import Settings
from opencobrowse.runtime.wiring import Parts, bootstrap, wire

log = logging.getLogger("opencobrowse.server")

WEB_ROOT = Path(http_package.__file__).parent.parent / "assets"


def serve(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` is called with the URL once requests are answered."""
    uvloop.run(_serve(settings, on_ready))


async def _serve(settings: Settings, on_ready: Callable[[str], None]) -> None:
    aiofastnet.patch_loop()
    parts = wire(settings)
    try:
        await bootstrap(parts.core, settings)
        await restore(parts)
        await _run(settings, parts, on_ready)
    finally:
        parts.store.close()


async def restore(parts: Parts) -> None:
    """Sessions that were running when the process stopped: their rooms wait for both sides to come back."""
    for session in await parts.store.live_sessions():
        if session.sharing:
            parts.hub.room(session)


async def _run(settings: Settings, parts: Parts, on_ready: Callable[[str], None]) -> None:
    app = build(parts.core, parts.clock, WEB_ROOT, settings.rate_limit_per_minute)
    server = _Server(_config(settings, app, Endpoint(parts.hub, parts.core.tickets)))
    ticker = asyncio.create_task(_tick(parts))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    try:
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        if server.started:
            on_ready(settings.origin)
        await serving
    finally:
        ticker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticker


def _config(settings: Settings, app: Any, endpoint: Endpoint) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=front_for(endpoint),
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
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
    )


class _Server(uvicorn.Server):
    """uvicorn without its signal handling: it would raise the signal again and lose the exit code."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield

    def stop(self) -> None:
        self.should_exit = True


async def _tick(parts: Parts) -> None:
    """Once a second. A failure is logged and the next second tries again."""
    while True:
        await asyncio.sleep(1)
        try:
            await parts.hub.tick()
            await parts.core.lifecycle.sweep()
        except Exception:
            log.exception("the ticker failed")
