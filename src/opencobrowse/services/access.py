"""Tokens: who gets one, what it may do, when it ends."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.domain.people import OAuthClient, Organization, Token, User
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Invalid, TooMany, Unauthenticated
from opencobrowse.kernel.ids import MINUTE, Millis
from opencobrowse.kernel.secrets import Secret, digest, new_token, same
from opencobrowse.ports.passwords import Passwords
from opencobrowse.ports.rooms import Rooms
from opencobrowse.ports.store import Delete, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.permissions import narrow


@dataclass(frozen=True, slots=True)
class Grant:
    """A new access token. `expires_in` is in seconds."""

    access_token: Secret
    expires_in: int


class WrongClient(Invalid):
    """RFC 6749 section 5.2 `invalid_client`."""


class Access:
    def __init__(self, store: Store, passwords: Passwords, rooms: Rooms, clock: Clock) -> None:
        self._store = store
        self._rooms = rooms
        self._passwords = passwords
        self._clock = clock
        self._lockout = Lockout(clock)

    async def client_token(self, client_id: str, secret: str, scope: str | None = None) -> Grant:
        """RFC 6749 client credentials. Raises `WrongClient`, or `Invalid` for an unknown scope."""
        client = await self._store.get(OAuthClient, client_id)
        if client is None or not same(client.secret_digest, digest(secret)):
            raise WrongClient("client not found or its secret is wrong", code="invalid_client")
        return await self._issue(client.org_id, narrow(client.permissions, scope), client_id=client.id)

    async def sign_in(self, email: str, password: str) -> Grant:
        """A person's token for their password. Ten failures lock the account for a minute, then longer."""
        email = email.strip().lower()
        self._lockout.check(email)
        found = await self._store.find(User, email=email)
        user = found[0] if found and found[0].active else None
        if not await self._passwords.verify(user.password_hash if user else None, password) or user is None:
            self._lockout.fail(email)
            raise Unauthenticated(
                "The e-mail address or the password is wrong.",
                code="bad.credentials",
                cure="Check both; an operator can set a new password with `opencobrowse user create`.",
            )
        self._lockout.succeed(email)
        return await self._issue(user.org_id, user.permissions, user_id=user.id)

    async def authenticate(self, bearer: str | None) -> Actor:
        """The actor of a bearer token. Raises `Unauthenticated`."""
        if not bearer:
            raise Unauthenticated(
                "No authentication bearer token specified in authorization header.",
                code="authentication.required",
                cure="Get a token with POST /oauth/token and send it as 'Authorization: Bearer …'.",
            )
        token = await self._store.get(Token, digest(bearer))
        if token is None:
            raise Unauthenticated(
                "Invalid login credentials (the bearer token is unknown or was revoked).",
                code="bad.credentials",
                cure="Get a new token with POST /oauth/token.",
            )
        if token.expires_at <= self._clock.now():
            raise Unauthenticated(
                "The supplied credentials are expired and cannot be used.",
                code="credentials.expired",
                cure="Get a new token with POST /oauth/token.",
            )
        return Actor(token.org_id, token.id, token.permissions, token.client_id, token.user_id)

    async def revoke(self, actor: Actor) -> None:
        """End the token now, and the sockets opened with it (api.md section 1)."""
        await self._store.commit(Delete(Token, actor.token_id))
        self._rooms.revoked(actor.token_id)

    async def organization(self, actor: Actor) -> Organization:
        found = await self._store.get(Organization, actor.org_id)
        assert found is not None, "a token's organisation exists"  # noqa: S101
        return found

    async def _issue(
        self,
        org_id: str,
        permissions: frozenset[str],
        client_id: str | None = None,
        user_id: str | None = None,
    ) -> Grant:
        secret = new_token()
        expires = self._clock.now() + limits.ACCESS_TOKEN_MS
        await self._store.commit(Put(Token(digest(secret), org_id, client_id, user_id, permissions, expires)))
        return Grant(secret, limits.ACCESS_TOKEN_MS // 1000)


class Lockout:
    """Failures per account, in memory: after ten, one more minute of waiting for each (reliability.md D)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, Millis]] = {}

    def check(self, account: str) -> None:
        count, since = self._failures.get(account, (0, 0))
        wait = min((count - limits.SIGN_IN_FAILURES + 1) * MINUTE, limits.SIGN_IN_LOCK_MAX_MS)
        left = since + wait - self._clock.now()
        if count >= limits.SIGN_IN_FAILURES and left > 0:
            raise TooMany(
                "Too many failed sign-ins for this account.",
                code="too.many.requests",
                cure="Wait, then try again.",
                retry_after=left // 1000 + 1,
            )

    def fail(self, account: str) -> None:
        if len(self._failures) > 10_000:
            self._failures.clear()
        count, _ = self._failures.get(account, (0, 0))
        self._failures[account] = (count + 1, self._clock.now())

    def succeed(self, account: str) -> None:
        self._failures.pop(account, None)
