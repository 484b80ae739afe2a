"""Notification channels over HTTP and a raw WebSocket (api.md section 2, field.md C5, I10, I11, B5)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.people import OAuthClient, Organization
from opencobrowse.kernel import limits
from opencobrowse.kernel.secrets import digest
from opencobrowse.ports.store import Put
from opencobrowse.services.permissions import ALL
from tests.support.live import PONG, TEXT, Closed, Peer, Stage, upgrade
from tests.support.server import Server, running
from tests.wild.checks import error_of

BASE = "/api/v2/notifications"
SECRET = "another-secret-0123456789abcdef"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def stage(server: Server) -> Iterator[Stage]:
    with Stage(server) as made:
        yield made


def channel_of(http: httpx.Client, *topics: str) -> dict[str, Any]:
    made = http.post(f"{BASE}/channels")
    assert made.status_code == 200, made.text
    channel: dict[str, Any] = made.json()
    if topics:
        answer = subscribe(http, channel["id"], *topics)
        assert answer.status_code == 200, answer.text
    return channel


def subscribe(http: httpx.Client, channel_id: str, *topics: str, **query: str) -> httpx.Response:
    path = f"{BASE}/channels/{channel_id}/subscriptions"
    return http.put(path, json=[{"id": topic} for topic in topics], params=query)


def topics_in(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return [(entity["id"], entity["state"]) for entity in answer.json()["entities"]]


def dial(uri: str, origin: str | None = None) -> Peer:
    """A socket of the channel that hears: its first frame has come."""
    status, peer = upgrade(uri, None, origin)
    assert status == 101
    heard(peer)
    return peer


def heard(peer: Peer, topic: str | None = None, timeout: float = 10) -> dict[str, Any]:
    """The next frame; of `topic`, if one is given."""
    deadline = time.monotonic() + timeout
    while True:
        opcode, payload = peer.read_frame(max(0.01, deadline - time.monotonic()))
        if opcode == TEXT:
            frame: dict[str, Any] = json.loads(payload)
            if topic in (None, frame["topicName"]):
                return frame
        else:
            peer.raw(PONG, payload)


def end_of(peer: Peer) -> tuple[list[str], Closed]:
    """What topics came until the socket was closed, and how it was."""
    topics = []
    with peer:
        while True:
            try:
                topics.append(heard(peer)["topicName"])
            except Closed as closed:
                return topics, closed


def two_topics(agent_id: str) -> tuple[str, str]:
    return f"v2.users.{agent_id}.conversations", f"v2.users.{agent_id}.conversations.cobrowseSessions"


def person(stage: Stage, *permissions: str) -> tuple[str, httpx.Client]:
    """A new user's id, and the user signed in."""
    email = f"{uuid.uuid4()}@example.com"
    made = stage.http.post(
        "/api/v2/users",
        json={"email": email, "name": "Pat", "password": "long enough 123", "permissions": permissions},
    )
    assert made.status_code in (200, 201), made.text
    url, headers = stage.server.url, {"Origin": stage.server.url}
    with httpx.Client(base_url=url, headers=headers) as door:
        wish = {"email": email, "password": "long enough 123"}
        signed = door.post("/api/v2/opencobrowse/signin", json=wish)
        assert signed.status_code == 200, signed.text
        cookies = door.cookies
    return made.json()["id"], httpx.Client(base_url=url, headers=headers, cookies=cookies, timeout=20)


# -- routes --------------------------------------------------------------------------------------------------


def test_a_channel_is_made_listed_and_checked(stage: Stage) -> None:
    http = stage.http
    made = channel_of(http)
    assert set(made) == {"id", "connectUri", "expires"}
    assert made["connectUri"].startswith(f"ws://127.0.0.1:{stage.server.port}/live/channels/{made['id']}/")
    assert made in http.get(f"{BASE}/channels").json()["entities"]
    assert made in http.get(f"{BASE}/channels", params={"includechannels": "token"}).json()["entities"]
    assert http.head(f"{BASE}/channels/{made['id']}").status_code == 200
    assert http.head(f"{BASE}/channels/{made['id'].upper()}").status_code == 200
    assert http.head(f"{BASE}/channels/{NOBODY}").status_code == 404


