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

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402
from tests.support.browser import MIRROR, accept_prompt, chromium, prompt_shown  # noqa: E402
from tests.support.server import free_port  # noqa: E402


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
        for scheme in ("light", "dark"):
            suffix = "" if scheme == "light" else "-dark"
            options = {"viewport": {"width": 1280, "height": 800}, "color_scheme": scheme}
            agent = browser.new_context(**options).new_page()
            agent.goto(links["viewerUrl"])
            agent.wait_for_selector("input[name=password]")
            agent.screenshot(path=out / f"sign-in{suffix}.png")
            agent.fill("input[name=email]", links["agentEmail"])
            agent.fill("input[name=password]", links["agentPassword"])
            agent.click("button[type=submit]")
            if scheme == "light":
                agent.wait_for_timeout(1500)
                agent.screenshot(path=out / "waiting.png")
                share(browser.new_context(**options).new_page(), links["customerUrl"], out)
            agent.frame_locator(MIRROR).get_by_text("Card number").wait_for()
            agent.wait_for_timeout(2500)
            agent.screenshot(path=out / f"console{suffix}.png")


def share(customer: Page, url: str, out: Path) -> None:
    """The customer agrees, fills a cart and begins to pay."""
    customer.goto(url)
    prompt_shown(customer)
    customer.wait_for_timeout(800)
    customer.screenshot(path=out / "prompt.png")
    accept_prompt(customer)
    customer.wait_for_timeout(1000)
    customer.goto(url.rsplit("/", 1)[0] + "/checkout.html")
    customer.wait_for_timeout(800)
    for selector, text in (("cc-number", "4111 1111 1111 1111"), ("cc-csc", "123"), ("name", "Ada Lovelace")):
        field = customer.locator(f"input[autocomplete={selector}]")
        if field.count():
            field.first.fill(text)
    customer.wait_for_timeout(600)
    customer.screenshot(path=out / "bar.png")
    customer.mouse.move(420, 330)


if __name__ == "__main__":
    main()
