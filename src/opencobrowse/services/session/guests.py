"""What a customer may do before anybody knows who they are: look a session up, join it, refuse it (B6)."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.deployment import Deployment
from opencobrowse.domain.session import EndReason, Session, SessionState
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.ids import is_id
from opencobrowse.ports.store import Store
from opencobrowse.services.session.lifecycle import Lifecycle
from opencobrowse.services.session.pages import Pages, Question, no_such_code


@dataclass(frozen=True, slots=True)
class GuestView:
    session: Session
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the join page shows, and the page it opens; None where no page is known."""

    question: Question
    page_url: str | None


class Guests:
    def __init__(self, store: Store, pages: Pages, lifecycle: Lifecycle, clock: Clock) -> None:
        self._store = store
        self._pages = pages
        self._lifecycle = lifecycle
        self._clock = clock

    async def find(self, deployment_id: str, key: str, guesser: str) -> GuestView:
        """A live session by its id or its join code, for a page of `deployment_id`.

        Raises the same 404 for everything that is wrong: deployment, organisation, id or code, too late.
        """
        deployment = await self._store.get(Deployment, deployment_id)
        org_id = deployment.org_id if deployment and deployment.status == "Active" else ""
        if is_id(key):
            session = await self._by_id(org_id, key)
        else:
            session = await self._pages.by_code(org_id, key, guesser)
        conversation = await self._store.get(Conversation, session.conversation_id)
        assert conversation is not None, "a session's conversation exists"  # noqa: S101
        return GuestView(session, conversation)

    async def leave(self, deployment_id: str, key: str, guesser: str) -> None:
        """The customer does not want it: an offer is declined, a running session ended."""
        session = (await self.find(deployment_id, key, guesser)).session
        if session.state is SessionState.INITIATED:
            await self._lifecycle.decline(session.id)
        else:
            await self._lifecycle.end(session.id, EndReason.CUSTOMER)

    async def invitation(self, code: str, guesser: str) -> Invitation:
        """Who asks, for somebody who holds the link's token or the code, and where their page is."""
        session = await self._pages.by_code(None, code, guesser)
        question = await self._pages.question(session)
        return Invitation(question, await self._pages.page_for(session.org_id))

    async def _by_id(self, org_id: str, session_id: str) -> Session:
        session = await self._store.get(Session, session_id.lower())
        if session is None or session.org_id != org_id or not session.live:
            raise no_such_code()
        if session.state is SessionState.INITIATED and session.offer_ends_at <= self._clock.now():
            raise no_such_code()
        return session
