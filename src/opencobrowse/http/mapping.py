"""From the domain to the wire: states, links, times. No decisions are made here."""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET

from opencobrowse.domain import conversation as c
from opencobrowse.domain.people import User
from opencobrowse.domain.session import EndReason, Session, SessionState
from opencobrowse.kernel.ids import iso
from opencobrowse.services.links import Links
from opencobrowse.services.start import Delivery, Started
from opencobrowse.wire import api

PARTICIPANT_STATE: Final = {
    c.ConversationState.QUEUED: "none",
    c.ConversationState.ALERTING: "alerting",
    c.ConversationState.ACTIVE: "connected",
    c.ConversationState.DISCONNECTED: "disconnected",
}
COBROWSE_STATE: Final = {
    SessionState.INITIATED: "offering",
    SessionState.ACTIVE: "connected",
    SessionState.PAUSED: "connected",
    SessionState.ENDED: "disconnected",
    SessionState.DECLINED: "disconnected",
    SessionState.EXPIRED: "disconnected",
}
DISCONNECT_TYPE: Final = {
    EndReason.AGENT: "endpoint",
    EndReason.CUSTOMER: "client",
    EndReason.API: "client",
    EndReason.CONVERSATION_ENDED: "system",
    EndReason.CUSTOMER_LOST: "transport.failure",
    EndReason.AGENT_LOST: "transport.failure",
    EndReason.TIMEOUT: "timeout",
    EndReason.DECLINED: "client",
    EndReason.EXPIRED: "timeout",
    EndReason.TRANSFER: "transfer",
}
_COMMUNICATION_TYPE: Final = {
    c.ConversationType.VOICE: "Call",
    c.ConversationType.CHAT: "Message",
    c.ConversationType.WEBCHAT: "Message",
    c.ConversationType.MESSAGE: "Message",
    c.ConversationType.COBROWSE: "Unknown",
}


def conversation(found: c.Conversation, sessions: list[Session], links: Links) -> api.Conversation:
    """A conversation with its participants and, inside them, its sessions."""
    return api.Conversation(
        id=found.id,
        type=found.type.value,
        state=found.state.value,
        participants=[participant(found, p, sessions, links) for p in found.participants],
        metadata=dict(found.metadata),
        routing_data={},
        created_time=iso(found.created_at),
        updated_time=iso(found.updated_at),
        start_time=iso(found.created_at),
        self_uri=f"/api/v2/conversations/{found.id}",
        external_tag=found.external_tag or UNSET,
        end_time=iso(found.ended_at) if found.ended_at else UNSET,
    )


def participant(
    found: c.Conversation, who: c.Participant, sessions: list[Session], links: Links
) -> api.Participant:
    agent = who.purpose is c.Purpose.AGENT
    state = "disconnected" if who.left_at else PARTICIPANT_STATE[found.state]
    return api.Participant(
        id=who.id,
        purpose=who.purpose.value,
        state=state,
        name=who.name,
        address=who.address,
        user_id=who.user_id,
        user_uri=f"/api/v2/users/{who.user_id}" if who.user_id else UNSET,
        external_id=who.external_id,
        participant_type="Internal" if agent else "External",
        start_time=iso(who.joined_at),
        connected_time=iso(who.joined_at) if state == "connected" else None,
        end_time=iso(who.left_at) if who.left_at else None,
        attributes=dict(who.attributes),
        cobrowsesessions=[media(s, who, links) for s in sessions if _takes_part(s, who)],
    )


def _takes_part(session: Session, who: c.Participant) -> bool:
    return who.id in (session.agent_participant_id, session.customer_participant_id)


def media(session: Session, who: c.Participant, links: Links) -> api.CobrowseMedia:
    """One participant's leg of a session."""
    viewer = who.id == session.agent_participant_id
    held = viewer and session.control.value == "held" and session.customer_participant_id
    return api.CobrowseMedia(
        id=session.id,
        state=COBROWSE_STATE[session.state],
        initial_state="offering",
        cobrowse_session_id=session.id,
        cobrowse_role="viewer" if viewer else "sharer",
        viewer_url=links.viewer(session) if viewer else UNSET,
        controlling=[session.customer_participant_id] if held and session.customer_participant_id else [],
        provider_event_time=iso(session.ended_at or session.accepted_at or session.created_at),
        start_alerting_time=iso(session.created_at),
        connected_time=iso(session.accepted_at) if session.accepted_at else None,
        disconnected_time=iso(session.ended_at) if session.ended_at else None,
        disconnect_type=DISCONNECT_TYPE[session.end_reason] if session.end_reason else None,
        opencobrowse_state=session.state.value,
        end_reason=session.end_reason.value if session.end_reason else None,
    )


def session_fields(started: Started, links: Links) -> dict[str, Any]:
    """The fields that every way to start answers with."""
    session = started.session
    return {
        "id": session.id,
        "name": f"Cobrowse session {session.id[:8]}",
        "join_code": links.code(session),
        "websocket_url": links.socket(session),
        "date_offer_ends": iso(session.offer_ends_at),
        "communication_type": _COMMUNICATION_TYPE[started.conversation.type],
        "self_uri": f"/api/v2/conversations/cobrowsesessions/{session.conversation_id}",
        "cobrowse_session_id": session.id,
        "viewer_url": links.viewer(session),
        "join_url": links.join(session),
        "state": session.state.value,
        "cobrowse_type": session.cobrowse_type.value,
        "agent_id": session.agent_user_id,
        "deliveries": [_delivery(d) for d in started.deliveries],
    }


def _delivery(found: Delivery) -> api.DeliveryAnswer:
    return api.DeliveryAnswer(
        channel=found.channel, state=found.state, address=found.address, pages=found.pages
    )


def started(found: Started, links: Links) -> api.SessionFields:
    return api.SessionFields(**session_fields(found, links))


def initiated(found: Started, links: Links) -> api.Initiated:
    return api.Initiated(
        **session_fields(found, links),
        conversation_id=found.conversation.id,
        initiator_id=found.session.initiator_id,
        timestamp=iso(found.session.created_at),
    )


def user(found: User) -> api.UserAnswer:
    return api.UserAnswer(
        id=found.id,
        name=found.name,
        email=found.email,
        username=found.email,
        state="active" if found.active else "inactive",
        permissions=sorted(found.permissions),
        self_uri=f"/api/v2/users/{found.id}",
        version=found.version,
    )
