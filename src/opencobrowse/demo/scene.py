"""The demo's people, conversation and session, made through the public API with the shipped client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from opencobrowse.client import Client, Session

CUSTOMER: Final = "customer-4711"
AGENT_EMAIL: Final = "agent@example.com"
AGENT_NAME: Final = "Robin Vance"
CUSTOMER_NAME: Final = "Ada Lovelace"
SEARCH_FIELD: Final = "#search"


@dataclass(frozen=True, slots=True)
class Access:
    """What was made in the data directory before the server started."""

    client_id: str
    client_secret: str
    agent_id: str
    agent_password: str


@dataclass(frozen=True, slots=True)
class Links:
    """Everything that a newcomer needs, as `demo --json` prints it."""

    server_url: str
    customer_url: str
    viewer_url: str
    join_url: str
    join_code: str
    agent_email: str
    agent_password: str
    conversation_id: str
    session_id: str
    deployment_id: str
    client_id: str
    client_secret: str


def deployment_of(client: Client, shop_url: str) -> str:
    """The default deployment, with what the shop shows: its search field, and nothing else that is typed.
    A join link leads to the shop."""
    deployment = client.call("GET", "/api/v2/webdeployments/deployments")["entities"][0]
    here = f"/api/v2/webdeployments/deployments/{deployment['id']}"
    client.call("PUT", here, {"name": deployment["name"], "pageUrl": shop_url})
    draft = f"/api/v2/webdeployments/configurations/{deployment['configuration']['id']}/versions/draft"
    found = client.call("GET", draft)
    cobrowse = {**found["cobrowse"], "showSelectors": [SEARCH_FIELD]}
    client.call("PUT", draft, {"name": found["name"], "cobrowse": cobrowse})
    client.call("POST", f"{draft}/publish")
    return str(deployment["id"])


def start(client: Client, access: Access) -> Session:
    """A call with a customer whose shop knows them as `CUSTOMER`, and a session in it. One that an earlier
    demo left in this data directory is ended: its prompt would come up as well."""
    for left in client.sessions.list(live=True):
        if left.data.customer_name == CUSTOMER_NAME:
            left.end()
    conversation = client.conversations.create(
        "voice",
        participants=[
            {"role": "agent", "userId": access.agent_id},
            {"role": "customer", "externalId": CUSTOMER, "name": CUSTOMER_NAME},
        ],
        external_tag="demo",
    )
    return client.cobrowse.start(conversation.id, agent_id=access.agent_id, reason="The demo")


def links(server_url: str, shop_url: str, deployment: str, access: Access, session: Session) -> Links:
    return Links(
        server_url=server_url,
        customer_url=shop_url,
        viewer_url=session.viewer_url or "",
        join_url=session.join_url or "",
        join_code=session.join_code or "",
        agent_email=AGENT_EMAIL,
        agent_password=access.agent_password,
        conversation_id=session.conversation_id,
        session_id=session.id,
        deployment_id=deployment,
        client_id=access.client_id,
        client_secret=access.client_secret,
    )
