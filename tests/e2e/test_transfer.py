"""A session goes from one agent to another in Chromium, and the customer goes on (field.md C1; I8, I14)."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession, FrameLocator, Page, expect

from tests.e2e.conftest import World
from tests.e2e.test_console_people import PASSWORD, enter, new_agent
from tests.e2e.test_sdk_consent import accessible
from tests.support.browser import MIRROR, accept_prompt, prompt_shown, sign_in
from tests.support.wire import watch


def mirror(agent: Page) -> FrameLocator:
    return agent.frame_locator(MIRROR)


def saying(page: Page, cdp: CDPSession, text: str) -> None:
    """Wait until a screen reader finds `text` on the page, in our closed shadow roots too."""
    for _ in range(200):
        if any(text in name for _, name in accessible(cdp)):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"{text!r} is not among {accessible(cdp)}")


def live_regions(cdp: CDPSession) -> list[str]:
    """What the page's `role=status` elements say."""
    nodes = {node["nodeId"]: node for node in cdp.send("Accessibility.getFullAXTree")["nodes"]}

    def text(node: dict[str, Any]) -> str:
        own = node.get("name", {}).get("value", "") if node["role"]["value"] == "StaticText" else ""
        return own + "".join(text(nodes[child]) for child in node.get("childIds", []) if child in nodes)

    return [text(node) for node in nodes.values() if node.get("role", {}).get("value") == "status"]


def to_ben(agent: Page, name: str) -> None:
    agent.get_by_role("button", name="Transfer").click()
    dialog = agent.get_by_role("dialog", name="Transfer to a colleague")
    search = dialog.get_by_label("Name or e-mail")
    dialog.get_by_role("radio").first.wait_for()
    if search.count():
        search.fill(name)
    dialog.get_by_label(name).check()
    dialog.get_by_role("button", name=f"Transfer to {name}").click()


def test_another_agent_goes_on_and_the_customer_is_not_asked_again(world: World) -> None:
    name = f"Ben {world.customer}"
    _, email = new_agent(world.server, name)
    customer, ann, ben = world.person(), world.person(), world.person()
    customer.goto(world.address())
    session = world.start(world.conversation(), cobrowseType="control")
    prompt_shown(customer)
    customer.wait_for_timeout(600)
    customer.keyboard.press("Tab")
    customer.keyboard.press("Tab")  # viewing and control
    customer.keyboard.press("Enter")
    sign_in(ann, session["viewerUrl"])
    expect(mirror(ann).locator("#title")).to_have_text("Corner shop")
    expect(ann.locator("[data-control=held]")).to_be_visible()
    ben.goto(f"{world.server.url}/console")
    enter(ben, email, PASSWORD)
    expect(ben.get_by_role("heading", name="No session yet")).to_be_visible()
    customer.evaluate("document.getElementById('text').textContent = 'before the transfer'")
    expect(mirror(ann).locator("#text")).to_have_text("before the transfer")

    sent = watch(customer, world.server.url)
    cdp = customer.context.new_cdp_session(customer)
    to_ben(ann, name)
    # The one before sees where it went, and nothing of the page any more.
    expect(ann.get_by_role("heading", name=f"Transferred to {name}")).to_be_visible()
    expect(ann.locator(MIRROR)).to_have_count(0)
    ann.reload()
    expect(ann.get_by_role("heading", name=f"Transferred to {name}")).to_be_visible()
    # The customer reads and hears who sees the page now, and answers nothing.
    saying(customer, cdp, f"{name} can now see this page")
    assert any(said.startswith(f"{name} can now see this page") for said in live_regions(cdp))
    # The new one finds it in their list, and sees the page within a second of opening it.
    ben.get_by_role("link", name="Open the session with Ada").click()
    expect(ben).to_have_url(session["viewerUrl"])
    expect(mirror(ben).locator("#text")).to_have_text("before the transfer")
    expect(ben.locator("[data-control=none]")).to_be_visible()
    customer.fill("#search", "light bulbs")
    expect(mirror(ben).locator("#search")).to_have_value("light bulbs")
    assert sent.snapshots() == 0, "the customer's page was not asked for another picture"
    assert [m for m in sent.messages if m["type"] in ("accept", "hello")] == []
    ben.get_by_role("button", name="End").click()
    expect(ben.get_by_role("heading", name="You ended the session")).to_be_visible()
    saying(customer, cdp, "Sharing has ended")


def test_a_program_transfers_and_the_new_viewer_waits_for_nobody(world: World) -> None:
    """The picture is the server's: the customer's page is not asked."""
    name = f"Ben {world.customer}"
    user, email = new_agent(world.server, name)
    customer, ann, ben = world.person(), world.person(), world.person()
    customer.goto(world.address())
    session = world.start(world.conversation())
    accept_prompt(customer)
    sign_in(ann, session["viewerUrl"])
    expect(mirror(ann).locator("#title")).to_have_text("Corner shop")
    ben.goto(session["viewerUrl"])
    enter(ben, email, PASSWORD)
    expect(ben.get_by_role("heading", name="This session is not yours to see")).to_be_visible()
    with world.server.client() as http:
        view = http.get(f"/api/v2/opencobrowse/sessions/{session['id']}").json()
        path = (
            f"/api/v2/conversations/cobrowsesessions/{view['conversationId']}"
            f"/participants/{view['agentParticipantId']}/replace"
        )
        assert http.post(path, json={"userId": user}).status_code == 202
    expect(ann.get_by_role("heading", name=f"Transferred to {name}")).to_be_visible()
    sent = watch(customer, world.server.url)
    ben.reload()
    expect(mirror(ben).locator("#title")).to_have_text("Corner shop")
    assert sent.snapshots() == 0


def test_an_open_question_gets_the_new_name(world: World) -> None:
    """I14: what the customer says yes to is what they have read."""
    name = f"Ben {world.customer}"
    _, email = new_agent(world.server, name)
    customer, ann, ben = world.person(), world.person(), world.person()
    customer.goto(world.address())
    session = world.start(world.conversation())
    prompt_shown(customer)
    cdp = customer.context.new_cdp_session(customer)
    sign_in(ann, session["viewerUrl"])
    expect(ann.get_by_role("heading", name="Waiting for Ada to agree")).to_be_visible()
    to_ben(ann, name)
    expect(ann.get_by_role("heading", name=f"Transferred to {name}")).to_be_visible()
    saying(customer, cdp, f"Let {name} see this page?")
    accept_prompt(customer)
    ben.goto(session["viewerUrl"])
    enter(ben, email, PASSWORD)
    expect(mirror(ben).locator("#title")).to_have_text("Corner shop")
    saying(customer, cdp, f"Sharing this page with {name}")


def test_the_choice_can_be_left_by_keyboard_and_changes_nothing(world: World) -> None:
    new_agent(world.server, "Ben Doe")
    session = world.start(world.conversation())
    ann = world.person()
    sign_in(ann, session["viewerUrl"])
    button = ann.get_by_role("button", name="Transfer")
    button.click()
    dialog = ann.get_by_role("dialog", name="Transfer to a colleague")
    expect(dialog.get_by_role("radio").first).to_be_visible()
    expect(dialog.get_by_role("button", name="Transfer")).to_be_disabled()
    ann.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    expect(ann.get_by_role("heading", name="Waiting for Ada to agree")).to_be_visible()
    assert world.state(session["id"]) == "initiated"
