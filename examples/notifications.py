"""Follow an agent's cobrowse sessions: the official Python SDK and any WebSocket client.

pip install PureCloudPlatformClientV2==269.0.0 websockets
OPENCOBROWSE_URL=… GENESYS_CLIENT_ID=… GENESYS_CLIENT_SECRET=… AGENT_USER_ID=… python notifications.py
"""

from __future__ import annotations

import json
import os

import PureCloudPlatformClientV2 as sdk  # noqa: N813
from websockets.sync.client import connect

client = sdk.api_client.ApiClient(host=os.environ["OPENCOBROWSE_URL"])
client.get_client_credentials_token(os.environ["GENESYS_CLIENT_ID"], os.environ["GENESYS_CLIENT_SECRET"])
notifications = sdk.NotificationsApi(client)

topic = f"v2.users.{os.environ['AGENT_USER_ID']}.conversations.cobrowseSessions"
channel = notifications.post_notifications_channels()
notifications.put_notifications_channel_subscriptions(channel.id, [{"id": topic}])

with connect(channel.connect_uri) as socket:
    for message in socket:
        frame = json.loads(message)
        if frame["topicName"] == "channel.metadata":
            print(frame["eventBody"]["message"], flush=True)
        elif frame["topicName"] == topic:
            for person in frame["eventBody"]["participants"]:
                print(person["purpose"], person["state"], person.get("viewerUrl", ""), flush=True)
