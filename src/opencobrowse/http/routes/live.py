"""Ours: what the page's SDK and the agent's console call. Under /api/v2/opencobrowse."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from opencobrowse.http import mapping, query
from opencobrowse.http.auth import actor_of, address_of, own_origin, signed_in, signed_out
from opencobrowse.http.people import user as user_answer
from opencobrowse.http.problems import AnyRequest
from opencobrowse.http.routes import presence
from opencobrowse.kernel.errors import Forbidden
from opencobrowse.services.core import Core
from opencobrowse.services.session.sessions import SessionView
from opencobrowse.wire import api, people

_BASE = "/api/v2/opencobrowse"


def handlers(core: Core) -> list[Any]:
    def shown(view: SessionView) -> api.SessionAnswer:
        started = core.start.describe(view.conversation, view.session)
        return mapping.session_answer(view, started, core.links)

    @post(f"{_BASE}/pages", status_code=200)
    async def register_page(request: AnyRequest, data: JSONBody[api.RegisterPage]) -> api.Registered:
        """A customer's page registers and gets a ticket for its socket. Guest; checked by Origin."""
        origin = request.headers.get("Origin", "")
        registration = await core.pages.register(
            data.deployment_id, origin, data.external_id, data.external_token, data.page_url
        )
        deployment = registration.deployment
        ticket = core.tickets.page(
            deployment.org_id, origin, deployment.id, registration.external_id, address_of(request)
        )
        return api.Registered(ticket=ticket, websocket_url=core.links.pages_socket())

    @post(f"{_BASE}/signin", status_code=200)
    async def sign_in(request: AnyRequest, data: JSONBody[api.SignIn]) -> Response[people.User]:
        """Sign in with a local account; the token is a cookie that scripts cannot read."""
        grant = await core.access.sign_in(data.email, data.password)
        actor = await core.access.authenticate(grant.access_token)
        user = await core.users.me(actor)
        cookie = signed_in(grant, core.links.public_url)
        return Response(user_answer(user), status_code=200, cookies=[cookie])

    @post(f"{_BASE}/signout", status_code=204)
    async def sign_out(request: AnyRequest) -> Response[None]:
        """Revoke the console's token."""
        await core.access.revoke(await actor_of(request, core))
        return Response(None, status_code=204, cookies=[signed_out(core.links.public_url)])

    @get(f"{_BASE}/sessions")
    async def list_sessions(request: AnyRequest) -> api.SessionListing:
        """An agent's own sessions, a program's organisation's; `?live=true`: those not over."""
        actor = await actor_of(request, core)
        live_only = query.flag(request, "live")
        return api.SessionListing(entities=[shown(v) for v in await core.sessions.mine(actor, live_only)])

    @get(f"{_BASE}/sessions/{{session_id:str}}")
    async def get_session(request: AnyRequest, session_id: FromPath[str]) -> api.SessionAnswer:
        """One session, as its agent and its starter see it."""
        actor = await actor_of(request, core)
        return shown(await core.sessions.get(actor, session_id))

    @post(f"{_BASE}/sessions/{{session_id:str}}/end", status_code=200)
    async def end_session(request: AnyRequest, session_id: FromPath[str]) -> api.SessionAnswer:
        """End it. Ending what is over is no error."""
        actor = await actor_of(request, core)
        return shown(await core.sessions.end(actor, session_id))

    @post(f"{_BASE}/sessions/{{session_id:str}}/ticket", status_code=200)
    async def viewer_ticket(request: AnyRequest, session_id: FromPath[str]) -> api.ViewerTicket:
        """A ticket for the viewer's socket, for the session's agent."""
        actor = await actor_of(request, core)
        session, user = await core.sessions.viewer(actor, session_id)
        origin = request.headers.get("Origin")
        if origin is not None and not own_origin(origin, core.links.public_url):
            raise Forbidden(f"The viewer does not run on {origin}.", code="origin.not.allowed")
        ticket = core.tickets.viewer(
            actor.org_id,
            origin,
            session.id,
            user_id=user.id,
            name=user.name,
            token_id=actor.token_id,
            token_ends=actor.token_ends,
        )
        return api.ViewerTicket(
            ticket=ticket, websocket_url=core.links.socket(session), assets_url=core.assets.path(session)
        )

    return [
        *presence.handlers(core),
        register_page,
        sign_in,
        sign_out,
        list_sessions,
        get_session,
        end_session,
        viewer_ticket,
    ]
