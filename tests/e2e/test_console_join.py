"""The join page: `/join#token` (issue "a session", rows 4 and 5)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import World


def opened(world: World, url: str) -> tuple[Page, list[str]]:
    """A customer on the join page, and the address and Referer of every request they made."""
    person = world.person()
    seen: list[str] = []
    person.on("request", lambda request: seen.append(f"{request.url} {request.headers.get('referer', '')}"))
    person.goto(url)
    return person, seen


def test_it_says_who_invites_and_leads_on(world: World) -> None:
    session = world.start(world.conversation())
    token = session["joinUrl"].split("#")[1]
    page_url = f"{world.site}/next.html?from=mail#old"
    person = world.person()
    seen: list[str] = []
    person.on("request", lambda request: seen.append(f"{request.url} {request.headers.get('referer', '')}"))

    def with_page(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "pageUrl": page_url})

    person.route("**/api/v2/opencobrowse/join", with_page)
    person.goto(session["joinUrl"])
    expect(person.get_by_role("heading")).to_contain_text("would like to see your page")
    expect(person.get_by_role("heading")).to_contain_text("agent", ignore_case=True)
    link = person.get_by_role("link", name=re.compile("Continue to localhost"))
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", f"{world.site}/next.html?from=mail#opencobrowse={token}")
    person.get_by_role("button", name="Stay here").click()
    expect(person.get_by_text("Continue when you are ready.")).to_be_visible()
    person.keyboard.press("Shift+Tab")
    link.click()
    expect(person).to_have_url(re.compile(r"/next\.html\?from=mail#opencobrowse="))
    assert not any(token in line for line in seen), (
        "the token is in a fragment or a body, never in an address"
    )
    assert not any("/join" in line.split(" ", 1)[1] for line in seen), "and no Referer leads back here"


def test_it_forwards_by_itself(world: World) -> None:
    session = world.start(world.conversation())
    person = world.person()

    def with_page(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "pageUrl": f"{world.site}/next.html"})

    person.route("**/api/v2/opencobrowse/join", with_page)
    person.goto(session["joinUrl"])
    expect(person).to_have_url(re.compile(r"/next\.html#opencobrowse="), timeout=10_000)


def test_without_a_known_page_the_code_is_shown(world: World) -> None:
    session = world.start(world.conversation())
    person = world.person()

    def without_page(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "pageUrl": None})

    person.route("**/api/v2/opencobrowse/join", without_page)
    person.goto(session["joinUrl"])
    expect(person.locator("output")).to_have_text(session["joinCode"])
    expect(person.get_by_text("Type this code")).to_be_visible()
    assert person.locator("a").count() == 0


@pytest.mark.parametrize("target", ["javascript:globalThis.__ran=1", "data:text/html,x", "not an address"])
def test_it_leads_to_nothing_but_web_pages(world: World, target: str) -> None:
    session = world.start(world.conversation())
    person = world.person()

    def hostile(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "pageUrl": target})

    person.route("**/api/v2/opencobrowse/join", hostile)
    person.goto(session["joinUrl"])
    expect(person.locator("output")).to_have_text(session["joinCode"])
    assert person.evaluate("globalThis.__ran") is None


def test_an_invitation_that_is_over_is_said(world: World) -> None:
    session = world.start(world.conversation())
    world.end(session["id"])
    for url in (session["joinUrl"], f"{world.server.url}/join#{'0' * 40}"):
        person, _ = opened(world, url)
        expect(person.get_by_role("heading", name="This invitation is over")).to_be_visible()
    person, _ = opened(world, f"{world.server.url}/join")
    expect(person.get_by_role("heading", name="This link is not complete")).to_be_visible()
