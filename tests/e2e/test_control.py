"""Two people and one page: control, suggestions, highlights, zoom and free look (issue 5, rows
1 and 2). What the page itself refuses is in test_control_page.py; the server's gate in its own tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.e2e.conftest import World
from tests.support.browser import MIRROR, accept_prompt, sign_in, site

PAGES = Path(__file__).parent / "control"
OWN_FOCUS = "document.activeElement?.hasAttribute('data-opencobrowse-ui')"
ADD_SDK = """([server, deployment, customer]) => {
  const script = document.createElement('script');
  script.src = `${server}/sdk/v1.js`;
  script.dataset.deployment = deployment;
  script.dataset.externalId = customer;
  document.head.append(script);
}"""


@dataclass
class Pair:
    """The customer's page and the agent's console of one session."""

    world: World
    customer: Page
    agent: Page
    session: dict[str, Any]

    @property
    def mirror(self) -> FrameLocator:
        return self.agent.frame_locator(MIRROR)

    @property
    def tools(self) -> Locator:
        return self.agent.get_by_role("toolbar", name="Tools")

    @property
    def said(self) -> Locator:
        return self.agent.locator(".said")

    def at(self, selector: str) -> tuple[float, float]:
        """The middle of a mirrored element, where the agent's mouse has to be."""
        box = self.mirror.locator(selector).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def click(self, selector: str) -> None:
        self.agent.mouse.click(*self.at(selector))

    def tool(self, name: str) -> None:
        self.tools.get_by_role("button", name=name).click()

    def asked(self) -> None:
        """The customer's page has its own question in front, and it may be answered by now (B9)."""
        self.customer.wait_for_function(OWN_FOCUS)
        self.customer.wait_for_timeout(700)

    def control(self) -> None:
        self.tool("Ask for control")
        self.asked()
        self.customer.keyboard.press("Tab")
        self.customer.keyboard.press("Enter")
        expect(self.agent.get_by_text("You have control", exact=True)).to_be_visible()

    def scrolled(self) -> float:
        """How far down the mirror is."""
        return float(self.agent.evaluate("s => document.querySelector(s).contentWindow.scrollY", MIRROR))

    def until(self, there: Callable[[], bool]) -> None:
        """Wait for something of the mirror: the console's policy lets no script of a test wait in it."""
        for _ in range(300):
            if there():
                return
            self.agent.wait_for_timeout(30)
        raise AssertionError("it did not come")

    def quiet(self) -> None:
        """A second after the customer's own hand the page is the agent's again."""
        self.customer.wait_for_timeout(1_100)


@pytest.fixture(scope="session")
def trip() -> Iterator[str]:
    with site(PAGES) as origin:
        yield origin


@pytest.fixture
def pair(world: World, trip: str) -> Pair:
    customer = world.person(viewport={"width": 1000, "height": 700})
    agent = world.person(viewport={"width": 1280, "height": 800})
    # The page has no SDK in it: it gets it on every load, as a tag manager would add it.
    given = [world.server.url, world.deployment(), world.customer]
    customer.on("domcontentloaded", lambda page: page.evaluate(ADD_SDK, given))
    customer.goto(f"{trip}/index.html")
    session = world.start(world.conversation())
    accept_prompt(customer)
    sign_in(agent, session["viewerUrl"])
    made = Pair(world, customer, agent, session)
    expect(made.mirror.locator("#title")).to_have_text("Trip")
    expect(made.tools.get_by_role("button", name="Ask for control")).to_be_enabled()
    return made


def test_control_is_asked_for_given_used_and_given_back(pair: Pair) -> None:  # I8
    pair.tool("Ask for control")
    expect(pair.agent.get_by_text("Waiting for Ada")).to_be_visible()
    expect(pair.agent.locator("[role=timer]")).to_have_text(re.compile(r"^0:(30|2\d)$"))
    pair.asked()
    pair.customer.keyboard.press("Tab")
    pair.customer.keyboard.press("Enter")
    expect(pair.agent.get_by_text("You have control", exact=True)).to_be_visible()
    expect(pair.said).to_contain_text("You have control")
    pair.quiet()
    pair.click("#agree")
    pair.customer.wait_for_function("agree.checked")
    pair.agent.locator("[data-action=release]").click()
    expect(pair.said).to_have_text("You gave control back.")
    pair.click("#button")
    expect(pair.agent.locator(".mark-note")).to_have_count(0)
    assert "click button" not in pair.customer.evaluate("seen"), "without control a click only points"


