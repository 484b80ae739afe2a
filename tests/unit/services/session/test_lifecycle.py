"""The life of a session: the first yes wins, tokens rotate, clocks end what people forget (I5, I7, B18)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from opencobrowse.domain.conversation import Conversation, ConversationMove, ConversationState
from opencobrowse.domain.session import EndReason, Session, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Clash
from opencobrowse.kernel.ids import HOUR
from opencobrowse.services.session.lifecycle import Sharing
from opencobrowse.services.starting.start import StartRequest
from tests.unit.services.conftest import Case


async def agree(case: Case, session: Session) -> Sharing:
    return await case.lifecycle.accept(
        session.id, text_version="1", control=False, origin="https://shop.example"
    )


def test_of_many_pages_the_first_yes_wins(case: Case) -> None:
    async def story() -> None:
        session = await case.session()
        answers = await asyncio.gather(*(agree(case, session) for _ in range(20)), return_exceptions=True)
        won = [a for a in answers if isinstance(a, Sharing)]
        lost = [a for a in answers if isinstance(a, Clash)]
        assert (len(won), len(lost)) == (1, 19)
        stored = await case.stored(session)
        assert stored.state is SessionState.ACTIVE
        assert stored.consent_record is not None
        assert stored.consent_record.page_origin == "https://shop.example"
        assert case.rooms.said == ["active"]

    case.run(story())


@pytest.mark.parametrize("late", [0, 1])
def test_the_offer_lasts_ten_minutes(case: Case, late: int) -> None:
    async def story() -> None:
        session = await case.session()
        case.clock.advance(limits.OFFER_MS - 1 + late)
        if late:
            with pytest.raises(Clash):
                await agree(case, session)
        else:
            await agree(case, session)

    case.run(story())


def test_resume_tokens_rotate(case: Case) -> None:
    """B18: each is exchanged for a new one; the one before stays good once; older and foreign ones never."""

    async def story() -> None:
        session = await case.session()
        first = (await agree(case, session)).resume_token
        second = (await case.lifecycle.resume(session.id, first)).resume_token
        third = (await case.lifecycle.resume(session.id, first)).resume_token
        for stale in (second, "not a token", ""):
            with pytest.raises(Clash):
                await case.lifecycle.resume(session.id, stale)
        assert (await case.lifecycle.resume(session.id, third)).session.id == session.id
        await case.lifecycle.end(session.id, EndReason.AGENT)
        with pytest.raises(Clash):
            await case.lifecycle.resume(session.id, third)

    case.run(story())


def test_the_sweep(case: Case) -> None:
    async def story() -> None:
        waiting, sharing = await case.session(), await case.session()
        await agree(case, sharing)
        case.clock.advance(limits.OFFER_MS - 1)
        assert await case.lifecycle.sweep() == 0
        case.clock.advance(1)
        assert await case.lifecycle.sweep() == 1
        over = await case.stored(waiting)
        assert (over.state, over.end_reason) == (SessionState.EXPIRED, EndReason.EXPIRED)
        case.clock.advance(limits.SESSION_MS)
        assert await case.lifecycle.sweep() == 1
        over = await case.stored(sharing)
        assert (over.state, over.end_reason) == (SessionState.ENDED, EndReason.TIMEOUT)
        assert case.rooms.closed == [waiting.id, sharing.id]
        assert await case.lifecycle.sweep() == 0

    case.run(story())


def test_ending_twice_keeps_the_first_reason(case: Case) -> None:
    async def story() -> None:
        session = await case.session()
        first = await case.lifecycle.end(session.id, EndReason.CUSTOMER)
        again = await case.lifecycle.end(session.id, EndReason.API)
        assert (again.end_reason, again.ended_at) == (EndReason.CUSTOMER, first.ended_at)

    case.run(story())


def test_pausing_where_it_is_so_already_changes_nothing(case: Case) -> None:
    async def story() -> None:
        session = await case.session()
        await case.lifecycle.set_paused(session.id, True)
        assert (await case.stored(session)).state is SessionState.INITIATED
        await agree(case, session)
        await case.lifecycle.set_paused(session.id, False)
        await case.lifecycle.set_paused(session.id, True)
        await case.lifecycle.set_paused(session.id, True)
        assert (await case.stored(session)).state is SessionState.PAUSED
        assert case.rooms.said == ["active", "paused"]

    case.run(story())


async def state_of(case: Case, conversation: Conversation) -> ConversationState:
    found = await case.store.get(Conversation, conversation.id)
    assert found is not None
    return found.state


def test_a_conversation_without_any_event_for_a_day_is_ended(case: Case) -> None:
    """product.md: one without any event for 24 h is ended."""

    async def story() -> None:
        conversation = await case.conversation(await case.user(), state=ConversationState.ALERTING)
        case.clock.advance(12 * HOUR)
        await case.conversations.set_state(case.program, conversation.id, ConversationMove.ACTIVATE)
        case.clock.advance(limits.CONVERSATION_IDLE_MS - 1)
        await case.lifecycle.sweep()
        assert await state_of(case, conversation) is ConversationState.ACTIVE
        case.clock.advance(1)
        await case.lifecycle.sweep()
        assert await state_of(case, conversation) is ConversationState.DISCONNECTED

    case.run(story())


def test_the_end_of_a_session_is_an_event_of_its_conversation(case: Case) -> None:
    async def story() -> None:
        conversation = await case.conversation(await case.user())
        session = (await case.started(StartRequest(conversation.id))).session
        await agree(case, session)
        case.clock.advance(3 * HOUR)
        await case.lifecycle.end(session.id, EndReason.AGENT)
        case.clock.advance(limits.CONVERSATION_IDLE_MS - 1)
        await case.lifecycle.sweep()
        assert await state_of(case, conversation) is ConversationState.ACTIVE
        case.clock.advance(1)
        await case.lifecycle.sweep()
        assert await state_of(case, conversation) is ConversationState.DISCONNECTED

    case.run(story())


def test_the_end_of_a_conversation_ends_its_session_in_the_same_commit(case: Case) -> None:
    async def story() -> None:
        conversation = await case.conversation(await case.user())
        started = await case.started(StartRequest(conversation.id))
        await agree(case, started.session)
        stale = replace(conversation, version=1)
        ended = await case.lifecycle.end_conversation(stale)
        assert ended.state is ConversationState.DISCONNECTED
        over = await case.stored(started.session)
        assert (over.state, over.end_reason) == (SessionState.ENDED, EndReason.CONVERSATION_ENDED)
        assert case.rooms.closed == [started.session.id]
        assert await case.lifecycle.end_conversation(ended) is ended

    case.run(story())
