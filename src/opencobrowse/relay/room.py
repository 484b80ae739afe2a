"""The live room of one session: frames in, frames out. No clock, no loop, no socket of its own.

Order and recovery (reliability.md I3, I4): the sharer numbers its frames within an epoch, the room takes only
the next one, keeps it (`backlog`) and hands the very same bytes to every viewer that keeps up. A viewer whose
socket is full is skipped and later goes on from its cursor, or from a newer snapshot: nobody waits for it, and
nothing is queued for it.
"""

from __future__ import annotations

from opencobrowse.domain.session import SHARING, SessionState
from opencobrowse.relay.authority import Refusal, Role, admit
from opencobrowse.relay.backlog import Backlog
from opencobrowse.relay.peer import Peer
from opencobrowse.wire import live
from opencobrowse.wire.live import HEADER, Flags, Kind, Position

_CHECKOUT = live.encode(live.Checkout())


class Room:
    """One sharer, many viewers, one stream. `epoch` starts above every earlier one of this session."""

    __slots__ = ("_checkout_asked", "backlog", "control", "epoch", "next_offset", "page", "session_id",
                 "sharer", "state", "viewers")  # fmt: skip

    def __init__(self, session_id: str, state: SessionState, epoch: int, control: str = "none") -> None:
        self.session_id = session_id
        self.state = state
        self.control = control
        self.epoch = epoch
        self.next_offset = 0
        self.sharer: Peer | None = None
        self.viewers: dict[int, Peer] = {}
        self.page = live.PageInfo()
        self.backlog = Backlog()
        self._checkout_asked = False

    # -- the stream ----------------------------------------------------------------------------------------

    def receive(self, peer: Peer, frame: bytes) -> Refusal | None:
        """One binary frame of `peer`: passed on, or refused with nothing changed."""
        size = len(frame)
        if size < HEADER.size:
            return Refusal.MALFORMED
        kind, flags, _, epoch, offset = HEADER.unpack_from(frame)
        refusal = admit(kind, peer.role, self.state, size)
        if refusal is not None:
            return refusal
        if not peer.spend(size):
            return Refusal.TOO_MANY
        if kind == Kind.POINTER:
            self._pass_pointer(peer, frame)
            return None
        if peer is not self.sharer or epoch != self.epoch:
            return Refusal.STALE
        if offset != self.next_offset:
            return Refusal.OUT_OF_ORDER
        return self._advance(kind, flags, frame)

    def _advance(self, kind: int, flags: int, frame: bytes) -> Refusal | None:
        backlog = self.backlog
        if kind == Kind.SNAPSHOT:
            try:
                whole = backlog.add_chunk(frame, self.next_offset, bool(flags & Flags.LAST))
            except OverflowError:
                return Refusal.TOO_LARGE
        elif backlog.assembling:
            return Refusal.MALFORMED
        else:
            backlog.add(frame)
            whole = False
        self.next_offset += 1
        for viewer in self.viewers.values():
            if viewer.following:
                if viewer.socket.paused:
                    self._fall_behind(viewer)
                else:
                    viewer.socket.send(frame)
        if whole:
            self._checkout_asked = False
            self._catch_up_all()
        elif backlog.wants_snapshot:
            self.ask_checkout()
        return None

    def _fall_behind(self, viewer: Peer) -> None:
        viewer.following = False
        if self.backlog.stale:
            viewer.generation = -1
        else:
            viewer.generation = self.backlog.generation
            viewer.index = len(self.backlog.frames) - 1

    def _pass_pointer(self, peer: Peer, frame: bytes) -> None:
        if peer.role is Role.SHARER:
            for viewer in self.viewers.values():
                if viewer.following and not viewer.socket.paused:
                    viewer.socket.send(frame)
            return
        stamped = HEADER.pack(Kind.POINTER, 0, peer.number, self.epoch, 0) + frame[HEADER.size :]
        if self.sharer is not None and not self.sharer.socket.paused:
            self.sharer.socket.send(stamped)
        for viewer in self.viewers.values():
            if viewer is not peer and viewer.following and not viewer.socket.paused:
                viewer.socket.send(stamped)

    # -- viewers -------------------------------------------------------------------------------------------

    def add_viewer(self, viewer: Peer, resume: Position | None = None) -> None:
        """A viewer comes, or comes back to where it was. The customer's page is not asked for anything."""
        self.viewers[viewer.number] = viewer
        if resume is not None and resume.epoch == self.epoch and not self.backlog.stale:
            index = resume.offset - self.backlog.base
            if 0 <= index <= len(self.backlog.frames):
                viewer.generation, viewer.index = self.backlog.generation, index
        self.catch_up(viewer)

    def catch_up(self, viewer: Peer) -> None:
        """Send what `viewer` has not seen, as far as its socket takes it. Called again when it drains."""
        backlog = self.backlog
        if viewer.following or backlog.stale or viewer.socket.paused:
            return
        if viewer.generation != backlog.generation:
            viewer.generation, viewer.index = backlog.generation, 0
            viewer.socket.tell(live.encode(live.Resync(Position(self.epoch, backlog.base))))
        while viewer.index < len(backlog.frames):
            if viewer.socket.paused:
                return
            viewer.socket.send(backlog.frames[viewer.index])
            viewer.index += 1
        viewer.following = True

    def _catch_up_all(self) -> None:
        for viewer in self.viewers.values():
            self.catch_up(viewer)

    def ask_checkout(self) -> None:
        """Ask the sharer for a fresh full snapshot, once until it comes."""
        if self.sharer is not None and not self._checkout_asked:
            self._checkout_asked = True
            self.sharer.socket.tell(_CHECKOUT)

    # -- the sharer ----------------------------------------------------------------------------------------

    def set_sharer(self, sharer: Peer, resume: Position | None = None) -> Peer | None:
        """A page becomes the one that streams; returns the one it takes over from. The same page coming back
        goes on in its epoch, if it can still send what is missing; any other begins a new one."""
        before, self.sharer = self.sharer, sharer
        if resume is None or resume.epoch != self.epoch or resume.offset < self.next_offset:
            self.new_epoch()
        return before if before is not sharer else None

    def new_epoch(self) -> None:
        """Nothing kept continues: viewers keep their last picture until the next snapshot."""
        self.epoch += 1
        self.next_offset = 0
        self._checkout_asked = False
        self.backlog.clear()
        for viewer in self.viewers.values():
            viewer.following = False

    def leave(self, peer: Peer) -> None:
        if peer is self.sharer:
            self.sharer = None
        elif self.viewers.get(peer.number) is peer:
            del self.viewers[peer.number]

    # -- everybody -----------------------------------------------------------------------------------------

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
            self.session_id, self.state.value, self.control, self.sharer is not None, viewers, self.page
        )

    def fence(self, state: SessionState, reason: str) -> None:
        """The session is over: from here no frame passes in either direction (I5)."""
        self.state = state
        self.new_epoch()
        message = live.encode(live.End(self.session_id, reason))
        for peer in self.peers():
            peer.socket.tell(message)

    @property
    def open(self) -> bool:
        return self.state in SHARING or self.state is SessionState.INITIATED