def test_typing_choosing_and_keys(pair: Pair) -> None:
    pair.control()
    pair.quiet()
    pair.click("#city")
    typist = pair.agent.get_by_label("You are typing in the customer")
    expect(typist).to_be_focused()
    pair.agent.keyboard.type("Berlin")
    pair.customer.wait_for_function("city.value === 'Berlin'")
    pair.agent.keyboard.press("Backspace")
    pair.customer.wait_for_function("city.value === 'Berli'")
    pair.agent.keyboard.insert_text("n und Köln 東京")  # as paste and input methods put it in
    pair.customer.wait_for_function("city.value === 'Berlin und Köln 東京'")
    pair.agent.keyboard.press("Tab")
    expect(typist).to_be_focused()
    pair.agent.keyboard.type("x")
    pair.customer.wait_for_function("controlled.value === 'X'")
    pair.agent.keyboard.press("Escape")
    expect(typist).to_have_count(0)
    pair.click("#size")
    pair.agent.get_by_role("dialog", name="Choose").get_by_role("button", name="Large").click()
    pair.customer.wait_for_function("size.value === 'Large'")
    pair.click("#button")
    pair.customer.wait_for_function("seen.includes('click button')")
    pair.agent.mouse.dblclick(*pair.at("#button"))
    pair.customer.wait_for_function("seen.includes('dblclick button')")
    assert pair.customer.evaluate("seen.filter((s) => s === 'click button').length") == 3
    pair.agent.keyboard.press("ArrowDown")
    pair.customer.wait_for_function("seen.includes('keydown button ArrowDown')")
    pair.agent.keyboard.press("Escape")
    expect(pair.tools.get_by_role("button", name="Point")).to_have_attribute("aria-pressed", "true")


def test_hovering_and_scrolling_the_page_and_a_box(pair: Pair) -> None:
    pair.control()
    pair.quiet()
    x, y = pair.at("#button")
    pair.agent.mouse.move(x - 2, y)
    pair.agent.mouse.move(x, y)
    pair.customer.wait_for_function("seen.includes('mouseover button')")
    pair.customer.evaluate("document.body.style.minHeight = '2000px'")
    expect(pair.mirror.locator("body")).to_have_css("min-height", "2000px")
    x, y = pair.at("#title")
    pair.agent.mouse.move(x, y)
    pair.agent.mouse.wheel(0, 200)
    pair.customer.wait_for_function("scrollY >= 150")
    pair.customer.evaluate("scroller.scrollIntoView({block: 'center'})")
    before = pair.customer.evaluate("scrollY")
    pair.until(lambda: pair.scrolled() == before)
    pair.agent.mouse.move(*pair.at("#scroller"))
    pair.agent.mouse.wheel(0, 60)
    pair.customer.wait_for_function("scroller.scrollTop > 40")
    assert pair.customer.evaluate("scrollY") == before, "the box takes the wheel, not the page"


def test_what_is_the_customers_alone_is_said_before_it_is_tried(pair: Pair) -> None:  # B8
    pair.control()
    pair.quiet()
    layer = pair.agent.locator(".layer")
    pair.customer.evaluate("password.scrollIntoView({block: 'center'})")
    pair.agent.mouse.move(*pair.at("#user"))
    expect(layer).to_have_attribute("data-forbidden", "false")
    pair.agent.mouse.move(*pair.at("#password"))
    expect(layer).to_have_attribute("data-forbidden", "true")
    pair.click("#password")
    expect(pair.agent.locator(".mark-note")).to_contain_text("alone")
    expect(pair.agent.locator(".typist")).to_have_count(0)
    pair.click("#login-submit")
    expect(pair.agent.locator(".mark-note")).to_contain_text("form with a password")
    assert "sent login" not in pair.customer.evaluate("seen")


