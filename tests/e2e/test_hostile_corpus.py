"""Every class of reliability.md G3 from a page that was made by hand, in a real console in Chromium (B1, B2).

Nothing runs, and nothing is asked for but this server's asset proxy. An attempt that the content policy
stopped counts as one: neither the policy nor the sandbox is leant on.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from opencobrowse.wire.live import Flags, Kind
from tests.e2e.conftest import World
from tests.e2e.hostile_corpus import CLASSES, events
from tests.support.browser import MIRROR
from tests.support.hostile import Hand, Ids, Node, change, flat, watched

SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
POLLUTED = "Object.prototype.polluted ?? ({}).polluted ?? globalThis.__ran ?? null"


@dataclass
class Watch:
    """All that a page could set off in the agent's browser."""

    agent: Page
    server: str
    url: str
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    proxied: list[str] = field(default_factory=list)
    popups: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.agent.on("dialog", self._dialog)
        self.agent.context.on("request", self._request)
        self.agent.context.on("page", lambda page: self.popups.append(page.url))

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if request.url.startswith(f"{self.server}/live-assets/"):
            self.proxied.append(request.url)
        elif not request.url.startswith((f"{self.server}/api/", f"{self.server}/console/", "data:", "blob:")):
            self.foreign.append(request.url)

    def nothing_happened(self, what: str) -> None:
        assert self.agent.evaluate(POLLUTED) is None, what
        ran = "(selector) => document.querySelector(selector).contentWindow.__ran ?? null"
        assert self.agent.evaluate(ran, MIRROR) is None, what
        for frame in self.agent.query_selector_all("iframe"):
            assert frame.get_attribute("sandbox") == "allow-same-origin", what
        assert (self.dialogs, self.popups, self.foreign) == ([], [], []), what
        assert self.agent.url == self.url, what


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    with watched() as server:
        yield server


@pytest.fixture
def watch(hand: tuple[Hand, Page], world: World) -> Watch:
    agent = hand[1]
    made = Watch(agent, world.server.url, agent.url)
    made.begin()
    return made


class Attack:
    """One hand-made page that does everything, and a mark in it by which we know that it was applied."""

    def __init__(self, hand: Hand, agent: Page) -> None:
        self.hand, self.agent, self.ids, self.marks = hand, agent, Ids(), 0

    def snapshot(self, payloads: list[Node]) -> int:
        """The whole page; the id of its body."""
        events = self.ids.page(self._mark(), *payloads)
        self.hand.snapshot(events)
        self._wait()
        html = events[1]["data"]["node"]["childNodes"][1]
        return int(html["childNodes"][1]["id"])

    def mutate(self, body: int, payloads: list[Node]) -> None:
        """Node by node, with its attributes."""
        self._send(body, [change(adds=flat(body, node)) for node in payloads])

    def dress(self, body: int, payloads: list[Node]) -> None:
        """Bare nodes, which get their attributes when they are there."""
        sent = []
        for node in payloads:
            adds = flat(body, node)
            dressed = [
                {"id": add["node"]["id"], "attributes": add["node"]["attributes"]}
                for add in adds
                if add["node"].get("attributes")
            ]
            bare = [
                {**add, "node": {**add["node"], "attributes": {}}} if "attributes" in add["node"] else add
                for add in adds
            ]
            sent += [change(adds=bare), *(change(attributes=[one]) for one in dressed)]
        self._send(body, sent)

    def say(self, body: int, sent: list[Any]) -> None:
        self._send(body, sent)

    def _send(self, body: int, sent: list[Any]) -> None:
        mark = change(adds=flat(body, self._mark()))
        self.hand.events(*sent)
        self.hand.events(mark)
        self._wait()

    def _mark(self) -> Node:
        self.marks += 1
        return self.ids.element("hr", {"data-mark": str(self.marks)})

    def _wait(self) -> None:
        mark = self.agent.frame_locator(MIRROR).locator(f"[data-mark='{self.marks}']")
        expect(mark).to_be_attached(timeout=30_000)
        self.agent.evaluate(SETTLED)


def poke(agent: Page) -> None:
    """Do what an agent could do to set something off."""
    box = agent.locator(".layer").bounding_box()
    assert box
    for step in (20, 60, 120):
        agent.mouse.click(box["x"] + step, box["y"] + step)
    for _ in range(3):
        agent.keyboard.press("Tab")


def usable(agent: Page) -> None:
    """The console's own buttons still do what they say."""
    expect(agent.locator("#state")).to_have_text("Live")
    details = agent.get_by_role("button", name="Details")
    was = details.get_attribute("aria-pressed")
    details.click()
    expect(details).not_to_have_attribute("aria-pressed", str(was))
    details.click()


def test_the_corpus_is_what_it_says() -> None:  # B1: at least 200 payloads
    made = [node for payloads in CLASSES for node in payloads(Ids(), "http://canary.test")]
    assert len(made) >= 200
    assert len({json.dumps(node, sort_keys=True) for node in made}) == len(made)


