"""What a late viewer needs, kept at the server: the newest full snapshot and everything since (field.md B4).

The backlog is also every viewer's send queue: a viewer is a cursor into it (`relay.room`), so a viewer that
stops reading costs nothing but the distance. Bounded (I11): past `limits.BACKLOG_*` a fresh snapshot is
wanted, past twice that nothing is kept until it comes.
"""

from __future__ import annotations

from typing import Final

from opencobrowse.kernel import limits

_OVERHEAD: Final = 64
"""What keeping one frame costs besides its bytes: the object, its place in the list."""


class Backlog:
    """Frames of one epoch from a full snapshot on. `generation` changes whenever cursors become void."""

    __slots__ = ("_chunk_bytes", "_chunks", "base", "frames", "generation", "since_bytes", "since_frames",
                 "stale")  # fmt: skip

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.base = 0
        """Offset of `frames[0]`."""
        self.generation = 0
        self.since_bytes = 0
        self.since_frames = 0
        self.stale = True
        """True while there is no complete snapshot to start from."""
        self._chunks: list[bytes] = []
        self._chunk_bytes = 0

    @property
    def assembling(self) -> bool:
        """A snapshot has begun and not ended: its chunks come one after another, nothing between them."""
        return bool(self._chunks)

    @property
    def kept_bytes(self) -> int:
        """What is held in memory, about."""
        return sum(len(frame) + _OVERHEAD for frame in self.frames) + self._chunk_bytes

    def clear(self) -> None:
        """A new epoch: nothing kept is of use."""
        self._chunks, self._chunk_bytes = [], 0
        self.since_bytes = self.since_frames = 0
        self._drop()

    def fits(self, size: int) -> bool:
        """Whether a chunk of `size` bytes keeps the snapshot that is being put together within its limit."""
        return self._chunk_bytes + size + _OVERHEAD <= limits.SNAPSHOT_BYTES

    def add_chunk(self, frame: bytes, offset: int, last: bool) -> bool:
        """One chunk of a snapshot that `fits`; True when it completed one and the backlog starts from there.

        While chunks arrive they are also part of the old stream, so that offsets have no gap for those
        who follow it.
        """
        self._chunks.append(frame)
        self._chunk_bytes += len(frame) + _OVERHEAD
        if not last:
            self.add(frame)
            return False
        self.frames = self._chunks
        self.base = offset - len(self._chunks) + 1
        self._chunks, self._chunk_bytes = [], 0
        self.since_bytes = self.since_frames = 0
        self.stale = False
        self.generation += 1
        return True

    def add(self, frame: bytes) -> bool:
        """One frame more since the snapshot; True when a fresh one is wanted."""
        if self.stale:
            return True
        self.since_bytes += len(frame) + _OVERHEAD
        self.since_frames += 1
        if self.since_bytes <= limits.BACKLOG_BYTES and self.since_frames <= limits.BACKLOG_FRAMES:
            self.frames.append(frame)
            return False
        if self.since_bytes > 2 * limits.BACKLOG_BYTES or self.since_frames > 2 * limits.BACKLOG_FRAMES:
            self._drop()
        else:
            self.frames.append(frame)
        return True

    def _drop(self) -> None:
        self.frames = []
        self.stale = True
        self.generation += 1
