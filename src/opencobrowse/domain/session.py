"""The cobrowse session: one offer, one consent, at most one control grant, one life.

`SESSION` says how its state moves; the offer, consent and control tables move with it. `apply` is the only
way to change a session: it takes every table's step or none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from opencobrowse.domain.consent import CONSENT, Consent, ConsentMove, ConsentRecord
from opencobrowse.domain.control import CONTROL, MOVE_FOR, Control, ControlEnd, ControlMove, Grant
from opencobrowse.domain.machine import IllegalMove, step
from opencobrowse.domain.offer import OFFER, Offer, OfferMove
from opencobrowse.kernel import limits
from opencobrowse.kernel.ids import Millis


class CobrowseType(StrEnum):
    VIEW = "view"
    CONTROL = "control"


class SessionState(StrEnum):
    INITIATED = "initiated"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    DECLINED = "declined"
    EXPIRED = "expired"


class SessionMove(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    PAUSE = "pause"
    RESUME = "resume"
    TRANSFER = "transfer"
    END = "end"


SESSION: Final = {
    (SessionState.INITIATED, SessionMove.ACCEPT): SessionState.ACTIVE,
    (SessionState.INITIATED, SessionMove.DECLINE): SessionState.DECLINED,
    (SessionState.INITIATED, SessionMove.EXPIRE): SessionState.EXPIRED,
    (SessionState.INITIATED, SessionMove.TRANSFER): SessionState.INITIATED,
    (SessionState.INITIATED, SessionMove.END): SessionState.ENDED,
    (SessionState.ACTIVE, SessionMove.PAUSE): SessionState.PAUSED,
    (SessionState.ACTIVE, SessionMove.TRANSFER): SessionState.ACTIVE,
    (SessionState.ACTIVE, SessionMove.END): SessionState.ENDED,
    (SessionState.PAUSED, SessionMove.RESUME): SessionState.ACTIVE,
    (SessionState.PAUSED, SessionMove.TRANSFER): SessionState.PAUSED,
    (SessionState.PAUSED, SessionMove.END): SessionState.ENDED,
}

_OFFER_FOR: Final = {
    SessionMove.ACCEPT: OfferMove.ACCEPT,
    SessionMove.DECLINE: OfferMove.REJECT,
    SessionMove.EXPIRE: OfferMove.EXPIRE,
    SessionMove.END: OfferMove.WITHDRAW,
}
_CONSENT_FOR: Final = {
    SessionMove.ACCEPT: ConsentMove.GIVE,
    SessionMove.DECLINE: ConsentMove.REFUSE,
    SessionMove.END: ConsentMove.WITHDRAW,
}

LIVE: Final = frozenset({SessionState.INITIATED, SessionState.ACTIVE, SessionState.PAUSED})
SHARING: Final = frozenset({SessionState.ACTIVE, SessionState.PAUSED})


class EndReason(StrEnum):
    """Why a session is over, for people and for the platform's `disconnectType`."""

    AGENT = "agent"
    CUSTOMER = "customer"
    API = "api"
    CONVERSATION_ENDED = "conversation.ended"
    CUSTOMER_LOST = "customer.lost"
    AGENT_LOST = "agent.lost"
    TIMEOUT = "timeout"
    DECLINED = "declined"
    EXPIRED = "expired"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class FormerAgent:
    """An agent who had the session until it was transferred to another."""

    user_id: str
    participant_id: str
    since: Millis
    until: Millis


@dataclass(frozen=True, slots=True)
class Session:
    """`client_id` is the OAuth client that started it: its own retry within a minute gets this session back.
    `deadline` is when the clock will move it: the offer's end, later the session's. `resume_digests` are the
    customer's page's newest two resume tokens, hashed. `former_agents`: the oldest first;
    `agent_since` is when the present one came, None for the first. `grants`: each time that control was asked
    for, the oldest first; while `control` is not NONE, the last one is what it is about."""

    id: str
    org_id: str
    conversation_id: str
    agent_user_id: str
    agent_participant_id: str
    customer_participant_id: str | None
    customer_external_id: str | None
    cobrowse_type: CobrowseType
    state: SessionState
    created_at: Millis
    offer_ends_at: Millis
    deadline: Millis
    join_code_index: str
    join_token_index: str
    client_id: str | None = None
    initiator_id: str | None = None
    reason: str | None = None
    dialect: str = "cobrowse"
    offer: Offer = Offer.OUT
    consent: Consent = Consent.NONE
    consent_record: ConsentRecord | None = None
    control: Control = Control.NONE
    accepted_at: Millis | None = None
    ended_at: Millis | None = None
    end_reason: EndReason | None = None
    resume_digests: tuple[str, ...] = ()
    former_agents: tuple[FormerAgent, ...] = ()
    agent_since: Millis | None = None
    grants: tuple[Grant, ...] = ()
    version: int = 0

    @property
    def grant(self) -> Grant | None:
        """The request that is open, or the grant that is held."""
        return self.grants[-1] if self.grants and self.control is not Control.NONE else None

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def sharing(self) -> bool:
        return self.state in SHARING

    @property
    def asked(self) -> int:
        """Which agent's question is out: 0 the first one's, one more after each transfer. A yes is to the
        agent whose name the customer has read, and to nobody else (I14)."""
        return len(self.former_agents)

    def agents(self) -> tuple[str, ...]:
        """Participant ids of all who have been its agent, the present one last."""
        return (*(former.participant_id for former in self.former_agents), self.agent_participant_id)

    def may_be_seen_by(self, user_id: str | None) -> bool:
        """Whether it is this user's to read: theirs now, or until they transferred it. A program (None) sees
        those of its organisation."""
        past = (former.user_id for former in self.former_agents)
        return user_id is None or user_id == self.agent_user_id or user_id in past