def test_channels_of_another_token_are_shown_without_their_ids(stage: Stage, server: Server) -> None:
    """As the platform's `includechannels` says; and no secret is derived from what is shown."""
    made = channel_of(stage.http)
    with server.client() as other:
        assert made["id"] not in other.get(f"{BASE}/channels").text
        listed = other.get(f"{BASE}/channels", params={"includechannels": "oauthclient"})
        assert {"expires": made["expires"]} in listed.json()["entities"]
        assert made["id"] not in listed.text


def test_subscriptions_are_added_replaced_listed_and_deleted(stage: Stage) -> None:
    http, channel = stage.http, channel_of(stage.http)
    first, second = two_topics(stage.agent_id)
    path = f"{BASE}/channels/{channel['id']}/subscriptions"
    assert topics_in(http.get(path)) == []
    assert topics_in(subscribe(http, channel["id"], first)) == [(first, "Permitted")]
    both = [(first, "Permitted"), (second, "Permitted")]
    assert topics_in(http.post(path, json=[{"id": second}, {"id": first}])) == both
    assert topics_in(http.get(path)) == both
    assert topics_in(http.put(path, json=http.get(path).json()["entities"][1:])) == both[1:]
    gone = http.delete(path)
    assert (gone.status_code, gone.content) == (200, b"")
    assert topics_in(http.get(path)) == []


def test_every_topic_there_is_can_be_subscribed_to(stage: Stage) -> None:
    listed = stage.http.get(f"{BASE}/availabletopics", params={"expand": "schema,description"}).json()[
        "entities"
    ]
    channel = channel_of(stage.http)
    ids = {
        "v2.users": stage.agent_id,
        "v2.routing": "sales",
        "v2.webdeployments.deployments": stage.deployment_id,
        "v2.webdeployments.configurations": stage.http.get(
            "/api/v2/webdeployments/configurations"
        ).json()["entities"][0]["id"],
        "v2.system": channel["id"],
        "channel": "",
    }  # fmt: skip
    topics = [
        t["id"].replace("{id}", next(i for start, i in ids.items() if t["id"].startswith(start)))
        for t in listed
    ]
    assert topics_in(subscribe(stage.http, channel["id"], *topics)) == [(t, "Permitted") for t in topics]
    assert all(t["schema"] and t["description"] and t["visibility"] == "Public" for t in listed)
    plain = stage.http.get(f"{BASE}/availabletopics").json()["entities"]
    assert [t["id"] for t in plain] == [t["id"] for t in listed]
    assert not any("schema" in t for t in plain)


def test_an_unknown_topic_is_named_with_the_nearest_and_all_there_are(stage: Stage) -> None:
    channel = channel_of(stage.http)
    first, _ = two_topics(stage.agent_id)
    answer = subscribe(stage.http, channel["id"], first, first.removesuffix("s"))
    error = error_of(answer, 400, "notification.topic.unknown")
    assert error["details"][0]["entityName"] == first
    assert "v2.routing.queues.{id}.conversations.cobrowseSessions" in error["message"]
    assert topics_in(stage.http.get(f"{BASE}/channels/{channel['id']}/subscriptions")) == []


def test_ignored_errors_come_back_as_rejected(stage: Stage) -> None:
    """`ignoreErrors` of the platform: what is possible is subscribed to, the rest says why not."""
    channel = channel_of(stage.http)
    first, _ = two_topics(stage.agent_id)
    wrong = f"v2.users.{NOBODY}.conversations"
    answer = subscribe(stage.http, channel["id"], first, wrong, ignoreErrors="true")
    assert topics_in(answer) == [(first, "Permitted"), (wrong, "Rejected")]
    assert NOBODY in answer.json()["entities"][1]["rejectionReason"]
    kept = stage.http.get(f"{BASE}/channels/{channel['id']}/subscriptions")
    assert topics_in(kept) == [(first, "Permitted")]
    no_topic = subscribe(stage.http, channel["id"], first.removesuffix("s"), ignoreErrors="true")
    error_of(no_topic, 400, "notification.topic.unknown")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "missing.body"), ({}, "invalid.value"), ([{}], "missing.field"),
        ([{"id": 5}], "invalid.value"),
        ([{"id": "channel.metadata", "to": 1}], "unknown.field"), (["channel.metadata"], "invalid.value"),
        ([{"id": ""}], "invalid.value"), ([{"id": "x" * 600}], "invalid.value"),
    ],
)  # fmt: skip
def test_a_bad_body_is_explained(stage: Stage, body: Any, code: str) -> None:
    channel = channel_of(stage.http)
    path = f"{BASE}/channels/{channel['id']}/subscriptions"
    content = b"" if body is None else json.dumps(body).encode()
    answer = stage.http.put(path, content=content, headers={"Content-Type": "application/json"})
    error_of(answer, 400, code)