def test_nothing_runs_and_nobody_is_asked(
    hand: tuple[Hand, Page], watch: Watch, canary: tuple[str, list[str]]
) -> None:
    """B1, B2, G3: each payload as snapshot, as mutation, and as attributes that come later."""
    sharer, agent = hand
    origin, asked = canary
    attack = Attack(sharer, agent)
    for payloads in CLASSES:
        name = payloads.__name__
        body = attack.snapshot(list(payloads(attack.ids, origin)))
        poke(agent)
        watch.nothing_happened(f"{name}: snapshot")
        attack.mutate(body, list(payloads(attack.ids, origin)))
        watch.nothing_happened(f"{name}: mutation")
        attack.dress(body, list(payloads(attack.ids, origin)))
        watch.nothing_happened(f"{name}: attributes")
        assert asked == [], name
    usable(agent)
    agent.evaluate(SETTLED)
    watch.nothing_happened("at the end")
    assert asked == []
    assert watch.proxied, "what was asked for was asked of the proxy, which refused it"


def test_events_that_lie(hand: tuple[Hand, Page], watch: Watch, canary: tuple[str, list[str]]) -> None:
    """G3: other kinds of events, nodes that are their own parents, colliding ids, a stream that goes back."""
    sharer, agent = hand
    origin, asked = canary
    attack = Attack(sharer, agent)
    target, sheet = (
        attack.ids.element("p", {}),
        attack.ids.element("style", {}, attack.ids.text("p{color:red}")),
    )
    body = attack.snapshot([target, sheet])
    attack.say(body, events(target["id"], sheet["id"], origin))
    loops: list[Any] = []
    numbers: tuple[Any, ...] = (-1, 0, 1.5, 2**53, "7", None, [], {}, body, target["id"])
    for node in numbers:
        tree = {"id": node, "type": 2, "tagName": "b", "attributes": {}, "childNodes": []}
        loops += [change(adds=[{"parentId": parent, "nextId": next_, "node": tree}])
                  for parent in (node, target["id"], -1, 424242) for next_ in (None, -1, node)]  # fmt: skip
    for kind in (-1, 0, 1, 4, 6, 99, "2", None):
        tree = {"id": 900000 + len(loops), "type": kind, "tagName": 7, "attributes": [], "childNodes": "x"}
        loops.append(change(adds=[{"parentId": target["id"], "nextId": None, "node": tree}]))
    body = attack.snapshot([])
    attack.say(body, loops)
    watch.nothing_happened("loops")
    body = attack.snapshot([])
    sharer.send(
        Kind.EVENTS, b'[{"type":3,"data":{"source":0,"adds":1,"adds":[null],"__proto__":{"polluted":1}}}]'
    )
    sharer.send(
        Kind.EVENTS, b'[{"type":3,"data":{"source":0,"texts":[{"id":1,"value":"\\ud800\\udfff\\ud800"}]}}]'
    )
    attack.say(body, [])
    watch.nothing_happened("lies")
    usable(agent)
    assert asked == []
    sharer.page.send(Kind.EVENTS, sharer.epoch, 0, b"[]")  # the stream goes back: that page is done with
    assert sharer.page.closed().code is not None
    watch.nothing_happened("a stream that goes back")


def test_a_page_that_is_too_much_is_not_shown_and_the_next_one_is(
    hand: tuple[Hand, Page], watch: Watch
) -> None:
    """G3, I11: what unpacks to hundreds of megabytes, 100,000 nested, half a million in one."""
    sharer, agent = hand
    attack = Attack(sharer, agent)
    attack.snapshot([])
    bombs = (
        b'[{"x":"' + b" " * 300_000_000 + b'"}]',
        nested(100_000),
        beside(500_000),
    )
    for bomb in bombs:
        packer = zlib.compressobj(1, wbits=-15)
        packed = packer.compress(bomb) + packer.flush()
        for start in range(0, len(packed), 200_000):
            last = Flags.LAST if start + 200_000 >= len(packed) else Flags.NONE
            sharer.page.send(
                Kind.SNAPSHOT,
                sharer.epoch,
                sharer.offset,
                packed[start : start + 200_000],
                Flags.DEFLATE | last,
            )
            sharer.offset += 1
    attack.snapshot([attack.ids.element("p", {"id": "after"})])
    usable(agent)
    watch.nothing_happened("too much")


def nested(depth: int) -> bytes:
    """A page whose elements are 100,000 deep; as text, for no library nests so deep."""
    opened = "".join(
        f'{{"id":{number},"type":2,"tagName":"b","attributes":{{}},"childNodes":['
        for number in range(10, depth)
    )
    return around(opened + "]}" * (depth - 10))


def beside(count: int) -> bytes:
    nodes = ",".join(f'{{"id":{number},"type":3,"textContent":"x"}}' for number in range(10, count))
    return around(nodes)


def around(body: str) -> bytes:
    html = (
        '{"id":2,"type":2,"tagName":"html","attributes":{},"childNodes":[{"id":3,"type":2,"tagName":"body",'
        f'"attributes":{{}},"childNodes":[{body}]}}]}}'
    )
    return (
        '[{"type":4,"timestamp":1,"data":{"href":"https://x.test/","width":800,"height":600}},'
        f'{{"type":2,"timestamp":1,"data":{{"node":{{"id":1,"type":0,"childNodes":[{html}]}}}}}}]'
    ).encode()
