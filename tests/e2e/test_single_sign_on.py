"""Agents sign in at a real provider, npm's `oidc-provider`, in a real browser (issue 4 row 5).

The provider is at localhost and the server at 127.0.0.1: to a browser, two sites. What SameSite does to
cookies on the way there and back is what it does in production.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.support.browser import new_page
from tests.support.oidc import real_provider, settings
from tests.support.server import AGENT_EMAIL, Server

ACCOUNTS = {
    "anna": {"email": AGENT_EMAIL, "email_verified": True, "name": "Anna"},
    "another-anna": {"email": AGENT_EMAIL, "email_verified": True, "name": "Another Anna"},
    "stranger": {"email": "stranger@example.com", "email_verified": True, "name": "Stranger"},
    "newcomer": {"email": "new@example.com", "email_verified": True, "name": "Newcomer"},
    "careless": {"email": AGENT_EMAIL, "email_verified": False, "name": "Careless"},
}


@dataclass
class Setting:
    """A server, the provider that it trusts, and a browser. `person` has a browser of their own."""

    server: Server
    issuer: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def person(self) -> Page:
        self.contexts.append(self.browser.new_context())
        return new_page(self.contexts[-1], self.errors)

    def session(self) -> dict[str, Any]:
        people = [{"userId": self.server.agent_id(), "role": "agent"}, {"externalId": uuid.uuid4().hex,
                  "name": "Ada", "role": "customer"}]  # fmt: skip
        with self.server.client() as http:
            made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people}).json()
            answer = http.post(f"/api/v2/conversations/{made['id']}/cobrowse", json={})
            assert answer.status_code == 200, answer.text
            return dict(answer.json())


@contextmanager
def setting(folder: Path, browser: Browser, client: dict[str, Any], **more: str) -> Iterator[Setting]:
    server = Server(folder)
    with real_provider(f"{server.url}/oauth/oidc/callback", ACCOUNTS, **client) as issuer:
        server.env = {**settings(issuer, "opencobrowse"), **more}
        made = Setting(server.start(), issuer, browser)
        try:
            yield made
            assert made.errors == [], "uncaught errors on a page"
        finally:
            for context in made.contexts:
                context.close()
            server.stop()


@pytest.fixture(scope="module")
def with_secret(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    secret = "a secret + a colon: of the tests"
    more = {"OPENCOBROWSE_OIDC_CLIENT_SECRET": secret, "OPENCOBROWSE_OIDC_NAME": "Example ID"}
    with setting(tmp_path_factory.mktemp("secret"), browser, {"client_secret": secret}, **more) as made:
        yield made


def at_provider(page: Page, login: str) -> None:
    """What a person does there: sign in, and agree."""
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("any is right")
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Continue").click()


def to_provider(page: Page, address: str, name: str = "Example ID") -> None:
    page.goto(address)
    page.get_by_role("link", name=f"Sign in with {name}").click()
    expect(page.locator("input[name=login]")).to_be_visible()


def test_an_agent_opens_a_link_signs_in_elsewhere_and_sees_the_session(with_secret: Setting) -> None:
    """viewerUrl → sign-in page → button → login and consent → back at the viewer."""
    session = with_secret.session()
    agent = with_secret.person()
    sent: list[Request] = []
    agent.on("request", lambda request: sent.append(request) if request.is_navigation_request() else None)
    to_provider(agent, session["viewerUrl"])
    assert agent.url.startswith(with_secret.issuer)
    at_provider(agent, "anna")
    expect(agent.get_by_role("heading", name="Waiting for Ada to agree")).to_be_visible()
    assert agent.url == session["viewerUrl"]

    cookies = {c["name"]: c for c in agent.context.cookies(with_secret.server.url)}
    assert cookies.keys() == {"opencobrowse_session"}, "the attempt is over"
    assert cookies["opencobrowse_session"]["sameSite"] == "Strict"
    assert cookies["opencobrowse_session"]["httpOnly"] is True
    # The way back is another site's navigation, and the page after it is our own: it brings the cookie along.
    back, page = [r for r in sent if r.url.startswith(with_secret.server.url)][-2:]
    assert "/oauth/oidc/callback?" in back.url
    assert back.all_headers()["sec-fetch-site"] == "cross-site"
    assert "opencobrowse_session=" not in back.all_headers().get("cookie", "")
    assert page.url == session["viewerUrl"]
    assert page.all_headers()["sec-fetch-site"] == "same-origin"
    assert "opencobrowse_session=" in page.all_headers()["cookie"]
    # Going back does not run into the used code again.
    agent.go_back()
    agent.wait_for_load_state()
    assert "/oauth/oidc/callback" not in agent.url


def test_signing_out_and_in_again_is_the_same_person(with_secret: Setting) -> None:
    agent = with_secret.person()
    to_provider(agent, f"{with_secret.server.url}/console")
    at_provider(agent, "anna")
    expect(agent.locator(".who")).to_contain_text("agent", ignore_case=True)
    agent.get_by_role("button", name="Sign out").click()
    agent.get_by_role("link", name="Sign in with Example ID").click()
    expect(agent.locator(".who")).to_contain_text("agent", ignore_case=True)  # the provider remembers them


@pytest.mark.parametrize(
    ("login", "says"),
    [
        ("stranger", "You are no user here yet"),
        ("careless", "e-mail address is not confirmed"),
    ],
)
def test_who_may_not_come_in_is_told_why(with_secret: Setting, login: str, says: str) -> None:
    session = with_secret.session()
    person = with_secret.person()
    to_provider(person, session["viewerUrl"])
    at_provider(person, login)
    alert = person.get_by_role("alert").first
    expect(alert).to_contain_text(says)
    expect(alert).to_contain_text(re.compile(r"Reference: [0-9a-f-]{36}"))
    expect(person.get_by_label("E-mail")).to_be_visible()  # passwords still work beside it
    assert person.url == session["viewerUrl"], "the address says nothing of the problem any more"
    assert session["joinCode"] not in person.content()


def test_another_account_with_the_same_address_is_told_so(with_secret: Setting) -> None:
    first = with_secret.person()
    to_provider(first, f"{with_secret.server.url}/console")
    at_provider(first, "anna")
    expect(first.locator(".who")).to_be_visible()
    second = with_secret.person()
    to_provider(second, f"{with_secret.server.url}/console")
    at_provider(second, "another-anna")
    expect(second.get_by_role("alert").first).to_contain_text("belongs to another account")


def test_who_turns_back_at_the_provider_can_try_again(with_secret: Setting) -> None:
    person = with_secret.person()
    to_provider(person, f"{with_secret.server.url}/console")
    person.get_by_role("link", name="[ Cancel ]").click()
    expect(person.get_by_role("alert").first).to_contain_text("did not sign you in")
    person.get_by_role("link", name="Sign in with Example ID").click()
    at_provider(person, "anna")
    expect(person.locator(".who")).to_be_visible()


def test_a_made_up_problem_in_a_link_is_not_repeated(with_secret: Setting) -> None:
    person = with_secret.person()
    person.goto(f"{with_secret.server.url}/console?sign_in_problem=Call+0900&sign_in_reference=%3Cb%3Ehi")
    expect(person.get_by_role("alert").first).to_have_text("Signing in did not work. Try again.")
    expect(person).to_have_url(f"{with_secret.server.url}/console")
    expect(person.locator("body")).not_to_contain_text("0900")


def test_a_public_client_and_no_passwords(browser: Browser, tmp_path: Path) -> None:
    """PKCE alone, everybody with an address of the company: the newcomer is an agent, and has one button."""
    client = {"token_endpoint_auth_method": "none"}
    more = {
        "OPENCOBROWSE_OIDC_CREATE_AGENTS": "true",
        "OPENCOBROWSE_OIDC_DOMAINS": "example.com",
        "OPENCOBROWSE_PASSWORD_SIGN_IN": "false",
    }
    with setting(tmp_path, browser, client, **more) as house:
        person = house.person()
        person.goto(f"{house.server.url}/console")
        expect(person.get_by_role("link", name="Sign in with single sign-on")).to_be_focused()
        expect(person.get_by_label("Password")).to_have_count(0)
        person.keyboard.press("Enter")
        at_provider(person, "newcomer")
        expect(person.locator(".who")).to_contain_text("Newcomer")
        expect(person.get_by_role("heading", name="No session yet")).to_be_visible()
