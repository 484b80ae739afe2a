"""Signing in at an identity provider: who is let in, and what an attacker gets (issue 4 row 5; B7; RFC 9700).

The provider here says what each test wants; `tests/e2e/test_single_sign_on.py` has a real one.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from opencobrowse.cli.main import app
from tests.support.oidc import (
    FakeProvider,
    Reply,
    begin,
    fake_provider,
    problem,
    settings,
    sign_on,
)
from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server, running

CALLBACK = "/oauth/oidc/callback"
ME = "/api/v2/users/me"


@pytest.fixture(scope="module")
def a_provider() -> Iterator[FakeProvider]:
    with fake_provider() as started:
        yield started


@pytest.fixture
def provider(a_provider: FakeProvider) -> FakeProvider:
    """One person, whom nobody has seen before: each test has its own."""
    a_provider.calm()
    name = uuid.uuid4().hex
    a_provider.claims = {"sub": f"sub-{name}", "email": f"{name}@example.com"}
    return a_provider


@pytest.fixture(scope="module")
def closed(a_provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Lets in only who is a user already: the default."""
    more = settings(a_provider.issuer, OPENCOBROWSE_OIDC_NAME="Example ID")
    with running(tmp_path_factory.mktemp("closed"), **more) as server:
        yield server


@pytest.fixture(scope="module")
def open_house(a_provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Makes agents of people of two domains; nobody has a password."""
    more = {
        "OPENCOBROWSE_OIDC_CREATE_AGENTS": "true",
        "OPENCOBROWSE_OIDC_DOMAINS": "example.com, Other.Example",
        "OPENCOBROWSE_PASSWORD_SIGN_IN": "false",
    }
    with running(tmp_path_factory.mktemp("open"), **settings(a_provider.issuer), **more) as server:
        yield server


@pytest.fixture
def new_browser() -> Iterator[Callable[[Server], httpx.Client]]:
    made: list[httpx.Client] = []

    def one(server: Server) -> httpx.Client:
        made.append(httpx.Client(base_url=server.url, timeout=30))
        return made[-1]

    yield one
    for client in made:
        client.close()


@pytest.fixture
def browser(closed: Server, new_browser: Callable[[Server], httpx.Client]) -> httpx.Client:
    return new_browser(closed)


def user(server: Server, email: str, **more: Any) -> dict[str, Any]:
    with server.client() as http:
        answer = http.post("/api/v2/users", json={"email": email, "name": "Anna", "agent": True, **more})
        assert answer.status_code < 300, answer.text
        return dict(answer.json())


def emails(server: Server) -> set[str]:
    with server.client() as http:
        users = http.get("/api/v2/users", params={"pageSize": 500}).json()["entities"]
    return {u["email"] for u in users}


# -- who is let in -------------------------------------------------------------------------------------------


def test_a_known_person_signs_in_and_comes_back_to_where_they_were(
    closed: Server, provider: FakeProvider, browser: httpx.Client
) -> None:
    known = user(closed, provider.claims["email"].upper())
    wanted = f"/console/sessions/{uuid.uuid4()}?tab=1&a=b;c"
    answer = sign_on(browser, provider, wanted)
    assert answer.status_code == 200, answer.text
    cookie = next(c for c in answer.headers.get_list("Set-Cookie") if c.startswith("opencobrowse_session="))
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    # Our own page goes on: a redirect would still be the provider's navigation, without the cookie.
    shown = f"{closed.url}{wanted}".replace("&", "&amp;")
    assert f'<meta http-equiv="refresh" content="0;url={shown}">' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer", "the code stays in the address"
    me = browser.get(ME).json()
    assert (me["id"], me["name"]) == (known["id"], "Anna"), "our name for them, not the provider's"
    assert "opencobrowse_attempts" not in browser.cookies


def test_an_unknown_person_is_nobody(closed: Server, provider: FakeProvider, browser: httpx.Client) -> None:
    before = emails(closed)
    assert problem(sign_on(browser, provider)) == "sso.user.unknown"
    assert browser.get(ME).status_code == 401
    assert emails(closed) == before


def test_an_inactive_user_stays_out_until_they_are_switched_on(
    closed: Server, provider: FakeProvider, browser: httpx.Client
) -> None:
    known = user(closed, provider.claims["email"])
    with closed.client() as http:
        http.patch(f"/api/v2/users/{known['id']}", json={"state": "inactive"})
        assert problem(sign_on(browser, provider)) == "sso.user.inactive"
        http.patch(f"/api/v2/users/{known['id']}", json={"state": "active"})
        assert sign_on(browser, provider).status_code == 200
        http.patch(f"/api/v2/users/{known['id']}", json={"state": "inactive"})
        assert problem(sign_on(browser, provider)) == "sso.user.inactive", "known by identity now"
    assert browser.get(ME).status_code == 401


@pytest.mark.parametrize("said", [False, None, "false"])
def test_an_address_that_is_not_verified_opens_nothing(
    closed: Server, provider: FakeProvider, browser: httpx.Client, said: Any
) -> None:
    user(closed, provider.claims["email"])
    provider.claims["email_verified"] = said
    assert problem(sign_on(browser, provider)) == "sso.email.unverified"
    provider.claims["email"] = None
    assert problem(sign_on(browser, provider)) == "sso.email.unverified"


def test_an_address_at_the_provider_may_change_and_takes_no_other_account(
    closed: Server, provider: FakeProvider, browser: httpx.Client
) -> None:
    """The identity is issuer and sub: Anna takes Bob's address at the provider, and stays Anna."""
    anna = user(closed, provider.claims["email"])
    bob = user(closed, f"bob-{uuid.uuid4().hex}@example.com")
    assert sign_on(browser, provider).status_code == 200
    provider.claims["email"] = bob["email"]
    assert sign_on(browser, provider).status_code == 200
    assert browser.get(ME).json()["id"] == anna["id"]
    provider.claims["email_verified"] = False
    assert sign_on(browser, provider).status_code == 200, "who they are is known: no address is asked about"
    assert browser.get(ME).json()["id"] == anna["id"]


def test_another_account_with_the_same_address_is_refused(
    closed: Server, provider: FakeProvider, new_browser: Callable[[Server], httpx.Client]
) -> None:
    user(closed, provider.claims["email"])
    assert sign_on(new_browser(closed), provider).status_code == 200
    provider.claims["sub"] = f"another-{uuid.uuid4()}"
    second = new_browser(closed)
    assert problem(sign_on(second, provider)) == "sso.user.other"
    assert second.get(ME).status_code == 401


def test_an_operator_lets_an_account_go_and_the_next_one_is_bound(
    closed: Server, provider: FakeProvider, new_browser: Callable[[Server], httpx.Client]
) -> None:
    known = user(closed, provider.claims["email"])
    first, second = new_browser(closed), new_browser(closed)
    assert sign_on(first, provider).status_code == 200
    release = ["user", "release", provider.claims["email"].upper(), "--data-dir", str(closed.data_dir)]
    done = CliRunner().invoke(app, release)
    assert (done.exit_code, done.stdout) == (0, "") and "open sign-ins are ended" in done.stderr
    assert first.get(ME).status_code == 401
    old, provider.claims["sub"] = provider.claims["sub"], f"another-{uuid.uuid4()}"
    assert sign_on(second, provider).status_code == 200
    assert second.get(ME).json()["id"] == known["id"]
    provider.claims["sub"] = old
    assert problem(sign_on(first, provider)) == "sso.user.other", "the old account is a stranger's now"
    nobody = CliRunner().invoke(
        app, ["user", "release", "no@one.example", "--data-dir", str(closed.data_dir)]
    )
    assert nobody.exit_code == 1 and "There is no user" in nobody.stderr


def test_unknown_people_become_agents_where_the_operator_says_so(
    open_house: Server, provider: FakeProvider, new_browser: Callable[[Server], httpx.Client]
) -> None:
    provider.claims["name"] = "  Anna\n\u202eProvider\x00  "
    browser = new_browser(open_house)
    assert sign_on(browser, provider).status_code == 200
    me = browser.get(ME).json()
    assert (me["email"], me["name"]) == (provider.claims["email"], "Anna Provider")
    assert "cobrowse:agent" in me["permissions"]
    again = new_browser(open_house)
    assert sign_on(again, provider).status_code == 200
    assert again.get(ME).json()["id"] == me["id"]


@pytest.mark.parametrize(
    ("email", "let_in"),
    [
        ("@OTHER.example", True),
        ("@sub.example.com", False),
        ("@example.com.evil.test", False),
        ("@evilexample.com", False),
        ("@example.com@evil.test", False),
    ],
)
def test_only_addresses_of_the_domains_become_agents(
    open_house: Server,
    provider: FakeProvider,
    new_browser: Callable[[Server], httpx.Client],
    email: str,
    let_in: bool,
) -> None:
    provider.claims["email"] = f"{uuid.uuid4().hex}{email}"
    browser = new_browser(open_house)
    answer = sign_on(browser, provider)
    assert (problem(answer) is None) == let_in
    assert browser.get(ME).status_code == (200 if let_in else 401)


def test_a_person_who_comes_in_twice_at_once_is_made_once(
    open_house: Server, provider: FakeProvider, new_browser: Callable[[Server], httpx.Client]
) -> None:
    """Two tabs, one first sign-in: one user, and both tabs are in."""
    browsers = [new_browser(open_house) for _ in range(6)]
    backs = [provider.visit(begin(browser)) for browser in browsers]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda pair: pair[0].get(pair[1]), zip(browsers, backs, strict=True)))
    assert [a.status_code for a in answers] == [200] * 6
    assert len({browser.get(ME).json()["id"] for browser in browsers}) == 1


