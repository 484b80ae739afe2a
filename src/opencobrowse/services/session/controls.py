"""Control of the customer's page: asked for by the session's agent, given and taken by the customer (I8).

Here is what the record says; which connection acts under it the room knows (`relay.hold`).
"""

from __future__ import annotations

from collections.abc import Callable

from opencobrowse.domain.control import Control, ControlEnd
from opencobrowse.domain.machine import IllegalMove
from opencobrowse.domain.session import Session, SessionState, ask_control, close_control, grant_control
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Fault, TooMany
from opencobrowse.kernel.ids import Millis
from opencobrowse.ports.rooms import Rooms
from opencobrowse.services.session.lifecycle import Lifecycle


class Controls:
    """`number` of a request or a grant: how many the session had with it. What was decided about one is never
    taken for another."""

    def __init__(self, lifecycle: Lifecycle, rooms: Rooms, clock: Clock) -> None:
        self._lifecycle = lifecycle
        self._rooms = rooms
        self._clock = clock

    async def request(self, session_id: str, user_id: str | None) -> Session:
        """The agent asks. Raises 409 for anybody else, where it is not free or the session not active; 429
        after three requests, until a minute after the last one was over."""
        now = self._clock.now()

        def decide(session: Session) -> Session:
            if user_id is None or user_id != session.agent_user_id:
                raise Clash("Only the session's agent may ask for control.", code="not.yours")
            if session.state is not SessionState.ACTIVE:
                raise Clash(
                    f"The session is {session.state.value}: control cannot be asked for.",
                    code="cobrowse.session.state",
                    entity_id=session_id,
                )
            if session.control is not Control.NONE:
                raise taken()
            wait = cool_down(session, now)
            if wait > 0:
                raise TooMany(
                    f"Control was asked for {limits.CONTROL_REQUESTS} times. Ask again in "
                    f"{-(-wait // 1000)} seconds.",
                    code="control.cool.down",
                    retry_after=-(-wait // 1000),
                )
            return ask_control(session, now)

        return await self._change(session_id, decide)

    async def answer(self, session_id: str, number: int, granted: bool, page_origin: str) -> Session:
        """The customer answers request `number` on a page of `page_origin`. Raises 409 if it is over."""
        now = self._clock.now()

        def decide(session: Session) -> Session:
            if len(session.grants) != number or session.control is not Control.PENDING:
                raise not_open()
            try:
                if granted:
                    return grant_control(session, page_origin, now)
                return close_control(session, ControlEnd.DECLINED, now)
            except IllegalMove:
                raise not_open() from None

        return await self._change(session_id, decide)

    async def close(self, session_id: str, number: int, why: ControlEnd) -> Session:
        """End request or grant `number`. One that is over by now, or a request that was answered before its
        time was up, is left as it is."""
        now = self._clock.now()

        def decide(session: Session) -> Session:
            answered = why is ControlEnd.EXPIRED and session.control is Control.HELD
            if len(session.grants) != number or session.control is Control.NONE or answered:
                return session
            return close_control(session, why, now)

        return await self._change(session_id, decide)

    async def _change(self, session_id: str, decide: Callable[[Session], Session]) -> Session:
        session = await self._lifecycle.change(session_id, decide)
        self._rooms.changed(session)
        return session


def cool_down(session: Session, now: Millis) -> Millis:
    """How long the agent has to wait before control may be asked for again; 0 for not at all (D, "Control
    prompt"). What was asked together with viewing does not count."""
    asked = [grant for grant in session.grants if not grant.with_session]
    if len(asked) < limits.CONTROL_REQUESTS:
        return 0
    return max(0, (asked[-1].ended_at or now) + limits.CONTROL_COOL_DOWN_MS - now)


def taken() -> Fault:
    return Clash("Control is asked for or held already.", code="control.taken")


def not_open() -> Fault:
    return Clash("Nobody asks for control or holds it any more.", code="control.not.open")
