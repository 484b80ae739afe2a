"""Sessions by their conversation, and the calls that end things: the platform's models (field.md C1, C2)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta

from opencobrowse.wire.api import Answer, Body, Numbered, Ref, SessionAnswer, Text, TransferResponse, Wrapup
from opencobrowse.wire.described import MOMENT, Filled, Never, NoId


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
    wrapup_prompt: str | None = None
    wrapup_skipped: bool | None = None
    wrapup: Wrapup | None = None
    start_acw_time: str | None = None
    end_acw_time: str | None = None
    queue: Ref | None = None


class CobrowseConversation(Answer):
    """The platform's `CobrowseConversation`; ours is `session`, which holds links, code and state."""

    id: str
    participants: list[CobrowseMediaParticipant]
    other_media_uris: list[str]
    divisions: list[Any]
    self_uri: str
    session: SessionAnswer
    name: str | None = None
    recent_transfers: list[TransferResponse] | None = None


class CobrowseConversationListing(Numbered, kw_only=True):
    """The platform's `CobrowseConversationEntityListing`."""

    entities: list[CobrowseConversation]


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


class WrapupInput(Body):
    """The platform's `WrapupInput`. `code` is a wrap-up code's id, or `name` its name; `provisional` is not
    the last word. `endTime` is now where it is missing; its year is from 1970 to 2999."""

    code: Text | None = None
    name: Text | None = None
    notes: Annotated[str, Meta(max_length=10_000)] | None = None
    tags: Annotated[list[Text], Meta(max_length=100)] | None = None
    duration_seconds: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    end_time: Annotated[datetime, MOMENT] | None = None
    provisional: bool | None = None
    disable_end_time_updates: bool | None = None


class MediaParticipantRequest(Body):
    """The platform's `MediaParticipantRequest`. `disconnected` ends the participant's part, and with it the
    session; `connected` holds where it is so. `recording` sets the conversation's recordingState. There is
    no sound here and nothing to put on hold: `muted`, `held` and `confined` can only be false."""

    state: Literal["connected", "disconnected"] | None = None
    wrapup: WrapupInput | None = None
    wrapup_skipped: bool | None = None
    recording: bool | None = None
    muted: Never = None
    held: Never = None
    confined: Never = None
    resume_time: None = None


class ParticipantAttributes(Body):
    """The platform's `ParticipantAttributes`. Merged into those that are there; null takes one away. The
    answer has all of them."""

    attributes: dict[str, str | None]


class AssignedWrapupCode(Answer):
    """The platform's `AssignedWrapupCode`; `name` and `provisional` are ours."""

    code: str
    name: str
    end_time: str
    provisional: bool
    notes: str | None = None
    tags: list[str] | None = None
    duration_seconds: int | None = None


class TransferRequest(Body):
    """The platform's `TransferRequest` (and `TransferToAgentRequest`): the agent who goes on, by `userId`, or
    by e-mail address in `userName` or `address`. Both types of transfer happen at once. There are no queues
    and no voicemail."""

    user_id: Text | None = None
    user_name: Text | None = None
    address: Text | None = None
    transfer_type: Literal["Attended", "Unattended"] | None = None
    user_display_name: Text | None = None
    queue_id: NoId | None = None
    voicemail: Never = None
    keep_internal_message_alive: bool | None = None


class SetRecordingState(Body):
    """The platform's `SetRecordingState`. Nothing is recorded here: the state is kept for whoever does."""

    recording_state: Literal["ACTIVE", "PAUSED", "NONE"]


class Colleague(Answer):
    """Ours: an agent who could have the session."""

    id: str
    name: str
    email: str


class ColleagueListing(Answer):
    entities: list[Colleague]


class ParticipantPatch(MediaParticipantRequest):
    """The platform's `MediaParticipantRequest`; `disconnected`: they leave the conversation. Ours: `name`
    and `attributes`, the latter merged into those that are there (null takes one away)."""

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
