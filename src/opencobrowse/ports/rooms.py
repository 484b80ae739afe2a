"""What services need of the live side: put a question to open pages, and close what is over."""

from __future__ import annotations

from typing import Protocol

from opencobrowse.domain.session import Session


class Rooms(Protocol):
    """Nothing here may block or fail: a page that is not reached has the join link and the code."""

    def pages(self, session: Session) -> int:
        """How many open pages are registered with the session's customer."""

    def waiting(self, org_id: str, external_id: str) -> int:
        """How many open pages of this customer a start would ask now."""

    def offer(self, session: Session) -> None:
        """Put the consent prompt on every open page of the session's customer."""

    def close(self, session: Session) -> None:
        """The session is over: fence its room, tell all its sockets, withdraw its prompts (I5)."""

    def changed(self, session: Session) -> None:
        """The session's record changed: tell its sockets."""

    def transferred(self, session: Session, agent_name: str) -> None:
        """Another agent has the session, which may be over by now: close the viewers of the one before, tell
        the sharing page who sees it from here, ask an open question anew with the new name. Calls come in
        the order of the commits."""

    def revoked(self, token_id: str) -> None:
        """An access token ended: close the sockets that were opened with it, within a second."""

    def dismissed(self, user_id: str) -> None:
        """The user may not be an agent any more: close the viewers they have open (reliability.md B5)."""
