"""The client against a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opencobrowse.client import (
    AuthenticationFailed,
    Client,
    Conflict,
    NotFound,
    NotReachable,
    Policy,
    WaitTimeout,
)
from tests.support.server import AGENT_EMAIL, CLIENT_ID, CLIENT_SECRET, Server, free_port


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server.url, CLIENT_ID, CLIENT_SECRET, environ={}) as connected:
        yield connected


def agent_of(client: Client) -> str:
    return next(user.id for user in client.users.list() if user.email == AGENT_EMAIL)


def call(client: Client, agent: str) -> str:
    people = [{"role": "agent", "userId": agent}, {"role": "customer", "externalId": "cust-1"}]
    return client.conversations.create("voice", participants=people, external_tag="T-1").id


def test_start_wait_end(client: Client) -> None:
    """Issue 3, row 6; W3: control."""
    agent = agent_of(client)
    conversation = call(client, agent)
    session = client.cobrowse.start(conversation, agent_id=agent, control=True, reason="stuck at the till")
    assert session.state == "initiated"
    assert session.data.cobrowse_type == "control"
    assert session.viewer_url == f"{client.hosts.api}/console/sessions/{session.id}"
    assert session.join_url and session.join_code
    assert session.data.date_offer_ends is not None
    with pytest.raises(WaitTimeout):
        session.wait_until("active", timeout=0.4)
    assert [s.id for s in client.sessions.list(live=True) if s.id == session.id]
    assert session.end().over
    assert session.refresh().state == "ended"
    assert session.wait_until("ended", timeout=5).end_reason == "api"
    assert client.sessions.get(session.id).state == "ended"


def test_a_start_sent_twice_with_one_key_is_one_session(client: Client) -> None:
    """I7."""
    conversation = call(client, agent_of(client))
    first = client.cobrowse.start(conversation, idempotency_key="k1")
    assert client.cobrowse.start(conversation, idempotency_key="k1").id == first.id


def test_a_live_session_is_a_conflict_that_carries_its_links(client: Client) -> None:
    conversation = call(client, agent_of(client))
    first = client.cobrowse.start(conversation)
    with pytest.raises(Conflict) as refused:
        client.cobrowse.start(conversation, control=True)
    assert refused.value.code == "cobrowse.session.exists"
    assert refused.value.body["viewerUrl"] == first.viewer_url
    assert "What to change:" in str(refused.value)


def test_participants_and_ends(client: Client) -> None:
    agent = agent_of(client)
    conversation = client.conversations.create("cobrowse", metadata={"ticket": 7})
    pair = {"from": {"id": agent, "type": "user"}, "to": {"externalId": "cust-2", "type": "external"}}
    added = client.conversations.add_participants(conversation.id, [pair])
    assert {p.purpose for p in added.participants} == {"agent", "customer"}
    session = client.cobrowse.start(conversation.id)
    client.conversations.end(conversation.id)
    assert session.refresh().over
    assert client.conversations.get(conversation.id).state == "disconnected"


def test_what_is_not_there_is_named(client: Client) -> None:
    with pytest.raises(NotFound):
        client.sessions.get("nobody")
    with pytest.raises(NotFound):
        client.conversations.get("a/../b")


def test_wrong_secret_and_no_server(server: Server) -> None:
    with Client(server.url, CLIENT_ID, "wrong", environ={}) as wrong, pytest.raises(AuthenticationFailed):
        wrong.organization()
    once = Policy(retries=0)
    nobody = Client(f"127.0.0.1:{free_port()}", "i", "s", environ={}, policy=once)
    with nobody, pytest.raises(NotReachable):
        nobody.organization()
