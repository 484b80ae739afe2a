"""Two figures in Chromium: start latency, and DOM change -> painted at the agent.

    python -m benchmarks.live [--rounds 3] [--changes 220] [--starts 60] [--write]

Start latency: from the moment the POST leaves to the frame in which the consent prompt is on the customer's
screen. Mirror latency: from a change in the customer's page to the frame in which the agent's page shows it,
beside a bare record -> socket -> apply loop in the same run: rrweb and a plain WebSocket relay, with no
consent, mask, order, backlog or authority. Rounds alternate; figures are medians of the rounds' percentiles.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import platform
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import websockets
from playwright.sync_api import Browser, BrowserContext, Frame, Page
from tests.support.browser import accept_prompt, chromium, sign_in, site
from tests.support.server import Server, running

ROOT = Path(__file__).parent
RRWEB = ROOT.parent / "web" / "node_modules" / "@rrweb"

PROMPT_SEEN = """() => new Promise((done) => {
  const seen = () => document.querySelector('[data-opencobrowse-ui]') &&
    requestAnimationFrame(() => setTimeout(() => done(performance.timeOrigin + performance.now())));
  if (!seen()) new MutationObserver((_, o) => { if (seen()) o.disconnect(); })
    .observe(document.documentElement, { childList: true });
})"""

CHANGE = """async ({ changes, every }) => {
  const stamp = document.getElementById('stamp');
  for (let i = 0; i < changes; i++) {
    await new Promise((next) => setTimeout(next, every));
    stamp.textContent = String(performance.timeOrigin + performance.now());
  }
}"""

WATCH = """() => {
  const found = (window.__latencies = []);
  const frame = document.querySelector('iframe');
  const stamp = frame.contentDocument.getElementById('stamp');
  new MutationObserver(() => {
    const changed = Number(stamp.textContent);
    requestAnimationFrame(() => setTimeout(() => found.push(performance.timeOrigin + performance.now() - changed)));
  }).observe(stamp, { childList: true, characterData: true, subtree: true });
}"""


@dataclass
class Figures:
    """Percentiles in milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, values: list[float]) -> Figures:
        cut = statistics.quantiles(values, n=100)
        return cls(statistics.median(values), cut[94])


class Relay(threading.Thread):
    """The baseline's relay: what one socket sends, all others get."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.port = 0
        self._ready = threading.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    def url(self) -> str:
        self._ready.wait(10)
        return f"ws://localhost:{self.port}"

    async def _serve(self) -> None:
        peers: set[Any] = set()
        kept: list[str] = []

        async def handle(peer: Any) -> None:
            peers.add(peer)
            for message in kept:
                await peer.send(message)
            async for message in peer:
                kept.append(message)
                websockets.broadcast(peers - {peer}, message)
            peers.discard(peer)

        async with websockets.serve(handle, "localhost", 0, compression=None) as serving:
            self.port = serving.sockets[0].getsockname()[1]
            self._ready.set()
            await asyncio.Future()


def until(page: Page, expression: str) -> None:
    """Ask until it is true. Playwright's own wait evaluates in the page, which the console's policy forbids."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(expression)


def measure_changes(customer: Page, agent: Page, changes: int) -> Figures:
    until(agent, "!!document.querySelector('iframe')?.contentDocument?.getElementById('stamp')")
    agent.evaluate(WATCH)
    customer.evaluate(CHANGE, {"changes": changes, "every": 20})
    until(agent, f"window.__latencies.length >= {changes * 9 // 10}")
    return Figures.of(agent.evaluate("window.__latencies"))


def bare(browser: Browser, origin: str, changes: int) -> Figures:
    """The baseline: rrweb's recorder and replayer at the two ends of a plain socket."""
    relay = Relay()
    relay.start()
    context, other = browser.new_context(), browser.new_context()
    customer, agent = context.new_page(), other.new_page()
    customer.goto(f"{origin}/page.html")
    customer.add_script_tag(path=str(RRWEB / "record" / "umd" / "record.min.js"))
    agent.goto(f"{origin}/viewer.html")
    agent.add_script_tag(path=str(RRWEB / "replay" / "umd" / "replay.min.js"))
    agent.evaluate("(url) => window.view(url)", relay.url())
    customer.evaluate("(url) => window.share(url)", relay.url())
    found = measure_changes(customer, agent, changes)
    context.close()
    other.close()
    return found


@contextlib.contextmanager
def sharing(browser: Browser, server: Server, origin: str, who: str) -> Iterator[tuple[Page, Page]]:
    customer_context, agent_context = browser.new_context(), browser.new_context()
    customer, agent = customer_context.new_page(), agent_context.new_page()
    open_customer(customer, server, origin, who)
    session = start(server, conversation(server, who))
    accept_prompt(customer)
    sign_in(agent, session["viewerUrl"])
    yield customer, agent
    end(server, session["id"])
    close(customer_context, agent_context)


