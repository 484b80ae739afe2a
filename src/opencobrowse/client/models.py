"""What the API answers, typed. Keys that a server leaves out or sends as null have their defaults; keys that
are not listed here are ignored, so that a newer server does not break an older client."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec


class Model(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Base of results. Times are aware datetimes in UTC."""


class Delivery(Model, frozen=True):
    """One way to the customer. `state`: delivered, pending, not.configured, failed."""

    channel: str
    state: str
    address: str | None = None
    pages: int = 0


class SessionData(Model, frozen=True):
    """A cobrowse session. `state`: initiated, active, paused, ended, declined, expired."""

    id: str
    state: str = "initiated"
    name: str | None = None
    join_code: str | None = None
    join_url: str | None = None
    viewer_url: str | None = None
    websocket_url: str | None = None
    date_offer_ends: dt.datetime | None = None
    cobrowse_type: str | None = None
    communication_type: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    customer_name: str | None = None
    conversation_id: str | None = None
    created_time: dt.datetime | None = None
    accepted_time: dt.datetime | None = None
    ended_time: dt.datetime | None = None
    end_reason: str | None = None
    cobrowse_session_id: str | None = None
    """Genesys Cloud: the id that the conversation shows it under, where that is not `id`."""
    deliveries: list[Delivery] = msgspec.field(default_factory=list)


class Media(Model, frozen=True):
    """A participant's leg of a call, a chat or a message: on Genesys Cloud it says who is connected."""

    id: str | None = None
    state: str | None = None


class CobrowseMedia(Model, frozen=True):
    """One participant's leg of a session. `opencobrowse_state` is ours; Genesys Cloud has `state` alone."""

    id: str | None = None
    state: str | None = None
    disconnect_type: str | None = None
    start_alerting_time: dt.datetime | None = None
    connected_time: dt.datetime | None = None
    disconnected_time: dt.datetime | None = None
    cobrowse_session_id: str | None = None
    cobrowse_role: str | None = None
    viewer_url: str | None = None
    controlling: list[str] | None = None
    opencobrowse_state: str | None = None
    end_reason: str | None = None


class Participant(Model, frozen=True):
    id: str
    purpose: str | None = None
    state: str | None = None
    name: str | None = None
    address: str | None = None
    user_id: str | None = None
    external_id: str | None = None
    end_time: dt.datetime | None = None
    cobrowsesessions: list[CobrowseMedia] | None = None
    calls: list[Media] | None = None
    callbacks: list[Media] | None = None
    chats: list[Media] | None = None
    emails: list[Media] | None = None
    messages: list[Media] | None = None

    @property
    def media(self) -> dict[str, list[Media]]:
        """Their legs by medium, without those of cobrowsing."""
        found = {
            "calls": self.calls,
            "callbacks": self.callbacks,
            "chats": self.chats,
            "emails": self.emails,
            "messages": self.messages,
        }
        return {medium: legs for medium, legs in found.items() if legs}


class Conversation(Model, frozen=True):
    id: str
    type: str | None = None
    state: str | None = None
    external_tag: str | None = None
    metadata: dict[str, Any] | None = None
    end_time: dt.datetime | None = None
    participants: list[Participant] = msgspec.field(default_factory=list)

    @property
    def legs(self) -> list[CobrowseMedia]:
        """All participants' legs of all sessions of this conversation."""
        return [leg for person in self.participants for leg in person.cobrowsesessions or ()]


class User(Model, frozen=True):
    id: str
    name: str | None = None
    email: str | None = None
    state: str | None = None
    permissions: list[str] = msgspec.field(default_factory=list)


class Organization(Model, frozen=True):
    id: str
    name: str | None = None


class AddedParticipants(Model, frozen=True):
    conversation_id: str
    participants: list[Participant] = msgspec.field(default_factory=list)


class Users(Model, frozen=True):
    entities: list[User] = msgspec.field(default_factory=list)


class Sessions(Model, frozen=True):
    entities: list[SessionData] = msgspec.field(default_factory=list)


class Reference(Model, frozen=True):
    id: str | None = None
    name: str | None = None


class CobrowseParticipant(Model, frozen=True):
    """The platform's `CobrowseMediaParticipant`: a person's leg, in a listing of sessions."""

    id: str | None = None
    name: str | None = None
    purpose: str | None = None
    state: str | None = None
    disconnect_type: str | None = None
    user: Reference | None = None
    start_alerting_time: dt.datetime | None = None
    connected_time: dt.datetime | None = None
    end_time: dt.datetime | None = None
    cobrowse_session_id: str | None = None
    cobrowse_role: str | None = None
    viewer_url: str | None = None


class CobrowseConversation(Model, frozen=True):
    id: str
    participants: list[CobrowseParticipant] = msgspec.field(default_factory=list)


class CobrowseConversations(Model, frozen=True):
    entities: list[CobrowseConversation] = msgspec.field(default_factory=list)


class Waiting(Model, frozen=True):
    """Ours: the open pages that a start in this conversation would ask. `external_id` None: nobody's."""

    pages: int
    external_id: str | None = None


class Token(Model, frozen=True):
    """Whose the access token is. `authorized_scope`: on opencobrowse, every permission that it has."""

    organization: Reference | None = None
    authorized_scope: list[str] = msgspec.field(default_factory=list)


class TokenGrant(msgspec.Struct, frozen=True):
    """RFC 6749 section 5.1; `expires_in` in seconds."""

    access_token: str
    expires_in: float = 3600.0
