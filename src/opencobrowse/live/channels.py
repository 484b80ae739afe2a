"""All open sockets of notification channels: who hears which topic, and the end of each (field.md C5).

What was committed, and who came, is worked off one after the other by one task. So a channel hears of every
commit after its subscriptions were set, in the order of the commits, and no request waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Literal

import msgspec

from opencobrowse.domain.notification import Channel
from opencobrowse.domain.people import Token, User
from opencobrowse.domain.topics import Template
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Fault, Unauthenticated, Unavailable
from opencobrowse.kernel.ids import new_id
from opencobrowse.live import heartbeat
from opencobrowse.live.channel import HEARTBEAT, ChannelSocket, encode
from opencobrowse.live.closing import Close
from opencobrowse.live.sockets import DRAIN_STEP_SECONDS, batch_of
from opencobrowse.ports.store import Change, Delete
from opencobrowse.services.notices.news import Event, News
from opencobrowse.services.notices.notifications import Listening, Notifications
from opencobrowse.wire import events

log = logging.getLogger("opencobrowse.live")

Work = Callable[[], Awaitable[None]]
Reason = Literal["another_channel_subscribed", "user_tokens_revoked"] | None
_REPLACED: Final = "another socket of the channel was opened"


class Channels:
    """`ports.feed.Feed` and `ports.feed.Listeners`. Built before the services; `bind` gives it those that it
    calls. A channel has one socket: the newest takes over, as on the platform."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.sockets: set[ChannelSocket] = set()
        self._open: dict[str, ChannelSocket] = {}
        self._hearing: dict[str, set[ChannelSocket]] = {}
        self._todo: deque[Work] = deque()
        self._task: asyncio.Task[None] | None = None
        self.draining = False

    def bind(self, notifications: Notifications, news: News) -> None:
        self._notifications = notifications
        self._news = news

    @property
    def busy(self) -> bool:
        """Whether something is still to be told."""
        return self._task is not None

    # -- ports.feed ----------------------------------------------------------------------------------------

    def committed(self, changes: tuple[Change, ...]) -> None:
        if self.sockets:
            self._later(lambda: self._take_note(changes))

    def listening(self, channel_id: str) -> bool:
        return channel_id in self._open

    # -- sockets -------------------------------------------------------------------------------------------

    def opened(self, channel: ChannelSocket) -> None:
        self.sockets.add(channel)
        self._later(lambda: self._attach(channel))

    def gone(self, channel: ChannelSocket) -> None:
        self.sockets.discard(channel)
        self._detach(channel)
        if not self.sockets:
            self._news.forget()

    async def _attach(self, channel: ChannelSocket) -> None:
        """The socket hears what its channel may be told, or why it may not."""
        if not await self._tune(channel):
            return
        before = self._open.get(channel.channel_id)
        if before is not None and before is not channel:
            self._detach(before)
            self._notice(before, Template.NO_LONGER_SUBSCRIBED, _REPLACED, "another_channel_subscribed")
            before.close(Close.TAKEN_OVER, _REPLACED)
        self._open[channel.channel_id] = channel
        channel.tell(HEARTBEAT)

    async def _tune(self, channel: ChannelSocket) -> bool:
        """Read anew what the channel may be told. False: nothing, and it was told so."""
        try:
            listening = await self._notifications.listen(channel.channel_id)
        except Unavailable as fault:
            channel.close(Close.INTERNAL, fault.message)
            return False
        except Fault as fault:
            self._turn_away(channel, fault)
            return False
        if channel.gone or channel.closing:
            return False
        self._unhear(channel)
        channel.listening, channel.warned = listening, False
        for topic in listening.channel.topics:
            self._hearing.setdefault(topic, set()).add(channel)
        return True

    def _detach(self, channel: ChannelSocket) -> None:
        self._unhear(channel)
        if self._open.get(channel.channel_id) is channel:
            del self._open[channel.channel_id]

    def _unhear(self, channel: ChannelSocket) -> None:
        for topic in channel.listening.channel.topics if channel.listening else ():
            hearing = self._hearing.get(topic, set())
            hearing.discard(channel)
            if not hearing:
                self._hearing.pop(topic, None)

    # -- what was committed --------------------------------------------------------------------------------

    async def _take_note(self, changes: tuple[Change, ...]) -> None:
        for change in changes:
            if isinstance(change, Delete):
                self._lost(change)
            elif isinstance(change.record, Channel) and change.record.id in self._open:
                await self._tune(self._open[change.record.id])
            elif isinstance(change.record, User):
                await self._retune(change.record.id)
        correlation_id = new_id()
        for event in await self._news.of(changes, self._hearing.__contains__):
            self._publish(event, correlation_id)

    def _lost(self, change: Delete) -> None:
        """A channel made way for a newer one, or its token was revoked: at once (B5)."""
        if change.kind is Channel and change.id in self._open:
            self._end(self._open[change.id], Template.NO_LONGER_SUBSCRIBED, "a newer channel took its place",
                      reason="another_channel_subscribed")  # fmt: skip
        elif change.kind is Token:
            for channel in [*self._open.values()]:
                if channel.listening is not None and channel.listening.channel.token_id == change.id:
                    self._end(channel, Template.TOKEN_REVOKED, "the access token was revoked",
                              reason="user_tokens_revoked")  # fmt: skip

    async def _retune(self, user_id: str) -> None:
        """A person was changed: whoever may be told less now is told nothing more."""
        for channel in [*self._open.values()]:
            if channel.listening is not None and channel.listening.channel.user_id == user_id:
                await self._tune(channel)

    async def _look_after(self, channel: ChannelSocket, listening: Listening) -> None:
        """What an operator's command does to the store beside this process is told by nobody."""
        try:
            now = await self._notifications.permissions(listening.channel)
        except Unavailable:
            return
        except Fault as fault:
            self._turn_away(channel, fault)
            return
        if now != listening.permissions and self._open.get(channel.channel_id) is channel:
            await self._tune(channel)

    def _publish(self, event: Event, correlation_id: str) -> None:
        body = msgspec.Raw(encode(event.body))
        for topic in event.topics:
            frame = _frame(topic, body, correlation_id)
            for channel in [*self._hearing.get(topic, ())]:
                listening = channel.listening
                if listening is not None and event.org_id in (None, listening.channel.org_id):
                    channel.tell(frame)

    # -- ends ----------------------------------------------------------------------------------------------

    def _turn_away(self, channel: ChannelSocket, fault: Fault) -> None:
        ended = isinstance(fault, Unauthenticated)
        code = Close.ENDED if fault.code == "notification.channel.not.found" else Close.REVOKED
        topic = Template.TOKEN_REVOKED if ended else Template.NO_LONGER_SUBSCRIBED
        self._end(channel, topic, fault.message, code)

    def _end(
        self,
        channel: ChannelSocket,
        topic: Template,
        why: str,
        code: Close | None = None,
        reason: Reason = None,
    ) -> None:
        self._detach(channel)
        self._notice(channel, topic, why, reason)
        channel.close(code or (Close.REVOKED if topic is Template.TOKEN_REVOKED else Close.ENDED), why)

    def _notice(self, channel: ChannelSocket, topic: Template, why: str, reason: Reason = None) -> None:
        """The system topic that comes before a socket's end."""
        known = channel.listening.channel if channel.listening else None
        body = events.SystemMessage(
            message=why,
            channel_id=channel.channel_id,
            organization_id=known.org_id if known else None,
            user_id=known.user_id if known else None,
            reason=reason,
        )
        if topic is Template.TOKEN_REVOKED:
            body.system_topic_type = "token_revoked"
        elif topic is Template.NO_LONGER_SUBSCRIBED:
            body.system_topic_type = "no_longer_subscribed"
        channel.tell(_frame(topic.of(channel.channel_id), msgspec.Raw(encode(body)), new_id()))

    def tick(self) -> None:
        """Once a second: is it alive, has its time come."""
        now = self._clock.now()
        for channel in [*self.sockets]:
            heartbeat.check(channel)
            listening = channel.listening
            if listening is None or channel.closing:
                continue
            if now >= listening.until:
                self._expire(channel, listening)
                continue
            if now >= listening.until - limits.CHANNEL_WARNING_MS and not channel.warned:
                channel.warned = True
                self._notice(channel, Template.SOCKET_CLOSING, _soon(listening))
            if channel.age % limits.CHANNEL_HEARTBEAT_SECONDS == 0:
                channel.tell(HEARTBEAT)
                self._later(partial(self._look_after, channel, listening))

    def _expire(self, channel: ChannelSocket, listening: Listening) -> None:
        if listening.token_until <= listening.channel.expires_at:
            self._end(channel, Template.TOKEN_REVOKED, "the access token has expired")
        else:
            self._end(channel, Template.NO_LONGER_SUBSCRIBED, "the channel has expired")

    def drain(self) -> None:
        """The server stops. Asked again, nothing more happens."""
        if not self.draining:
            self.draining = True
            self._drainer = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        """Say so and close, a few at a time (F10). The same `connectUri` works with the next server."""
        left = [*self.sockets]
        batch = batch_of(len(left))
        while left:
            for channel in left[:batch]:
                self._notice(channel, Template.SOCKET_CLOSING, "the server is restarting")
                channel.close(Close.RESTARTING, "restarting")
            del left[:batch]
            await asyncio.sleep(DRAIN_STEP_SECONDS)

    # -- one after the other -------------------------------------------------------------------------------

    def _later(self, work: Work) -> None:
        if len(self._todo) >= limits.CHANNEL_BACKLOG:
            self._give_up()
        self._todo.append(work)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._todo:
                try:
                    await self._todo.popleft()()
                except Exception:
                    log.exception("a notification failed")
        finally:
            self._task = None

    def _give_up(self) -> None:
        """More is committed than can be told: nobody is left to believe that they heard everything (I11)."""
        self._todo.clear()
        for channel in [*self.sockets]:
            channel.close(Close.SLOW, "too much happens to be told")
        log.error("notifications fell behind: all channels were closed")


def _frame(topic: str, body: msgspec.Raw, correlation_id: str) -> bytes:
    return encode(
        events.Frame(
            topic_name=topic,
            version=events.VERSION,
            event_body=body,
            metadata=events.Metadata(correlation_id),
        )
    )


def _soon(listening: Listening) -> str:
    if listening.token_until <= listening.channel.expires_at:
        return "the access token expires within a minute: set the subscriptions with a new one"
    return "the channel expires within a minute: set its subscriptions again"
