"""The client's methods, once. Each is a flow over an `Api`; resources.py makes the blocking and the awaited
method of it, with this signature and this docstring, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from opencobrowse.client import models, operations
from opencobrowse.client.core import Api
from opencobrowse.client.dialect import Wish
from opencobrowse.client.doctor import Case, Finding, examine
from opencobrowse.client.flow import Flow

# -- the client itself ---------------------------------------------------------------------------------------


def organization(api: Api) -> Flow[models.Organization]:
    """The organisation of the token: the cheapest call that proves host, id and secret."""
    return (yield from api.call(operations.my_organization()))


def diagnose(
    api: Api,
    conversation_id: str | None = None,
    agent_id: str | None = None,
    *,
    seen: Callable[[Finding], None] | None = None,
) -> Flow[list[Finding]]:
    """Find out why a start would fail: host, clock, credentials, permissions, conversation, agent, live
    session, the customer's pages, rate limit. Changes nothing. `seen` gets each finding as it comes."""
    return (yield from examine(Case(api, conversation_id, agent_id), seen or (lambda _: None)))


def call(api: Api, method: str, path: str, body: Any = None) -> Flow[Any]:
    """Any other call of the API, for example `call("GET", "/api/v2/webdeployments/deployments")`: its answer
    as JSON. Token, retries and errors are as everywhere; a POST is not sent twice."""
    return (yield from api.call(operations.any_call(method, path, body)))


# -- cobrowse ------------------------------------------------------------------------------------------------


def start(
    api: Api,
    conversation_id: str,
    *,
    agent_id: str | None = None,
    control: bool = False,
    reason: str | None = None,
    idempotency_key: str | None = None,
) -> Flow[models.SessionData]:
    """Start a session in an active conversation; no `agent_id` means its connected agent.

    One start is one session, however bad the network is: on opencobrowse by one Idempotency-Key, made here
    unless given, that all its retries carry; on Genesys Cloud, which takes none, by reading the conversation
    before each repeat. Raises `Conflict` when a session is live already; its links are in `body`. Raises
    `NotOffered` for what Genesys Cloud does not offer: control, a reason, a key, another agent than the
    connected one. There `viewer_url` comes some seconds after the start and is waited for, 15 s at most.
    """
    wish = Wish(conversation_id, agent_id, control, reason, idempotency_key)
    return (yield from api.dialect.start(api, wish))


# -- conversations -------------------------------------------------------------------------------------------


def create_conversation(
    api: Api,
    type: str = "voice",  # noqa: A002  the API's own word
    *,
    participants: Iterable[Mapping[str, Any]] = (),
    metadata: Mapping[str, Any] | None = None,
    state: str | None = None,
    external_tag: str | None = None,
) -> Flow[models.Conversation]:
    """Post a conversation. Participants as in the API: `{"role": "agent", "userId": …}`,
    `{"role": "customer", "externalId": …}`. Not sent again when its answer is lost: it may have been made.
    Not offered by Genesys Cloud."""
    api.dialect.need("creation of conversations")
    return (
        yield from api.call(operations.create_conversation(type, participants, metadata, state, external_tag))
    )


def get_conversation(api: Api, conversation_id: str) -> Flow[models.Conversation]:
    """One conversation, with its participants."""
    return (yield from api.call(operations.get_conversation(conversation_id)))


def add_participants(
    api: Api, conversation_id: str, pairs: Iterable[Mapping[str, Any]]
) -> Flow[models.AddedParticipants]:
    """Add pairs `{"from": {"id", "type": "user"}, "to": {"externalId", "type": "external"}}`. Not offered by
    Genesys Cloud."""
    api.dialect.need("adding of participants")
    return (yield from api.call(operations.add_participants(conversation_id, pairs)))


def end_conversation(api: Api, conversation_id: str) -> Flow[None]:
    """End it, for everybody in it, and its session."""
    return (yield from api.call(operations.end_conversation(conversation_id)))


# -- sessions ------------------------------------------------------------------------------------------------


def list_sessions(api: Api, *, live: bool = False) -> Flow[list[models.SessionData]]:
    """The organisation's last 100, newest first; `live`: only those that are not over. Genesys Cloud lists
    the live ones of the user whose token it is."""
    return (yield from api.dialect.sessions(api, live))


def get_session(api: Api, session_id: str) -> Flow[models.SessionData]:
    """One session by its id; on Genesys Cloud by its conversation's: the newest one there."""
    return (yield from api.dialect.session(api, session_id))


def find_session(api: Api, deployment_id: str, code: str) -> Flow[models.SessionData]:
    """What a guest may know of a session, by its id or its join code, in a web deployment. Sends no token."""
    return (yield from api.call(operations.guest_session(deployment_id, code)))


# -- users ---------------------------------------------------------------------------------------------------


def list_users(api: Api) -> Flow[list[models.User]]:
    """The people of the organisation, the first page of them."""
    return (yield from api.call(operations.list_users()))
