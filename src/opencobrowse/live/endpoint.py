"""From an upgrade request to a connection: the ticket, the origin, the path."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener

from opencobrowse.kernel.errors import Fault
from opencobrowse.kernel.secrets import Keyring, same
from opencobrowse.live.channel import ChannelSocket
from opencobrowse.live.channels import Channels
from opencobrowse.live.connection import Connection, Handler
from opencobrowse.live.hub import Hub
from opencobrowse.live.page import PageHandler
from opencobrowse.live.viewer import ViewerHandler
from opencobrowse.services.session.tickets import Ticket, Tickets
from opencobrowse.wire.live import SUBPROTOCOL, TICKET_PREFIX

log = logging.getLogger("opencobrowse.live")

PATH: Final = "/live/"
_CHANNELS: Final = f"{PATH}channels/"


class Endpoint:
    """picows' listener factory. It is synchronous, so a ticket is a signature and a look into a set."""

    def __init__(self, hub: Hub, tickets: Tickets, channels: Channels, keyring: Keyring) -> None:
        self._hub = hub
        self._channels = channels
        self._keyring = keyring
        self._tickets = tickets
        self._handlers: dict[str, Handler] = {"page": PageHandler(hub), "viewer": ViewerHandler(hub)}

    def __call__(self, request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        path = request.path.decode("ascii", "replace")
        if path.startswith(_CHANNELS):
            return self._channel(path.removeprefix(_CHANNELS))
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
        if not _path_fits(path, ticket):
            return _refuse(HTTPStatus.NOT_FOUND, "the ticket is for another path")
        refusal = self._hub.sockets.refuses(ticket)
        if refusal is not None:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, refusal)
        connection = Connection(ticket, self._handlers[ticket.role], self._hub)
        return WSUpgradeResponseWithListener(
            WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": SUBPROTOCOL}), connection
        )

    def _channel(self, rest: str) -> WSUpgradeResponseWithListener:
        """A notification channel's socket: its address is all that clients show, whatever their origin."""
        channel_id, _, secret = rest.partition("/")
        if not same(secret, self._keyring.channel_secret(channel_id)):
            return _refuse(HTTPStatus.NOT_FOUND, "there is no such channel")
        if self._channels.draining:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the server is restarting")
        return WSUpgradeResponseWithListener(
            WSUpgradeResponse.create_101_response({}), ChannelSocket(channel_id, self._channels)
        )

    def drain(self) -> None:
        """The server stops: close all sockets, a few at a time. Called once for each of them."""
        self._hub.drain()
        self._channels.drain()


def _path_fits(path: str, ticket: Ticket) -> bool:
    if ticket.role == "viewer":
        return path == f"{PATH}sessions/{ticket.session_id}"
    return path == f"{PATH}pages"


def _refuse(status: HTTPStatus, why: str) -> WSUpgradeResponseWithListener:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return WSUpgradeResponseWithListener(
        WSUpgradeResponse.create_error_response(status, why.encode(), headers), None
    )
