"""A real server, a real Chromium, a customer's site on a port of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.browser import chromium, new_page, sign_in, site
from tests.support.hostile import Hand
from tests.support.live import Stage
from tests.support.server import Server

SITE = Path(__file__).parent / "site"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def customer_site() -> Iterator[str]:
    with site(SITE) as origin:
        yield origin


@dataclass
class World:
    """One customer, one agent, one conversation: what a test of a session needs."""

    server: Server
    browser: Browser
    site: str
    customer: str = field(default_factory=lambda: f"customer-{uuid.uuid4().hex[:8]}")
    contexts: list[BrowserContext] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def person(self, **options: Any) -> Page:
        """A page in a browser context of its own: nothing is shared with anybody else."""
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        return new_page(context, self.errors)

    def address(self, path: str = "index.html", external_id: str | None = None) -> str:
        """A page of the customer's site, which loads the SDK of this server."""
        who = self.customer if external_id is None else external_id
        return f"{self.site}/{path}?server={self.server.url}&deployment={self.deployment()}&customer={who}"

    def deployment(self) -> str:
        with self.server.client() as http:
            found = http.get("/api/v2/webdeployments/deployments").json()["entities"]
        return str(found[0]["id"])

    def conversation(self, **more: Any) -> str:
        """A conversation of the agent with this customer, not started."""
        people = [
            {"userId": self.server.agent_id(), "role": "agent"},
            {"externalId": self.customer, "name": "Ada", "role": "customer"},
        ]
        body = {"type": "voice", "participants": people, **more}
        with self.server.client() as http:
            answer = http.post("/api/v2/conversations", json=body)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

    def start(self, conversation: str, **body: Any) -> dict[str, Any]:
        with self.server.client() as http:
            answer = http.post(f"/api/v2/conversations/{conversation}/cobrowse", json=body)
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

    def state(self, session_id: str) -> str:
        with self.server.client() as http:
            return str(http.get(f"/api/v2/opencobrowse/sessions/{session_id}").json()["state"])

    def end(self, session_id: str) -> None:
        with self.server.client() as http:
            http.post(f"/api/v2/opencobrowse/sessions/{session_id}/end")


@pytest.fixture
def world(server: Server, browser: Browser, customer_site: str) -> Iterator[World]:
    made = World(server, browser, customer_site)
    try:
        yield made
        assert made.errors == [], "uncaught errors on a page"
    finally:
        for context in made.contexts:
            context.close()


@pytest.fixture
def hand(world: World) -> Iterator[tuple[Hand, Page]]:
    """A sharer by hand in an agreed session, and the agent's open view."""
    with Stage(world.server) as stage:
        session = stage.start(world.customer)
        with stage.page(world.customer) as page:
            page.wait("offer")
            page.say("accept", sessionId=session["id"], textVersion="1", control=False)
            share = page.wait("share")
            agent = world.person()
            sign_in(agent, session["viewerUrl"])
            expect(agent.locator("#state")).to_have_text("Live")
            share = next((m for m in reversed(page.messages) if m["type"] == "share"), share)
            yield Hand(page, share["position"]["epoch"]), agent
