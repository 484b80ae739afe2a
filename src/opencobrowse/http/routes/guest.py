"""What a customer's page may ask without a token: guarded against guessing (reliability.md B6)."""

from __future__ import annotations

from typing import Any

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody

from opencobrowse.http import mapping
from opencobrowse.http.auth import address_of
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import Detail, Invalid
from opencobrowse.services.core import Core
from opencobrowse.wire import api
from opencobrowse.wire import cobrowsesessions as wire

_GUEST = "/api/v2/webdeployments/deployments/{deployment_id:str}/cobrowse/{session_id:str}"


def handlers(core: Core) -> list[Any]:
    @get(_GUEST)
    async def get_guest_session(
        request: AnyRequest, deployment_id: FromPath[str], session_id: FromPath[str]
    ) -> api.GuestSession:
        """A live session by its id or its join code. No token; every miss is the same 404, and misses are
        counted: after ten from one address, 429 for a while."""
        view = await core.guests.find(deployment_id, session_id, address_of(request))
        return mapping.guest_session(view.session, view.conversation, core.links)

    @delete(_GUEST, status_code=200)
    async def delete_guest_session(
        request: AnyRequest, deployment_id: FromPath[str], session_id: FromPath[str]
    ) -> Response[dict[str, Any]]:
        """The customer does not want it: an offer is declined, a running session ends. No token."""
        await core.guests.leave(deployment_id, session_id, address_of(request))
        return Response({}, status_code=200)

    @post("/api/v2/opencobrowse/join", status_code=200)
    async def find_invitation(request: AnyRequest, data: JSONBody[wire.JoinBody]) -> wire.Invitation:
        """Ours: who invites, and to which page, for the holder of a join link's token or a join code."""
        code = (data.token or data.code or "").strip()
        if not code:
            raise Invalid(
                "The body names no token and no code.",
                code="missing.field",
                details=(Detail("missing.field", "code"),),
                cure='Send {"code": "<what was read out>"} or {"token": "<what follows # in the link>"}.',
            )
        found = await core.guests.invitation(code, address_of(request))
        return mapping.invitation(found, core.links)

    return [get_guest_session, delete_guest_session, find_invitation]
