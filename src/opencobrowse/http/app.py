"""The HTTP application: all routes, one way out for errors, one layer around them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from litestar import Litestar, Response, get
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig

from opencobrowse.http import assets, catalogue, docs, openapi, problems
from opencobrowse.http.budget import Budget
from opencobrowse.http.framework import ModelAnswer, ReadRequest
from opencobrowse.http.help import Helper
from opencobrowse.http.middleware import Edge
from opencobrowse.http.paths import PathTable
from opencobrowse.http.routes import (
    access,
    cobrowsesessions,
    conversations,
    guest,
    limits,
    live,
    notifications,
    oauth,
    participants,
    roles,
    routing,
    single_sign_on,
    start,
    twins,
    users,
    webdeployments,
)
from opencobrowse.http.routes import assets as live_assets
from opencobrowse.http.simulate import Simulator
from opencobrowse.http.simulate_rules import Rules
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Fault
from opencobrowse.kernel.version import VERSION
from opencobrowse.services.core import Core

Unready = Callable[[], Awaitable[str | None]]


def build(
    core: Core,
    clock: Clock,
    web_root: Path,
    calls_per_minute: int,
    unready: Unready,
    *,
    rules: Rules | None = None,
) -> Any:
    """The ASGI application of one server. `unready` says why no work should be sent to it, or None; `rules`
    are what is simulated."""
    budget = Budget(clock, calls_per_minute)
    routes = [
        *access.handlers(core),
        *oauth.handlers(core),
        *single_sign_on.handlers(core),
        *users.handlers(core),
        *roles.handlers(core),
        *conversations.handlers(core),
        *start.handlers(core),
        *live.handlers(core),
        *live_assets.handlers(core),
        *notifications.handlers(core),
        *cobrowsesessions.handlers(core),
        *participants.handlers(core),
        *twins.handlers(core),
        *routing.handlers(core),
        *limits.handlers(core, budget),
        *guest.handlers(core),
        *webdeployments.handlers(core),
        *assets.handlers(assets.load(web_root), core.links.public_url),
        alive,
        _ready(unready),
        openapi_json,
        catalogue.handler(),
    ]
    app = Litestar(
        routes,
        exception_handlers={
            Fault: problems.on_fault,
            HTTPException: problems.on_http_exception,
            Exception: problems.on_crash,
        },
        openapi_config=OpenAPIConfig(
            title=openapi.TITLE,
            version=VERSION,
            use_handler_docstrings=True,
            operation_id_creator=openapi.operation_id,
            openapi_router=docs.router(),
            render_plugins=[docs.Page(), docs.Description(path="/openapi.json")],
        ),
        request_class=ReadRequest,
        response_class=ModelAnswer,
        request_max_body_size=None,  # `Edge` has read it already
        pdb_on_exception=False,
        debug=False,
        logging_config=None,
    )
    table = PathTable(app.routes)
    edge = Edge(app, table, Helper(core, table), budget)
    return edge if rules is None else Simulator(edge, rules, core.links.public_url)


@get("/health/live")
async def alive() -> Response[dict[str, str]]:
    """200 while the process answers."""
    return Response({"status": "ok"})


def _ready(unready: Unready) -> Any:
    @get("/health/ready")
    async def ready() -> Response[dict[str, str]]:
        """200, or 503 while the store does not answer or the server is stopping."""
        why = await unready()
        if why is None:
            return Response({"status": "ok"})
        return Response({"status": why}, status_code=503, headers={"Retry-After": "5"})

    return ready


@get("/openapi.json", include_in_schema=False)
async def openapi_json(request: problems.AnyRequest) -> Response[dict[str, Any]]:
    """The API's description, made from the routes and their models."""
    return Response(openapi.document(request.app))
