"""Control, between the sockets and the record: who asks, answers, takes back, and who is told of it (I8).

Every end of a grant stops the actions first (`relay.hold.Hold.fence`) and is committed then; what is
committed reaches its room through `follow`, whoever did it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from opencobrowse.domain.control import Control, ControlEnd
from opencobrowse.domain.session import Session
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Forbidden
from opencobrowse.live.connection import Connection, connection_of
from opencobrowse.relay.deeds import Allowed
from opencobrowse.relay.peer import Peer
from opencobrowse.relay.room import Room
from opencobrowse.services.session.controls import Controls, not_open, taken
from opencobrowse.services.session.pages import Pages
from opencobrowse.wire import live


class Desk:
    """`spawn` runs work of the hub; `Desk` belongs to one."""

    def __init__(
        self,
        controls: Controls,
        pages: Pages,
        clock: Clock,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._controls = controls
        self._pages = pages
        self._clock = clock
        self._spawn = spawn
        self._closing: set[tuple[str, int]] = set()

    # -- a viewer ------------------------------------------------------------------------------------------

    async def request(self, viewer: Connection) -> None:
        """The agent asks for control. One viewer asks at a time."""
        room, peer = viewer.room, viewer.peer
        if room is None or peer is None:
            raise not_open()
        if room.hold.asker is not None:
            raise taken()
        if room.sharer is None:
            raise Clash("The customer's page is away: ask when it is back.", code="control.no.page")
        room.hold.asker = peer
        try:
            await self._check_allowed(connection_of(room.sharer))
            await self._controls.request(room.session_id, viewer.ticket.user_id)
        finally:
            room.hold.asker = None

    async def release(self, viewer: Connection) -> None:
        """The viewer that asked or holds gives it up."""
        room, peer = viewer.room, viewer.peer
        if room is None or peer is None or room.hold.holder is not peer:
            raise not_open()
        await self._end(room, ControlEnd.RELEASED)

    # -- the sharer ----------------------------------------------------------------------------------------

    async def answer(self, page: Connection, granted: bool) -> None:
        """The customer says yes or no on the page that shares."""
        room = page.room
        if room is None or room.sharer is not page.peer or room.hold.control is not Control.PENDING:
            raise not_open()
        number = room.hold.number
        if granted:
            try:
                await self._check_allowed(page)
            except Forbidden:
                await self._end(room, ControlEnd.NOT_ALLOWED)
                raise
        await self._controls.answer(room.session_id, number, granted, page.ticket.origin or "")

    async def revoke(self, page: Connection) -> None:
        """The customer takes it back: from this moment no action passes."""
        room = page.room
        if room is None or room.sharer is not page.peer or room.hold.control is Control.NONE:
            raise not_open()
        await self._end(room, ControlEnd.REVOKED)

    async def _check_allowed(self, page: Connection) -> None:
        if not await self._pages.allows_control(page.ticket.deployment_id or ""):
            raise Forbidden(
                "This page's settings do not let agents have control.", code="control.not.allowed"
            )

    # -- what the room hears of ----------------------------------------------------------------------------

    def follow(self, room: Room, session: Session) -> None:
        """Make the room's hold what the record says; tell the customer who asks, and both what is over."""
        hold, grant = room.hold, session.grant
        before, number, holder = hold.control, hold.number, hold.holder
        ago = (self._clock.now() - grant.asked_at) / 1000 if grant is not None else 0.0
        if hold.follow(session, room.viewers.values(), self._clock.monotonic(), ago):
            ended = session.grants[number - 1].end_reason if 0 < number <= len(session.grants) else None
            self._closed(room, holder, ended or ControlEnd.REVOKED)
        if hold.control is Control.PENDING and (before is not Control.PENDING or hold.number != number):
            self.ask(room)
        self.look(room)

    def ask(self, room: Room) -> None:
        """Show the customer who asks, if somebody does."""
        hold = room.hold
        if hold.control is not Control.PENDING or room.sharer is None:
            return
        left = int((hold.expires - self._clock.monotonic()) * 1000)
        name = hold.holder.name if hold.holder is not None else ""
        asked = live.ControlAsked(hold.controller, name, min(limits.CONTROL_REQUEST_MS, max(0, left)))
        room.sharer.socket.tell(live.encode(asked))

    def look(self, room: Room) -> None:
        """Control is given on a page: on one of another origin it is over."""
        hold = room.hold
        if not hold.live or room.sharer is None or hold.origin is None:
            return
        if connection_of(room.sharer).ticket.origin != hold.origin:
            self._stop(room, ControlEnd.ORIGIN)

    def allow(self, room: Room, settings: dict[str, Any]) -> None:
        """The page that shares goes by these settings now."""
        allowed = Allowed(bool(settings["allowAgentControl"]), bool(settings["allowAgentNavigation"]))
        news = allowed != room.deeds.allowed
        room.deeds.allowed = allowed
        if news:
            room.announce()
        if not allowed.control and room.hold.control is not Control.NONE:
            self._stop(room, ControlEnd.NOT_ALLOWED)

    async def look_again(self, room: Room) -> None:
        """Settings were published: what they no longer allow ends."""
        sharer = room.sharer
        if sharer is None:
            return
        settings = await self._pages.page_settings(connection_of(sharer).ticket.deployment_id or "")
        if room.sharer is sharer and room.deeds.told:
            self.allow(room, settings)

    def tick(self, room: Room, now: float) -> None:
        """Once a second for each room."""
        room.deeds.tick()
        if room.hold.control is not Control.NONE:
            why = room.hold.due(now)
            if why is not None:
                self._stop(room, why)

    # -- details -------------------------------------------------------------------------------------------

    def _stop(self, room: Room, why: ControlEnd) -> None:
        """End it without anybody waiting. What could not be committed is tried again by the next `tick`."""
        key = (room.session_id, room.hold.number)
        if why is not ControlEnd.EXPIRED:  # an answer may have come in time
            room.hold.fence(why)
        if key not in self._closing:
            self._closing.add(key)
            self._spawn(self._carry_out(key, why))

    async def _carry_out(self, key: tuple[str, int], why: ControlEnd) -> None:
        try:
            await self._controls.close(*key, why)
        finally:
            self._closing.discard(key)

    async def _end(self, room: Room, why: ControlEnd) -> None:
        number = room.hold.number
        room.hold.fence(why)
        await self._controls.close(room.session_id, number, why)

    def _closed(self, room: Room, holder: Peer | None, why: ControlEnd) -> None:
        message = live.encode(live.ControlClosed(why.value))
        for peer in (room.sharer, holder):
            if peer is not None:
                peer.socket.tell(message)
