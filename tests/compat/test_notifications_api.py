"""`NotificationsApi` of both official SDKs, unmodified, the events by their own models, and other people's
WebSocket clients: `websockets` and `ws` (field.md C5).

`genesys-cloud-streaming-client` is not among them: it speaks XMPP to another service of the platform.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.compat.test_javascript_sdk import Node, Rejected, installed, node
from tests.support.genesys_models import differences
from tests.support.live import Stage
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server

__all__ = ["installed", "node"]

EXAMPLES = Path(__file__).parents[2] / "examples"
MODELS = {
    "conversations": "ConversationEventTopicConversation",
    "cobrowseSessions": "ConversationCobrowseEventTopicCobrowseConversation",
    "queue": "QueueConversationCobrowseEventTopicCobrowseConversation",
    "configuration": "WebDeploymentsConfigTopicWebMessagingConfigChangeEventBody",
    "deployment": "WebDeploymentsDeploymentTopicWebMessagingDeploymentChangeEventBody",
}


@pytest.fixture
def api(sdk: Any, api_client: Any) -> Any:
    return sdk.NotificationsApi(api_client)


@pytest.fixture
def stage(server: Server) -> Iterator[Stage]:
    with Stage(server) as made:
        yield made


def next_of(socket: ClientConnection, topic: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(socket.recv(10))
        if frame["topicName"] == topic:
            return frame


def test_all_calls_of_the_python_sdk(api: Any, sdk: Any, server: Server) -> None:
    topic = f"v2.users.{server.agent_id()}.conversations"
    channel = api.post_notifications_channels()
    assert isinstance(channel, sdk.Channel)
    assert channel.expires - dt.datetime.now(channel.expires.tzinfo) > dt.timedelta(hours=23)
    assert channel.id in [c.id for c in api.get_notifications_channels().entities]
    assert api.get_notifications_channels(includechannels="oauthclient").entities
    assert api.head_notifications_channel(channel.id) is None
    listed = api.put_notifications_channel_subscriptions(channel.id, [{"id": topic}])
    assert [(e.id, e.state) for e in listed.entities] == [(topic, "Permitted")]
    more = sdk.ChannelTopic()
    more.id = "channel.metadata"
    assert len(api.post_notifications_channel_subscriptions(channel.id, [more]).entities) == 2
    assert len(api.get_notifications_channel_subscriptions(channel.id).entities) == 2
    unknown = [{"id": f"v2.users.{uuid.uuid4()}.conversations"}]
    rejected = api.put_notifications_channel_subscriptions(channel.id, unknown, ignore_errors=True)
    assert [e.state for e in rejected.entities] == ["Rejected"]
    assert api.delete_notifications_channel_subscriptions(channel.id) is None
    assert api.get_notifications_channel_subscriptions(channel.id).entities == []
    with pytest.raises(sdk.rest.ApiException) as refused:
        api.put_notifications_channel_subscriptions(channel.id, [{"id": "v2.nothing"}])
    assert refused.value.status == 400
    with pytest.raises(sdk.rest.ApiException) as refused:
        api.head_notifications_channel(str(uuid.uuid4()))
    assert refused.value.status == 404


def test_available_topics_are_the_platforms_model(api: Any, http: httpx.Client, sdk: Any) -> None:
    listed = api.get_notifications_availabletopics(expand=["description", "schema"], include_preview=True)
    assert {t.visibility for t in listed.entities} == {"Public"}
    body = http.get("/api/v2/notifications/availabletopics", params={"expand": "schema"}).json()
    assert list(differences(sdk, "AvailableTopicEntityListing", body)) == []


def test_every_event_is_exactly_the_platforms_model(api: Any, sdk: Any, stage: Stage) -> None:
    """No key, word or type that the SDK's model does not have, from the offer to the end."""
    web = "/api/v2/webdeployments"
    made = stage.http.post(f"{web}/configurations", json={"name": "told", "version": "1"}).json()
    user = f"v2.users.{stage.agent_id}.conversations"
    topics = {
        "conversations": user,
        "cobrowseSessions": f"{user}.cobrowseSessions",
        "queue": "v2.routing.queues.sales.conversations.cobrowseSessions",
        "configuration": f"v2.webdeployments.configurations.{made['id']}",
        "deployment": f"v2.webdeployments.deployments.{stage.deployment_id}",
    }
    channel = api.post_notifications_channels()
    api.put_notifications_channel_subscriptions(channel.id, [{"id": topic} for topic in topics.values()])
    with connect(channel.connect_uri) as socket:
        next_of(socket, "channel.metadata")
        act(stage, made["id"])
        frames: dict[str, list[dict[str, Any]]] = {kind: [] for kind in topics}
        while not all(frames.values()) or len(frames["conversations"]) < 4:
            frame = json.loads(socket.recv(10))
            for kind, topic in topics.items():
                if frame["topicName"] == topic:
                    frames[kind].append(frame["eventBody"])
    for kind, bodies in frames.items():
        for body in bodies:
            assert list(differences(sdk, MODELS[kind], body)) == []
    assert [b["participants"][0]["state"] for b in frames["queue"]] == [
        "offering",
        "connected",
        "disconnected",
    ]


