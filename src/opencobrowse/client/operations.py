"""Every call of the API that this client makes: its request, and what its answer becomes. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from opencobrowse.client import models
from opencobrowse.client.flow import Reply, Request, decode

T = TypeVar("T")

_OURS = "/api/v2/opencobrowse"


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One call: send `request`, and `read` a successful reply."""

    request: Request
    read: Callable[[Reply], T]


def start(
    conversation_id: str, agent_id: str | None, control: bool, reason: str | None, key: str
) -> Operation[models.SessionData]:
    """Start a session. `key` is the Idempotency-Key of this start and of all its retries (I7)."""
    body: dict[str, Any] = {"cobrowseType": "control" if control else "view"}
    if agent_id:
        body["agentId"] = agent_id
    if reason:
        body["reason"] = reason
    return Operation(
        Request(
            "POST",
            f"{_conversation(conversation_id)}/cobrowse",
            body=body,
            headers={"Idempotency-Key": key},
            replayable=True,
        ),
        lambda reply: decode(reply, models.SessionData),
    )


def start_plainly(conversation_id: str) -> Operation[models.SessionData]:
    """A start as Genesys Cloud has it: no body, no key, so it must not be sent twice."""
    return Operation(
        Request("POST", f"{_conversation(conversation_id)}/cobrowse", replayable=False), _session_of
    )


def create_conversation(
    kind: str,
    participants: Iterable[Mapping[str, Any]],
    metadata: Mapping[str, Any] | None,
    state: str | None,
    external_tag: str | None,
) -> Operation[models.Conversation]:
    given = {
        "type": kind,
        "participants": [dict(p) for p in participants],
        "metadata": dict(metadata) if metadata else None,
        "state": state,
        "externalTag": external_tag,
    }
    body = {name: value for name, value in given.items() if value}
    return Operation(Request("POST", "/api/v2/conversations", body=body), _conversation_of)


def get_conversation(conversation_id: str) -> Operation[models.Conversation]:
    return Operation(Request("GET", _conversation(conversation_id)), _conversation_of)


def add_participants(
    conversation_id: str, pairs: Iterable[Mapping[str, Any]]
) -> Operation[models.AddedParticipants]:
    """The same pair again returns what is there, so it may be sent twice."""
    return Operation(
        Request(
            "POST",
            f"{_conversation(conversation_id)}/participants",
            body={"addParticipants": [dict(pair) for pair in pairs]},
            replayable=True,
        ),
        lambda reply: decode(reply, models.AddedParticipants),
    )


def end_conversation(conversation_id: str) -> Operation[None]:
    return Operation(Request("DELETE", _conversation(conversation_id)), lambda _: None)


def list_users() -> Operation[list[models.User]]:
    return Operation(Request("GET", "/api/v2/users"), lambda reply: decode(reply, models.Users).entities)


def my_organization() -> Operation[models.Organization]:
    return Operation(
        Request("GET", "/api/v2/organizations/me"), lambda reply: decode(reply, models.Organization)
    )


def list_sessions(live: bool) -> Operation[list[models.SessionData]]:
    return Operation(
        Request("GET", f"{_OURS}/sessions", query={"live": "true"} if live else {}),
        lambda reply: decode(reply, models.Sessions).entities,
    )


def get_session(session_id: str) -> Operation[models.SessionData]:
    return Operation(Request("GET", f"{_OURS}/sessions/{_part(session_id)}"), _session_of)


def end_session(session_id: str) -> Operation[models.SessionData]:
    """Ending what is over is no error, so it may be sent twice."""
    return Operation(
        Request("POST", f"{_OURS}/sessions/{_part(session_id)}/end", replayable=True), _session_of
    )


def list_cobrowse_conversations() -> Operation[list[models.CobrowseConversation]]:
    """The live sessions of the user whose token it is, on every server of the platform's API."""
    return Operation(
        Request("GET", "/api/v2/conversations/cobrowsesessions"),
        lambda reply: decode(reply, models.CobrowseConversations).entities,
    )


def disconnect_cobrowse(conversation_id: str) -> Operation[models.Conversation]:
    """End the conversation's session and nothing else of it. Deprecated by the platform, and all there is."""
    path = f"/api/v2/conversations/cobrowsesessions/{_part(conversation_id)}"
    return Operation(
        Request("PATCH", path, body={"state": "disconnected"}, replayable=True), _conversation_of
    )


def guest_session(deployment_id: str, session: str) -> Operation[models.SessionData]:
    """A session by its id or join code, as a guest: without a token."""
    path = f"/api/v2/webdeployments/deployments/{_part(deployment_id)}/cobrowse/{_part(session)}"
    return Operation(Request("GET", path, anonymous=True), _session_of)


def my_token() -> Operation[models.Token]:
    return Operation(Request("GET", "/api/v2/tokens/me"), lambda reply: decode(reply, models.Token))


def get_user(user_id: str) -> Operation[models.User]:
    return Operation(
        Request("GET", f"/api/v2/users/{_part(user_id)}"), lambda reply: decode(reply, models.User)
    )


def waiting_pages(conversation_id: str) -> Operation[models.Waiting]:
    """Ours: how many open pages a start in this conversation would ask."""
    path = f"{_OURS}/conversations/{_part(conversation_id)}/pages"
    return Operation(Request("GET", path), lambda reply: decode(reply, models.Waiting))


def any_call(method: str, path: str, body: Any = None) -> Operation[Any]:
    """A call that has no method of its own; its answer as JSON, None where it is empty."""
    return Operation(
        Request(method, path, body=body), lambda reply: decode(reply, object) if reply.content else None
    )


def _conversation(conversation_id: str) -> str:
    return f"/api/v2/conversations/{_part(conversation_id)}"


def _part(text: str) -> str:
    if not text:
        raise ValueError("an id is empty")
    return quote(text, safe="")


def _conversation_of(reply: Reply) -> models.Conversation:
    return decode(reply, models.Conversation)


def _session_of(reply: Reply) -> models.SessionData:
    return decode(reply, models.SessionData)
