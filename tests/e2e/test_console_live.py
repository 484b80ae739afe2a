"""The live view in the console: two people, one page (issue "a session", row 5; fidelity.md)."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, WebSocket, expect

from opencobrowse.wire.live import HEADER, Kind
from tests.e2e.conftest import World
from tests.support.browser import MIRROR, accept_prompt, decline_prompt, prompt_shown, sign_in
from tests.support.wire import watch

SANDBOX = "allow-same-origin"
POINT = struct.Struct(">ff")
MOVE, CLICK, LEAVE = 0, 1, 2
WRONG_BY_HOURS = """(hours) => {
  const Real = Date, off = hours * 3600_000;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + off); }
    static now() { return Real.now() + off; }
  };
}"""


def mirror(agent: Page) -> FrameLocator:
    return agent.frame_locator(MIRROR)


def live(world: World, customer: Page | None = None, **body: Any) -> tuple[Page, Page, dict[str, Any]]:
    """A customer who agreed, and an agent who sees the page."""
    customer, agent = customer or world.person(), world.person()
    customer.goto(world.address())
    session = world.start(world.conversation(), **body)
    accept_prompt(customer)
    sign_in(agent, session["viewerUrl"])
    expect(mirror(agent).locator("#title")).to_have_text("Corner shop")
    return customer, agent, session


def pointers(page: Page, *, sent: bool) -> list[tuple[int, float, float]]:
    """POINTER frames that a page's sockets send or receive from now on: action, x, y."""
    found: list[tuple[int, float, float]] = []

    def on_frame(payload: str | bytes) -> None:
        if isinstance(payload, bytes) and payload[0] == Kind.POINTER:
            found.append((payload[HEADER.size], *POINT.unpack_from(payload, HEADER.size + 1)))

    def on_socket(socket: WebSocket) -> None:
        socket.on("framesent" if sent else "framereceived", on_frame)

    page.on("websocket", on_socket)
    return found


def wait_for(page: Page, there: Callable[[], bool]) -> None:
    """Wait for something that frames bring; `page` is what lets Playwright listen meanwhile."""
    for _ in range(300):
        if there():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it did not come")


def test_waiting_becomes_live_without_a_click(world: World) -> None:
    session = world.start(world.conversation())
    agent = world.person(permissions=["clipboard-read", "clipboard-write"])
    sign_in(agent, session["viewerUrl"])
    expect(agent.locator("output[data-code]")).to_have_text(session["joinCode"])
    expect(agent.get_by_label("Join link")).to_have_value(session["joinUrl"])
    expect(agent.get_by_role("timer")).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))
    expect(agent.locator(".deliveries")).to_contain_text("No page of theirs is open yet")
    agent.get_by_role("button", name="Copy link").click()
    assert agent.evaluate("navigator.clipboard.readText()") == session["joinUrl"]
    customer = world.person()
    customer.goto(world.address())
    prompt_shown(customer)
    expect(agent.locator(".deliveries")).to_contain_text("Asking on their open page")
    accept_prompt(customer)
    expect(agent.locator("#state")).to_have_text("Live")
    expect(mirror(agent).locator("#title")).to_have_text("Corner shop")
    expect(agent.locator(".address")).to_contain_text("Corner shop")
    expect(agent.locator(".address-url")).to_contain_text("localhost")
    expect(agent.locator(".waiting")).to_have_count(0)


def test_the_countdown_does_not_believe_the_agents_clock(world: World) -> None:  # B22
    session = world.start(world.conversation())
    agent = world.person()
    agent.add_init_script(f"({WRONG_BY_HOURS})(3)")
    sign_in(agent, session["viewerUrl"])
    expect(agent.get_by_role("timer")).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))


def test_a_customer_whose_clock_is_wrong_by_hours_is_seen_as_live(world: World) -> None:  # B22; fidelity.md
    customer = world.person()
    customer.add_init_script(f"({WRONG_BY_HOURS})(-5)")
    customer, agent, _ = live(world, customer)
    for text in ("one", "two", "three"):
        customer.evaluate("(text) => { document.getElementById('text').textContent = text; }", text)
        expect(mirror(agent).locator("#text")).to_have_text(text)
    expect(agent.locator(".measure", has_text=re.compile(r"^0:\d\d$"))).to_be_visible()


