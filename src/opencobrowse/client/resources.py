"""What a `Client` offers, in groups, and the `Session` that a start returns. Each method is one line over an
operation or a flow; an asyncio twin repeats these lines with `await` and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from opencobrowse.client import models, operations, progress

if TYPE_CHECKING:
    from opencobrowse.client.sync import Client


class Session:
    """A started session. Its fields are those of the last look: `refresh()` looks again."""

    def __init__(self, client: Client, data: models.SessionData) -> None:
        self._client = client
        self.data = data

    def __repr__(self) -> str:
        return f"Session(id={self.id!r}, state={self.state!r})"

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
        """Where the agent sees the customer's page, after signing in."""
        return self.data.viewer_url

    @property
    def join_url(self) -> str | None:
        """A link for the customer."""
        return self.data.join_url

    @property
    def join_code(self) -> str | None:
        """A code that the customer types into the page."""
        return self.data.join_code

    @property
    def conversation_id(self) -> str:
        return self.data.conversation_id or ""

    def refresh(self) -> Self:
        """Look at its state now."""
        self.data = self._client.drive(self._client.look(self.data))
        return self

    def wait_until(self, state: str = "active", timeout: float | None = None) -> Self:
        """Wait for `state`, at most `timeout` seconds (None: until it comes or cannot come any more).

        Raises `WaitTimeout`, and `SessionOver` when the customer declines or the offer expires. A session
        that was accepted and is paused again counts as active.
        """
        waiting = progress.Waiting(state, timeout, self._client.now())

        def seen(data: models.SessionData) -> None:
            self.data = data

        self._client.drive(progress.wait(waiting, self.data, self._client.look, self._client.now, seen))
        return self

    def end(self) -> Self:
        """End it for both sides. Ending what is over is no error."""
        self.data = self._client.run(operations.end_session(self.id))
        return self


class Cobrowse:
    """Starting sessions."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def start(
        self,
        conversation_id: str,
        *,
        agent_id: str | None = None,
        control: bool = False,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> Session:
        """Start a session in an active conversation; no `agent_id` means its connected agent.

        Every start has one Idempotency-Key, made here unless given, and all its retries carry it: one start,
        however bad the network is. Raises `Conflict` when a session is live already; its links are in `body`.
        """
        key = idempotency_key or str(uuid.uuid4())
        data = self._client.run(operations.start(conversation_id, agent_id, control, reason, key))
        return Session(self._client, progress.in_conversation(data, conversation_id))


class Conversations:
    """The conversations of your telephony, chat or ticket system."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def create(
        self,
        type: str = "voice",  # noqa: A002  the API's own word
        *,
        participants: Iterable[Mapping[str, Any]] = (),
        metadata: Mapping[str, Any] | None = None,
        state: str | None = None,
        external_tag: str | None = None,
    ) -> models.Conversation:
        """Post a conversation. Participants as in the API: `{"role": "agent", "userId": …}`,
        `{"role": "customer", "externalId": …}`. Not sent again when its answer is lost: it may have been
        made."""
        return self._client.run(
            operations.create_conversation(type, participants, metadata, state, external_tag)
        )

    def get(self, conversation_id: str) -> models.Conversation:
        return self._client.run(operations.get_conversation(conversation_id))

    def add_participants(
        self, conversation_id: str, pairs: Iterable[Mapping[str, Any]]
    ) -> models.AddedParticipants:
        """Add pairs `{"from": {"id", "type": "user"}, "to": {"externalId", "type": "external"}}`."""
        return self._client.run(operations.add_participants(conversation_id, pairs))

    def end(self, conversation_id: str) -> None:
        """End it, and its session."""
        self._client.run(operations.end_conversation(conversation_id))


class Sessions:
    """Sessions that are there already. Not offered by Genesys Cloud."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self, *, live: bool = False) -> list[Session]:
        """The organisation's last 100, newest first; `live`: only those that are not over."""
        return [Session(self._client, data) for data in self._client.run(operations.list_sessions(live))]

    def get(self, session_id: str) -> Session:
        return Session(self._client, self._client.run(operations.get_session(session_id)))


class Users:
    """The people of the organisation."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[models.User]:
        return self._client.run(operations.list_users())