def test_the_customer_takes_it_back_with_one_key(pair: Pair) -> None:  # I8
    pair.control()
    pair.customer.keyboard.press("Escape")
    expect(pair.said).to_have_text("Ada took control back.")
    expect(pair.tools.get_by_role("button", name="Ask for control")).to_be_enabled()
    pair.click("#agree")
    pair.quiet()
    assert pair.customer.evaluate("agree.checked") is False


def test_no_and_a_request_that_is_taken_back(pair: Pair) -> None:
    pair.tool("Ask for control")
    pair.asked()
    pair.customer.keyboard.press("Escape")
    expect(pair.said).to_contain_text("Ada said no")
    pair.tool("Ask for control")
    pair.asked()
    pair.agent.get_by_role("button", name="Cancel").click()
    expect(pair.said).to_have_text("You gave control back.")
    pair.customer.wait_for_function(f"!({OWN_FOCUS})")


def test_nobody_answers(pair: Pair) -> None:
    pair.tool("Ask for control")
    expect(pair.said).to_contain_text("did not answer", timeout=40_000)
    expect(pair.tools.get_by_role("button", name="Ask for control")).to_be_enabled()


def suggest(pair: Pair, selector: str) -> Locator:
    pair.customer.evaluate("document.activeElement.blur()")
    pair.tool("Suggest")
    pair.click(selector)
    return pair.agent.get_by_role("dialog", name="Suggest to the customer")


def answer(pair: Pair, *keys: str) -> None:
    """The card takes the focus: the customer is not typing."""
    pair.asked()
    for key in keys:
        pair.customer.keyboard.press(key)


def test_suggestions_accepted_declined_and_taken_back(pair: Pair) -> None:
    rows = pair.agent.get_by_label("Suggestions").get_by_role("listitem")
    popup = suggest(pair, "#city")
    popup.get_by_label("Text for this field").fill("Rome")
    popup.get_by_role("button", name="Suggest typing this").click()
    expect(rows).to_contain_text("Waiting for Ada")
    assert pair.customer.evaluate("city.value") == "", "nothing before the customer's yes"
    answer(pair, "Tab", "Enter")
    pair.customer.wait_for_function("city.value === 'Rome'")
    expect(rows).to_contain_text("Accepted and done")
    rows.get_by_role("button", name="Dismiss").click()
    suggest(pair, "#button").get_by_role("button", name="Suggest a click").click()
    answer(pair, "Tab", "Tab", "Enter")
    expect(rows).to_contain_text("The customer said no")
    assert "click button" not in pair.customer.evaluate("seen")
    rows.get_by_role("button", name="Dismiss").click()
    suggest(pair, "#size").get_by_role("button", name="Large").click()
    pair.asked()
    rows.get_by_role("button", name="Withdraw").click()
    expect(rows).to_have_count(0)
    pair.customer.wait_for_function(f"!({OWN_FOCUS})")
    assert pair.customer.evaluate("size.value") == "Small"


def test_highlights_both_ways_and_for_a_second_viewer(pair: Pair) -> None:
    second = pair.world.person(viewport={"width": 1280, "height": 800})
    sign_in(second, pair.session["viewerUrl"])
    expect(second.frame_locator(MIRROR).locator("#title")).to_have_text("Trip")
    pair.tool("Highlight")
    pair.click("#note")
    mine = pair.agent.locator("[data-outline=me]")
    expect(mine).to_be_visible()
    box, note = mine.bounding_box(), pair.mirror.locator("#note").bounding_box()
    assert box and note
    assert abs(box["x"] - note["x"]) < 2 and abs(box["width"] - note["width"]) < 2
    theirs = second.locator(".outline:not([data-outline=me])")
    expect(theirs).to_be_visible()
    expect(theirs).not_to_have_text("")
    pair.click("#note")
    expect(mine).to_have_count(0)
    expect(theirs).to_have_count(0)
    where = pair.customer.locator("#city").bounding_box()
    assert where
    pair.customer.keyboard.down("Alt")  # the customer shows something: Alt and a click
    pair.customer.mouse.click(where["x"] + 5, where["y"] + 5)
    pair.customer.keyboard.up("Alt")
    for viewer in (pair.agent, second):
        expect(viewer.locator("[data-outline=customer]")).to_have_text("Ada")


