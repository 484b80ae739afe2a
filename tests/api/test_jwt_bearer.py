"""`grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523; api.md section 1; B12)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.oauth import ASSERTION, CLIENT_ASSERTION, MAKERS, Signer, new_user, signer
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server


@pytest.fixture(scope="module")
def program(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return signer(server, tmp_path_factory.mktemp("keys"))


def bearer(http: httpx.Client, assertion: str, **more: str) -> httpx.Response:
    return http.post("/oauth/token", data={"grant_type": ASSERTION, "assertion": assertion, **more})


def me(http: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return dict(http.get("/api/v2/tokens/me", headers=headers).json())


@pytest.mark.parametrize("algorithm", list(MAKERS))
def test_a_program_signs_for_its_own_token(
    server: Server, anybody: httpx.Client, tmp_path: Path, algorithm: str
) -> None:
    own = signer(server, tmp_path, algorithm=algorithm)
    answer = bearer(anybody, own())
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    assert answer.headers["Cache-Control"] == "no-store"
    found = me(anybody, answer)
    assert found["OAuthClient"]["id"] == own.client_id
    assert "userId" not in found


def test_it_acts_for_a_person_within_what_all_three_may(
    server: Server, anybody: httpx.Client, tmp_path: Path
) -> None:
    """User's permissions ∩ client's ∩ scope; taking one from the person works at once."""
    own = signer(server, tmp_path, "--permission", "cobrowse:read", "--permission", "conversation:write",
                 "--permission", "conversation:read")  # fmt: skip
    user_id, email = new_user(server)
    for subject in (user_id, user_id.upper(), email.upper()):
        found = me(anybody, bearer(anybody, own(sub=subject)))
        assert (found["userId"], found["OAuthClient"]["id"]) == (user_id, own.client_id)
        assert found["authorizedScope"] == ["cobrowse:read", "conversation:read"], (
            "conversation:write is not hers"
        )
    answer = bearer(anybody, own(sub=user_id), scope="cobrowse:read cobrowse:agent")
    assert answer.json()["scope"] == "cobrowse:read"
    assert me(anybody, answer)["authorizedScope"] == ["cobrowse:read"]
    with server.client() as http:
        change = http.post(f"/api/v2/users/{user_id}/permissions", json={"remove": ["cobrowse:read"]})
        assert change.status_code == 200
    assert me(anybody, answer)["authorizedScope"] == []


def test_users_me_is_the_person_it_acts_for(server: Server, anybody: httpx.Client, program: Signer) -> None:
    user_id, _ = new_user(server)
    token = bearer(anybody, program(sub=user_id)).json()["access_token"]
    user = anybody.get("/api/v2/users/me", headers={"Authorization": f"Bearer {token}"})
    assert (user.status_code, user.json()["id"]) == (200, user_id)


def test_an_assertion_buys_once(anybody: httpx.Client, program: Signer) -> None:
    """Replay: also of fifty at the same moment, and of the same jti in another assertion."""
    text = program()
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: bearer(anybody, text).status_code, range(50)))
    assert sorted(statuses) == [200] + [400] * 49
    again = bearer(anybody, text)
    assert again.json()["error"] == "invalid_grant"
    assert "jti" in again.json()["error_description"]
    one = program(jti="mine")
    assert bearer(anybody, one).status_code == 200
    assert bearer(anybody, program(jti="mine", sub=None) + "x").status_code == 400
    assert bearer(anybody, program(jti="mine")).json()["error"] == "invalid_grant"


def test_a_refused_one_is_not_used_up(anybody: httpx.Client, program: Signer) -> None:
    """An unknown scope or person is put right and sent again."""
    text = program()
    assert bearer(anybody, text, scope="cobrows:read").json()["error"] == "invalid_scope"
    assert bearer(anybody, text, scope="cobrowse:read").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"aud": "https://else.example"}, "aud"),
        ({"exp": 1}, "expired"),
        ({"exp": 9_999_999_999}, "more than an hour"),
        ({"iat": 9_999_999_999}, "iat is in the future"),
        ({"jti": None}, "jti is missing"),
        ({"sub": "nobody@example.com"}, "nobody@example.com"),
        ({"iss": "nobody"}, "'nobody' is no client"),
        ({"iss": CLIENT_ID}, "no client with a public key"),
    ],
)
def test_each_refusal_says_why(
    anybody: httpx.Client, program: Signer, changes: dict[str, Any], said: str
) -> None:
    answer = bearer(anybody, program(**changes))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert said in answer.json()["error_description"] == answer.json()["description"]


def test_what_is_missing_is_named(anybody: httpx.Client) -> None:
    answer = anybody.post("/oauth/token", data={"grant_type": ASSERTION})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "assertion" in answer.json()["description"]


def test_nobody_acts_for_who_is_inactive(server: Server, anybody: httpx.Client, program: Signer) -> None:
    user_id, _ = new_user(server)
    token = bearer(anybody, program(sub=user_id)).json()["access_token"]
    with server.client() as http:
        assert http.patch(f"/api/v2/users/{user_id}", json={"state": "inactive"}).status_code == 200
    assert bearer(anybody, program(sub=user_id)).json()["error"] == "invalid_grant"
    answer = anybody.head("/api/v2/tokens/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_another_client_may_not_send_it(anybody: httpx.Client, program: Signer) -> None:
    answer = anybody.post("/oauth/token", auth=(CLIENT_ID, CLIENT_SECRET),
                          data={"grant_type": ASSERTION, "assertion": program()})  # fmt: skip
    assert answer.json()["error"] == "invalid_grant"


def test_an_assertion_in_place_of_a_secret(anybody: httpx.Client, program: Signer) -> None:
    """RFC 7523 section 2.2, once as well; iss, sub and client_id are all the client."""
    form = {"grant_type": "client_credentials", "client_assertion_type": CLIENT_ASSERTION}
    text = program()
    good = anybody.post("/oauth/token", data={**form, "client_assertion": text})
    assert me(anybody, good)["OAuthClient"]["id"] == program.client_id
    for wrong in (
        {**form, "client_assertion": text},
        {**form, "client_assertion": program(sub="other")},
        {**form, "client_assertion": program(), "client_id": "other"},
        {**form, "client_assertion": program(exp=1)},
        {"grant_type": "client_credentials", "client_assertion": program()},
        {**form, "client_assertion_type": "x", "client_assertion": program()},
    ):
        answer = anybody.post("/oauth/token", data=wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client"), wrong
    twice = anybody.post("/oauth/token", data={**form, "client_assertion": program()}, auth=("a", "b"))
    assert twice.json()["error"] == "invalid_request"
