"""From an upgrade request to a connection: the ticket, the origin, the path."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener

from opencobrowse.kernel.errors import Fault
from opencobrowse.live.connection import Connection, Handler
from opencobrowse.live.hub import Hub
from opencobrowse.live.page import PageHandler
from opencobrowse.live.viewer import ViewerHandler
from opencobrowse.services.tickets import Ticket, Tickets
from opencobrowse.wire.live import SUBPROTOCOL, TICKET_PREFIX

log = logging.getLogger("opencobrowse.live")

PATH: Final = "/live/"


class Endpoint:
    """picows' listener factory. It is synchronous, so a ticket is a signature and a look into a set."""

    def __init__(self, hub: Hub, tickets: Tickets) -> None:
        self._hub = hub
        self._tickets = tickets
        self._handlers: dict[str, Handler] = {"page": PageHandler(hub), "viewer": ViewerHandler(hub)}

    def __call__(self, request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        offered = [p.strip() for p in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        sealed = next((p.removeprefix(TICKET_PREFIX) for p in offered if p.startswith(TICKET_PREFIX)), None)
        if SUBPROTOCOL not in offered or sealed is None:
            return _refuse(HTTPStatus.BAD_REQUEST, "offer the subprotocols opencobrowse and ticket.<ticket>")
        try:
            ticket = self._tickets.redeem(sealed)
        except Fault as fault:
            return _refuse(HTTPStatus.UNAUTHORIZED, fault.message)
        if request.headers.getall("Origin", []) != ([] if ticket.origin is None else [ticket.origin]):
            return _refuse(HTTPStatus.FORBIDDEN, "the Origin is not that of the ticket")
        if not _path_fits(request.path.decode("ascii", "replace"), ticket):
            return _refuse(HTTPStatus.NOT_FOUND, "the ticket is for another path")
        refusal = self._hub.sockets.refuses(ticket)
        if refusal is not None:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, refusal)
        connection = Connection(ticket, self._handlers[ticket.role], self._hub)
        return WSUpgradeResponseWithListener(
            WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": SUBPROTOCOL}), connection
        )

    def drain(self) -> None:
        """The server stops: close all sockets, a few at a time. Called once for each of them."""
        self._hub.drain()


def _path_fits(path: str, ticket: Ticket) -> bool:
    if ticket.role == "viewer":
        return path == f"{PATH}sessions/{ticket.session_id}"
    return path == f"{PATH}pages"


def _refuse(status: HTTPStatus, why: str) -> WSUpgradeResponseWithListener:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return WSUpgradeResponseWithListener(
        WSUpgradeResponse.create_error_response(status, why.encode(), headers), None
    )
