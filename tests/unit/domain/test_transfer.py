"""A session goes to another agent: what stays, what ends, who has which part of it (I8, I14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencobrowse.domain.consent import Consent, ConsentRecord
from opencobrowse.domain.control import Control
from opencobrowse.domain.conversation import (
    Conversation,
    ConversationState,
    ConversationType,
    Participant,
    Purpose,
    hand_over,
)
from opencobrowse.domain.machine import IllegalMove
from opencobrowse.domain.offer import Offer
from opencobrowse.domain.session import (
    CobrowseType,
    EndReason,
    Session,
    SessionMove,
    SessionState,
    accept,
    apply,
    part_of,
    transfer,
)
from opencobrowse.domain.wrapup import Wrapup

RECORD = ConsentRecord(at=50, text_version="1", view=True, control=True, page_origin="https://shop.example")


def offered() -> Session:
    return Session(
        id="s", org_id="o", conversation_id="c", agent_user_id="ann", agent_participant_id="p-ann",
        customer_participant_id="p-customer", customer_external_id=None, cobrowse_type=CobrowseType.CONTROL,
        state=SessionState.INITIATED, created_at=10, offer_ends_at=600, deadline=600, join_code_index="i",
        join_token_index="t",
    )  # fmt: skip


def shared() -> Session:
    return accept(offered(), RECORD, "digest", 900)


def test_what_the_customer_agreed_to_stays_and_control_does_not() -> None:
    before = shared()
    assert before.control is Control.HELD
    after = transfer(before, "ben", "p-ben", 70)
    assert (after.agent_user_id, after.agent_participant_id, after.agent_since) == ("ben", "p-ben", 70)
    assert (after.state, after.consent, after.consent_record) == (SessionState.ACTIVE, Consent.GIVEN, RECORD)
    assert (after.control, after.asked) == (Control.NONE, 1)
    assert (after.deadline, after.resume_digests) == (before.deadline, before.resume_digests)


def test_a_request_for_control_that_nobody_has_answered_is_given_up() -> None:
    after = transfer(replace(shared(), control=Control.PENDING), "ben", "p-ben", 70)
    assert after.control is Control.NONE


def test_an_open_question_stays_open() -> None:
    after = transfer(offered(), "ben", "p-ben", 20)
    assert (after.state, after.offer, after.consent) == (SessionState.INITIATED, Offer.OUT, Consent.NONE)
    assert after.offer_ends_at == offered().offer_ends_at, "the customer has no more and no less time"


@pytest.mark.parametrize("move", [SessionMove.END, SessionMove.DECLINE, SessionMove.EXPIRE])
def test_what_is_over_is_nobodys(move: SessionMove) -> None:
    over = apply(offered(), move, 20, EndReason.API)
    with pytest.raises(IllegalMove):
        transfer(over, "ben", "p-ben", 30)


def test_everybodys_part_is_from_their_coming_to_their_going() -> None:
    second = transfer(shared(), "ben", "p-ben", 70)
    third = transfer(second, "cleo", "p-cleo", 80)
    over = apply(third, SessionMove.END, 90, EndReason.CUSTOMER)
    parts = {name: part_of(over, f"p-{name}") for name in ("ann", "ben", "cleo", "customer")}
    times = {name: (p.since, p.connected_at, p.ended_at) for name, p in parts.items() if p}
    assert times == {"ann": (10, 50, 70), "ben": (70, 70, 80), "cleo": (80, 80, 90), "customer": (10, 50, 90)}
    reasons = [p.end_reason for p in parts.values() if p]
    assert reasons == [EndReason.TRANSFER, EndReason.TRANSFER, EndReason.CUSTOMER, EndReason.CUSTOMER]
    assert part_of(over, "p-nobody") is None


def test_who_left_before_the_yes_was_never_connected() -> None:
    after = accept(transfer(offered(), "ben", "p-ben", 20), RECORD, "digest", 900)
    ann, ben = part_of(after, "p-ann"), part_of(after, "p-ben")
    assert ann and ben
    assert (ann.connected_at, ann.state) == (None, SessionState.ENDED)
    assert (ben.since, ben.connected_at) == (20, 50)


@given(st.lists(st.sampled_from(["ann", "ben", "cleo"]), max_size=6))
def test_any_way_round(names: list[str]) -> None:
    """Every agent who had it is remembered in order, and only the last one has it."""
    found = shared()
    for turn, name in enumerate(names):
        found = transfer(found, name, f"p-{turn}", 60 + turn)
    assert [f.user_id for f in found.former_agents] == ["ann", *names][:-1]
    assert found.asked == len(names)
    assert found.agent_user_id == ["ann", *names][-1]
    for user in ("ann", *names, None):
        assert found.may_be_seen_by(user)
    assert not found.may_be_seen_by("stranger")
    ends = [f.until for f in found.former_agents]
    assert ends == [f.since for f in found.former_agents][1:] + ([found.agent_since] if ends else [])


def test_the_conversation_has_one_agent_less_and_one_more() -> None:
    ann = Participant("p-ann", Purpose.AGENT, "ann", joined_at=1, connected_at=1)
    customer = Participant("p-customer", Purpose.CUSTOMER, joined_at=1, connected_at=1)
    before = Conversation("c", "o", ConversationType.VOICE, ConversationState.ACTIVE, 1, 1, (ann, customer))
    ben = Participant("p-ben", Purpose.AGENT, "ben", joined_at=7)
    after, goes_on = hand_over(before, "p-ann", ben, 7)
    left = after.participant("p-ann")
    assert left and (left.left_at, left.transferred) == (7, True)
    assert (goes_on.id, goes_on.connected_at) == ("p-ben", 7)
    assert [p.id for p in after.connected_agents()] == ["p-ben"]
    again, same = hand_over(after, "p-nobody", replace(ben, id="p-other"), 8)
    assert same.id == "p-ben", "who is here already is nobody twice"
    assert len(again.participants) == 3


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [(True, True, True), (True, False, True), (False, False, True), (False, True, False)],
)
def test_a_final_wrapup_is_not_made_provisional_again(before: bool, after: bool, may: bool) -> None:
    said = Wrapup("1", "Resolved", 1, provisional=before)
    assert said.yields_to(Wrapup("2", "Other", 2, provisional=after)) is may