# -- passwords beside it -------------------------------------------------------------------------------------


def test_the_console_learns_how_people_sign_in(closed: Server, open_house: Server, server: Server) -> None:
    def ways(of: Server) -> Any:
        return httpx.get(f"{of.url}/api/v2/opencobrowse/signin").json()

    start = "/oauth/oidc/start"
    assert ways(server) == {"password": True}
    assert ways(closed) == {
        "password": True,
        "singleSignOn": {"name": "Example ID", "url": f"{closed.url}{start}"},
    }
    assert ways(open_house) == {
        "password": False,
        "singleSignOn": {"name": "single sign-on", "url": f"{open_house.url}{start}"},
    }


def test_passwords_can_be_switched_off(closed: Server, open_house: Server) -> None:
    body = {"email": AGENT_EMAIL, "password": AGENT_PASSWORD}
    answers = [httpx.post(f"{s.url}/api/v2/opencobrowse/signin", json=body) for s in (closed, open_house)]
    assert [a.status_code for a in answers] == [200, 403]
    assert answers[1].json()["code"] == "password.sign.in.off"
    assert "Set-Cookie" not in answers[1].headers


def test_without_a_provider_there_is_nothing_to_start(anybody: httpx.Client) -> None:
    for path in ("/oauth/oidc/start", f"{CALLBACK}?state=x&code=y"):
        answer = anybody.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "sso.not.configured")


