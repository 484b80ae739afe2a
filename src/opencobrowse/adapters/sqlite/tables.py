"""How each kind of record lies in its table: an id, a version, a JSON body, the columns it is found by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.deployment import Configuration, Deployment
from opencobrowse.domain.notification import Channel
from opencobrowse.domain.oauth import AuthorizationCode, RefreshToken, UsedAssertion
from opencobrowse.domain.people import OAuthClient, Organization, Remembered, Role, Token, User
from opencobrowse.domain.session import Session
from opencobrowse.domain.wrapup import WrapupCode
from opencobrowse.kernel.secrets import Secret

Column = str | int | None


def _from_json(kind: type[Any], value: Any) -> Any:
    if kind is Secret:
        return Secret(value)
    raise NotImplementedError(kind)


def _to_json(value: Any) -> Any:
    if isinstance(value, Secret):
        return str.__str__(value)
    raise NotImplementedError(type(value))


_encoder: Final = msgspec.json.Encoder(enc_hook=_to_json)
encode: Final = _encoder.encode


@dataclass(frozen=True, slots=True)
class Table:
    """`decode` makes a record of its body and version; `keys` maps the name used in `Store.find` to its
    column value for a record."""

    name: str
    decode: Callable[[bytes, int], Any]
    keys: Mapping[str, Callable[[Any], Column]]
    insert: str
    update: str

    def columns(self, record: Any) -> list[Column]:
        return [value(record) for value in self.keys.values()]


def _table(name: str, kind: type[Any], /, **keys: Callable[[Any], Column]) -> Table:
    names = list(keys)
    marks = ", ".join("?" for _ in names)
    sets = "".join(f", {column} = ?" for column in names)
    return Table(
        name,
        _decoder(kind),
        keys,
        f"INSERT INTO {name} ({', '.join(['id', 'version', 'body', *names])}) VALUES (?, 1, ?{', ' if names else ''}{marks})",  # noqa: S608, E501
        f"UPDATE {name} SET version = version + 1, body = ?{sets} WHERE id = ? AND version = ?",  # noqa: S608
    )


def _decoder(kind: type[Any]) -> Callable[[bytes, int], Any]:
    decode = msgspec.json.Decoder(kind, dec_hook=_from_json).decode

    def versioned(body: bytes, version: int) -> Any:
        record = decode(body)
        object.__setattr__(record, "version", version)  # nobody has seen it yet: it is still being made
        return record

    return versioned


TABLES: Final[Mapping[type[Any], Table]] = {
    Organization: _table("organization", Organization),
    OAuthClient: _table("oauth_client", OAuthClient, org_id=lambda r: r.org_id),
    User: _table(
        "person",
        User,
        org_id=lambda r: r.org_id,
        email=lambda r: r.email,
        identity=lambda r: r.identity,
        name=lambda r: r.name.casefold(),
        state=lambda r: r.state,
    ),
    Role: _table("role", Role, org_id=lambda r: r.org_id, name=lambda r: r.name.casefold()),
    AuthorizationCode: _table(
        "authorization_code",
        AuthorizationCode,
        user_id=lambda r: r.user_id,
        expires_at=lambda r: r.expires_at,
    ),
    RefreshToken: _table(
        "refresh_token",
        RefreshToken,
        user_id=lambda r: r.user_id,
        family=lambda r: r.family,
        expires_at=lambda r: r.expires_at,
    ),
    UsedAssertion: _table("used_assertion", UsedAssertion, expires_at=lambda r: r.expires_at),
    Channel: _table(
        "channel",
        Channel,
        org_id=lambda r: r.org_id,
        owner=lambda r: r.owner,
        expires_at=lambda r: r.expires_at,
    ),
    WrapupCode: _table(
        "wrapup_code", WrapupCode, org_id=lambda r: r.org_id, name=lambda r: r.name.casefold()
    ),
    Token: _table(
        "token",
        Token,
        user_id=lambda r: r.user_id,
        expires_at=lambda r: r.expires_at,
        client_id=lambda r: r.client_id,
    ),
    Conversation: _table(
        "conversation",
        Conversation,
        org_id=lambda r: r.org_id,
        external_tag=lambda r: r.external_tag,
        live=lambda r: int(r.live),
        updated_at=lambda r: r.updated_at,
    ),
    Session: _table(
        "session",
        Session,
        org_id=lambda r: r.org_id,
        conversation_id=lambda r: r.conversation_id,
        agent_user_id=lambda r: r.agent_user_id,
        external_id=lambda r: r.customer_external_id,
        code_index=lambda r: r.join_code_index,
        token_index=lambda r: r.join_token_index,
        live=lambda r: int(r.live),
        deadline=lambda r: r.deadline,
    ),
    Remembered: _table("remembered", Remembered, expires_at=lambda r: r.expires_at),
    Deployment: _table(
        "deployment",
        Deployment,
        org_id=lambda r: r.org_id,
        configuration_id=lambda r: r.configuration_id,
    ),
    Configuration: _table("configuration", Configuration, org_id=lambda r: r.org_id),
}
