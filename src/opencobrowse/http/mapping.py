"""From the domain to the wire: states, links, times. No decisions are made here."""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import UNSET

from opencobrowse.domain import conversation as c
from opencobrowse.domain.people import OAuthClient, Organization
from opencobrowse.domain.session import CobrowseType, Session
from opencobrowse.http.legs import concluded, media, media_participant, transfers
from opencobrowse.kernel.ids import iso
from opencobrowse.services.actor import Actor
from opencobrowse.services.links import Links
from opencobrowse.services.platform import PARTICIPANT_STATE, queue_of
from opencobrowse.services.session.cobrowsesessions import CobrowseConversation
from opencobrowse.services.session.guests import Invitation
from opencobrowse.services.session.sessions import SessionView
from opencobrowse.services.starting.start import Delivery, Started
from opencobrowse.wire import api, cobrowsesessions, people

_COMMUNICATION_TYPE: Final[dict[c.ConversationType, Literal["Call", "Message", "Unknown"]]] = {
    c.ConversationType.VOICE: "Call",
    c.ConversationType.CHAT: "Message",
    c.ConversationType.WEBCHAT: "Message",
    c.ConversationType.MESSAGE: "Message",
    c.ConversationType.COBROWSE: "Unknown",
}


def conversation(
    found: c.Conversation, sessions: list[Session], links: Links, *, platform: bool = False
) -> api.Conversation:
    """A conversation with its participants and, inside them, its sessions. `platform`: its state in the
    platform's word for it (`connected`) instead of ours (`active`)."""
    created, queue = iso(found.created_at), queue_of(found)
    return api.Conversation(
        id=found.id,
        type=found.type.value,
        state=PARTICIPANT_STATE[found.state] if platform else found.state.value,
        participants=[participant(found, p, sessions, links) for p in found.participants],
        metadata=dict(found.metadata),
        routing_data={"queueId": queue} if queue else {},
        created_time=created,
        updated_time=iso(found.updated_at),
        start_time=created,
        self_uri=f"/api/v2/conversations/{found.id}",
        external_tag=found.external_tag or UNSET,
        end_time=iso(found.ended_at) if found.ended_at else UNSET,
        recording_state=found.recording_state.value,
        recent_transfers=transfers(sessions) or UNSET,
    )


def participant(
    found: c.Conversation, who: c.Participant, sessions: list[Session], links: Links
) -> api.Participant:
    agent = who.purpose is c.Purpose.AGENT
    state = "disconnected" if who.left_at else PARTICIPANT_STATE[found.state]
    connected = who.connected_at or (who.joined_at if state == "connected" else None)
    legs = [leg for s in sessions if (leg := media(s, who, links)) is not None]
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
        connected_time=iso(connected) if connected else None,
        end_time=iso(who.left_at) if who.left_at else None,
        attributes=dict(who.attributes),
        cobrowsesessions=legs,
        queue_id=(agent and queue_of(found)) or UNSET,
        **concluded(who, next((leg.disconnected_time for leg in reversed(legs)), None)),
    )


def session_fields(started: Started, links: Links) -> dict[str, Any]:
    """The fields that every way to start answers with."""
    session = started.session
    return {
        "id": session.id,
        "name": _session_name(session),
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


def _session_name(session: Session) -> str:
    return f"Cobrowse session {session.id[:8]}"


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


def session_answer(view: SessionView, found: Started, links: Links) -> api.SessionAnswer:
    """Ours: a session as its agent and its starter see it."""
    session = view.session
    return api.SessionAnswer(
        **session_fields(found, links),
        conversation_id=session.conversation_id,
        agent_name=view.agent_name,
        agent_participant_id=session.agent_participant_id,
        customer_name=view.customer_name,
        created_time=iso(session.created_at),
        accepted_time=iso(session.accepted_at) if session.accepted_at else None,
        ended_time=iso(session.ended_at) if session.ended_at else None,
        end_reason=session.end_reason.value if session.end_reason else None,
    )


def cobrowse_conversation(
    view: CobrowseConversation, session: api.SessionAnswer, links: Links
) -> cobrowsesessions.CobrowseConversation:
    """The platform's `CobrowseConversation`: those who take part in the session, or did."""
    found = view.conversation
    queue = queue_of(found)
    people = (media_participant(view.session, p, links, queue) for p in found.participants)
    return cobrowsesessions.CobrowseConversation(
        id=found.id,
        participants=[person for person in people if person is not None],
        other_media_uris=[],
        divisions=[],
        self_uri=f"/api/v2/conversations/cobrowsesessions/{found.id}",
        session=session,
        recent_transfers=transfers([view.session]) or None,
    )


def guest_session(session: Session, found: c.Conversation, links: Links) -> api.GuestSession:
    """What a customer may know: no viewer's link, no agent."""
    return api.GuestSession(
        id=session.id,
        name=_session_name(session),
        join_code=links.code(session),
        websocket_url=links.pages_socket(),
        date_offer_ends=iso(session.offer_ends_at),
        communication_type=_COMMUNICATION_TYPE[found.type],
        self_uri=f"/api/v2/conversations/cobrowsesessions/{session.conversation_id}",
    )


def invitation(found: Invitation, links: Links) -> cobrowsesessions.Invitation:
    session = found.question.session
    return cobrowsesessions.Invitation(
        organization_name=found.question.organization_name,
        agent_name=found.question.agent_name,
        page_url=found.page_url,
        join_code=links.code(session),
        date_offer_ends=iso(session.offer_ends_at),
        control=session.cobrowse_type is CobrowseType.CONTROL,
    )


def token_info(actor: Actor, org: Organization, client: OAuthClient | None) -> people.TokenInfo:
    named = people.Named(id=org.id, name=org.name)
    return people.TokenInfo(
        organization=named,
        home_organization=named,
        authorized_scope=sorted(actor.permissions),
        oauth_client=people.Named(id=client.id, name=client.name) if client else None,
        user_id=actor.user_id,
    )
