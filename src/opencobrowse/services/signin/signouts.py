"""What ends together: all that a person signed in to, and all that came of one consent."""

from __future__ import annotations

from typing import Final

from opencobrowse.domain.oauth import AuthorizationCode, RefreshToken
from opencobrowse.domain.people import Token
from opencobrowse.ports.rooms import Rooms
from opencobrowse.ports.store import Delete, Store

_AT_ONCE: Final = 1_000


async def everything_of(store: Store, user_id: str) -> list[Delete]:
    """What has to go when a person is signed out everywhere: their tokens, and all that gets new ones. A
    thousand of each kind; ask again until nothing is left."""
    return [
        Delete(kind, record.id)
        for kind in (RefreshToken, AuthorizationCode, Token)
        for record in await store.find(kind, user_id=user_id, limit=_AT_ONCE)
    ]


async def end_everything(store: Store, rooms: Rooms, user_id: str) -> None:
    """Sign a person out everywhere, their sockets included. What is issued meanwhile goes as well."""
    while gone := await everything_of(store, user_id):
        await store.commit(*gone)
        _close(rooms, gone)


async def end_family(store: Store, rooms: Rooms, family: str) -> None:
    """End all refresh tokens of one consent and the access tokens that they came with (RFC 9700, 4.14)."""
    while refresh := await store.find(RefreshToken, family=family, limit=_AT_ONCE):
        gone = [Delete(RefreshToken, token.id) for token in refresh]
        gone += [Delete(Token, token.access) for token in refresh]
        await store.commit(*gone)
        _close(rooms, gone)


async def end_token(store: Store, rooms: Rooms, token_id: str, user_id: str | None) -> None:
    """End an access token, its sockets, and the consent that it came from: a program that signs its person
    out cannot get the next token."""
    gone = Delete(Token, token_id)
    await store.commit(gone)
    _close(rooms, [gone])
    refresh = await store.find(RefreshToken, user_id=user_id, limit=_AT_ONCE) if user_id else []
    for family in {token.family for token in refresh if token.access == token_id}:
        await end_family(store, rooms, family)


def _close(rooms: Rooms, gone: list[Delete]) -> None:
    for change in gone:
        if change.kind is Token:
            rooms.revoked(change.id)
