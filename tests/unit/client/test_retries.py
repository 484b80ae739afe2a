"""When the client tries again, and when it must not."""

from __future__ import annotations

import json

import httpx
import pytest

from opencobrowse.client import NotReachable, Policy, RateLimited, ServerError
from tests.unit.client.support import Fake, answers, session

BUSY = {"message": "slow down", "code": "too.many.requests", "status": 429}


def test_a_start_carries_one_idempotency_key_through_all_its_retries() -> None:
    """I7: however often it is sent, it is one start."""
    fake = Fake(answers(httpx.Response(503), httpx.ReadError("cut"), httpx.Response(502), session()))
    assert fake.client().cobrowse.start("c1", agent_id="a", control=True).id == "s1"
    keys = {r.headers["Idempotency-Key"] for r in fake.calls}
    assert len(fake.calls) == 4
    assert len(keys) == 1
    assert {json.dumps(json.loads(r.content), sort_keys=True) for r in fake.calls} == {
        '{"agentId": "a", "cobrowseType": "control"}'
    }


def test_two_starts_have_two_keys() -> None:
    fake = Fake(answers(session()))
    client = fake.client()
    client.cobrowse.start("c1")
    client.cobrowse.start("c1")
    assert len({r.headers["Idempotency-Key"] for r in fake.calls}) == 2


def test_retry_after_is_waited_for_in_full_and_jitter_comes_on_top() -> None:
    """api.md section 3: 429 and 503 carry an integer Retry-After."""
    fake = Fake(answers(httpx.Response(429, json=BUSY, headers={"Retry-After": "7"}), session()), chance=1.0)
    fake.client(policy=Policy(base=0.5)).cobrowse.start("c1")
    assert fake.slept == [7.5]


def test_backoff_is_full_jitter_and_has_a_cap() -> None:
    """reliability.md D, reconnect backoff: full jitter, cap 20 s."""
    fake = Fake(answers(httpx.Response(502)), chance=1.0)
    with pytest.raises(ServerError):
        fake.client(policy=Policy(retries=8, base=0.25, cap=20)).sessions.list()
    assert fake.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0]
    lucky = Fake(answers(httpx.Response(502)), chance=0.0)
    with pytest.raises(ServerError):
        lucky.client().sessions.list()
    assert lucky.slept == [0.0] * 4


def test_a_retry_after_beyond_patience_is_handed_to_the_caller_at_once() -> None:
    fake = Fake(answers(httpx.Response(429, json=BUSY, headers={"Retry-After": "3600"})))
    with pytest.raises(RateLimited) as refused:
        fake.client().sessions.list()
    assert refused.value.retry_after == 3600
    assert fake.slept == []


def test_a_retry_after_that_is_no_number_counts_as_none() -> None:
    fake = Fake(answers(httpx.Response(503, headers={"Retry-After": "Wed, 21 Oct"}), session()))
    fake.client().cobrowse.start("c1")
    assert fake.slept == [0.0]


@pytest.mark.parametrize("lost", [httpx.ReadError("cut"), httpx.ReadTimeout("slow")])
def test_a_post_without_a_key_is_not_sent_twice_when_its_answer_is_lost(lost: Exception) -> None:
    """A conversation may have been made: a second one would be wrong."""
    fake = Fake(answers(lost))
    with pytest.raises(NotReachable) as refused:
        fake.client().conversations.create("voice")
    assert refused.value.sent
    assert len(fake.calls) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_post_that_was_turned_away_untouched_is_sent_again(status: int) -> None:
    fake = Fake(answers(httpx.Response(status), httpx.Response(201, json={"id": "c1"})))
    assert fake.client().conversations.create("voice").id == "c1"


@pytest.mark.parametrize("status", [502, 504])
def test_a_post_without_a_key_is_not_sent_twice_after_a_gateway_failed(status: int) -> None:
    fake = Fake(answers(httpx.Response(status)))
    with pytest.raises(ServerError):
        fake.client().conversations.create("voice")
    assert len(fake.calls) == 1


def test_a_refused_connection_is_tried_again_whatever_the_call_and_then_named() -> None:
    fake = Fake(answers(httpx.ConnectError("refused")))
    with pytest.raises(NotReachable, match="http://localhost:8080 is not reachable: refused") as refused:
        fake.client().conversations.create("voice")
    assert not refused.value.sent
    assert len(fake.calls) == 5


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_a_refusal_is_not_repeated(status: int) -> None:
    fake = Fake(answers(httpx.Response(status, json={"message": "no", "code": "x", "status": status})))
    with pytest.raises(Exception, match="no"):
        fake.client().sessions.list()
    assert len(fake.calls) == 1
