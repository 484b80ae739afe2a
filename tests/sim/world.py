"""A small world of seeded peers around real rooms: links that break, sockets that fill up, pages that reload.

Everything that happens is drawn from one `random.Random(seed)`, in steps; there is no clock and no loop.
The sharer and the viewer follow `schema/README.md` as the SDK and the console do. The page's content is a
list of words; a snapshot says all of them (in chunks), an event adds one. "The mirror is what the page is" is
then one comparison (I3), and every viewer checks order by itself (I4).
"""

from __future__ import annotations

import json
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from opencobrowse.domain.session import SessionState
from opencobrowse.live.closing import FOR_REFUSAL
from opencobrowse.relay.authority import Role
from opencobrowse.relay.peer import SHARER_ALLOWANCE, VIEWER_ALLOWANCE, Peer
from opencobrowse.relay.room import Room
from opencobrowse.wire import live
from opencobrowse.wire.live import HEADER, Flags, Kind, Position, frame

HIGH_WATER = 6
"""Frames that a socket takes before it is paused."""
KEPT = 12
"""Frames that a page keeps for sending again; less than what can be lost, so that both ways back occur."""


@dataclass
class Wire:
    """The server's end of one socket: what is under way to and from the peer, in order, until it breaks."""

    down: deque[bytes | dict[str, Any]] = field(default_factory=deque)
    up: deque[bytes] = field(default_factory=deque)
    paused: bool = False
    broken: bool = False
    most: int = 0

    def send(self, data: bytes) -> None:
        assert not self.paused, "I11: nothing is queued for a socket that is full"
        self.down.append(data)
        self._look()

    def tell(self, message: bytes) -> None:
        self.down.append(json.loads(message))

    def close(self, code: int, reason: str) -> None:
        self.broken = True

    def _look(self) -> None:
        waiting = sum(isinstance(item, bytes) for item in self.down)
        self.most = max(self.most, waiting)
        self.paused = waiting >= HIGH_WATER


