"""`/oauth/authorize` and codes: RFC 6749 section 4.1, 7636 (PKCE), 8252 (loopback), 9207 (iss), 9700."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.oauth import BACK, Person, age, brought, fields, new_user, pkce, register
from tests.support.server import AGENT_EMAIL, Server

CLI = {
    "client_id": "opencobrowse-cli",
    "redirect_uri": "http://127.0.0.1:4711/callback",
    "response_type": "code",
}


@pytest.fixture(scope="module")
def program(server: Server) -> dict[str, str]:
    """A program with a secret: {clientId, clientSecret, …}."""
    return register(server, "--name", "Tickets & <Co>", "--redirect-uri", BACK)


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    with Person(server) as made:
        yield made


def query(program: dict[str, str], **more: str) -> dict[str, str]:
    return {
        "client_id": program["clientId"],
        "redirect_uri": BACK,
        "response_type": "code",
        "state": "s t&a/te",
        **more,
    }


def exchange(http: httpx.Client, program: dict[str, str], code: str, **more: Any) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **more}
    return http.post("/oauth/token", data=form, auth=(program["clientId"], program["clientSecret"]))


def works(http: httpx.Client, token: str) -> bool:
    return http.head("/api/v2/tokens/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_code_becomes_a_token_of_the_person(
    server: Server, anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    """The platform's `org` and `provider` are ignored; state comes back as it was; iss says who answers."""
    verifier, challenge = pkce()
    back = person.allow(**query(program, org="acme", provider="okta", **challenge))
    assert (back["state"], back["iss"], set(back)) == ("s t&a/te", server.url, {"code", "state", "iss"})
    answer = exchange(anybody, program, back["code"], code_verifier=verifier)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    assert anybody.get("/api/v2/users/me", headers=headers).json()["email"] == AGENT_EMAIL
    found = anybody.get("/api/v2/tokens/me", headers=headers).json()
    assert found["OAuthClient"]["id"] == program["clientId"]
    assert " ".join(found["authorizedScope"]) == body["scope"]
    assert "user:write" not in body["scope"], "the client may, the person may not"


def test_the_page_says_who_and_what_for_and_cannot_be_framed(
    person: Person, program: dict[str, str], server: Server
) -> None:
    page = person.http.get(f"/oauth/authorize?{urlencode(query(program, scope='cobrowse:read'))}")
    assert "Tickets &amp; &lt;Co&gt;" in page.text and "<Co>" not in page.text
    assert AGENT_EMAIL in page.text
    assert "read sessions" in page.text and "read conversations" not in page.text
    assert "https://program.example" in page.text
    assert "<script" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script" not in policy
    assert "form-action 'self' https://program.example;" in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers.get_list("Referrer-Policy") == ["same-origin"], "with none the form has no Origin"


def test_who_is_not_signed_in_is_sent_to_the_console_and_back(
    anybody: httpx.Client, program: dict[str, str]
) -> None:
    wanted = urlencode(query(program))
    first = anybody.get(f"/oauth/authorize?{wanted}")
    assert (first.status_code, first.headers["Location"]) == (303, f"/console/authorize?{wanted}")
    again = anybody.get(f"/oauth/authorize?{wanted}&signed_in=1")
    assert again.status_code == 400, "no circle where the browser keeps no cookie"
    assert "cookie" in again.text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_a_visit_from_elsewhere_is_asked_anew_from_our_own_page(
    person: Person, program: dict[str, str], headers: dict[str, str]
) -> None:
    answer = person.http.get(f"/oauth/authorize?{urlencode(query(program))}", headers=headers)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/console/authorize?")


@pytest.mark.parametrize(("status", "changes"), [
    (404, {"client_id": "nobody"}), (400, {"client_id": ""}), (400, {"redirect_uri": ""}),
    *((403, {"redirect_uri": address}) for address in (
        "https://evil.example/", BACK + "/", BACK + "?x=1", BACK + "#f",
        "https://program.example@evil.example/back", "//program.example/back", "http://program.example/back",
        "https://program.example/back/../back", "javascript:alert(1)", BACK + "\r\nSet-Cookie: x=y"))
])  # fmt: skip
def test_a_wrong_program_or_address_is_told_to_the_person_alone(
    anybody: httpx.Client, person: Person, program: dict[str, str], status: int, changes: dict[str, str]
) -> None:
    """No open redirector (RFC 9700 section 4.11): signed in or not, for any error, the browser stays here."""
    for http in (anybody, person.http):
        for more in ({}, {"response_type": "token"}, {"scope": "nonsense"}):
            answer = http.get(f"/oauth/authorize?{urlencode(query(program) | changes | more)}")
            assert answer.status_code == status
            assert "Location" not in answer.headers
            assert "javascript:alert" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_parameter_given_twice(anybody: httpx.Client, program: dict[str, str], server: Server) -> None:
    """RFC 6749 section 3.1: of two addresses none counts; of two states the program hears."""
    wanted = urlencode(query(program))
    evil = urlencode({"redirect_uri": "https://evil.example/"})
    assert anybody.get(f"/oauth/authorize?{wanted}&{evil}").status_code == 400
    assert anybody.get(f"/oauth/authorize?{evil}&{wanted}").status_code == 400
    answer = anybody.get(f"/oauth/authorize?{wanted}&state=other")
    assert brought(answer, BACK)["error"] == "invalid_request"


