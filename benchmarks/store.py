"""The embedded store under concurrent writers, against one transaction per commit (quality.md "Speed").

    python -m benchmarks.store [--rounds 3] [--seconds 2] [--writers 64] [--write]

One unit of work is what a start writes: a conversation and a session. Ours goes through `SqliteStore.commit`
as the services call it, records and all. The baseline writes the same rows with the same statements, durable
as well (`synchronous=FULL`), one transaction each, as fast as one thread can.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uvloop
from tests.contract.records import conversation, session

from opencobrowse.adapters.sqlite.store import SqliteStore, _prepare
from opencobrowse.ports.store import Put

RESULTS = Path(__file__).parent / "results" / "store.md"
Change = tuple[Put, Put]


def work(number: int) -> Change:
    name = f"{number:08d}"
    return Put(conversation(f"c{name}")), Put(session(f"s{name}", f"c{name}"))


def grouped(folder: Path, seconds: float, writers: int) -> float:
    store = SqliteStore(folder / "grouped.db")

    async def main() -> float:
        done, end = 0, time.perf_counter() + seconds

        async def write(first: int) -> None:
            nonlocal done
            number = first
            while time.perf_counter() < end:
                await store.commit(*work(number))
                done += 1
                number += writers

        await asyncio.gather(*(write(first) for first in range(writers)))
        return done / seconds

    try:
        return uvloop.run(main())
    finally:
        store.close()


def one_by_one(folder: Path, seconds: float, writers: int) -> float:
    store = SqliteStore(folder / "single.db")
    db, done, end = store._open(), 0, time.perf_counter() + seconds
    try:
        while time.perf_counter() < end:
            db.execute("BEGIN IMMEDIATE")
            for put in work(done):
                statement, values, _ = _prepare(put)
                db.execute(statement, values)
            db.execute("COMMIT")
            done += 1
        return done / seconds
    finally:
        db.close()
        store.close()


def to_thread(folder: Path, seconds: float, writers: int) -> float:
    """One transaction per commit, called by 64 coroutines through one thread: what aiosqlite does."""
    store = SqliteStore(folder / "thread.db")
    db = store._open()
    lock = asyncio.Lock()

    def commit(change: Change) -> None:
        db.execute("BEGIN IMMEDIATE")
        for put in change:
            statement, values, _ = _prepare(put)
            db.execute(statement, values)
        db.execute("COMMIT")

    async def main() -> float:
        done, end = 0, time.perf_counter() + seconds

        async def write(first: int) -> None:
            nonlocal done
            number = first
            while time.perf_counter() < end:
                async with lock:
                    await asyncio.to_thread(commit, work(number))
                done += 1
                number += writers

        await asyncio.gather(*(write(first) for first in range(writers)))
        return done / seconds

    try:
        return uvloop.run(main())
    finally:
        db.close()
        store.close()


WAYS: dict[str, Callable[[Path, float, int], float]] = {
    "opencobrowse, group commit": grouped,
    "one transaction per commit, one thread, no loop": one_by_one,
    "one transaction per commit, from coroutines": to_thread,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--writers", type=int, default=64)
    parser.add_argument("--folder", type=Path, help="where the files lie: a real disk, not a tmpfs")
    parser.add_argument("--note", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(options.rounds):
        for way, run in WAYS.items():
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                rates[way].append(run(Path(folder), options.seconds, options.writers))
    ours = statistics.median(rates["opencobrowse, group commit"])
    lines = [
        f"# Store\n\n`python -m benchmarks.store --rounds {options.rounds} --seconds {options.seconds:g} "
        f"--writers {options.writers}`\n",
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}. Durable transactions a second (conversation + session, WAL, "
        f"`synchronous=FULL`), {options.writers} at a time; medians of {options.rounds} alternated rounds "
        f"[lowest-highest]. {options.note}\n",
        "| store | tx/s | ours in proportion |\n|---|---|---|",
    ]
    for way, values in rates.items():
        median = statistics.median(values)
        lines.append(
            f"| {way} | {median:,.0f} [{min(values):,.0f}-{max(values):,.0f}] | {ours / median:.1f} |"
        )
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
