"""Who plays which part in a session: its agent and its customer, by whatever a start names them."""

from __future__ import annotations

from opencobrowse.domain.conversation import AddressType, Conversation, Participant, Purpose, join
from opencobrowse.domain.people import User
from opencobrowse.kernel.errors import Clash, Detail, Forbidden, Invalid, NotFound
from opencobrowse.kernel.ids import Millis, canonical, new_id
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.permissions import COBROWSE_AGENT, USER_READ


class Casting:
    """The agent's part. `field` is the caller's own name for the value, so that an error can point at it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def agent(
        self, actor: Actor, conversation: Conversation, named: str | None, field: str = "agentId"
    ) -> Participant:
        """The agent named by user id or participant id; nobody named: the user whose token it is, or a
        client's only connected agent.

        Raises 404, 409, 403, in this order; 400 where several could be meant.
        """
        whom = named if named is not None else actor.user_id
        if whom is None:
            whom = _only_agent(conversation, field).id
        user = await self._named(actor, conversation, whom, field)
        agent = self._connected(actor, conversation, user, field)
        if COBROWSE_AGENT not in user.permissions:
            raise may_not(user, field)
        return agent

    async def may_be_agent(self, org_id: str, user_id: str | None) -> User | None:
        """The user, if they are of this organisation, active, and hold `cobrowse:agent`."""
        user = await self._store.get(User, user_id) if user_id else None
        if user is None or user.org_id != org_id or not user.active:
            return None
        return user if COBROWSE_AGENT in user.permissions else None

    async def ready(self, conversation: Conversation) -> list[Participant]:
        """Connected agents who could start a session now."""
        agents = conversation.connected_agents()
        return [a for a in agents if await self.may_be_agent(conversation.org_id, a.user_id)]

    async def _named(self, actor: Actor, conversation: Conversation, named: str, field: str) -> User:
        participant = conversation.participant(named)
        user_id = participant.user_id if participant else canonical(named)
        user = await self._store.get(User, user_id) if user_id else None
        if user is None or user.org_id != actor.org_id or not user.active:
            what = "is no agent" if participant else "is unknown"
            raise NotFound(
                f"The agent {named} {what}.",
                code="agent.not.found",
                cure=f"Set {field} to the agent's user id (GET /api/v2/users lists them) or to their "
                "participant id in this conversation.",
                details=(Detail("not.found", field, named),),
                entity_id=named,
            )
        return user

    @staticmethod
    def _connected(actor: Actor, conversation: Conversation, user: User, field: str) -> Participant:
        for participant in conversation.connected_agents():
            if participant.user_id == user.id:
                return participant
        # Who is elsewhere is told by name only to those who may read users.
        name = user.name if USER_READ in actor.permissions or actor.user_id == user.id else None
        whom = name or "them"
        raise Clash(
            f"{name or user.id} is not a connected agent of this conversation.",
            code="agent.not.in.conversation",
            cure=f"Add {whom} first (POST /api/v2/conversations/{conversation.id}/participants with "
            f'{{"addParticipants": [{{"from": {{"id": "{user.id}", "type": "user"}}}}]}}), or name an agent '
            "who is connected.",
            details=(Detail("agent.not.in.conversation", field, user.id, name),),
            entity_id=user.id,
        )


def customer_for(
    conversation: Conversation,
    agent: Participant,
    external_id: str | None,
    target: str | None,
    now: Millis,
    *,
    field: str = "targetId",
) -> tuple[Conversation, Participant | None]:
    """Whom to ask: who is named, else the conversation's customer; nobody is fine, link and code remain.

    `external_id` may be new to the conversation: then that customer joins it. `target` must be there already.
    Either of them naming the agent, or nothing, means the customer. `field`: the caller's name for `target`.
    """
    if external_id and not _is(agent, external_id):
        known = conversation.named(external_id)
        if known is not None and known.purpose is not Purpose.AGENT:
            return conversation, known
        if known is None:
            added = Participant(new_id(), Purpose.CUSTOMER, external_id=external_id, joined_at=now,
                                address_type=AddressType.EXTERNAL)  # fmt: skip
            return join(conversation, added, now), added
    if not target or _is(agent, target):
        return conversation, conversation.customer()
    found = conversation.named(target)
    if found is None or found.purpose is Purpose.AGENT or found.left_at is not None:
        raise _no_target(conversation, target, field)
    return conversation, found


def _is(who: Participant, name: str) -> bool:
    return canonical(name) in (who.id, who.user_id)


def _only_agent(conversation: Conversation, field: str) -> Participant:
    agents = conversation.connected_agents()
    if not agents:
        raise Clash(
            "No agent is connected to this conversation.",
            code="agent.not.connected",
            cure=f"Add the agent first: POST /api/v2/conversations/{conversation.id}/participants with "
            '{"addParticipants": [{"from": {"id": "<agent user id>", "type": "user"}}]}, then start again.',
            entity_id=conversation.id,
        )
    if len(agents) > 1:
        raise Invalid(
            "Several agents are connected to this conversation: name one of them.",
            code="agent.ambiguous",
            cure=f"Send {field}, one of: {', '.join(f'{a.user_id} ({a.name})' for a in agents)}.",
            details=tuple(Detail("agent.ambiguous", field, a.user_id, a.name) for a in agents),
        )
    return agents[0]


def may_not(user: User, field: str) -> Forbidden:
    return Forbidden(
        f"{user.name} may not be the agent of a session: the permission {COBROWSE_AGENT} is missing.",
        code="missing.permissions",
        params={"permissions": COBROWSE_AGENT},
        cure=f"Give it to them (POST /api/v2/users/{user.id}/permissions with "
        f'{{"add": ["{COBROWSE_AGENT}"]}}), or name an agent who holds it.',
        details=(Detail("missing.permissions", field, user.id, user.name),),
        entity_id=user.id,
    )


def _no_target(conversation: Conversation, target: str, field: str) -> Invalid:
    here = [p for p in conversation.participants if p.left_at is None and p.purpose is not Purpose.AGENT]
    listed = ", ".join(f"{p.id} ({p.name or p.external_id or p.purpose.value})" for p in here)
    return Invalid(
        f"{field} {target} is no customer of this conversation.",
        code="invalid.value",
        cure=f"Leave {field} out to mean the customer, or set it to one of: {listed or 'nobody yet'}.",
        details=(
            Detail("invalid.value", field, target),
            *(Detail("participant", field, p.id, p.name or p.external_id) for p in conversation.participants),
        ),
    )