def test_keys_for_the_tools_and_none_while_somebody_types(pair: Pair) -> None:
    pair.agent.locator("body").press("h")
    highlight = pair.tools.get_by_role("button", name="Highlight")
    expect(highlight).to_have_attribute("aria-pressed", "true")
    layer = pair.agent.get_by_role("application")
    expect(layer).to_be_focused()
    pair.agent.keyboard.press("ArrowDown")
    pair.agent.keyboard.press("Enter")
    expect(pair.agent.locator("[data-outline=me]")).to_be_visible()
    pair.agent.keyboard.press("Escape")
    expect(highlight).to_have_attribute("aria-pressed", "false")
    pair.agent.locator("body").press("s")
    pair.click("#city")
    pair.agent.get_by_label("Text for this field").press("h")
    expect(pair.tools.get_by_role("button", name="Suggest")).to_have_attribute("aria-pressed", "true")


def test_zoom_by_keys_and_wheel_and_a_free_look(pair: Pair) -> None:
    layer = pair.agent.locator(".layer")
    pair.agent.locator("body").press("1")
    expect(layer).to_have_attribute("data-scale", "1.0000")
    pair.agent.locator("body").press("+")
    expect(layer).to_have_attribute("data-scale", "1.2500")
    pair.agent.mouse.move(640, 500)
    pair.agent.keyboard.down("Control")
    pair.agent.mouse.wheel(0, 100)
    pair.agent.keyboard.up("Control")
    expect(layer).to_have_attribute("data-scale", "1.0000")
    pair.agent.locator("body").press("0")
    expect(layer).not_to_have_attribute("data-scale", "1.0000")
    pair.customer.evaluate("document.body.style.minHeight = '2000px'")
    expect(pair.mirror.locator("body")).to_have_css("min-height", "2000px")
    pair.agent.get_by_role("button", name="Follow").click()
    expect(pair.agent.get_by_text("Ada sees this")).to_be_visible()
    pair.agent.mouse.move(*pair.at("#city"))
    pair.agent.mouse.wheel(0, 300)
    pair.until(lambda: pair.scrolled() > 100)
    assert pair.customer.evaluate("scrollY") == 0, "the agent looks round alone"
    pair.customer.evaluate("scrollTo(0, 40)")
    expect(pair.agent.locator(".customer-view")).to_have_attribute("style", re.compile("translate.*-"))
    pair.agent.get_by_role("button", name="Back to the customer").click()
    pair.until(lambda: pair.scrolled() == 40)
    expect(pair.agent.locator(".customer-view")).to_have_count(0)


def test_back_forward_reload_and_the_address(pair: Pair) -> None:
    pair.control()
    pair.quiet()
    address = pair.agent.get_by_label("address. Enter goes there")
    address.fill("/index.html?second")
    address.press("Enter")
    pair.customer.wait_for_url("**/index.html?second")
    expect(pair.agent.get_by_text("You have control", exact=True)).to_be_visible()
    expect(pair.mirror.locator("#title")).to_have_text("Trip")
    pair.agent.get_by_role("button", name="Back", exact=True).click()
    pair.customer.wait_for_url("**/index.html")
    expect(pair.mirror.locator("#title")).to_have_text("Trip")
    address.fill("https://elsewhere.example/")
    address.press("Enter")
    expect(pair.said).to_contain_text("another site")


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (768, 1024)])
def test_all_of_it_has_room_in_light_and_dark(pair: Pair, size: tuple[int, int]) -> None:
    width, height = size
    pair.agent.set_viewport_size({"width": width, "height": height})
    pair.control()
    pair.agent.emulate_media(color_scheme="dark")
    assert pair.agent.evaluate("document.documentElement.scrollWidth") <= width
    assert pair.agent.evaluate("document.documentElement.scrollHeight") <= height
    for part in (".tools", "[data-action=release]", "[data-action=end]", ".zoombar"):
        expect(pair.agent.locator(part)).to_be_in_viewport(ratio=1)
    nameless = """[...document.querySelectorAll('button, input, [role=application]')].filter(
        (e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).length"""
    assert pair.agent.evaluate(nameless) == 0
