"""What a customer's page may say, and what follows."""

from __future__ import annotations

from opencobrowse.domain.session import EndReason
from opencobrowse.kernel.errors import Clash, Fault, NotFound
from opencobrowse.kernel.sensitive import scrub
from opencobrowse.live.closing import Close
from opencobrowse.live.connection import Connection, connection_of
from opencobrowse.live.hub import Hub
from opencobrowse.relay.authority import Role
from opencobrowse.relay.room import Room
from opencobrowse.services.session.lifecycle import OFFER_CHANGED, Sharing
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
            case live.Stop():
                if page.room is not None:
                    await self._hub.lifecycle.end(page.room.session_id, EndReason.CUSTOMER)
            case live.ControlAnswer():
                await self._hub.desk.answer(page, message.granted)
            case live.ControlRevoke():
                await self._hub.desk.revoke(page)
            case _:
                self._at_once(page, message)

    def _at_once(self, page: Connection, message: live.FromPeer) -> None:
        """What needs no store."""
        match message:
            case live.Restart():
                self._restart(page)
            case live.Page():
                self._describe(page, message.page)
            case live.Pong():
                self._pong(page, message)
            case live.Ping():
                page.tell(live.encode(live.Pong(message.id)))
            case live.Acted() | live.Highlight():
                self._pass_on(page, message)
            case _:
                raise Clash("A page may not send this.", code="not.yours")

    async def _hello(self, page: Connection, hello: live.Hello) -> None:
        version = agreed_version(hello)
        if version is None:
            page.close(Close.VERSION, f"this server speaks {live.SUPPORTED}")
            return
        page.page_info = bare(hello.page) if hello.page else None
        page.tell(live.encode(live.Welcome(version, "page", 0)))
        resumed = (
            hello.session
            and hello.token
            and await self._resume(page, hello.session, hello.token, hello.resume)
        )
        self._hub.arrive(page)
        if resumed:
            return
        for session in await self._hub.customer_pages.waiting(page.ticket.org_id, page.ticket.external_id):
            await self._hub.ask(session, [page])

    async def _resume(
        self, page: Connection, session_id: str, token: str, resume: live.Position | None
    ) -> bool:
        try:
            sharing = await self._hub.lifecycle.resume(session_id, token)
            await self._share(page, sharing, resume)
        except (Clash, NotFound):
            page.tell(live.encode(live.End(session_id, "session.over")))
            return False
        return True

    async def _accept(self, page: Connection, accept: live.Accept) -> None:
        if page.room is not None:
            raise Clash("This page shares another session.", code="already.sharing")
        asked = page.offers.get(accept.session_id)
        if asked is not None and accept.asked not in (None, asked):
            return  # a yes to the agent before: the question of the one who has it now is on the page
        if not self._hub.prompts.take(accept.session_id, page):
            raise Clash("This offer is not open on this page.", code="offer.closed")
        control = accept.control and await self._hub.customer_pages.allows_control(
            page.ticket.deployment_id or ""
        )
        try:
            sharing = await self._hub.lifecycle.accept(
                accept.session_id,
                text_version=accept.text_version,
                control=control,
                origin=page.ticket.origin or "",
                asked=asked,
            )
        except Fault as fault:
            page.tell(live.encode(live.OfferClosed(accept.session_id, fault.code)))
            if fault.code != OFFER_CHANGED:
                raise
            await self._hub.ask(await self._hub.lifecycle.get(accept.session_id), [page])
            return
        if page.gone or page.closing:
            # The page left before it had its token, so nobody can go on with this session.
            await self._hub.lifecycle.end(accept.session_id, EndReason.CUSTOMER_LOST)
            return
        await self._share(page, sharing, None)

    async def _share(self, page: Connection, sharing: Sharing, resume: live.Position | None) -> None:
        """Raises `Clash` if the session or the socket has gone in the meantime."""
        room = self._hub.room(sharing.session)
        self._hub.reflect(room, sharing.session)
        taken_over = room.set_sharer(self._hub.enter(page, Role.SHARER, room), resume)
        self._hub.desk.look(room)
        room.page = page.page_info or live.PageInfo()
        if taken_over is not None:
            old = connection_of(taken_over)
            old.room = old.peer = None
            old.close(Close.TAKEN_OVER, "another page shares this session now")
        await self._hub.share(room, page, str(sharing.resume_token))
        room.announce()

    async def _decline(self, page: Connection, decline: live.Decline) -> None:
        if self._hub.prompts.take(decline.session_id, page):
            await self._hub.lifecycle.decline(decline.session_id)

    async def _join(self, page: Connection, join: live.Join) -> None:
        ticket = page.ticket
        if page.room is not None:
            raise Clash("This page shares another session.", code="already.sharing")
        session = await self._hub.customer_pages.by_code(ticket.org_id, join.code, ticket.guesser or "")
        await self._hub.ask(session, [page])

    def _restart(self, page: Connection) -> None:
        room = self._own_room(page)
        if room is not None:
            self._hub.restart(room)

    def _describe(self, page: Connection, info: live.PageInfo) -> None:
        page.page_info = bare(info)
        room = self._own_room(page)
        if room is not None:
            room.page = page.page_info
            room.announce()

    def _pong(self, page: Connection, pong: live.Pong) -> None:
        """The sharer's answer to a viewer's ping: the viewer's number is in the upper half of the id."""
        room = self._own_room(page)
        viewer = room.viewers.get(pong.id >> 32) if room is not None else None
        if viewer is not None:
            viewer.socket.tell(live.encode(live.Pong(pong.id & 0xFFFFFFFF)))

    def _pass_on(self, page: Connection, message: live.Acted | live.Highlight) -> None:
        room = self._own_room(page)
        if room is None or page.peer is None:
            return
        if isinstance(message, live.Acted):
            room.deeds.acted(message)
        else:
            room.deeds.highlight(page.peer, message)

    def _own_room(self, page: Connection) -> Room | None:
        room = page.room
        return room if room is not None and room.sharer is page.peer else None


def agreed_version(hello: live.Hello) -> int | None:
    """The newest protocol version that both sides speak."""
    return max(set(hello.versions) & set(live.SUPPORTED), default=None)


def bare(info: live.PageInfo) -> live.PageInfo:
    """Without query and fragment, which often hold secrets: the page leaves them out, and so do we. Nor
    do card numbers, IBANs and e-mail addresses go on in what is left. Of a page that is withheld nothing is
    known."""
    if info.withheld:
        return live.PageInfo(withheld=True)
    url = info.url.split("?")[0].split("#")[0]
    return live.PageInfo(scrub(url), scrub(info.title), info.width, info.height)
