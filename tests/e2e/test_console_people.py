"""Who may see what in the console: signing in, the list, what is not theirs (issue "a session", row 5)."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import World
from tests.support.browser import sign_in
from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server, running

PASSWORD = "another correct horse battery"


def new_agent(server: Server, name: str, agent: bool = True) -> tuple[str, str]:
    """An agent of their own, or a person who is none: id and e-mail address."""
    email = f"{uuid.uuid4().hex[:8]}@example.com"
    with server.client() as http:
        answer = http.post(
            "/api/v2/users", json={"email": email, "name": name, "password": PASSWORD, "agent": agent}
        )
        assert answer.status_code < 300, answer.text
        return str(answer.json()["id"]), email


def enter(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_said_and_the_right_one_opens_what_was_wanted(world: World) -> None:
    session = world.start(world.conversation())
    agent = world.person()
    agent.goto(session["viewerUrl"])
    expect(agent.get_by_label("E-mail")).to_be_focused()
    enter(agent, AGENT_EMAIL, "wrong")
    expect(agent.get_by_role("alert")).to_contain_text("wrong")
    enter(agent, AGENT_EMAIL, AGENT_PASSWORD)
    expect(agent.get_by_role("heading", name="Waiting for Ada to agree")).to_be_visible()
    assert agent.url == session["viewerUrl"]
    expect(agent.locator(".who")).to_contain_text("agent", ignore_case=True)


def test_a_locked_account_is_told_how_long(tmp_path: Path, browser: Browser) -> None:  # D, lockout
    with running(tmp_path) as server:
        for _ in range(10):
            body = {"email": AGENT_EMAIL, "password": "wrong"}
            httpx.post(f"{server.url}/api/v2/opencobrowse/signin", json=body)
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{server.url}/console")
        enter(page, AGENT_EMAIL, AGENT_PASSWORD)
        expect(page.get_by_role("alert")).to_contain_text(re.compile(r"try again in \d:\d\d"))
        expect(page.get_by_role("button", name="Sign in")).to_be_disabled()
        context.close()


def test_signing_out_ends_it_here_and_on_the_server(world: World) -> None:
    agent = world.person()
    sign_in(agent, f"{world.server.url}/console")
    agent.get_by_role("button", name="Sign out").click()
    expect(agent.get_by_role("heading", name="Sign in")).to_be_visible()
    agent.reload()
    expect(agent.get_by_role("heading", name="Sign in")).to_be_visible()
    assert agent.request.get(f"{world.server.url}/api/v2/users/me").status == 401


def test_the_list_shows_live_ones_first_and_new_ones_by_itself(world: World) -> None:
    over = world.start(world.conversation())
    world.end(over["id"])
    waiting = world.start(world.conversation())
    agent = world.person()
    sign_in(agent, f"{world.server.url}/console")
    first = agent.locator(f"[data-session='{waiting['id']}']")
    expect(first).to_contain_text("Waiting")
    expect(first).to_contain_text("Ada")
    expect(first).to_contain_text("View")
    expect(first).to_contain_text(waiting["joinCode"])
    ids = agent.locator("tr[data-session]").evaluate_all("rows => rows.map((row) => row.dataset.session)")
    assert ids.index(waiting["id"]) < ids.index(over["id"])
    later = world.start(world.conversation(), cobrowseType="control")
    row = agent.locator(f"[data-session='{later['id']}']")
    expect(row).to_contain_text("View and control")  # no reload: the list asks again
    row.get_by_role("link").click()
    expect(agent).to_have_url(later["viewerUrl"])
    agent.get_by_role("link", name="Back to your sessions").click()
    expect(agent).to_have_url(f"{world.server.url}/console")
    expect(row).to_be_visible()


def test_an_agent_without_sessions_learns_how_one_starts(world: World) -> None:
    agent_id, email = new_agent(world.server, "Grace Hopper")
    agent = world.person(permissions=["clipboard-read", "clipboard-write"])
    agent.goto(f"{world.server.url}/console")
    enter(agent, email, PASSWORD)
    expect(agent.get_by_role("heading", name="No session yet")).to_be_visible()
    expect(agent.locator(".who")).to_contain_text("Grace Hopper")
    agent.get_by_role("button", name="Copy the command").click()
    copied = agent.evaluate("navigator.clipboard.readText()")
    assert copied == f"opencobrowse start --conversation CONVERSATION_ID --agent {agent_id} --wait"
    agent.get_by_role("button", name="Copy the request").click()
    copied = agent.evaluate("navigator.clipboard.readText()")
    assert f"{world.server.url}/api/v2/conversations/CONVERSATION_ID/cobrowse" in copied
    assert agent_id in copied


def test_who_is_no_agent_is_told_so_and_not_that_the_server_is_gone(world: World) -> None:
    _, email = new_agent(world.server, "Not an agent", agent=False)
    person = world.person()
    person.goto(f"{world.server.url}/console")
    enter(person, email, PASSWORD)
    main = person.get_by_role("main")
    expect(main.get_by_role("heading", name="You are not an agent yet")).to_be_visible()
    expect(main).to_contain_text("cobrowse:agent")
    expect(main).not_to_contain_text("cannot be reached")


def test_a_link_alone_opens_nothing_and_another_agent_sees_nothing(world: World) -> None:
    session = world.start(world.conversation())
    _, email = new_agent(world.server, "Somebody else")
    other = world.person()
    other.goto(session["viewerUrl"])
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    assert session["joinCode"] not in other.content()
    enter(other, email, PASSWORD)
    main = other.get_by_role("main")
    expect(main.get_by_role("heading", name="This session is not yours to see")).to_be_visible()
    assert session["joinCode"] not in other.content()
    other.goto(f"{world.server.url}/console/sessions/{uuid.uuid4()}")
    expect(other.get_by_role("heading", name="This session is not yours to see")).to_be_visible()
    other.get_by_role("link", name="Back to your sessions").click()
    expect(other.get_by_role("heading", name="No session yet")).to_be_visible()


def test_a_session_that_ends_while_signed_out_asks_to_sign_in_again(world: World) -> None:
    session = world.start(world.conversation())
    agent = world.person()
    sign_in(agent, session["viewerUrl"])
    expect(agent.locator(".waiting")).to_be_visible()
    token = next(c["value"] for c in agent.context.cookies() if c["name"] == "opencobrowse_session")
    httpx.delete(f"{world.server.url}/api/v2/tokens/me", headers={"Authorization": f"Bearer {token}"})
    expect(agent.get_by_role("heading", name="Sign in")).to_be_visible()
    enter(agent, AGENT_EMAIL, AGENT_PASSWORD)
    expect(agent.locator(".waiting")).to_be_visible()
    assert agent.url == session["viewerUrl"]


def test_colours_follow_the_system_and_the_toggle(world: World) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    person = world.person(color_scheme="dark")
    person.goto(f"{world.server.url}/console")
    expect(person.get_by_label("E-mail")).to_be_visible()
    dark = person.evaluate(ground)
    person.get_by_role("button", name="Colours").click()  # as the system -> light
    light = person.evaluate(ground)
    assert dark != light
    person.reload()
    expect(person.get_by_label("E-mail")).to_be_visible()
    assert person.evaluate(ground) == light, "the choice is kept"
    person.get_by_role("button", name="Colours").click()
    assert person.evaluate(ground) == dark
