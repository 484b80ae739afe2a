"""What a notification channel's socket carries: the platform's event bodies, system messages (field.md C5).

Keys and enums are those of the official SDKs' `ConversationEventTopic…`, `ConversationCobrowseEventTopic…`,
`WebDeployments…Topic…` and `SystemMessageSystemMessage` models; nothing of ours is added.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from opencobrowse.wire.api import Answer

VERSION = "2"


class Wrapup(Answer):
    code: str
    notes: str | None = None
    tags: list[str] | None = None
    duration_seconds: int | None = None
    end_time: str | None = None


class Reference(Answer):
    id: str
    name: str | None = None


class CobrowseLeg(Answer):
    """`ConversationEventTopicCobrowse`: one participant's leg of a session."""

    id: str
    state: str
    initial_state: str
    cobrowse_session_id: str
    cobrowse_role: Literal["sharer", "viewer"]
    controlling: list[str]
    provider: str
    provider_event_time: str
    after_call_work_required: bool
    viewer_url: str | None = None
    connected_time: str | None = None
    disconnected_time: str | None = None
    disconnect_type: str | None = None


class Participant(Answer):
    """`ConversationEventTopicParticipant`."""

    id: str
    purpose: str
    wrapup_required: bool
    attributes: dict[str, str]
    calls: list[Any]
    callbacks: list[Any]
    chats: list[Any]
    cobrowsesessions: list[CobrowseLeg]
    emails: list[Any]
    messages: list[Any]
    screenshares: list[Any]
    name: str | None = None
    address: str | None = None
    user_id: str | None = None
    queue_id: str | None = None
    connected_time: str | None = None
    end_time: str | None = None
    wrapup: Wrapup | None = None


class Conversation(Answer):
    """`ConversationEventTopicConversation`: the body of `v2.users.{id}.conversations`."""

    id: str
    participants: list[Participant]
    recording_state: str
    external_tag: str | None = None


class CobrowseParticipant(Answer):
    """`ConversationCobrowseEventTopicCobrowseMediaParticipant`."""

    id: str
    purpose: str
    state: str
    initial_state: str
    direction: Literal["inbound", "outbound"]
    start_time: str
    held: bool
    wrapup_required: bool
    attributes: dict[str, str]
    provider: str
    provider_event_time: str
    cobrowse_session_id: str
    cobrowse_role: Literal["sharer", "viewer"]
    controlling: list[str]
    name: str | None = None
    address: str | None = None
    user: Reference | None = None
    queue: Reference | None = None
    viewer_url: str | None = None
    connected_time: str | None = None
    end_time: str | None = None
    disconnect_type: str | None = None
    wrapup: Wrapup | None = None


class CobrowseConversation(Answer):
    """`ConversationCobrowseEventTopicCobrowseConversation`: body of `….conversations.cobrowseSessions`."""

    id: str
    participants: list[CobrowseParticipant]
    other_media_uris: list[str]


class ConfigurationChange(Answer):
    """`WebDeploymentsConfigTopicWebMessagingConfigChangeEventBody`."""

    id: str
    version: str
    status: Literal["Pending", "Active", "Inactive", "Error", "Deleting"]


class DeploymentChange(Answer):
    """`WebDeploymentsDeploymentTopicWebMessagingDeploymentChangeEventBody`."""

    id: str
    status: Literal["Pending", "Active", "Inactive", "Error", "Deleting"]
    configuration: ConfigurationChange | None = None


class SystemMessage(Answer):
    """`SystemMessageSystemMessage`: why a socket is closed, or will be."""

    message: str
    channel_id: str | None = None
    system_topic_type: Literal["no_longer_subscribed", "subscription_changed", "token_revoked"] | None = None
    organization_id: str | None = None
    user_id: str | None = None
    reason: Literal["another_channel_subscribed", "user_tokens_revoked"] | None = None


class Metadata(msgspec.Struct):
    correlation_id: str = msgspec.field(name="CorrelationId")


class Frame(Answer):
    """One notification. `event_body` has been encoded already: many sockets are told the same."""

    topic_name: str
    version: str
    event_body: msgspec.Raw
    metadata: Metadata


class Said(Answer):
    """`{"message": …}`: the body of `channel.metadata`."""

    message: str


class Told(Answer):
    """A heartbeat or a pong."""

    topic_name: str
    event_body: Said


class Command(msgspec.Struct):
    """What a client may say on the socket; keys that we do not know are looked over, as on the platform."""

    message: str


class Refused(Answer):
    """The answer to what a client may not say."""

    result: str
    status: str
    message: str