@dataclass
class Page:
    """A customer's page: `words` is its DOM. Each page of the world says words of its own."""

    name: str
    words: list[str] = field(default_factory=list)
    wire: Wire | None = None
    peer: Peer | None = None
    position: Position | None = None
    kept: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=KEPT))
    streaming: bool = False

    @property
    def oldest(self) -> Position | None:
        """The oldest position from which this page could send again."""
        if self.position is None:
            return None
        return Position(self.position.epoch, self.kept[0][0] if self.kept else self.position.offset)

    def add(self, word: str) -> None:
        self.words.append(word)
        if self.streaming:
            self._send(Kind.EVENTS, Flags.NONE, word)

    def snapshot(self, chunks: int) -> None:
        text = json.dumps(self.words)
        size = max(1, -(-len(text) // chunks))
        parts = [text[i : i + size] for i in range(0, len(text), size)]
        for index, part in enumerate(parts):
            self._send(Kind.SNAPSHOT, Flags.LAST if index == len(parts) - 1 else Flags.NONE, part)

    def share(self, position: Position, chunks: int) -> None:
        """The server says where to go on: send again what it lacks, or begin with a snapshot."""
        self.streaming = True
        first = self.oldest
        if first is not None and first.epoch == position.epoch and first.offset <= position.offset:
            for offset, data in self.kept:
                if offset >= position.offset:
                    self._put(data)
            return
        self.position = position
        self.kept.clear()
        self.snapshot(chunks)

    def _send(self, kind: Kind, flags: Flags, text: str) -> None:
        assert self.position is not None
        epoch, offset = self.position.epoch, self.position.offset
        data = frame(kind, flags, epoch, offset, text.encode())
        self.position = Position(epoch, offset + 1)
        self.kept.append((offset, data))
        self._put(data)

    def _put(self, data: bytes) -> None:
        if self.wire is not None and not self.wire.broken:
            self.wire.up.append(data)


@dataclass
class Watcher:
    """A viewer: checks order as it goes, keeps the mirror."""

    wire: Wire | None = None
    peer: Peer | None = None
    next: Position | None = None
    mirror: list[str] | None = None
    chunks: list[str] = field(default_factory=list)
    resynced: bool = False
    applied: Position | None = None

    def connect(self, wire: Wire, peer: Peer) -> None:
        self.wire, self.peer = wire, peer
        self.chunks = []
        self.next = self.applied

    def message(self, message: dict[str, Any]) -> None:
        if message["type"] == "resync":
            position = message["position"]
            self.next = Position(position["epoch"], position["offset"])
            self.chunks, self.resynced = [], True

    def take(self, data: bytes) -> None:
        kind, flags, _, epoch, offset = HEADER.unpack_from(data)
        if kind == Kind.POINTER:
            return
        assert self.next is not None, "a frame before any resync"
        assert (epoch, offset) == (self.next.epoch, self.next.offset), (
            f"I4: {epoch}/{offset}, not {self.next}"
        )
        if self.resynced:
            assert kind == Kind.SNAPSHOT, "a resync starts with a snapshot"
        self.next = Position(epoch, offset + 1)
        text = data[HEADER.size :].decode()
        if kind == Kind.SNAPSHOT:
            self.chunks.append(text)
            if flags & Flags.LAST:
                self.mirror = json.loads("".join(self.chunks))
                self.chunks, self.resynced = [], False
                self.applied = self.next
            return
        assert not self.chunks, "nothing comes between the chunks of a snapshot"
        assert self.mirror is not None
        self.mirror.append(text)
        self.applied = self.next


class World:
    """One session. `step` does one thing that can happen; `settle` ends all faults and lets all arrive."""

    def __init__(self, seed: int, name: str = "a") -> None:
        self.random = random.Random(seed)
        self.name = name
        self.epochs = 0
        self.room = self._new_room(SessionState.ACTIVE)
        self.pages = [Page(f"{name}0")]
        self.watchers: list[Watcher] = []
        self.accepted_while_shut = 0
        self.words = 0
        self.connect_page(self.page)

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def current(self) -> list[Page | Watcher]:
        """Those who come back when they are cut off."""
        return [self.page, *self.watchers]

    @property
    def everybody(self) -> list[Page | Watcher]:
        """The pages that were taken over as well."""
        return [*self.pages, *self.watchers]

    def _new_room(self, state: SessionState) -> Room:
        self.epochs += self.random.randrange(1_000, 2_000)
        return Room(self.name, state, self.epochs)

    # -- what can happen -----------------------------------------------------------------------------------

    def step(self) -> None:
        happenings = [
            (30, self.page_changes),
            (40, self.something_travels),
            (3, self.a_viewer_comes),
            (2, self.a_link_breaks),
            (3, self.somebody_reconnects),
            (2, self.the_page_points),
            (1, self.the_page_reloads),
            (1, self.another_page_takes_over),
            (1, self.a_snapshot_is_asked_for),
            (1, self.pause_or_go_on),
            (1, self.the_server_restarts),
            (1, self.a_viewer_lies),
        ]
        weights, works = zip(*happenings, strict=True)
        self.random.choices(works, weights)[0]()

    def page_changes(self) -> None:
        for _ in range(self.random.randrange(1, 8)):
            self.words += 1
            self.page.add(f"{self.page.name}-{self.words}")

    def something_travels(self) -> None:
        wires = [(p, p.wire) for p in self.everybody if p.wire is not None]
        if wires:
            who, wire = self.random.choice(wires)
            for _ in range(self.random.randrange(1, 12)):
                self._arrive_up(who, wire)
                self._arrive_down(who, wire)

    def a_viewer_comes(self) -> None:
        if len(self.watchers) < 6:
            self.watchers.append(Watcher())
            self.connect_watcher(self.watchers[-1])

    def a_link_breaks(self) -> None:
        """What is under way is lost, in both directions; each side notices when it does."""
        wires = [p.wire for p in self.current if p.wire is not None]
        if wires:
            self.random.choice(wires).broken = True

    def somebody_reconnects(self) -> None:
        for who in self.current:
            if who.wire is not None and who.wire.broken and self.random.random() < 0.7:
                self.connect(who)

    def the_page_points(self) -> None:
        if self.page.position is not None and self.page.wire is not None:
            epoch = self.page.position.epoch
            self.page.wire.up.append(frame(Kind.POINTER, 0, epoch, 0, b"p" * 13))

    def the_page_reloads(self) -> None:
        """The same tab, a new document: other content, nothing kept."""
        old = self.page
        self._lost(old)
        self.pages[-1] = Page(old.name + "'")
        self.connect_page(self.page)

    def another_page_takes_over(self) -> None:
        """The old page is still connected, and goes on talking until it hears of it."""
        self.pages = [self.page, Page(f"{self.name}{self.words}t")]
        self.connect_page(self.page)

    def a_snapshot_is_asked_for(self) -> None:
        self.room.ask_checkout()

    def pause_or_go_on(self) -> None:
        room = self.room
        if room.state is SessionState.ACTIVE:
            room.state = SessionState.PAUSED
        else:
            room.state = SessionState.ACTIVE
            room.new_epoch()
            self._tell_share()

    def the_server_restarts(self) -> None:
        """The sockets are gone, the ring is lost, the session's state is in the store."""
        self.room = self._new_room(self.room.state)
        for who in self.everybody:
            if who.wire is not None:
                who.wire.broken = True
            who.peer = None
        self.pages = [self.page]

    def a_viewer_lies(self) -> None:
        """I8-like: frames that this peer may not send have no effect."""
        for watcher in self.watchers:
            if watcher.wire is not None and watcher.peer is not None and not watcher.wire.broken:
                before = self.room.position
                kind = self.random.choice([Kind.SNAPSHOT, Kind.EVENTS])
                forged = frame(kind, Flags.NONE, before.epoch, before.offset, b"forged")
                assert self.room.receive(watcher.peer, forged) is not None
                assert self.room.position == before

    # -- connecting ----------------------------------------------------------------------------------------

    def connect(self, who: Page | Watcher) -> None:
        if isinstance(who, Page):
            self.connect_page(who)
        else:
            self.connect_watcher(who)

    def connect_page(self, page: Page) -> None:
        self._lost(page)
        page.wire = Wire()
        page.peer = Peer(page.wire, Role.SHARER, 0, page.name, SHARER_ALLOWANCE)
        self.room.set_sharer(page.peer, page.oldest)
        self._tell_share()
        self.room.mend()

    def connect_watcher(self, watcher: Watcher) -> None:
        self._lost(watcher)
        wire = Wire()
        peer = Peer(wire, Role.VIEWER, self.room.free_number(), "viewer", VIEWER_ALLOWANCE)
        watcher.connect(wire, peer)
        self.room.add_viewer(peer, watcher.next)

    def _tell_share(self) -> None:
        if self.room.sharer is not None:
            message = live.Share(self.name, self.room.position, "", {}, "", control=False)
            self.room.sharer.socket.tell(live.encode(message))

    def _lost(self, who: Page | Watcher) -> None:
        if who.peer is not None:
            self.room.leave(who.peer)
        who.peer = None

    # -- travelling ----------------------------------------------------------------------------------------

    def _arrive_up(self, who: Page | Watcher, wire: Wire) -> None:
        if wire.broken:
            self._lost(who)
            return
        if wire.up and who.peer is not None:
            data = wire.up.popleft()
            who.peer.refill(60)
            before, may = self.room.position, self.room.state is SessionState.ACTIVE
            refusal = self.room.receive(who.peer, data)
            if refusal is None and not may:
                self.accepted_while_shut += 1
            assert refusal is None or self.room.position == before
            if refusal is not None and not refusal.droppable:
                wire.close(FOR_REFUSAL[refusal], refusal.value)

    def _arrive_down(self, who: Page | Watcher, wire: Wire) -> None:
        if wire.broken or not wire.down:
            return
        item = wire.down.popleft()
        if isinstance(who, Watcher):
            if isinstance(item, dict):
                who.message(item)
            else:
                who.take(item)
            if wire.paused and sum(isinstance(i, bytes) for i in wire.down) < HIGH_WATER // 2:
                wire.paused = False
                if who.peer is not None:
                    self.room.catch_up(who.peer)
        elif isinstance(item, dict) and item["type"] == "share":
            where = item["position"]
            who.share(Position(where["epoch"], where["offset"]), self.random.randrange(1, 5))
        elif isinstance(item, dict) and item["type"] == "checkout" and who.streaming:
            who.snapshot(self.random.randrange(1, 5))

    # -- quiet ---------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """All faults end, everybody comes back, everything arrives."""
        if self.room.state is SessionState.PAUSED:
            self.pause_or_go_on()
        for _ in range(1_000):
            for who in self.current:
                if who.wire is None or who.wire.broken:
                    self.connect(who)
            busy = False
            for who in self.everybody:
                while who.wire is not None and not who.wire.broken and (who.wire.up or who.wire.down):
                    busy = True
                    self._arrive_up(who, who.wire)
                    self._arrive_down(who, who.wire)
            if not busy and all(who.wire is not None and not who.wire.broken for who in self.current):
                return
        raise AssertionError("it never gets quiet")
