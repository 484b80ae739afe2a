"""The way out for the calls around a start: those that read, change and end what is there already.

`advice` answers for the calls that make conversations and start sessions; this for the rest. An example never
does more than the refused call asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from opencobrowse.domain.conversation import Conversation, ConversationState
from opencobrowse.domain.session import Session
from opencobrowse.kernel.errors import Example
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.permissions import (
    COBROWSE_ADD,
    COBROWSE_READ,
    COBROWSE_VOICE_ADD,
    CONFIGURATION_VIEW,
    CONVERSATION_READ,
    CONVERSATION_WRITE,
    DEPLOYMENT_VIEW,
    USER_READ,
    WRAPUP_CODE_VIEW,
)
from opencobrowse.services.starting.advice import Advice, Wish
from opencobrowse.services.starting.onward import LegCall, Onward

Kind = Literal[
    "conversation", "participant", "session", "leg", "codes", "users", "deployments", "configurations"
]

_CONVERSATIONS: Final = "/api/v2/conversations"
_SESSIONS: Final = f"{_CONVERSATIONS}/cobrowsesessions"
_SEES_SESSIONS: Final = frozenset({COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD})
# What lists the things of a kind, and who may ask for it.
_LISTS: Final[dict[Kind, tuple[str, frozenset[str]]]] = {
    "conversation": (_CONVERSATIONS, frozenset({CONVERSATION_READ, CONVERSATION_WRITE})),
    "participant": (_CONVERSATIONS, frozenset({CONVERSATION_READ, CONVERSATION_WRITE})),
    "session": (_SESSIONS, _SEES_SESSIONS),
    "leg": (_SESSIONS, _SEES_SESSIONS),
    "codes": ("/api/v2/routing/wrapupcodes", frozenset({WRAPUP_CODE_VIEW})),
    "users": ("/api/v2/users", frozenset({USER_READ})),
    "deployments": ("/api/v2/webdeployments/deployments", frozenset({DEPLOYMENT_VIEW})),
    "configurations": ("/api/v2/webdeployments/configurations", frozenset({CONFIGURATION_VIEW})),
}


@dataclass(frozen=True, slots=True)
class Errand:
    """A refused call: what it was about, and by which method. `call` is the last word of a leg's path, `body`
    what could be read of it."""

    kind: Kind
    method: str
    conversation_id: str | None = None
    participant_id: str | None = None
    call: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


class Nearby:
    def __init__(self, store: Store, advice: Advice, onward: Onward) -> None:
        self._store = store
        self._advice = advice
        self._onward = onward

    async def example(self, actor: Actor, errand: Errand) -> Example | None:
        """The request that succeeds; None where this caller can send none."""
        conversation = await self._seen(actor, errand)
        if conversation is None:
            path, who = _LISTS[errand.kind]
            return None if who.isdisjoint(actor.permissions) else Example("GET", path)
        if errand.kind == "leg":
            wanted = LegCall(errand.call, errand.method, errand.participant_id, errand.body)
            return await self._onward.example(actor, wanted, conversation)
        if errand.kind == "session":
            return await self._session(actor, errand, conversation)
        if CONVERSATION_WRITE in actor.permissions and errand.method == "PATCH":
            return _change(errand, conversation)
        reads = (CONVERSATION_READ, CONVERSATION_WRITE, *_SEES_SESSIONS)
        return None if actor.permissions.isdisjoint(reads) else Example("GET", _path(conversation))

    async def _seen(self, actor: Actor, errand: Errand) -> Conversation | None:
        if errand.conversation_id is None:
            return None
        found = await self._store.get(Conversation, errand.conversation_id)
        return found if found is not None and found.org_id == actor.org_id else None

    async def _session(self, actor: Actor, errand: Errand, conversation: Conversation) -> Example | None:
        found = await self._store.find(Session, conversation_id=conversation.id)
        if not any(actor.user_id in (None, session.agent_user_id) for session in found):
            return await self._advice.example(actor, Wish("cobrowse", conversation.id))
        path = f"{_SESSIONS}/{conversation.id}"
        if errand.method == "PATCH" and not actor.permissions.isdisjoint((COBROWSE_ADD, COBROWSE_VOICE_ADD)):
            return Example("PATCH", path, {"state": "disconnected"})
        return None if _SEES_SESSIONS.isdisjoint(actor.permissions) else Example("GET", path)


def _path(conversation: Conversation) -> str:
    return f"{_CONVERSATIONS}/{conversation.id}"


def _change(errand: Errand, conversation: Conversation) -> Example | None:
    """A change that the conversation, as it is now, takes: of one that has ended, that it stays so."""
    if errand.kind == "conversation":
        over = conversation.state is ConversationState.DISCONNECTED
        return Example("PATCH", _path(conversation), {"state": "disconnected" if over else "active"})
    named = conversation.participant(errand.participant_id or "")
    who = named or next((p for p in conversation.participants if p.left_at is None), None)
    if who is None:
        return Example("GET", _path(conversation))
    return Example("PATCH", f"{_path(conversation)}/participants/{who.id}", {"state": "disconnected"})
