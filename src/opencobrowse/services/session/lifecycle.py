"""The life of a session after its start: answered, resumed, paused, ended, expired; how conversations end."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.consent import ConsentRecord
from opencobrowse.domain.conversation import Conversation, ConversationMove, move
from opencobrowse.domain.machine import IllegalMove
from opencobrowse.domain.session import EndReason, Session, SessionMove, SessionState, accept, apply
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, NotFound
from opencobrowse.kernel.ids import Millis
from opencobrowse.kernel.secrets import Secret, digest, new_token
from opencobrowse.ports.rooms import Rooms
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.changes import ATTEMPTS, change, too_many

OFFER_CHANGED: Final = "offer.changed"
"""The code of a yes to an agent who has transferred the session since."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """A page may stream now. `resume_token` opens the session on its next page; only its hash is kept."""

    session: Session
    resume_token: Secret


class Lifecycle:
    def __init__(self, store: Store, rooms: Rooms, clock: Clock) -> None:
        self._store = store
        self._rooms = rooms
        self._clock = clock

    async def get(self, session_id: str) -> Session:
        found = await self._store.get(Session, session_id)
        if found is None:
            raise NotFound(f"There is no session {session_id}.", code="cobrowse.session.not.found")
        return found

    async def accept(
        self, session_id: str, *, text_version: str, control: bool, origin: str, asked: int | None = None
    ) -> Sharing:
        """The customer said yes on a page of `origin`. The first yes wins; a later one is a `Clash`, and so
        is one to another agent than the present (`asked` is `Session.asked` of the question; None: unknown).
        """
        now, token = self._clock.now(), new_token()
        record = ConsentRecord(now, text_version, view=True, control=control, page_origin=origin)

        def decide(session: Session) -> Session:
            if session.offer_ends_at <= now:
                raise IllegalMove(session.state, SessionMove.ACCEPT)
            if asked is not None and asked != session.asked:
                raise Clash(
                    "Another agent has the session now, and asks anew.",
                    code="offer.changed",
                    entity_id=session_id,
                )
            return accept(session, record, digest(token), now + limits.SESSION_MS)

        session = await self.change(session_id, decide)
        self._rooms.changed(session)
        return Sharing(session, token)

    async def resume(self, session_id: str, token: str) -> Sharing:
        """The sharing page was loaded again. The token is exchanged for a new one (reliability.md B18); the
        one before stays good once, for a page that was left before its new token arrived."""
        fresh, given = new_token(), digest(token)

        def decide(session: Session) -> Session:
            if not session.sharing or given not in session.resume_digests:
                raise IllegalMove(session.state, SessionMove.RESUME)
            return replace(session, resume_digests=(digest(fresh), given))

        return Sharing(await self.change(session_id, decide), fresh)

    async def decline(self, session_id: str) -> Session:
        return await self._finish(session_id, SessionMove.DECLINE, EndReason.DECLINED)

    async def end(self, session_id: str, reason: EndReason) -> Session:
        """End it, whoever asks. Ending what is over is no error: it is answered as it ended (I5)."""
        return await self._finish(session_id, SessionMove.END, reason)

    async def set_paused(self, session_id: str, paused: bool) -> None:
        """Pause while nobody watches, go on when somebody does. Where it is so already, nothing happens."""
        move = SessionMove.PAUSE if paused else SessionMove.RESUME
        session = await self.get(session_id)
        if session.state is (SessionState.ACTIVE if paused else SessionState.PAUSED):
            changed = await self.change(session_id, lambda s: apply(s, move, self._clock.now()))
            self._rooms.changed(changed)

    async def sweep(self) -> int:
        """Move every session whose deadline has passed: offers expire, sessions end. How many.

        Ends idle conversations, too.
        """
        due = await self._store.due(self._clock.now())
        for session in due:
            if session.state is SessionState.INITIATED:
                await self._finish(session.id, SessionMove.EXPIRE, EndReason.EXPIRED)
            else:
                await self._finish(session.id, SessionMove.END, EndReason.TIMEOUT)
        await self.sweep_conversations()
        return len(due)

    async def end_conversation(self, conversation: Conversation) -> Conversation:
        """End it and the session in it, in one commit. Ending what has ended is no error."""
        for _ in range(ATTEMPTS):
            if not conversation.live:
                return conversation
            now = self._clock.now()
            ended = move(conversation, ConversationMove.DISCONNECT, now)
            live = await self._store.find(Session, conversation_id=conversation.id, live=1)
            over = [apply(s, SessionMove.END, now, EndReason.CONVERSATION_ENDED) for s in live]
            try:
                await self._store.commit(Put(ended), *(Put(session) for session in over))
            except Conflict:
                conversation = await self._store.get(Conversation, conversation.id) or conversation
                continue
            for session in over:
                self._rooms.close(session)
            return replace(ended, version=ended.version + 1)
        raise too_many("The conversation")

    async def sweep_conversations(self) -> int:
        """End the conversations in which nothing has happened for 24 h. How many were looked at.

        A session's own events are not written to its conversation, so they are looked up here, and the
        conversation's time is set right where they are newer.
        """
        cutoff = self._clock.now() - limits.CONVERSATION_IDLE_MS
        idle = await self._store.idle(cutoff)
        for conversation in idle:
            last = await self._last_event(conversation)
            if last <= cutoff:
                await self.end_conversation(conversation)
                continue
            with contextlib.suppress(Conflict):
                await self._store.commit(Put(replace(conversation, updated_at=last)))
        return len(idle)

    async def _last_event(self, conversation: Conversation) -> Millis:
        sessions = await self._store.find(Session, conversation_id=conversation.id)
        if any(session.live for session in sessions):
            return self._clock.now()
        times = (t for s in sessions for t in (s.created_at, s.accepted_at, s.ended_at) if t is not None)
        return max(conversation.updated_at, *times, 0)

    async def _finish(self, session_id: str, move: SessionMove, reason: EndReason) -> Session:
        now = self._clock.now()

        def decide(session: Session) -> Session:
            return apply(session, move, now, reason) if session.live else session

        session = await self.change(session_id, decide)
        self._rooms.close(session)
        return session

    async def change(self, session_id: str, decide: Callable[[Session], Session]) -> Session:
        """Read, decide, commit; again if somebody was faster. An illegal move is a `Clash`."""

        def again() -> Awaitable[Session]:
            return self.get(session_id)

        def legal(session: Session) -> Session:
            try:
                return decide(session)
            except IllegalMove as illegal:
                raise Clash(
                    f"The session is {session.state.value}: {illegal.command.value} is not possible.",
                    code="cobrowse.session.state",
                    entity_id=session_id,
                ) from None

        return await change(self._store, await again(), again, legal, "The session")
