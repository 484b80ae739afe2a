"""People sign in to programs, in Chromium: the console's sign-in, the question, the way back (api.md, 1)."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Page, expect

from opencobrowse.client.loopback import Listener
from tests.e2e.conftest import World
from tests.support.browser import sign_in
from tests.support.oauth import pkce, register
from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server

COMMAND = str(Path(sys.executable).parent / "opencobrowse")


def enter(page: Page) -> None:
    page.get_by_label("E-mail").fill(AGENT_EMAIL)
    page.get_by_label("Password").fill(AGENT_PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@contextlib.contextmanager
def coming_back(server: Server, state: str = "s") -> Iterator[tuple[Listener, list[Any]]]:
    """A listener on loopback, as a native app has one, and what it heard."""
    heard: list[Any] = []
    with Listener(state, server.url) as listener:
        thread = threading.Thread(target=lambda: heard.append(listener.code(30)))
        thread.start()
        yield listener, heard
        thread.join(35)


def test_a_person_signs_in_allows_and_the_code_comes_to_the_listener(world: World) -> None:
    """From another site's page, so no cookie comes along: sign-in first, then the question, then back."""
    program = register(
        world.server, "--public", "--name", "Ticket desk", "--redirect-uri", "http://127.0.0.1/callback"
    )
    verifier, challenge = pkce()
    with coming_back(world.server) as (listener, heard):
        query = {"response_type": "code", "client_id": program["clientId"], "redirect_uri": listener.address,
                 "state": "s", **challenge}  # fmt: skip
        person = world.person()
        person.goto(world.address())
        address = f"{world.server.url}/oauth/authorize?{urlencode(query)}"
        person.evaluate("(address) => location.assign(address)", address)
        expect(person.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(person.get_by_text("Then you are asked about the program that sent you.")).to_be_visible()
        enter(person)
        expect(person.get_by_role("heading", name="Ticket desk wants to act as you")).to_be_visible()
        expect(person.get_by_text(AGENT_EMAIL)).to_be_visible()
        style = "getComputedStyle(document.querySelector('button.main')).backgroundColor"
        assert person.evaluate(style) == "rgb(31, 95, 208)", "the policy lets our own style in"
        person.get_by_role("button", name="Allow").click()
        expect(person.get_by_role("heading", name="You are signed in")).to_be_visible()
    form = {"grant_type": "authorization_code", "code": heard[0], "redirect_uri": listener.address,
            "client_id": program["clientId"], "code_verifier": verifier}  # fmt: skip
    token = httpx.post(f"{world.server.url}/oauth/token", data=form).json()["access_token"]
    me = httpx.get(f"{world.server.url}/api/v2/users/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["email"] == AGENT_EMAIL


def test_who_is_signed_in_is_asked_also_when_another_site_sends_them(world: World) -> None:
    program = register(
        world.server, "--name", "Desk", "--redirect-uri", f"{world.site.replace('localhost', '127.0.0.1')}/"
    )
    query = {"response_type": "code", "client_id": program["clientId"], "state": "s",
             "redirect_uri": f"{world.site.replace('localhost', '127.0.0.1')}/"}  # fmt: skip
    person = world.person()
    sign_in(person, f"{world.server.url}/console")
    person.goto(world.address())
    person.evaluate("(a) => location.assign(a)", f"{world.server.url}/oauth/authorize?{urlencode(query)}")
    expect(person.get_by_role("heading", name="Desk wants to act as you")).to_be_visible()
    person.get_by_role("button", name="Deny").click()
    expect(person).to_have_url(re.compile(r"127\.0\.0\.1:\d+/\?error=access_denied.*state=s.*iss="))


def test_another_site_can_neither_frame_the_question_nor_answer_it(world: World) -> None:
    """Clickjacking and CSRF, by a site that knows the whole request."""
    program = register(world.server, "--redirect-uri", "https://program.example/back")
    query = {
        "response_type": "code",
        "client_id": program["clientId"],
        "redirect_uri": "https://program.example/back",
    }
    address = f"{world.server.url}/oauth/authorize?{urlencode(query)}"
    person = world.person()
    sign_in(person, f"{world.server.url}/console")
    person.goto(world.address())
    framed = """async (address) => {
      const frame = document.createElement('iframe');
      frame.src = address;
      const done = new Promise((resolve) => { frame.onload = resolve; });
      document.body.append(frame);
      await done;
    }"""
    person.evaluate(framed, address)
    assert "wants to act as you" not in "".join(frame.content() for frame in person.frames[1:])
    posted = """([address, request]) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = address;
      for (const [name, value] of [['request', request], ['answer', 'allow'], ['proof', '1.2']]) {
        const input = document.createElement('input');
        [input.name, input.value] = [name, value];
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    }"""
    person.evaluate(posted, [f"{world.server.url}/oauth/authorize", urlencode(query)])
    expect(person.get_by_role("heading", name="This sign-in cannot go on")).to_be_visible()
    assert person.url.startswith(world.server.url), "nobody was sent anywhere with a code"


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment of a person's shell; its browser writes down what it is to open."""
    browser = tmp_path / "browser"
    part, whole = tmp_path / "opened.part", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {part} && mv {part} {whole}\n')
    browser.chmod(0o755)
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPENCOBROWSE_", "GENESYS_"))
    }
    return clean | {"XDG_CONFIG_HOME": str(tmp_path / "config"), "BROWSER": str(browser)}


def run(shell: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *words], check=False, env=shell, capture_output=True, text=True, timeout=60
    )