# -- attacks -------------------------------------------------------------------------------------------------


def test_the_attempts_cookie_is_the_browsers_alone(
    browser: httpx.Client, provider: FakeProvider, tmp_path: Path
) -> None:
    answer = browser.get("/oauth/oidc/start")
    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"opencobrowse_attempts=[\w.-]+;", cookie)
    assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower() and "Path=/" in cookie
    assert "Max-Age=600" in cookie
    asked = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    for secret in ("state", "nonce", "code_challenge"):
        assert len(asked[secret]) == 43 and asked[secret] not in cookie
    assert answer.headers["Cache-Control"] == "no-store"


def test_under_https_the_attempts_cookie_is_bound_to_the_host(provider: FakeProvider, tmp_path: Path) -> None:
    """A neighbouring host that plants its own attempt would sign somebody in as itself (login CSRF, B7)."""
    more = {"OPENCOBROWSE_PUBLIC_URL": "https://cobrowse.example"}
    with running(tmp_path, **settings(provider.issuer), **more) as server:
        answer = httpx.get(f"{server.url}/oauth/oidc/start")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-opencobrowse_attempts=") and "Secure" in cookie
        asked = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        assert asked["redirect_uri"] == f"https://cobrowse.example{CALLBACK}"
        planted = {"Cookie": cookie.partition(";")[0].removeprefix("__Host-")}
        back = provider.visit(answer.headers["Location"])
        path = back.removeprefix("https://cobrowse.example")
        assert problem(httpx.get(f"{server.url}{path}", headers=planted)) == "sso.attempt.invalid"


