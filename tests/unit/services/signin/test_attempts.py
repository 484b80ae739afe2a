"""Sign-ins on their way: whose they are, how long, and what the cookie gives away (RFC 9700, 4.7)."""

from __future__ import annotations

import base64
import json

import pytest

from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.secrets import Keyring
from opencobrowse.services.signin.attempts import Attempts, own_path


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def attempts(clock: ManualClock) -> Attempts:
    return Attempts(Keyring(b"k" * 32), clock)


def test_an_attempt_is_known_for_ten_minutes(attempts: Attempts, clock: ManualClock) -> None:
    attempt, cookie = attempts.begin("", "/console/a")
    clock.advance(limits.SINGLE_SIGN_ON_MS - 1)
    trip, rest = attempts.take(cookie, attempt.state)
    assert trip is not None and (trip.next, rest) == ("/console/a", "")
    assert attempts.attempt(trip) == attempt
    clock.advance(1)
    assert attempts.take(cookie, attempt.state) == (None, "")


def test_taking_one_leaves_the_others(attempts: Attempts) -> None:
    first, cookie = attempts.begin("", "/console/1")
    second, cookie = attempts.begin(cookie, "/console/2")
    trip, cookie = attempts.take(cookie, first.state)
    assert trip is not None and trip.next == "/console/1"
    assert attempts.take(cookie, first.state)[0] is None
    other, cookie = attempts.take(cookie, second.state)
    assert other is not None and (other.next, cookie) == ("/console/2", "")


def test_the_three_texts_are_unlike_and_not_in_the_cookie(attempts: Attempts) -> None:
    attempt, cookie = attempts.begin("", "/console")
    texts = {attempt.state, attempt.nonce, attempt.verifier}
    assert len(texts) == 3
    plain = _payload(cookie)
    assert not any(text in cookie or text in plain for text in texts)
    assert all(43 <= len(text) <= 128 for text in texts), "RFC 7636 section 4.1"


def _payload(cookie: str) -> str:
    body = cookie.partition(".")[0]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()


def test_a_changed_cookie_is_none(attempts: Attempts) -> None:
    """Neither another destination, nor more time, nor a seed of one's own, nor another server's seal."""
    attempt, cookie = attempts.begin("", "/console")
    [[seed, wanted, expires]] = json.loads(_payload(cookie))
    seal = cookie.partition(".")[2]
    for trips in (
        [[seed, "https://evil.example", expires]],
        [[seed, wanted, expires + 1]],
        [["mine", wanted, expires]],
    ):
        body = base64.urlsafe_b64encode(json.dumps(trips).encode()).rstrip(b"=").decode()
        assert attempts.take(f"{body}.{seal}", attempt.state) == (None, "")
    _, foreign = Attempts(Keyring(b"x" * 32), ManualClock()).begin("", "/console")
    assert attempts.take(foreign, attempt.state) == (None, "")
    assert attempts.take(cookie, attempt.state)[0] is not None


def test_a_cookie_holds_five_attempts_and_fits_a_browser(attempts: Attempts) -> None:
    cookie = ""
    states = []
    for number in range(limits.SINGLE_SIGN_ONS_AT_ONCE + 1):
        attempt, cookie = attempts.begin(cookie, f"/console/{number}")
        states.append(attempt.state)
    assert [attempts.take(cookie, state)[0] is None for state in states] == [True, *([False] * 5)]
    for _ in range(9):
        attempt, cookie = attempts.begin(cookie, "/" + "a" * 1_999)
        assert len(cookie) <= 3_600
        assert attempts.take(cookie, attempt.state)[0] is not None


@pytest.mark.parametrize(
    "path",
    ["/", "/console", "/console/sessions/1?a=b&c=%20d;e", "/oauth/authorize?redirect_uri=http%3A//x"],
)
def test_paths_of_ours(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path", ["", "console", "//x", "/\\x", "/a//b", "https://x", "/ü", "/\x7f", "/a b", "/<"]
)
def test_all_else_is_the_console(path: str) -> None:
    assert own_path(path) == "/console"
