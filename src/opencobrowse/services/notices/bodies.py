"""The bodies of events, from our records to the platform's models. No decisions are made here."""

from __future__ import annotations

from typing import Final

from opencobrowse.domain import conversation as c
from opencobrowse.domain.control import Control
from opencobrowse.domain.deployment import Configuration, Deployment
from opencobrowse.domain.session import Session, part_of
from opencobrowse.kernel.ids import Millis, iso
from opencobrowse.services.links import Links
from opencobrowse.services.platform import COBROWSE_STATE, DISCONNECT_TYPE, SESSION_DISCONNECT, queue_of
from opencobrowse.wire import events

_PROVIDER: Final = "opencobrowse"
_DRAFT: Final = "DRAFT"


def conversation(found: c.Conversation, sessions: list[Session], links: Links) -> events.Conversation:
    return events.Conversation(
        id=found.id,
        participants=[_participant(p, sessions, links, queue_of(found)) for p in found.participants],
        recording_state=found.recording_state.value,
        external_tag=found.external_tag,
    )


def cobrowse(found: c.Conversation, session: Session, links: Links) -> events.CobrowseConversation:
    """The people of one session: its agent, those who were it before, the customer."""
    queue = queue_of(found)
    people = [
        _media(who, leg, session, queue)
        for who in found.participants
        if (leg := _leg(who, session, links)) is not None
    ]
    return events.CobrowseConversation(id=found.id, participants=people, other_media_uris=[])


def configuration(found: Configuration) -> events.ConfigurationChange:
    published = found.published is not None
    return events.ConfigurationChange(
        id=found.id,
        version=str(found.published_version) if published else _DRAFT,
        status="Active" if published else "Inactive",
    )


def configuration_gone(configuration_id: str) -> events.ConfigurationChange:
    return events.ConfigurationChange(id=configuration_id, version=_DRAFT, status="Deleting")


def deployment(found: Deployment, used: Configuration | None) -> events.DeploymentChange:
    return events.DeploymentChange(
        id=found.id,
        status="Active" if found.status == "Active" else "Inactive",
        configuration=configuration(used) if used is not None else None,
    )


def deployment_gone(deployment_id: str) -> events.DeploymentChange:
    return events.DeploymentChange(id=deployment_id, status="Deleting")


def _participant(
    who: c.Participant, sessions: list[Session], links: Links, queue: str | None
) -> events.Participant:
    legs = [leg for session in sessions if (leg := _leg(who, session, links)) is not None]
    return events.Participant(
        id=who.id,
        purpose=who.purpose.value,
        wrapup_required=False,
        attributes=dict(who.attributes),
        calls=[],
        callbacks=[],
        chats=[],
        cobrowsesessions=legs,
        emails=[],
        messages=[],
        screenshares=[],
        name=who.name,
        address=who.address,
        user_id=who.user_id,
        queue_id=queue if who.purpose is c.Purpose.AGENT else None,
        connected_time=_time(who.connected_at),
        end_time=_time(who.left_at),
        wrapup=_wrapup(who),
    )


def _leg(who: c.Participant, session: Session, links: Links) -> events.CobrowseLeg | None:
    """One participant's part in a session; None for who has none."""
    part = part_of(session, who.id)
    if part is None:
        return None
    present, customer = who.id == session.agent_participant_id, session.customer_participant_id
    held = present and session.control is Control.HELD and customer is not None
    return events.CobrowseLeg(
        id=session.id,
        state=COBROWSE_STATE[part.state],
        initial_state="offering",
        cobrowse_session_id=session.id,
        cobrowse_role="viewer" if part.viewer else "sharer",
        controlling=[customer] if held and customer else [],
        provider=_PROVIDER,
        provider_event_time=iso(part.ended_at or part.connected_at or part.since),
        after_call_work_required=False,
        viewer_url=links.viewer(session) if present else None,
        connected_time=_time(part.connected_at),
        disconnected_time=_time(part.ended_at),
        disconnect_type=DISCONNECT_TYPE[part.end_reason] if part.end_reason else None,
    )


def _time(moment: Millis | None) -> str | None:
    return iso(moment) if moment is not None else None


def _media(
    who: c.Participant, leg: events.CobrowseLeg, session: Session, queue: str | None
) -> events.CobrowseParticipant:
    part = part_of(session, who.id)
    return events.CobrowseParticipant(
        id=who.id,
        purpose=who.purpose.value,
        state=leg.state,
        initial_state=leg.initial_state,
        direction="outbound",
        start_time=iso(part.since if part else session.created_at),
        held=False,
        wrapup_required=False,
        attributes=dict(who.attributes),
        provider=leg.provider,
        provider_event_time=leg.provider_event_time,
        cobrowse_session_id=leg.cobrowse_session_id,
        cobrowse_role=leg.cobrowse_role,
        controlling=leg.controlling,
        name=who.name,
        address=who.address,
        user=events.Reference(id=who.user_id) if who.user_id else None,
        queue=events.Reference(id=queue) if queue and who.purpose is c.Purpose.AGENT else None,
        viewer_url=leg.viewer_url,
        connected_time=leg.connected_time,
        end_time=leg.disconnected_time,
        disconnect_type=SESSION_DISCONNECT.get(leg.disconnect_type or "", leg.disconnect_type),
        wrapup=_wrapup(who),
    )


def _wrapup(who: c.Participant) -> events.Wrapup | None:
    made = who.wrapup
    if made is None:
        return None
    return events.Wrapup(
        code=made.code,
        notes=made.notes,
        tags=list(made.tags),
        duration_seconds=made.duration_seconds,
        end_time=iso(made.at),
    )
