"""Why a body is refused (api.md section 3; F15)."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencobrowse.http import bodies
from opencobrowse.kernel.errors import Invalid
from opencobrowse.wire import api

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63)
    | st.floats(-(2.0**63), 2.0**63)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(value=JSON)
def test_all_json_is_taken(value: Any) -> None:
    bodies.check(json.dumps(value).encode())


@given(raw=st.binary(max_size=60))
def test_what_is_taken_can_be_decoded(raw: bytes) -> None:
    """Never anything but a clear `Invalid`, and what passes is JSON for the decoder behind it, too."""
    try:
        bodies.check(raw)
    except Invalid as refused:
        assert refused.cure
        return
    msgspec.json.decode(raw)


@pytest.mark.parametrize("depth", [64, 65])
def test_depth(depth: int) -> None:
    raw = b"[" * depth + b"]" * depth
    if depth == 64:
        bodies.check(raw)
        return
    with pytest.raises(Invalid, match="nested deeper than 64"):
        bodies.check(raw)


def test_many_brackets_side_by_side_are_no_tower() -> None:
    bodies.check(b"[" + b"[],{}," * 1000 + b'"[[[["]')


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"a":1,"a":1}', "the key a is there twice"),
        (b'{"a":{"b":1,"b":2}}', "the key b is there twice"),
        (b"[1e400]", "too large"),
        (b"[-1e400]", "too large"),
        (b"[18446744073709551617]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "too large"),
        (b"[Infinity]", "no JSON number"),
        (b'["\\udc00"]', "surrogate"),
        (b'{"\xe4": 1}', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"{} {}", "line 1, column 4"),
    ],
)
def test_refused(raw: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        bodies.check(raw)
    assert refused.value.code == "invalid.json"
    assert why in refused.value.message


@pytest.mark.parametrize(
    ("value", "model", "code", "field"),
    [
        ({"agentId": "a", "extra": 1}, api.StartBody, "unknown.field", "extra"),
        ({"initiator": {"id": "a", "kind": 1}}, api.StartBody, "unknown.field", "initiator.kind"),
        ({"initiator": {}}, api.StartBody | None, "missing.field", "initiator.id"),
        ({"cobrowseType": "all"}, api.StartBody | None, "invalid.value", "cobrowseType"),
        ({"participants": [{"id": "a"}, {"id": 1}]}, api.StartBody, "invalid.value", "participants[1].id"),
        ({"participants": [{"id": 1}]}, api.StartBody, "invalid.value", "participants[0].id"),
        ({"reason": "r" * 2000}, api.StartBody, "invalid.value", "reason"),
        ({"type": "voice", "participants": [{"role": "boss"}]}, api.NewConversation, "invalid.value",
         "participants[0].role"),
        ([], api.EventBody, "invalid.value", None),
    ],
)  # fmt: skip
def test_the_field_is_named(value: Any, model: Any, code: str, field: str | None) -> None:
    fault = bodies.inspect(value, model)
    assert fault is not None and fault.cure
    assert fault.code == code
    assert [d.field for d in fault.details] == [field]


def test_nothing_is_wrong_with_a_good_body() -> None:
    assert bodies.inspect({"agentId": "a", "cobrowseType": "view"}, api.StartBody) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [("agent_id", "agentId"), ("AgentID", "agentId"), ("agentid", "agentId"), ("cobrowse", "cobrowseType"),
     ("type", "cobrowseType"), ("sessionId", "cobrowseSessionId"), ("colour", None)],
)  # fmt: skip
def test_the_nearest_field(written: str, meant: str | None) -> None:
    fault = bodies.inspect({written: "x"}, api.StartBody)
    assert fault is not None
    assert fault.details[0].entity_name == meant


def test_a_whole_number_may_have_a_fraction_of_zero() -> None:
    """JSON Schema, in which /openapi.json is written, counts 2.0 among the integers."""
    assert bodies.whole({"a": [2.0, -3e2, 2.5, True, "2.0", {"b": 1e300}]}) == {
        "a": [2, -300, 2.5, True, "2.0", {"b": int(1e300)}]
    }
    assert type(bodies.whole(2.0)) is int


@pytest.mark.parametrize(
    ("body", "cure"),
    [
        ([], "Correct the body: expected an object, got an array."),
        ({"type": "voice", "metadata": 1.5}, "Correct metadata: expected an object or null, got a number."),
        ({"type": "voice", "externalTag": True},
         "Correct externalTag: expected a string or null, got a boolean."),
        ({"type": "voice", "externalTag": "x" * 2000},
         "Correct externalTag: expected a string of a length of at most 1024."),
        ({}, "Add type, one of: cobrowse, voice, call, chat, webchat, message, webmessaging."),
        ({"type": "voice", "participants": [{}]},
         "Add participants[0].role, one of: agent, customer, user."),
    ],
)  # fmt: skip
def test_types_are_told_in_nobodys_language(body: Any, cure: str) -> None:
    """Not in Python's: who reads it writes JavaScript, Java, a shell (api.md section 3)."""
    fault = bodies.inspect(body, api.NewConversation)
    assert fault is not None
    assert fault.cure == cure


def test_what_a_missing_object_may_hold_is_told() -> None:
    fault = bodies.inspect({}, api.AddParticipants)
    assert fault is not None
    assert fault.cure == "Add addParticipants, an array of objects that may have from, to, reason."