@pytest.mark.parametrize(("changes", "error"), [
    ({"response_type": ""}, "invalid_request"), ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"scope": "cobrows:read"}, "invalid_scope"), ({"request": "eyJ"}, "request_not_supported"),
    ({"request_uri": "https://p.example/r"}, "request_uri_not_supported"),
    ({"code_challenge": "a" * 43}, "invalid_request"),
    ({"code_challenge": "a" * 43, "code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
])  # fmt: skip
def test_what_else_is_wrong_is_told_to_the_program(
    anybody: httpx.Client, server: Server, program: dict[str, str], changes: dict[str, str], error: str
) -> None:
    answer = anybody.get(f"/oauth/authorize?{urlencode(query(program) | changes)}")
    back = brought(answer, f"{BACK}?")
    assert (answer.status_code, back["error"], back["state"], back["iss"]) == (
        303,
        error,
        "s t&a/te",
        server.url,
    )
    assert back["error_description"].isascii() and '"' not in back["error_description"]
    if error == "invalid_scope":
        assert "cobrowse:read" in back["error_description"], "the nearest is named"


def test_a_public_client_needs_pkce(anybody: httpx.Client) -> None:
    back = brought(anybody.get(f"/oauth/authorize?{urlencode(CLI)}"), CLI["redirect_uri"])
    assert back["error"] == "invalid_request"
    assert "code_challenge" in back["error_description"]


def test_deny_is_told_to_the_program(person: Person, server: Server, program: dict[str, str]) -> None:
    back = person.allow("deny", **query(program))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "s t&a/te", server.url)
    assert "code" not in back


# -- the consent is the person's own -------------------------------------------------------------------------


def test_an_answer_counts_only_from_our_own_page(
    server: Server, anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    """CSRF: another site's form, no cookie, no proof, a proof of another request, person or time."""
    form = {**person.asked(**query(program)), "answer": "allow"}
    own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}

    def refused(http: httpx.Client, body: dict[str, str], headers: dict[str, str]) -> None:
        answer = http.post("/oauth/authorize", data=body, headers=headers)
        assert answer.status_code in (400, 403), answer.headers.get("Location")
        assert "Location" not in answer.headers

    refused(anybody, form, own)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Sec-Fetch-Site": "same-site"}):  # fmt: skip
        refused(person.http, form, headers)
    without = {name: value for name, value in form.items() if name != "proof"}
    refused(person.http, without, own)
    ends, _, mac = form["proof"].partition(".")
    for proof in (
        "",
        "x",
        ".",
        f"{int(ends) + 1}.{mac}",
        f"{ends}.{'0' * 64}",
        f"0.{mac}",
        "9" * 30 + "." + mac,
    ):
        refused(person.http, {**form, "proof": proof}, own)
    other = person.asked(**query(program, scope="cobrowse:read"))
    refused(person.http, {**form, "request": other["request"]}, own)
    refused(person.http, {**form, "request": ""}, own)
    _, email = new_user(server)
    with Person(server, email) as somebody:
        refused(somebody.http, form, own)
    with Person(server) as elsewhere:
        refused(elsewhere.http, form, own)
    assert person.http.post("/oauth/authorize", data=form, headers=own).status_code == 303, (
        "the right one counts"
    )


def test_a_programs_token_is_nobody_at_the_console(
    server: Server, person: Person, anybody: httpx.Client, program: dict[str, str]
) -> None:
    """A narrow token, sent as the console's cookie, may not allow itself a wide one."""
    back = person.allow(**query(program, scope="cobrowse:read"))
    narrow = exchange(anybody, program, back["code"]).json()["access_token"]
    headers = {"Cookie": f"opencobrowse_session={narrow}"}
    answer = httpx.get(f"{server.url}/oauth/authorize?{urlencode(query(program))}", headers=headers)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/console/authorize")
    bearer = {"Authorization": f"Bearer {narrow}"}
    assert anybody.get(f"/oauth/authorize?{urlencode(query(program))}", headers=bearer).status_code == 303