def test_the_customers_pointer_is_shown_where_it_is(world: World) -> None:
    customer, agent, _ = live(world)
    customer.mouse.move(300, 200)
    customer.mouse.move(320, 240)
    cursor = agent.locator("[data-cursor=customer]")
    expect(cursor).to_have_text("Ada")
    scale = float(agent.locator(".layer").get_attribute("data-scale") or 0)
    at = cursor.evaluate("(c) => { const m = new DOMMatrix(c.style.transform); return [m.e, m.f]; }")
    assert at == pytest.approx([320 * scale, 240 * scale], abs=0.5)
    customer.hover("#route")
    expect(mirror(agent).locator("#route")).to_have_class(":hover")
    customer.hover("#title")
    expect(mirror(agent).locator("#route")).not_to_have_class(":hover")


def test_the_agents_pointer_reaches_the_customer_thinned_out(world: World) -> None:
    customer = world.person()
    arrived = pointers(customer, sent=False)
    customer, agent, _ = live(world, customer)
    box = agent.locator(".layer").bounding_box()
    assert box
    scale = float(agent.locator(".layer").get_attribute("data-scale") or 0)
    started = agent.evaluate("performance.now()")
    for step in range(120):
        agent.mouse.move(box["x"] + 50 + step, box["y"] + 60)
    took = agent.evaluate("performance.now()") - started
    agent.mouse.click(box["x"] + 200 * scale, box["y"] + 100 * scale)
    expect(agent.locator("[data-cursor=me]")).to_have_count(1)
    agent.mouse.move(box["x"] + 60, 20)  # out of the mirror
    expect(agent.locator("[data-cursor=me]")).to_have_count(0)
    wait_for(customer, lambda: any(action == LEAVE for action, *_ in arrived))
    moves = [point for point in arrived if point[0] == MOVE]
    assert 2 <= len(moves) <= took / 1000 * 30 + 3, "at most 30 a second"
    clicks = [(round(x), round(y)) for action, x, y in arrived if action == CLICK]
    assert clicks == [(200, 100)], "in the customer's own pixels"


def test_the_mirror_keeps_the_customers_size_and_fits(world: World) -> None:
    customer = world.person(viewport={"width": 1500, "height": 1100})
    customer, agent, _ = live(world, customer)
    frame, layer = agent.locator(MIRROR), agent.locator(".layer")
    expect(frame).to_have_attribute("width", "1500")
    expect(frame).to_have_attribute("height", "1100")
    stage, shown = agent.locator(".stage").bounding_box(), layer.bounding_box()
    assert stage and shown
    assert stage["x"] <= shown["x"]
    assert stage["y"] <= shown["y"]
    assert shown["x"] + shown["width"] <= stage["x"] + stage["width"]
    assert shown["y"] + shown["height"] <= stage["y"] + stage["height"]
    assert abs(shown["width"] / shown["height"] - 1500 / 1100) < 0.01
    agent.get_by_role("button", name="100 %").click()
    expect(layer).to_have_attribute("data-scale", "1.0000")
    agent.get_by_role("button", name="Zoom in").click()
    expect(layer).to_have_attribute("data-scale", "1.2500")
    agent.get_by_role("button", name="Zoom out").click()
    agent.get_by_role("button", name="Fit").click()
    expect(layer).not_to_have_attribute("data-scale", "1.0000")
    customer.set_viewport_size({"width": 700, "height": 500})
    expect(frame).to_have_attribute("width", "700")
    expect(layer).to_have_attribute("data-scale", "1.0000")


def test_latency_is_measured_over_the_whole_way(world: World) -> None:
    customer, agent, _ = live(world)
    measured = agent.locator("#latency[data-ms]")
    expect(measured).to_be_visible()
    assert 0 < float(measured.get_attribute("data-ms") or 0) < 5000
    expect(agent.locator(".measure-word")).to_have_text(re.compile("Good|Fair|Slow"))
    customer.close()
    expect(agent.locator("#state")).to_have_text("Customer offline")
    expect(agent.locator("#latency[data-ms]")).to_have_count(0)


