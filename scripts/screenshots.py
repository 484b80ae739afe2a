"""Take the pictures of the README from a running demo: `python scripts/screenshots.py [--out docs/images]`.

They are real: the shop, the prompt and the console as the demo shows them, typed into as a customer would.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, ViewportSize, expect  # noqa: E402
from tests.support.browser import MIRROR, accept_prompt, chromium, prompt_shown  # noqa: E402
from tests.support.server import free_port  # noqa: E402

SIZE: ViewportSize = {"width": 1280, "height": 800}
TYPED = {
    "#name": "Ada Lovelace",
    "#card-number": "4111 1111 1111 1111",
    "#card-expiry": "12 / 29",
    "#card-cvc": "123",
    "#password": "correct horse",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    program = str(Path(sys.executable).parent / "opencobrowse")
    ports = ["--port", str(free_port()), "--shop-port", str(free_port())]
    command = [program, "demo", "--json", "--no-open", *ports, "--data-dir", tempfile.mkdtemp()]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        take(json.loads(demo.stdout.readline()), out)
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(20)


def take(links: dict[str, str], out: Path) -> None:
    with chromium() as browser:
        agent = viewer(browser, links, out, "light")
        agent.get_by_text("Join code").first.wait_for()
        agent.screenshot(path=out / "waiting.png")
        customer = browser.new_context(viewport=SIZE).new_page()
        customer.goto(links["customerUrl"])
        prompt_shown(customer)
        customer.wait_for_timeout(800)
        customer.screenshot(path=out / "prompt.png")
        accept_prompt(customer)
        search(customer, agent, out)
        pay(customer, agent, out)
        control(customer, agent, out)
        suggest(customer, agent, out)
        look_round(customer, agent, out)
        dark = viewer(browser, links, out, "dark")
        settled(dark)
        dark.screenshot(path=out / "console-dark.png")


def viewer(browser: Browser, links: dict[str, str], out: Path, scheme: Literal["light", "dark"]) -> Page:
    """The session's page of the console, signed in."""
    agent = browser.new_context(viewport=SIZE, color_scheme=scheme).new_page()
    agent.goto(links["viewerUrl"])
    agent.wait_for_selector("input[name=password]")
    agent.screenshot(path=out / f"sign-in-{scheme}.png")
    agent.fill("input[name=email]", links["agentEmail"])
    agent.fill("input[name=password]", links["agentPassword"])
    agent.click("button[type=submit]")
    return agent


def search(customer: Page, agent: Page, out: Path) -> None:
    """What the shop lets be seen: the words in its search field."""
    customer.locator("#search").press_sequentially("lamp", delay=60)
    settled(agent)
    agent.screenshot(path=out / "console-search.png")


def pay(customer: Page, agent: Page, out: Path) -> None:
    """What nobody sees: card and password, while they are typed."""
    customer.get_by_role("link", name="Arc desk lamp").first.click()
    customer.click("#add")
    customer.goto(customer.url.split("/product")[0] + "/checkout.html")
    for field, text in TYPED.items():
        customer.locator(field).press_sequentially(text, delay=20)
    customer.mouse.move(420, 330)
    customer.wait_for_timeout(600)
    customer.screenshot(path=out / "bar.png")
    settled(agent)
    agent.screenshot(path=out / "console.png")


def control(customer: Page, agent: Page, out: Path) -> None:
    """Asked for, said yes to, and used: the agent types the name."""
    customer.evaluate("scrollTo(0, 0)")
    agent.get_by_role("button", name="Ask for control").click()
    asked(customer)
    customer.screenshot(path=out / "control-prompt.png")
    customer.keyboard.press("Tab")
    customer.keyboard.press("Enter")
    agent.get_by_text("You have control", exact=True).wait_for()
    customer.wait_for_timeout(1_100)  # after the customer's own hand the page is theirs for a second
    press(agent, "#name")
    agent.keyboard.type("Ada King")
    expect(customer.locator("#name")).to_have_value("Ada King")
    agent.screenshot(path=out / "control.png")
    customer.screenshot(path=out / "controlled.png")
    agent.keyboard.press("Escape")
    agent.locator("[data-action=release]").click()


def suggest(customer: Page, agent: Page, out: Path) -> None:
    """A step that the customer has not said yes to yet. They are not writing: it takes the focus."""
    customer.evaluate("document.activeElement.blur()")
    agent.get_by_role("button", name="Suggest").click()
    press(agent, "#name")
    agent.get_by_label("Text for this field").fill("Ada Lovelace")
    agent.get_by_role("button", name="Suggest typing this").click()
    asked(customer)
    agent.screenshot(path=out / "suggest.png")
    customer.screenshot(path=out / "suggested.png")
    customer.keyboard.press("Escape")
    agent.get_by_role("button", name="Dismiss").click()
    agent.get_by_role("button", name="Point").click()


def look_round(customer: Page, agent: Page, out: Path) -> None:
    """The agent looks further down; the customer stays where they are."""
    agent.locator(".mark-note").wait_for(state="detached")
    agent.get_by_role("button", name="Follow").click()
    press(agent, "#name")
    agent.mouse.wheel(0, 220)
    agent.mouse.move(5, 200)
    agent.wait_for_timeout(500)
    agent.screenshot(path=out / "free-look.png")
    agent.get_by_role("button", name="Back to the customer").click()


def asked(customer: Page) -> None:
    """One of our own questions has the focus, and may be answered."""
    for _ in range(100):  # the shop's policy lets no script of ours wait in its page
        if customer.evaluate("document.activeElement?.hasAttribute('data-opencobrowse-ui') ?? false"):
            break
        customer.wait_for_timeout(100)
    customer.wait_for_timeout(800)


def press(agent: Page, selector: str) -> None:
    """Click where the mirror shows it."""
    box = agent.frame_locator(MIRROR).locator(selector).bounding_box()
    assert box is not None
    agent.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def settled(agent: Page) -> None:
    """The mirror is there and the first latency was measured."""
    agent.frame_locator(MIRROR).locator("main").wait_for()
    agent.wait_for_timeout(2500)


if __name__ == "__main__":
    main()
