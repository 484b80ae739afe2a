"""HTTP: two routes of ours beside the same routes on FastAPI + uvicorn; and how quickly things start.

    python -m venv /tmp/baseline && /tmp/baseline/bin/pip install -r benchmarks/requirements.txt
    apt-get install wrk
    python -m benchmarks.http --baseline /tmp/baseline/bin/python [--rounds 5] [--seconds 3] [--write]

Both servers read the same SQLite file and answer with the same bodies (`benchmarks/http_baseline.py`); ours also
does everything that is around a request: correlation id, budget, CORS, checked JSON, deadline. Servers run on core
0, the generator on core 1; rounds alternate. `per CPU-s` is answers per second of the server's own CPU time: the
figure that other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from tests.support.server import Server, free_port, running

ROOT = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
CLI = str(Path(sys.executable).parent / "opencobrowse")


@dataclass(frozen=True)
class Route:
    name: str
    method: str
    path: str
    body: str | None = None


@dataclass
class Figures:
    """One server on one route: a value for each round."""

    per_second: list[float] = field(default_factory=list)
    per_cpu_second: list[float] = field(default_factory=list)
    p50: list[str] = field(default_factory=list)
    p99: list[str] = field(default_factory=list)


# -- load --------------------------------------------------------------------------------------------------


def script(route: Route, token: str) -> str:
    """What wrk sends, and a check at its end: an answer that is not 2xx is no figure."""
    lines = [
        f'wrk.method = "{route.method}"',
        f'wrk.headers["Authorization"] = "Bearer {token}"',
        'function done(summary) if summary.errors.status > 0 then print("FAILED " .. summary.errors.status) end end',
    ]
    if route.body is not None:
        lines += [f"wrk.body = [==[{route.body}]==]", 'wrk.headers["Content-Type"] = "application/json"']
    return "\n".join(lines)


def load(pid: int, port: int, lua: Path, path: str, seconds: float, into: Figures | None) -> None:
    before, began = cpu_seconds(pid), time.monotonic()
    done = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", "-c64", f"-d{seconds:.0f}s", "--latency", "-s", str(lua),
         f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    used, took = cpu_seconds(pid) - before, time.monotonic() - began
    if "FAILED" in done.stdout or "Requests/sec" not in done.stdout:
        raise SystemExit(f"not every answer was good:\n{done.stdout}")
    if into is None:
        return
    found = dict(re.findall(r"^\s*(Requests/sec|50%|99%):?\s+(\S+)", done.stdout, re.MULTILINE))
    per_second = float(found["Requests/sec"])
    into.per_second.append(per_second)
    into.per_cpu_second.append(per_second * took / used)
    into.p50.append(found["50%"])
    into.p99.append(found["99%"])


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def pin(pid: int, core: int) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


# -- servers -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def baseline(python: str, database: Path) -> Iterator[tuple[int, int]]:
    """The FastAPI application on a free port: its pid and port."""
    port = free_port()
    process = subprocess.Popen(
        [python, "-m", "uvicorn", "benchmarks.http_baseline:app", "--port", str(port), "--http", "httptools",
         "--loop", "uvloop", "--no-access-log", "--log-level", "warning"],
        env={**os.environ, "BENCHMARK_DB": str(database)}, cwd=ROOT.parent,
    )  # fmt: skip
    try:
        wait(lambda: httpx.get(f"http://127.0.0.1:{port}/openapi.json"))
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(20)


def wait(answers: Callable[[], httpx.Response]) -> None:
    give_up = time.monotonic() + 20
    while True:
        try:
            answers()
            return
        except httpx.TransportError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)


def routes(server: Server) -> list[Route]:
    """A conversation with an agent and a customer, and the two routes on it."""
    pair = {
        "from": {"id": server.agent_id(), "externalId": None, "name": "Agent", "type": "user"},
        "to": {"id": None, "externalId": "sip:customer@example.com", "name": "Customer", "type": "sip"},
        "reason": "Assistance",
    }
    body = json.dumps({"addParticipants": [pair]})
    with server.client() as http:
        made = http.post(
            "/api/v2/conversations", json={"type": "cobrowse", "metadata": {"reason": "figures"}}
        )
        path = made.json()["selfUri"]
        http.post(f"{path}/participants", content=body).raise_for_status()
    return [
        Route(
            "POST …/conversations/{id}/participants, a pair that is there",
            "POST",
            f"{path}/participants",
            body,
        ),
        Route("GET …/conversations/{id}", "GET", path),
    ]


def same_answers(route: Route, token: str, ports: list[int]) -> None:
    """Both must say the same, or the figures compare nothing."""
    found = []
    for port in ports:
        url = f"http://127.0.0.1:{port}{route.path}"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        found.append(httpx.request(route.method, url, content=route.body, headers=headers).json())
    people = [[(p["id"], p["state"], p["startTime"], p["userUri"] if p["userId"] else None)
               for p in f["participants"]] for f in found]  # fmt: skip
    if any(p != people[0] for p in people) or len(people[0]) != 2:
        raise SystemExit(f"the two servers answer differently: {found}")


def measure(python: str, rounds: int, seconds: float) -> list[tuple[Route, Figures, Figures]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), OPENCOBROWSE_RATE_LIMIT_PER_MINUTE="100000000") as ours,
        baseline(python, Path(folder) / "opencobrowse.db") as (their_pid, their_port),
    ):
        assert ours.process is not None
        token, our_pid = ours.token(), ours.process.pid
        pin(our_pid, 0)
        pin(their_pid, 0)
        found = [(route, Figures(), Figures()) for route in routes(ours)]
        for number, (route, *_) in enumerate(found):
            same_answers(route, token, [ours.port, their_port])
            Path(folder, f"{number}.lua").write_text(script(route, token))
        for turn in range(-1, rounds):  # the first is to warm up
            for number, (route, mine, theirs) in enumerate(found):
                lua = Path(folder, f"{number}.lua")
                for pid, port, into in ((our_pid, ours.port, mine), (their_pid, their_port, theirs)):
                    warm = turn < 0
                    load(pid, port, lua, route.path, 1 if warm else seconds, None if warm else into)
    return found


# -- starting ----------------------------------------------------------------------------------------------


def took(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return (time.perf_counter() - began) * 1000


def starting(rounds: int) -> dict[str, str]:
    """Milliseconds to a prompt, to a server that answers, and what an idle server holds in memory."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "opencobrowse --version": [CLI, "--version"],
        "opencobrowse --help": [CLI, "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    ready, memory = [], []
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(took(command))
        with tempfile.TemporaryDirectory() as folder:
            with running(Path(folder)):  # makes the data directory, hashes the agent's password
                pass
            began = time.perf_counter()
            with running(Path(folder)) as server:
                ready.append((time.perf_counter() - began) * 1000)
                assert server.process is not None
                status = Path(f"/proc/{server.process.pid}/status").read_text()
                memory.append(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024)  # type: ignore[index]
    found = {name: f"{statistics.median(values):.0f} ms" for name, values in times.items()}
    found["opencobrowse serve, until it says that it is ready"] = f"{statistics.median(ready):.0f} ms"
    found["memory of the idle server (RSS)"] = f"{statistics.median(memory):.0f} MB"
    return found


# -- report ------------------------------------------------------------------------------------------------


def report(found: list[tuple[Route, Figures, Figures]], starts: dict[str, str], command: str) -> str:
    median = statistics.median
    lines = ["# HTTP, and starting", "", f"`{command}`", "", machine(), ""]
    lines += ["| route | server | req/s [min-max] | per CPU-s | p50 | p99 |", "|---|---|---|---|---|---|"]
    goals = []
    for route, mine, theirs in found:
        for name, f in (("opencobrowse", mine), ("FastAPI + uvicorn", theirs)):
            spread = f"{median(f.per_second):,.0f} [{min(f.per_second):,.0f}-{max(f.per_second):,.0f}]"
            lines.append(f"| {route.name} | {name} | {spread} | {median(f.per_cpu_second):,.0f} "
                         f"| {f.p50[len(f.p50) // 2]} | {f.p99[len(f.p99) // 2]} |")  # fmt: skip
        ratio = median(mine.per_second) / median(theirs.per_second)
        cpu = median(mine.per_cpu_second) / median(theirs.per_cpu_second)
        goals.append(f"| {route.method} | {ratio:.2f}x | {cpu:.2f}x | >= 1.5x |")
    lines += ["", "| ratio of medians | req/s | per CPU-s | goal |", "|---|---|---|---|", *goals]
    lines += [
        "",
        "| starting | median |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in starts.items()),
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}; wrk -t1 -c64 on core 1, servers on core 0, one process each, loopback."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--baseline", required=True, help="a Python that has benchmarks/requirements.txt")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/http.md")
    asked = parser.parse_args()
    found = measure(asked.baseline, asked.rounds, asked.seconds)
    command = (f"python -m benchmarks.http --baseline <python with benchmarks/requirements.txt> "
               f"--rounds {asked.rounds} --seconds {asked.seconds:g}")  # fmt: skip
    text = report(found, starting(asked.rounds), command)
    print(text)
    if asked.write:
        (ROOT / "results").mkdir(exist_ok=True)
        (ROOT / "results" / "http.md").write_text(text)


if __name__ == "__main__":
    main()
