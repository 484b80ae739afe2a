"""The token: fetched once, renewed before it ends, replaced once when it is refused."""

from __future__ import annotations

import base64
import threading
import time
from typing import Any

import httpx
import pytest

from opencobrowse.client import AuthenticationFailed, Client, ConfigurationError, Unauthorized
from tests.unit.client.support import Fake, answers

EMPTY = httpx.Response(200, json={"entities": []})
EXPIRED = httpx.Response(401, json={"message": "expired", "code": "credentials.expired", "status": 401})


def test_one_token_serves_many_calls() -> None:
    fake = Fake(answers(EMPTY))
    client = fake.client()
    for _ in range(3):
        client.users.list()
    assert fake.tokens == 1
    assert {r.headers["Authorization"] for r in fake.calls} == {"Bearer t1"}


@pytest.mark.parametrize(("expires_in", "last_good"), [(3600, 3540), (100, 90)])
def test_a_token_is_replaced_before_it_ends(expires_in: int, last_good: int) -> None:
    fake = Fake(answers(EMPTY), expires_in=expires_in)
    client = fake.client()
    client.users.list()
    fake.time += last_good - 1
    client.users.list()
    assert fake.tokens == 1
    fake.time += 1
    client.users.list()
    assert fake.tokens == 2


def test_a_refused_token_is_replaced_once() -> None:
    """A revoked token (api.md section 1) costs one more round trip, not an error."""
    fake = Fake(answers(EXPIRED, EMPTY))
    assert fake.client().users.list() == []
    assert [r.headers["Authorization"] for r in fake.calls] == ["Bearer t1", "Bearer t2"]


def test_a_token_that_is_refused_again_is_an_error_and_not_a_loop() -> None:
    fake = Fake(answers(EXPIRED))
    with pytest.raises(Unauthorized, match=r"credentials\.expired"):
        fake.client().users.list()
    assert len(fake.calls) == 2


def test_a_given_token_is_used_as_it_is() -> None:
    fake = Fake(answers(EXPIRED))
    with pytest.raises(Unauthorized):
        fake.client(client_id=None, client_secret=None, access_token="mine").users.list()
    assert [r.headers["Authorization"] for r in fake.seen] == ["Bearer mine"]


def test_credentials_go_by_basic_and_are_encoded_as_the_rfc_says() -> None:
    """RFC 6749 section 2.3.1: both are form-encoded before they are joined."""
    fake = Fake(answers(EMPTY))
    fake.client(client_id="a:b", client_secret="p%q").users.list()
    basic = fake.seen[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic) == b"a%3Ab:p%25q"
    assert fake.seen[0].content == b"grant_type=client_credentials"


def test_wrong_credentials_say_what_to_check() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"error": "invalid_client", "error_description": "client not found"})

    client = Client("localhost:1", "i", "s", transport=httpx.MockTransport(handler), environ={})
    with pytest.raises(AuthenticationFailed, match="client not found\nWhat to change: Check the client's id"):
        client.users.list()


def test_threads_share_one_fetch() -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            tokens.append(1)
            time.sleep(0.05)
            return httpx.Response(200, json={"access_token": "t", "expires_in": 60})
        return EMPTY

    tokens: list[int] = []
    client = Client("localhost:1", "i", "s", transport=httpx.MockTransport(slow), environ={})
    threads = [threading.Thread(target=client.users.list) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens == [1]


GENESYS = {"OPENCOBROWSE_URL": "http://localhost:1", "GENESYS_CLIENT_ID": "g", "GENESYS_CLIENT_SECRET": "h"}
OURS = {**GENESYS, "OPENCOBROWSE_CLIENT_ID": "o", "OPENCOBROWSE_CLIENT_SECRET": "s"}


@pytest.mark.parametrize(("environ", "pair"), [(OURS, b"o:s"), (GENESYS, b"g:h")])
def test_everything_can_come_from_the_environment(environ: dict[str, str], pair: bytes) -> None:
    fake = Fake(answers(EMPTY))
    fake.client(host=None, client_id=None, client_secret=None, environ=environ).users.list()
    assert base64.b64decode(fake.seen[0].headers["Authorization"][6:]) == pair


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "OPENCOBROWSE_URL"),
        ({"host": "localhost:1"}, "OPENCOBROWSE_CLIENT_ID"),
        ({"host": "localhost:1", "client_id": "i"}, "OPENCOBROWSE_CLIENT_SECRET"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_sent(given: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        Client(**given, environ={})
