"""Where a person's sign-in is kept, and what the loopback listener listens to (RFC 8252, 9207, 9700)."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from opencobrowse.client.errors import ConfigurationError, SignInFailed
from opencobrowse.client.login import Login, Logins, access_token, logins, sign_in
from opencobrowse.client.loopback import Listener

HOST = "https://cobrowse.example"
ISSUER = HOST


def test_a_sign_in_is_kept_for_its_server_and_for_its_owner_alone(tmp_path: Path) -> None:
    kept = logins({"XDG_CONFIG_HOME": str(tmp_path)})
    login = Login(HOST, "access", "refresh", 5.0)
    path = kept.save(login)
    assert path.parent == tmp_path / "opencobrowse" / "logins"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert kept.load(HOST) == login
    assert kept.load("https://other.example") is None
    assert [p.name for p in path.parent.iterdir()] == [path.name], "nothing is left lying about"
    kept.save(Login(HOST, "newer", "refresh", 6.0))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept.forget(HOST)
    kept.forget(HOST)
    assert kept.load(HOST) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"host": 5}', b"\xff"])
def test_a_file_that_cannot_be_read_is_no_sign_in(tmp_path: Path, content: bytes) -> None:
    kept = Logins(tmp_path)
    kept.path(HOST).write_bytes(content)
    assert kept.load(HOST) is None
    assert access_token(HOST, kept) is None


def test_no_host_leads_out_of_the_folder(tmp_path: Path) -> None:
    assert Logins(tmp_path).path("http://../../x").parent == tmp_path


def test_a_token_with_time_left_is_used_as_it_is(tmp_path: Path) -> None:
    kept = Logins(tmp_path)
    kept.save(Login(HOST, "access", "refresh", 10_000.0))
    assert access_token(HOST, kept, now=lambda: 9_000.0) == "access"


def test_genesys_cloud_is_told_that_it_is_another_way(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="id and the secret"):
        sign_in("mypurecloud.ie", Logins(tmp_path), lambda _: None)


def visited(*queries: dict[str, str], path: str | None = None) -> tuple[list[int], str | SignInFailed]:
    """The statuses that the browser gets for `queries`, one after the other, and what the listener heard."""
    heard: list[str | SignInFailed] = []
    with Listener("our state", ISSUER) as listener:

        def listen() -> None:
            try:
                heard.append(listener.code(10))
            except SignInFailed as failed:
                heard.append(failed)

        thread = threading.Thread(target=listen)
        thread.start()
        address = listener.address if path is None else listener.address.replace("/callback", path)
        statuses = []
        for number, query in enumerate(queries):
            here = listener.address if number == len(queries) - 1 else address
            answer = httpx.get(f"{here}?{urlencode(query)}")
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            statuses.append(answer.status_code)
        thread.join(15)
    return statuses, heard[0]


RIGHT = {"code": "the code", "state": "our state", "iss": ISSUER}


def test_what_does_not_show_our_state_is_not_listened_to() -> None:
    """A page of somebody else may call the port: it neither signs in nor ends the waiting."""
    wrong = [{}, {"code": "evil"}, {**RIGHT, "state": "guess"}, {"error": "access_denied"}]
    assert visited(*wrong, RIGHT) == ([404, 404, 404, 404, 200], "the code")
    assert visited(RIGHT, RIGHT, path="/other") == ([404, 200], "the code")


@pytest.mark.parametrize("issuer", [None, "https://evil.example", f"{ISSUER}/"])
def test_an_answer_of_another_server_is_refused(issuer: str | None) -> None:
    """Mix-up (RFC 9700 section 4.4): the code is not sent to anybody."""
    query = {name: value for name, value in {**RIGHT, "iss": issuer}.items() if value is not None}
    _, heard = visited(query)
    assert isinstance(heard, SignInFailed)
    assert "another server" in str(heard)


def test_a_refusal_is_said_in_its_words() -> None:
    _, heard = visited(
        {"error": "access_denied", "error_description": "No.", "state": "our state", "iss": ISSUER}
    )
    assert str(heard) == "Nobody was signed in: No."


def test_nobody_is_waited_for_for_ever() -> None:
    with Listener("s", ISSUER) as listener, pytest.raises(SignInFailed, match=r"for 0\.05 s"):
        listener.code(0.05)
