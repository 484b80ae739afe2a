"""What agents do and propose on the customer's page, and who points where: routed, bounded, answered.

An action passes from the one connection that holds control (`relay.hold`) to the sharer; the answer goes back
to the viewer whose it was, and to nobody else. Every action that a viewer is not told of as refused is
answered once: by the page, or from here when the page is gone or the time is up (I8, I10, I12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from opencobrowse.domain.session import SessionState
from opencobrowse.kernel import limits
from opencobrowse.relay.peer import Peer
from opencobrowse.wire import live

if TYPE_CHECKING:
    from opencobrowse.relay.room import Room

NAVIGATION: Final = frozenset({"back", "forward", "reload", "navigate"})
_OPEN_MS: Final = limits.PROPOSAL_MS // 1000


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the published settings of the sharing page's deployment let an agent do."""

    control: bool = False
    navigation: bool = False

    @property
    def words(self) -> tuple[Literal["control", "navigation"], ...]:
        """As the session's state says it to the viewers."""
        if not self.control:
            return ()
        return ("control", "navigation") if self.navigation else ("control",)


NOTHING: Final = Allowed()


@dataclass(slots=True)
class Deed:
    """An action on its way. `age` is in seconds."""

    proposal: bool
    age: int = 0
    withdrawn: bool = False


