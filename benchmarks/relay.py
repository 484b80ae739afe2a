"""The relay against a bare picows relay and a Node `ws` relay, in alternated rounds (quality.md "Speed").

    python -m benchmarks.relay [--rounds 3] [--seconds 3] [--only w1,fan3] [--write]

The servers run on core 0, this generator on core 1. The generator is Python too, so where it is the limit the
figure that counts is messages per second of the server's own CPU time ("a core").
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import struct
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from benchmarks.relay_parts.peers import Session
from benchmarks.relay_parts.servers import SERVERS, Target, cpu_seconds, rss_kib

Figures = dict[str, float]
RESULTS = Path(__file__).parent / "results" / "relay.md"


async def closed_loop(target: Target, seconds: float, sessions: int, viewers: int, size: int) -> Figures:
    """One frame in flight in each session: the next is sent when all its viewers have the last."""
    made = [await target.room(viewers) for _ in range(sessions)]
    body, count, running = b"x" * (size - 12), 0, True

    def loop_of(session: Session) -> Callable[[object], None]:
        missing = viewers

        def got(_: object) -> None:
            nonlocal missing, count
            count += 1
            missing -= 1
            if missing == 0:
                missing = viewers
                if running:
                    session.send(body)

        return got

    for session in made:
        on_frame = loop_of(session)
        for viewer in session.viewers:
            viewer.on_frame = on_frame
        session.send(body)
    await asyncio.sleep(0.5)
    before, cpu, begun = count, cpu_seconds(target.pid), time.perf_counter()
    await asyncio.sleep(seconds)
    done, used, took = count - before, cpu_seconds(target.pid) - cpu, time.perf_counter() - begun
    running = False
    return {
        "delivered/s": done / took,
        "delivered per CPU second": done / used,
        "MB per CPU second": done * size / used / 1e6,
    }


async def paced(target: Target, seconds: float) -> Figures:
    """5,000 msg/s over 500 sessions; latency from send to receipt, in this one process."""
    made = [await target.room(1) for _ in range(500)]
    delays: list[int] = []
    stamp = struct.Struct(">q")

    def got(frame: object) -> None:
        data = frame.get_payload_as_memoryview()  # type: ignore[attr-defined]
        delays.append(time.perf_counter_ns() - stamp.unpack_from(data, 12)[0])

    for session in made:
        session.viewers[0].on_frame = got
    rest = b"x" * 492
    begun, cpu, sent = time.perf_counter(), cpu_seconds(target.pid), 0
    while (passed := time.perf_counter() - begun) < seconds:
        while sent < passed * 5_000:
            made[sent % 500].send(stamp.pack(time.perf_counter_ns()) + rest)
            sent += 1
        await asyncio.sleep(0.001)
    used = cpu_seconds(target.pid) - cpu
    await asyncio.sleep(0.2)
    delays.sort()
    assert len(delays) == sent, f"{len(delays)} of {sent} arrived"
    return {
        "p50 us": delays[len(delays) // 2] / 1e3,
        "p99 us": delays[len(delays) * 99 // 100] / 1e3,
        "CPU %": used / seconds * 100,
    }


async def idle(target: Target, seconds: float) -> Figures:
    """What a session costs that has said one thing, after the first 50."""
    before = 0
    for number in range(550):
        session = await target.room(1)
        session.send(b"x" * 500)
        if number == 49:
            await asyncio.sleep(seconds / 3)
            before = rss_kib(target.pid)
    await asyncio.sleep(seconds / 3)
    return {"KiB per idle session": (rss_kib(target.pid) - before) / 500}


async def stuck(target: Target, seconds: float) -> Figures:
    """One viewer reads nothing, one is healthy; 16 KiB frames, up to 300 MB, 32 in flight."""
    session = await target.room(2)
    session.viewers[0].transport.underlying_transport.pause_reading()
    held = session.viewers[0].transport.underlying_transport.get_extra_info("socket")
    assert isinstance(held.fileno(), int)
    body, got, sent = b"x" * 16_372, 0, 0
    before = most = rss_kib(target.pid)

    def count(_: object) -> None:
        nonlocal got
        got += 1

    session.viewers[1].on_frame = count
    deadline = time.perf_counter() + max(8.0, seconds)
    while sent * 16_384 < 300_000_000 and time.perf_counter() < deadline:
        while sent - got < 32:
            session.send(body)
            sent += 1
        await asyncio.sleep(0)
        if sent % 512 < 32:
            most = max(most, rss_kib(target.pid))
    await asyncio.sleep(0.3)
    return {
        "growth MiB": (max(most, rss_kib(target.pid)) - before) / 1024,
        "sent MB": sent * 16_384 / 1e6,
        "healthy got %": 100 * got / sent,
    }


CASES: dict[str, tuple[str, Callable[[Target, float], Awaitable[Figures]]]] = {
    "w1": ("fan-out 1, 100 sessions, 512 B, one in flight", lambda t, s: closed_loop(t, s, 100, 1, 512)),
    "fan3": ("fan-out 3, 100 sessions, 512 B, one in flight", lambda t, s: closed_loop(t, s, 100, 3, 512)),
    "large": ("fan-out 1, 10 sessions, 1 MiB frames", lambda t, s: closed_loop(t, s, 10, 1, 1024 * 1024)),
    "paced": ("5,000 msg/s over 500 sessions", paced),
    "idle": ("idle sessions (sharer + viewer)", idle),
    "stuck": ("one viewer reads nothing", stuck),
}


def measure(case: str, server: str, seconds: float) -> Figures:
    with SERVERS[server]() as target:
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(target.pid, {cores[0]})

        async def work() -> Figures:
            return await CASES[case][1](target, seconds)

        return uvloop.run(work())


def report(case: str, rounds: dict[str, list[Figures]]) -> str:
    """A table of medians, and ours in proportion to each baseline."""
    names = list(rounds["opencobrowse"][0])
    lines = [
        f"## {case}: {CASES[case][0]}",
        "",
        f"| server | {' | '.join(names)} |",
        "|---" * (len(names) + 1) + "|",
    ]
    medians = {
        server: {name: statistics.median(f[name] for f in figures) for name in names}
        for server, figures in rounds.items()
    }
    for server, values in medians.items():
        spread = [
            f"{values[n]:,.1f} [{min(f[n] for f in rounds[server]):,.1f}-{max(f[n] for f in rounds[server]):,.1f}]"
            for n in names
        ]
        lines.append(f"| {server} | {' | '.join(spread)} |")
    for server, values in medians.items():
        if server != "opencobrowse":
            ratios = [f"{medians['opencobrowse'][n] / values[n]:.2f}" if values[n] else "-" for n in names]
            lines.append(f"| ours / {server} | {' | '.join(ratios)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default=",".join(CASES))
    parser.add_argument("--note", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    parts = []
    for case in options.only.split(","):
        rounds: dict[str, list[Figures]] = {server: [] for server in SERVERS}
        for _ in range(options.rounds):
            for server in SERVERS:
                rounds[server].append(measure(case, server, options.seconds))
        parts.append(report(case, rounds))
        print(parts[-1], flush=True)
    command = f"python -m benchmarks.relay --rounds {options.rounds} --seconds {options.seconds:g} --only {options.only}"
    head = (
        f"# Relay\n\n`{command}`\n\n{time.strftime('%Y-%m-%d')}, {len(cores)} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}. Medians of {options.rounds} alternated rounds "
        f"[lowest-highest]. {options.note}\n"
    )
    if options.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text("\n".join([head, *parts]))


if __name__ == "__main__":
    main()
