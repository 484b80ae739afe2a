"""The state of a session is read from its conversation, and waited for without flooding the server."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from opencobrowse.client import NotReachable, Session, SessionOver, UnexpectedAnswer, WaitTimeout
from tests.unit.client.support import Fake, answers, conversation, session


def leg(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "s1", "cobrowseSessionId": "s1", "opencobrowseState": state, **more}


def started(*looks: httpx.Response) -> tuple[Fake, Session]:
    fake = Fake(answers(session(), *looks))
    return fake, fake.client().cobrowse.start("c1", agent_id="a")


def test_it_looks_until_the_customer_agrees() -> None:
    fake, found = started(
        conversation(leg("initiated")), conversation(leg("initiated")), conversation(leg("active"))
    )
    assert found.wait_until("active", timeout=60).state == "active"
    assert [r.url.path for r in fake.calls[1:]] == ["/api/v2/conversations/c1"] * 3
    assert fake.slept == pytest.approx([0.3, 0.45])


def test_accepted_and_paused_again_counts_as_active() -> None:
    _, found = started(conversation(leg("paused")))
    assert found.wait_until("active", timeout=60).state == "paused"


@pytest.mark.parametrize("state", ["ended", "declined", "expired"])
def test_what_cannot_come_any_more_is_said_at_once(state: str) -> None:
    fake, found = started(conversation(leg(state, endReason=state)))
    with pytest.raises(SessionOver) as over:
        found.wait_until("active", timeout=60)
    assert (over.value.state, found.state, fake.slept) == (state, state, [])


@pytest.mark.parametrize("state", ["ended", "declined", "expired"])
def test_every_end_is_an_end(state: str) -> None:
    _, found = started(conversation(leg(state)))
    assert found.wait_until("ended").over


def test_the_time_is_kept_and_the_session_goes_on() -> None:
    fake, found = started(conversation(leg("initiated")))
    begun = fake.time
    with pytest.raises(WaitTimeout, match="still initiated after 5 s"):
        found.wait_until("active", timeout=5)
    assert fake.time - begun == pytest.approx(5)


def test_waiting_stays_far_below_the_budget_of_calls() -> None:
    """api.md section 3: 300 calls a minute for a token."""
    fake, found = started(conversation(leg("initiated")))
    with pytest.raises(WaitTimeout):
        found.wait_until("active", timeout=60)
    assert len(fake.calls) < 45


def test_a_state_that_is_none_is_refused() -> None:
    _, found = started(conversation(leg("initiated")))
    with pytest.raises(ValueError, match="'connected' is no state of a session; they are: initiated, active"):
        found.wait_until("connected")


@pytest.mark.parametrize(
    ("legs", "state"),
    [
        (("offering", "connected"), "initiated"),
        (("alerting",), "initiated"),
        (("connected", "connected"), "active"),
        (("disconnected", "connected"), "ended"),
        (("terminated",), "ended"),
    ],
)
def test_on_the_platform_its_own_state_is_read(legs: tuple[str, ...], state: str) -> None:
    """Genesys Cloud has no `opencobrowseState` (field.md C2)."""
    shown = conversation(*({"id": "s1", "state": s, "viewerUrl": None} for s in legs))
    _, found = started(shown)
    assert found.refresh().state == state
    assert found.viewer_url == "http://v"


def test_another_sessions_legs_are_not_this_ones() -> None:
    _, found = started(conversation({"id": "s0", "cobrowseSessionId": "s0", "opencobrowseState": "ended"}))
    assert found.refresh().state == "initiated"


def test_a_server_that_restarts_is_waited_for() -> None:
    down: list[httpx.Response | Exception] = [httpx.ConnectError("refused")] * 7
    fake = Fake(answers(session(), *down, httpx.Response(502), conversation(leg("active"))))
    assert fake.client().cobrowse.start("c1").wait_until("active", timeout=60).state == "active"


def test_a_rate_limit_while_waiting_is_waited_for() -> None:
    """api.md section 3: 429 with and without Retry-After."""
    busy = {"code": "too.many.requests", "status": 429, "message": "slow down"}
    told = [httpx.Response(429, json=busy, headers={"Retry-After": "3"})] * 3
    untold = [httpx.Response(429, json=busy)] * 6
    fake = Fake(answers(session(), *told, *untold, conversation(leg("active"))))
    assert fake.client().cobrowse.start("c1").wait_until("active", timeout=60).state == "active"
    assert sum(fake.slept) >= 9


def test_a_token_that_ends_while_waiting_is_replaced_though_the_login_is_away_for_a_while() -> None:
    expired = httpx.Response(401, json={"message": "expired", "code": "credentials.expired", "status": 401})
    fake = Fake(answers(session(), conversation(leg("initiated")), expired, conversation(leg("active"))))
    client = fake.client()
    found = client.cobrowse.start("c1")
    fake.logins = [httpx.Response(503)] * 6
    assert found.wait_until("active", timeout=60).state == "active"
    assert (fake.tokens, fake.logins) == (2, [])


def test_a_login_that_redirects_while_waiting_is_said() -> None:
    expired = httpx.Response(401, json={"message": "expired", "code": "credentials.expired", "status": 401})
    fake = Fake(answers(session(), expired))
    found = fake.client().cobrowse.start("c1")
    fake.logins = [httpx.Response(302, headers={"Location": "https://sso.example/"})]
    with pytest.raises(UnexpectedAnswer, match=r"redirects to https://sso\.example/"):
        found.wait_until("active", timeout=60)


def test_ctrl_c_while_waiting_stops_at_once_and_the_client_works_on() -> None:
    fake, found = started(conversation(leg("initiated")))

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    waiting = fake.client(sleep=interrupt)
    session_ = waiting.cobrowse.start("c1")
    sent = len(fake.calls)
    with pytest.raises(KeyboardInterrupt):
        session_.wait_until("active")
    assert len(fake.calls) == sent + 1
    assert session_.refresh().state == "initiated"
    assert found.refresh().state == "initiated"


def test_a_server_that_stays_away_is_said_after_a_minute() -> None:
    fake = Fake(answers(session(), httpx.ConnectError("refused")), chance=1.0)
    begun = fake.time
    with pytest.raises(NotReachable):
        fake.client().cobrowse.start("c1").wait_until("active")
    assert 60 < fake.time - begun < 75
