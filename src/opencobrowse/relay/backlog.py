"""What a late viewer needs: the newest full snapshot and everything since, kept at the server (B4 of field.md).

The backlog is also every viewer's send queue: a viewer is a cursor into it (`relay.room`), so a viewer that
stops reading costs nothing but the distance. Bounded: past `limits.BACKLOG_*` a fresh snapshot is wanted, past
twice that nothing is kept until it comes.
"""

from __future__ import annotations

from opencobrowse.kernel import limits


class Backlog:
    """Frames of one epoch from a full snapshot on. `generation` changes whenever cursors become void."""

    __slots__ = ("_chunks", "_chunk_bytes", "base", "frames", "generation", "since_bytes", "stale")

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.base = 0
        """Offset of `frames[0]`."""
        self.generation = 0
        self.since_bytes = 0
        self.stale = True
        """True while there is no complete snapshot to start from."""
        self._chunks: list[bytes] = []
        self._chunk_bytes = 0

    @property
    def assembling(self) -> bool:
        """A snapshot has begun and not ended: its chunks come one after another, nothing between them."""
        return bool(self._chunks)

    @property
    def wants_snapshot(self) -> bool:
        return self.since_bytes > limits.BACKLOG_BYTES or len(self.frames) > limits.BACKLOG_FRAMES

    def clear(self) -> None:
        """A new epoch: nothing kept is of use."""
        self.frames = []
        self._chunks, self._chunk_bytes = [], 0
        self.since_bytes = 0
        self.stale = True
        self.generation += 1

    def add_chunk(self, frame: bytes, offset: int, last: bool) -> bool:
        """One chunk of a snapshot; True when it completed one and the backlog starts from there.

        While chunks arrive they are also part of the old stream, so that offsets have no gap for those
        who follow it. Raises `OverflowError` above the size of a snapshot.
        """
        self._chunks.append(frame)
        self._chunk_bytes += len(frame)
        if self._chunk_bytes > limits.SNAPSHOT_BYTES:
            raise OverflowError("snapshot too large")
        self._keep(frame)
        if not last:
            return False
        self.frames = self._chunks
        self.base = offset - len(self._chunks) + 1
        self._chunks, self._chunk_bytes = [], 0
        self.since_bytes = 0
        self.stale = False
        self.generation += 1
        return True

    def add(self, frame: bytes) -> None:
        """One incremental."""
        self._keep(frame)

    def _keep(self, frame: bytes) -> None:
        if self.stale:
            return
        self.since_bytes += len(frame)
        if self.since_bytes > 2 * limits.BACKLOG_BYTES:
            self.frames = []
            self.stale = True
            self.generation += 1
            return
        self.frames.append(frame)