@pytest.mark.parametrize("query", ["includechannels=all", "includechannels=token&includechannels=token"])
def test_a_query_that_means_nothing_is_refused(stage: Stage, query: str) -> None:
    error_of(stage.http.get(f"{BASE}/channels?{query}"), 400, "invalid.value")


def test_a_channel_has_a_thousand_topics(stage: Stage) -> None:
    channel = channel_of(stage.http)
    topics = [f"v2.routing.queues.q{n}.conversations.cobrowseSessions" for n in range(1000)]
    assert len(topics_in(subscribe(stage.http, channel["id"], *topics))) == 1000
    more = stage.http.post(
        f"{BASE}/channels/{channel['id']}/subscriptions", json=[{"id": "channel.metadata"}]
    )
    error_of(more, 400, "notification.topics.too.many")
    error_of(
        subscribe(stage.http, channel["id"], *topics, "channel.metadata"), 400, "notification.topics.too.many"
    )


# -- who may be told -----------------------------------------------------------------------------------------


def test_of_their_own_conversations_everybody_may_be_told_of_others_with_permission(stage: Stage) -> None:
    own_id, nobody = person(stage)
    _, reader = person(stage, "conversation:read")
    _, watcher = person(stage, "cobrowse:read")
    with nobody, reader, watcher:
        for client, allowed in ((nobody, (False, False)), (reader, (True, True)), (watcher, (False, True))):
            channel = channel_of(client)
            for topic, may in zip(two_topics(stage.agent_id), allowed, strict=True):
                answer = subscribe(client, channel["id"], topic)
                assert answer.status_code == (200 if may else 403), (topic, answer.text)
        own = channel_of(nobody)
        assert len(topics_in(subscribe(nobody, own["id"], *two_topics(own_id)))) == 2
        refused = subscribe(nobody, own["id"], f"v2.webdeployments.deployments.{stage.deployment_id}")
        error = error_of(refused, 403, "missing.permissions")
        assert "webDeployments:deployment:view" in error["message"]


def test_somebody_elses_channel_is_not_there(stage: Stage) -> None:
    """B4."""
    channel = channel_of(stage.http)
    _, other = person(stage, *sorted(ALL))
    with other:
        path = f"{BASE}/channels/{channel['id']}"
        assert other.head(path).status_code == 404
        for answer in (
            other.get(f"{path}/subscriptions"), other.delete(f"{path}/subscriptions"),
            other.put(f"{path}/subscriptions", json=[]), other.post(f"{path}/subscriptions", json=[]),
        ):  # fmt: skip
            error_of(answer, 404, "notification.channel.not.found")


def test_without_a_token_there_is_nothing(server: Server) -> None:
    with httpx.Client(base_url=server.url) as anybody:
        for method, path in (("GET", "availabletopics"), ("POST", "channels"), ("GET", "channels")):
            error_of(anybody.request(method, f"{BASE}/{path}"), 401, "authentication.required")


