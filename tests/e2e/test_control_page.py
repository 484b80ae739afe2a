"""The agent's hands, on the customer's page: what the page itself allows, whatever a server or an agent says.

The SDK's parts run as they are served; the link is a list, so that all can be said that a hostile agent
behind a broken server would say (B8, B9, I8). G4 is the list of kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import World
from tests.e2e.test_sdk_consent import accessible, box_of
from tests.support.browser import accept_prompt, new_page, site
from tests.support.hands import AGENT, Shared
from tests.support.live import Stage
from tests.support.server import Server

PAGES = Path(__file__).parent / "control"


@pytest.fixture(scope="session")
def trip() -> Iterator[str]:
    with site(PAGES) as origin:
        yield origin


@pytest.fixture
def fresh(server: Server, browser: Browser, trip: str) -> Iterator[Shared]:
    """The page, shared, and nothing granted."""
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1000, "height": 700})
    page = new_page(context, errors)
    page.goto(f"{trip}/index.html")
    try:
        yield Shared(page)
        assert errors == []
    finally:
        context.close()


@pytest.fixture
def page(fresh: Shared, server: Server) -> Shared:
    """The page, with control granted. One of its passwords is shown in the meantime."""
    fresh.start(server.url, control=True).granted()
    fresh.value("once.type = 'text'")
    # Their names are masked: an agent counts.
    fresh.ids |= {"veiled": fresh.after("locked", 2), "marked": fresh.after("locked", 4)}
    fresh.ids["own"] = fresh.ids["pay"] + 4  # never sent, and counted all the same
    return fresh


def test_a_click_is_all_that_a_click_is(page: Shared) -> None:
    assert page.act("click", "button") == "done"
    assert [s for s in page.seen() if s.startswith(("click", "mouseover"))] == ["click button"]
    assert page.act("dblclick", "button") == "done"
    assert [s for s in page.seen() if "click" in s] == ["click button", "click button", "dblclick button"]
    assert page.act("click", "agree-label") == "done"
    assert page.value("agree.checked") is True
    assert page.act("click", "summary") == "done"
    assert page.value("details.open") is True
    assert page.act("click", "anchor") == "done"
    assert page.value("location.hash") == "#anchored"
    assert page.act("hover", "button") == "done"
    assert "mouseover button" in page.seen()


TYPED = [
    ("city", "city.value", "Berlin"),
    ("note", "note.value", "two\nlines"),
    ("editor", "editor.textContent", "new text"),
    ("in-shadow", "shadow.shadowRoot.querySelector('input').value", "inside"),
    ("framed", "frame.contentDocument.querySelector('input').value", "framed"),
    ("guests", "guests.value", "4"),
]


@pytest.mark.parametrize(("target", "where", "text"), TYPED, ids=[row[0] for row in TYPED])
def test_what_is_typed_is_there_and_the_page_hears_of_it(
    page: Shared, target: str, where: str, text: str
) -> None:
    assert page.act("type", target, text=text) == "done"
    assert page.value(where) == text
    seen = page.seen()
    assert f"input {target}" in seen
    assert page.act("clear", target) == "done"
    assert page.value(where) in ("", "\n")


def test_a_framework_that_keeps_the_value_sees_it_change(page: Shared) -> None:
    assert page.act("type", "controlled", text="berlin") == "done"
    assert page.value("state") == "BERLIN"
    assert page.act("key", "controlled", key="x") == "done"
    assert page.value("state") == "BERLINX"


def test_no_more_is_typed_than_there_is_room(page: Shared) -> None:
    assert page.act("type", "short", text="abcdefgh") == "done"
    assert page.value("short.value") == "abcd"
    assert page.act("type", "guests", text="many") == "refused not.accepted"


def test_choosing(page: Shared) -> None:
    assert page.act("select", "size", values=[1]) == "done"
    assert page.value("size.value") == "Large"
    assert {"input size", "change size"} <= set(page.seen())
    assert page.act("select", "size", values=[2]) == "refused disabled"
    assert page.act("select", "size", values=[9]) == "stale"
    assert page.act("select", "many", values=[0, 2]) == "done"
    assert page.value("[...many.selectedOptions].map(o => o.value)") == ["A", "C"]
    assert page.act("check", "agree", values=[1]) == "done"
    assert page.act("check", "agree", values=[1]) == "done"
    assert page.value("agree.checked") is True
    assert page.act("check", "agree", values=[0]) == "done"
    assert page.value("agree.checked") is False
    assert page.act("check", "fancy") == "done", "a box that its label draws"
    assert page.value("fancy.checked") is True
    assert page.act("check", "blue") == "done"
    assert page.value("blue.checked") is True


def test_keys(page: Shared) -> None:
    assert page.act("focus", "city") == "done"
    for key in "Oslo":
        assert page.act("key", key=key) == "done"
    assert page.act("key", key="Backspace") == "done"
    assert page.value("city.value") == "Osl"
    assert page.act("key", key="Tab") == "done"
    assert page.value("document.activeElement.id") == "controlled"
    assert page.act("key", key="Tab", modifiers=["shift"]) == "done"
    assert page.value("document.activeElement.id") == "city"
    page.seen()
    assert page.act("key", "listbox", key="ArrowDown") == "done"
    assert "keydown listbox ArrowDown" in page.seen()
    assert page.act("key", "size", key="ArrowDown") == "done"
    assert page.value("size.value") == "Large"
    assert page.act("key", "agree", key=" ") == "done"
    assert page.value("agree.checked") is True
    page.act("type", "note", text="x")
    assert page.act("key", "note", key="Enter") == "done"
    assert page.value("note.value") == "x\n"


def test_no_key_of_the_browser_or_the_system(page: Shared) -> None:  # G4
    page.seen()
    for modifiers in (["control"], ["meta"], ["alt"], ["control", "shift"]):
        for key in ("t", "w", "n", "p", "v", "c", "r", "l", "F5", "Tab", "F4", "1", "+"):
            assert page.act("key", "city", key=key, modifiers=modifiers) == "refused key"
    for key in ("F5", "F11", "F12", "PrintScreen", "Print", "BrowserBack", "", "ab"):
        assert page.act("key", "city", key=key) == "refused key"
    assert page.seen() == []


def test_scrolling(page: Shared) -> None:
    assert page.act("scroll", "scroller", top=50) == "done"
    assert page.value("scroller.scrollTop") == 50
    page.value("document.body.style.height = '5000px'")
    assert page.act("scroll", top=400) == "done"
    assert page.value("scrollY") == 400


def test_enter_sends_a_form_off(page: Shared) -> None:
    assert page.act("type", "query", text="tea") == "done"
    with page.page.expect_navigation():
        page.says("act", id=99, peer=AGENT, action={"kind": "key", "node": page.ids["query"], "key": "Enter"})
    assert page.page.url.endswith("?q=tea")


def test_navigation(page: Shared) -> None:
    for url in ("javascript:document.title='x'", "data:text/html,x", "blob:x", "ftp://localhost/", "http://"):
        assert page.act("navigate", url=url) == "refused url"
    assert page.act("navigate", url="https://elsewhere.example/") == "refused origin"
    origin = page.value("location.origin")
    assert page.act("navigate", url=origin.replace("//", "//ana:secret@")) == "refused url"
    with page.page.expect_navigation():
        page.says("act", id=99, peer=AGENT, action={"kind": "navigate", "url": f"{origin}/frame.html"})
    assert page.page.url.endswith("/frame.html")


def test_no_navigation_where_the_settings_have_none(fresh: Shared, server: Server) -> None:
    fresh.start(server.url, control=True, allowAgentNavigation=False).granted()
    for kind in ("back", "forward", "reload", "navigate"):
        assert fresh.act(kind, url="/frame.html") == "refused navigation"
    assert fresh.value("window.link !== undefined")


FORBIDDEN = {
    "password": "password", "once": "password", "password-label": "password", "card": "card",
    "cvv": "sensitive", "otp": "one.time.code", "hidden": "hidden", "file": "file", "file-label": "file",
    "download": "download", "tab": "new.tab", "tel": "leaves.page", "disabled": "disabled",
    "disabled-button": "disabled", "locked": "readonly", "veiled": "masked", "marked": "masked",
    "invisible": "not.visible", "covered": "covered", "pay": "payment.frame", "login-submit": "password.form",
}  # fmt: skip
ONLY_CLICKED = {"password-label", "file-label", "download", "tab", "tel", "login-submit"}
KINDS = ["click", "dblclick", "hover", "focus", "type", "key", "select", "check", "clear"]


@pytest.mark.parametrize("kind", KINDS)
def test_never_where_nobody_may(page: Shared, kind: str) -> None:  # B8: sensitive targets refused in the page
    for target, reason in FORBIDDEN.items():
        if target in ONLY_CLICKED and kind not in ("click", "dblclick"):
            continue
        page.seen()
        answer = page.act(kind, target, text="x", key="x", values=[0])
        assert answer == f"refused {reason}", (kind, target)
        assert [s for s in page.seen() if not s.startswith("scroll")] == [], (kind, target)
    assert page.act(kind, "readonly", text="x", key="x", values=[0]) != "stale"
    assert page.value("readonly.value") == "fixed"
    values = "[password, once, card, cvv, otp, hidden, disabled].map(f => f.value).join('')"
    assert page.value(values) == ""


def test_not_by_what_is_around_it_either(page: Shared) -> None:  # B8: the element that is met counts
    page.seen()
    assert page.act("click", "password-box") == "refused password"
    assert page.act("click", "forbidden", x=0.001, y=0.001) in ("done", "refused covered")
    assert page.act("click", "framed-button") == "done"
    frames = page.value("[...document.querySelectorAll('iframe')].map(f => f.id)")
    assert frames == ["frame", "pay"]


def test_not_by_a_script_of_the_page(page: Shared) -> None:  # B8
    assert page.act("click", "login-script") == "refused password.form"
    assert "sent login" not in page.seen()
    assert page.act("click", "file-script") == "refused file"
    assert page.act("click", "download-script") == "refused download"
    page.value("user.focus()")
    assert page.act("key", "user", key="Enter") == "refused password.form"


def test_no_key_into_a_password_that_has_the_focus(page: Shared) -> None:  # B8
    page.value("password.focus()")
    page.seen()
    assert page.act("key", key="x") == "refused password"
    assert page.act("focus", "user") == "done"
    assert page.act("key", key="Tab") == "done"
    assert page.value("document.activeElement.id") not in ("password", "user"), "past the password"


def test_not_on_what_is_ours(page: Shared) -> None:  # B9: an agent cannot press the customer's buttons
    for kind in (*KINDS, "scroll"):
        assert page.act(kind, "own", text="x", key="x") == "refused own.widget"


def test_what_is_gone_is_stale(page: Shared) -> None:
    page.value("city.remove()")
    assert page.act("click", "city") == "stale"
    assert page.act("type", 999_999, text="x") == "stale"
    assert page.act("click", 0) == "stale"


STATES = ["none", "pending", "held by another", "not agreed", "taken back", "closed", "paused"]
EVERY = [*KINDS, "scroll", "back", "forward", "reload", "navigate"]


@pytest.mark.parametrize("state", STATES)
def test_nothing_without_a_grant(fresh: Shared, server: Server, state: str) -> None:  # I8, B8, G4
    fresh.start(server.url, control=state not in ("none", "pending", "not agreed"))
    if state == "held by another":
        fresh.state("held", AGENT + 1, (AGENT, AGENT + 1))
    elif state in ("pending", "none"):
        fresh.state(state, AGENT)
    else:
        fresh.state("held", AGENT)
    if state == "taken back":
        fresh.page.keyboard.press("Escape")
    elif state == "closed":
        fresh.says("control.closed", reason="released")
    elif state == "paused":
        fresh.says("state", sessionId="s-1", state="paused", control="held", sharing=True, controller=AGENT)
    fresh.seen()
    wanted = "refused paused" if state == "paused" else "refused no.grant"
    for kind in EVERY:
        assert fresh.act(kind, "city", text="x", key="x", values=[0], top=9, url="/frame.html") == wanted
    assert fresh.seen() == []
    assert fresh.value("city.value + scrollY") == "0"


def test_not_for_another_agent(page: Shared) -> None:  # G4: another agent's grant
    page.state("held", AGENT, (AGENT, AGENT + 1))
    assert page.act("click", "button", peer=AGENT + 1) == "refused no.grant"
    assert page.act("click", "button", peer=0) == "refused no.grant"
    assert page.act("click", "button") == "done"


def test_a_kind_that_does_not_exist(
    page: Shared,
) -> None:  # G4: raw script, attributes, print, fullscreen, drag
    for kind in ("script", "evaluate", "setAttribute", "print", "fullscreen", "drag", "paste", "constructor"):
        page.seen()
        assert page.act(kind, "city", text="alert(1)").startswith("refused")
        assert page.seen() == []


def test_the_customers_own_hand_wins(page: Shared) -> None:
    page.page.mouse.click(500, 300)
    page.seen()
    assert page.act("type", "city", text="x") == "refused customer.input"
    assert page.seen() == []
    page.page.wait_for_timeout(1_050)
    assert page.act("type", "city", text="x") == "done"
    page.page.keyboard.press("Shift")
    assert page.act("type", "city", text="y") == "refused customer.input"
    page.page.wait_for_timeout(1_050)
    page.value("document.body.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))")
    assert page.act("type", "city", text="z") == "done", "a script is not the customer"


def test_the_customers_hand_in_a_frame_wins(page: Shared) -> None:
    page.act("hover", "framed-button")
    box = page.page.locator("#frame").bounding_box()
    assert box
    page.page.mouse.click(box["x"] + 30, box["y"] + 20)
    assert page.act("type", "city", text="x") == "refused customer.input"


def test_one_key_takes_control_back_even_offline(page: Shared) -> None:
    page.value("link.open = false")
    page.value("addEventListener('keydown', (e) => e.stopImmediatePropagation(), true)")
    page.value("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))")
    page.value("link.open = true")
    assert page.act("hover", "button") == "done", "a script cannot take it back"
    page.value("link.open = false")
    page.page.keyboard.press("Escape")
    page.value("link.open = true")
    page.page.wait_for_timeout(1_050)
    page.state("held", AGENT)  # the server has not heard
    assert page.act("click", "button") == "refused no.grant"
    assert page.told("control.revoke"), "it is told again"
    page.says("control.closed", reason="revoked")
    page.state("none")
    page.state("held", AGENT)  # and nobody has agreed anew
    assert page.act("click", "button") == "refused no.grant"


# -- asked for control -------------------------------------------------------------------------------------


def test_the_customer_is_asked_for_control(fresh: Shared, server: Server) -> None:  # B9
    page = fresh.start(server.url)
    page.state("pending", AGENT)
    page.says("control.asked", peer=AGENT, agentName="Ana", expiresIn=30_000)
    page.page.keyboard.press("Escape")  # too early to have been meant
    cdp = page.page.context.new_cdp_session(page.page)
    page.page.wait_for_timeout(600)
    found = accessible(cdp)
    assert ("alertdialog", "Let Ana click and type on this page?") in found
    buttons = [name for role, name in found if role == "button"]
    assert buttons == ["Allow control", "Not now"], "the page behind is not to be pressed"
    assert page.told("control.answer") == []
    page.value("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    page.page.mouse.click(*box_of(cdp, "Allow control"))
    assert page.told("control.answer") == [{"type": "control.answer", "granted": True}]
    assert page.act("hover", "button") == "refused no.grant", "the server has not said whose it is"
    page.state("held", AGENT)
    page.page.wait_for_timeout(1_050)
    assert page.act("hover", "button") == "done"
    words = " ".join(name for _, name in accessible(cdp))
    assert "Ana can click and type on this page" in words
    assert "Press Esc to take control back" in words
    page.page.mouse.click(*box_of(cdp, "Take control back"))
    assert page.told("control.revoke") == [{"type": "control.revoke"}]
    assert page.act("hover", "button") == "refused no.grant"


def test_escape_declines_and_what_is_withdrawn_vanishes(fresh: Shared, server: Server) -> None:  # B9
    page = fresh.start(server.url)
    page.state("pending", AGENT)
    page.says("control.asked", peer=AGENT, agentName="Ana", expiresIn=30_000)
    page.page.wait_for_function("document.querySelectorAll('[data-opencobrowse-ui]').length === 2")
    page.page.wait_for_timeout(600)
    page.page.keyboard.press("Escape")
    assert page.told("control.answer") == [{"type": "control.answer", "granted": False}]
    page.says("control.asked", peer=AGENT, agentName="Ana", expiresIn=30_000)
    page.says("control.closed", reason="released")
    page.page.wait_for_function("document.querySelectorAll('[data-opencobrowse-ui]').length === 1")
    page.says("control.asked", peer=AGENT, agentName="Ana", expiresIn=300)
    page.page.wait_for_function("document.querySelectorAll('[data-opencobrowse-ui]').length === 1")
    assert len(page.told("control.answer")) == 1
    page.state("held", AGENT)
    assert page.act("click", "button") == "refused no.grant"


# -- proposals ---------------------------------------------------------------------------------------------


@pytest.fixture
def watched(fresh: Shared, server: Server) -> Shared:
    """The page, an agent who watches, and no grant."""
    page = fresh.start(server.url)
    page.state("none")
    assert page.act("hover", "button") == "refused no.grant"  # the part that acts has come
    return page


ARMED_MS = 700


def test_a_proposal_is_done_when_it_is_accepted(watched: Shared) -> None:
    id_ = watched.propose("type", "city", text="Berlin")
    watched.page.wait_for_timeout(ARMED_MS)
    cdp = watched.page.context.new_cdp_session(watched.page)
    said = [name for _, name in accessible(cdp)]
    assert "type “Berlin” here" in said
    assert watched.value("city.value") == ""
    watched.page.mouse.click(*box_of(cdp, "Do it"))
    assert watched.answered(id_) == "done"
    assert watched.value("city.value") == "Berlin"
    assert watched.act("type", "city", text="Rome") == "refused no.grant", "it was this one only"


def test_a_proposal_by_keyboard(watched: Shared) -> None:
    first = watched.propose("click", "button")
    watched.page.wait_for_timeout(ARMED_MS)
    watched.page.keyboard.press("Tab")
    watched.page.keyboard.press("Enter")
    assert watched.answered(first) == "done"
    assert "click button" in watched.seen()
    second = watched.propose("click", "button")
    watched.page.wait_for_timeout(ARMED_MS)
    watched.page.keyboard.press("Escape")
    assert watched.answered(second) == "declined"
    assert "click button" not in watched.seen()


def test_nobody_accepts_by_accident(watched: Shared) -> None:  # B9
    id_ = watched.propose("click", "button")
    watched.page.keyboard.press("Tab")
    watched.page.keyboard.press("Enter")  # within half a second
    watched.page.wait_for_timeout(ARMED_MS)
    watched.value("document.querySelector('main').style.marginTop = '120px'")  # and it goes elsewhere
    watched.page.wait_for_timeout(100)
    watched.page.keyboard.press("Enter")
    assert [m for m in watched.told("acted") if m["id"] == id_] == []
    watched.page.wait_for_timeout(ARMED_MS)
    watched.page.keyboard.press("Enter")
    assert watched.answered(id_) == "done"


def test_who_is_writing_keeps_the_focus(watched: Shared) -> None:  # B9
    watched.page.focus("#city")
    watched.page.keyboard.type("Os")
    watched.propose("click", "button")
    watched.page.keyboard.type("lo")
    assert watched.value("city.value") == "Oslo"
    assert watched.value("document.activeElement.id") == "city"


@pytest.mark.parametrize("target", ["password", "card", "file", "login-submit", "locked", "covered"])
def test_nothing_is_proposed_that_may_not_be(watched: Shared, target: str) -> None:  # B8
    id_ = watched.propose("click", target)
    if target == "covered":  # found out when it is done
        watched.page.wait_for_timeout(ARMED_MS)
        watched.page.keyboard.press("Tab")
        watched.page.keyboard.press("Enter")
    assert watched.answered(id_).startswith("refused ")
    assert f"click {target}" not in watched.seen()


def test_a_proposal_goes_with_what_it_is_about(watched: Shared) -> None:
    gone = watched.propose("click", "button")
    watched.value("button.remove()")
    assert watched.answered(gone) == "stale"
    back = watched.propose("click", "summary")
    watched.says("withdraw", id=back, peer=AGENT)
    assert watched.answered(back) == "declined withdrawn"
    first = watched.propose("click", "summary")
    second = watched.propose("click", "anchor")
    assert watched.answered(first) == "declined replaced"
    assert watched.propose("click", "summary", peer=AGENT + 1)
    assert watched.answered(second + 1) == "refused other.proposal"
    watched.says("state", sessionId="s-1", state="active", control="none", sharing=True, viewers=[])
    watched.page.wait_for_timeout(ARMED_MS)
    watched.page.keyboard.press("Tab")
    watched.page.keyboard.press("Enter")
    assert watched.value("location.hash") == "", "its agent has left"


# -- highlights --------------------------------------------------------------------------------------------


def outlines(page: Shared) -> list[list[float]]:
    """Where outlines are: their names as they are read, with their places."""
    cdp = page.page.context.new_cdp_session(page.page)
    tree = cdp.send("DOM.getDocument", {"depth": -1, "pierce": True})
    found = []

    def walk(node: dict[str, object]) -> None:
        attributes = node.get("attributes") or []
        assert isinstance(attributes, list)
        if "class" in attributes and str(attributes[attributes.index("class") + 1]).startswith("outline"):
            quad = cdp.send("DOM.getBoxModel", {"nodeId": node["nodeId"]})["model"]["border"]
            found.append([quad[0], quad[1], quad[4] - quad[0], quad[5] - quad[1]])
        for key in ("children", "shadowRoots", "contentDocument"):
            inner = node.get(key) or []
            for child in inner if isinstance(inner, list) else [inner]:
                assert isinstance(child, dict)
                walk(child)

    walk(tree["root"])
    return found


def around(page: Shared, selector: str) -> object:
    box = page.page.locator(selector).bounding_box()
    assert box
    sides = [box["x"] - 4, box["y"] - 4, box["width"] + 8, box["height"] + 8]
    return [pytest.approx(sides, abs=1)]


def test_a_highlight_follows_its_element_and_goes_with_its_agent(watched: Shared) -> None:
    watched.says("highlight", node=watched.ids["button"], peer=AGENT)
    watched.page.wait_for_timeout(400)
    assert outlines(watched) == around(watched, "#button")
    watched.value("document.body.style.paddingTop = '70px'")
    watched.page.wait_for_timeout(100)
    assert outlines(watched) == around(watched, "#button")
    watched.says("highlight", node=watched.ids["framed"], peer=AGENT)
    watched.page.wait_for_timeout(400)
    inner = watched.page.frame_locator("#frame").locator("input").bounding_box()
    assert inner
    assert outlines(watched)[0][:2] == [
        pytest.approx(inner["x"] - 4, abs=1),
        pytest.approx(inner["y"] - 4, abs=1),
    ]
    watched.says("highlight", node=0, peer=AGENT)
    assert outlines(watched) == []
    watched.says("highlight", node=watched.ids["button"], peer=AGENT)
    watched.page.wait_for_timeout(100)
    assert len(outlines(watched)) == 1
    watched.says("state", sessionId="s-1", state="active", control="none", sharing=True, viewers=[])
    assert outlines(watched) == []


def test_the_customer_shows_something(fresh: Shared, server: Server) -> None:
    watched = fresh.start(server.url)
    watched.seen()
    watched.page.locator("#anchor").click(modifiers=["Alt"])
    watched.page.wait_for_function("link.told.some(m => m.type === 'highlight')")
    assert watched.told("highlight") == [{"type": "highlight", "node": watched.ids["anchor"]}]
    assert watched.value("location.hash") == "", "and does not follow the link"
    watched.page.keyboard.press("Escape")
    assert watched.told("highlight")[-1] == {"type": "highlight", "node": 0}
    cdp = watched.page.context.new_cdp_session(watched.page)
    watched.page.mouse.click(*box_of(cdp, "Show your agent something on this page"))
    watched.page.wait_for_timeout(200)
    watched.page.locator("#button").click()
    assert watched.told("highlight")[-1] == {"type": "highlight", "node": watched.ids["button"]}
    assert "pressed" not in watched.seen()


# -- with a real server ------------------------------------------------------------------------------------


def test_a_raw_agent_and_a_real_server(world: World, trip: str) -> None:  # B8, I8
    customer = world.person()
    address = f"{trip}/index.html?server={world.server.url}&deployment={world.deployment()}"
    customer.goto(f"{address}&customer={world.customer}")
    session = world.start(world.conversation())
    accept_prompt(customer)
    shared = Shared(customer)
    with Stage(world.server) as stage, stage.agent() as http, stage.viewer(http, session["id"]) as agent:
        agent.wait("state", sharing=True)
        shared.read(agent.frames)
        while "framed" not in shared.ids:
            shared.read(agent.wait_frames(len(agent.frames) + 1))
        button = {"kind": "click", "node": shared.ids["button"]}
        agent.say("act", id=1, action=button)
        assert agent.wait("acted", id=1)["reason"] == "no.grant"
        agent.say("control.request")
        agent.wait("state", control="pending")
        customer.wait_for_function("document.querySelectorAll('[data-opencobrowse-ui]').length === 2")
        customer.wait_for_timeout(600)
        customer.keyboard.press("Tab")
        customer.keyboard.press("Enter")
        agent.wait("state", control="held")
        customer.wait_for_timeout(1_100)
        agent.say("act", id=2, action=button)
        assert agent.wait("acted", id=2)["result"] == "done"
        agent.say("act", id=3, action={"kind": "type", "node": shared.ids["password"], "text": "x"})
        assert agent.wait("acted", id=3)["reason"] == "password"
        customer.keyboard.press("Escape")
        assert agent.wait("control.closed")["reason"] == "revoked"
        agent.say("act", id=4, action=button)
        assert agent.wait("acted", id=4)["reason"] == "no.grant"
        assert customer.evaluate("seen.filter(s => s === 'pressed').length") == 1
        assert customer.evaluate("password.value") == ""
        agent.say("propose", id=5, action={"kind": "type", "node": shared.ids["city"], "text": "Bonn"})
        customer.wait_for_timeout(900)
        customer.keyboard.press("Tab")
        customer.keyboard.press("Enter")
        assert agent.wait("acted", id=5)["result"] == "done"
        assert customer.evaluate("city.value") == "Bonn"
