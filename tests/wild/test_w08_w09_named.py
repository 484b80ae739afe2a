"""W8: naming a session that exists. W9: naming the customer by the id that their page is registered with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wild.checks import error_of, sent_example_starts, session_of
from tests.wild.conftest import World
from tests.wild.page import open_page, wait_for


@pytest.mark.parametrize("value", ["null", None, ""])
def test_w8_no_session_is_named(world: World, value: str | None) -> None:
    conversation = world.new_id()
    refused = error_of(world.start(conversation, {"cobrowseSessionId": value}), 400, "invalid.value")
    assert refused["details"][0]["fieldName"] == "cobrowseSessionId"
    assert "leave it out" in refused["help"]["summary"]
    sent_example_starts(world.http, refused, world.agent)


def test_w8_a_live_session_of_this_conversation(world: World) -> None:
    conversation = world.new_id()
    started = session_of(world.start(conversation))
    linked = session_of(world.start(conversation, {"cobrowseSessionId": started["id"]}))
    assert linked["id"] == started["id"]
    assert linked["joinCode"] == started["joinCode"]


def test_w8_another_conversations_session(world: World) -> None:
    theirs = session_of(world.start(world.new_id()))
    conversation = world.new_id()
    refused = error_of(
        world.start(conversation, {"cobrowseSessionId": theirs["id"]}), 404, "cobrowse.session.not.found"
    )
    assert "leave it out" in refused["help"]["summary"]
    sent_example_starts(world.http, refused, world.agent)


def test_w8_a_session_that_is_over(world: World) -> None:
    conversation = world.new_id()
    session = session_of(world.start(conversation))["id"]
    world.http.post(f"/api/v2/opencobrowse/sessions/{session}/end")
    refused = error_of(world.start(conversation, {"cobrowseSessionId": session}), 404)
    sent_example_starts(world.http, refused, world.agent)


def w9(agent: str, customer: str) -> dict[str, Any]:
    return {
        "initiator": {"id": agent, "type": "agent"},
        "participants": [{"id": customer, "type": "external"}],
    }


@pytest.mark.parametrize("kind", ["voice", "call", "webchat", "chat", "message", "webmessaging"])
@pytest.mark.parametrize("known", [True, False])
def test_w9_the_customers_page_gets_the_prompt(world: World, kind: str, known: bool) -> None:
    customer = f"customer-9-{kind}-{known}"
    conversation = world.new_id(kind, customer=customer if known else None)
    with open_page(world.http, customer) as page, open_page(world.http, "somebody-else") as other:
        started = session_of(world.start(conversation, w9(world.agent, customer)))
        offer = wait_for(page, "offer")
        assert offer["sessionId"] == started["id"]
        assert started["deliveries"][0] == {
            "channel": "page",
            "state": "delivered",
            "address": customer,
            "pages": 1,
        }
        with pytest.raises(TimeoutError):
            other.recv(timeout=0.2)


def test_w9_a_page_that_opens_later_is_asked_too(world: World) -> None:
    started = session_of(world.start(world.new_id(customer=None), w9(world.agent, "customer-9-late")))
    with open_page(world.http, "customer-9-late") as page:
        assert wait_for(page, "offer")["sessionId"] == started["id"]


def test_w9_unknown_field_keeps_the_customer(world: World) -> None:
    """The corrected request asks the very customer whom the refused one named (api.md section 3)."""
    with open_page(world.http, "customer-9-kept") as page:
        conversation = world.new_id(customer=None)
        refused = error_of(
            world.start(conversation, {**w9(world.agent, "customer-9-kept"), "mode": "view"}),
            400,
            "unknown.field",
        )
        sent_example_starts(world.http, refused, world.agent)
        wait_for(page, "offer")