def signed_in_by_shell(world: World, shell: dict[str, str], tmp_path: Path) -> str:
    """`opencobrowse login` from its start to its end; what it said."""
    login = subprocess.Popen(
        [COMMAND, "login", "--host", world.server.url], env=shell, stderr=subprocess.PIPE, text=True
    )
    opened = tmp_path / "opened"
    deadline = time.monotonic() + 30
    while not opened.exists() and time.monotonic() < deadline and login.poll() is None:
        time.sleep(0.05)
    person = world.person()
    person.goto(opened.read_text())
    enter(person)
    expect(
        person.get_by_role("heading", name="The opencobrowse command line wants to act as you")
    ).to_be_visible()
    expect(person.get_by_text("only if you have just started it yourself")).to_be_visible()
    person.get_by_role("button", name="Allow").click()
    expect(person.get_by_role("heading", name="You are signed in")).to_be_visible()
    _, said = login.communicate(timeout=30)
    assert login.returncode == 0, said
    return said


def test_opencobrowse_login_works_and_logout_ends_it(
    world: World, shell: dict[str, str], tmp_path: Path
) -> None:
    """The browser is opened, the sign-in kept for its owner alone, used, renewed as it ends, revoked."""
    host = ("--host", world.server.url)
    before = run(shell, "session", "list", *host)
    assert before.returncode == 2
    assert "opencobrowse login" in before.stderr
    session = world.start(world.conversation())
    said = signed_in_by_shell(world, shell, tmp_path)
    assert "Signed in" in said
    file = next((tmp_path / "config" / "opencobrowse" / "logins").glob("*.json"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["accessToken"] not in said
    listed = run(shell, "session", "list", "--json", *host)
    assert session["id"] in listed.stdout, listed.stderr

    old = json.loads(file.read_text())
    file.write_text(json.dumps({**old, "expiresAt": time.time() + 5}))
    together = [subprocess.Popen([COMMAND, "session", "list", *host], env=shell, stdout=subprocess.DEVNULL)
                for _ in range(3)]  # fmt: skip
    assert [command.wait(60) for command in together] == [0, 0, 0], "they take turns at the refresh token"
    new = json.loads(file.read_text())
    assert new["refreshToken"] != old["refreshToken"]
    assert new["expiresAt"] > time.time() + 3600

    assert run(shell, "logout", *host).returncode == 0
    assert not file.exists()
    headers = {"Authorization": f"Bearer {new['accessToken']}"}
    assert httpx.head(f"{world.server.url}/api/v2/tokens/me", headers=headers).status_code == 401
    assert "Nobody was signed in" in run(shell, "logout", *host).stderr


def test_a_sign_in_that_is_over_says_so(world: World, shell: dict[str, str], tmp_path: Path) -> None:
    signed_in_by_shell(world, shell, tmp_path)
    file = next((tmp_path / "config" / "opencobrowse" / "logins").glob("*.json"))
    kept = json.loads(file.read_text())
    form = {"token": kept["refreshToken"], "client_id": "opencobrowse-cli"}
    assert httpx.post(f"{world.server.url}/oauth/revoke", data=form).status_code == 200
    file.write_text(json.dumps({**kept, "expiresAt": 0}))
    answer = run(shell, "session", "list", "--host", world.server.url)
    assert answer.returncode == 1
    assert "Sign in again: opencobrowse login" in answer.stderr
    assert not file.exists()


def test_no_browser_prints_the_address_and_a_refusal_is_said(world: World, shell: dict[str, str]) -> None:
    command = [COMMAND, "login", "--no-browser", "--host", world.server.url]
    login = subprocess.Popen(command, env=shell, stderr=subprocess.PIPE, text=True)
    assert login.stderr is not None
    address = next(line.strip() for line in login.stderr if line.startswith("http"))
    person = world.person()
    person.goto(address)
    enter(person)
    person.get_by_role("button", name="Deny").click()
    expect(person.get_by_role("heading", name="You are not signed in")).to_be_visible()
    _, said = login.communicate(timeout=30)
    assert login.returncode == 1
    assert "did not allow it" in said
