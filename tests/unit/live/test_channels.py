"""Sockets of notification channels: what they hear, when they end, and that nobody harms the others
(field.md C5, I10, I11, B5)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from picows import WSMsgType

from opencobrowse.domain.conversation import ConversationMove, move
from opencobrowse.domain.deployment import CobrowseSettings, Configuration, Deployment
from opencobrowse.domain.notification import Channel
from opencobrowse.domain.people import Token, User
from opencobrowse.domain.session import EndReason, FormerAgent, SessionMove, apply
from opencobrowse.kernel import limits
from opencobrowse.kernel.secrets import Secret
from opencobrowse.live.channel import ChannelSocket
from opencobrowse.live.closing import Close
from opencobrowse.ports.store import Delete, Put
from opencobrowse.services.permissions import ALL, CONVERSATION_READ
from tests.unit.live.newsroom import DAY, Newsroom, bodies_of, topics_of

Story = Callable[[Newsroom], Awaitable[None]]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path)
    yield made
    made.file.close()


def tell(story: Story, room: Newsroom) -> None:
    async def main() -> None:
        await asyncio.wait_for(story(room), 60)

    asyncio.run(main())


def said(text: bytes, kind: WSMsgType = WSMsgType.TEXT, fin: bool = True) -> Any:
    """A frame as picows hands it over."""
    return SimpleNamespace(
        msg_type=kind, fin=fin, rsv1=False, rsv2=False, rsv3=False,
        get_payload_as_bytes=lambda: text, get_payload_as_memoryview=lambda: memoryview(text),
    )  # fmt: skip


def say(socket: ChannelSocket, text: bytes, **how: Any) -> None:
    socket.on_ws_frame(cast(Any, None), said(text, **how))


# -- what is heard -------------------------------------------------------------------------------------------


def test_a_session_is_told_from_offer_to_end_in_order(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        agent = await room.person()
        topic = f"v2.users.{agent.user_id}.conversations.cobrowseSessions"
        _, heard = await room.hear(await room.channel(agent, topic))
        session = await room.session(await room.conversation(agent.user_id or ""))
        now = room.clock.now()
        session = await room.put(replace(apply(session, SessionMove.ACCEPT, now), accepted_at=now))
        await room.put(apply(session, SessionMove.END, now + 5, EndReason.CUSTOMER))
        await room.settle()
        people = [body["participants"] for body in bodies_of(heard, topic)]
        assert [[p["state"] for p in each] for each in people] == [
            ["offering"] * 2, ["connected"] * 2, ["disconnected"] * 2,
        ]  # fmt: skip
        assert [p["cobrowseRole"] for p in people[0]] == ["viewer", "sharer"]
        assert [p.get("viewerUrl") for p in people[0]] == [
            f"https://cobrowse.example/console/sessions/{session.id}", None,
        ]  # fmt: skip
        assert people[2][0]["disconnectType"] == "client"

    tell(story, room)


def test_a_body_is_of_its_own_commit_though_the_next_one_is_stored_already(room: Newsroom) -> None:
    """All commits before the first event is made: each event shows its own state, none is skipped."""

    async def story(room: Newsroom) -> None:
        agent = await room.person()
        topic = f"v2.users.{agent.user_id}.conversations"
        _, heard = await room.hear(await room.channel(agent, topic))
        release = room.hold()
        found = await room.conversation(agent.user_id or "")
        session = await room.session(found)
        await room.put(apply(session, SessionMove.DECLINE, 1, EndReason.DECLINED))
        for number in range(10):
            who = replace(found.participants[0], attributes={"step": str(number)})
            found = await room.put(replace(found, participants=(who, *found.participants[1:])))
        assert topics_of(heard) == []
        release()
        await room.settle()
        bodies = bodies_of(heard, topic)
        states = [[s["state"] for s in b["participants"][0]["cobrowsesessions"]] for b in bodies]
        assert states == [[], ["offering"], *[["disconnected"]] * 11]
        steps = [b["participants"][0]["attributes"].get("step") for b in bodies]
        assert steps == [None, None, None, *map(str, range(10))]

    tell(story, room)


def test_a_conversation_and_its_session_in_one_commit_are_one_event(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        agent = await room.person()
        topic = f"v2.users.{agent.user_id}.conversations"
        _, heard = await room.hear(await room.channel(agent, topic))
        found = await room.conversation(agent.user_id or "")
        session = await room.session(found)
        now = room.clock.now() + 1
        over = apply(session, SessionMove.END, now, EndReason.CONVERSATION_ENDED)
        await room.store.commit(*map_put([move(found, ConversationMove.DISCONNECT, now), over]))
        await room.settle()
        last = bodies_of(heard, topic)[-1]["participants"][0]
        assert len(bodies_of(heard, topic)) == 3
        assert (last["cobrowsesessions"][0]["state"], "endTime" in last) == ("disconnected", True)

    tell(story, room)


def map_put(records: list[Any]) -> list[Any]:
    return [Put(record) for record in records]


def test_a_transfer_is_told_to_the_old_agent_and_to_the_new_one(room: Newsroom) -> None:
    """The old agent hears that they are out, and nothing of what comes after."""

    async def story(room: Newsroom) -> None:
        old, new = await room.person(), await room.person()
        kind = "conversations.cobrowseSessions"
        ears = []
        for who in (old, new):
            topics = [f"v2.users.{who.user_id}.{kind}", f"v2.users.{who.user_id}.conversations"]
            ears.append((await room.hear(await room.channel(who, *topics)))[1])
        found = await room.conversation(old.user_id or "")
        session = await room.session(found)
        session = await room.put(replace(apply(session, SessionMove.ACCEPT, 5), accepted_at=5))
        now = room.clock.now() + 10
        first = found.participants[0]
        second = replace(first, id="new", user_id=new.user_id)
        found = replace(
            found, updated_at=now,
            participants=(replace(first, left_at=now, transferred=True), *found.participants[1:], second),
        )  # fmt: skip
        former = FormerAgent(old.user_id or "", first.id, session.created_at, now)
        session = replace(
            session, agent_user_id=new.user_id or "", agent_participant_id="new", agent_since=now,
            former_agents=(former,),
        )  # fmt: skip
        await room.store.commit(*map_put([found, session]))
        await room.settle()
        for who, ear, before in ((old, ears[0], 2), (new, ears[1], 0)):
            bodies = bodies_of(ear, f"v2.users.{who.user_id}.{kind}")
            assert len(bodies) == before + 1
            states = {p["id"]: (p["state"], p.get("disconnectType")) for p in bodies[-1]["participants"]}
            assert states[first.id] == ("disconnected", "transfer")
            assert states["new"] == ("connected", None)
            links = {p["id"]: p.get("viewerUrl") for p in bodies[-1]["participants"]}
            assert (links[first.id], links["new"] is not None) == (None, True)
        await room.put(apply(replace(session, version=session.version + 1), SessionMove.END, now + 1))
        await room.settle()
        assert len(bodies_of(ears[0], f"v2.users.{old.user_id}.{kind}")) == 3
        assert len(bodies_of(ears[1], f"v2.users.{new.user_id}.{kind}")) == 2
        assert len(bodies_of(ears[0], f"v2.users.{old.user_id}.conversations")) == 4

    tell(story, room)


def test_a_transfer_in_a_conversation_that_was_not_known_before(room: Newsroom) -> None:
    """The channel came later than the session, or the server was restarted in between."""

    async def story(room: Newsroom) -> None:
        old, new = await room.person(), await room.person()
        found = await room.conversation(old.user_id or "")
        session = await room.session(found)
        topic = f"v2.users.{old.user_id}.conversations.cobrowseSessions"
        _, heard = await room.hear(await room.channel(old, topic))
        now = room.clock.now() + 10
        former = FormerAgent(old.user_id or "", session.agent_participant_id, session.created_at, now)
        await room.put(
            replace(session, agent_user_id=new.user_id or "", agent_since=now, former_agents=(former,))
        )
        await room.settle()
        assert len(bodies_of(heard, topic)) == 1

    tell(story, room)


def test_a_queue_is_the_one_that_the_conversation_names(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        program, agent = await room.program(), await room.user()
        topic = "v2.routing.queues.q-1.conversations.cobrowseSessions"
        _, heard = await room.hear(await room.channel(program, topic))
        await room.session(await room.conversation(agent.id, queueId="q-1"))
        await room.session(await room.conversation(agent.id, queueId="q-2"))
        await room.session(await room.conversation(agent.id, queueId=["q-1"]))
        await room.settle()
        assert [b["participants"][0]["queue"] for b in bodies_of(heard, topic)] == [{"id": "q-1"}]

    tell(story, room)


def test_another_organisation_hears_nothing_of_a_queue_of_the_same_name(room: Newsroom) -> None:
    """I10."""

    async def story(room: Newsroom) -> None:
        stranger, agent = await room.program(org="strangers"), await room.user()
        topic = "v2.routing.queues.q-1.conversations.cobrowseSessions"
        _, heard = await room.hear(await room.channel(stranger, topic))
        await room.session(await room.conversation(agent.id, queueId="q-1"))
        await room.settle()
        assert topics_of(heard) == []

    tell(story, room)


def test_configurations_and_deployments(room: Newsroom) -> None:
    """A publication is told to those who follow the configuration, or a deployment that uses it."""

    async def story(room: Newsroom) -> None:
        program = await room.program()
        made = await room.put(Configuration("c", "org", "C", 1, 1))
        deployment = await room.put(Deployment("d", "org", "D", "c", Secret("x"), 1, 1))
        names = ["v2.webdeployments.configurations.c", "v2.webdeployments.deployments.d"]
        _, heard = await room.hear(await room.channel(program, *names))
        await room.put(replace(made, published=CobrowseSettings(), published_version=1))
        await room.put(replace(deployment, status="Inactive"))
        await room.store.commit(Delete(Deployment, "d"), Delete(Configuration, "c"))
        await room.settle()
        active = {"id": "c", "version": "1", "status": "Active"}
        assert bodies_of(heard, names[0]) == [active, {"id": "c", "version": "DRAFT", "status": "Deleting"}]
        assert bodies_of(heard, names[1]) == [
            {"id": "d", "status": "Active", "configuration": active},
            {"id": "d", "status": "Inactive", "configuration": active},
            {"id": "d", "status": "Deleting"},
        ]

    tell(story, room)


def test_subscriptions_count_from_the_moment_they_are_set(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        agent = await room.person()
        topic = f"v2.users.{agent.user_id}.conversations"
        channel = await room.channel(agent)
        _, heard = await room.hear(channel)
        for wish in ((topic,), (), (topic,)):
            await room.notifications.replace(agent, channel.id, wish)
            await room.conversation(agent.user_id or "")
        await room.settle()
        assert topics_of(heard) == [topic, topic]

    tell(story, room)


# -- one socket ----------------------------------------------------------------------------------------------


def test_a_ping_is_answered_and_anything_else_is_told_apart(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        socket, heard = await room.hear(await room.channel(await room.program()))
        for text in (b'{"message":"ping"}', b'{"message":"subscribe","topics":[]}', b"{", b"\xff", b'"ping"'):
            say(socket, text)
        say(socket, b'{"message":', fin=False)
        say(socket, b'"ping"}', kind=WSMsgType.CONTINUATION)
        heartbeat, pong, *refused, again = heard.told
        assert heartbeat["eventBody"] == {"message": "WebSocket Heartbeat"}
        assert pong == again == {"topicName": "channel.metadata", "eventBody": {"message": "pong"}}
        assert [r["result"] for r in refused] == ["400"] * 4
        assert heard.code is None

    tell(story, room)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([(b"x" * (limits.CHANNEL_FRAME_BYTES + 1), WSMsgType.TEXT, True)], Close.TOO_LARGE),
        ([(b"x" * 40_000, WSMsgType.TEXT, False), (b"x" * 40_000, WSMsgType.CONTINUATION, True)],
         Close.TOO_LARGE),
        ([(b"x", WSMsgType.BINARY, True)], Close.PROTOCOL),
        ([(b"x", WSMsgType.CONTINUATION, True)], Close.PROTOCOL),
        ([(b"x", WSMsgType.TEXT, False), (b"x", WSMsgType.TEXT, True)], Close.PROTOCOL),
        ([(b'{"message":"ping"}', WSMsgType.TEXT, True)] * 60, Close.TOO_MANY),
    ],
)  # fmt: skip
def test_what_is_closed(room: Newsroom, frames: list[tuple[bytes, WSMsgType, bool]], code: Close) -> None:
    async def story(room: Newsroom) -> None:
        socket, heard = await room.hear(await room.channel(await room.program()))
        for text, kind, fin in frames:
            say(socket, text, kind=kind, fin=fin)
        assert heard.code == code
        await room.settle()
        assert room.channels.sockets == set()

    tell(story, room)


def test_a_heartbeat_every_thirty_seconds_and_the_silent_are_cut(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        _, heard = await room.hear(await room.channel(await room.program()))
        for _ in range(90):
            await room.tick()
        assert len(heard.told) == 1 + 3
        for _ in range(40):
            await room.tick(alive=False)
        assert (heard.code, heard.aborted) == (Close.NO_PONG, True)

    tell(story, room)


def test_the_newest_socket_of_a_channel_takes_over(room: Newsroom) -> None:
    """As on the platform: one connection a channel."""

    async def story(room: Newsroom) -> None:
        agent = await room.person()
        channel = await room.channel(agent, f"v2.users.{agent.user_id}.conversations")
        _, first = await room.hear(channel)
        _, second = await room.hear(channel)
        assert topics_of(first) == [f"v2.system.no_longer_subscribed.{channel.id}"]
        assert first.told[-1]["eventBody"]["reason"] == "another_channel_subscribed"
        assert first.code == Close.TAKEN_OVER
        await room.conversation(agent.user_id or "")
        await room.settle()
        assert len(topics_of(second)) == 1
        assert len(topics_of(first)) == 1

    tell(story, room)


# -- ends ----------------------------------------------------------------------------------------------------


def test_an_expired_channel_is_announced_closed_and_gone(room: Newsroom) -> None:
    """24 hours, a warning a minute before; the record is pruned."""

    async def story(room: Newsroom) -> None:
        program = await room.program()
        channel = await room.channel(program)
        _, heard = await room.hear(channel)
        await room.tick((DAY - limits.CHANNEL_WARNING_MS) / 1000 - 1)
        assert topics_of(heard) == []
        await room.tick(1)
        await room.tick(1)
        assert topics_of(heard) == ["v2.system.socket_closing"]
        await room.tick(60)
        assert topics_of(heard)[1:] == [f"v2.system.no_longer_subscribed.{channel.id}"]
        assert heard.code == Close.ENDED
        with pytest.raises(Exception, match="There is no channel"):
            await room.notifications.get(program, channel.id)
        await room.store.prune(room.clock.now())
        assert await room.store.get(Channel, channel.id) is None
        _, late = await room.hear(channel)
        assert (late.code, topics_of(late)) == (
            Close.ENDED, [f"v2.system.no_longer_subscribed.{channel.id}"],
        )  # fmt: skip

    tell(story, room)


def test_subscribing_again_renews_a_channel(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        program = await room.program()
        channel = await room.channel(program)
        _, heard = await room.hear(channel)
        for _ in range(5):
            await room.tick(DAY / 2000)
            await room.notifications.add(program, channel.id, ["channel.metadata"])
            await room.settle()
        assert heard.code is None
        assert (await room.notifications.get(program, channel.id)).expires_at == room.clock.now() + DAY

    tell(story, room)


def test_a_channel_goes_on_with_a_newer_token_of_its_owner(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        first = await room.program(life=DAY // 2)
        channel = await room.channel(first, "channel.metadata")
        _, heard = await room.hear(channel)
        await room.tick(DAY / 2000 - 30)
        assert topics_of(heard) == ["v2.system.socket_closing"]
        second = await room.program()
        await room.notifications.replace(second, channel.id, ["channel.metadata"])
        await room.tick(60)
        assert heard.code is None

    tell(story, room)


def test_an_expired_token_closes_the_socket(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        channel = await room.channel(await room.program(life=3_600_000))
        _, heard = await room.hear(channel)
        await room.tick(3600)
        assert topics_of(heard)[-1] == f"v2.system.token_revoked.{channel.id}"
        assert heard.code == Close.REVOKED

    tell(story, room)


def test_a_revoked_token_closes_its_channels_and_no_others(room: Newsroom) -> None:
    """B5: the system topic first, then the close, with nothing to wait for."""

    async def story(room: Newsroom) -> None:
        gone, stays = await room.program(), await room.program()
        channel = await room.channel(gone)
        _, heard = await room.hear(channel)
        _, other = await room.hear(await room.channel(stays))
        await room.store.commit(Delete(Token, gone.token_id))
        await room.settle()
        assert topics_of(heard) == [f"v2.system.token_revoked.{channel.id}"]
        assert heard.told[-1]["eventBody"]["systemTopicType"] == "token_revoked"
        assert (heard.code, other.code) == (Close.REVOKED, None)
        _, late = await room.hear(channel)
        assert (late.code, topics_of(late)) == (Close.REVOKED, topics_of(heard))

    tell(story, room)


def test_a_permission_that_is_taken_away_closes_the_socket(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        colleague = await room.user()
        boss = await room.person(permissions=frozenset({CONVERSATION_READ}))
        channel = await room.channel(boss, f"v2.users.{colleague.id}.conversations")
        _, heard = await room.hear(channel)
        found = await room.store.get(User, boss.user_id or "")
        assert found is not None
        await room.put(replace(found, name="Renamed"))
        await room.settle()
        assert heard.code is None
        await room.put(replace(found, version=found.version + 1, permissions=frozenset()))
        await room.conversation(colleague.id)
        await room.settle()
        assert topics_of(heard) == [f"v2.system.no_longer_subscribed.{channel.id}"]
        assert heard.code == Close.REVOKED

    tell(story, room)


def test_what_an_operator_does_beside_the_server_is_seen_by_the_next_heartbeat(room: Newsroom) -> None:
    """`opencobrowse client delete` and the like commit in a process of their own: nothing is told here."""

    async def story(room: Newsroom) -> None:
        program, boss = await room.program(), await room.person(permissions=frozenset({CONVERSATION_READ}))
        colleague = await room.user()
        _, ended = await room.hear(await room.channel(program))
        _, narrowed = await room.hear(await room.channel(boss, f"v2.users.{colleague.id}.conversations"))
        _, other = await room.hear(await room.channel(await room.program()))
        found = await room.file.get(User, boss.user_id or "")
        assert found is not None
        await room.file.commit(Delete(Token, program.token_id), Put(replace(found, permissions=frozenset())))
        for _ in range(limits.CHANNEL_HEARTBEAT_SECONDS):
            await room.tick()
        assert (ended.code, narrowed.code, other.code) == (Close.REVOKED, Close.REVOKED, None)
        assert topics_of(ended)[0].startswith("v2.system.token_revoked.")
        assert topics_of(narrowed)[0].startswith("v2.system.no_longer_subscribed.")

    tell(story, room)


def test_the_twenty_first_channel_replaces_one_without_a_socket_first(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        program = await room.program()
        made = []
        for _ in range(limits.CHANNELS_PER_OWNER):
            made.append(await room.channel(program))
            room.clock.advance(1000)
        ears = [await room.hear(channel) for channel in (made[0], made[1])]
        await room.channel(program)
        ids = {c.id for c in await room.notifications.find(program)}
        assert len(ids) == limits.CHANNELS_PER_OWNER
        assert made[2].id not in ids
        for channel in made[3:]:
            ears.append(await room.hear(channel))
        newest = await room.channel(program)
        ears.append(await room.hear(newest))
        ids = {c.id for c in await room.notifications.find(program)}
        assert {made[0].id, made[1].id, newest.id} <= ids
        await room.channel(program)
        await room.settle()
        heard = ears[0][1]
        assert topics_of(heard) == [f"v2.system.no_longer_subscribed.{made[0].id}"]
        assert (heard.code, ears[1][1].code) == (Close.ENDED, None)
        assert len(await room.notifications.find(program)) == limits.CHANNELS_PER_OWNER

    tell(story, room)


def test_many_channels_at_once_stay_within_the_limit(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        program = await room.program()
        await asyncio.gather(*(room.notifications.create(program) for _ in range(60)))
        assert 1 <= len(await room.notifications.find(program)) <= limits.CHANNELS_PER_OWNER

    tell(story, room)


def test_a_stop_is_announced(room: Newsroom) -> None:
    """F10."""

    async def story(room: Newsroom) -> None:
        _, heard = await room.hear(await room.channel(await room.program()))
        room.channels.drain()
        room.channels.drain()
        async with asyncio.timeout(10):
            while room.channels.sockets:
                await asyncio.sleep(0)
        assert topics_of(heard) == ["v2.system.socket_closing"]
        assert heard.code == Close.RESTARTING

    tell(story, room)


# -- bounds --------------------------------------------------------------------------------------------------


def test_a_reader_that_does_not_drain_is_closed_and_the_others_hear_everything(room: Newsroom) -> None:
    """I11: bounded, and clear about it."""

    async def story(room: Newsroom) -> None:
        agent = await room.user()
        topic = f"v2.users.{agent.id}.conversations"
        stuck, slow = await room.hear(await room.channel(await room.program(), topic))
        _, heard = await room.hear(await room.channel(await room.program(), topic))
        stuck.pause_writing()
        for _ in range(1000):
            await room.conversation(agent.id)
        await room.settle()
        assert len(topics_of(heard)) == 1000
        assert sum(len(json.dumps(m)) for m in slow.told) < 2 * limits.CHANNEL_QUEUE_BYTES
        assert (slow.code, slow.aborted) == (Close.SLOW, True)

    tell(story, room)


def test_a_reader_that_stands_still_is_closed_though_little_is_told(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        stuck, heard = await room.hear(await room.channel(await room.program()))
        stuck.pause_writing()
        for _ in range(int(limits.STALL_SECONDS)):
            await room.tick()
        assert (heard.code, heard.aborted) == (Close.SLOW, True)

    tell(story, room)


def test_what_cannot_be_told_in_time_closes_all_rather_than_skip(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I11: the queue of commits is bounded as well."""
    monkeypatch.setattr(limits, "CHANNEL_BACKLOG", 5)

    async def story(room: Newsroom) -> None:
        _, heard = await room.hear(await room.channel(await room.program()))
        for _ in range(6):
            room.channels.committed(())
        await room.settle()
        assert heard.code == Close.SLOW

    tell(story, room)


def test_nobody_listens_nothing_is_done(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        await room.channel(await room.program())
        await room.conversation((await room.user()).id)
        assert not room.channels.busy

    tell(story, room)


def test_every_permission_is_enough_for_every_topic(room: Newsroom) -> None:
    async def story(room: Newsroom) -> None:
        program, user = await room.program(permissions=ALL), await room.user()
        names = [f"v2.users.{user.id}.conversations", "v2.routing.queues.x.conversations.cobrowseSessions"]
        verdicts = await room.notifications.judge(program, "channel", [*names, *names])
        assert [(v.text, v.refusal) for v in verdicts] == [(name, None) for name in names]

    tell(story, room)
