"""Sessions by their conversation, and the calls that end things: the platform's models (field.md C1, C2)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET

from opencobrowse.wire.api import Answer, Body, Ref, SessionAnswer
from opencobrowse.wire.described import Filled


class CobrowseMediaParticipant(Answer):
    """The platform's `CobrowseMediaParticipant`. `opencobrowseState` is ours: the session's exact state."""

    id: str
    purpose: str
    state: str
    start_time: str
    direction: Literal["inbound", "outbound"]
    held: bool
    wrapup_required: bool
    attributes: dict[str, str]
    cobrowse_session_id: str
    cobrowse_role: Literal["sharer", "viewer"]
    controlling: list[str]
    provider: str
    provider_event_time: str
    opencobrowse_state: str
    viewer_url: str | None
    name: str | None = None
    address: str | None = None
    user: Ref | None = None
    start_alerting_time: str | None = None
    connected_time: str | None = None
    end_time: str | None = None
    disconnect_type: str | None = None


class CobrowseConversation(Answer):
    """The platform's `CobrowseConversation`; ours is `session`, which holds links, code and state."""

    id: str
    participants: list[CobrowseMediaParticipant]
    other_media_uris: list[str]
    divisions: list[Any]
    self_uri: str
    session: SessionAnswer
    name: str | None = None


class CobrowseConversationListing(Answer):
    """The platform's `CobrowseConversationEntityListing`."""

    entities: list[CobrowseConversation]
    page_size: int
    page_number: int
    total: int
    page_count: int
    self_uri: str
    first_uri: str
    last_uri: str
    next_uri: str | None = None
    previous_uri: str | None = None


class CobrowseSessionPatch(Body):
    """The platform's `Conversation`; the one change that is possible is `{"state": "disconnected"}`.

    What else a conversation has may come back with it, and changes nothing.
    """

    state: Literal["disconnected"]
    id: Any = UNSET
    type: Any = UNSET
    name: Any = UNSET
    participants: Any = UNSET
    metadata: Any = UNSET
    routing_data: Any = UNSET
    external_tag: Any = UNSET
    created_time: Any = UNSET
    updated_time: Any = UNSET
    start_time: Any = UNSET
    end_time: Any = UNSET
    divisions: Any = UNSET
    recording_state: Any = UNSET
    self_uri: Any = UNSET


class ParticipantPatch(Body):
    """The platform's `MediaParticipantRequest` with the one state that is possible here, and ours: `name`,
    and `attributes`, merged into those that are there (null takes one away)."""

    state: Literal["disconnected"] | None = None
    name: str | None = None
    attributes: dict[str, str | None] = msgspec.field(default_factory=dict)


class JoinBody(Body):
    """Ours: what somebody came to the join page with, the link's token or the code (either name will do)."""

    token: Filled | None = None
    code: Filled | None = None


class Invitation(Answer, omit_defaults=False):
    """Ours: who asks. Open `pageUrl` with `#opencobrowse=` and the token or code; null: no page is known."""

    organization_name: str
    agent_name: str
    page_url: str | None
    join_code: str
    date_offer_ends: str
    control: bool