def test_a_callback_in_another_browser_signs_nobody_in(
    closed: Server, provider: FakeProvider, new_browser: Callable[[Server], httpx.Client]
) -> None:
    """Login CSRF: the attacker's own code and state, opened by the victim, with or without an attempt."""
    user(closed, provider.claims["email"])
    attacker, victim = new_browser(closed), new_browser(closed)
    back = provider.visit(begin(attacker))
    assert problem(victim.get(back)) == "sso.attempt.invalid"
    begin(victim)
    assert problem(victim.get(back)) == "sso.attempt.invalid"
    assert victim.get(ME).status_code == 401
    assert attacker.get(back).status_code == 200, "it was good where it was begun"


def test_a_callback_works_once(
    closed: Server, provider: FakeProvider, new_browser: Callable[[Server], httpx.Client]
) -> None:
    """Replay, with the very cookie too: by then the attempt is used, whatever the provider would say."""
    user(closed, provider.claims["email"])
    browser = new_browser(closed)
    back = provider.visit(begin(browser))
    kept = {"Cookie": f"opencobrowse_attempts={browser.cookies['opencobrowse_attempts']}"}
    assert browser.get(back).status_code == 200
    asked = provider.asked["/token"]
    for headers in ({}, kept):
        assert problem(httpx.get(back, headers=headers)) == "sso.attempt.invalid"
    assert provider.asked["/token"] == asked


@pytest.mark.parametrize(
    "query",
    ["", "code=x", "state=&code=x", "state=x&code=x", "state={s}x&code=x", "state={s}&state={s}&code={c}",
     "state=%ff&code=x", "state=%00&code=x", "state=ü"],
)  # fmt: skip
def test_a_state_that_is_not_ours_is_no_state(
    closed: Server, provider: FakeProvider, browser: httpx.Client, query: str
) -> None:
    user(closed, provider.claims["email"])
    back = dict(parse_qsl(urlsplit(provider.visit(begin(browser))).query))
    answer = browser.get(f"{CALLBACK}?{query.format(s=back['state'], c=back['code'])}")
    assert problem(answer) == "sso.attempt.invalid"
    assert browser.get(ME).status_code == 401


@pytest.mark.parametrize("cookie", ["x", ".", "W10.x", "a" * 8000, "é", "W10"])
def test_a_cookie_that_we_did_not_make_is_none(
    closed: Server, provider: FakeProvider, browser: httpx.Client, cookie: str
) -> None:
    headers = [(b"Cookie", f"opencobrowse_attempts={cookie}".encode())]
    assert httpx.get(f"{closed.url}/oauth/oidc/start", headers=headers).status_code == 303
    back = provider.visit(begin(browser))
    assert problem(httpx.get(back, headers=headers)) == "sso.attempt.invalid"


def test_several_tabs_sign_in_at_the_same_time(
    closed: Server, provider: FakeProvider, browser: httpx.Client
) -> None:
    user(closed, provider.claims["email"])
    wanted = [f"/console/sessions/{number}" for number in range(7)]
    backs = [provider.visit(begin(browser, path)) for path in wanted]
    found = [browser.get(back) for back in backs]
    assert [problem(a) for a in found] == ["sso.attempt.invalid"] * 2 + [None] * 5, "the oldest made room"
    assert all(path in answer.text for path, answer in list(zip(wanted, found, strict=True))[2:])


def test_long_addresses_still_fit_a_cookie(
    closed: Server, provider: FakeProvider, browser: httpx.Client
) -> None:
    user(closed, provider.claims["email"])
    wanted = f"/console/authorize?{'a' * 1900}"
    backs = [provider.visit(begin(browser, wanted)) for _ in range(3)]
    assert len(browser.cookies["opencobrowse_attempts"]) < 3700
    answer = browser.get(backs[-1])
    assert answer.status_code == 200 and wanted in answer.text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "evil.example", "",
        "/console//evil.example", "/%0d\r\nX: y", '/console"><script>alert(1)</script>', "/console/ü",
        "/" + "a" * 2001, " /console", "data:text/html,x",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(
    closed: Server, provider: FakeProvider, browser: httpx.Client, wanted: str
) -> None:
    """RFC 9700 section 4.11: no open redirect, by success or by failure."""
    user(closed, provider.claims["email"])
    answer = sign_on(browser, provider, wanted)
    assert re.findall(r"url=([^\"]*)", answer.text) == [f"{closed.url}/console"]
    provider.replies["/token"] = Reply(b"", 500)
    failed = sign_on(browser, provider, wanted)
    assert failed.headers["Location"].startswith(f"{closed.url}/console?sign_in_problem=")


