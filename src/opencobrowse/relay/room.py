"""The live room of one session: frames in, frames out. No clock, no loop, no socket of its own.

Order and recovery (reliability.md I3, I4): the sharer numbers its frames within an epoch, the room takes
only the next one, keeps it (`backlog`) and hands the very same bytes to every viewer that keeps up. A viewer
whose socket is full is skipped and later goes on from its cursor, or from a newer snapshot: nobody waits for
it, and nothing is queued for it.

Authority (I5, I8, I10): a peer's `gate` says what it may send. It is set from the table in `relay.authority`
whenever the session's state or the peer's place in the room changes, and shut when the peer has none. What
agents do on the page is `deeds`, under which grant `hold`.
"""

from __future__ import annotations

from typing import Final

from opencobrowse.domain.session import SHARING, SessionState
from opencobrowse.relay.authority import FORBIDDEN_FLAGS, SHUT, Refusal, gate, refusal
from opencobrowse.relay.backlog import Backlog
from opencobrowse.relay.deeds import Deeds
from opencobrowse.relay.hold import Hold
from opencobrowse.relay.peer import Peer
from opencobrowse.wire import live
from opencobrowse.wire.live import HEADER, Flags, Kind, Position

_CHECKOUT: Final = live.encode(live.Checkout())

# Plain numbers: this is the one path where the price of an enum counts.
_HEADER_BYTES: Final = HEADER.size
_SNAPSHOT: Final = int(Kind.SNAPSHOT)
_POINTER: Final = int(Kind.POINTER)
_LAST: Final = int(Flags.LAST)
_unpack: Final = HEADER.unpack_from


