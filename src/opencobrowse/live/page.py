"""What a customer's page may say, and what follows."""

from __future__ import annotations

from opencobrowse.domain.session import EndReason
from opencobrowse.kernel.errors import Clash, Fault
from opencobrowse.live.closing import Close
from opencobrowse.live.connection import Connection
from opencobrowse.live.hub import Hub
from opencobrowse.relay.authority import Role
from opencobrowse.relay.room import Room
from opencobrowse.services.lifecycle import Sharing
from opencobrowse.wire import live


class PageHandler:
    """Handles the control messages of one kind of connection; the state is the connection's and the hub's."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, page: Connection, message: live.FromPeer) -> None:
        match message:
            case live.Hello():
                await self._hello(page, message)
            case live.Accept():
                await self._accept(page, message)
            case live.Decline():
                await self._decline(page, message)
            case live.Join():
                await self._join(page, message)
            case live.Restart():
                await self._restart(page)
            case live.Page():
                self._describe(page, message.page)
            case live.Stop():
                if page.room is not None:
                    await self._hub.lifecycle.end(page.room.session_id, EndReason.CUSTOMER)
            case live.Pong():
                self._pong(page, message)
            case live.Ping():
                page.tell(live.encode(live.Pong(message.id)))

    async def _hello(self, page: Connection, hello: live.Hello) -> None:
        version = agreed_version(hello)
        if version is None:
            page.close(Close.VERSION, f"this server speaks {live.SUPPORTED}")
            return
        page.greeted = True
        page.page_info = hello.page or live.PageInfo()
        page.tell(live.encode(live.Welcome(version, "page", 0)))
        if (
            hello.session
            and hello.token
            and await self._resume(page, hello.session, hello.token, hello.resume)
        ):
            return
        self._hub.arrive(page)
        for session in await self._hub.customer_pages.waiting(page.ticket.org_id, page.ticket.external_id):
            await self._hub.ask(session, [page])

    async def _resume(
        self, page: Connection, session_id: str, token: str, resume: live.Position | None
    ) -> bool:
        try:
            sharing = await self._hub.lifecycle.resume(session_id, token)
        except Fault:
            page.tell(live.encode(live.End(session_id, "session.over")))
            return False
        self._hub.arrive(page)
        await self._share(page, sharing, resume)
        return True

    async def _accept(self, page: Connection, accept: live.Accept) -> None:
        if accept.session_id not in page.offers:
            raise Clash("This offer is not open on this page.", code="offer.closed")
        sharing = await self._hub.lifecycle.accept(
            accept.session_id,
            text_version=accept.text_version,
            control=accept.control,
            origin=page.ticket.origin or "",
        )
        await self._share(page, sharing, None)

    async def _share(self, page: Connection, sharing: Sharing, resume: live.Position | None) -> None:
        room = self._hub.room(sharing.session)
        room.state, room.control = sharing.session.state, sharing.session.control.value
        taken_over = room.set_sharer(self._hub.peer(page, Role.SHARER, room), resume)
        room.page = page.page_info
        if taken_over is not None and isinstance(taken_over.socket, Connection):
            taken_over.socket.room = taken_over.socket.peer = None
            taken_over.socket.close(Close.TAKEN_OVER, "another page shares this session now")
        await self._hub.share(room, page, str(sharing.resume_token))
        room.announce()

    async def _decline(self, page: Connection, decline: live.Decline) -> None:
        if decline.session_id in page.offers:
            await self._hub.lifecycle.decline(decline.session_id)

    async def _join(self, page: Connection, join: live.Join) -> None:
        ticket = page.ticket
        session = await self._hub.customer_pages.by_code(ticket.org_id, join.code, ticket.guesser or "")
        await self._hub.ask(session, [page])

    async def _restart(self, page: Connection) -> None:
        room = self._own_room(page)
        if room is not None:
            self._hub.restart(room)

    def _describe(self, page: Connection, info: live.PageInfo) -> None:
        page.page_info = info
        room = self._own_room(page)
        if room is not None:
            room.page = info
            room.announce()

    def _pong(self, page: Connection, pong: live.Pong) -> None:
        """The sharer's answer to a viewer's ping: the viewer's number is in the upper half of the id."""
        room = self._own_room(page)
        viewer = room.viewers.get(pong.id >> 32) if room is not None else None
        if viewer is not None:
            viewer.socket.tell(live.encode(live.Pong(pong.id & 0xFFFFFFFF)))

    def _own_room(self, page: Connection) -> Room | None:
        room = page.room
        return room if room is not None and room.sharer is page.peer else None


def agreed_version(hello: live.Hello) -> int | None:
    """The newest protocol version that both sides speak."""
    return max(set(hello.versions) & set(live.SUPPORTED), default=None)
