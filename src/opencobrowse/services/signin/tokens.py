"""What `/oauth/token` gives and `/oauth/revoke` takes: one method for each grant (api.md section 1).

Permissions decide, scopes narrow: a token never holds more than its client, its person and its scope allow,
and a person's are looked at again at every call (`access.authenticate`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.oauth import AuthorizationCode, RefreshToken
from opencobrowse.domain.people import OAuthClient, Token, User
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Invalid
from opencobrowse.kernel.ids import canonical
from opencobrowse.kernel.secrets import digest, new_token, same
from opencobrowse.ports.rooms import Rooms
from opencobrowse.ports.store import Change, Conflict, Delete, Put, Store
from opencobrowse.services.permissions import narrow
from opencobrowse.services.signin.access import Grant
from opencobrowse.services.signin.assertions import Assertions, refused
from opencobrowse.services.signin.programs import Credentials, Programs
from opencobrowse.services.signin.signouts import end_family, end_token

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


@dataclass(frozen=True, slots=True)
class _Issued:
    """A grant, and the records that make it true once they are stored."""

    grant: Grant
    access_id: str
    refresh_id: str
    changes: tuple[Change, ...]


class Tokens:
    def __init__(
        self, store: Store, rooms: Rooms, clock: Clock, assertions: Assertions, programs: Programs
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._clock = clock
        self._assertions = assertions
        self._programs = programs

    async def for_client(self, shown: Credentials, scope: str | None = None) -> Grant:
        """RFC 6749 section 4.4: a program's own token. Raises `WrongClient`, `TooMany`, and `Invalid` for an
        unknown scope."""
        client = await self._programs.identified(shown)
        if client.public:
            raise _not_for_public()
        held = narrow(client.permissions, scope)
        token, grant = self._access(client.org_id, held, client.id, None, scope is not None)
        await self._store.commit(Put(token))
        return grant

    async def for_assertion(self, text: str, scope: str | None, shown: Credentials | None) -> Grant:
        """RFC 7523 section 2.1: a token for what the client signed: its own, or one that acts for a person of
        its organisation. `shown`: what it showed besides, if anything; it must be the same client."""
        assertion = await self._assertions.read(text)
        client = assertion.client
        if shown is not None and (await self._programs.identified(shown)).id != client.id:
            raise refused("iss is another client than the one that sends it")
        user = None if assertion.subject == client.id else await self._subject(client, assertion.subject)
        held = narrow(client.permissions & user.permissions if user else client.permissions, scope)
        user_id = user.id if user else None
        token, grant = self._access(client.org_id, held, client.id, user_id, scope is not None)
        try:
            await self._store.commit(Put(assertion.used), Put(token))
        except Conflict:
            raise refused("it was used before: every assertion needs a jti of its own") from None
        return grant

    async def for_code(self, shown: Credentials, code: str, redirect_uri: str, verifier: str) -> Grant:
        """RFC 6749 section 4.1.3 and RFC 7636 section 4.6. A code that comes again takes back its tokens."""
        client = await self._programs.identified(shown)
        found = await self._store.get(AuthorizationCode, digest(code))
        if found is None or found.client_id != client.id:
            raise _no_grant("the code is unknown, too old, or another client's")
        if found.used:
            await self._take_back(found)
            raise _no_grant("the code was used before: what it gave is revoked, sign in again")
        if found.expires_at <= self._clock.now():
            raise _no_grant(f"the code is older than {limits.AUTHORIZATION_CODE_MS // 1000} s")
        if redirect_uri != found.redirect_uri:
            raise _no_grant("redirect_uri is not the one that the code was sent to")
        _check_verifier(found.challenge, verifier)
        user = await self._active(found.user_id)
        issued = self._pair(client, user, found.permissions, family=found.id)
        used = replace(
            found, used=True, issued=(issued.access_id, issued.refresh_id),
            expires_at=self._clock.now() + limits.REFRESH_TOKEN_MS,
        )  # fmt: skip
        try:
            await self._store.commit(Put(used), *issued.changes)
        except Conflict:
            return await self.for_code(shown, code, redirect_uri, verifier)
        return issued.grant

    async def for_refresh(self, shown: Credentials, refresh_token: str, scope: str | None) -> Grant:
        """RFC 6749 section 6, with a new refresh token each time. One that comes again ends its family."""
        client = await self._programs.identified(shown)
        found = await self._store.get(RefreshToken, digest(refresh_token))
        if found is None or found.client_id != client.id:
            raise _no_grant("the refresh token is unknown, revoked, or another client's")
        if found.used:
            await end_family(self._store, self._rooms, found.family)
            raise _no_grant(
                "the refresh token was used before: all that came of it is revoked, sign in again"
            )
        if found.expires_at <= self._clock.now():
            raise _no_grant("the refresh token has expired: sign in again")
        user = await self._active(found.user_id)
        issued = self._pair(client, user, found.permissions, found.family, scope)
        surplus = await self._surplus(found.family)
        try:
            await self._store.commit(Put(replace(found, used=True)), *issued.changes, *surplus)
        except Conflict:
            return await self.for_refresh(shown, refresh_token, scope)
        return issued.grant

    async def revoke(self, shown: Credentials, text: str) -> None:
        """RFC 7009: end a token of the calling program, and with it the consent that it came from. One that
        is unknown is no error; another program's is."""
        client = await self._programs.identified(shown)
        found = await self._store.get(RefreshToken, digest(text)) or await self._store.get(
            Token, digest(text)
        )
        if found is None:
            return
        if found.client_id != client.id:
            raise _no_grant("the token is another client's")
        if isinstance(found, RefreshToken):
            await end_family(self._store, self._rooms, found.family)
        else:
            await end_token(self._store, self._rooms, found.id, found.user_id)

    # -- details -------------------------------------------------------------------------------------------

    def _access(
        self, org_id: str, held: frozenset[str], client_id: str, user_id: str | None, say_scope: bool
    ) -> tuple[Token, Grant]:
        secret, lifetime = new_token(), limits.ACCESS_TOKEN_MS
        token = Token(digest(secret), org_id, client_id, user_id, held, self._clock.now() + lifetime)
        return token, Grant(secret, lifetime // 1000, scope=" ".join(sorted(held)) if say_scope else None)

    def _pair(
        self, client: OAuthClient, user: User, allowed: frozenset[str], family: str, scope: str | None = None
    ) -> _Issued:
        """An access token and the next refresh token of `family`, which keeps all that was consented to."""
        held = narrow(allowed & user.permissions & client.permissions, scope)
        token, grant = self._access(user.org_id, held, client.id, user.id, say_scope=True)
        secret = new_token()
        expires = self._clock.now() + limits.REFRESH_TOKEN_MS
        refresh = RefreshToken(
            digest(secret), user.org_id, client.id, user.id, family, allowed, expires, access=token.id
        )
        grant = replace(grant, refresh_token=secret)
        return _Issued(grant, token.id, refresh.id, (Put(token), Put(refresh)))

    async def _surplus(self, family: str) -> list[Delete]:
        """The oldest of a family that has grown too long, with their access tokens: bounded memory (I11)."""
        kept = await self._store.find(RefreshToken, family=family)
        surplus = kept[: max(0, len(kept) - limits.REFRESH_FAMILY_KEPT)]
        gone = [Delete(RefreshToken, token.id) for token in surplus]
        return [*gone, *(Delete(Token, token.access) for token in surplus)]

    async def _take_back(self, code: AuthorizationCode) -> None:
        await end_family(self._store, self._rooms, code.id)
        for token_id in code.issued[:1]:
            await end_token(self._store, self._rooms, token_id, None)

    async def _subject(self, client: OAuthClient, subject: str) -> User:
        """The person that a client wants to act for: by id or by e-mail address."""
        user = await self._store.get(User, canonical(subject))
        if user is None:
            found = await self._store.find(User, email=subject.strip().lower())
            user = found[0] if found else None
        if user is None or not user.active or user.org_id != client.org_id:
            raise refused(
                f"sub {subject[:254]!r} is neither the client nor an active user of its organisation"
            )
        return user

    async def _active(self, user_id: str) -> User:
        user = await self._store.get(User, user_id)
        if user is None or not user.active:
            raise _no_grant("the person who allowed it is not active any more")
        return user


def challenge_of(verifier: str) -> str:
    """RFC 7636 section 4.2, S256."""
    hashed = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(hashed).decode().rstrip("=")


def _check_verifier(challenge: str, verifier: str) -> None:
    if not challenge:
        if verifier:  # somebody took the challenge out of the request (RFC 9700 section 4.8.2)
            raise _no_grant("code_verifier is given, and the code was asked for without a code_challenge")
        return
    if not verifier:
        raise _no_grant("code_verifier is missing: the code was asked for with a code_challenge")
    if not _VERIFIER.match(verifier) or not same(challenge, challenge_of(verifier)):
        raise _no_grant("code_verifier does not fit the code_challenge that the code was asked for with")


def _no_grant(why: str) -> Invalid:
    return Invalid(why, code="invalid_grant")


def _not_for_public() -> Invalid:
    return Invalid(
        "a public client has no token of its own: people sign in to it, at /oauth/authorize",
        code="unauthorized_client",
    )
