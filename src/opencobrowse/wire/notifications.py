"""Notification channels, their subscriptions, the topics there are: the platform's models (field.md C5)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from opencobrowse.wire.api import Answer, Body
from opencobrowse.wire.described import TOPIC, named


class Channel(Answer):
    """The platform's `Channel`. Whoever has `connectUri` is told what the channel is told: keep it secret.

    A channel of another token of the same user and program is shown without `id` and `connectUri`.
    """

    expires: str
    id: str | UnsetType = UNSET
    connect_uri: str | UnsetType = UNSET


class ChannelListing(Answer):
    """The platform's `ChannelEntityListing`."""

    entities: list[Channel]


class ChannelTopicBody(Body):
    """The platform's `ChannelTopic`: `id` is the topic. What an answer says besides may come back with it."""

    id: Annotated[str, Meta(min_length=1, max_length=512), named(TOPIC)]
    state: Any = UNSET
    rejection_reason: Any = UNSET
    missing_permissions: Any = UNSET
    self_uri: Any = UNSET


class ChannelTopic(Answer):
    """The platform's `ChannelTopic`. Rejected ones are in the answer with `?ignoreErrors=true` only."""

    id: str
    state: Literal["Permitted", "Rejected"]
    rejection_reason: str | None = None
    missing_permissions: list[str] | None = None


class ChannelTopicListing(Answer):
    """The platform's `ChannelTopicEntityListing`."""

    entities: list[ChannelTopic]


class AvailableTopic(Answer):
    """The platform's `AvailableTopic`. `schema` is there with `?expand=schema`."""

    id: str
    description: str
    requires_permissions: list[str]
    requires_current_user_or_permission: bool
    enforced: bool
    visibility: Literal["Public", "Preview"]
    transports: list[str]
    topic_parameters: list[str]
    schema: dict[str, Any] | UnsetType = UNSET


class AvailableTopicListing(Answer):
    """The platform's `AvailableTopicEntityListing`."""

    entities: list[AvailableTopic]