def ours(browser: Browser, server: Server, origin: str, changes: int, number: int) -> Figures:
    with sharing(browser, server, origin, f"mirror-{number}") as (customer, agent):
        return measure_changes(customer, agent, changes)


def start_latency(browser: Browser, server: Server, origin: str, starts: int) -> Figures:
    """POST -> prompt on the customer's screen, the token cached, one page open."""
    context = browser.new_context()
    customer = context.new_page()
    open_customer(customer, server, origin, "starter")
    found = []
    with server.client() as http:
        http.get("/health/live")
        for _ in range(starts):
            talk = conversation(server, "starter")
            customer.evaluate(f"window.__seen = ({PROMPT_SEEN})(); undefined")
            left = time.time() * 1000
            answer = http.post(f"/api/v2/conversations/{talk}/cobrowse", json={})
            found.append(float(customer.evaluate("window.__seen")) - left)
            http.post(f"/api/v2/opencobrowse/sessions/{answer.json()['id']}/end")
            customer.wait_for_function("!document.querySelector('[data-opencobrowse-ui]')")
    context.close()
    return Figures.of(found)


def open_customer(page: Page | Frame, server: Server, origin: str, who: str) -> None:
    with server.client() as http:
        deployment = http.get("/api/v2/webdeployments/deployments").json()["entities"][0]["id"]
    page.goto(f"{origin}/page.html")
    registered = "() => new Promise((done) => { window.__registered = done; })"
    page.evaluate(f"window.__ready = ({registered})(); undefined")
    with page.expect_websocket() if isinstance(page, Page) else contextlib.nullcontext():
        page.evaluate(
            """({ src, deployment, who }) => {
              const script = document.createElement('script');
              Object.assign(script, { src });
              Object.assign(script.dataset, { deployment, externalId: who });
              document.head.append(script);
            }""",
            {"src": f"{server.url}/sdk/v1.js", "deployment": deployment, "who": who},
        )
    time.sleep(0.3)


def conversation(server: Server, who: str) -> str:
    people = [{"userId": server.agent_id(), "role": "agent"}, {"externalId": who, "role": "customer"}]
    with server.client() as http:
        made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people})
    return str(made.json()["id"])


def start(server: Server, talk: str) -> dict[str, Any]:
    with server.client() as http:
        found: dict[str, Any] = http.post(f"/api/v2/conversations/{talk}/cobrowse", json={}).json()
    return found


def end(server: Server, session_id: str) -> None:
    with server.client() as http:
        http.post(f"/api/v2/opencobrowse/sessions/{session_id}/end")


def close(*contexts: BrowserContext) -> None:
    for context in contexts:
        context.close()


def middle(figures: list[Figures]) -> Figures:
    return Figures(statistics.median(f.p50 for f in figures), statistics.median(f.p95 for f in figures))


def report(starts: Figures, mirror: Figures, base: Figures, options: argparse.Namespace, version: str) -> str:
    return f"""# Start latency and mirror latency

Chromium {version}, {platform.machine()}, {platform.release()}, 2 cores, loopback; server, browser and this program share
them. {options.rounds} alternated rounds, {options.changes} changes and {options.starts} starts each; medians of the rounds.

    python -m benchmarks.live --rounds {options.rounds} --changes {options.changes} --starts {options.starts} --write

| what | p50 ms | p95 ms |
|---|---|---|
| start: POST leaves -> prompt on the customer's screen | {starts.p50:.1f} | {starts.p95:.1f} |
| DOM change -> painted at the agent | {mirror.p50:.1f} | {mirror.p95:.1f} |
| the same, bare record -> socket -> apply loop | {base.p50:.1f} | {base.p95:.1f} |
| **ratio to the bare loop** | **{mirror.p50 / base.p50:.2f}** | **{mirror.p95 / base.p95:.2f}** |
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--changes", type=int, default=220)
    parser.add_argument("--starts", type=int, default=60)
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/live.md")
    options = parser.parse_args()
    base: list[Figures] = []
    mirror: list[Figures] = []
    starts: list[Figures] = []
    data = Path(tempfile.mkdtemp())
    with chromium() as browser, site(ROOT / "pages") as origin, running(data) as server:
        for number in range(options.rounds):
            base.append(bare(browser, origin, options.changes))
            mirror.append(ours(browser, server, origin, options.changes, number))
            starts.append(start_latency(browser, server, origin, options.starts))
            print(f"round {number}: bare {base[-1]} ours {mirror[-1]} start {starts[-1]}", flush=True)
        text = report(middle(starts), middle(mirror), middle(base), options, browser.version)
    print(text)
    if options.write:
        (ROOT / "results" / "live.md").write_text(text)


if __name__ == "__main__":
    main()