class Deeds:
    """`allowed` is nothing until the page that shares has been told its settings."""

    __slots__ = ("_highlights", "_open", "_room", "allowed")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._open: dict[int, dict[int, Deed]] = {}
        self._highlights: dict[int, int] = {}
        self.allowed = NOTHING

    @property
    def told(self) -> bool:
        """Whether the page that shares knows its settings, and so may be acted on."""
        return self.allowed is not NOTHING

    # -- from a viewer -------------------------------------------------------------------------------------

    def act(self, viewer: Peer, message: live.Act) -> None:
        """An action under the grant."""
        hold = self._room.hold
        why = None if hold.may_act(viewer) else "no.grant"
        why = self._why_not(viewer, message.action) or why
        if why is not None:
            _answer(viewer, message.id, why)
            return
        if self._begin(viewer, message.id, proposal=False):
            hold.acted = True
            self._tell_sharer(live.Act(message.id, message.action, viewer.number))

    def propose(self, viewer: Peer, message: live.Propose) -> None:
        """An action that the customer accepts, or not."""
        why = None if viewer.user_id == self._room.agent else "not.yours"
        why = why or self._why_not(viewer, message.action) or self._too_many_proposals(viewer)
        if why is not None:
            _answer(viewer, message.id, why)
        elif self._begin(viewer, message.id, proposal=True):
            viewer.proposals_left -= 1
            self._tell_sharer(live.Propose(message.id, message.action, viewer.number, viewer.name))

    def withdraw(self, viewer: Peer, message: live.Withdraw) -> None:
        """A proposal is taken back; the page still says what has become of it."""
        deed = self._open.get(viewer.number, {}).get(message.id)
        if deed is not None and deed.proposal and not deed.withdrawn:
            deed.withdrawn = True
            self._tell_sharer(live.Withdraw(message.id, viewer.number))

    def _why_not(self, viewer: Peer, action: live.Action) -> str | None:
        """Why no action of this kind passes now, whoever's it is; None if it does."""
        room = self._room
        viewer.deeds_left -= 1
        if viewer.deeds_left < 0:
            return "too.many"
        if room.state is not SessionState.ACTIVE:
            return "not.active"
        if room.sharer is None or not self.told:
            return "no.page"
        if room.sharer.socket.paused:
            return "busy"
        if not self.allowed.control or (action.kind in NAVIGATION and not self.allowed.navigation):
            return "not.allowed"
        return "url" if action.kind == "navigate" and not _leads_somewhere(action.url) else None

    def _too_many_proposals(self, viewer: Peer) -> str | None:
        mine = self._open.get(viewer.number, {}).values()
        waiting = sum(deed.proposal and not deed.withdrawn for deed in mine)
        return "too.many" if waiting >= limits.PROPOSALS_OPEN or viewer.proposals_left <= 0 else None

    def _begin(self, viewer: Peer, number: int, *, proposal: bool) -> bool:
        """Expect an answer. False, and the viewer is told, for an id that still waits for one."""
        mine = self._open.setdefault(viewer.number, {})
        if number in mine:
            viewer.socket.tell(live.encode(live.Problem("action.id.used", f"{number} waits for its answer.")))
            return False
        if len(mine) >= limits.ACTIONS_OPEN:
            oldest = next(iter(mine))
            del mine[oldest]
            _answer(viewer, oldest, "no.answer", "stale")
        mine[number] = Deed(proposal)
        return True

    # -- from the sharer -----------------------------------------------------------------------------------

    def acted(self, message: live.Acted) -> None:
        """What became of an action. Of one that nobody waits for, nothing is passed on."""
        mine = self._open.get(message.peer)
        viewer = self._room.viewers.get(message.peer)
        if mine is None or viewer is None or mine.pop(message.id, None) is None:
            return
        viewer.socket.tell(live.encode(live.Acted(message.id, message.result, message.reason)))

    # -- from either ---------------------------------------------------------------------------------------

    def highlight(self, peer: Peer, message: live.Highlight) -> None:
        """An outline for everybody but who points. Too many, or outside an active session: dropped."""
        peer.deeds_left -= 1
        if peer.deeds_left < 0 or self._room.state is not SessionState.ACTIVE:
            return
        if message.node:
            self._highlights[peer.number] = message.node
        elif self._highlights.pop(peer.number, None) is None:
            return
        self._pass_on(peer, live.Highlight(message.node, peer.number))

    def show(self, viewer: Peer) -> None:
        """Who comes late sees what is outlined."""
        for number, node in self._highlights.items():
            viewer.socket.tell(live.encode(live.Highlight(node, number)))

    # -- what ends -----------------------------------------------------------------------------------------

    def left(self, peer: Peer) -> None:
        """A peer is no longer in the room: its outline goes, and what it had proposed."""
        if self._highlights.pop(peer.number, None) is not None:
            self._pass_on(peer, live.Highlight(0, peer.number))
        for number, deed in self._open.pop(peer.number, {}).items():
            if deed.proposal and not deed.withdrawn:
                self._tell_sharer(live.Withdraw(number, peer.number))

    def page_left(self) -> None:
        """Another page, or none, has the next word: nobody answers what waits."""
        self.allowed = NOTHING
        self.void("no.page")

    def void(self, why: str) -> None:
        """Nothing that waits will be done."""
        for peer_number, mine in self._open.items():
            viewer = self._room.viewers.get(peer_number)
            for number, deed in mine.items():
                if deed.proposal and not deed.withdrawn:
                    self._tell_sharer(live.Withdraw(number, peer_number))
                if viewer is not None:
                    _answer(viewer, number, why, "stale")
        self._open = {}

    def clear(self) -> None:
        """The mirror begins anew: what was outlined has no meaning in it."""
        for number in self._highlights:
            message = live.encode(live.Highlight(0, number))
            for peer in self._room.peers():
                if peer.number != number:
                    peer.socket.tell(message)
        self._highlights = {}

    def tick(self) -> None:
        """A second later: what has waited too long is over."""
        for peer_number, mine in self._open.items():
            for number, deed in list(mine.items()):
                deed.age += 1
                if deed.age >= _OPEN_MS:
                    del mine[number]
                    self._expire(peer_number, number, deed)

    def _expire(self, peer_number: int, number: int, deed: Deed) -> None:
        viewer = self._room.viewers.get(peer_number)
        if deed.proposal and not deed.withdrawn:
            self._tell_sharer(live.Withdraw(number, peer_number))
        if viewer is not None:
            if deed.proposal:
                _answer(viewer, number, "withdrawn" if deed.withdrawn else "expired", "declined")
            else:
                _answer(viewer, number, "no.answer", "stale")

    # -- details -------------------------------------------------------------------------------------------

    def _tell_sharer(self, message: live.FromServer) -> None:
        if self._room.sharer is not None:
            self._room.sharer.socket.tell(live.encode(message))

    def _pass_on(self, author: Peer, message: live.FromServer) -> None:
        data = live.encode(message)
        for peer in self._room.peers():
            if peer is not author and not peer.socket.paused:
                peer.socket.tell(data)


def _answer(viewer: Peer, number: int, why: str, result: str = "refused") -> None:
    viewer.socket.tell(live.encode(live.Acted(number, result, why)))  # type: ignore[arg-type]


def _leads_somewhere(url: str) -> bool:
    """A whole address that a browser opens as a page, and not as a program."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and url == url.strip()