def test_another_providers_answer_is_not_taken_to_ours(
    closed: Server, provider: FakeProvider, browser: httpx.Client
) -> None:
    """Mix-up, RFC 9207."""
    user(closed, provider.claims["email"])
    provider.answer = {"iss": "https://evil.example"}
    asked = provider.asked["/token"]
    assert problem(sign_on(browser, provider)) == "sso.answer.invalid"
    assert provider.asked["/token"] == asked


FORGED: list[dict[str, Any]] = [
    {"aud": "another-client"},
    {"iss": "https://evil.example"},
    {"exp": 1_700_000_000},
    {"nonce": "of another attempt"},
    {"azp": "another-client"},
]


@pytest.mark.parametrize("claims", FORGED)
def test_an_id_token_that_does_not_hold_signs_nobody_in(
    closed: Server, provider: FakeProvider, browser: httpx.Client, claims: dict[str, Any]
) -> None:
    """Every way to forge one is in tests/unit/adapters/test_oidc.py; here it ends at the sign-in page."""
    user(closed, provider.claims["email"])
    provider.claims |= claims
    assert problem(sign_on(browser, provider)) == "sso.answer.invalid"
    assert browser.get(ME).status_code == 401


def test_a_rotated_key_is_learnt_while_people_sign_in(
    closed: Server, provider: FakeProvider, browser: httpx.Client
) -> None:
    user(closed, provider.claims["email"])
    assert sign_on(browser, provider).status_code == 200
    provider.rotate(uuid.uuid4().hex)
    assert sign_on(browser, provider).status_code == 200


# -- when it fails -------------------------------------------------------------------------------------------


def test_what_the_provider_says_is_shown_to_nobody(
    closed: Server, provider: FakeProvider, browser: httpx.Client
) -> None:
    provider.answer = {"code": None, "error": "access_denied", "error_description": "<script>x</script>"}
    answer = sign_on(browser, provider, "/console/sessions/1?a=b")
    landed = urlsplit(answer.headers["Location"])
    assert (landed.path, answer.status_code) == ("/console/sessions/1", 303)
    said = dict(parse_qsl(landed.query))
    assert said == {
        "a": "b",
        "sign_in_problem": "sso.refused",
        "sign_in_reference": answer.headers["ININ-Correlation-Id"],
    }
    assert "script" not in str(answer.headers) and answer.text == ""


@pytest.mark.parametrize(
    ("path", "reply"),
    [("/token", Reply(b"", 500)), ("/token", Reply(b"<html>")), ("/token", Reply(b" " * 300_000))],
)
def test_a_provider_that_is_ill_is_said_to_be(
    closed: Server, provider: FakeProvider, browser: httpx.Client, path: str, reply: Reply
) -> None:
    user(closed, provider.claims["email"])
    provider.replies[path] = reply
    assert problem(sign_on(browser, provider)) == "sso.provider.unavailable"
    provider.calm()


def test_a_provider_that_is_gone_is_found_when_somebody_signs_in(tmp_path: Path) -> None:
    """The server starts, and passwords work, while the provider is down; and later it is there."""
    with fake_provider() as provider:
        provider.replies["/.well-known/openid-configuration"] = Reply(b"", 503)
        with (
            running(tmp_path, **settings(provider.issuer)) as server,
            httpx.Client(base_url=server.url) as browser,
        ):
            down = browser.get("/oauth/oidc/start", params={"next": "/console/sessions/1"})
            assert problem(down) == "sso.provider.unavailable"
            assert urlsplit(down.headers["Location"]).path == "/console/sessions/1"
            body = {"email": AGENT_EMAIL, "password": AGENT_PASSWORD}
            assert browser.post("/api/v2/opencobrowse/signin", json=body).status_code == 200
            assert httpx.get(f"{server.url}/health/ready").status_code == 200


def test_one_address_cannot_make_us_ask_the_provider_for_ever(tmp_path: Path, provider: FakeProvider) -> None:
    with (
        running(tmp_path, **settings(provider.issuer)) as server,
        httpx.Client(base_url=server.url) as browser,
    ):
        codes = (problem(browser.get("/oauth/oidc/start")) for _ in range(400))
        found = list(itertools.takewhile(lambda code: code is None, codes))
        assert len(found) == 300
        last = browser.get("/oauth/oidc/start", params={"next": quote("/console")})
        assert problem(last) == "too.many.requests"