def test_another_organisations_ids_are_as_unknown_as_any(tmp_path: Path) -> None:
    """I10: the same refusal as for an id that never was, word for word but for the id."""

    async def found_another(data_dir: Path) -> None:
        store = SqliteStore(data_dir / "opencobrowse.db")
        client = OAuthClient("stranger", "org-2", "Stranger", digest(SECRET), ALL, 1)
        await store.commit(Put(Organization("org-2", "Strangers", 1)), Put(client))
        store.close()

    with running(tmp_path) as server, Stage(server) as stage:
        asyncio.run(found_another(server.data_dir))
        form = {"grant_type": "client_credentials"}
        token = httpx.post(f"{server.url}/oauth/token", data=form, auth=("stranger", SECRET)).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        with httpx.Client(base_url=server.url, headers=headers) as stranger:
            mine, theirs = channel_of(stranger), channel_of(stage.http)
            assert stranger.head(f"{BASE}/channels/{theirs['id']}").status_code == 404
            for topic, known in (
                ("v2.users.{id}.conversations", stage.agent_id),
                ("v2.webdeployments.deployments.{id}", stage.deployment_id),
                ("v2.system.token_revoked.{id}", theirs["id"]),
            ):
                said = []
                for subject in (known, NOBODY):
                    answer = subscribe(stranger, mine["id"], topic.replace("{id}", subject))
                    error = error_of(answer, 404, "notification.topic.not.found")
                    said.append(error["message"].replace(subject, "?"))
                assert said[0] == said[1]
            with dial(mine["connectUri"]) as peer:
                subscribe(stranger, mine["id"], "v2.routing.queues.q.conversations.cobrowseSessions")
                stage.start("c")
                peer.raw(TEXT, b'{"message":"ping"}')
                assert heard(peer)["eventBody"] == {"message": "pong"}


# -- the socket ----------------------------------------------------------------------------------------------


def test_from_the_offer_to_the_end(stage: Stage) -> None:
    """Start by API, a customer says yes in a page, it ends: the agent's topics tell it, in order."""
    conversations, sessions = two_topics(stage.agent_id)
    peer = dial(channel_of(stage.http, conversations, sessions)["connectUri"])
    session, page, _ = stage.share(f"cust-{uuid.uuid4()}")
    conversation_id = session["selfUri"].rsplit("/", 1)[-1]
    path = f"/api/v2/conversations/cobrowsesessions/{conversation_id}"
    stage.http.patch(path, json={"state": "disconnected"})
    stage.http.patch(f"/api/v2/conversations/{conversation_id}", json={"state": "disconnected"})
    with peer, page:
        frames: list[dict[str, Any]] = []
        while len(frames) < 8:
            frame = heard(peer)
            if (
                frame["topicName"] in (conversations, sessions)
                and frame["eventBody"]["id"] == conversation_id
            ):
                frames.append(frame)
    assert all(set(f) == {"topicName", "version", "eventBody", "metadata"} for f in frames)
    assert all(f["version"] == "2" and uuid.UUID(f["metadata"]["CorrelationId"]) for f in frames)
    told = [f["eventBody"]["participants"][0] for f in frames if f["topicName"] == sessions]
    assert [p["state"] for p in told] == ["offering", "connected", "disconnected"]
    assert {p["viewerUrl"] for p in told} == {session["viewerUrl"]}
    legs = [f["eventBody"]["participants"][0] for f in frames if f["topicName"] == conversations]
    assert [[s["state"] for s in p["cobrowsesessions"]] for p in legs] == [
        [], ["offering"], ["connected"], ["disconnected"], ["disconnected"],
    ]  # fmt: skip
    assert ["endTime" in p for p in legs] == [False, False, False, False, True]


def test_a_transfer_is_told_to_both_agents(stage: Stage) -> None:
    """The old one hears that they are out, the new one that they are in; of the end the new one alone."""
    new_id, new = person(stage, "cobrowse:agent")
    with new, contextlib.ExitStack() as stack:
        ears = {}
        for who, client in ((stage.agent_id, stage.http), (new_id, new)):
            topic = two_topics(who)[1]
            ears[who] = topic, stack.enter_context(dial(channel_of(client, topic)["connectUri"]))
        session, page, _ = stage.share(f"cust-{uuid.uuid4()}")
        stack.enter_context(page)
        path = f"/api/v2/conversations/cobrowsesessions/{session['selfUri'].rsplit('/', 1)[-1]}"
        agent = stage.http.get(path).json()["participants"][0]["id"]
        moved = stage.http.post(f"{path}/participants/{agent}/replace", json={"userId": new_id})
        assert moved.status_code == 202, moved.text
        stage.http.patch(path, json={"state": "disconnected"})
        told = {who: told_until_end(peer, topic) for who, (topic, peer) in ears.items()}
    assert told[stage.agent_id] == ["offering", "connected", "disconnected"]
    assert told[new_id] == ["connected", "disconnected"]


