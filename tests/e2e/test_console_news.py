"""The console's list hears of the agent's sessions through a notification channel (field.md C5)."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.e2e.conftest import World
from tests.support.browser import sign_in
from tests.support.server import running

SESSIONS = "/opencobrowse/sessions"


def test_the_list_is_told_and_does_not_ask(tmp_path: Path, browser: Browser) -> None:
    """Each change is there because it was told, not because it was asked for every three seconds. After a
    restart of the server it hears again, through the same channel."""
    with running(tmp_path) as server:
        world = World(server, browser, "http://localhost:9")
        agent = world.person()
        asked: list[str] = []
        heard: list[str] = []
        agent.on("request", lambda r: asked.append(r.url) if r.url.endswith(SESSIONS) else None)
        agent.on("websocket", lambda socket: follow(socket, heard))
        sign_in(agent, f"{server.url}/console")
        for turn in (1, 2):
            wait_for(agent, heard, turn)
            expect(agent.locator("h1")).to_be_visible()
            before = len(asked)
            session = world.start(world.conversation())
            row = agent.locator(f"[data-session='{session['id']}']")
            expect(row).to_contain_text("Waiting", timeout=2000)
            world.end(session["id"])
            expect(row).not_to_contain_text("Waiting", timeout=2000)
            assert len(asked) - before <= 5
            if turn == 1:
                server.stop()
                server.start()
        for context in world.contexts:
            context.close()
        assert len(set(heard)) == 1


def follow(socket: WebSocket, heard: list[str]) -> None:
    """Note the address of a socket at its first word."""
    socket.once("framereceived", lambda _: heard.append(socket.url))


def wait_for(page: Page, heard: list[str], count: int) -> None:
    deadline = time.monotonic() + 60
    while len(heard) < count:
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)  # lets Playwright hand over what happened
