"""Test double mode (issue 4): chosen calls fail on purpose. The rules are those of the docs' example."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from opencobrowse.client import Client
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server, running
from tests.wild.checks import ERROR_KEYS
from tests.wild.conftest import World

ROOT = Path(__file__).parents[2]
RULES = ROOT / "examples" / "simulate" / "rules.toml"
MARK = "opencobrowse-simulated"


@pytest.fixture
def double(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, "--simulate", str(RULES)) as server:
        yield server


@pytest.fixture
def world(double: Server) -> Iterator[World]:
    with double.client() as http:
        yield World(http, double.agent_id())


def rules(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    return path


def sessions_of(world: World, conversation: str) -> set[str]:
    """Every session that the conversation has had."""
    found = world.http.get("/api/v2/opencobrowse/sessions").json()["entities"]
    return {s["id"] for s in found if s["conversationId"] == conversation}


def test_the_ready_line_warns(double: Server) -> None:
    assert double.url in double.ready_line
    assert "SIMULATING" in double.ready_line and "not for production" in double.ready_line


def test_a_429_is_the_platforms(world: World) -> None:
    """Retry-After, the limits, an ErrorBody, and nothing done."""
    conversation = world.new_id()
    answer = world.start(conversation, headers={"Origin": "https://shop.example"})
    assert answer.status_code == 429
    assert answer.headers[MARK] == "the first start is throttled"
    assert answer.headers["Retry-After"] == answer.headers["inin-ratelimit-reset"] == "1"
    assert (answer.headers["inin-ratelimit-allowed"], answer.headers["inin-ratelimit-count"]) == (
        "300",
        "301",
    )
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    body = answer.json()
    assert body.keys() >= ERROR_KEYS and body["code"] == "too.many.requests"
    assert body["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert sessions_of(world, conversation) == set()
    again = world.start(conversation)
    assert again.status_code == 200 and MARK not in again.headers


def test_a_code_and_a_body_to_match(world: World) -> None:
    world.start(world.new_id())
    refused = world.start(world.new_id(), {"reason": "forbidden"})
    assert (refused.status_code, refused.json()["code"]) == (403, "missing.any.permissions")
    assert world.start(world.new_id(), {"reason": "allowed"}).status_code == 200


def test_a_slow_answer_is_the_real_one(world: World) -> None:
    begun = time.monotonic()
    answer = world.http.get(f"/api/v2/users/{world.agent}")
    assert time.monotonic() - begun >= 0.3
    assert answer.json()["id"] == world.agent
    assert answer.headers[MARK] == "the directory is slow"


def test_no_answer_at_all(world: World) -> None:
    path = "/api/v2/organizations/me"
    with pytest.raises(httpx.ReadTimeout):
        world.http.get(path, headers={"X-Test": "hang"}, timeout=0.5)
    assert world.http.get(path).status_code == 200


def test_chances_are_the_same_in_every_run(tmp_path: Path) -> None:
    orders = []
    for number in (1, 2):
        with running(tmp_path / str(number), "--simulate", str(RULES)) as server, server.client() as http:
            path = "/api/v2/conversations/00000000-0000-4000-8000-000000000000"
            orders.append([http.get(path).status_code for _ in range(40)])
    assert orders[0] == orders[1]
    assert set(orders[0]) == {404, 503}


def test_an_answer_that_is_lost_starts_one_session(world: World) -> None:
    """I7: the start was done, its answer never came; the same key again gets the first answer."""
    world.start(world.new_id())
    conversation, headers = world.new_id(), {"Idempotency-Key": "one"}
    with pytest.raises(httpx.RemoteProtocolError):
        world.start(conversation, {"reason": "lost"}, headers=headers)
    (started,) = sessions_of(world, conversation)
    again = world.start(conversation, {"reason": "lost"}, headers=headers)
    assert again.json()["id"] == started
    assert sessions_of(world, conversation) == {started}


def test_our_client_survives_throttling_and_a_lost_answer(double: Server, world: World) -> None:
    """Both rules one after the other, by one `start` of the client: one session."""
    conversation = world.new_id()
    with Client(double.url, CLIENT_ID, CLIENT_SECRET) as client:
        session = client.cobrowse.start(conversation, reason="lost")
    assert sessions_of(world, conversation) == {session.id}


def test_each_answer_and_how_often(tmp_path: Path) -> None:
    """`every`, `times`, every status, a lost answer of every kind, and a token that is refused."""
    statuses = (401, 403, 404, 409, 422, 500, 502, 503, 504)
    text = "".join(
        '[[rule]]\npath = "/api/v2/organizations/me"\n'
        f'header = {{ "x-want" = "{status}" }}\nanswer = {status}\n'
        for status in statuses
    ) + (
        '[[rule]]\npath = "/api/v2/users"\nmethod = "GET"\nevery = 2\ntimes = 2\nanswer = 500\n'
        '[[rule]]\npath = "/api/v2/conversations"\nmethod = "POST"\nanswer = 504\nafter_effect = true\n'
        '[[rule]]\npath = "/oauth/token"\nheader = { "x-want" = "401" }\nanswer = 401\n'
        '[[rule]]\npath = "/api/v2/conversations/**"\nmethod = "DELETE"\ndrop = true\n'
    )
    with (
        running(tmp_path / "data", "--simulate", str(rules(tmp_path, text))) as server,
        server.client() as http,
    ):
        for status in statuses:
            answer = http.get("/api/v2/organizations/me", headers={"X-Want": str(status)})
            assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert [http.get("/api/v2/users").status_code for _ in range(6)] == [200, 500, 200, 500, 200, 200]
        assert http.post("/api/v2/conversations", json={"type": "voice"}).status_code == 504
        (made,) = http.get("/api/v2/conversations").json()["entities"]
        with pytest.raises(httpx.RemoteProtocolError):
            http.delete(f"/api/v2/conversations/{made['id']}")
        assert http.get(f"/api/v2/conversations/{made['id']}").json()["state"] == "active"
        refused = http.post(
            "/oauth/token", headers={"X-Want": "401"}, data={"grant_type": "client_credentials"}
        )
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


BAD = {
    "": "no rules",
    "rule = 7": "no rules",
    "[[rule]]\npath = = 7": "line 2",
    'sead = 7\n[[rule]]\npath = "/x"\nhang = true': "line 1, sead is not known. Did you mean seed?",
    '[[rule]]\npath = "/x"\nprobabilty = 1.0': "rule 1, probabilty is not known. Did you mean probability?",
    '[[rule]]\npath = "/x"\nhang = true\n\n[[rule]]\npath = "/y"\nanswer = 200': "line 7, rule 2, answer",
    '[[rule]]\npath = "/x"\nanswer = "429"': "line 3, rule 1, answer: Expected `int",
    '[[rule]]\npath = "x"\nhang = true': "line 2, rule 1, path",
    "[[rule]]\nhang = true": "missing required field `path`",
    '[[rule]]\npath = "/x"': "nothing happens",
    '[[rule]]\npath = "/x"\nhang = true\ndrop = true': "cannot both happen",
    '[[rule]]\npath = "/x"\ndelay_ms = 1\nafter_effect = true': "needs answer, drop or hang",
    '[[rule]]\npath = "/**/x"\nhang = true': "at the end only",
    '[[rule]]\npath = "/x"\nhang = true\ncalls = [1]\nevery = 2': "exclude each other",
    '[[rule]]\npath = "/x"\nhang = true\nprobability = 2': "line 4, rule 1, probability",
    '[[rule]]\npath = "/x"\nhang = true\ncalls = [0]': "line 4, rule 1, calls",
}


def refused(tmp_path: Path, *options: str) -> tuple[int, str]:
    """How `serve` ends with these options."""
    command = [str(Path(sys.executable).parent / "opencobrowse"), "serve", "--port", "0",
               "--data-dir", str(tmp_path / "data"), *options]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return done.returncode, " ".join(done.stderr.split())


@pytest.mark.parametrize("text", BAD)
def test_a_bad_file_is_refused_with_line_and_key(tmp_path: Path, text: str) -> None:
    from opencobrowse.http.simulate_rules import BadRules, load

    with pytest.raises(BadRules) as error:
        load(rules(tmp_path, text))
    assert BAD[text] in str(error.value)


def test_serve_ends_with_what_is_wrong(tmp_path: Path) -> None:
    code, said = refused(tmp_path, "--simulate", str(rules(tmp_path, "[[rule]]\nhang = true")))
    assert code == 2
    assert "missing required field" in said
    assert not (tmp_path / "data").exists()
    assert refused(tmp_path, "--simulate", str(tmp_path / "none.toml"))[0] == 2


@pytest.mark.parametrize(
    "options", [("--host", "0.0.0.0"), ("--public-url", "https://cobrowse.example.com"), ("--host", "::")]
)
def test_not_in_production_by_accident(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, said = refused(tmp_path, "--simulate", str(RULES), *options)
    assert code == 2
    assert "simulate_anywhere" in said


def test_anywhere_on_purpose(tmp_path: Path) -> None:
    options = (
        "--simulate",
        str(RULES),
        "--simulate-anywhere",
        "--public-url",
        "https://cobrowse.example.com",
    )
    with running(tmp_path, *options) as server:
        assert "SIMULATING" in server.ready_line


def test_off_there_is_no_layer(server: Server) -> None:
    """Nothing is simulated, marked or said without the option."""
    assert "SIMULATING" not in server.ready_line
    with server.client() as http:
        assert MARK not in http.get("/api/v2/organizations/me", headers={"X-Test": "hang"}).headers