def told_until_end(peer: Peer, topic: str) -> list[str]:
    """The states of the topic's own user, until they are out."""
    states: list[str] = []
    while "disconnected" not in states:
        people = heard(peer, topic)["eventBody"]["participants"]
        states += [p["state"] for p in people if p.get("user", {}).get("id", "nobody") in topic]
    return states


@pytest.mark.parametrize("origin", [None, "https://anywhere.example", "null"])
def test_the_address_is_all_that_a_client_shows(stage: Stage, origin: str | None) -> None:
    with dial(channel_of(stage.http)["connectUri"], origin) as peer:
        peer.raw(TEXT, b'{"message":"ping"}')
        assert heard(peer) == {"topicName": "channel.metadata", "eventBody": {"message": "pong"}}


def test_no_other_address_opens_a_channel(stage: Stage) -> None:
    """B6: the secret is of this very channel, and 128 bits long."""
    one, two = channel_of(stage.http)["connectUri"], channel_of(stage.http)["connectUri"]
    base, _, secret = one.rpartition("/")
    assert len(bytes.fromhex(secret)) == 16
    wrong = [
        base, f"{base}/", f"{base}/{two.rpartition('/')[2]}", f"{base}/{secret[:-1]}", f"{one}0", f"{one}/",
        f"{base}/{'0' * 32}", one.replace("/channels/", "/channel/"),
    ]  # fmt: skip
    for uri in wrong:
        status, peer = upgrade(uri, None, None)
        peer.sock.close()
        assert status in (400, 404), uri


def test_a_revoked_token_closes_the_socket_within_a_second(stage: Stage, server: Server) -> None:
    """B5, api.md section 1: the system topic first, then the close."""
    with server.client() as other:
        channel = channel_of(other)
        peer = dial(channel["connectUri"])
        began = time.monotonic()
        assert other.delete("/api/v2/tokens/me").status_code == 200
        topics, closed = end_of(peer)
        assert time.monotonic() - began < 1
    assert topics == [f"v2.system.token_revoked.{channel['id']}"]
    assert closed.code == 4506
    late = upgrade(channel["connectUri"], None, None)[1]
    assert end_of(late)[1].code == 4506


def test_a_permission_that_is_taken_away_closes_the_socket_within_a_second(stage: Stage) -> None:
    user_id, client = person(stage, "conversation:read")
    with client:
        channel = channel_of(client, two_topics(stage.agent_id)[0])
        peer = dial(channel["connectUri"])
        began = time.monotonic()
        path = f"/api/v2/users/{user_id}/permissions"
        assert stage.http.post(path, json={"remove": ["conversation:read"]}).is_success
        topics, closed = end_of(peer)
        assert time.monotonic() - began < 1
    assert topics == [f"v2.system.no_longer_subscribed.{channel['id']}"]
    assert closed.code == 4506


def test_the_twenty_first_channel_closes_the_oldest_with_a_notice(stage: Stage) -> None:
    _, client = person(stage)
    with client, contextlib.ExitStack() as stack:
        made = [channel_of(client) for _ in range(limits.CHANNELS_PER_OWNER)]
        peers = [stack.enter_context(dial(channel["connectUri"])) for channel in made]
        channel_of(client)
        topics, closed = end_of(peers[0])
        assert topics == [f"v2.system.no_longer_subscribed.{made[0]['id']}"]
        assert closed.code == 4504
        assert client.head(f"{BASE}/channels/{made[0]['id']}").status_code == 404
        peers[1].raw(TEXT, b'{"message":"ping"}')
        assert heard(peers[1])["eventBody"] == {"message": "pong"}


