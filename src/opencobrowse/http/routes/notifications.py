"""Notification channels, their subscriptions and the topics there are (field.md C5)."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, delete, get, head, post, put
from litestar.params import FromPath, JSONBody

from opencobrowse.domain import notification as domain
from opencobrowse.http import notifications as mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.framework import Nothing
from opencobrowse.http.problems import AnyRequest
from opencobrowse.http.query import choice, flag, words
from opencobrowse.services.core import Core
from opencobrowse.wire import notifications as wire

_BASE = "/api/v2/notifications"
_SUBSCRIPTIONS = f"{_BASE}/channels/{{channel_id:str}}/subscriptions"
_OWNERS: Final = ("token", "oauthclient")


def handlers(core: Core) -> list[Any]:
    def shown(channel: domain.Channel, token_id: str) -> wire.Channel:
        return mapping.channel(channel, core.links, channel.token_id == token_id)

    @get(f"{_BASE}/availabletopics")
    async def list_available_topics(request: AnyRequest) -> wire.AvailableTopicListing:
        """What can be subscribed to, and what it needs. `?expand=schema` adds the schema of the events."""
        await actor_of(request, core)
        flag(request, "includePreview")  # there are none
        return mapping.available_topics("schema" in words(request, "expand"))

    @post(f"{_BASE}/channels", status_code=200)
    async def create_channel(request: AnyRequest) -> wire.Channel:
        """A new channel: open a WebSocket at its `connectUri`. The 21st of a user and program replaces one:
        those without a socket go first, then the oldest."""
        actor = await actor_of(request, core)
        return shown(await core.notifications.create(actor), actor.token_id)

    @get(f"{_BASE}/channels")
    async def list_channels(request: AnyRequest) -> wire.ChannelListing:
        """The token's channels; `?includechannels=oauthclient` also shows that there are others."""
        actor = await actor_of(request, core)
        which = choice(request, "includechannels", _OWNERS, "token")
        found = await core.notifications.find(actor, which == "oauthclient")
        return wire.ChannelListing(entities=[shown(c, actor.token_id) for c in found])

    @head(f"{_BASE}/channels/{{channel_id:str}}")
    async def check_channel(request: AnyRequest, channel_id: FromPath[str]) -> None:
        """200 while the channel is there."""
        await core.notifications.get(await actor_of(request, core), channel_id)

    @get(_SUBSCRIPTIONS)
    async def list_subscriptions(request: AnyRequest, channel_id: FromPath[str]) -> wire.ChannelTopicListing:
        """What the channel is told."""
        channel = await core.notifications.get(await actor_of(request, core), channel_id)
        return mapping.subscribed(channel.topics)

    @post(_SUBSCRIPTIONS, status_code=200)
    async def add_subscriptions(
        request: AnyRequest, channel_id: FromPath[str], data: JSONBody[list[wire.ChannelTopicBody]]
    ) -> wire.ChannelTopicListing:
        """Subscribe to more topics, all or none; the channel lives another 24 hours. With
        `?ignoreErrors=true` to those that are possible; those of which the token may not be told, or whose id
        is nobody's, come back as `Rejected`."""
        actor = await actor_of(request, core)
        topics = [topic.id for topic in data]
        verdicts = await core.notifications.add(actor, channel_id, topics, flag(request, "ignoreErrors"))
        return mapping.topics(verdicts)

    @put(_SUBSCRIPTIONS)
    async def replace_subscriptions(
        request: AnyRequest, channel_id: FromPath[str], data: JSONBody[list[wire.ChannelTopicBody]]
    ) -> wire.ChannelTopicListing:
        """Subscribe to these topics and to no others; as when adding."""
        actor = await actor_of(request, core)
        topics = [topic.id for topic in data]
        verdicts = await core.notifications.replace(actor, channel_id, topics, flag(request, "ignoreErrors"))
        return mapping.topics(verdicts)

    @delete(_SUBSCRIPTIONS, status_code=200)
    async def delete_subscriptions(request: AnyRequest, channel_id: FromPath[str]) -> Response[None]:
        """End all subscriptions; the channel stays."""
        await core.notifications.clear(await actor_of(request, core), channel_id)
        return Nothing(200)

    return [list_available_topics, create_channel, list_channels, check_channel, list_subscriptions,
            add_subscriptions, replace_subscriptions, delete_subscriptions]  # fmt: skip
