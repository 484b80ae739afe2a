"""What no attribute of the customer's page says is right in the agent's picture, too (fidelity.md, top layer;
issue "a session", rows 4 and 5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.conftest import World
from tests.support.browser import MIRROR, accept_prompt, sign_in

MASKED = "••••••"
CHOSEN = "select => select.selectedOptions[0]?.text ?? ''"


def shared(world: World, before: str = "0") -> tuple[Page, FrameLocator]:
    """A customer's page on which `before` was run, and its mirror."""
    customer, agent = world.person(), world.person()
    customer.goto(world.address())
    customer.evaluate(before)
    session = world.start(world.conversation())
    accept_prompt(customer)
    sign_in(agent, session["viewerUrl"])
    mirror = agent.frame_locator(MIRROR)
    expect(mirror.locator("#title")).to_have_text("Corner shop")
    return customer, mirror


def test_a_masked_choice_shows_dots_and_never_another_choice(world: World) -> None:
    customer, mirror = shared(world)
    assert mirror.locator("#size").evaluate(CHOSEN) == MASKED, "in the snapshot"
    customer.select_option("#size", "canary-chosen")
    customer.evaluate("document.getElementById('text').textContent = 'chosen'")
    expect(mirror.locator("#text")).to_have_text("chosen")
    assert mirror.locator("#size").evaluate(CHOSEN) == MASKED
    customer.evaluate("""() => {
        document.getElementById('list').innerHTML =
            '<select id=late><option>One</option><option selected>Two</option></select>'; }""")
    expect(mirror.locator("#late")).to_be_visible()
    assert mirror.locator("#late").evaluate(CHOSEN) == MASKED, "one that came later"


def test_a_choice_that_the_site_shows_and_an_empty_one_are_shown(world: World) -> None:
    customer, mirror = shared(
        world,
        """() => { document.getElementById('list').innerHTML =
            '<select id=none><option value=a>A</option><option value="" selected>Choose</option></select>' +
            '<select id=open data-opencobrowse=show><option>One</option><option>Two</option></select>'; }""",
    )
    customer.select_option("#open", "Two")
    expect(mirror.locator("#open")).to_have_value("Two")
    assert mirror.locator("#open").evaluate(CHOSEN) == "Two"
    assert mirror.locator("#none").evaluate(CHOSEN) == "Choose"


POPOVER = """() => {
    const tip = document.createElement('div');
    tip.id = 'tip'; tip.popover = 'manual'; tip.textContent = 'Free delivery';
    document.body.append(tip);
    if (OPEN) tip.showPopover();
}"""


@pytest.mark.parametrize("early", [True, False])
def test_popovers_open_and_close_with_the_customers(world: World, early: bool) -> None:
    customer, mirror = shared(world, POPOVER.replace("OPEN", str(early).lower()))
    tip = mirror.locator("#tip")
    if not early:
        expect(tip).to_be_hidden()
        customer.evaluate("document.getElementById('tip').showPopover()")
    expect(tip).to_be_visible()
    customer.evaluate("document.getElementById('tip').hidePopover()")
    expect(tip).to_be_hidden()
    assert customer.locator("[data-opencobrowse-popover-open]").count() == 0, "the page itself is left alone"


def test_a_page_with_a_tojson_and_a_socket_of_its_own_is_shared(world: World) -> None:
    customer, mirror = shared(
        world,
        """() => { Array.prototype.toJSON = () => 'theirs';
            window.WebSocket = class { constructor() { throw new Error('theirs'); } }; }""",
    )
    customer.evaluate("document.getElementById('text').textContent = 'still here'")
    expect(mirror.locator("#text")).to_have_text("still here")
