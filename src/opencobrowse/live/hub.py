"""All rooms and all open sockets of this process; what `ports.rooms.Rooms` promises, kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from opencobrowse.domain.session import EndReason, Session, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.live.closing import Close
from opencobrowse.live.connection import Connection
from opencobrowse.relay.authority import Role
from opencobrowse.relay.peer import SHARER_ALLOWANCE, VIEWER_ALLOWANCE, Allowance, Peer
from opencobrowse.relay.room import Room
from opencobrowse.services.lifecycle import Lifecycle
from opencobrowse.services.pages import Pages
from opencobrowse.wire import live

log = logging.getLogger("opencobrowse.live")

Customer = tuple[str, str]


class Hub:
    """Built before the services that call it; `bind` gives it those that it calls."""

    def __init__(
        self, clock: Clock, sharer: Allowance = SHARER_ALLOWANCE, viewer: Allowance = VIEWER_ALLOWANCE
    ) -> None:
        self._clock = clock
        self._allowances = {Role.SHARER: sharer, Role.VIEWER: viewer}
        self._pages_of: dict[Customer, set[Connection]] = {}
        self._asked: dict[str, set[Connection]] = {}
        self._absent: dict[str, dict[Role, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = 0
        self._acked: dict[str, live.Position] = {}
        self.rooms: dict[str, Room] = {}
        self.connections: set[Connection] = set()

    def bind(self, pages: Pages, lifecycle: Lifecycle) -> None:
        self.customer_pages = pages
        self.lifecycle = lifecycle

    # -- ports.rooms.Rooms ---------------------------------------------------------------------------------

    def pages(self, session: Session) -> int:
        return len(self._waiting_pages(session))

    def offer(self, session: Session) -> None:
        pages = self._waiting_pages(session)
        if pages:
            self._spawn(self.ask(session, pages))

    def changed(self, session: Session) -> None:
        room = self.rooms.get(session.id)
        if room is not None and room.open:
            resumed = room.state is SessionState.PAUSED and session.state is SessionState.ACTIVE
            room.state, room.control = session.state, session.control.value
            if resumed:
                self.restart(room)
            room.announce()
        if session.state is not SessionState.INITIATED:
            self._withdraw(session, "accepted")

    def close(self, session: Session) -> None:
        reason = session.end_reason.value if session.end_reason else session.state.value
        self._withdraw(session, reason)
        self._absent.pop(session.id, None)
        self._acked.pop(session.id, None)
        room = self.rooms.pop(session.id, None)
        if room is None:
            return
        room.fence(session.state, reason)
        for peer in room.peers():
            connection = _connection(peer)
            connection.room = connection.peer = None
            if peer.role is Role.VIEWER:
                connection.close(Close.ENDED, reason)

    def revoked(self, token_id: str) -> None:
        for connection in [c for c in self.connections if c.ticket.token_id == token_id]:
            connection.close(Close.REVOKED, "the access token was revoked")

    # -- what the connections' handlers use ----------------------------------------------------------------

    def room(self, session: Session) -> Room:
        """The session's room, made when first needed; its epoch is above that of any earlier process."""
        room = self.rooms.get(session.id)
        if room is None:
            room = Room(session.id, session.state, self._clock.now() // 1000, session.control.value)
            self.rooms[session.id] = room
            now = self._clock.monotonic()
            self._absent[session.id] = {Role.SHARER: now, Role.VIEWER: now}
        return room

    def peer(self, connection: Connection, role: Role, room: Room) -> Peer:
        """Make `connection` a peer of `room`; the caller adds it in its role."""
        self._numbers = self._numbers % 0xFFFF + 1
        peer = Peer(connection, role, self._numbers, connection.ticket.name, self._allowances[role])
        connection.room, connection.peer = room, peer
        self._absent.get(room.session_id, {}).pop(role, None)
        return peer

    async def ask(self, session: Session, pages: Iterable[Connection]) -> None:
        """Show the consent prompt of `session` on `pages`."""
        question = await self.customer_pages.question(session)
        left = session.offer_ends_at - self._clock.now()
        offer = live.encode(
            live.Offer(session.id, question.agent_name, question.organization_name,
                       session.cobrowse_type.value == "control", left)
        )  # fmt: skip
        for page in pages:
            page.offers.add(session.id)
            self._asked.setdefault(session.id, set()).add(page)
            page.tell(offer)

    def restart(self, room: Room) -> None:
        """Have the sharer begin a new epoch."""
        room.new_epoch()
        if room.sharer is not None:
            self._spawn(self._share_again(room, room.sharer))

    def arrive(self, page: Connection) -> None:
        """A page waits for offers."""
        if page.ticket.external_id is not None:
            self._pages_of.setdefault((page.ticket.org_id, page.ticket.external_id), set()).add(page)

    def gone(self, connection: Connection) -> None:
        """A socket closed."""
        self.connections.discard(connection)
        ticket = connection.ticket
        if ticket.external_id is not None:
            pages = self._pages_of.get((ticket.org_id, ticket.external_id), set())
            pages.discard(connection)
            if not pages:
                self._pages_of.pop((ticket.org_id, ticket.external_id), None)
        for session_id in connection.offers:
            self._asked.get(session_id, set()).discard(connection)
        self.leave(connection)

    def leave(self, connection: Connection) -> None:
        """Take a connection out of its room, and note since when the role is empty."""
        room, peer = connection.room, connection.peer
        connection.room = connection.peer = None
        if room is None or peer is None:
            return
        room.leave(peer)
        if peer.role is Role.SHARER and room.sharer is None or peer.role is Role.VIEWER and not room.viewers:
            self._absent.setdefault(room.session_id, {})[peer.role] = self._clock.monotonic()
        if room.session_id in self.rooms:
            room.announce()

    def drained(self, connection: Connection) -> None:
        if (
            connection.room is not None
            and connection.peer is not None
            and connection.peer.role is Role.VIEWER
        ):
            connection.room.catch_up(connection.peer)

    # -- once a second -------------------------------------------------------------------------------------

    async def tick(self) -> None:
        """Refill budgets, ping the quiet, cut the dead, end what was left alone too long."""
        for connection in list(self.connections):
            _check(connection)
        for room in self.rooms.values():
            for peer in room.peers():
                peer.refill()
            self._acknowledge(room)
        for session_id, role, seconds in self._absences():
            await self._judge(session_id, role, int(seconds * 1000))

    def _acknowledge(self, room: Room) -> None:
        position = room.position
        if room.sharer is not None and self._acked.get(room.session_id) != position:
            self._acked[room.session_id] = position
            room.sharer.socket.tell(live.encode(live.Ack(position)))

    def _absences(self) -> list[tuple[str, Role, float]]:
        now = self._clock.monotonic()
        return [
            (session_id, role, now - since)
            for session_id, roles in self._absent.items()
            if (room := self.rooms.get(session_id)) is not None and room.state is not SessionState.INITIATED
            for role, since in roles.items()
        ]

    async def _judge(self, session_id: str, role: Role, absent: int) -> None:
        if role is Role.SHARER and absent >= limits.SHARER_ABSENT_END_MS:
            await self.lifecycle.end(session_id, EndReason.CUSTOMER_LOST)
        elif role is Role.VIEWER and absent >= limits.VIEWER_ABSENT_END_MS:
            await self.lifecycle.end(session_id, EndReason.AGENT_LOST)
        elif role is Role.VIEWER and absent >= limits.VIEWER_ABSENT_PAUSE_MS:
            if self.rooms[session_id].state is SessionState.ACTIVE:
                await self.lifecycle.set_paused(session_id, True)

    # -- details -------------------------------------------------------------------------------------------

    def _waiting_pages(self, session: Session) -> list[Connection]:
        if session.customer_external_id is None:
            return []
        pages = self._pages_of.get((session.org_id, session.customer_external_id), set())
        return [page for page in pages if page.room is None]

    def _withdraw(self, session: Session, reason: str) -> None:
        message = live.encode(live.OfferClosed(session.id, reason))
        for page in self._asked.pop(session.id, set()):
            page.offers.discard(session.id)
            if page.room is None or page.room.session_id != session.id:
                page.tell(message)

    async def _share_again(self, room: Room, sharer: Peer) -> None:
        await self.share(room, _connection(sharer), "")

    async def share(self, room: Room, page: Connection, resume_token: str) -> None:
        """Tell the sharing page to stream from where the room is."""
        session = await self.lifecycle.get(room.session_id)
        question = await self.customer_pages.question(session)
        settings = await self.customer_pages.page_settings(page.ticket.deployment_id or "")
        page.tell(
            live.encode(live.Share(session.id, room.position, resume_token, settings, question.agent_name,
                                   session.control.value == "held"))
        )  # fmt: skip

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _connection(peer: Peer) -> Connection:
    assert isinstance(peer.socket, Connection)  # noqa: S101
    return peer.socket


def _check(connection: Connection) -> None:
    """The heartbeat: any frame counts; 25 s of silence gets a ping, 8 s more without a word the end."""
    connection.quiet = 0 if connection.heard else connection.quiet + 1
    connection.heard = False
    if not connection.greeted and connection.quiet >= limits.HELLO_SECONDS:
        connection.close(Close.NO_HELLO, "no hello")
    elif connection.quiet == limits.PING_IDLE_SECONDS:
        connection.ping()
    elif connection.quiet >= limits.PING_IDLE_SECONDS + limits.PONG_SECONDS:
        connection.abort()
    if connection.paused:
        connection.stalled += 1
        if connection.stalled >= limits.STALL_SECONDS:
            connection.close(Close.SLOW, "the socket does not drain")
            connection.abort()