# -- the exchange --------------------------------------------------------------------------------------------


def test_a_code_is_good_once_and_a_second_time_takes_back_what_it_gave(
    anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    back = person.allow(**query(program))
    first = exchange(anybody, program, back["code"]).json()
    assert works(anybody, first["access_token"])
    again = exchange(anybody, program, back["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not works(anybody, first["access_token"])
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    auth = (program["clientId"], program["clientSecret"])
    assert anybody.post("/oauth/token", data=refresh, auth=auth).json()["error"] == "invalid_grant"


def test_twenty_at_once_leave_no_token(
    anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    code = person.allow(**query(program))["code"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: exchange(anybody, program, code), range(20)))
    given = [answer.json()["access_token"] for answer in answers if answer.status_code == 200]
    assert len(given) == 1
    assert not works(anybody, given[0])


def test_a_stolen_code_is_worth_nothing(
    server: Server, anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    """Code injection: another verifier, another client, another address, PKCE taken out of the request."""
    verifier, challenge = pkce()
    code = person.allow(**query(program, **challenge))["code"]
    other = register(server, "--redirect-uri", BACK)
    for answer in (
        exchange(anybody, program, code, code_verifier=pkce()[0]),
        exchange(anybody, program, code, code_verifier=verifier[:-1]),
        exchange(anybody, program, code, code_verifier="short"),
        exchange(anybody, program, code, code_verifier="ü" * 50),
        exchange(anybody, program, code),
        exchange(anybody, program, code, code_verifier=verifier, redirect_uri=BACK + "/"),
        exchange(anybody, other, code, code_verifier=verifier),
        exchange(anybody, program, code + "x", code_verifier=verifier),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    missing = anybody.post("/oauth/token", data={"grant_type": "authorization_code", "code": code},
                           auth=(program["clientId"], program["clientSecret"]))  # fmt: skip
    assert missing.json()["error"] == "invalid_request"
    assert exchange(anybody, program, code, code_verifier=verifier).status_code == 200, (
        "it is the owner's still"
    )
    plain = person.allow(**query(program))["code"]
    downgraded = exchange(anybody, program, plain, code_verifier=verifier)
    assert downgraded.json()["error"] == "invalid_grant"


def test_a_code_lives_for_a_minute(
    server: Server, anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    code = person.allow(**query(program))["code"]
    age(server, "authorization_code", -61_000)
    answer = exchange(anybody, program, code)
    assert answer.json()["error"] == "invalid_grant"


def test_a_wrong_client_gets_nothing(anybody: httpx.Client, person: Person, program: dict[str, str]) -> None:
    code = person.allow(**query(program))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    basic = anybody.post("/oauth/token", data=form, auth=(program["clientId"], "wrong"))
    assert (basic.status_code, basic.json()["error"]) == (401, "invalid_client")
    bare = anybody.post("/oauth/token", data={**form, "client_id": program["clientId"]})
    assert (bare.status_code, bare.json()["error"]) == (400, "invalid_client")


def test_the_command_lines_client_is_public_and_takes_any_port(anybody: httpx.Client, person: Person) -> None:
    verifier, challenge = pkce()
    for port in ("", ":1", ":65535"):
        wanted = {**CLI, "redirect_uri": f"http://127.0.0.1{port}/callback", **challenge}
        code = person.allow(**wanted)["code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": "opencobrowse-cli",
                "redirect_uri": wanted["redirect_uri"], "code_verifier": verifier}  # fmt: skip
        answer = anybody.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        assert works(anybody, answer.json()["access_token"])
    own = anybody.post(
        "/oauth/token", data={"grant_type": "client_credentials", "client_id": "opencobrowse-cli"}
    )
    assert own.json()["error"] == "unauthorized_client"
    secret = {**form, "client_secret": "guess"}
    assert anybody.post("/oauth/token", data=secret).json()["error"] == "invalid_client"


# -- refresh tokens and revocation ---------------------------------------------------------------------------


def granted(anybody: httpx.Client, person: Person, program: dict[str, str], **more: str) -> dict[str, Any]:
    answer = exchange(anybody, program, person.allow(**query(program, **more))["code"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refresh(http: httpx.Client, program: dict[str, str], token: str, **more: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, **more}
    return http.post("/oauth/token", data=form, auth=(program["clientId"], program["clientSecret"]))


def test_a_refresh_token_turns_and_one_that_comes_again_ends_its_family(
    anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    """RFC 9700 section 4.14."""
    first = granted(anybody, person, program)
    second = refresh(anybody, program, first["refresh_token"]).json()
    third = refresh(anybody, program, second["refresh_token"]).json()
    assert len({g["refresh_token"] for g in (first, second, third)}) == 3
    assert all(works(anybody, g["access_token"]) for g in (first, second, third))
    stolen = refresh(anybody, program, first["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert not any(works(anybody, g["access_token"]) for g in (first, second, third))
    assert refresh(anybody, program, third["refresh_token"]).json()["error"] == "invalid_grant"


def test_twenty_refreshes_at_once_end_the_family(
    anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    first = granted(anybody, person, program)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: refresh(anybody, program, first["refresh_token"]), range(20)))
    given = [a.json() for a in answers if a.status_code == 200]
    assert len(given) == 1
    assert not works(anybody, given[0]["access_token"])


def test_a_refresh_narrows_and_never_widens(
    server: Server, anybody: httpx.Client, program: dict[str, str]
) -> None:
    user_id, email = new_user(server)
    with Person(server, email) as person:
        first = granted(anybody, person, program, scope="cobrowse")
    wide = refresh(anybody, program, first["refresh_token"], scope="conversation:read cobrowse:read").json()
    assert wide["scope"] == "cobrowse:read"
    assert (
        refresh(anybody, program, wide["refresh_token"], scope="nonsense").json()["error"] == "invalid_scope"
    )
    full = refresh(anybody, program, wide["refresh_token"]).json()
    assert full["scope"].split() == first["scope"].split(), (
        "what was allowed once is not lost by asking for less"
    )
    with server.client() as http:
        http.post(f"/api/v2/users/{user_id}/permissions", json={"remove": ["cobrowse:read"]})
    assert "cobrowse:read" not in refresh(anybody, program, full["refresh_token"]).json()["scope"].split()


def test_another_client_cannot_use_or_revoke_it(
    server: Server, anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    first, other = granted(anybody, person, program), register(server)
    assert refresh(anybody, other, first["refresh_token"]).json()["error"] == "invalid_grant"
    for token in (first["refresh_token"], first["access_token"]):
        answer = revoke(anybody, other, token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert works(anybody, first["access_token"])
    assert refresh(anybody, program, first["refresh_token"]).status_code == 200


def revoke(http: httpx.Client, program: dict[str, str], token: str) -> httpx.Response:
    return http.post(
        "/oauth/revoke", data={"token": token}, auth=(program["clientId"], program["clientSecret"])
    )


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_revoking_one_token_ends_what_came_of_the_same_consent(
    anybody: httpx.Client, person: Person, program: dict[str, str], kind: str
) -> None:
    """RFC 7009. Another consent of the same person and program goes on; an unknown token is no error."""
    first, other = granted(anybody, person, program), granted(anybody, person, program)
    answer = revoke(anybody, program, first[kind])
    assert (answer.status_code, answer.content) == (200, b"")
    assert not works(anybody, first["access_token"])
    assert refresh(anybody, program, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert works(anybody, other["access_token"])
    assert revoke(anybody, program, first[kind]).status_code == 200
    assert revoke(anybody, program, "nonsense").status_code == 200
    wrong = anybody.post("/oauth/revoke", data={"token": "x"}, auth=(program["clientId"], "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    form = {"token": "x", "client_id": "nobody", "client_secret": "wrong"}
    for sent in (form, {"token": "x"}):
        wrong = anybody.post("/oauth/revoke", data=sent)
        assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
        assert wrong.headers["WWW-Authenticate"].startswith("Basic")
    missing = anybody.post("/oauth/revoke", auth=(program["clientId"], program["clientSecret"]))
    assert missing.json()["error"] == "invalid_request"


def test_delete_tokens_me_ends_the_consent_too(
    anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    """The SDKs' way to sign out."""
    first = granted(anybody, person, program)
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    assert anybody.delete("/api/v2/tokens/me", headers=headers).status_code == 200
    assert refresh(anybody, program, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert person.http.get("/api/v2/users/me").status_code == 200, "the console's sign-in is another"


def test_who_is_made_inactive_is_signed_out_of_everything(
    server: Server, anybody: httpx.Client, program: dict[str, str]
) -> None:
    """Codes and refresh tokens go along, and do not come back with the person."""
    user_id, email = new_user(server)
    with Person(server, email) as person:
        first = granted(anybody, person, program)
        code = person.allow(**query(program))["code"]
        with server.client() as http:
            for state in ("inactive", "active"):
                assert http.patch(f"/api/v2/users/{user_id}", json={"state": state}).status_code == 200
        assert person.http.get("/api/v2/users/me").status_code == 401
    assert not works(anybody, first["access_token"])
    assert refresh(anybody, program, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert exchange(anybody, program, code).json()["error"] == "invalid_grant"


def test_a_new_password_signs_out_of_everything(
    server: Server, anybody: httpx.Client, program: dict[str, str]
) -> None:
    import subprocess
    import sys
    from pathlib import Path

    _, email = new_user(server)
    with Person(server, email) as person:
        first = granted(anybody, person, program)
    command = [str(Path(sys.executable).parent / "opencobrowse"), "user", "create", email, "--generate",
               "--data-dir", str(server.data_dir)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    assert not works(anybody, first["access_token"])
    assert refresh(anybody, program, first["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_old_refresh_token_is_not_taken(
    server: Server, anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    first = granted(anybody, person, program)
    age(server, "refresh_token", -31 * 24 * 3_600_000)
    assert refresh(anybody, program, first["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_family_does_not_grow_for_ever(
    server: Server, anybody: httpx.Client, person: Person, program: dict[str, str]
) -> None:
    """I11: the last hundred are remembered; what is older is unknown, and refused."""
    first = granted(anybody, person, program)
    token = first["refresh_token"]
    for _ in range(105):
        token = refresh(anybody, program, token).json()["refresh_token"]
    with sqlite3.connect(server.data_dir / "opencobrowse.db") as db:
        (most,) = db.execute(
            "SELECT MAX(n) FROM (SELECT COUNT(*) n FROM refresh_token GROUP BY family)"
        ).fetchone()
    db.close()
    assert most <= 101
    assert not works(anybody, first["access_token"])
    assert refresh(anybody, program, first["refresh_token"]).json()["error"] == "invalid_grant"


# -- everything around ---------------------------------------------------------------------------------------


def test_a_person_of_another_organisation_is_not_asked(server: Server, program: dict[str, str]) -> None:
    """I10. Their account is made in the store: what makes organisations is another room's."""
    _, email = new_user(server)
    with Person(server, email) as person:
        move(server, email, str(uuid.uuid4()))
        answer = person.http.get(f"/oauth/authorize?{urlencode(query(program))}")
        assert answer.status_code in (303, 403)
        assert not answer.headers.get("Location", "").startswith(BACK)


def test_the_metadata_tells_what_is_there(server: Server, anybody: httpx.Client) -> None:
    """RFC 8414: the issuer is the server itself; each address answers."""
    found = anybody.get("/.well-known/oauth-authorization-server").json()
    assert found["issuer"] == server.url
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert set(found["grant_types_supported"]) >= {
        "authorization_code",
        "refresh_token",
        "client_credentials",
    }
    assert httpx.get(found["authorization_endpoint"]).status_code == 400
    assert httpx.post(found["token_endpoint"]).json()["error"] == "invalid_request"
    assert httpx.post(found["revocation_endpoint"]).json()["error"] == "invalid_client"
    assert "cobrowse:read" in found["scopes_supported"]


def test_the_fields_of_the_page_are_what_was_asked(person: Person, program: dict[str, str]) -> None:
    wanted = urlencode(query(program, state="<&\"'"))
    page = person.http.get(f"/oauth/authorize?{wanted}&signed_in=1")
    assert fields(page.text)["request"] == wanted


def test_two_people_of_one_program_do_not_share_a_key(
    server: Server, anybody: httpx.Client, person: Person, program: dict[str, str], http: httpx.Client
) -> None:
    """I7: the `Idempotency-Key` is the caller's; through one program each person is a caller."""
    user_id, email = new_user(server)
    made = http.post("/api/v2/conversations", json={"type": "voice", "participants": [
        {"userId": user_id, "role": "agent"},
        {"userId": server.agent_id(), "role": "agent"}]}).json()  # fmt: skip
    with Person(server, email) as ada:
        tokens = [granted(anybody, one, program)["access_token"] for one in (person, ada)]
    answers = [
        anybody.post(f"/api/v2/conversations/{made['id']}/cobrowse", json={},
                     headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "mine"})
        for token in tokens
    ]  # fmt: skip
    assert [a.status_code for a in answers] == [200, 409]


def move(server: Server, email: str, org_id: str) -> None:
    with sqlite3.connect(server.data_dir / "opencobrowse.db", timeout=20) as db:
        body = "CAST(json_set(CAST(body AS TEXT), '$.org_id', ?) AS BLOB)"
        db.execute(f"UPDATE person SET org_id = ?, body = {body} WHERE email = ?", (org_id, org_id, email))
    db.close()
