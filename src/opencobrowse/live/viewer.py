"""What an agent's viewer may say, and what follows."""

from __future__ import annotations

from opencobrowse.domain.session import EndReason, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Clash
from opencobrowse.live.closing import Close
from opencobrowse.live.connection import Connection
from opencobrowse.live.hub import Hub
from opencobrowse.live.page import agreed_version
from opencobrowse.relay.authority import Role
from opencobrowse.wire import live


class ViewerHandler:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, viewer: Connection, message: live.FromPeer) -> None:
        match message:
            case live.Hello():
                await self._hello(viewer, message)
            case live.Stop():
                if viewer.room is not None:
                    await self._hub.lifecycle.end(viewer.room.session_id, EndReason.AGENT)
            case live.Ping():
                self._ping(viewer, message)
            case live.ControlRequest():
                await self._hub.desk.request(viewer)
            case live.ControlRelease():
                await self._hub.desk.release(viewer)
            case _:
                self._do(viewer, message)

    def _do(self, viewer: Connection, message: live.FromPeer) -> None:
        """What is done on the page: needs no store. Of one who is not in a room any more, nothing."""
        room, peer = viewer.room, viewer.peer
        if room is None or peer is None:
            return
        match message:
            case live.Act():
                room.deeds.act(peer, message)
            case live.Propose():
                room.deeds.propose(peer, message)
            case live.Withdraw():
                room.deeds.withdraw(peer, message)
            case live.Highlight():
                room.deeds.highlight(peer, message)
            case _:
                raise Clash("A viewer may not send this.", code="not.yours")

    async def _hello(self, viewer: Connection, hello: live.Hello) -> None:
        version = agreed_version(hello)
        if version is None:
            viewer.close(Close.VERSION, f"this server speaks {live.SUPPORTED}")
            return
        session = await self._hub.lifecycle.get(viewer.ticket.session_id or "")
        try:
            room = self._hub.room(session)
        except Clash:
            reason = session.end_reason.value if session.end_reason else session.state.value
            viewer.tell(live.encode(live.End(session.id, reason)))
            viewer.close(Close.ENDED, reason)
            return
        self._hub.reflect(room, session)
        if viewer.ticket.user_id in room.left:  # the ticket is of before a transfer
            name = (await self._hub.customer_pages.question(session)).agent_name
            viewer.tell(live.encode(live.Transferred(session.id, name)))
            viewer.close(Close.TRANSFERRED, f"transferred to {name}")
            return
        if len(room.viewers) >= limits.VIEWERS_PER_SESSION:
            viewer.close(Close.TOO_MANY, "too many viewers")
            return
        peer = self._hub.enter(viewer, Role.VIEWER, room)
        viewer.tell(live.encode(live.Welcome(version, "viewer", peer.number)))
        room.add_viewer(peer, hello.resume)
        room.announce()
        if session.state is SessionState.PAUSED:
            await self._hub.lifecycle.set_paused(session.id, False)

    def _ping(self, viewer: Connection, ping: live.Ping) -> None:
        room, peer = viewer.room, viewer.peer
        if ping.id == 0:  # the viewer asks whether its socket still lives, not how far the customer is
            viewer.tell(live.encode(live.Pong(0)))
        elif room is not None and peer is not None and room.sharer is not None:
            room.sharer.socket.tell(live.encode(live.Ping(peer.number << 32 | ping.id & 0xFFFFFFFF)))
