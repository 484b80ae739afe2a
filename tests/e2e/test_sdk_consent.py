"""The consent prompt, the bar and the join dialog, by keyboard and by coordinates: their roots are closed.

Keys of the prompt: Tab and Shift+Tab go round Allow (with control asked for: Allow viewing only, Allow
viewing and control) and Not now, Enter and Space press the one in focus, Escape is Not now.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from tests.e2e.conftest import World
from tests.support.browser import accept_prompt, prompt_shown
from tests.support.wire import watch

OWN = "[data-opencobrowse-ui]"
ARMED_MS = 600


def waiting(world: World) -> tuple[Page, dict[str, Any], CDPSession]:
    """A customer in front of a prompt, its session, and a way to look into closed shadow roots."""
    customer = world.person()
    customer.goto(world.address())
    session = world.start(world.conversation())
    prompt_shown(customer)
    return customer, session, customer.context.new_cdp_session(customer)


def accessible(cdp: CDPSession) -> list[tuple[str, str]]:
    """Role and name of everything a screen reader finds, closed shadow roots included."""
    nodes = cdp.send("Accessibility.getFullAXTree")["nodes"]
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored")
    ]


def box_of(cdp: CDPSession, name: str, role: str = "button") -> tuple[float, float]:
    """The middle of the button (or what `role` says) `name`."""
    nodes = cdp.send("Accessibility.getFullAXTree")["nodes"]
    found = next(n for n in nodes if n.get("name", {}).get("value") == name and n["role"]["value"] == role)
    quad = cdp.send("DOM.getBoxModel", {"backendNodeId": found["backendDOMNodeId"]})["model"]["content"]
    return sum(quad[0::2]) / 4, sum(quad[1::2]) / 4


def gone(page: Page) -> None:
    page.wait_for_function(f"document.querySelector('{OWN}') === null")


def sharing(page: Page) -> None:
    page.wait_for_function("sessionStorage.getItem('opencobrowse') !== null")


def test_the_prompt_says_who_asks_what_is_shared_and_what_is_not(world: World) -> None:  # B9
    customer, _, cdp = waiting(world)
    found = accessible(cdp)
    title = next(name for role, name in found if role == "alertdialog")
    assert title.startswith("Let ") and title.endswith("see this page?")
    text = " ".join(name for role, name in found if role == "StaticText")
    with world.server.client() as http:
        organization = http.get("/api/v2/organizations/me").json()["name"]
    for words in (
        organization,
        "They see",
        "They do not see",
        "Never read out passwords or one-time codes",
        "You can stop at any time",
    ):
        assert words in text
    assert [name for role, name in found if role == "button"] == ["Allow", "Not now"]
    assert customer.evaluate(f"document.activeElement.matches('{OWN}')"), "the focus is in the prompt"
    assert customer.evaluate(f"document.querySelector('{OWN}').shadowRoot === null"), "and it is closed"


def test_a_click_says_yes(world: World) -> None:
    customer, session, cdp = waiting(world)
    customer.wait_for_timeout(ARMED_MS)
    customer.mouse.click(*box_of(cdp, "Allow"))
    sharing(customer)
    assert world.state(session["id"]) == "active"


def test_a_click_says_no_and_the_focus_goes_back(world: World) -> None:
    customer = world.person()
    customer.goto(world.address())
    customer.focus("#name")
    session = world.start(world.conversation())
    prompt_shown(customer)
    customer.wait_for_timeout(ARMED_MS)
    cdp = customer.context.new_cdp_session(customer)
    customer.mouse.click(*box_of(cdp, "Not now"))
    gone(customer)
    assert customer.evaluate("document.activeElement.id") == "name"
    assert world.state(session["id"]) == "declined"


def test_an_early_click_counts_for_nothing(world: World) -> None:  # B9: 500 ms
    customer = world.person()
    customer.goto(world.address())
    session = world.start(world.conversation())
    prompt_shown(customer)
    customer.keyboard.press("Tab")
    customer.keyboard.press("Enter")
    customer.keyboard.press("Escape")
    assert world.state(session["id"]) == "initiated"
    customer.wait_for_timeout(ARMED_MS)
    customer.keyboard.press("Enter")
    sharing(customer)


def test_who_is_typing_has_not_agreed(world: World) -> None:  # B9
    customer = world.person()
    customer.goto(world.address())
    customer.focus("#name")
    session = world.start(world.conversation())
    prompt_shown(customer)
    customer.wait_for_timeout(ARMED_MS)
    customer.keyboard.type("Ada ", delay=20)
    customer.keyboard.press("Tab")
    customer.keyboard.type("Lovelace", delay=20)
    customer.keyboard.press("Enter")
    assert customer.locator(OWN).count() == 1
    assert world.state(session["id"]) == "initiated"


def test_the_focus_stays_in_the_prompt(world: World) -> None:
    customer, session, _ = waiting(world)
    customer.wait_for_timeout(ARMED_MS)
    for key in ["Tab"] * 5 + ["Shift+Tab"] * 4:
        customer.keyboard.press(key)
        assert customer.evaluate(f"document.activeElement.matches('{OWN}')")
    customer.keyboard.press("Space")  # five forward, four back: Allow
    sharing(customer)
    assert world.state(session["id"]) == "active"


def test_scripts_cannot_answer(world: World) -> None:  # B9: trusted events only
    customer, session, _ = waiting(world)
    customer.wait_for_timeout(ARMED_MS)
    customer.evaluate(
        """(own) => {
          const host = document.querySelector(own);
          for (const type of ['click', 'pointerdown', 'keydown', 'close', 'cancel', 'submit']) {
            host.dispatchEvent(new Event(type, {bubbles: true, composed: true}));
            host.dispatchEvent(new KeyboardEvent(type, {key: 'Escape', bubbles: true, composed: true}));
            document.activeElement.dispatchEvent(new KeyboardEvent(type, {key: 'Enter', bubbles: true}));
          }
          host.click();
          const box = {x: innerWidth / 2, y: innerHeight / 2};
          document.elementFromPoint(box.x, box.y).click();
        }""",
        OWN,
    )
    assert customer.locator(OWN).count() == 1
    assert world.state(session["id"]) == "initiated"


def test_a_prompt_that_is_covered_cannot_be_agreed_to(world: World) -> None:  # B9: clickjacking
    customer, session, cdp = waiting(world)
    where = box_of(cdp, "Allow")
    customer.evaluate("""() => { const cover = document.createElement('div'); cover.popover = 'manual';
        cover.id = 'cover'; cover.textContent = 'Click here to win';
        Object.assign(cover.style, {inset: 0, width: '100vw', height: '100vh', pointerEvents: 'none'});
        document.body.append(cover); cover.showPopover(); }""")
    customer.wait_for_timeout(ARMED_MS)
    customer.mouse.click(*where)
    customer.keyboard.press("Tab")
    customer.keyboard.press("Enter")
    assert customer.locator(OWN).count() == 1
    assert world.state(session["id"]) == "initiated"
    customer.evaluate("document.getElementById('cover').remove()")
    customer.wait_for_timeout(ARMED_MS)
    customer.mouse.click(*where)
    sharing(customer)


@pytest.mark.parametrize(
    ("tabs", "control"), [(1, False), (2, True)], ids=["viewing only", "viewing and control"]
)
def test_control_is_agreed_to_apart(world: World, tabs: int, control: bool) -> None:  # B9, I8
    customer = world.person()
    sent = watch(customer, world.server.url)
    customer.goto(world.address())
    world.start(world.conversation(), cobrowseType="control")
    prompt_shown(customer)
    customer.wait_for_timeout(ARMED_MS)
    found = accessible(customer.context.new_cdp_session(customer))
    buttons = [name for role, name in found if role == "button"]
    assert buttons == ["Allow viewing only", "Allow viewing and control", "Not now"]
    for _ in range(tabs):
        customer.keyboard.press("Tab")
    customer.keyboard.press("Enter")
    sharing(customer)
    assert [m["control"] for m in sent.messages if m["type"] == "accept"] == [control]


def test_several_offers_are_asked_one_after_another(world: World) -> None:
    customer = world.person()
    customer.goto(world.address())
    first = world.start(world.conversation())
    prompt_shown(customer)
    second = world.start(world.conversation())
    customer.wait_for_timeout(ARMED_MS)
    assert customer.locator(OWN).count() == 1
    customer.keyboard.press("Escape")
    customer.wait_for_timeout(ARMED_MS)
    assert world.state(first["id"]) == "declined"
    assert customer.locator(OWN).count() == 1
    customer.keyboard.press("Tab")
    customer.keyboard.press("Enter")
    sharing(customer)
    assert world.state(second["id"]) == "active"


def test_the_bar_names_the_agent_and_stops_at_once_without_a_network(world: World) -> None:
    customer, session, cdp = waiting(world)
    accept_prompt(customer)
    sharing(customer)
    customer.wait_for_function(f"document.querySelector('{OWN}') !== null")
    stop = wait_for_button(cdp, customer, "Stop sharing this page")
    said = [name for role, name in accessible(cdp) if role == "StaticText"]
    assert any(text.startswith("Sharing this page with") for text in said)
    customer.context.set_offline(True)
    sent = watch(customer, world.server.url)
    customer.mouse.click(*stop)
    wait_for_text(cdp, customer, "Sharing has ended")
    customer.evaluate("document.getElementById('text').textContent = 'after the stop'")
    customer.context.set_offline(False)
    customer.wait_for_function("sessionStorage.getItem('opencobrowse') === null")
    assert world.state(session["id"]) == "ended"
    assert "after the stop" not in sent.text()


def test_stop_can_be_pressed_while_a_dialog_of_the_page_is_open(world: World) -> None:
    customer, session, cdp = waiting(world)
    accept_prompt(customer)
    sharing(customer)
    wait_for_button(cdp, customer, "Stop sharing this page")
    customer.evaluate("""() => { const d = document.createElement('dialog'); d.textContent = 'Sizes';
        document.body.append(d); d.showModal(); }""")
    customer.mouse.click(*wait_for_button(cdp, customer, "Stop sharing this page"))
    customer.wait_for_function("sessionStorage.getItem('opencobrowse') === null")
    assert world.state(session["id"]) == "ended"


def test_the_bar_moves_out_of_the_way(world: World) -> None:
    customer, _, cdp = waiting(world)
    accept_prompt(customer)
    sharing(customer)
    x, y = wait_for_button(cdp, customer, "Stop sharing this page")
    customer.mouse.click(*box_of(cdp, "Move this bar to the other edge"))
    assert box_of(cdp, "Stop sharing this page")[1] < 100 < y
    customer.mouse.move(x - 200, box_of(cdp, "Stop sharing this page")[1])
    customer.mouse.down()
    customer.mouse.move(-500, 300, steps=4)
    customer.mouse.up()
    left, top = box_of(cdp, "Stop sharing this page")
    assert 0 < left < x and 200 < top < 400, "dragged, and still in view"


def test_join_by_a_typed_code(world: World) -> None:
    conversation = world.conversation()
    customer = world.person()
    customer.goto(world.address(external_id="somebody-else"))
    customer.evaluate("""() => { const b = document.createElement('button'); b.id = 'help';
        b.dataset.opencobrowseJoin = ''; b.innerHTML = '<i>Share</i>'; document.body.append(b); }""")
    session = world.start(conversation)
    cdp = customer.context.new_cdp_session(customer)
    customer.click("#help i")
    wait_for_text(cdp, customer, "Code from your agent")
    customer.keyboard.press("Enter")
    wait_for_text(cdp, customer, "Enter the code that your agent gave you.")
    customer.keyboard.type("bbbb-bbbb")
    customer.keyboard.press("Enter")
    wait_for_text(cdp, customer, "No session waits under this code", role="alert")
    customer.keyboard.press("Control+A")
    code = session["joinCode"].lower()
    customer.keyboard.type(f" {code[:2]} {code[2:6]}-{code[6:]} ")
    customer.keyboard.press("Enter")
    wait_for_text(cdp, customer, "They do not see")
    customer.wait_for_timeout(ARMED_MS)
    customer.keyboard.press("Tab")
    customer.keyboard.press("Enter")
    sharing(customer)
    assert world.state(session["id"]) == "active"


def test_the_join_dialog_closes_with_escape_and_opens_again(world: World) -> None:
    customer = world.person()
    customer.goto(world.address(external_id="somebody"))
    customer.wait_for_function("window.OpenCobrowse !== undefined")
    for _ in range(2):
        customer.evaluate("OpenCobrowse.join()")
        prompt_shown(customer)
        customer.keyboard.press("Escape")
        gone(customer)


def test_join_by_a_link_whose_token_leaves_the_address(world: World) -> None:  # B15
    session = world.start(world.conversation())
    token = session["joinUrl"].partition("#")[2].rpartition("=")[2]
    customer = world.person()
    customer.goto(f"{world.address(external_id='somebody')}#opencobrowse={token}")
    prompt_shown(customer)
    assert customer.evaluate("location.hash") == ""
    assert "server=" in customer.evaluate("location.search"), "the rest of the address stays"
    accept_prompt(customer)
    sharing(customer)
    assert world.state(session["id"]) == "active"


def test_the_prompt_fits_a_small_phone_in_the_dark_from_right_to_left_without_motion(world: World) -> None:
    customer = world.person(
        viewport={"width": 320, "height": 568}, color_scheme="dark", reduced_motion="reduce", locale="ar"
    )
    customer.goto(world.address())
    customer.evaluate("document.documentElement.dir = 'rtl'")
    world.start(world.conversation(), cobrowseType="control")
    prompt_shown(customer)
    customer.wait_for_timeout(ARMED_MS)
    cdp = customer.context.new_cdp_session(customer)
    for name in ("Allow viewing only", "Allow viewing and control", "Not now"):
        x, _ = box_of(cdp, name)
        assert 0 < x < 320
    assert customer.evaluate("document.documentElement.scrollWidth") <= 320


def test_on_a_low_screen_the_prompt_begins_with_who_asks(world: World) -> None:
    """A magnified page (200 %) is as low as this: the question is read before the answers (WCAG 1.4.4)."""
    customer = world.person(viewport={"width": 640, "height": 400})
    customer.goto(world.address())
    world.start(world.conversation(), cobrowseType="control")
    prompt_shown(customer)
    customer.wait_for_timeout(ARMED_MS)
    cdp = customer.context.new_cdp_session(customer)
    question = next(name for role, name in accessible(cdp) if role == "heading" and name.startswith("Let "))
    _, title = box_of(cdp, question, role="heading")
    assert 0 < title < 200
    for _ in range(3):
        customer.keyboard.press("Tab")
    _, last = box_of(cdp, "Not now")
    assert 0 < last < 400, "and what has the focus comes into view"


def wait_for_button(cdp: CDPSession, page: Page, name: str) -> tuple[float, float]:
    wait_for_text(cdp, page, name, role="button")
    return box_of(cdp, name)


def wait_for_text(cdp: CDPSession, page: Page, text: str, role: str | None = None) -> None:
    """Wait until a screen reader finds `text`; the tree has no event to wait for, so look again."""
    for _ in range(100):
        if any(text in name and role in (None, found, "alert") for found, name in accessible(cdp)):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{text!r} does not appear: {accessible(cdp)}")
