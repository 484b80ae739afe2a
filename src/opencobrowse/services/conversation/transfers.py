"""Transfer: another agent goes on with a session, and the customer does not notice but for the name.

Session and conversation change in one commit; who loses a race against an end, an answer or another transfer
reads again and decides again. What the live side does then is `ports.rooms.Rooms.transferred`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.conversation import AddressType, Participant, Purpose, hand_over
from opencobrowse.domain.people import User
from opencobrowse.domain.session import Session, SessionState, transfer
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Fault, Forbidden, Invalid, NotFound, contradiction
from opencobrowse.kernel.ids import canonical, new_id
from opencobrowse.ports.rooms import Rooms
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import ATTEMPTS, too_many
from opencobrowse.services.conversation.conversations import check_size
from opencobrowse.services.conversation.legs import Leg, Legs
from opencobrowse.services.permissions import COBROWSE_AGENT, TRANSFER
from opencobrowse.services.starting.casting import may_not

_SOMEBODY_HERE: Final = (
    "Transfer to an agent who is in the conversation already, or start a new conversation."
)


@dataclass(frozen=True, slots=True)
class Target:
    """To whom: by user id, or by e-mail address (`user_name` and `address`). All that are given must name the
    same user. There are no queues and no voicemail here."""

    user_id: str | None = None
    user_name: str | None = None
    address: str | None = None
    queue_id: str | None = None
    voicemail: bool = False


class Transfers:
    def __init__(self, store: Store, rooms: Rooms, clock: Clock) -> None:
        self._store = store
        self._legs = Legs(store)
        self._rooms = rooms
        self._clock = clock

    async def __call__(
        self, actor: Actor, conversation_id: str, participant_id: str, target: Target
    ) -> Session:
        """Put `target` in the place of the agent `participant_id`. The session as it is then.

        The same once more is no error: a caller that did not get its answer sends it again.
        """
        actor.need(TRANSFER)
        _check_possible(target)
        for _ in range(ATTEMPTS):
            leg = await self._legs.find(actor, conversation_id, participant_id)
            user = await self._user(actor, target)
            if _done(leg, user):
                return leg.session
            _check(actor, leg, user, self._clock.now())
            try:
                return await self._commit(leg, user)
            except Conflict:
                continue
        raise too_many("The session")

    async def colleagues(self, actor: Actor, session_id: str) -> list[User]:
        """Who could have the session: active users who may be agents, by name, without its agent."""
        actor.need(TRANSFER)
        session = await self._legs.session(actor, session_id)
        users = await self._store.find(User, org_id=session.org_id, limit=10_000)
        able = (u for u in users if u.active and COBROWSE_AGENT in u.permissions)
        return sorted((u for u in able if u.id != session.agent_user_id), key=lambda u: u.name.casefold())

    async def _commit(self, leg: Leg, user: User) -> Session:
        now = self._clock.now()
        successor = Participant(new_id(), Purpose.AGENT, user.id, address_type=AddressType.USER,
                                name=user.name, joined_at=now)  # fmt: skip
        conversation, agent = hand_over(leg.conversation, leg.participant.id, successor, now)
        check_size(conversation, _SOMEBODY_HERE)
        after = transfer(leg.session, user.id, agent.id, now)
        await self._store.commit(Put(conversation), Put(after))
        stored = replace(after, version=after.version + 1)
        self._rooms.transferred(stored, user.name)
        return stored

    async def _user(self, actor: Actor, target: Target) -> User:
        """The one user that all of the target's names mean. Raises 400, 404, 403."""
        found: dict[str, User] = {}
        named = [("userId", target.user_id), ("userName", target.user_name), ("address", target.address)]
        for field, value in named:
            if value:
                user = await self._named(actor, field, value)
                found[user.id] = user
        if not found:
            raise Invalid(
                "The field userId is missing.",
                code="missing.field",
                details=(Detail("missing.field", "userId"),),
                cure="Add userId: the user id of the agent who goes on.",
            )
        if len(found) > 1:
            raise contradiction(*(field for field, value in named if value))
        user = next(iter(found.values()))
        if COBROWSE_AGENT not in user.permissions:
            raise may_not(user, "userId" if target.user_id else "userName" if target.user_name else "address")
        return user

    async def _named(self, actor: Actor, field: str, value: str) -> User:
        if field == "userId":
            user = await self._store.get(User, canonical(value))
        else:
            user = next(iter(await self._store.find(User, email=value.strip().lower())), None)
        if user is None or user.org_id != actor.org_id or not user.active:
            kind = "an active user's id" if field == "userId" else "the e-mail address of an active user"
            raise NotFound(
                f"There is no active user {value}.",
                code="agent.not.found",
                cure=f"Set {field} to {kind}; GET /api/v2/users lists them.",
                details=(Detail("not.found", field, value),),
                entity_id=value,
            )
        return user


def _check_possible(target: Target) -> None:
    """What the platform's request can ask for, and nothing here can do."""
    for field, given in (("queueId", target.queue_id), ("voicemail", target.voicemail)):
        if given:
            raise Invalid(
                f"{field} cannot be: a session goes to an agent, there is no queue and no voicemail here.",
                code="invalid.value",
                details=(Detail("invalid.value", field),),
                cure=f"Leave {field} out and name an agent: userId.",
            )


def _done(leg: Leg, user: User) -> bool:
    """Whether exactly this transfer was made already."""
    former = leg.session.former_agents
    last = former[-1].participant_id if former else None
    return leg.session.live and last == leg.participant.id and leg.session.agent_user_id == user.id


def _check(actor: Actor, leg: Leg, user: User, now: int) -> None:
    session = leg.session
    if not session.live or (session.state is SessionState.INITIATED and session.offer_ends_at <= now):
        raise Clash(
            "The session is over; nobody can go on with it.",
            code="cobrowse.session.state",
            cure="Start a new one with the other agent: "
            f"POST /api/v2/conversations/{session.conversation_id}/cobrowse.",
            entity_id=session.id,
        )
    if leg.participant.id != session.agent_participant_id:
        raise _not_its_agent(leg)
    if actor.user_id not in (None, session.agent_user_id):
        raise Forbidden(
            "Only the session's agent may transfer it.",
            code="not.authorized",
            cure="Let the agent do it who has it now, or use a program's token.",
        )
    if user.id == session.agent_user_id:
        raise Clash(
            f"{user.name} has the session already.",
            code="transfer.same.agent",
            details=(Detail("transfer.same.agent", "userId", user.id, user.name),),
            cure="Name another agent.",
            entity_id=user.id,
        )


def _not_its_agent(leg: Leg) -> Fault:
    """Only who watches can be replaced: whose page it is, and who handed it over before, cannot."""
    who, agent = leg.participant, leg.session.agent_participant_id
    why = "has transferred the session already" if who.purpose is Purpose.AGENT else "is the customer"
    return Clash(
        f"{who.name or who.external_id or 'The participant'} {why}.",
        code="transfer.not.agent",
        details=(Detail("transfer.not.agent", "participantId", who.id, who.name),),
        cure=f"Name the participant of the session's agent: {agent}.",
        entity_id=who.id,
    )
