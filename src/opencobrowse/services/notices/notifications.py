"""Notification channels: who has one, what it may be told, how long it lives (field.md C5).

A channel belongs to a person and a program together. It lives for 24 hours from the last time that its
subscriptions were set, and is bound to the token that set them: with that token its sockets end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.deployment import Configuration, Deployment
from opencobrowse.domain.notification import Channel
from opencobrowse.domain.people import Token, User
from opencobrowse.domain.topics import Subject, Template, Topic, nearest, parse
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Detail, Fault, Forbidden, Invalid, NotFound
from opencobrowse.kernel.ids import Millis, canonical, new_id
from opencobrowse.ports.feed import Listeners
from opencobrowse.ports.store import Delete, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import change
from opencobrowse.services.permissions import (
    COBROWSE_READ,
    CONFIGURATION_VIEW,
    CONVERSATION_READ,
    DEPLOYMENT_VIEW,
)
from opencobrowse.services.signin.access import Access

NEEDED: Final[dict[Template, tuple[str, ...]]] = {
    Template.USER_CONVERSATIONS: (CONVERSATION_READ,),
    Template.USER_SESSIONS: (COBROWSE_READ, CONVERSATION_READ),
    Template.QUEUE_SESSIONS: (COBROWSE_READ, CONVERSATION_READ),
    Template.CONFIGURATIONS: (CONFIGURATION_VIEW,),
    Template.DEPLOYMENTS: (DEPLOYMENT_VIEW,),
}
"""One of these is needed for a topic; of their own user a person may always be told."""

_RECORDS: Final[dict[Subject, type[User] | type[Configuration] | type[Deployment]]] = {
    Subject.USER: User,
    Subject.CONFIGURATION: Configuration,
    Subject.DEPLOYMENT: Deployment,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One topic, and why it may not be subscribed to; None if it may."""

    text: str
    refusal: Fault | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listening:
    """A channel that may be told now. `token_until`: when its token ends; `permissions`: what that may."""

    channel: Channel
    token_until: Millis
    permissions: frozenset[str]

    @property
    def until(self) -> Millis:
        return min(self.channel.expires_at, self.token_until)