def test_what_a_client_may_not_say(stage: Stage) -> None:
    uri = channel_of(stage.http)["connectUri"]
    with dial(uri) as peer:
        peer.raw(TEXT, b"x" * 70_000)
        assert peer_closed(peer).code == 4513
    with dial(uri) as peer, pytest.raises(Closed) as closed:
        for _ in range(10_000):
            peer.raw(TEXT, b'{"message":"ping"}')
            assert heard(peer)["eventBody"] == {"message": "pong"}
    assert closed.value.code == 4029


def peer_closed(peer: Peer) -> Closed:
    while True:
        try:
            peer.read_frame()
        except Closed as closed:
            return closed


# -- the server ----------------------------------------------------------------------------------------------


def test_a_restart_keeps_channels_and_subscriptions(tmp_path: Path) -> None:
    """F10, I1: the same `connectUri` works again and hears the same topics; a kill changes nothing of it."""
    with running(tmp_path) as server:
        with Stage(server) as stage:
            topic = two_topics(stage.agent_id)[1]
            channel = channel_of(stage.http, topic)
            peer = dial(channel["connectUri"])
            assert server.stop() == 0
            topics, closed = end_of(peer)
            assert (topics, closed.code) == (["v2.system.socket_closing"], 1012)
        for _ in range(2):
            server.start()
            with Stage(server) as stage, dial(channel["connectUri"]) as peer:
                session = stage.start("somebody")
                assert heard(peer, topic)["eventBody"]["participants"][0]["viewerUrl"] == session["viewerUrl"]
                server.kill()
        server.start()


def test_no_log_holds_the_address(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """B7: at the most talkative level, whatever is done with it."""
    with running(tmp_path, OPENCOBROWSE_LOG_LEVEL="debug") as server, Stage(server) as stage:
        uri = channel_of(stage.http, *two_topics(stage.agent_id))["connectUri"]
        dial(uri).sock.close()
        for bad in (f"{uri}x", uri.replace("/live/", "/live/x/")):
            upgrade(bad, None, None)[1].sock.close()
        httpx.get(uri.replace("ws://", "http://"))
        stage.start("somebody")
    logged = capfd.readouterr().err
    assert "serving" in logged
    assert uri.rpartition("/")[2] not in logged


def test_one_stuck_reader_among_two_hundred_channels(tmp_path: Path) -> None:
    """I11: it is closed, the others hear everything, memory stays."""
    with running(tmp_path) as server, Stage(server) as stage, contextlib.ExitStack() as stack:
        assert server.process is not None
        topic = two_topics(stage.agent_id)[0]
        peers = []
        for _ in range(10):
            _, client = person(stage, "conversation:read")
            with client:
                uris = [channel_of(client, topic)["connectUri"] for _ in range(20)]
            peers += [stack.enter_context(dial(uri)) for uri in uris]
        stuck, listeners = peers[0], peers[1:]
        conversation_id = stage.start("c")["selfUri"].rsplit("/", 1)[-1]
        path = f"/api/v2/conversations/{conversation_id}"
        who = stage.http.get(path).json()["participants"][0]["id"]
        for peer in listeners:
            heard(peer)
            heard(peer)
        change(stage, path, who, 20, listeners)
        before = rss(server.process.pid)
        change(stage, path, who, 100, listeners)
        assert rss(server.process.pid) - before < 10 * 1024 * 1024
        assert peer_ended(stuck).code in (4008, None)


def change(stage: Stage, path: str, who: str, times: int, listeners: list[Peer]) -> None:
    """Change a participant that many times; every listener hears of each, in order."""
    for number in range(times):
        note = {"step": f"{number:05}", "note": "x" * 20_000}
        assert stage.http.patch(f"{path}/participants/{who}", json={"attributes": note}).status_code == 202
        for peer in listeners:
            people = heard(peer)["eventBody"]["participants"]
            assert people[0]["attributes"]["step"] == note["step"]


def peer_ended(peer: Peer) -> Closed:
    """How a reader that has not read for long was ended: it may not live to hear why."""
    try:
        return peer_closed(peer)
    except ConnectionError:
        return Closed(None)


def rss(pid: int) -> int:
    """Resident bytes of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")
