"""All rooms and all open sockets of this process; what `ports.rooms.Rooms` promises, kept.

Handlers wait for the store, so what they know may be old when they go on. Three things keep that harmless:
a session that was closed here is remembered for a while and gets no room again, a record older than what the
room reflects is ignored, and a socket that is gone becomes nobody's peer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from opencobrowse.domain.deployment import Configuration, Deployment
from opencobrowse.domain.session import CobrowseType, EndReason, Session, SessionState
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash
from opencobrowse.kernel.ids import new_epoch
from opencobrowse.live import heartbeat
from opencobrowse.live.absence import Absences, Verdict
from opencobrowse.live.closing import Close
from opencobrowse.live.connection import Connection, connection_of
from opencobrowse.live.desk import Desk
from opencobrowse.live.prompts import Prompts
from opencobrowse.live.recent import Recent
from opencobrowse.live.sockets import Sockets
from opencobrowse.ports.store import Change, Delete
from opencobrowse.relay.authority import Role
from opencobrowse.relay.peer import SHARER_ALLOWANCE, VIEWER_ALLOWANCE, Allowance, Peer
from opencobrowse.relay.room import Room
from opencobrowse.services.session.controls import Controls
from opencobrowse.services.session.lifecycle import Lifecycle
from opencobrowse.services.session.pages import Pages
from opencobrowse.wire import live

log = logging.getLogger("opencobrowse.live")

_REMEMBER_SECONDS: Final = 60.0


class Hub:
    """Built before the services that call it; `bind` gives it those that it calls."""

    def __init__(
        self,
        clock: Clock,
        sharer: Allowance = SHARER_ALLOWANCE,
        viewer: Allowance = VIEWER_ALLOWANCE,
        first_epoch: Callable[[], int] = new_epoch,
    ) -> None:
        self._clock = clock
        self._allowances = {Role.SHARER: sharer, Role.VIEWER: viewer}
        self._first_epoch = first_epoch
        self._absences = Absences()
        self._closed = Recent(_REMEMBER_SECONDS)
        self._settled = Recent(_REMEMBER_SECONDS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._judging: set[str] = set()
        self._acked: dict[str, live.Position] = {}
        self._ticked = clock.monotonic()
        self.prompts = Prompts()
        self.rooms: dict[str, Room] = {}
        self.sockets = Sockets()

    def bind(self, pages: Pages, lifecycle: Lifecycle) -> None:
        self.customer_pages = pages
        self.lifecycle = lifecycle
        self.desk = Desk(Controls(lifecycle, self, self._clock), pages, self._clock, self._spawn)

    # -- ports.rooms.Rooms ---------------------------------------------------------------------------------

    def pages(self, session: Session) -> int:
        return len(self.prompts.waiting(session))

    def waiting(self, org_id: str, external_id: str) -> int:
        return len(self.prompts.free(org_id, external_id))

    def offer(self, session: Session) -> None:
        pages = self.prompts.waiting(session)
        if pages:
            self._spawn(self.ask(session, pages))

    def changed(self, session: Session) -> None:
        if session.state is not SessionState.INITIATED:
            self._withdraw(session, "accepted")
        room = self.rooms.get(session.id)
        if room is not None and self.reflect(room, session):
            room.announce()

    def transferred(self, session: Session, agent_name: str) -> None:
        if session.state is SessionState.INITIATED and session.id not in self._settled:
            self._ask_anew(session)
        try:
            room = self.room(session)
        except Clash:
            return
        self.reflect(room, session)
        message = live.encode(live.Transferred(session.id, agent_name))
        for peer in [*room.viewers.values()]:
            viewer = connection_of(peer)
            if viewer.ticket.user_id in room.left:
                viewer.room = viewer.peer = None
                room.leave(peer)
                viewer.tell(message)
                viewer.close(Close.TRANSFERRED, f"transferred to {agent_name}")
        if not room.viewers:  # the new agent has all the time that there is to come
            self._absences.came(session.id, Role.VIEWER)
            self._absences.left(session.id, Role.VIEWER, self._clock.monotonic())
        if room.sharer is not None:
            room.sharer.socket.tell(message)
        room.announce()

    def close(self, session: Session) -> None:
        reason = session.end_reason.value if session.end_reason else session.state.value
        self._closed.add(session.id, self._clock.monotonic())
        self._withdraw(session, reason)
        self._absences.end(session.id)
        self._acked.pop(session.id, None)
        room = self.rooms.pop(session.id, None)
        if room is None:
            return
        peers = room.peers()
        room.fence(session.state, reason)
        for peer in peers:
            connection = connection_of(peer)
            connection.room = connection.peer = None
            room.leave(peer)
            if peer.role is Role.VIEWER:
                connection.close(Close.ENDED, reason)

    def revoked(self, token_id: str) -> None:
        self.sockets.revoke(token_id, self._clock.monotonic())

    def dismissed(self, user_id: str) -> None:
        self.sockets.dismiss(user_id)

    # -- ports.feed.Feed -----------------------------------------------------------------------------------

    def committed(self, changes: tuple[Change, ...]) -> None:
        """What pages go by was published: pages that share are held to it at once."""
        kinds = {c.kind if isinstance(c, Delete) else type(c.record) for c in changes}
        if kinds & {Configuration, Deployment}:
            for room in [*self.rooms.values()]:
                self._spawn(self.desk.look_again(room))

    # -- sockets -------------------------------------------------------------------------------------------

    def opened(self, connection: Connection) -> None:
        """A socket opened; nothing is known of it but its ticket."""
        self.sockets.opened(connection)

    def arrive(self, page: Connection) -> None:
        """A page waits for offers; the oldest of too many has to go."""
        surplus = self.prompts.arrive(page)
        if surplus is not None:
            self.prompts.leave(surplus)
            surplus.close(Close.TOO_MANY_PAGES, "too many pages of this customer are open")

    def gone(self, connection: Connection) -> None:
        """A socket closed."""
        self.sockets.gone(connection)
        self.prompts.leave(connection)
        self.leave(connection)

    def drained(self, connection: Connection) -> None:
        room, peer = connection.room, connection.peer
        if room is not None and peer is not None and peer.role is Role.VIEWER:
            room.catch_up(peer)

    # -- rooms ---------------------------------------------------------------------------------------------

    def room(self, session: Session) -> Room:
        """The session's room, made when first needed. Raises `Clash` for a session that is over."""
        room = self.rooms.get(session.id)
        if room is not None:
            return room
        if session.id in self._closed or not session.live:
            raise Clash("The session is over.", code="cobrowse.session.state", entity_id=session.id)
        room = Room(session.id, session.state, self._first_epoch())
        room.version, room.left, room.agent = session.version, _left(session), session.agent_user_id
        self.rooms[session.id] = room
        self.desk.follow(room, session)
        if session.sharing:
            self._absences.begin(session.id, set(), self._clock.monotonic())
        return room

    def restore(self, session: Session) -> None:
        """The room of a session that an earlier process had. Nobody can say whether its agent had come:
        control that nobody has ends as if they had just left."""
        self.room(session).hold.known = True

    def reflect(self, room: Room, session: Session) -> bool:
        """Make `room` what the record says, unless it is older than what the room knows. True if it did."""
        if session.version < room.version or not session.live:
            return False
        before = room.state
        room.version, room.state = session.version, session.state
        room.left, room.agent = _left(session), session.agent_user_id
        self.desk.follow(room, session)
        if before is SessionState.INITIATED and session.sharing:
            present = {peer.role for peer in room.peers()}
            self._absences.begin(session.id, present, self._clock.monotonic())
        if before is SessionState.PAUSED and session.state is SessionState.ACTIVE:
            self.restart(room)
        return True

    def enter(self, connection: Connection, role: Role, room: Room) -> Peer:
        """Make `connection` a peer of `room`; the caller adds it in its role. `Clash` if it is gone."""
        if connection.gone or connection.closing or self.rooms.get(room.session_id) is not room:
            raise Clash("The socket or the session is gone.", code="cobrowse.session.state")
        number = room.free_number() if role is Role.VIEWER else 0
        ticket = connection.ticket
        peer = Peer(connection, role, number, ticket.name, self._allowances[role], user_id=ticket.user_id)
        connection.room, connection.peer = room, peer
        self._absences.came(room.session_id, role)
        return peer

    def leave(self, connection: Connection) -> None:
        """Take a connection out of its room, and note since when the role is empty."""
        room, peer = connection.room, connection.peer
        connection.room = connection.peer = None
        if room is None or peer is None:
            return
        room.leave(peer)
        if (peer.role is Role.SHARER and room.sharer is None) or (
            peer.role is Role.VIEWER and not room.viewers
        ):
            self._absences.left(room.session_id, peer.role, self._clock.monotonic())
        if room.session_id in self.rooms:
            room.announce()

    async def ask(self, session: Session, pages: Iterable[Connection]) -> None:
        """Show the consent prompt of `session` on those of `pages` that do not have it."""
        fresh = self.prompts.open(session.id, pages, session.asked)
        question = await self.customer_pages.question(session)
        left = session.offer_ends_at - self._clock.now()
        if session.id in self._settled:
            self.prompts.close(session.id)
            return
        wanted = session.cobrowse_type is CobrowseType.CONTROL
        for page in fresh:
            control = wanted and await self.customer_pages.allows_control(page.ticket.deployment_id or "")
            offer = live.Offer(
                session.id, question.agent_name, question.organization_name, control, max(0, left),
                session.asked,
            )  # fmt: skip
            if page.offers.get(session.id) == session.asked:
                page.tell(live.encode(offer))

    def restart(self, room: Room) -> None:
        """Have the sharer begin a new epoch."""
        room.new_epoch()
        if room.sharer is not None:
            self._spawn(self.share(room, connection_of(room.sharer), ""))

    async def share(self, room: Room, page: Connection, resume_token: str) -> None:
        """Tell the sharing page to stream from where the room is when it is told."""
        while True:
            session = await self.lifecycle.get(room.session_id)
            question = await self.customer_pages.question(session)
            settings = await self.customer_pages.page_settings(page.ticket.deployment_id or "")
            if page.room is not room:
                return
            if session.version >= room.version:  # else it has changed meanwhile, its agent perhaps
                break
        self.desk.allow(room, settings)
        page.tell(
            live.encode(live.Share(session.id, room.position, resume_token, settings, question.agent_name,
                                   room.hold.live))
        )  # fmt: skip
        self.desk.ask(room)
        room.mend()

    # -- once a second -------------------------------------------------------------------------------------

    async def tick(self) -> None:
        """Refill budgets, ping the quiet, cut the dead, end what was left alone too long. Never waits."""
        now = self._clock.monotonic()
        seconds, self._ticked = now - self._ticked, now
        self.sockets.expire(self._clock.now())
        for connection in list(self.sockets.open):
            heartbeat.check(connection)
        for room in self.rooms.values():
            for peer in room.peers():
                peer.refill(seconds)
            self._acknowledge(room)
            self.desk.tick(room, now)
        for session_id, verdict in list(self._absences.verdicts(now)):
            if session_id not in self._judging:
                self._judging.add(session_id)
                self._spawn(self._carry_out(session_id, verdict))
        for memory in (self._closed, self._settled, self.sockets):
            memory.forget(now)

    def _acknowledge(self, room: Room) -> None:
        position = room.position
        if room.sharer is not None and self._acked.get(room.session_id) != position:
            self._acked[room.session_id] = position
            room.sharer.socket.tell(live.encode(live.Ack(position)))

    async def _carry_out(self, session_id: str, verdict: Verdict) -> None:
        try:
            if verdict is Verdict.CUSTOMER_LOST:
                await self.lifecycle.end(session_id, EndReason.CUSTOMER_LOST)
            elif verdict is Verdict.AGENT_LOST:
                await self.lifecycle.end(session_id, EndReason.AGENT_LOST)
            elif self.rooms[session_id].state is SessionState.ACTIVE:
                await self.lifecycle.set_paused(session_id, True)
        finally:
            self._judging.discard(session_id)

    def drain(self) -> None:
        """The server stops. Asked again, nothing more happens."""
        if not self.sockets.draining:
            self.sockets.draining = True
            self._spawn(self.sockets.drain())

    # -- details -------------------------------------------------------------------------------------------

    def _ask_anew(self, session: Session) -> None:
        """Another agent asks: the open prompts go, and the question comes with the new name."""
        message = live.encode(live.OfferClosed(session.id, "transferred"))
        asked = self.prompts.close(session.id)
        for page in asked:
            page.tell(message)
        pages = asked.union(self.prompts.waiting(session))
        if pages:
            self._spawn(self.ask(session, pages))

    def _withdraw(self, session: Session, reason: str) -> None:
        self._settled.add(session.id, self._clock.monotonic())
        message = live.encode(live.OfferClosed(session.id, reason))
        for page in self.prompts.close(session.id):
            page.tell(message)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("work of the hub failed", exc_info=task.exception())


def _left(session: Session) -> frozenset[str]:
    """Users who were its agent and are not any more."""
    return frozenset({former.user_id for former in session.former_agents} - {session.agent_user_id})
