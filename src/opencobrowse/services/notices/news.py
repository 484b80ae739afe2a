"""From what was committed to what is told: which topics, with which body (field.md C5).

Events of one conversation follow its commits, one event a topic for each commit. A body is put together from
records that were committed and from what is already known of the rest, never from a newer state than an
event that is still to come would tell: nothing goes backwards.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.deployment import Configuration, Deployment
from opencobrowse.domain.session import Session
from opencobrowse.domain.topics import Template
from opencobrowse.ports.store import Change, Delete, Put, Store
from opencobrowse.services.links import Links
from opencobrowse.services.notices import bodies
from opencobrowse.services.platform import queue_of
from opencobrowse.wire.api import Answer

_CONVERSATIONS: Final = 5_000

Wanted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Event:
    """One body for those who hear one of `topics`. `org_id` None: of something that is gone, whose id alone
    says whose it was."""

    org_id: str | None
    topics: tuple[str, ...]
    body: Answer


@dataclass(slots=True)
class _Scene:
    """A conversation and its sessions, as far as told."""

    conversation: Conversation
    sessions: dict[str, Session] = field(default_factory=dict)

    def users(self) -> set[str]:
        """Who takes part now."""
        return {p.user_id for p in self.conversation.participants if p.user_id and p.left_at is None}

    def agents(self) -> set[str]:
        return {s.agent_user_id for s in self.sessions.values() if s.live}


class News:
    def __init__(self, store: Store, links: Links) -> None:
        self._store = store
        self._links = links
        self._known: OrderedDict[str, _Scene] = OrderedDict()

    def forget(self) -> None:
        """Nobody listens: what is known is not kept up to date any more."""
        self._known.clear()

    async def of(self, changes: tuple[Change, ...], wanted: Wanted) -> list[Event]:
        """The events of one commit. `wanted` says whether a topic is heard: nobody's body is not made."""
        events: list[Event] = []
        for conversation_id in _conversations(changes):
            events += await self._conversation(conversation_id, changes, wanted)
        for change in changes:
            if isinstance(change, Put) and isinstance(change.record, Configuration):
                events += await self._configuration(change.record, wanted)
            elif isinstance(change, Put) and isinstance(change.record, Deployment):
                events += await self._deployment(change.record, wanted)
            elif isinstance(change, Delete):
                events += _gone(change, wanted)
        return events

    async def _conversation(
        self, conversation_id: str, changes: tuple[Change, ...], wanted: Wanted
    ) -> list[Event]:
        records = [c.record for c in changes if isinstance(c, Put)]
        conversation = next(
            (r for r in records if isinstance(r, Conversation) and r.id == conversation_id), None
        )
        sessions = [r for r in records if isinstance(r, Session) and r.conversation_id == conversation_id]
        before = self._known.get(conversation_id)
        users, agents = (before.users(), before.agents()) if before else (set(), set())
        scene = before or await self._load(conversation_id, conversation)
        if scene is None:
            return []
        if before is None:
            users, agents = _just_left(scene, sessions)
            self._keep(scene)
        if conversation is not None and conversation.version > scene.conversation.version:
            scene.conversation = conversation
        for session in sessions:
            known = scene.sessions.get(session.id)
            if known is None or session.version >= known.version:
                scene.sessions[session.id] = session
        touched = [scene.sessions[s.id] for s in sessions] or [s for s in scene.sessions.values() if s.live]
        return list(self._events(scene, touched, users, agents, wanted))

    def _events(
        self, scene: _Scene, touched: list[Session], users: set[str], agents: set[str], wanted: Wanted
    ) -> Iterator[Event]:
        found, org_id = scene.conversation, scene.conversation.org_id
        told = [Template.USER_CONVERSATIONS.of(u) for u in sorted(users | scene.users())]
        topics = tuple(filter(wanted, told))
        if topics:
            yield Event(org_id, topics, bodies.conversation(found, [*scene.sessions.values()], self._links))
        queue = queue_of(found)
        for session in touched:
            whose = sorted(agents | {session.agent_user_id})
            told = [Template.USER_SESSIONS.of(u) for u in whose]
            if queue is not None:
                told.append(Template.QUEUE_SESSIONS.of(queue))
            topics = tuple(filter(wanted, told))
            if topics:
                yield Event(org_id, topics, bodies.cobrowse(found, session, self._links))

    async def _load(self, conversation_id: str, committed: Conversation | None) -> _Scene | None:
        if committed is not None and committed.version == 1:
            return _Scene(committed)
        found = await self._store.get(Conversation, conversation_id)
        if found is None:
            return None
        sessions = await self._store.find(Session, conversation_id=conversation_id)
        return _Scene(found, {session.id: session for session in sessions})

    def _keep(self, scene: _Scene) -> None:
        self._known[scene.conversation.id] = scene
        if len(self._known) > _CONVERSATIONS:
            self._known.popitem(last=False)

    async def _configuration(self, found: Configuration, wanted: Wanted) -> list[Event]:
        """It, and the deployments that use it: pages get the published version through them."""
        topic = Template.CONFIGURATIONS.of(found.id)
        events = [Event(found.org_id, (topic,), bodies.configuration(found))] if wanted(topic) else []
        for deployment in await self._store.find(Deployment, configuration_id=found.id):
            topic = Template.DEPLOYMENTS.of(deployment.id)
            if wanted(topic):
                events.append(Event(found.org_id, (topic,), bodies.deployment(deployment, found)))
        return events

    async def _deployment(self, found: Deployment, wanted: Wanted) -> list[Event]:
        topic = Template.DEPLOYMENTS.of(found.id)
        if not wanted(topic):
            return []
        configuration = await self._store.get(Configuration, found.configuration_id)
        return [Event(found.org_id, (topic,), bodies.deployment(found, configuration))]


def _conversations(changes: tuple[Change, ...]) -> list[str]:
    """The conversations that a commit touched, each once, in its order."""
    found: dict[str, None] = {}
    for change in changes:
        if isinstance(change, Put) and isinstance(change.record, Conversation):
            found[change.record.id] = None
        elif isinstance(change, Put) and isinstance(change.record, Session):
            found[change.record.conversation_id] = None
    return list(found)


def _just_left(scene: _Scene, sessions: list[Session]) -> tuple[set[str], set[str]]:
    """Who was there until this commit, of a conversation that was not known before: those whose going is as
    new as the conversation itself, and the agent from whom a session was just taken over."""
    updated = scene.conversation.updated_at
    users = {p.user_id for p in scene.conversation.participants if p.user_id and p.left_at == updated}
    agents = {f.user_id for s in sessions for f in s.former_agents if f.until == s.agent_since}
    return users, agents


def _gone(change: Delete, wanted: Wanted) -> list[Event]:
    body: Answer
    if change.kind is Configuration:
        topic, body = Template.CONFIGURATIONS.of(change.id), bodies.configuration_gone(change.id)
    elif change.kind is Deployment:
        topic, body = Template.DEPLOYMENTS.of(change.id), bodies.deployment_gone(change.id)
    else:
        return []
    return [Event(None, (topic,), body)] if wanted(topic) else []
