"""The way out for the calls on one participant's part of a session: transfer, wrap-up, notes, recording.

`nearby` asks here for those. An example never does more than the refused call asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.people import User
from opencobrowse.domain.session import Session
from opencobrowse.kernel.errors import Example
from opencobrowse.kernel.ids import canonical
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.conversation.media import NOTES, READS
from opencobrowse.services.conversation.wrapupcodes import WrapupCodes
from opencobrowse.services.permissions import (
    COBROWSE_AGENT,
    RECORDING,
    TRANSFER,
    WRAPUP,
    WRAPUP_CODE_VIEW,
)
from opencobrowse.services.session.sessions import ENDS
from opencobrowse.services.starting.advice import Advice, Wish

_SESSIONS: Final = "/api/v2/conversations/cobrowsesessions"


@dataclass(frozen=True, slots=True)
class LegCall:
    """A refused call: `call` is the last word of its path, empty for a change of the leg itself; `body` what
    could be read of it."""

    call: str
    method: str
    participant_id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


class Onward:
    def __init__(self, store: Store, advice: Advice, codes: WrapupCodes) -> None:
        self._store = store
        self._advice = advice
        self._codes = codes

    async def example(self, actor: Actor, wanted: LegCall, conversation: Conversation) -> Example | None:
        """The request that succeeds for this conversation as it is; None where this caller can send none."""
        found = await self._store.find(Session, conversation_id=conversation.id)
        seen = [s for s in found if s.may_be_seen_by(actor.user_id)]
        if not seen:
            return await self._advice.example(actor, Wish("cobrowse", conversation.id))
        session = max(seen, key=lambda s: (s.live, s.created_at))
        if wanted.call.startswith("replace"):
            return await self._transfer(actor, wanted, conversation, session)
        if wanted.call == "recordingstate":
            return _recording(actor, wanted, conversation)
        who = _agent(actor, wanted, session)
        if who is None:
            return None
        path = f"{_SESSIONS}/{conversation.id}/participants/{who}"
        if wanted.method == "GET":
            return _look(actor, wanted, conversation, path)
        if wanted.call == "attributes":
            return None if actor.permissions.isdisjoint(NOTES) else Example("PATCH", f"{path}/attributes",
                                                                            {"attributes": {}})  # fmt: skip
        if wanted.call == "wrapup":
            body = await self._conclusion(actor)
            return Example("POST", f"{path}/communications/{session.id}/wrapup", body) if body else None
        return await self._change(actor, wanted, path)

    async def _transfer(
        self, actor: Actor, wanted: LegCall, conversation: Conversation, session: Session
    ) -> Example | None:
        if not session.live:
            return await self._advice.example(actor, Wish("cobrowse", conversation.id))
        if TRANSFER not in actor.permissions or actor.user_id not in (None, session.agent_user_id):
            return None
        user = await self._colleague(wanted, conversation, session)
        path = f"{_SESSIONS}/{conversation.id}/participants/{session.agent_participant_id}/replace"
        return Example("POST", path, {"userId": user.id}) if user else None

    async def _colleague(self, wanted: LegCall, conversation: Conversation, session: Session) -> User | None:
        """Who could have it: the one meant, else one who is in the conversation, else any, by name."""
        users = await self._store.find(User, org_id=session.org_id, limit=10_000)
        able = [u for u in users if u.active and COBROWSE_AGENT in u.permissions]
        meant = {canonical(value) for value in wanted.body.values() if isinstance(value, str)}
        here = {agent.user_id for agent in conversation.agents()}
        able.sort(key=lambda u: (not meant & {u.id, u.email}, u.id not in here, u.name.casefold()))
        return next((u for u in able if u.id != session.agent_user_id), None)

    async def _conclusion(self, actor: Actor) -> dict[str, Any] | None:
        if WRAPUP not in actor.permissions:
            return None
        codes = await self._codes.of(actor.org_id)
        return {"code": codes[0].id} if codes else None

    async def _change(self, actor: Actor, wanted: LegCall, path: str) -> Example | None:
        if "state" in wanted.body:
            may = not actor.permissions.isdisjoint(ENDS)
            return Example("PATCH", path, {"state": "disconnected"}) if may else None
        if WRAPUP not in actor.permissions:
            return None
        said = await self._conclusion(actor) if "wrapup" in wanted.body else None
        return Example("PATCH", path, {"wrapup": said} if said else {"wrapupSkipped": False})


def _agent(actor: Actor, wanted: LegCall, session: Session) -> str | None:
    """The agent's participant who was meant and whom the caller may act for, else the newest such."""
    mine = [f.participant_id for f in session.former_agents if actor.user_id in (None, f.user_id)]
    if actor.user_id in (None, session.agent_user_id):
        mine.append(session.agent_participant_id)
    named = canonical(wanted.participant_id or "")
    return named if named in mine else mine[-1] if mine else None


def _look(actor: Actor, wanted: LegCall, conversation: Conversation, path: str) -> Example | None:
    if actor.permissions.isdisjoint((WRAPUP, WRAPUP_CODE_VIEW, *READS)):
        return None
    who = conversation.participant(path.rpartition("/")[2])
    if wanted.call == "wrapup" and who is not None and who.wrapup is not None:
        return Example("GET", f"{path}/wrapup?provisional=true")
    return Example("GET", f"{path}/wrapupcodes")


def _recording(actor: Actor, wanted: LegCall, conversation: Conversation) -> Example | None:
    if RECORDING not in actor.permissions:
        return None
    own = wanted.method == "PATCH"
    path = f"/api/v2/conversations/{conversation.id}" if own else f"{_SESSIONS}/{conversation.id}"
    body = {"recordingState": conversation.recording_state.value}
    return Example("PATCH" if own else "PUT", f"{path}/recordingstate", body)
