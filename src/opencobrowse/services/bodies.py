"""The bodies of events, from our records to the platform's models. No decisions are made here."""

from __future__ import annotations

from typing import Final

from opencobrowse.domain import conversation as c
from opencobrowse.domain.deployment import Configuration, Deployment
from opencobrowse.domain.session import EndReason, FormerAgent, Session
from opencobrowse.kernel.ids import iso
from opencobrowse.services.links import Links
from opencobrowse.services.platform import COBROWSE_STATE, DISCONNECT_TYPE, SESSION_DISCONNECT
from opencobrowse.wire import events

_PROVIDER: Final = "opencobrowse"
_DRAFT: Final = "DRAFT"


def conversation(found: c.Conversation, sessions: list[Session], links: Links) -> events.Conversation:
    return events.Conversation(
        id=found.id,
        participants=[_participant(p, sessions, links) for p in found.participants],
        recording_state=found.recording_state.value,
        external_tag=found.external_tag,
    )


def cobrowse(found: c.Conversation, session: Session, links: Links) -> events.CobrowseConversation:
    """The people of one session: its agent, those who were it before, the customer."""
    queue = found.metadata.get("queueId")
    about = events.Reference(id=queue) if isinstance(queue, str) else None
    people = [
        _media(who, leg, session, about)
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


def _participant(who: c.Participant, sessions: list[Session], links: Links) -> events.Participant:
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
        connected_time=iso(who.connected_at) if who.connected_at else None,
        end_time=iso(who.left_at) if who.left_at else None,
        wrapup=_wrapup(who),
    )


def _leg(who: c.Participant, session: Session, links: Links) -> events.CobrowseLeg | None:
    """One participant's part in a session; None for who has none."""
    former = next((f for f in reversed(session.former_agents) if f.participant_id == who.id), None)
    viewer = who.id == session.agent_participant_id
    if former is None and not viewer and who.id != session.customer_participant_id:
        return None
    gone = former if not viewer else None
    reason = EndReason.TRANSFER if gone else session.end_reason
    ended = gone.until if gone else session.ended_at
    customer = session.customer_participant_id
    held = viewer and session.control.value == "held" and customer
    since = _connected(session, viewer, gone)
    return events.CobrowseLeg(
        id=session.id,
        state="disconnected" if gone else COBROWSE_STATE[session.state],
        initial_state="offering",
        cobrowse_session_id=session.id,
        cobrowse_role="viewer" if viewer or gone else "sharer",
        controlling=[customer] if held and customer else [],
        provider=_PROVIDER,
        provider_event_time=iso(ended or session.agent_since or session.accepted_at or session.created_at),
        after_call_work_required=False,
        viewer_url=links.viewer(session) if viewer else None,
        connected_time=iso(since) if since else None,
        disconnected_time=iso(ended) if ended else None,
        disconnect_type=DISCONNECT_TYPE[reason] if reason else None,
    )


def _connected(session: Session, viewer: bool, gone: FormerAgent | None) -> int | None:
    """Since when this leg was connected: never before the customer agreed, nor before the agent came."""
    if session.accepted_at is None or (gone is not None and session.accepted_at > gone.until):
        return None
    came = gone.since if gone else (session.agent_since or 0) if viewer else 0
    return max(session.accepted_at, came)


def _media(
    who: c.Participant, leg: events.CobrowseLeg, session: Session, queue: events.Reference | None
) -> events.CobrowseParticipant:
    return events.CobrowseParticipant(
        id=who.id,
        purpose=who.purpose.value,
        state=leg.state,
        initial_state=leg.initial_state,
        direction="outbound",
        start_time=iso(session.created_at),
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
        queue=queue,
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
