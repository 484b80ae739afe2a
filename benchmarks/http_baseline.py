"""The two routes of `benchmarks/http.py` as one would write them with FastAPI, pydantic and sqlite3.

It reads the database of the running opencobrowse server (`BENCHMARK_DB`) and answers with the same bodies. It does
less around a request: no correlation id, no rate limit, no CORS, no deadline, no check of the JSON for repeated keys.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

# -- as stored ---------------------------------------------------------------------------------------------


class Token(BaseModel):
    id: str
    org_id: str
    client_id: str | None
    user_id: str | None
    permissions: frozenset[str]
    expires_at: int


class User(BaseModel):
    id: str
    org_id: str
    name: str
    active: bool


class StoredParticipant(BaseModel):
    id: str
    purpose: Literal["agent", "customer", "external"]
    user_id: str | None = None
    external_id: str | None = None
    address: str | None = None
    address_type: str | None = None
    name: str | None = None
    joined_at: int
    left_at: int | None = None
    attributes: dict[str, str]


class StoredConversation(BaseModel):
    id: str
    org_id: str
    type: str
    state: Literal["queued", "alerting", "active", "disconnected"]
    created_at: int
    updated_at: int
    participants: list[StoredParticipant]
    metadata: dict[str, Any]
    external_tag: str | None = None
    ended_at: int | None = None


class StoredSession(BaseModel):
    id: str
    agent_participant_id: str | None
    customer_participant_id: str | None


# -- on the wire -------------------------------------------------------------------------------------------


class Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Endpoint(Wire):
    model_config = ConfigDict(extra="forbid")
    type: Literal["user", "sip", "external", "email", "phone"] = "external"
    id: str | None = None
    external_id: str | None = None
    name: str | None = None


class Pair(Wire):
    model_config = ConfigDict(extra="forbid")
    from_: Annotated[Endpoint, Field(alias="from")]
    to: Endpoint | None = None
    reason: str | None = None


class AddParticipants(Wire):
    model_config = ConfigDict(extra="forbid")
    add_participants: Annotated[list[Pair], Field(min_length=1)]


class Participant(Wire):
    id: str
    purpose: str
    state: str
    name: str | None = None
    address: str | None = None
    user_id: str | None = None
    user_uri: str | None = None
    external_id: str | None = None
    participant_type: str = "External"
    start_time: str | None = None
    connected_time: str | None = None
    end_time: str | None = None
    attributes: dict[str, str] = {}
    wrapup_required: bool = False
    cobrowsesessions: list[Any] = []
    calls: list[Any] = []
    callbacks: list[Any] = []
    chats: list[Any] = []
    emails: list[Any] = []
    messages: list[Any] = []
    screenshares: list[Any] = []


class Conversation(Wire):
    id: str
    type: str
    state: str
    participants: list[Participant]
    metadata: dict[str, Any]
    routing_data: dict[str, Any] = {}
    created_time: str
    updated_time: str
    start_time: str
    self_uri: str
    external_tag: str | None = None
    end_time: str | None = None
    divisions: list[Any] = []
    recording_state: str = "NONE"


class AddedParticipants(Wire):
    conversation_id: str
    participants: list[Participant]


# -- the application ---------------------------------------------------------------------------------------

app = FastAPI()
db = sqlite3.connect(os.environ["BENCHMARK_DB"], isolation_level=None, check_same_thread=False)
bearer = HTTPBearer()


def body_of(table: str, record_id: str | None) -> bytes | None:
    row = db.execute(f"SELECT body FROM {table} WHERE id = ?", (record_id,)).fetchone()
    return row[0] if row else None


async def caller(shown: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> Token:
    found = body_of("token", hashlib.sha256(shown.credentials.encode()).hexdigest())
    if found is None:
        raise HTTPException(401, "bad credentials")
    token = Token.model_validate_json(found)
    if token.expires_at <= time.time() * 1000:
        raise HTTPException(401, "expired")
    return token


async def conversation_of(
    conversation_id: str, token: Annotated[Token, Depends(caller)]
) -> StoredConversation:
    found = body_of("conversation", conversation_id)
    conversation = StoredConversation.model_validate_json(found) if found else None
    if conversation is None or conversation.org_id != token.org_id:
        raise HTTPException(404, "no such conversation")
    return conversation


Caller = Annotated[Token, Depends(caller)]
Found = Annotated[StoredConversation, Depends(conversation_of)]


@app.get("/api/v2/conversations/{conversation_id}")
async def get_conversation(token: Caller, found: Found) -> Conversation:
    if not token.permissions & {"conversation:read", "conversation:write", "conversation:cobrowse:add"}:
        raise HTTPException(403, "not allowed")
    sessions_of(found)
    people = [participant(found, p) for p in found.participants]
    return Conversation(
        id=found.id, type=found.type, state=found.state, participants=people, metadata=found.metadata,
        created_time=iso(found.created_at), updated_time=iso(found.updated_at), start_time=iso(found.created_at),
        self_uri=f"/api/v2/conversations/{found.id}", external_tag=found.external_tag,
        end_time=iso(found.ended_at) if found.ended_at else None,
    )  # fmt: skip


@app.post("/api/v2/conversations/{conversation_id}/participants", status_code=201)
async def add_participants(token: Caller, found: Found, data: AddParticipants) -> AddedParticipants:
    if not token.permissions & {"conversation:write", "conversation:cobrowse:add"}:
        raise HTTPException(403, "not allowed")
    people = [
        known(token, found, end) for pair in data.add_participants for end in (pair.from_, pair.to) if end
    ]
    sessions_of(found)
    return AddedParticipants(conversation_id=found.id, participants=[participant(found, p) for p in people])


def known(token: Token, found: StoredConversation, end: Endpoint) -> StoredParticipant:
    if end.type == "user":
        user = body_of("person", end.id)
        if user is None or User.model_validate_json(user).org_id != token.org_id:
            raise HTTPException(404, "no such user")
        return next(p for p in found.participants if p.user_id == end.id and p.left_at is None)
    external = end.external_id or end.id
    return next(p for p in found.participants if p.external_id == external and p.left_at is None)


def sessions_of(found: StoredConversation) -> list[StoredSession]:
    rows = db.execute(
        "SELECT body FROM session WHERE conversation_id IS ? ORDER BY rowid LIMIT 1000", (found.id,)
    )
    return [StoredSession.model_validate_json(body) for (body,) in rows.fetchall()]


def participant(found: StoredConversation, who: StoredParticipant) -> Participant:
    connected = found.state == "active" and who.left_at is None
    return Participant(
        id=who.id, purpose=who.purpose, state="connected" if connected else "disconnected", name=who.name,
        address=who.address, user_id=who.user_id, user_uri=f"/api/v2/users/{who.user_id}" if who.user_id else None,
        external_id=who.external_id, participant_type="Internal" if who.purpose == "agent" else "External",
        start_time=iso(who.joined_at), connected_time=iso(who.joined_at) if connected else None,
        end_time=iso(who.left_at) if who.left_at else None, attributes=who.attributes,
    )  # fmt: skip


def iso(millis: int) -> str:
    return (
        datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
