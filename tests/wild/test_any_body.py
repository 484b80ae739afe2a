"""Any body at all: no 5xx, a clear refusal, and the request it comes with works (api.md section 3; F15)."""

from __future__ import annotations

from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wild.checks import error_of, send_example
from tests.wild.conftest import World

SETTINGS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALAR = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT | st.sampled_from(["", "null", "view"])
)
KEYS = (
    "agentId", "cobrowseType", "initiator", "participants", "reason", "cobrowseSessionId", "initiatorId",
    "targetId", "eventType", "data", "mode", "id", "type", "to", "userId", "role", "externalId", "metadata",
    "state",
    "addParticipants", "from", "wrap_up_code", "sessionId", "__proto__",
)  # fmt: skip
NAMES = st.sampled_from(KEYS) | TEXT
ANY = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | TEXT, inner, max_size=4)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(NAMES, ANY, max_size=5) | ANY


def judge(world: World, answer: httpx.Response) -> None:
    """A success, or a refusal whose example works."""
    assert answer.status_code < 500, answer.text
    if not answer.is_success:
        send_example(world.http, error_of(answer, answer.status_code))


@SETTINGS
@given(body=BODIES, way=st.sampled_from(["cobrowse", "cobrowse/initiate", "events", "participants"]))
def test_on_a_conversation(world: World, body: Any, way: str) -> None:
    judge(world, world.http.post(f"/api/v2/conversations/{world.new_id()}/{way}", json=body))


@SETTINGS
@given(body=BODIES, way=st.sampled_from(["", "/cobrowse"]))
def test_for_a_new_conversation(world: World, body: Any, way: str) -> None:
    judge(world, world.http.post(f"/api/v2/conversations{way}", json=body))


@SETTINGS
@given(change=st.dictionaries(st.sampled_from(KEYS), ANY, min_size=1, max_size=2))
def test_a_good_body_with_something_else_in_it(world: World, change: dict[str, Any]) -> None:
    """Near the good request, where one value or one field is wrong."""
    world_body: dict[str, Any] = {"agentId": world.agent, "cobrowseType": "control", **change}
    judge(world, world.start(world.new_id(), world_body))
    event = {"initiatorId": world.agent, "mode": "interactive", **change}
    path = f"/api/v2/conversations/{world.new_id()}/events"
    judge(world, world.http.post(path, json={"eventType": "cobrowse:start", "data": event}))


@SETTINGS
@given(raw=st.binary(max_size=40))
def test_bytes(world: World, raw: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    path = f"/api/v2/conversations/{world.new_id()}/cobrowse"
    judge(world, world.http.post(path, content=raw, headers=headers))