@dataclass(frozen=True, slots=True)
class Part:
    """What one participant has of a session: from when, connected from when, until when and why."""

    viewer: bool
    state: SessionState
    since: Millis
    connected_at: Millis | None
    ended_at: Millis | None
    end_reason: EndReason | None


def part_of(session: Session, participant_id: str) -> Part | None:
    """A participant's part: an agent's is from their coming to their going. None for who takes no part."""
    accepted = session.accepted_at
    if participant_id in (session.agent_participant_id, session.customer_participant_id):
        viewer = participant_id == session.agent_participant_id
        since = session.agent_since if viewer and session.agent_since is not None else session.created_at
        connected = max(accepted, since) if accepted is not None else None
        return Part(viewer, session.state, since, connected, session.ended_at, session.end_reason)
    for former in session.former_agents:
        if former.participant_id == participant_id:
            seen = accepted is not None and accepted <= former.until
            connected = max(accepted or 0, former.since) if seen else None
            return Part(True, SessionState.ENDED, former.since, connected, former.until, EndReason.TRANSFER)
    return None


def apply(session: Session, move: SessionMove, now: Millis, reason: EndReason | None = None) -> Session:
    """The session after `move`. Raises `IllegalMove`, and then nothing has changed."""
    state = step(SESSION, session.state, move)
    after = replace(session, state=state)
    if move is SessionMove.PAUSE:
        after = without_control(after, ControlEnd.PAUSED, now)
    if session.offer is Offer.OUT and move in _OFFER_FOR:
        after = replace(after, offer=step(OFFER, session.offer, _OFFER_FOR[move]))
    if move in _CONSENT_FOR and (session.consent, _CONSENT_FOR[move]) in CONSENT:
        after = replace(after, consent=step(CONSENT, session.consent, _CONSENT_FOR[move]))
    if after.live:
        return after
    after = without_control(after, ControlEnd.ENDED, now)
    return replace(after, ended_at=now, end_reason=reason, resume_digests=())


def accept(session: Session, record: ConsentRecord, resume_digest: str, deadline: Millis) -> Session:
    """The customer agreed on one page: the session is active and that page may stream."""
    after = apply(session, SessionMove.ACCEPT, record.at)
    if record.control and session.cobrowse_type is CobrowseType.CONTROL:
        after = _ask(after, record.at, with_session=True)
        after = _granted(after, record.page_origin, record.at)
    return replace(
        after,
        consent_record=record,
        accepted_at=record.at,
        deadline=deadline,
        resume_digests=(resume_digest,),
    )


def transfer(session: Session, user_id: str, participant_id: str, now: Millis) -> Session:
    """Another agent has it from `now`: what the customer agreed to stays, control does not (I8).

    A grant is given up, and so is a request that nobody has answered. Raises `IllegalMove` for one that is
    over.
    """
    after = without_control(apply(session, SessionMove.TRANSFER, now), ControlEnd.TRANSFERRED, now)
    since = session.agent_since if session.agent_since is not None else session.created_at
    former = FormerAgent(session.agent_user_id, session.agent_participant_id, since, now)
    return replace(
        after,
        agent_user_id=user_id,
        agent_participant_id=participant_id,
        former_agents=(*session.former_agents, former),
        agent_since=now,
    )


def ask_control(session: Session, now: Millis) -> Session:
    """The session's agent asks for control. Raises `IllegalMove` unless it is active and control is free."""
    if session.state is not SessionState.ACTIVE:
        raise IllegalMove(session.state, ControlMove.REQUEST)
    return _ask(session, now, with_session=False)


def grant_control(session: Session, page_origin: str, now: Millis) -> Session:
    """The customer says yes to what is asked, on a page of `page_origin`. Raises `IllegalMove` if nothing is,
    or nothing any more."""
    asked = session.grant
    if session.state is not SessionState.ACTIVE or (
        asked is not None and asked.asked_at + limits.CONTROL_REQUEST_MS <= now
    ):
        raise IllegalMove(session.state, ControlMove.GRANT)
    return _granted(session, page_origin, now)


def close_control(session: Session, why: ControlEnd, now: Millis) -> Session:
    """The request or the grant is over. Raises `IllegalMove` if there is none that can end so."""
    after = replace(session, control=step(CONTROL, session.control, MOVE_FOR[why]))
    last = session.grant
    if last is None:  # held since before grants were kept
        return after
    return replace(after, grants=(*session.grants[:-1], replace(last, ended_at=now, end_reason=why)))


def without_control(session: Session, why: ControlEnd, now: Millis) -> Session:
    """Control is nobody's, whatever it was."""
    return session if session.control is Control.NONE else close_control(session, why, now)


def _ask(session: Session, now: Millis, with_session: bool) -> Session:
    grant = Grant(session.agent_user_id, session.agent_participant_id, now, with_session)
    pending = step(CONTROL, session.control, ControlMove.REQUEST)
    return replace(session, control=pending, grants=(*session.grants, grant))


def _granted(session: Session, page_origin: str, now: Millis) -> Session:
    held = step(CONTROL, session.control, ControlMove.GRANT)
    given = replace(session.grants[-1], page_origin=page_origin, granted_at=now)
    return replace(session, control=held, grants=(*session.grants[:-1], given))
