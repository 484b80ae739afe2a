"""The HTTP application: all routes, one way out for errors, one layer around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Litestar, Response, get
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from opencobrowse import __version__
from opencobrowse.http import assets, problems
from opencobrowse.http.middleware import Edge
from opencobrowse.http.routes import (
    access,
    cobrowsesessions,
    conversations,
    guest,
    live,
    start,
    users,
    webdeployments,
)
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Fault
from opencobrowse.services.core import Core


def build(core: Core, clock: Clock, web_root: Path, calls_per_minute: int) -> Any:
    """The ASGI application of one server."""
    socket = f"ws{core.links.public_url.removeprefix('http')}"
    policy = assets.CONSOLE_POLICY.format(socket=socket, sites="http://localhost:* http://127.0.0.1:* https:")
    routes = [
        *access.handlers(core),
        *users.handlers(core),
        *conversations.handlers(core),
        *start.handlers(core),
        *live.handlers(core),
        *cobrowsesessions.handlers(core),
        *guest.handlers(core),
        *webdeployments.handlers(core),
        *assets.handlers(assets.load(web_root), policy),
        alive,
        ready,
        openapi,
    ]
    app = Litestar(
        routes,
        exception_handlers={
            Fault: problems.on_fault,
            HTTPException: problems.on_http_exception,
            Exception: problems.on_crash,
        },
        openapi_config=OpenAPIConfig(
            title="opencobrowse",
            version=__version__,
            path="/docs",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        request_max_body_size=limits.MAX_BODY_BYTES,
        pdb_on_exception=False,
        debug=False,
        logging_config=None,
    )
    return Edge(app, clock, calls_per_minute)  # type: ignore[arg-type]


@get("/health/live", include_in_schema=False)
async def alive() -> Response[dict[str, str]]:
    return Response({"status": "ok"})


@get("/health/ready", include_in_schema=False)
async def ready() -> Response[dict[str, str]]:
    return Response({"status": "ok"})


@get("/openapi.json", include_in_schema=False)
async def openapi(request: problems.AnyRequest) -> Response[dict[str, Any]]:
    """The API's description, made from the routes and their models."""
    return Response(request.app.openapi_schema.to_schema())
