"""The console's sign-in: its cookie, its lock, and whose requests it counts for (B7; reliability.md D)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server, running

SIGN_IN = "/api/v2/opencobrowse/signin"
GOOD = {"email": AGENT_EMAIL, "password": AGENT_PASSWORD}


def test_the_cookie_cannot_be_read_or_sent_across(anybody: httpx.Client) -> None:
    answer = anybody.post(SIGN_IN, json=GOOD)
    assert answer.json()["email"] == AGENT_EMAIL
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("opencobrowse_session=")
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower() and "Path=/" in cookie
    assert "Secure" not in cookie, "plain http on loopback"
    assert anybody.cookies["opencobrowse_session"] not in answer.text


def test_under_https_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    """B7: the `__Host-` name, so that no neighbouring host can plant one."""
    with running(tmp_path, OPENCOBROWSE_PUBLIC_URL="https://cobrowse.example") as server:
        answer = httpx.post(server.url + SIGN_IN, json=GOOD)
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-opencobrowse_session=")
        assert "Secure" in cookie and "Path=/" in cookie and "domain" not in cookie.lower()
        value = cookie.partition("=")[2].partition(";")[0]
        me = f"{server.url}/api/v2/users/me"
        good = httpx.get(me, headers={"Cookie": f"__Host-opencobrowse_session={value}"})
        planted = httpx.get(me, headers={"Cookie": f"opencobrowse_session={value}"})
        assert (good.status_code, planted.status_code) == (200, 401)


def test_signing_out_ends_the_token(anybody: httpx.Client) -> None:
    anybody.post(SIGN_IN, json=GOOD)
    value = anybody.cookies["opencobrowse_session"]
    assert anybody.post("/api/v2/opencobrowse/signout").status_code == 204
    assert "opencobrowse_session" not in anybody.cookies
    kept = {"Cookie": f"opencobrowse_session={value}"}
    assert anybody.get("/api/v2/users/me", headers=kept).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    ],
)
def test_another_sites_request_does_not_count(anybody: httpx.Client, headers: dict[str, str]) -> None:
    """CSRF: the cookie comes along, the request is refused, and nothing has changed."""
    anybody.post(SIGN_IN, json=GOOD)
    refused = anybody.post("/api/v2/opencobrowse/signout", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "not.authorized")
    assert anybody.get("/api/v2/users/me").status_code == 200


def test_our_own_pages_requests_count(anybody: httpx.Client, server: Server) -> None:
    anybody.post(SIGN_IN, json=GOOD)
    own = {"Sec-Fetch-Site": "same-origin", "Origin": server.url}
    assert anybody.get("/api/v2/users/me", headers=own).status_code == 200


def test_ten_failures_lock_the_account(tmp_path: Path) -> None:
    """D: 10 failures, then 429 with the time to wait, for the right password too; others sign in."""
    with running(tmp_path) as server, httpx.Client(base_url=server.url, timeout=20) as client:
        wrong = {"email": AGENT_EMAIL.upper(), "password": "wrong"}
        statuses = [client.post(SIGN_IN, json=wrong).status_code for _ in range(10)]
        assert statuses == [401] * 10
        locked = client.post(SIGN_IN, json=GOOD)
        assert locked.status_code == 429
        assert 1 <= int(locked.headers["Retry-After"]) <= 60
        with server.client() as http:
            http.post(
                "/api/v2/users",
                json={"email": "b@example.com", "password": "another good one", "agent": True},
            )
        other = client.post(SIGN_IN, json={"email": "b@example.com", "password": "another good one"})
        assert other.status_code == 200


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(anybody: httpx.Client) -> None:
    answers = [
        anybody.post(SIGN_IN, json={"email": email, "password": "wrong"})
        for email in (AGENT_EMAIL, "nobody@example.com")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].json()["message"] == answers[1].json()["message"]


def test_a_viewers_ticket_is_for_the_sessions_agent(
    anybody: httpx.Client, http: httpx.Client, session: dict[str, Any], server: Server
) -> None:
    """A link alone opens nothing; a program has no eyes; a foreign page gets no ticket."""
    path = f"/api/v2/opencobrowse/sessions/{session['id']}/ticket"
    assert anybody.post(path).status_code == 401
    assert http.post(path).status_code == 403
    anybody.post(SIGN_IN, json=GOOD)
    ticket = anybody.post(path, headers={"Origin": server.url})
    assert ticket.status_code == 200
    assert (
        ticket.json()["websocketUrl"] == f"ws{server.url.removeprefix('http')}/live/sessions/{session['id']}"
    )
    assert ticket.json()["ticket"] not in ticket.json()["websocketUrl"]
    assert anybody.post(path, headers={"Origin": "https://evil.example"}).status_code == 403
    email = "other-agent@example.com"
    http.post("/api/v2/users", json={"email": email, "password": AGENT_PASSWORD, "agent": True})
    with httpx.Client(base_url=server.url, timeout=20) as other:
        other.post(SIGN_IN, json={"email": email, "password": AGENT_PASSWORD})
        assert other.post(path).status_code == 404, "another agent's session is not theirs to know of"