def act(stage: Stage, configuration_id: str) -> None:
    """A session in a conversation of the queue `sales`, accepted and ended; a publication; a deployment."""
    external_id, http = f"cust-{uuid.uuid4()}", stage.http
    with stage.page(external_id) as page:
        people = [
            {"userId": stage.agent_id, "role": "agent"},
            {"externalId": external_id, "role": "customer", "name": "Kim"},
        ]
        wish = {"type": "voice", "participants": people, "metadata": {"queueId": "sales"}, "externalTag": "t"}
        conversation_id = http.post("/api/v2/conversations", json=wish).json()["id"]
        path = f"/api/v2/conversations/{conversation_id}"
        assert http.post(f"{path}/cobrowse", json={"cobrowseType": "control"}).is_success
        offer = page.wait("offer")
        page.say("accept", sessionId=offer["sessionId"], textVersion="test", control=True)
        page.wait("share")
        assert http.patch(path, json={"state": "disconnected"}).is_success
    web = "/api/v2/webdeployments"
    assert http.post(f"{web}/configurations/{configuration_id}/versions/draft/publish").is_success
    deployment = http.get(f"{web}/deployments/{stage.deployment_id}").json()
    assert http.put(f"{web}/deployments/{stage.deployment_id}", json=deployment).is_success


def test_system_messages_are_the_platforms_model(server: Server, sdk: Any) -> None:
    with server.client() as http:
        channel = http.post("/api/v2/notifications/channels").json()
        with connect(channel["connectUri"]) as socket:
            next_of(socket, "channel.metadata")
            http.delete("/api/v2/tokens/me")
            body = next_of(socket, f"v2.system.token_revoked.{channel['id']}")["eventBody"]
    assert list(differences(sdk, "SystemMessageSystemMessage", body)) == []
    assert (body["systemTopicType"], body["reason"]) == ("token_revoked", "user_tokens_revoked")


def test_all_calls_of_the_javascript_sdk(node: Node, server: Server) -> None:
    topic = f"v2.users.{server.agent_id()}.conversations.cobrowseSessions"
    api = "NotificationsApi"
    channel = node(api, "postNotificationsChannels")
    assert node(api, "headNotificationsChannel", channel["id"]) in (None, "", {})
    listed = node(api, "putNotificationsChannelSubscriptions", channel["id"], [{"id": topic}])
    assert listed["entities"] == [{"id": topic, "state": "Permitted"}]
    assert node(api, "postNotificationsChannelSubscriptions", channel["id"], listed["entities"]) == listed
    assert node(api, "getNotificationsChannelSubscriptions", channel["id"]) == listed
    shown = node(api, "getNotificationsChannels", {"includechannels": "token"})["entities"]
    assert channel["connectUri"] in [c["connectUri"] for c in shown]
    assert node(api, "getNotificationsAvailabletopics", {"expand": ["description"]})["entities"]
    with pytest.raises(Rejected) as refused:
        node(api, "putNotificationsChannelSubscriptions", channel["id"], [{"id": f"{topic}s"}])
    assert refused.value.error["details"][0]["entityName"] == topic
    node(api, "deleteNotificationsChannelSubscriptions", channel["id"])
    assert node(api, "getNotificationsChannelSubscriptions", channel["id"]) == {"entities": []}


@pytest.mark.parametrize("command", [[sys.executable, "notifications.py"], ["node", "notifications.cjs"]])
def test_the_examples_follow_an_agent(
    command: list[str], installed: Path, stage: Stage, tmp_path: Path
) -> None:
    """docs/howto/notifications.md: each runs as it is, in its own language."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENCOBROWSE_", "GENESYS_"))} | {
        "OPENCOBROWSE_URL": stage.server.url,
        "GENESYS_CLIENT_ID": CLIENT_ID,
        "GENESYS_CLIENT_SECRET": CLIENT_SECRET,
        "AGENT_USER_ID": stage.agent_id,
        "NODE_PATH": str(installed / "node_modules"),
        "HOME": str(tmp_path),
    }
    with following([command[0], str(EXAMPLES / command[1])], env) as example:
        assert example.stdout is not None
        assert example.stdout.readline() == "WebSocket Heartbeat\n"
        session = stage.start("somebody")
        assert example.stdout.readline() == f"agent offering {session['viewerUrl']}\n"
        assert example.stdout.readline().rstrip() == "customer offering"


@contextlib.contextmanager
def following(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
