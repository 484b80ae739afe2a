"""A started session: what is known of it, and the three things to do with it, as flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opencobrowse.client import progress
from opencobrowse.client.core import Api
from opencobrowse.client.flow import Flow
from opencobrowse.client.models import SessionData

if TYPE_CHECKING:
    from opencobrowse.client.dialect import Dialect


class SessionView:
    """Its fields are those of the last look: `refresh()` looks again."""

    def __init__(self, client: Any, data: SessionData) -> None:
        self._client = client
        self.data = data

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id!r}, state={self.state!r})"

    @property
    def id(self) -> str:
        return self.data.id

    @property
    def state(self) -> str:
        """initiated, active, paused, ended, declined or expired."""
        return self.data.state

    @property
    def over(self) -> bool:
        return self.state in progress.OVER

    @property
    def end_reason(self) -> str | None:
        return self.data.end_reason

    @property
    def viewer_url(self) -> str | None:
        """Where the agent sees the customer's page, after signing in. On Genesys Cloud it may come later."""
        return self.data.viewer_url

    @property
    def join_url(self) -> str | None:
        """A link for the customer. Genesys Cloud has none."""
        return self.data.join_url

    @property
    def join_code(self) -> str | None:
        """A code that the customer types into the page."""
        return self.data.join_code

    @property
    def conversation_id(self) -> str:
        return self.data.conversation_id or ""

    @property
    def handle(self) -> str:
        """What `sessions.get` and `opencobrowse session show` find it by: its id, on Genesys Cloud its
        conversation's."""
        dialect: Dialect = self._client.api.dialect
        return dialect.handle(self.data)


def refresh(session: SessionView, api: Api) -> Flow[None]:
    """Look at its state now."""
    session.data = yield from api.dialect.look(api, session.data)


def wait_until(
    session: SessionView, api: Api, state: str = "active", timeout: float | None = None
) -> Flow[None]:
    """Wait for `state`, at most `timeout` seconds (None: until it comes or cannot come any more).

    Raises `WaitTimeout`, and `SessionOver` when the customer declines or the offer expires. A session that
    was accepted and is paused again counts as active.
    """
    waiting = progress.Waiting(state, timeout, api.now())

    def look(data: SessionData) -> Flow[SessionData]:
        return api.dialect.look(api, data)

    def seen(data: SessionData) -> None:
        session.data = data

    yield from progress.wait(waiting, session.data, look, api.now, seen)


def end(session: SessionView, api: Api) -> Flow[None]:
    """End it for both sides. Ending what is over is no error."""
    session.data = yield from api.dialect.end(api, session.data)
