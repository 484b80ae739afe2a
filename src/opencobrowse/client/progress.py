"""Reading a session's state from its conversation, and waiting for one. No I/O and no clock.

State is read where every client of the platform finds it: `participants[].cobrowsesessions[]` of the
conversation. Our server says the exact state there (`opencobrowseState`); the platform's own state says less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from opencobrowse.client.errors import NotReachable, RateLimited, ServerError, SessionOver, WaitTimeout
from opencobrowse.client.flow import Flow, Sleep
from opencobrowse.client.models import CobrowseMedia, Conversation, SessionData

OVER: Final = frozenset({"ended", "declined", "expired"})
_SATISFIED_BY: Final = {
    # A session that the customer agreed to may be paused again before anybody looks.
    "active": frozenset({"active", "paused"}),
    "ended": OVER,
}
_FROM_PLATFORM: Final = {
    "connected": "active",
    "converting": "active",
    "transmitting": "active",
    "disconnected": "ended",
    "terminated": "ended",
}
STATES: Final = ("initiated", "active", "paused", "ended", "declined", "expired")
FIRST_POLL_SECONDS: Final = 0.3
LAST_POLL_SECONDS: Final = 2.0
AWAY_SECONDS: Final = 60.0


def in_conversation(session: SessionData, conversation_id: str) -> SessionData:
    """A start's answer need not name the conversation: the caller did."""
    return msgspec.structs.replace(session, conversation_id=session.conversation_id or conversation_id)


def updated(session: SessionData, conversation: Conversation) -> SessionData:
    """The session as its conversation shows it now. One that is not shown (yet) is left as it was."""
    legs = [leg for leg in conversation.legs if session.id in (leg.cobrowse_session_id, leg.id)]
    return shown(session, conversation, legs) if legs else session


def shown(session: SessionData, conversation: Conversation, legs: list[CobrowseMedia]) -> SessionData:
    """The session as these legs of it show it."""
    leg = next((found for found in legs if found.viewer_url), legs[0])
    return msgspec.structs.replace(
        session,
        state=state_of(legs),
        end_reason=leg.end_reason or _why(leg) or session.end_reason,
        viewer_url=leg.viewer_url or session.viewer_url,
        conversation_id=conversation.id,
    )


def _why(leg: CobrowseMedia) -> str | None:
    """The platform's word for why a leg is gone; our server says it more exactly."""
    return None if leg.opencobrowse_state else leg.disconnect_type


def state_of(legs: list[CobrowseMedia]) -> str:
    """One session's state, from what its legs say."""
    exact = next((leg.opencobrowse_state for leg in legs if leg.opencobrowse_state), None)
    if exact:
        return exact
    states = {_FROM_PLATFORM.get(leg.state or "", "initiated") for leg in legs}
    # A leg that is gone ends it; it is on only when nobody is still being asked.
    return next(state for state in ("ended", "initiated", "active") if state in states)


@dataclass(slots=True)
class Waiting:
    """One wait: what for, until when (monotonic seconds; None: for ever)."""

    wanted: str
    seconds: float | None
    started_at: float

    def __post_init__(self) -> None:
        if self.wanted not in STATES:
            raise ValueError(f"{self.wanted!r} is no state of a session; they are: {', '.join(STATES)}")

    def reached(self, session: SessionData) -> bool:
        """Whether it is there. Raises `SessionOver` when it cannot come any more."""
        if session.state in _SATISFIED_BY.get(self.wanted, {self.wanted}):
            return True
        if session.state in OVER:
            raise SessionOver(self.wanted, session.state, session.end_reason)
        return False

    def pause(self, session: SessionData, round_: int, now: float) -> float:
        """Seconds until the next look. Raises `WaitTimeout`."""
        pause = min(LAST_POLL_SECONDS, FIRST_POLL_SECONDS * 1.5**round_)
        if self.seconds is None:
            return pause
        left = self.started_at + self.seconds - now
        if left <= 0:
            raise WaitTimeout(self.wanted, session.state, self.seconds)
        return min(pause, left)


def wait(
    waiting: Waiting,
    session: SessionData,
    look: Callable[[SessionData], Flow[SessionData]],
    now: Callable[[], float],
    seen: Callable[[SessionData], None],
) -> Flow[SessionData]:
    """Look until it is there. `seen` gets every look's result, also those before a failure. A server that is
    away or busy for a while (a restart, a rate limit) is waited for, too: sessions survive it."""
    round_, last_answer = 0, now()
    while True:
        try:
            session = yield from look(session)
        except (NotReachable, ServerError, RateLimited):
            if now() - last_answer > AWAY_SECONDS:
                raise
        else:
            last_answer = now()
            seen(session)
            if waiting.reached(session):
                return session
        yield Sleep(waiting.pause(session, round_, now()))
        round_ += 1
