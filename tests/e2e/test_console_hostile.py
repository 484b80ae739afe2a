"""A customer's page that was made by hand and never ran our mask, against the agent's browser (B1, B2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from opencobrowse.wire.live import Kind
from tests.support.browser import MIRROR
from tests.support.hostile import RUN, Hand, Ids, Node, flat, watched


def payloads(ids: Ids, canary: str) -> list[Node]:
    """One of each class of reliability.md G3 that a serialized tree can carry."""
    handlers = [
        "onerror",
        "onload",
        "onclick",
        "onfocus",
        "onanimationstart",
        "ONERROR",
        "onToggle",
        "onbegin",
    ]
    schemes = [
        f"javascript:{RUN}",
        f"JaVa\tScRiPt:{RUN}",
        f" \x01javascript:{RUN}",
        f"vbscript:{RUN}",
        f"data:text/html,<script>{RUN}</script>",
    ]
    found = [ids.element("img", {"src": "x:", name: RUN, "tabindex": "0"}) for name in handlers]
    found += [ids.element("a", {"href": url, "id": "link"}, ids.text("link")) for url in schemes]
    found += [ids.element("iframe", {"src": url}) for url in (*schemes, f"{canary}/frame")]
    found += [
        ids.element(tag, {"data": schemes[0], "src": schemes[0]}) for tag in ("object", "embed", "OBJECT")
    ]
    found += [
        ids.element("script", {}, ids.text(RUN)),
        ids.element("SCRIPT", {"src": f"{canary}/script.js"}, ids.text(RUN)),
        ids.element("svg", {}, ids.element("script", {}, ids.text(RUN), svg=True), svg=True),
        ids.element("svg:script", {}, ids.text(RUN), svg=True),
        ids.element("iframe", {"srcdoc": f"<script>{RUN}</script>"}),
        ids.element("iframe", {"SRCDOC": f"<img src=x onerror='{RUN}'>"}),
        ids.element("meta", {"http-equiv": "refresh", "content": f"0;url={canary}/refresh"}),
        ids.element("base", {"href": canary, "target": "_top"}),
        ids.element("link", {"rel": "prefetch", "href": f"{canary}/prefetch"}),
        ids.element("link", {"rel": "stylesheet import", "href": f"{canary}/import"}),
        ids.element(
            "form",
            {"action": schemes[0], "name": "documentElement"},
            ids.element("button", {"formaction": schemes[0], "autofocus": ""}),
        ),
        ids.element("img", {"name": "head", "id": "body"}),
        ids.element(
            "svg",
            {},
            ids.element(
                "a",
                {},
                ids.element("animate", {"attributeName": "href", "values": schemes[0]}, svg=True),
                svg=True,
            ),
            ids.element("use", {"xlink:href": schemes[4]}, svg=True),
            svg=True,
        ),
        ids.element("video", {"src": f"{canary}/video", "poster": schemes[0], "rr_mediaState": "played"}),
        ids.element("a", {"href": "https://x.test/", "ping": f"{canary}/ping", "target": "_top"}),
        ids.element("p", {"id": "seen"}, ids.text("the rest of the page")),
    ]
    return found


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    with watched() as server:
        yield server


def poke(agent: Page) -> None:
    """Do what an agent could do to set something off."""
    box = agent.locator(".layer").bounding_box()
    assert box
    for step in range(10, 200, 30):
        agent.mouse.click(box["x"] + step, box["y"] + step)
    for _ in range(20):
        agent.keyboard.press("Tab")
        agent.keyboard.press("Enter") if agent.evaluate(
            "document.activeElement?.tagName === 'IFRAME'"
        ) else None


def nothing_ran(agent: Page, url: str, dialogs: list[str], pages: int) -> None:
    assert agent.evaluate("globalThis.__ran") is None
    ran = "(selector) => document.querySelector(selector).contentWindow.__ran"
    assert agent.evaluate(ran, MIRROR) is None
    assert agent.get_attribute(MIRROR, "sandbox") == "allow-same-origin"
    assert agent.url == url
    assert dialogs == []
    assert len(agent.context.pages) == pages


def test_nothing_that_a_page_sends_runs_in_the_console(
    hand: tuple[Hand, Page], canary: tuple[str, list[str]]
) -> None:
    sharer, agent = hand
    url, dialogs = agent.url, list[str]()

    def on_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    agent.on("dialog", on_dialog)
    origin, asked = canary
    ids = Ids()
    sharer.snapshot(ids.page(*payloads(ids, origin)))
    seen = agent.frame_locator(MIRROR).locator("#seen")
    expect(seen).to_have_text("the rest of the page")
    poke(agent)
    nothing_ran(agent, url, dialogs, 1)

    body = ids.last - 3  # the page, its doctype and the document were made after it
    added = payloads(ids, origin)
    sharer.change(adds=[add for node in added for add in flat(body, node)])
    expect(seen).to_have_text(["the rest of the page"] * 2)
    targets = [node["id"] for node in added if node.get("tagName") in ("img", "iframe", "a")]
    for name, value in (
        ("onclick", RUN),
        ("srcdoc", f"<script>{RUN}</script>"),
        ("href", f"javascript:{RUN}"),
    ):
        sharer.change(attributes=[{"id": target, "attributes": {name: value}} for target in targets])
    sharer.change(adds=[{"parentId": body, "nextId": None, "node": ids.element("hr", {"id": "last"})}])
    expect(agent.frame_locator(MIRROR).locator("#last")).to_be_attached()
    poke(agent)
    nothing_ran(agent, url, dialogs, 1)
    assert asked == []


def test_one_event_that_cannot_be_applied_does_not_stop_the_stream(hand: tuple[Hand, Page]) -> None:
    sharer, agent = hand
    ids = Ids()
    title = ids.element("h1", {"id": "title"}, ids.text("first"))
    sharer.snapshot(ids.page(title))
    expect(agent.frame_locator(MIRROR).locator("#title")).to_have_text("first")
    text = title["childNodes"][0]["id"]
    sharer.send(Kind.EVENTS, b"this is no JSON")
    sharer.send(Kind.EVENTS, b'[{"type":3,"timestamp":1,"data":{"source":0}},null,7]')
    sharer.change(removes=[{"parentId": 99999, "id": 99998}], texts=[{"id": 424242, "value": "nobody"}])
    expect(agent.locator("#mirror")).to_have_attribute("data-failures", re.compile("[1-9]"))
    sharer.change(texts=[{"id": text, "value": "second"}])
    expect(agent.frame_locator(MIRROR).locator("#title")).to_have_text("second")
    sharer.change(texts=[{"id": text, "value": "third"}])
    expect(agent.frame_locator(MIRROR).locator("#title")).to_have_text("third")
    expect(agent.locator("#state")).to_have_text("Live")


def test_a_page_in_quirks_mode_and_a_deep_one_are_shown(hand: tuple[Hand, Page]) -> None:
    sharer, agent = hand
    ids = Ids()
    deepest = ids.element("b", {"id": "deepest"}, ids.text("deep"))
    for _ in range(200):
        deepest = ids.element("div", {}, deepest)
    page = ids.page(deepest)
    document = page[1]["data"]["node"]
    document["compatMode"] = "BackCompat"
    del document["childNodes"][0]  # no doctype: what quirks mode comes from
    sharer.snapshot(page)
    expect(agent.frame_locator(MIRROR).locator("#deepest")).to_have_text("deep")
    mode = agent.evaluate("(selector) => document.querySelector(selector).contentDocument.compatMode", MIRROR)
    assert mode == "BackCompat", "written under Trusted Types by the one policy that allows it"