class Room:
    """One sharer, many viewers, one stream. `epoch` is another one after every restart of anything.

    `version` is that of the session's record which the room reflects, `agent` the user whose session it is,
    `left` are the users who had it, transferred it, and may not watch any more.
    """

    __slots__ = ("_checkout_asked", "_numbers", "_state", "agent", "backlog", "deeds", "epoch", "hold",
                 "left", "next_offset", "page", "session_id", "sharer", "version", "viewers")  # fmt: skip

    def __init__(self, session_id: str, state: SessionState, epoch: int) -> None:
        self.session_id = session_id
        self._state = state
        self.agent: str | None = None
        self.hold = Hold()
        self.deeds = Deeds(self)
        self.left: frozenset[str] = frozenset()
        self.version = 0
        self.epoch = epoch
        self.next_offset = 0
        self.sharer: Peer | None = None
        self.viewers: dict[int, Peer] = {}
        self.page = live.PageInfo()
        self.backlog = Backlog()
        self._checkout_asked = False
        self._numbers = 0

    # -- the stream ----------------------------------------------------------------------------------------

    def receive(self, peer: Peer, frame: bytes) -> Refusal | None:
        """One binary frame of `peer`: passed on, or refused with nothing changed but the peer's budget."""
        size = len(frame)
        peer.frames_left -= 1
        peer.bytes_left -= size
        if peer.frames_left < 0 or peer.bytes_left < 0:
            return Refusal.TOO_MANY
        if size < _HEADER_BYTES:
            return Refusal.MALFORMED
        kind, flags, number, epoch, offset = _unpack(frame)
        if size > peer.gate[kind]:
            return refusal(kind, peer.role, self._state, size) or Refusal.STALE
        if flags & FORBIDDEN_FLAGS[kind]:
            return Refusal.MALFORMED
        if kind == _POINTER:
            return self._point(peer, frame, number, epoch)
        if epoch != self.epoch:
            return Refusal.STALE
        if offset != self.next_offset:
            return Refusal.OUT_OF_ORDER
        if number:
            return Refusal.MALFORMED
        return self._take_chunk(frame, flags) if kind == _SNAPSHOT else self._take_events(frame)

    def _take_events(self, frame: bytes) -> Refusal | None:
        if self.backlog.assembling:
            return Refusal.MALFORMED
        wanted = self.backlog.add(frame)
        self._pass_on(frame)
        if wanted:
            self.ask_checkout()
        return None

    def _take_chunk(self, frame: bytes, flags: int) -> Refusal | None:
        if not self.backlog.fits(len(frame)):
            return Refusal.TOO_LARGE
        whole = self.backlog.add_chunk(frame, self.next_offset, bool(flags & _LAST))
        self._pass_on(frame)
        if whole:
            self._checkout_asked = False
            for viewer in self.viewers.values():
                self.catch_up(viewer)
        return None

    def _pass_on(self, frame: bytes) -> None:
        """The frame that was just kept goes to everybody who has all before it."""
        self.next_offset += 1
        for viewer in self.viewers.values():
            if viewer.following:
                socket = viewer.socket
                if socket.paused:
                    self._fall_behind(viewer)
                else:
                    socket.send(frame)

    def _fall_behind(self, viewer: Peer) -> None:
        """The frame just kept is the first that `viewer` has not seen."""
        viewer.following = False
        if self.backlog.stale:
            viewer.generation = -1
        else:
            viewer.generation = self.backlog.generation
            viewer.index = len(self.backlog.frames) - 1

    def _point(self, peer: Peer, frame: bytes, number: int, epoch: int) -> Refusal | None:
        """A pointer: from the sharer as it is, from a viewer with that viewer's own number on it."""
        if peer is self.sharer:
            if number:
                return Refusal.MALFORMED  # nobody draws another's cursor
            if epoch != self.epoch:
                return Refusal.STALE
        else:
            frame = HEADER.pack(_POINTER, 0, peer.number, self.epoch, 0) + frame[_HEADER_BYTES:]
            if self.sharer is not None and not self.sharer.socket.paused:
                self.sharer.socket.send(frame)
        for viewer in self.viewers.values():
            if viewer is not peer and viewer.following and not viewer.socket.paused:
                viewer.socket.send(frame)
        return None

    # -- viewers -------------------------------------------------------------------------------------------

    def free_number(self) -> int:
        """A number that no viewer of this room has (1 to 65535; 0 is the sharer)."""
        while True:
            self._numbers = self._numbers % 0xFFFF + 1
            if self._numbers not in self.viewers:
                return self._numbers

    def add_viewer(self, viewer: Peer, resume: Position | None = None) -> None:
        """A viewer comes, or comes back to where it was. The customer's page is not asked for anything."""
        self.viewers[viewer.number] = viewer
        self._authorise(viewer)
        self.hold.come(viewer)
        if resume is not None and resume.epoch == self.epoch and not self.backlog.stale:
            index = resume.offset - self.backlog.base
            if 0 <= index <= len(self.backlog.frames):
                viewer.generation, viewer.index = self.backlog.generation, index
        self.catch_up(viewer)
        self.deeds.show(viewer)

    def catch_up(self, viewer: Peer) -> None:
        """Send what `viewer` has not seen, as far as its socket takes it. Called again when it drains."""
        backlog, socket = self.backlog, viewer.socket
        if viewer.following or backlog.stale or socket.paused or self._state is not SessionState.ACTIVE:
            return
        if viewer.generation != backlog.generation:
            viewer.generation, viewer.index = backlog.generation, 0
            socket.tell(live.encode(live.Resync(Position(self.epoch, backlog.base))))
        while viewer.index < len(backlog.frames):
            if socket.paused:
                return
            socket.send(backlog.frames[viewer.index])
            viewer.index += 1
        viewer.following = True

    def ask_checkout(self) -> None:
        """Ask the sharer for a fresh full snapshot, once until it comes."""
        if self.sharer is not None and not self._checkout_asked:
            self._checkout_asked = True
            self.sharer.socket.tell(_CHECKOUT)

    def mend(self) -> None:
        """The sharer goes on in its epoch: if nothing kept is of use, a snapshot is wanted now, not at the
        next event (the question asked before may have been lost with the socket)."""
        if self.next_offset > 0 and self.backlog.stale and not self.backlog.assembling:
            self.ask_checkout()

    # -- the sharer ----------------------------------------------------------------------------------------

    def set_sharer(self, sharer: Peer, resume: Position | None = None) -> Peer | None:
        """A page becomes the one that streams; returns the one it takes over from.

        The same page coming back (`resume` is the oldest position from which it can send again) goes on in
        its epoch if that covers what is missing; any other begins a new one.
        """
        self.deeds.page_left()
        before, self.sharer = self.sharer, sharer
        if before is not None and before is not sharer:
            before.gate = SHUT
        self._authorise(sharer)
        self._checkout_asked = False  # the question may have been lost with the socket
        if resume is None or resume.epoch != self.epoch or resume.offset > self.next_offset:
            self.new_epoch()
        return before if before is not sharer else None

    def new_epoch(self) -> None:
        """Nothing kept continues: viewers keep their last picture until the next snapshot."""
        self.epoch = self.epoch % 0xFFFFFFFF + 1
        self.next_offset = 0
        self._checkout_asked = False
        self.backlog.clear()
        self.deeds.clear()
        for viewer in self.viewers.values():
            viewer.following = False

    def leave(self, peer: Peer) -> None:
        peer.gate = SHUT
        if peer is self.sharer:
            self.sharer = None
            self.deeds.page_left()
            self.deeds.left(peer)
        elif self.viewers.get(peer.number) is peer:
            del self.viewers[peer.number]
            self.hold.leave(peer)
            self.deeds.left(peer)

    # -- everybody -----------------------------------------------------------------------------------------

    @property
    def state(self) -> SessionState:
        return self._state

    @state.setter
    def state(self, state: SessionState) -> None:
        self._state = state
        if state is not SessionState.ACTIVE:
            self.deeds.void("not.active")
        for peer in self.peers():
            self._authorise(peer)

    def _authorise(self, peer: Peer) -> None:
        peer.gate = gate(peer.role, self._state)

    @property
    def position(self) -> Position:
        return Position(self.epoch, self.next_offset)

    def peers(self) -> list[Peer]:
        return [*([self.sharer] if self.sharer else []), *self.viewers.values()]

    def announce(self) -> None:
        """Tell every peer the session's state."""
        message = live.encode(self.describe())
        for peer in self.peers():
            peer.socket.tell(message)

    def describe(self) -> live.State:
        viewers = tuple(live.Viewer(v.number, v.name) for v in self.viewers.values())
        return live.State(
            self.session_id, self.state.value, self.hold.shown.value, self.sharer is not None, viewers,
            self.page, self.hold.controller, self.deeds.allowed.words,
        )  # fmt: skip

    def fence(self, state: SessionState, reason: str) -> None:
        """The session is over: from here no frame passes in either direction (I5)."""
        self.hold.shut()
        self.state = state
        self.new_epoch()
        message = live.encode(live.End(self.session_id, reason))
        for peer in self.peers():
            peer.socket.tell(message)

    @property
    def open(self) -> bool:
        return self.state in SHARING or self.state is SessionState.INITIATED