class Notifications:
    def __init__(self, store: Store, access: Access, listeners: Listeners, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._listeners = listeners
        self._clock = clock

    async def create(self, actor: Actor) -> Channel:
        """A new channel. Of more than 20, those without a socket go first, then the oldest."""
        now = self._clock.now()
        made = Channel(
            new_id(),
            actor.org_id,
            owner_of(actor),
            actor.token_id,
            now,
            now + limits.CHANNEL_MS,
            actor.user_id,
        )
        await self._store.commit(Put(made))
        others = [c for c in await self._owned(actor) if c.id != made.id]
        others.sort(key=lambda c: (self._listeners.listening(c.id), c.expires_at))
        surplus = others[: max(0, len(others) + 1 - limits.CHANNELS_PER_OWNER)]
        if surplus:
            await self._store.commit(*(Delete(Channel, c.id) for c in surplus))
        return replace(made, version=1)

    async def find(self, actor: Actor, every_token: bool = False) -> list[Channel]:
        """The channels of this token, or of the person and program whatever the token; the oldest first."""
        return [c for c in await self._owned(actor) if every_token or c.token_id == actor.token_id]

    async def get(self, actor: Actor, channel_id: str) -> Channel:
        """One of the actor's own channels: 404 for another's, as for one that has expired."""
        found = await self._store.get(Channel, canonical(channel_id))
        if found is None or found.owner != owner_of(actor) or found.expires_at <= self._clock.now():
            raise _no_channel(channel_id)
        return found

    async def add(
        self, actor: Actor, channel_id: str, topics: Sequence[str], ignore_errors: bool = False
    ) -> list[Verdict]:
        """Subscribe to more. The answer is every topic of the channel, with what was refused: what the actor
        may not be told, and who is not there. What is no topic at all is always an error."""
        return await self._set(actor, channel_id, topics, ignore_errors, lambda channel: channel.topics)

    async def replace(
        self, actor: Actor, channel_id: str, topics: Sequence[str], ignore_errors: bool = False
    ) -> list[Verdict]:
        """Subscribe to these and to no others."""
        return await self._set(actor, channel_id, topics, ignore_errors, lambda _: ())

    async def clear(self, actor: Actor, channel_id: str) -> None:
        await self.replace(actor, channel_id, ())

    async def listen(self, channel_id: str) -> Listening:
        """What a socket of the channel may be told. Raises what stands against it: the channel or its token
        is gone, or a topic may not be read any more."""
        channel = await self._store.get(Channel, channel_id)
        if channel is None or channel.expires_at <= self._clock.now():
            raise _no_channel(channel_id)
        actor = await self._access.holder(channel.token_id)
        token = await self._store.get(Token, channel.token_id)
        for verdict in await self.judge(actor, channel.id, channel.topics):
            if verdict.refusal is not None:
                raise verdict.refusal
        return Listening(channel, token.expires_at if token else 0, actor.permissions)

    async def permissions(self, channel: Channel) -> frozenset[str]:
        """What the channel's token may now. Raises `Unauthenticated` once it has ended."""
        return (await self._access.holder(channel.token_id)).permissions

    async def judge(self, actor: Actor, channel_id: str, topics: Iterable[str]) -> list[Verdict]:
        """Each topic once, in their order, and whether the actor may be told of it."""
        found = {text: parse(text) for text in topics}
        exist: dict[tuple[Subject, str], bool] = {}
        verdicts: dict[str, Verdict] = {}
        for text, topic in found.items():
            if topic is None:
                verdicts[text] = Verdict(text, _unknown_topic(text))
                continue
            missing = _missing(actor, topic)
            if missing:
                verdicts[topic.text] = Verdict(topic.text, _not_permitted(topic.text, missing), missing)
                continue
            subject = (topic.template.subject, topic.id or "")
            if subject not in exist:
                exist[subject] = await self._exists(actor, channel_id, topic)
            refusal = None if exist[subject] else _no_subject(topic)
            verdicts[topic.text] = Verdict(topic.text, refusal)
        return list(verdicts.values())

    async def _set(
        self,
        actor: Actor,
        channel_id: str,
        topics: Sequence[str],
        ignore_errors: bool,
        kept: Callable[[Channel], tuple[str, ...]],
    ) -> list[Verdict]:
        _check_count(topics)
        verdicts: list[Verdict] = []

        async def again() -> Channel:
            nonlocal verdicts
            channel = await self.get(actor, channel_id)
            verdicts = await self.judge(actor, channel.id, (*kept(channel), *topics))
            return channel

        def decide(channel: Channel) -> Channel:
            refusals = [v.refusal for v in verdicts if v.refusal is not None]
            if refusals and not ignore_errors:
                raise refusals[0]
            if wrong := [refusal for refusal in refusals if isinstance(refusal, Invalid)]:
                raise wrong[0]
            permitted = tuple(v.text for v in verdicts if v.refusal is None)
            _check_count(permitted)
            return replace(
                channel,
                topics=permitted,
                token_id=actor.token_id,
                expires_at=self._clock.now() + limits.CHANNEL_MS,
            )

        await change(self._store, await again(), again, decide, "The channel")
        return verdicts

    async def _owned(self, actor: Actor) -> list[Channel]:
        now = self._clock.now()
        found = await self._store.find(Channel, owner=owner_of(actor), limit=10 * limits.CHANNELS_PER_OWNER)
        return [channel for channel in found if channel.expires_at > now]

    async def _exists(self, actor: Actor, channel_id: str, topic: Topic) -> bool:
        """Whether the topic's subject is there for this actor; another organisation's is not (I10)."""
        subject = topic.template.subject
        if subject is Subject.CHANNEL:
            return topic.id == channel_id
        kind = _RECORDS.get(subject)
        if kind is None or topic.id is None:
            return True  # a queue is a name in a conversation: its events are told within the organisation
        found = await self._store.get(kind, topic.id)
        return found is not None and found.org_id == actor.org_id


def owner_of(actor: Actor) -> str:
    """The person and the program of a token, as one key."""
    return f"{actor.org_id}/{actor.user_id or '-'}/{actor.client_id or '-'}"


def _missing(actor: Actor, topic: Topic) -> tuple[str, ...]:
    """The permissions of which the actor would need one and has none."""
    own = topic.template.subject is Subject.USER and topic.id == actor.user_id
    needed = NEEDED.get(topic.template, ())
    return () if own or not needed or not actor.permissions.isdisjoint(needed) else needed


def _check_count(topics: Sequence[str]) -> None:
    if len(topics) > limits.TOPICS_PER_CHANNEL:
        raise Invalid(
            f"A channel has at most {limits.TOPICS_PER_CHANNEL} topics; these are {len(topics)}.",
            code="notification.topics.too.many",
            cure="Open another channel for the rest, or leave out what is not needed.",
        )


def _unknown_topic(text: str) -> Fault:
    near = nearest(text)
    listed = ", ".join(template.text for template in Template)
    return Invalid(
        f"There is no topic {text[:200]}. Did you mean {near}? Topics are: {listed}",
        code="notification.topic.unknown",
        details=(Detail("notification.topic.unknown", "id", None, near),),
        cure=f"Subscribe to {near}; GET /api/v2/notifications/availabletopics lists all topics.",
    )


def _not_permitted(text: str, needed: tuple[str, ...]) -> Fault:
    listed = ", ".join(needed)
    return Forbidden(
        f"The token may not be told of {text}: it holds none of {listed}.",
        code="missing.any.permissions" if len(needed) > 1 else "missing.permissions",
        params={"permissions": listed},
        details=(Detail("notification.topic.rejected", "id", None, text),),
        cure=f"Give the OAuth client or the user one of: {listed}; then ask for a new token.",
    )


def _no_subject(topic: Topic) -> Fault:
    return NotFound(
        f"There is no {topic.template.subject.value} {topic.id} to be told of.",
        code="notification.topic.not.found",
        details=(Detail("notification.topic.not.found", "id", topic.id, topic.text),),
        cure="Use the id of a user, configuration or deployment of yours, or of this very channel.",
    )


def _no_channel(channel_id: str) -> Fault:
    return NotFound(
        f"There is no channel {channel_id}: it has expired, made way for a newer one, or is not yours.",
        code="notification.channel.not.found",
        cure="Make one with POST /api/v2/notifications/channels; GET on the same path lists yours.",
    )
