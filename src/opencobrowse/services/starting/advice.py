"""The way out: for a call that was refused, a complete request that would succeed for this conversation.

`Advice.example` is asked at one place, where errors leave (`http/help.py`), for every refusal of the calls
that make conversations and start sessions. It looks at the conversation as it is now, so the same question is
answered alike whether the body was broken or a rule was. It tells a caller nothing of another organisation,
and proposes nothing that the caller's token may not do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from opencobrowse.domain.conversation import Conversation, ConversationState, Participant, Purpose
from opencobrowse.domain.people import User
from opencobrowse.domain.session import CobrowseType, Session
from opencobrowse.kernel.errors import Example
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.permissions import (
    COBROWSE_ADD,
    COBROWSE_AGENT,
    COBROWSE_VOICE_ADD,
    CONVERSATION_WRITE,
    USER_READ,
    USER_WRITE,
)
from opencobrowse.services.starting.casting import Casting
from opencobrowse.services.starting.policy import Policy

Call = Literal["cobrowse", "initiate", "events", "create", "conversations", "participants"]

_BASE = "/api/v2/conversations"
_BUILDING = ("conversations", "participants")
"""Calls that make ready what a session needs; all others start one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a refused request seems to have wanted, as far as it could be read. `kept`: what was right about
    the conversation that it would have made."""

    call: Call
    conversation_id: str | None = None
    agent: str | None = None
    customer: str | None = None
    cobrowse_type: CobrowseType = CobrowseType.VIEW
    kept: Mapping[str, Any] = field(default_factory=dict)


class Advice:
    def __init__(self, store: Store, casting: Casting, policy: Policy) -> None:
        self._store = store
        self._policy = policy
        self._casting = casting

    async def example(self, actor: Actor, wish: Wish) -> Example | None:
        """The request that succeeds now or moves things on; None where this caller can send none."""
        if not _may(actor, wish):
            return None
        conversation = await self._seen(actor, wish)
        if conversation is None:
            return await self._new(actor, wish)
        if not conversation.live:
            return await self._successor(actor, wish, conversation)
        if wish.call == "participants":
            return await self._join(actor, wish, conversation)
        if conversation.state is not ConversationState.ACTIVE:
            return _activate(actor, conversation)
        live = await self._store.find(Session, conversation_id=conversation.id, live=1)
        if live:
            return Example("POST", f"{_BASE}/{conversation.id}/cobrowse", {"cobrowseSessionId": live[0].id})
        return await self._start(actor, wish, conversation)

    async def who(self, actor: Actor, wish: Wish) -> str:
        """Where there is no such request: who has to do what, as the end of a sentence."""
        if not _may(actor, wish):
            needed = [COBROWSE_ADD, COBROWSE_VOICE_ADD] + [CONVERSATION_WRITE] * (wish.call in _BUILDING)
            return f"an administrator has to give the token's owner one of {', '.join(needed)}"
        conversation = await self._seen(actor, wish)
        if conversation is not None and conversation.live and wish.call not in _BUILDING:
            if conversation.state is not ConversationState.ACTIVE:
                return f"the agent has to answer, or who holds {CONVERSATION_WRITE} has to make it active"
            if conversation.connected_agents():
                return f"who holds {USER_WRITE} has to give the connected agent {COBROWSE_AGENT}"
        return f"who holds {USER_READ} has to tell the user id of an agent, one who holds {COBROWSE_AGENT}"

    async def _seen(self, actor: Actor, wish: Wish) -> Conversation | None:
        if wish.conversation_id is None:
            return None
        found = await self._store.get(Conversation, wish.conversation_id)
        return found if found is not None and found.org_id == actor.org_id else None

    async def _start(self, actor: Actor, wish: Wish, conversation: Conversation) -> Example | None:
        if not await self._policy.allows_control(conversation.org_id):
            wish = replace(wish, cobrowse_type=CobrowseType.VIEW)
        ready = await self._casting.ready(conversation)
        meant = [a for a in ready if wish.agent in (a.id, a.user_id)]
        own = [a for a in ready if a.user_id == actor.user_id]
        for agent in (*meant, *own, *ready):
            return _start(conversation, agent, wish)
        return await self._grant(actor, wish, conversation) or await self._join(actor, wish, conversation)

    async def _grant(self, actor: Actor, wish: Wish, conversation: Conversation) -> Example | None:
        """Let the agent who is there, and lacks the permission, be the agent of sessions."""
        for agent in conversation.connected_agents():
            if wish.agent in (None, agent.id, agent.user_id) and USER_WRITE in actor.permissions:
                user = await self._store.get(User, agent.user_id or "")
                if user is not None and user.active and user.org_id == actor.org_id:
                    return _grant(user)
        return None

    async def _join(self, actor: Actor, wish: Wish, conversation: Conversation) -> Example | None:
        """Add the agent who was meant, or one who could be."""
        agent = await self._anybody(actor, wish)
        if agent is None and wish.call == "participants":
            agent = await self._somebody_here(conversation)
        if agent is None:
            return await self._able(actor)
        body = {"addParticipants": [{"from": {"id": agent, "type": "user"}}]}
        return Example("POST", f"{_BASE}/{conversation.id}/participants", body)

    async def _successor(self, actor: Actor, wish: Wish, ended: Conversation) -> Example | None:
        """A new conversation with the people of one that has ended: it starts their session at once (W7)."""
        for agent in (p for p in ended.participants if p.purpose is Purpose.AGENT):
            if await self._casting.may_be_agent(actor.org_id, agent.user_id):
                return _conversation(actor, agent.user_id, _customer(ended))
        return await self._new(actor, wish)

    async def _new(self, actor: Actor, wish: Wish) -> Example | None:
        """A new conversation; for who wanted a session, with its session, in one call."""
        agent = await self._anybody(actor, wish)
        named = wish.customer if wish.customer != agent else None
        customer = {"externalId": named, "role": "customer"} if named else None
        if wish.call in _BUILDING:
            made = _conversation(actor, agent, customer if wish.call == "conversations" else None)
            return replace(made, body={**(made.body or {}), **wish.kept})
        if agent is None:
            return await self._able(actor)
        body: dict[str, Any] = {"type": "cobrowse", "to": [{"id": agent, "type": "user"}]}
        if customer:
            body["participants"] = [customer]
        return Example("POST", f"{_BASE}/cobrowse", body)

    async def _somebody_here(self, conversation: Conversation) -> str | None:
        """An active user who is in the conversation already: adding them again is answered as it was."""
        for agent in conversation.agents():
            user = await self._store.get(User, agent.user_id or "")
            if user is not None and user.active:
                return user.id
        return None

    async def _able(self, actor: Actor) -> Example | None:
        """Where nobody may be the agent of sessions: let a user be it, if this caller may."""
        if not {USER_READ, USER_WRITE} <= actor.permissions:
            return None
        users = await self._store.find(User, org_id=actor.org_id)
        active = next((u for u in users if u.active), None)
        return _grant(active) if active else None

    async def _anybody(self, actor: Actor, wish: Wish) -> str | None:
        """A user who may be the agent: the one meant, the caller, else one that the caller may list."""
        for user_id in (wish.agent, actor.user_id):
            if await self._casting.may_be_agent(actor.org_id, user_id):
                return user_id
        users = await self._store.find(User, org_id=actor.org_id) if USER_READ in actor.permissions else []
        able = (u for u in users if u.active and COBROWSE_AGENT in u.permissions)
        return next((u.id for u in able), None)


def _grant(user: User) -> Example:
    return Example("POST", f"/api/v2/users/{user.id}/permissions", {"add": [COBROWSE_AGENT]})


def _may(actor: Actor, wish: Wish) -> bool:
    return _may_start(actor) or (wish.call in _BUILDING and CONVERSATION_WRITE in actor.permissions)


def _may_start(actor: Actor) -> bool:
    return not actor.permissions.isdisjoint((COBROWSE_ADD, COBROWSE_VOICE_ADD))


def _activate(actor: Actor, conversation: Conversation) -> Example | None:
    if CONVERSATION_WRITE not in actor.permissions:
        return None
    return Example("PATCH", f"{_BASE}/{conversation.id}", {"state": "active"})


def _customer(conversation: Conversation) -> dict[str, Any] | None:
    """The customer of a conversation that may have ended, as the body of a new one names them."""
    others = [p for p in conversation.participants if p.purpose is not Purpose.AGENT]
    if not others:
        return None
    who = next((p for p in others if p.external_id), others[0])
    known = {"userId": who.user_id, "externalId": who.external_id, "name": who.name, "address": who.address}
    return {key: value for key, value in known.items() if value} | {"role": "customer"}


def _conversation(actor: Actor, agent: str | None, customer: dict[str, Any] | None) -> Example:
    people: list[dict[str, Any]] = [{"userId": agent, "role": "agent"}] if agent else []
    if customer is not None and (agent is None or _may_start(actor)):
        people.append(customer)
    return Example("POST", _BASE, {"type": "cobrowse", "participants": people})


def _start(conversation: Conversation, agent: Participant, wish: Wish) -> Example:
    """The same call, corrected: in the caller's dialect, with this conversation's own agent and customer."""
    path, who = f"{_BASE}/{conversation.id}", agent.user_id
    control = wish.cobrowse_type is CobrowseType.CONTROL
    if wish.call == "initiate":
        body: dict[str, Any] = {"initiatorId": who} | ({"cobrowseType": "control"} if control else {})
        return Example("POST", f"{path}/cobrowse/initiate", body)
    if wish.call == "events":
        customer = conversation.customer()
        data = {"initiatorId": who} | ({"targetId": customer.id} if customer else {})
        mode = "interactive" if control else "view"
        return Example(
            "POST", f"{path}/events", {"eventType": "cobrowse:start", "data": {**data, "mode": mode}}
        )
    body = {"agentId": who, "cobrowseType": wish.cobrowse_type.value}
    if wish.customer and wish.customer not in (agent.id, agent.user_id):
        body["participants"] = [{"id": wish.customer, "type": "external"}]
    return Example("POST", f"{path}/cobrowse", body)
