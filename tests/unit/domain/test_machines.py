"""The transition tables: every pair of state and command; an illegal one changes nothing (G1, I5, I8)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencobrowse.domain.consent import CONSENT, Consent, ConsentMove, ConsentRecord
from opencobrowse.domain.control import CONTROL, Control, ControlMove
from opencobrowse.domain.conversation import (
    CONVERSATION,
    Conversation,
    ConversationMove,
    ConversationState,
    ConversationType,
    Participant,
    Purpose,
    join,
    move,
)
from opencobrowse.domain.machine import IllegalMove, step
from opencobrowse.domain.offer import OFFER, Offer, OfferMove
from opencobrowse.domain.session import (
    LIVE,
    SESSION,
    SHARING,
    CobrowseType,
    EndReason,
    Session,
    SessionMove,
    SessionState,
    accept,
    apply,
)

Table = Mapping[tuple[Any, Any], Any]
MACHINES: dict[str, tuple[Table, type[Enum], type[Enum]]] = {
    "session": (SESSION, SessionState, SessionMove),
    "offer": (OFFER, Offer, OfferMove),
    "consent": (CONSENT, Consent, ConsentMove),
    "control": (CONTROL, Control, ControlMove),
    "conversation": (CONVERSATION, ConversationState, ConversationMove),
}
LAST = {
    "session": set(SessionState) - LIVE,
    "offer": set(Offer) - {Offer.OUT},
    "consent": {Consent.REFUSED, Consent.WITHDRAWN},
    "control": set(),
    "conversation": {ConversationState.DISCONNECTED},
}
PAIRS = [(name, s, c) for name, (_, states, moves) in MACHINES.items() for s in states for c in moves]


@pytest.mark.parametrize(("name", "state", "command"), PAIRS)
def test_every_pair(name: str, state: Enum, command: Enum) -> None:
    table = MACHINES[name][0]
    if (state, command) in table:
        assert step(table, state, command) is table[state, command]
        return
    with pytest.raises(IllegalMove) as illegal:
        step(table, state, command)
    assert (illegal.value.state, illegal.value.command) == (state, command)


@pytest.mark.parametrize("name", MACHINES)
def test_a_last_state_has_no_way_out(name: str) -> None:
    table, states, _ = MACHINES[name]
    assert {s for s in states if not any(s is begin for begin, _ in table)} == LAST[name]


def test_control_is_never_held_without_being_asked_for() -> None:
    """I8: the one way to HELD is a grant of a request that is pending."""
    ways = [pair for pair, after in CONTROL.items() if after is Control.HELD]
    assert ways == [(Control.PENDING, ControlMove.GRANT)]


def session(kind: CobrowseType = CobrowseType.VIEW) -> Session:
    return Session(
        id="s",
        org_id="o",
        conversation_id="c",
        agent_user_id="u",
        agent_participant_id="p",
        customer_participant_id=None,
        customer_external_id=None,
        cobrowse_type=kind,
        state=SessionState.INITIATED,
        created_at=0,
        offer_ends_at=600,
        deadline=600,
        join_code_index="i",
        join_token_index="t",
    )


RECORD = ConsentRecord(at=5, text_version="1", view=True, control=True, page_origin="https://shop.example")
MOVES = st.lists(st.sampled_from(list(SessionMove)), max_size=12)


def applied(found: Session, command: SessionMove, now: int) -> Session:
    if command is SessionMove.ACCEPT:
        return accept(found, RECORD, "digest", now + 100)
    return apply(found, command, now, EndReason.API)


@given(moves=MOVES, kind=st.sampled_from(list(CobrowseType)))
def test_any_sequence_of_moves(moves: list[SessionMove], kind: CobrowseType) -> None:
    """After any sequence: an illegal move raised and changed nothing, and the four machines agree."""
    found = session(kind)
    for now, command in enumerate(moves, start=1):
        if (found.state, command) not in SESSION:
            with pytest.raises(IllegalMove):
                applied(found, command, now)
            continue
        found = applied(found, command, now)
        assert (found.offer is Offer.OUT) == (found.state is SessionState.INITIATED)
        assert (found.consent is Consent.GIVEN) == found.sharing
        assert found.live == (found.ended_at is None)
        assert found.sharing == (found.state in SHARING)
        if not found.live:
            assert found.control is Control.NONE
            assert found.resume_digests == ()
        if kind is CobrowseType.VIEW:
            assert found.control is Control.NONE


def test_control_needs_both_the_wish_and_the_consent() -> None:
    refused = ConsentRecord(at=5, text_version="1", view=True, control=False, page_origin="")
    assert accept(session(CobrowseType.CONTROL), RECORD, "d", 9).control is Control.HELD
    assert accept(session(CobrowseType.CONTROL), refused, "d", 9).control is Control.NONE
    assert accept(session(CobrowseType.VIEW), RECORD, "d", 9).control is Control.NONE


CONVERSATION_MOVES = st.lists(st.sampled_from(list(ConversationMove)), max_size=6)


@given(moves=CONVERSATION_MOVES, state=st.sampled_from(list(ConversationState)))
def test_a_conversations_moves(moves: list[ConversationMove], state: ConversationState) -> None:
    """An agent is connected in an active conversation and in no other (api.md section 2)."""
    found = Conversation("c", "o", ConversationType.VOICE, state, 0, 0)
    found = join(found, Participant("p", Purpose.AGENT, user_id="u"), 0)
    for now, command in enumerate(moves, start=1):
        if (found.state, command) not in CONVERSATION:
            with pytest.raises(IllegalMove):
                move(found, command, now)
            continue
        found = move(found, command, now)
        assert bool(found.connected_agents()) == (found.state is ConversationState.ACTIVE)
        assert found.live == (found.ended_at is None)
        assert found.updated_at == now
        if not found.live:
            assert all(p.left_at == now for p in found.participants)


def test_who_is_meant() -> None:
    agent = Participant("p1", Purpose.AGENT, user_id="u1")
    unknown, known = (
        Participant("p2", Purpose.CUSTOMER),
        Participant("p3", Purpose.CUSTOMER, external_id="c3"),
    )
    found = Conversation(
        "c", "o", ConversationType.CHAT, ConversationState.ACTIVE, 0, 0, (agent, unknown, known)
    )
    assert found.customer() is known
    assert [found.named(name) for name in ("p1", "u1", "p2", "c3", "x")] == [
        agent,
        agent,
        unknown,
        known,
        None,
    ]
