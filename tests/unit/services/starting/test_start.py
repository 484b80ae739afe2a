"""The start rules of api.md section 2 that need a clock, two callers or two organisations."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from opencobrowse.domain.conversation import Conversation, ConversationMove, ConversationState, Purpose
from opencobrowse.domain.people import Remembered
from opencobrowse.domain.session import CobrowseType, EndReason, Session, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Clash, Forbidden, Invalid, NotFound, Unprocessable
from opencobrowse.ports.store import Conflict, Put
from opencobrowse.services.actor import Actor
from opencobrowse.services.permissions import ALL, COBROWSE_ADD, COBROWSE_AGENT, USER_READ
from opencobrowse.services.starting.advice import Wish
from opencobrowse.services.starting.idempotency import Once
from opencobrowse.services.starting.start import Started, StartRequest
from tests.unit.services.conftest import Case


def test_the_retry_of_the_sdk_has_a_minute(case: Case) -> None:
    """The same client, agent and type within 60 s is the same start; later it is another (field.md C4)."""

    async def story() -> None:
        conversation = await case.conversation(await case.user())
        first = await case.started(StartRequest(conversation.id))
        case.clock.advance(limits.START_RETRY_MS - 1)
        again = await case.started(StartRequest(conversation.id))
        assert again.session.id == first.session.id
        case.clock.advance(1)
        with pytest.raises(Clash) as refused:
            await case.started(StartRequest(conversation.id))
        assert refused.value.extra["cobrowseSessionId"] == first.session.id
        assert case.rooms.offered == [first.session.id]

    case.run(story())


@pytest.mark.parametrize("dialect", ["cobrowse", "initiate"])
def test_an_offer_that_is_over_blocks_no_start(case: Case, dialect: str) -> None:
    """Between the offer's end and the clock's next round: no retry gets it back, no 409 calls it live."""

    async def story() -> None:
        conversation = await case.conversation(await case.user())
        request = StartRequest(conversation.id, dialect)
        first = await case.started(request)
        case.clock.advance(first.session.offer_ends_at - case.clock.now())
        second = await case.started(request)
        assert second.session.id != first.session.id
        over = await case.store.get(Session, first.session.id)
        assert over is not None
        assert (over.state, over.end_reason) == (SessionState.EXPIRED, EndReason.EXPIRED)
        assert case.rooms.closed == [first.session.id], "its prompt goes"

    case.run(story())


@pytest.mark.parametrize("other", ["client", "agent", "type", "dialect"])
def test_only_the_very_same_call_is_a_retry(case: Case, other: str) -> None:
    async def story() -> None:
        one, two = await case.user(), await case.user()
        conversation = await case.conversation(one, two)
        first = StartRequest(conversation.id, agent=one.id)
        await case.started(first)
        second = {
            "client": first,
            "agent": replace(first, agent=two.id),
            "type": replace(first, cobrowse_type=CobrowseType.CONTROL),
            "dialect": replace(first, dialect="initiate"),
        }[other]
        actor = replace(case.program, client_id="another") if other == "client" else case.program
        with pytest.raises(Clash, match="live session"):
            await case.started(second, actor)
        participant = conversation.agents()[0].id
        assert (await case.started(replace(first, agent=participant))).session.agent_user_id == one.id

    case.run(story())


def test_a_users_token_means_that_user(case: Case) -> None:
    async def story() -> None:
        one, two, absent = await case.user(), await case.user(), await case.user()
        conversation = await case.conversation(one, two)
        person = Actor("org", "t", frozenset({COBROWSE_ADD, COBROWSE_AGENT}), user_id=two.id)
        started = await case.started(StartRequest(conversation.id), person)
        assert started.session.agent_user_id == two.id
        with pytest.raises(Clash) as refused:
            await case.started(
                StartRequest(conversation.id),
                Actor("org", "t", frozenset({COBROWSE_ADD, COBROWSE_AGENT}), user_id=absent.id),
            )
        assert refused.value.code == "agent.not.in.conversation"

    case.run(story())


def test_who_may_not(case: Case) -> None:
    async def story() -> None:
        agent, plain = await case.user(), await case.user(agent=False)
        gone, stranger = await case.user(), await case.user(org="elsewhere")
        conversation = await case.conversation(agent, plain, gone)
        await case.store.commit(Put(replace(gone, active=False, version=1)))
        for named, refusal in (
            (plain.id, Forbidden),
            (gone.id, NotFound),
            (stranger.id, NotFound),
            ("x", NotFound),
        ):
            with pytest.raises(refusal):
                await case.started(StartRequest(conversation.id, agent=named))
        with pytest.raises(Forbidden) as refused:
            await case.started(StartRequest(conversation.id), Actor("org", "t", frozenset({USER_READ}), "c"))
        assert refused.value.code == "missing.any.permissions"
        customer = conversation.customer()
        assert customer is not None
        with pytest.raises(NotFound, match="is no agent"):
            await case.started(StartRequest(conversation.id, agent=customer.id))

    case.run(story())


def test_another_organisations_conversation_is_unknown(case: Case) -> None:
    """B4, I10: neither the refusal nor its example says anything of it."""

    async def story() -> None:
        conversation = await case.conversation(await case.user())
        stranger = Actor("elsewhere", "t", ALL, client_id="stranger")
        with pytest.raises(NotFound) as refused:
            await case.started(StartRequest(conversation.id), stranger)
        example = await case.start.advice.example(stranger, Wish("cobrowse", conversation.id))
        told = f"{refused.value}{example}"
        for user_id in (p.user_id for p in conversation.participants if p.user_id):
            assert user_id not in told
        assert case.rooms.offered == []

    case.run(story())


def test_whom_the_target_means(case: Case) -> None:
    async def story() -> None:
        agent = await case.user()
        for target in ("participant", "user", None, "customer", "customer participant"):
            conversation = await case.conversation(agent)
            customer = conversation.customer()
            assert customer is not None
            names = {
                "participant": conversation.agents()[0].id, "user": agent.id, "customer": "customer",
                "customer participant": customer.id,
            }  # fmt: skip
            wish = StartRequest(conversation.id, "events", agent.id, names.get(target or ""))
            assert (await case.started(wish)).session.customer_participant_id == customer.id
        with pytest.raises(Invalid) as refused:
            conversation = await case.conversation(agent)
            await case.started(StartRequest(conversation.id, "events", agent.id, "nobody"))
        listed = {detail.entity_id for detail in refused.value.details}
        assert {p.id for p in conversation.participants} <= listed

    case.run(story())


def test_a_customer_who_is_new_joins_once(case: Case) -> None:
    async def story() -> None:
        agent = await case.user()
        conversation = await case.conversation(agent, customer=None)
        wish = StartRequest(conversation.id, customer_external_id="new one")
        first = await case.started(wish)
        await case.lifecycle.end(first.session.id, EndReason.API)
        second = await case.started(wish)
        assert first.session.customer_participant_id == second.session.customer_participant_id
        stored = await case.store.get(Conversation, conversation.id)
        assert stored is not None
        assert [p.external_id for p in stored.participants if p.purpose is Purpose.CUSTOMER] == ["new one"]
        third = await case.conversation(agent)
        named = await case.started(StartRequest(third.id, customer_external_id=agent.id))
        assert named.session.customer_external_id == "customer", "the agent is not their own customer"

    case.run(story())


def test_a_key_is_kept_for_48_hours(case: Case) -> None:
    """I7. After that the key is like new."""

    def once(body: str) -> Once[Started]:
        return Once("key", body, lambda started: msgspec.json.encode(started.session.id), 200)

    async def story() -> None:
        conversation = await case.conversation(await case.user())
        wish = StartRequest(conversation.id, "initiate")
        first = await case.start(case.program, wish, once("a"))
        assert isinstance(first, Started)
        case.clock.advance(limits.IDEMPOTENCY_MS - 1)
        again = await case.start(case.program, wish, once("a"))
        assert isinstance(again, Remembered)
        assert (again.status, again.answer) == (200, msgspec.json.encode(first.session.id))
        with pytest.raises(Unprocessable):
            await case.start(case.program, wish, once("b"))
        await case.lifecycle.end(first.session.id, EndReason.API)
        case.clock.advance(1)
        second = await case.start(case.program, wish, once("b"))
        assert isinstance(second, Started)
        assert second.session.id != first.session.id

    case.run(story())


def test_an_answer_that_came_between_two_reads_is_found(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """I7: another thread commits. Its answer may be there after the look for it and before the look for the
    session, and a repeat of the same call is no 409."""

    async def story() -> None:
        conversation = await case.conversation(await case.user())
        once: Once[Started] = Once("key", "body", lambda started: started.session.id.encode(), 202)
        request = StartRequest(conversation.id, "events")
        first = await case.start(case.program, request, once)
        get = case.store.get
        missed: list[str] = []

        async def late(kind: Any, record_id: str) -> Any:
            if kind is Remembered and not missed:
                missed.append(record_id)
                return None
            return await get(kind, record_id)

        monkeypatch.setattr(case.store, "get", late)
        again = await case.start(case.program, request, once)
        assert isinstance(first, Started)
        assert isinstance(again, Remembered)
        assert (missed, again.answer) == (["key"], first.session.id.encode())

    case.run(story())


def test_an_answer_that_came_in_the_meantime_is_not_replaced(case: Case) -> None:
    """I7. Found by 200 calls at once: the key was free when it was asked, and taken when it was kept."""

    async def story() -> None:
        once: Once[Started] = Once("key", "a", lambda started: started.session.id.encode(), 201)
        agent = await case.user()
        conversations = [await case.conversation(agent) for _ in range(2)]
        asked = [StartRequest(c.id, "create") for c in conversations]
        answers = await asyncio.gather(*(case.start(case.program, wish, once) for wish in asked))
        sessions = {a.session.id.encode() if isinstance(a, Started) else a.answer for a in answers}
        assert len(sessions) == 1
        kept = await case.store.get(Remembered, "key")
        assert kept is not None
        started = Started(await case.session(), conversations[0], ())
        with pytest.raises(Conflict):
            await once.keep(case.store, "org", started, case.clock.now())

    case.run(story())


def test_a_start_and_an_end_at_once(case: Case) -> None:
    """I5, I6: whoever is first, no live session is left in a conversation that has ended."""

    async def story() -> None:
        agent = await case.user()
        for _ in range(20):
            conversation = await case.conversation(agent)
            await asyncio.gather(
                case.started(StartRequest(conversation.id)),
                case.conversations.set_state(case.program, conversation.id, ConversationMove.DISCONNECT),
                return_exceptions=True,
            )
            stored = await case.store.get(Conversation, conversation.id)
            assert stored is not None and stored.state is ConversationState.DISCONNECTED
            assert await case.store.find(Session, conversation_id=conversation.id, live=1) == []

    case.run(story())


def test_an_example_proposes_only_what_the_caller_may_do(case: Case) -> None:
    async def story() -> None:
        agent = await case.user()
        queued = await case.conversation(agent, state=ConversationState.QUEUED)
        active = await case.conversation(agent)
        starter = Actor("org", "t", frozenset({COBROWSE_ADD}), client_id="c")
        reader = Actor("org", "t", frozenset({USER_READ}), client_id="c")
        advice = case.start.advice
        assert await advice.example(starter, Wish("cobrowse", queued.id)) is None, "it may not PATCH"
        assert await advice.example(reader, Wish("cobrowse", active.id)) is None, "it may not start"
        found = await advice.example(starter, Wish("cobrowse", active.id))
        assert found is not None and found.body["agentId"] == agent.id
        empty = await case.conversation(customer=None)
        assert await advice.example(starter, Wish("cobrowse", empty.id)) is None, "it may not list users"

    case.run(story())


@pytest.mark.parametrize("call", ["cobrowse", "initiate", "events"])
def test_an_example_keeps_what_was_wanted(case: Case, call: str) -> None:
    async def story() -> None:
        one, two = await case.user(), await case.user()
        conversation = await case.conversation(one, two)
        wish = Wish(call, conversation.id, two.id, cobrowse_type=CobrowseType.CONTROL)  # type: ignore[arg-type]
        found = await case.start.advice.example(case.program, wish)
        assert found is not None
        body = found.body.get("data", found.body)
        assert two.id in (body.get("agentId"), body.get("initiatorId"))
        assert "control" in (body.get("cobrowseType"), body.get("mode", "").replace("interactive", "control"))

    case.run(story())
