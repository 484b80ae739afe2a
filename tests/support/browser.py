"""Chromium as the tests use it, and the two people who sit in front of it."""

from __future__ import annotations

import contextlib
import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The picture that is shown: while a new one is built behind it there are two frames for a moment.
MIRROR = ".picture:not(.is-coming) iframe"


def chromium_path() -> str:
    """The system's Chromium. A missing one is an error, never a skip."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "no Chromium: make test installs Debian's; elsewhere put one on the PATH"
    return found


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def new_page(context: BrowserContext, errors: list[str] | None = None) -> Page:
    """A page whose uncaught errors are collected in `errors`."""
    page = context.new_page()
    page.set_default_timeout(15_000)
    if errors is not None:
        page.on("pageerror", lambda error: errors.append(str(error)))
    return page


class _Quiet(http.server.SimpleHTTPRequestHandler):
    headers_to_send: dict[str, str] = {}

    def log_message(self, *_: Any) -> None:
        pass

    def end_headers(self) -> None:
        for name, value in {"Cache-Control": "no-store", **self.headers_to_send}.items():
            self.send_header(name, value)
        super().end_headers()


@contextlib.contextmanager
def site(root: Path, **headers: str) -> Iterator[str]:
    """A static site on its own port, as a customer's would be; yields its origin. Underscores in header
    names become dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    handler = type("Handler", (_Quiet,), {"headers_to_send": named})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(root))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def prompt_shown(page: Page) -> None:
    """Wait until one of our own panels is on the page. Its shadow root is closed: only its host is seen."""
    page.wait_for_selector("[data-opencobrowse-ui]", state="attached")


def accept_prompt(page: Page) -> None:
    """Say yes as a keyboard user: focus starts on the prompt itself, Tab goes to "Allow" (with control asked
    for: "Allow viewing only"). The prompt listens after half a second, and not to scripts."""
    prompt_shown(page)
    page.wait_for_timeout(600)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def decline_prompt(page: Page) -> None:
    prompt_shown(page)
    page.wait_for_timeout(600)
    page.keyboard.press("Escape")


def sign_in(page: Page, url: str) -> None:
    """Open a console address as the bootstrap agent."""
    page.goto(url)
    page.fill("input[name=email]", AGENT_EMAIL)
    page.fill("input[name=password]", AGENT_PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator("input[name=password]")).to_have_count(0)
