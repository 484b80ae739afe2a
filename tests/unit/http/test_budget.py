"""The budget of calls: fixed minutes, by caller and route class, in bounded memory (B13, I11)."""

from __future__ import annotations

import pytest

from opencobrowse.http import budget
from opencobrowse.http.budget import Budget
from opencobrowse.kernel.clock import ManualClock


def test_a_minute() -> None:
    clock = ManualClock(now=60_000 * 1000)
    limit = Budget(clock, allowed=3)
    spent = [limit.spend(b"caller", "start") for _ in range(5)]
    assert [s.count for s in spent] == [1, 2, 3, 4, 5]
    assert [s.refusal() is None for s in spent] == [True, True, True, False, False]
    refused = spent[3].refusal()
    assert refused is not None and refused.status == 429
    assert refused.retry_after == 60
    clock.advance(59_000)
    assert limit.spend(b"caller", "start").reset == 1
    clock.advance(1_000)
    assert limit.spend(b"caller", "start").count == 1


def test_budgets_are_apart() -> None:
    limit = Budget(ManualClock(), allowed=1)
    for caller, route in [(b"a", "start"), (b"b", "start"), (b"a", "users")]:
        assert limit.spend(caller, route).refusal() is None
    assert limit.spend(b"a", "users").refusal() is not None


def test_headers_say_where_a_caller_stands() -> None:
    headers = dict(Budget(ManualClock(), allowed=7).spend(b"a").headers())
    assert headers[b"inin-ratelimit-allowed"] == b"7"
    assert headers[b"inin-ratelimit-count"] == b"1"
    assert 1 <= int(headers[b"inin-ratelimit-reset"]) <= 60


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Newcomers beyond the number that is counted one by one share one budget."""
    monkeypatch.setattr(budget, "_CALLERS", 10)
    limit = Budget(ManualClock(), allowed=5)
    refused = [limit.spend(str(number).encode()).refusal() for number in range(30)]
    assert [r is None for r in refused] == [True] * 15 + [False] * 15
    assert limit.spend(b"0").refusal() is None


def test_the_use_of_the_running_minute() -> None:
    clock = ManualClock(now=60_000 * 1000)
    limit = Budget(clock, allowed=3)
    for _ in range(5):
        limit.spend(b"a", "users")
    limit.spend(b"a", "start")
    limit.spend(b"b", "tokens")
    assert [(name, spent.count) for name, spent in limit.use(b"a")] == [("start", 1), ("users", 5)]
    clock.advance(61_000)
    assert limit.use(b"a") == []


def test_refusals_are_remembered_for_a_quarter_of_an_hour() -> None:
    clock = ManualClock(now=60_000 * 1000)
    limit = Budget(clock, allowed=1)
    for _ in range(3):
        limit.spend(b"a", "users")
    clock.advance(60_000)
    for _ in range(2):
        limit.spend(b"a", "users")
    assert [count for _, _, count in limit.refusals(b"a")] == [2, 1]
    assert limit.refusals(b"b") == []
    clock.advance(15 * 60_000)
    assert len(limit.refusals(b"a")) == 1
    clock.advance(60_000)
    assert limit.refusals(b"a") == []


def test_remembered_refusals_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """I11: who was refused longest ago is forgotten first."""
    monkeypatch.setattr(budget, "_REFUSED_CALLERS", 2)
    limit = Budget(ManualClock(now=60_000 * 1000), allowed=1)
    for caller in (b"a", b"b", b"a", b"c"):
        for _ in range(2):
            limit.spend(caller)
    assert [bool(limit.refusals(caller)) for caller in (b"a", b"b", b"c")] == [True, False, True]
