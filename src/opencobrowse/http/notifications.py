"""Notification channels from the domain to the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET

from opencobrowse.domain.notification import Channel
from opencobrowse.domain.topics import Subject, Template
from opencobrowse.kernel.ids import iso
from opencobrowse.services.links import Links
from opencobrowse.services.notices.notifications import NEEDED, Verdict
from opencobrowse.wire import events
from opencobrowse.wire import notifications as wire

_BODIES: Final[dict[Template, Any]] = {
    Template.USER_CONVERSATIONS: events.Conversation,
    Template.USER_SESSIONS: events.CobrowseConversation,
    Template.QUEUE_SESSIONS: events.CobrowseConversation,
    Template.CONFIGURATIONS: events.ConfigurationChange,
    Template.DEPLOYMENTS: events.DeploymentChange,
    Template.METADATA: events.Said,
}


def channel(found: Channel, links: Links, own: bool) -> wire.Channel:
    """`own`: of the caller's very token; of another one no more is shown than that it is there."""
    return wire.Channel(
        expires=iso(found.expires_at),
        id=found.id if own else UNSET,
        connect_uri=links.channel(found.id) if own else UNSET,
    )


def subscribed(topics: Sequence[str]) -> wire.ChannelTopicListing:
    return wire.ChannelTopicListing(entities=[wire.ChannelTopic(id=t, state="Permitted") for t in topics])


def topics(verdicts: Sequence[Verdict]) -> wire.ChannelTopicListing:
    return wire.ChannelTopicListing(entities=[_topic(verdict) for verdict in verdicts])


def available_topics(with_schema: bool) -> wire.AvailableTopicListing:
    return wire.AvailableTopicListing(entities=[_available(template, with_schema) for template in Template])


def _topic(verdict: Verdict) -> wire.ChannelTopic:
    if verdict.refusal is None:
        return wire.ChannelTopic(id=verdict.text, state="Permitted")
    return wire.ChannelTopic(
        id=verdict.text,
        state="Rejected",
        rejection_reason=verdict.refusal.message,
        missing_permissions=list(verdict.missing) or None,
    )


def _available(template: Template, with_schema: bool) -> wire.AvailableTopic:
    body = _BODIES.get(template, events.SystemMessage)
    return wire.AvailableTopic(
        id=template.text,
        description=template.about,
        requires_permissions=list(NEEDED.get(template, ())),
        requires_current_user_or_permission=template.subject is Subject.USER,
        enforced=template in NEEDED,
        visibility="Public",
        transports=["Websocket"],
        topic_parameters=["id"] if template.takes_id else [],
        schema=msgspec.json.schema(body) if with_schema else UNSET,
    )
