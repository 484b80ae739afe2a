"""Budgets of failures (reliability.md B6, B12, D), on a clock that stands still."""

from __future__ import annotations

import pytest

from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.errors import TooMany
from opencobrowse.kernel.ids import HOUR, MINUTE, SECOND
from opencobrowse.services import throttle
from opencobrowse.services.throttle import ClientFailures, Guesses, Lockout


def spend_until_refused(guesses: Guesses, guesser: str, most: int = 2_000) -> int:
    for count in range(most):
        try:
            guesses.spend(guesser)
        except TooMany:
            return count
    return most


def test_b6_no_more_than_a_thousand_guesses_from_anywhere_in_ten_minutes() -> None:
    """B6: 1,100 guesses from 500 addresses: 1,000 are answered, whenever in ten minutes they come."""
    clock = ManualClock()
    guesses = Guesses(clock)
    answered = 0
    for number in range(1_100):
        clock.advance(limits.CODE_FAILURE_WINDOW_MS // 1_200)
        try:
            guesses.spend(f"address-{number % 500}")
        except TooMany as many:
            assert 1 <= (many.retry_after or 0) <= 180
        else:
            answered += 1
    assert answered == limits.CODE_FAILURES_GLOBAL


def test_b6_the_window_slides_so_that_its_edge_gives_nothing() -> None:
    """A fixed window would let twice the budget through around its edge."""
    clock = ManualClock()
    guesses = Guesses(clock)
    clock.advance(limits.CODE_FAILURE_WINDOW_MS - SECOND)
    assert spend_until_refused(guesses, "a") == limits.CODE_FAILURES_PER_PEER
    clock.advance(2 * SECOND)
    assert spend_until_refused(guesses, "a") == 0
    clock.advance(limits.CODE_FAILURE_WINDOW_MS)
    assert spend_until_refused(guesses, "a") == limits.CODE_FAILURES_PER_PEER


def test_right_codes_are_given_back() -> None:
    guesses = Guesses(ManualClock())
    for _ in range(5_000):
        guesses.spend("a")
        guesses.refund("a")
    assert spend_until_refused(guesses, "a") == limits.CODE_FAILURES_PER_PEER


def test_attempts_at_the_same_time_do_not_slip_past_each_other() -> None:
    """Counted before they are judged: a hundred that start before the first is judged are still ten."""
    guesses = Guesses(ManualClock())
    begun = spend_until_refused(guesses, "a", most=100)
    assert begun == limits.CODE_FAILURES_PER_PEER


def test_the_lock_grows_by_a_minute_to_fifteen() -> None:
    """D: 10 failures, then n minutes, 15 at most."""
    clock = ManualClock()
    lockout = Lockout(clock)
    for _ in range(limits.SIGN_IN_FAILURES):
        lockout.spend("anna")
    waits = []
    for _ in range(17):
        with pytest.raises(TooMany) as locked:
            lockout.spend("anna")
        waits.append(locked.value.retry_after or 0)
        clock.advance(waits[-1] * SECOND)
        lockout.spend("anna")
    minutes = [round((wait - 1) / 60) for wait in waits]
    assert minutes == [*range(1, 16), 15, 15]


def test_a_success_and_twelve_hours_forget() -> None:
    clock = ManualClock()
    lockout = Lockout(clock)
    for _ in range(limits.SIGN_IN_FAILURES):
        lockout.spend("anna")
    clock.advance(12 * HOUR)
    lockout.spend("anna")
    lockout.succeed("anna")
    for _ in range(limits.SIGN_IN_FAILURES):
        lockout.spend("anna")
    with pytest.raises(TooMany):
        lockout.spend("anna")
    lockout.spend("berta")


def test_many_names_do_not_open_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """I11: memory is bounded, and spraying names does not push a locked account out."""
    monkeypatch.setattr(throttle, "MAX_TRACKED", 50)
    lockout = Lockout(ManualClock())
    for _ in range(limits.SIGN_IN_FAILURES):
        lockout.spend("anna")
    for number in range(500):
        lockout.spend(f"nobody-{number}")
    with pytest.raises(TooMany):
        lockout.spend("anna")


def test_b12_five_failures_a_minute_for_a_client_and_an_address() -> None:
    clock = ManualClock()
    failures = ClientFailures(clock)
    for _ in range(limits.CLIENT_FAILURES_PER_MINUTE):
        failures.spend("client", "1.2.3.4")
        failures.fail("client", "1.2.3.4")
    with pytest.raises(TooMany):
        failures.spend("client", "1.2.3.4")
    failures.spend("client", "5.6.7.8")
    failures.spend("other", "1.2.3.4")
    clock.advance(MINUTE)
    failures.spend("client", "1.2.3.4")


def test_b12_an_address_that_signed_in_before_is_never_locked_out() -> None:
    failures = ClientFailures(ManualClock())
    failures.spend("client", "1.2.3.4")
    failures.succeed("client", "1.2.3.4")
    refused = 0
    for _ in range(20):
        failures.spend("client", "1.2.3.4")
        try:
            failures.fail("client", "1.2.3.4")
        except TooMany:
            refused += 1
    assert refused == 20 - limits.CLIENT_FAILURES_PER_MINUTE
    failures.spend("client", "1.2.3.4")
    failures.succeed("client", "1.2.3.4")
