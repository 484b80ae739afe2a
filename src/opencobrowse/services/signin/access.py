"""Tokens: who gets one, what it may do, when it ends."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.domain.people import OAuthClient, Organization, Token, User
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Fault, Forbidden, Unauthenticated
from opencobrowse.kernel.secrets import Secret, digest, new_token
from opencobrowse.ports.passwords import Passwords
from opencobrowse.ports.rooms import Rooms
from opencobrowse.ports.store import Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.signin.clients import find_client
from opencobrowse.services.signin.signouts import end_everything, end_token
from opencobrowse.services.throttle import Lockout

_MAX_PASSWORD = 1024


@dataclass(frozen=True, slots=True)
class Grant:
    """A new access token. `expires_in` is in seconds. `scope` is said where it may be another than was asked
    for."""

    access_token: Secret
    expires_in: int
    refresh_token: Secret | None = None
    scope: str | None = None


class Access:
    """`password_sign_in` False: people come in by single sign-on alone."""

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        rooms: Rooms,
        clock: Clock,
        password_sign_in: bool = True,
    ) -> None:
        self.password_sign_in = password_sign_in
        self._store = store
        self._rooms = rooms
        self._passwords = passwords
        self._clock = clock
        self._lockout = Lockout(clock)

    async def sign_in(self, email: str, password: str) -> Grant:
        """A person's token for their password. Ten failures lock the account for a minute, then longer."""
        if not self.password_sign_in:
            raise Forbidden(
                "Signing in with a password is switched off.",
                code="password.sign.in.off",
                cure="Use single sign-on: GET /api/v2/opencobrowse/signin says where.",
            )
        email = email.strip().lower()[:254]
        self._lockout.spend(email)
        found = await self._store.find(User, email=email)
        user = found[0] if found and found[0].active else None
        kept = user.password_hash if user and len(password) <= _MAX_PASSWORD else None
        if not await self._passwords.verify(kept, password[:_MAX_PASSWORD]) or user is None:
            raise Unauthenticated(
                "The e-mail address or the password is wrong.",
                code="bad.credentials",
                cure="Check both; an operator can set a new password with `opencobrowse user create`.",
            )
        self._lockout.succeed(email)
        return await self._issue(user.org_id, user.permissions, user_id=user.id)

    async def admit(self, user: User) -> Grant:
        """A person's token where something else than a password said who they are."""
        return await self._issue(user.org_id, user.permissions, user_id=user.id)

    async def authenticate(self, bearer: str | None) -> Actor:
        """The actor of a bearer token. Raises `Unauthenticated`.

        A person's permissions are those of the token that they still hold: taking one away, or making the
        person inactive, works at once.
        """
        if not bearer:
            raise Unauthenticated(
                "No authentication bearer token specified in authorization header.",
                code="authentication.required",
                cure="Get a token with POST /oauth/token and send it as 'Authorization: Bearer …'.",
            )
        return await self.holder(digest(bearer))

    async def holder(self, token_id: str) -> Actor:
        """The actor of the token that is stored under `token_id`. Raises `Unauthenticated`."""
        token = await self._store.get(Token, token_id)
        if token is None:
            raise _bad_token()
        if token.expires_at <= self._clock.now():
            raise Unauthenticated(
                "The supplied credentials are expired and cannot be used.",
                code="credentials.expired",
                cure="Get a new token with POST /oauth/token.",
            )
        permissions = token.permissions
        if token.user_id is not None:
            user = await self._store.get(User, token.user_id)
            if user is None or not user.active:
                raise _bad_token()
            permissions &= user.permissions
        return Actor(token.org_id, token.id, permissions, token.client_id, token.user_id, token.expires_at)

    async def revoke(self, actor: Actor) -> None:
        """End the token now, the sockets opened with it, and the consent that it came from."""
        await end_token(self._store, self._rooms, actor.token_id, actor.user_id)

    async def revoke_all(self, user_id: str) -> None:
        """End every token of a person, what gets them new ones, and their sockets."""
        await end_everything(self._store, self._rooms, user_id)

    def dismiss(self, user_id: str) -> None:
        """A person is no agent any more: close their viewers' sockets (reliability.md B5)."""
        self._rooms.dismissed(user_id)

    async def organization(self, actor: Actor) -> Organization:
        found = await self._store.get(Organization, actor.org_id)
        assert found is not None, "a token's organisation exists"  # noqa: S101
        return found

    async def client(self, actor: Actor) -> OAuthClient | None:
        """The program behind a token; None for a person's."""
        return await find_client(self._store, actor.client_id) if actor.client_id else None

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


def _bad_token() -> Fault:
    return Unauthenticated(
        "Invalid login credentials (the bearer token is unknown or was revoked).",
        code="bad.credentials",
        cure="Get a new token with POST /oauth/token.",
    )