def test_a_late_second_viewer_costs_the_customer_nothing(world: World) -> None:
    customer = world.person()
    sent = watch(customer, world.server.url)
    customer, agent, session = live(world, customer)
    customer.evaluate("document.getElementById('text').textContent = 'changed before'")
    expect(mirror(agent).locator("#text")).to_have_text("changed before")
    before = sent.snapshots()
    assert before == 1
    second = world.person()
    sign_in(second, session["viewerUrl"])
    expect(mirror(second).locator("#text")).to_have_text("changed before")
    expect(agent.locator(".measure", has_text="+1")).to_be_visible()
    customer.evaluate("document.getElementById('text').textContent = 'changed after'")
    for viewer in (agent, second):
        expect(mirror(viewer).locator("#text")).to_have_text("changed after")
    assert sent.snapshots() == before, "the second viewer was served from the backlog"
    box = second.locator(".layer").bounding_box()
    assert box
    second.mouse.move(box["x"] + 40, box["y"] + 40)
    second.mouse.move(box["x"] + 60, box["y"] + 60)
    expect(agent.locator("[data-cursor]:not([data-cursor=me])")).to_have_count(1)
    second.close()
    expect(agent.locator("[data-cursor]:not([data-cursor=me])")).to_have_count(0)
    expect(agent.locator(".measure", has_text="+1")).to_have_count(0)


def test_ending_it_in_the_console_ends_it_for_the_customer(world: World) -> None:  # I5
    customer, agent, session = live(world)
    agent.get_by_role("button", name="End").click()
    expect(agent.get_by_role("heading", name="You ended the session")).to_be_visible()
    expect(agent.locator("iframe")).to_have_count(0)
    customer.wait_for_function("sessionStorage.getItem('opencobrowse') === null")
    assert world.state(session["id"]) == "ended"
    agent.get_by_role("link", name="Back to your sessions").click()
    expect(agent.locator(f"[data-session='{session['id']}']")).to_contain_text("Ended")


def test_no_is_said_in_plain_words(world: World) -> None:
    customer, agent = world.person(), world.person()
    customer.goto(world.address())
    session = world.start(world.conversation())
    sign_in(agent, session["viewerUrl"])
    decline_prompt(customer)
    expect(agent.get_by_role("heading", name="The customer said no")).to_be_visible()
    expect(agent.get_by_text("Never shared")).to_be_visible()
    agent.reload()
    expect(agent.get_by_role("heading", name="The customer said no")).to_be_visible()


def test_an_offer_can_be_taken_back(world: World) -> None:
    session = world.start(world.conversation())
    agent = world.person()
    sign_in(agent, session["viewerUrl"])
    agent.get_by_role("button", name="Take the offer back").click()
    expect(agent.get_by_role("heading", name="You ended the session")).to_be_visible()
    assert world.state(session["id"]) == "ended"


def test_the_grant_of_control_is_shown_and_nothing_is_pretended(world: World) -> None:
    _, agent, _ = live(world, cobrowseType="control")
    expect(agent.locator("[data-control]")).to_have_attribute("data-control", re.compile("none|pending|held"))
    view = world.person()
    session = world.start(world.conversation())
    sign_in(view, session["viewerUrl"])
    expect(view.locator("[data-control]")).to_have_count(0)


def test_the_sandbox_is_exact_and_a_change_ends_the_view(world: World) -> None:  # B1
    customer, agent, _ = live(world)
    assert agent.get_attribute(MIRROR, "sandbox") == SANDBOX
    customer.reload()
    expect(mirror(agent).locator("#title")).to_have_text("Corner shop")
    assert agent.get_attribute(MIRROR, "sandbox") == SANDBOX
    agent.evaluate(
        "([selector, more]) => document.querySelector(selector).setAttribute('sandbox', more)",
        [MIRROR, f"{SANDBOX} allow-scripts"],
    )
    expect(agent.get_by_role("heading", name="The view was closed for your safety")).to_be_visible()
    expect(agent.locator("iframe")).to_have_count(0)


