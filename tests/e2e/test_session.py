"""The main job in real Chromium, customer and agent in contexts of their own (issue "a session", row 8)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.conftest import World
from tests.support.browser import MIRROR, accept_prompt, decline_prompt, prompt_shown, sign_in, site
from tests.support.server import Server, running
from tests.support.wire import watch

OWN = "[data-opencobrowse-ui]"


def mirror(agent: Page) -> FrameLocator:
    return agent.frame_locator(MIRROR)


def shared(world: World) -> tuple[Page, Page, dict[str, str]]:
    """A customer who said yes and an agent who sees the page."""
    customer, agent = world.person(), world.person()
    customer.goto(world.address())
    session = world.start(world.conversation())
    accept_prompt(customer)
    sign_in(agent, session["viewerUrl"])
    expect(mirror(agent).locator("#title")).to_have_text("Corner shop")
    return customer, agent, session


def test_start_prompt_accept_and_the_agent_sees_the_page(world: World) -> None:
    customer = world.person()
    customer.goto(world.address())
    expect(customer.locator("#title")).to_be_visible()
    session = world.start(world.conversation())
    prompt_shown(customer)
    assert world.state(session["id"]) == "initiated"
    accept_prompt(customer)
    agent = world.person()
    sign_in(agent, session["viewerUrl"])
    expect(mirror(agent).locator("#title")).to_have_text("Corner shop")
    expect(mirror(agent).locator("#title")).to_have_css("color", "rgb(0, 102, 51)")
    assert agent.get_attribute(MIRROR, "sandbox") == "allow-same-origin"
    assert world.state(session["id"]) == "active"


def test_a_page_that_opens_after_the_start_is_asked_too(world: World) -> None:
    session = world.start(world.conversation())
    customer = world.person()
    customer.goto(world.address())
    accept_prompt(customer)
    expect(customer.locator(OWN).first).to_be_attached()
    customer.wait_for_function("sessionStorage.getItem('opencobrowse') !== null")
    assert world.state(session["id"]) == "active"


def test_changes_typing_and_navigation_appear(world: World) -> None:
    customer, agent, _ = shared(world)
    customer.evaluate("document.getElementById('text').textContent = 'Now with candles.'")
    expect(mirror(agent).locator("#text")).to_have_text("Now with candles.")
    customer.evaluate("""() => { for (let i = 0; i < 50; i++) {
        const li = document.createElement('li'); li.textContent = `item ${i}`;
        document.getElementById('list').append(li); } }""")
    expect(mirror(agent).locator("#list li")).to_have_count(50)
    customer.fill("#search", "candles")
    expect(mirror(agent).locator("#search")).to_have_value("candles")
    customer.click("#route")
    expect(mirror(agent).locator("#title")).to_have_text("Routed")
    customer.goto(f"{world.site}/next.html")
    expect(mirror(agent).locator("#title")).to_have_text("Second page")


def test_nothing_of_the_page_leaves_before_consent(world: World) -> None:  # I14
    customer = world.person()
    sent = watch(customer, world.server.url)
    customer.goto(world.address())
    customer.fill("#name", "canary-before")
    session = world.start(world.conversation())
    prompt_shown(customer)
    customer.evaluate("document.getElementById('text').textContent = 'canary-text'")
    decline_prompt(customer)
    customer.wait_for_function(f"document.querySelector('{OWN}') === null")
    assert sent.bodies == []
    assert "canary" not in sent.text()
    assert "Corner shop" not in sent.text()
    assert world.state(session["id"]) == "declined"


def test_masked_values_are_never_on_the_wire(world: World) -> None:  # B3, I14
    customer = world.person()
    sent = watch(customer, world.server.url)
    customer.goto(world.address())
    customer.fill("#name", "canary-name")
    world.start(world.conversation())
    accept_prompt(customer)
    agent = world.person()
    sign_in(agent, world.start(world.conversation())["viewerUrl"])
    customer.type("#card", "4111 1111 1111 1111")
    customer.type("#password", "canary-password")
    customer.evaluate("document.getElementById('password').type = 'text'")
    customer.type("#password", "-toggled")
    customer.fill("#note", "canary-note")
    customer.select_option("#size", "canary-chosen")
    customer.fill("#search", "visible words")
    customer.evaluate("document.getElementById('name').setAttribute('value', 'canary-attribute')")
    customer.evaluate("document.getElementById('text').textContent = 'the end'")
    customer.wait_for_timeout(300)
    text = sent.text()
    assert "the end" in text and "visible words" in text, "what may be seen is seen"
    for canary in ("canary", "4111", "toggled", "1111"):
        assert canary not in text, f"{canary} left the page"


@pytest.mark.parametrize("side", ["customer", "agent", "api"])
def test_either_side_ends_it_for_both(world: World, side: str) -> None:
    customer, agent, session = shared(world)
    if side == "customer":
        stop_sharing(customer)
    elif side == "agent":
        agent.get_by_role("button", name="End").click()
    else:
        world.end(session["id"])
    expect(agent.locator("iframe")).to_have_count(0)
    customer.wait_for_function("sessionStorage.getItem('opencobrowse') === null")
    assert world.state(session["id"]) == "ended"
    customer.evaluate("document.getElementById('text').textContent = 'after the end'")


def stop_sharing(customer: Page) -> None:
    """Press Stop on the bar by keyboard: our elements come last in the document, and Stop last of them."""
    customer.focus("#size")
    for _ in range(4):  # point, what the agent sees, the other edge, then Stop
        customer.keyboard.press("Tab")
    customer.keyboard.press("Enter")


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Poll a condition that no page shows."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the condition did not come true"
        time.sleep(0.05)


def test_no_code_is_asked_for_while_sharing(world: World) -> None:
    """The dialog would lie over Stop, and one page shares one session."""
    customer, _, _ = shared(world)
    before = customer.locator(OWN).count()
    customer.evaluate("OpenCobrowse.join()")
    customer.wait_for_timeout(500)
    assert customer.locator(OWN).count() == before


def test_declined(world: World) -> None:
    customer = world.person()
    customer.goto(world.address())
    session = world.start(world.conversation())
    decline_prompt(customer)
    customer.wait_for_function(f"document.querySelector('{OWN}') === null")
    agent = world.person()
    sign_in(agent, session["viewerUrl"])
    expect(agent.get_by_role("heading", name="The customer said no")).to_be_visible()


def test_several_pages_are_asked_and_the_first_to_accept_wins(world: World) -> None:
    first, second = world.person(), world.person()
    first.goto(world.address())
    second.goto(world.address())
    session = world.start(world.conversation())
    assert session["deliveries"][0]["pages"] == 2
    prompt_shown(first)
    accept_prompt(second)
    first.wait_for_function(f"document.querySelector('{OWN}') === null")
    assert world.state(session["id"]) == "active"


def test_a_late_viewer_does_not_touch_the_customers_page(world: World) -> None:
    customer = world.person()
    sent = watch(customer, world.server.url)
    customer.goto(world.address())
    session = world.start(world.conversation())
    accept_prompt(customer)
    first, late = world.person(), world.person()
    sign_in(first, session["viewerUrl"])
    customer.evaluate("document.getElementById('text').textContent = 'before the late one'")
    expect(mirror(first).locator("#text")).to_have_text("before the late one")
    before = sent.snapshots()
    sign_in(late, session["viewerUrl"])
    expect(mirror(late).locator("#text")).to_have_text("before the late one")
    assert sent.snapshots() == before == 1


def test_the_session_survives_a_reload(world: World) -> None:
    customer, agent, session = shared(world)
    customer.reload()
    customer.evaluate("document.getElementById('text').textContent = 'after the reload'")
    expect(mirror(agent).locator("#text")).to_have_text("after the reload")
    assert world.state(session["id"]) == "active"


def test_the_session_survives_a_restart_of_the_server(
    world: World, tmp_path: Path, browser: object, customer_site: str
) -> None:
    with running(tmp_path / "data") as server:
        own = World(server, world.browser, customer_site, contexts=world.contexts, errors=world.errors)
        customer, agent, session = shared(own)
        server.kill()
        customer.evaluate("document.getElementById('text').textContent = 'while it was away'")
        server.start()
        expect(mirror(agent).locator("#text")).to_have_text("while it was away", timeout=30_000)
        assert own.state(session["id"]) == "active"


def test_an_offer_that_nobody_answers_expires(world: World, tmp_path: Path, customer_site: str) -> None:
    with running(tmp_path / "data", OPENCOBROWSE_OFFER_SECONDS="1") as server:
        own = World(server, world.browser, customer_site, contexts=world.contexts, errors=world.errors)
        customer = own.person()
        customer.goto(own.address())
        session = own.start(own.conversation())
        prompt_shown(customer)
        customer.wait_for_function(f"document.querySelector('{OWN}') === null")
        wait_until(lambda: own.state(session["id"]) == "expired")


def test_under_a_strict_policy_nothing_of_ours_is_refused(world: World) -> None:
    origin, socket = world.server.url, world.server.url.replace("http", "ws")
    policy = (
        f"default-src 'none'; script-src 'self' {origin}; connect-src {origin} {socket}; "
        "style-src 'self'; require-trusted-types-for 'script'"
    )
    with site(Path(__file__).parent / "strict", Content_Security_Policy=policy) as strict:
        customer, agent = world.person(), world.person()
        refused: list[str] = []
        customer.on("console", lambda m: refused.append(m.text) if "Content Security" in m.text else None)
        customer.goto(f"{strict}/index.html#{origin},{world.deployment()},{world.customer}")
        session = world.start(world.conversation())
        accept_prompt(customer)
        sign_in(agent, session["viewerUrl"])
        heading = mirror(agent).locator("h1")
        expect(heading).to_have_text("Strict")
        customer.evaluate("document.querySelector('h1').style.cssText = 'color: rgb(1, 2, 3); margin: 7px'")
        expect(heading).to_have_css("margin-top", "7px")
        customer.evaluate("document.querySelector('h1').style.removeProperty('color')")
        expect(heading).not_to_have_css("color", "rgb(1, 2, 3)")
        assert refused == []


def test_ended_sessions_take_no_frames(server: Server, world: World) -> None:  # I5
    customer, agent, session = shared(world)
    world.end(session["id"])
    expect(agent.locator("iframe")).to_have_count(0)
    customer.evaluate("document.getElementById('text').textContent = 'too late'")
    late = world.person()
    sign_in(late, session["viewerUrl"])
    expect(late.get_by_text("ended", exact=False).first).to_be_visible()
    expect(late.locator("iframe")).to_have_count(0)
