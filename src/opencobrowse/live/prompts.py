"""Which pages wait for offers, and on which of them a prompt is open."""

from __future__ import annotations

from collections.abc import Iterable

from opencobrowse.domain.session import Session
from opencobrowse.kernel import limits
from opencobrowse.live.connection import Connection

Customer = tuple[str, str]


class Prompts:
    """`offers` of a connection: sessions whose prompt is on that page, with which agent's question it is
    (`Session.asked`). Only from there may an answer come."""

    def __init__(self) -> None:
        self._pages: dict[Customer, dict[Connection, None]] = {}
        self._asked: dict[str, set[Connection]] = {}

    def arrive(self, page: Connection) -> Connection | None:
        """A page waits for its customer's offers. Returns the one that has to go, if there are too many: the
        oldest that shares nothing."""
        customer = _customer(page)
        if customer is None or page.gone:
            return None
        pages = self._pages.setdefault(customer, {})
        pages[page] = None
        if len(pages) <= limits.PAGES_PER_CUSTOMER:
            return None
        return next((other for other in pages if other.room is None and other is not page), page)

    def leave(self, page: Connection) -> None:
        customer = _customer(page)
        if customer is not None and customer in self._pages:
            self._pages[customer].pop(page, None)
            if not self._pages[customer]:
                del self._pages[customer]
        for session_id in page.offers:
            self._forget(session_id, page)
        page.offers.clear()

    def waiting(self, session: Session) -> list[Connection]:
        """Pages of the session's customer that could show its prompt."""
        if session.customer_external_id is None:
            return []
        return self.free(session.org_id, session.customer_external_id)

    def free(self, org_id: str, external_id: str) -> list[Connection]:
        """Pages of a customer that share nothing yet."""
        pages = self._pages.get((org_id, external_id), {})
        return [page for page in pages if page.room is None]

    def open(self, session_id: str, pages: Iterable[Connection], asked: int = 0) -> list[Connection]:
        """A prompt is about to be shown; returns the pages that do not have it, or a newer one, yet."""
        fresh = [page for page in pages if page.offers.get(session_id, -1) < asked and not page.gone]
        for page in fresh:
            page.offers[session_id] = asked
            self._asked.setdefault(session_id, set()).add(page)
        return fresh

    def take(self, session_id: str, page: Connection) -> bool:
        """The page answers: its prompt is no longer open. False if none was."""
        if session_id not in page.offers:
            return False
        del page.offers[session_id]
        self._forget(session_id, page)
        return True

    def close(self, session_id: str) -> set[Connection]:
        """The question is settled; returns the pages whose prompt has to go."""
        pages = self._asked.pop(session_id, set())
        for page in pages:
            page.offers.pop(session_id, None)
        return pages

    def _forget(self, session_id: str, page: Connection) -> None:
        pages = self._asked.get(session_id)
        if pages is not None:
            pages.discard(page)
            if not pages:
                del self._asked[session_id]


def _customer(page: Connection) -> Customer | None:
    external_id = page.ticket.external_id
    return None if external_id is None else (page.ticket.org_id, external_id)
