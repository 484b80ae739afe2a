"""One participant's part of a session, in the platform's models (field.md C2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from opencobrowse.domain import conversation as c
from opencobrowse.domain.session import Part, Session, part_of
from opencobrowse.domain.wrapup import Wrapup, WrapupCode
from opencobrowse.kernel.ids import iso
from opencobrowse.services.links import Links
from opencobrowse.services.platform import COBROWSE_STATE, DISCONNECT_TYPE, SESSION_DISCONNECT
from opencobrowse.wire import api, cobrowsesessions, people, routing

_PROVIDER = "opencobrowse"


def media(session: Session, who: c.Participant, links: Links) -> api.CobrowseMedia | None:
    """The platform's `Cobrowsesession`; None for who takes no part."""
    part = part_of(session, who.id)
    if part is None:
        return None
    present = who.id == session.agent_participant_id
    return api.CobrowseMedia(
        id=session.id,
        state=COBROWSE_STATE[part.state],
        initial_state="offering",
        cobrowse_session_id=session.id,
        cobrowse_role="viewer" if part.viewer else "sharer",
        viewer_url=links.viewer(session) if present else None,
        controlling=_controlled(session) if present else [],
        provider=_PROVIDER,
        segments=[],
        after_call_work_required=False,
        provider_event_time=iso(part.ended_at or part.connected_at or part.since),
        start_alerting_time=iso(part.since),
        connected_time=_time(part.connected_at),
        disconnected_time=_time(part.ended_at),
        disconnect_type=DISCONNECT_TYPE[part.end_reason] if part.end_reason else None,
        self_=_address(who),
        wrapup=wrapup(who.wrapup) if part.viewer and who.wrapup else None,
        after_call_work=_after(part, who),
        opencobrowse_state=part.state.value,
        end_reason=part.end_reason.value if part.end_reason else None,
    )


def media_participant(
    session: Session, who: c.Participant, links: Links, queue_id: str | None
) -> cobrowsesessions.CobrowseMediaParticipant | None:
    """The platform's `CobrowseMediaParticipant`; None for who takes no part."""
    leg = media(session, who, links)
    if leg is None:
        return None
    return cobrowsesessions.CobrowseMediaParticipant(
        id=who.id,
        purpose=who.purpose.value,
        state=leg.state,
        start_time=leg.start_alerting_time or iso(session.created_at),
        direction="outbound",
        held=False,
        wrapup_required=False,
        attributes=dict(who.attributes),
        cobrowse_session_id=session.id,
        cobrowse_role=leg.cobrowse_role,
        controlling=leg.controlling,
        provider=leg.provider,
        provider_event_time=leg.provider_event_time or iso(session.created_at),
        opencobrowse_state=leg.opencobrowse_state or session.state.value,
        name=who.name,
        address=who.address,
        user=api.Ref(id=who.user_id, self_uri=f"/api/v2/users/{who.user_id}") if who.user_id else None,
        viewer_url=leg.viewer_url,
        start_alerting_time=leg.start_alerting_time,
        connected_time=leg.connected_time,
        end_time=leg.disconnected_time,
        disconnect_type=SESSION_DISCONNECT.get(leg.disconnect_type or "", leg.disconnect_type),
        queue=api.Ref(id=queue_id) if queue_id and who.purpose is c.Purpose.AGENT else None,
        **concluded(who, leg.disconnected_time),
    )


def concluded(who: c.Participant, ended: str | None) -> dict[str, Any]:
    """What an agent's conclusion adds to a participant: only the keys that apply. `ended`: their part's end,
    from which on they could work on it."""
    if who.purpose is not c.Purpose.AGENT:
        return {}
    found: dict[str, Any] = {"wrapup_prompt": "optional"}
    if who.wrapup_skipped:
        found["wrapup_skipped"] = True
    if who.wrapup is not None:
        found |= {"wrapup": wrapup(who.wrapup), "end_acw_time": iso(who.wrapup.at)}
        if ended:
            found["start_acw_time"] = ended
    return found


def wrapup(said: Wrapup) -> api.Wrapup:
    return api.Wrapup(**_said(said))


def assigned(said: Wrapup) -> cobrowsesessions.AssignedWrapupCode:
    return cobrowsesessions.AssignedWrapupCode(**_said(said))


def transfers(sessions: list[Session]) -> list[api.TransferResponse]:
    """The platform's `recentTransfers`, the oldest first."""
    return [one for session in sessions for one in _transfers_of(session)]


def _transfers_of(session: Session) -> Iterator[api.TransferResponse]:
    came = [*(former.user_id for former in session.former_agents), session.agent_user_id]
    for former, successor in zip(session.former_agents, came[1:], strict=True):
        yield api.TransferResponse(
            id=former.participant_id,
            state="Complete",
            date_issued=iso(former.until),
            destination=api.TransferDestination(user_id=successor),
            transfer_type="Unattended",
        )


def code(found: WrapupCode) -> routing.WrapupCode:
    division = people.Division(
        id=found.org_id, name="Home", self_uri=f"/api/v2/authorization/divisions/{found.org_id}"
    )
    return routing.WrapupCode(
        id=found.id,
        name=found.name,
        division=division,
        date_created=iso(found.created_at),
        date_modified=iso(found.updated_at),
        self_uri=f"/api/v2/routing/wrapupcodes/{found.id}",
        description=found.description,
    )


def _said(said: Wrapup) -> dict[str, Any]:
    return {
        "code": said.code,
        "name": said.name,
        "end_time": iso(said.at),
        "provisional": said.provisional,
        "notes": said.notes,
        "tags": list(said.tags) or None,
        "duration_seconds": said.duration_seconds,
    }


def _after(part: Part, who: c.Participant) -> api.AfterCallWork | None:
    """Work after the session: an agent's, once their part is over."""
    if not part.viewer or part.ended_at is None:
        return None
    if who.wrapup is not None and not who.wrapup.provisional:
        start, end = iso(part.ended_at), iso(who.wrapup.at)
        return api.AfterCallWork(state="complete", start_time=start, end_time=end)
    return api.AfterCallWork(state="skipped" if who.wrapup_skipped else "notApplicable")


def _address(who: c.Participant) -> api.Address | None:
    if who.name is None and who.address is None:
        return None
    return api.Address(
        name=who.name,
        name_raw=who.name,
        address_raw=who.address,
        address_normalized=who.address,
        address_displayable=who.address,
    )


def _controlled(session: Session) -> list[str]:
    held = session.control.value == "held"
    return [session.customer_participant_id] if held and session.customer_participant_id else []


def _time(at: int | None) -> str | None:
    return iso(at) if at is not None else None
