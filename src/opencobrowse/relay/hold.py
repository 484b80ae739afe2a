"""Who holds control of a session, as its room knows it: what every action is held against (I8).

The record says whether control is asked for or held (`domain.control`); the room adds by which connection.
It goes ahead of the record in one direction only: `fence` stops all actions at once, before the end of the
grant is committed, and nothing but another grant lifts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from opencobrowse.domain.control import Control, ControlEnd
from opencobrowse.domain.session import Session
from opencobrowse.kernel import limits
from opencobrowse.relay.peer import Peer

_ASK_SECONDS: Final = limits.CONTROL_REQUEST_MS / 1000
_AWAY_SECONDS: Final = limits.CONTROL_AWAY_MS / 1000
_IDLE_SECONDS: Final = limits.CONTROL_IDLE_MS / 1000


class Hold:
    """Times are in seconds of the monotonic clock.

    `number` counts the session's grants, `user_id` is whose this one is, `origin` that of the page on which
    it was given. `asker` is the viewer whose request is being committed. `known`: some viewer has had it.
    `acted` is set by every action and taken back by `due`, so that an action costs no look at the clock.
    """

    __slots__ = ("acted", "asker", "away_since", "closing", "control", "expires", "holder", "idle_since",
                 "known", "number", "origin", "user_id")  # fmt: skip

    def __init__(self) -> None:
        self.control = Control.NONE
        self.number = 0
        self.user_id = ""
        self.origin: str | None = None
        self.holder: Peer | None = None
        self.asker: Peer | None = None
        self.closing: ControlEnd | None = None
        self.acted = False
        self.expires = self.idle_since = 0.0
        self.away_since: float | None = None
        self.known = True

    @property
    def live(self) -> bool:
        """Whether actions may pass at all now."""
        return self.control is Control.HELD and self.closing is None

    @property
    def shown(self) -> Control:
        """What everybody is told: of what is fenced, that it is over."""
        return self.control if self.closing is None else Control.NONE

    @property
    def controller(self) -> int:
        """The number of the viewer that asked for control or holds it; 0 for none."""
        return self.holder.number if self.holder is not None and self.shown is not Control.NONE else 0

    def may_act(self, peer: Peer) -> bool:
        return peer is self.holder and self.control is Control.HELD and self.closing is None

    def fence(self, why: ControlEnd) -> None:
        """It is over: not one action more passes, whenever that is committed."""
        if self.control is not Control.NONE and self.closing is None:
            self.closing = why

    # -- the record ----------------------------------------------------------------------------------------

    def follow(self, session: Session, viewers: Iterable[Peer], now: float, asked_ago: float) -> bool:
        """Be what the record says. True if what was asked for or held before is over.

        `asked_ago`: since how many seconds it is asked for. A new request is its asker's, a grant that came
        with the session is the first viewer's of its agent; after a restart it waits for them to come.
        """
        number = len(session.grants)
        over = self.control is not Control.NONE and (session.control is Control.NONE or number != self.number)
        if over:
            self.holder, self.closing = None, None
        if session.control is not Control.NONE and (over or self.control is Control.NONE):
            self._begin(session, viewers, now, asked_ago)
        if session.control is Control.HELD and self.control is not Control.HELD:
            self.idle_since, self.acted = now, False
        self.control, self.number = session.control, number
        grant = session.grant
        self.origin = grant.page_origin if grant is not None else _first_origin(session)
        return over

    def _begin(self, session: Session, viewers: Iterable[Peer], now: float, asked_ago: float) -> None:
        grant = session.grant
        self.user_id = grant.user_id if grant is not None else session.agent_user_id
        self.expires, self.away_since = now + _ASK_SECONDS - asked_ago, None
        mine = [viewer for viewer in viewers if viewer.user_id == self.user_id]
        if grant is not None and grant.with_session:
            self.holder = mine[0] if mine else None
            # The agent may open the page a while after the customer's yes; who was there once may not.
            self.known = bool(mine) or asked_ago > _ASK_SECONDS
        else:
            self.holder = self.asker if self.asker in mine else None
            self.known = True

    # -- viewers -------------------------------------------------------------------------------------------

    def come(self, viewer: Peer) -> None:
        """A viewer came: control that its user has and no connection holds is its."""
        free = self.control is not Control.NONE and self.closing is None and self.holder is None
        if free and viewer.user_id is not None and viewer.user_id == self.user_id:
            self.holder, self.away_since, self.known = viewer, None, True

    def leave(self, viewer: Peer) -> None:
        if viewer is self.holder:
            self.holder = None

    # -- time ----------------------------------------------------------------------------------------------

    def due(self, now: float) -> ControlEnd | None:
        """Why it is over now; None while it is not. Asked once a second."""
        if self.control is Control.NONE or self.closing is not None:
            return self.closing
        if self.acted:
            self.acted, self.idle_since = False, now
        if self.holder is None and self.known:
            self.away_since = now if self.away_since is None else self.away_since
            if now - self.away_since >= _AWAY_SECONDS:
                return ControlEnd.VIEWER_LEFT
        if self.control is Control.PENDING:
            return ControlEnd.EXPIRED if now >= self.expires else None
        return ControlEnd.IDLE if now - self.idle_since >= _IDLE_SECONDS else None

    def shut(self) -> None:
        """The session is over."""
        self.control, self.holder, self.asker, self.closing = Control.NONE, None, None, None


def _first_origin(session: Session) -> str | None:
    """Of a grant that is older than the list of them: the page that said yes to the session."""
    return session.consent_record.page_origin if session.consent_record is not None else None
