"""A conversation of the platform, read for its people and its cobrowse sessions. Data only."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

from opencobrowse.client import progress
from opencobrowse.client.models import (
    CobrowseConversation,
    CobrowseMedia,
    Conversation,
    Participant,
    SessionData,
)

_AGENTS: Final = frozenset({"agent", "user"})


def connected_agents(conversation: Conversation) -> list[Participant]:
    """Those who are on a call, a chat or a message of it now."""
    return [
        person
        for person in conversation.participants
        if person.purpose in _AGENTS
        and person.user_id
        and person.end_time is None
        and any(leg.state == "connected" for legs in person.media.values() for leg in legs)
    ]


def sessions_of(conversation: Conversation) -> dict[str, list[CobrowseMedia]]:
    """The legs of each session, by its id."""
    found: dict[str, list[CobrowseMedia]] = {}
    for leg in conversation.legs:
        found.setdefault(leg.cobrowse_session_id or leg.id or "", []).append(leg)
    return found


def newest(conversation: Conversation, only_live: bool = False) -> SessionData | None:
    """The live session, else the one that began last."""
    by_age = sorted(sessions_of(conversation).items(), key=lambda item: _began(item[1]))
    found = [_data(conversation, session_id, legs) for session_id, legs in by_age]
    live = [data for data in found if data.state not in progress.OVER]
    found = live if live or only_live else found
    return found[-1] if found else None


def _began(legs: list[CobrowseMedia]) -> dt.datetime:
    times = [time for leg in legs for time in (leg.start_alerting_time, leg.connected_time) if time]
    return min(times, default=dt.datetime.min.replace(tzinfo=dt.UTC))


def _data(conversation: Conversation, session_id: str, legs: list[CobrowseMedia]) -> SessionData:
    bare = SessionData(id=session_id, created_time=_began(legs) if _dated(legs) else None)
    data = progress.shown(bare, conversation, legs)
    names = {
        role: person.name
        for person in conversation.participants
        for leg in person.cobrowsesessions or ()
        if (leg.cobrowse_session_id or leg.id) == session_id and (role := leg.cobrowse_role)
    }
    return msgspec.structs.replace(data, agent_name=names.get("viewer"), customer_name=names.get("sharer"))


def _dated(legs: list[CobrowseMedia]) -> bool:
    return any(leg.start_alerting_time or leg.connected_time for leg in legs)


def listed(conversation: CobrowseConversation) -> SessionData | None:
    """A listing's entry, read as the conversation's own participants are."""
    people = [
        Participant(
            id=person.id or "",
            name=person.name or (person.user.name if person.user else None),
            purpose=person.purpose,
            cobrowsesessions=[
                CobrowseMedia(
                    id=person.id,
                    state=person.state,
                    disconnect_type=person.disconnect_type,
                    cobrowse_session_id=person.cobrowse_session_id,
                    cobrowse_role=person.cobrowse_role,
                    viewer_url=person.viewer_url,
                    start_alerting_time=person.start_alerting_time,
                    connected_time=person.connected_time,
                )
            ],
        )
        for person in conversation.participants
        if person.cobrowse_session_id
    ]
    return newest(Conversation(id=conversation.id, participants=people))
