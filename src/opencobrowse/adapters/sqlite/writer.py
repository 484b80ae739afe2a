"""One thread writes, and commits for everybody who is waiting: one fsync for up to 256 commits.

Measured: benchmarks/results/store.md. If any job of a group fails, the group is done again with a savepoint
for each, so that one conflict undoes one job and not its neighbours'.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

BATCH: Final = 256

Work = Callable[[sqlite3.Connection], None]


@dataclass(slots=True)
class _Job:
    work: Work
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]
    error: BaseException | None = None


class Writer:
    """`run(work)` returns when `work`'s effect is on disk, or raises what `work` raised, with no effect.

    `work` may be run a second time, after the first was undone: its only effect must be on the database.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        """`db` is the writer's own from now on; it must be usable from another thread."""
        self._db = db
        self._stopped = False
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_forever, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def run(self, work: Work) -> None:
        if self._stopped:
            raise sqlite3.ProgrammingError("the store is closed")
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._jobs.put(job)
        await job.done

    def stop(self) -> None:
        """Write what is queued, then end the thread. Called on the event loop's thread, as `run` is."""
        self._stopped = True
        self._jobs.put(None)
        self._thread.join()

    def _write_forever(self) -> None:
        running = True
        while running:
            batch, running = self._collect()
            if batch:
                _commit(self._db, batch)
                _tell(batch)
        self._db.close()

    def _collect(self) -> tuple[list[_Job], bool]:
        batch: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) >= BATCH:
                return batch, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False


def _commit(db: sqlite3.Connection, batch: list[_Job]) -> None:
    try:
        if not _all_at_once(db, batch):
            db.execute("BEGIN IMMEDIATE")
            for job in batch:
                _attempt(db, job)
            db.execute("COMMIT")
    except sqlite3.Error as error:  # disk full, I/O error: nothing of the batch is acknowledged
        if db.in_transaction:
            db.execute("ROLLBACK")
        for job in batch:
            job.error = job.error or error


def _all_at_once(db: sqlite3.Connection, batch: list[_Job]) -> bool:
    """The usual case: nobody fails, nobody needs a savepoint. Otherwise False, and nothing has happened."""
    db.execute("BEGIN IMMEDIATE")
    try:
        for job in batch:
            job.work(db)
    except Exception:  # whose failure it was is found out one by one
        if db.in_transaction:
            db.execute("ROLLBACK")
        return False
    db.execute("COMMIT")
    return True


def _attempt(db: sqlite3.Connection, job: _Job) -> None:
    db.execute("SAVEPOINT job")
    try:
        job.work(db)
    except Exception as error:  # the job's own failure, handed to whoever waits for it
        db.execute("ROLLBACK TO job")
        job.error = error
    db.execute("RELEASE job")


def _tell(batch: list[_Job]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        loops.setdefault(job.loop, []).append(job)
    for loop, jobs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, jobs)


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.done.cancelled():
            continue
        if job.error is None:
            job.done.set_result(None)
        else:
            job.done.set_exception(job.error)