def test_the_mirror_takes_no_input_and_no_focus(world: World) -> None:
    customer, agent, session = live(world)
    customer.evaluate("document.body.append(Object.assign(document.createElement('div'), {id: 'tall'}))")
    customer.evaluate("document.getElementById('tall').style.height = '4000px'")
    expect(mirror(agent).locator("#tall")).to_be_attached()
    box = agent.locator(".layer").bounding_box()
    link = mirror(agent).locator("#next").bounding_box()
    assert box and link
    agent.mouse.click(link["x"] + 3, link["y"] + 3)
    agent.mouse.wheel(0, 800)
    mirror(agent).locator("#next").dispatch_event("click")
    mirror(agent).locator("#name").evaluate("(field) => field.focus()")
    assert agent.url == session["viewerUrl"]
    assert agent.evaluate("document.activeElement?.tagName") != "IFRAME"
    for _ in range(30):
        agent.keyboard.press("Tab")
        assert agent.evaluate("document.activeElement?.tagName") != "IFRAME"
    scrolled = "(selector) => document.querySelector(selector).contentWindow.scrollY"
    assert agent.evaluate(scrolled, MIRROR) == 0, "the agent's wheel does not move the customer's page"
    expect(mirror(agent).locator("#title")).to_have_text("Corner shop")
    customer.evaluate("scrollTo(0, 700)")
    wait_for(agent, lambda: agent.evaluate(scrolled, MIRROR) == 700)


def test_a_new_page_takes_the_old_ones_place_without_a_gap(world: World) -> None:
    customer, agent, _ = live(world)
    agent.evaluate(
        """(selector) => {
          window.__gaps = 0; window.__most = 0;
          const look = () => {
            if (!document.querySelector(selector)?.contentDocument?.body?.childElementCount) window.__gaps++;
            window.__most = Math.max(window.__most, document.querySelectorAll('iframe').length);
            requestAnimationFrame(look);
          };
          look();
        }""",
        MIRROR,
    )
    customer.goto(f"{world.site}/next.html")
    expect(mirror(agent).locator("#title")).to_have_text("Second page")
    customer.goto(f"{world.site}/index.html")
    expect(mirror(agent).locator("#title")).to_have_text("Corner shop")
    expect(agent.locator("iframe")).to_have_count(1)
    assert agent.evaluate("window.__gaps") == 0
    assert agent.evaluate("window.__most") <= 2


def test_boxes_are_scrolled_for_those_who_come_late_too(world: World) -> None:  # fidelity.md, inner scroll
    customer, agent, session = live(world)
    customer.evaluate(
        """() => {
          const box = document.createElement('div');
          box.id = 'box';
          const sheet = document.createElement('style');
          sheet.textContent = '#box { height: 120px; overflow: auto } #box div { height: 3000px }';
          box.append(document.createElement('div'));
          document.body.append(sheet, box);
          box.scrollTop = 900;
        }"""
    )
    expect(mirror(agent).locator("#box")).to_have_js_property("scrollTop", 900)
    late = world.person()
    sign_in(late, session["viewerUrl"])
    expect(mirror(late).locator("#box")).to_have_js_property("scrollTop", 900)
    customer.reload()
    expect(mirror(late).locator("#title")).to_have_text("Corner shop")


def test_a_lost_connection_is_said_and_comes_back(world: World) -> None:
    customer, agent, _ = live(world)
    agent.context.set_offline(True)
    expect(agent.locator("#state")).to_have_text("Reconnecting")
    expect(agent.get_by_text("Connection lost")).to_be_visible()
    customer.evaluate("document.getElementById('text').textContent = 'meanwhile'")
    agent.context.set_offline(False)
    expect(agent.locator("#state")).to_have_text("Live")
    expect(mirror(agent).locator("#text")).to_have_text("meanwhile")


def test_a_tablet_has_room_for_all_of_it(world: World) -> None:
    for width, height in ((1024, 768), (768, 1024)):
        agent = world.person(viewport={"width": width, "height": height})
        session = world.start(world.conversation())
        sign_in(agent, session["viewerUrl"])
        expect(agent.locator(".waiting")).to_be_visible()
        assert agent.evaluate("document.documentElement.scrollWidth") <= width
        assert agent.evaluate("document.documentElement.scrollHeight") <= height
        expect(agent.locator("[data-action=end]")).to_be_in_viewport(ratio=1)
