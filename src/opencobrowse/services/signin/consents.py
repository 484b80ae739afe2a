"""A person lets a program act for them: `/oauth/authorize` (RFC 6749 section 4.1, RFC 7636, RFC 9700).

What is wrong with the client or its address is told to the person and goes nowhere else (`NotSentBack`);
whatever else is wrong is told to the program at its own, registered address (`SentBack`). Every answer names
who gives it (`iss`, RFC 9207), so that a program with several servers cannot mix them up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from opencobrowse.domain.oauth import AuthorizationCode
from opencobrowse.domain.people import OAuthClient, Organization, User
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Forbidden, Invalid
from opencobrowse.kernel.secrets import Keyring, digest, new_token, same
from opencobrowse.ports.store import Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.permissions import PERMISSIONS, narrow
from opencobrowse.services.signin import redirects
from opencobrowse.services.signin.clients import find_client

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_UNSUPPORTED: Final = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}
_PURPOSE: Final = "consent"

Parameters = Sequence[tuple[str, str]]


@dataclass
class SentBack(Exception):  # noqa: N818  an answer, by redirect
    """The browser goes back to the program, to `location`."""

    location: str


@dataclass
class NotSentBack(Exception):  # noqa: N818
    """The client or its address is wrong: `why` is for the person, and the browser goes nowhere. `status`:
    400 where one of them is missing, 404 for an unknown client, 403 for an address that is not its own."""

    why: str
    status: int = 400


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a program asks a person for. `wanted`: its permissions under the scope, before the person's."""

    client: OAuthClient
    redirect_uri: str
    state: str | None
    challenge: str
    wanted: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person is asked. `allows`: what the program may do, in words; `proof` has to come back with
    the answer: it is this person's, for this request, and good for ten minutes."""

    request: AuthorizationRequest
    user: User
    organization: Organization
    allows: tuple[str, ...]
    proof: str


@dataclass
class _Wrong(Exception):  # noqa: N818
    """An error of RFC 6749 section 4.1.2.1, for the program."""

    error: str
    why: str


class Consents:
    """`origin` is the server's, and its issuer identifier."""

    def __init__(self, store: Store, keyring: Keyring, clock: Clock, origin: str) -> None:
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._origin = origin

    async def read(self, given: Parameters, text: str) -> AuthorizationRequest:
        """The request that `given` are, `text` being the same as it came. Raises `NotSentBack` or `SentBack`.
        Parameters that are not known (the platform's `org` and `provider`) are ignored (RFC 6749, 3.1)."""
        counts = Counter(name for name, _ in given)
        values = {name: value for name, value in given if value}
        client, redirect_uri = await self._checked_client(values, counts)
        try:
            return _checked(client, redirect_uri, values, counts, text)
        except _Wrong as wrong:
            raise self.sent_back(redirect_uri, values.get("state"), wrong.error, wrong.why) from None
        except Invalid as fault:  # an unknown scope
            raise self.sent_back(redirect_uri, values.get("state"), fault.code, fault.message) from None

    async def ask(self, actor: Actor, request: AuthorizationRequest) -> Consent:
        """What to ask this person. Raises `Forbidden` where the program is another organisation's."""
        user = await self._person(actor, request)
        organization = await self._store.get(Organization, user.org_id)
        assert organization is not None, "a user's organisation exists"  # noqa: S101
        held = request.wanted & actor.permissions
        allows = tuple(permission.allows for permission in PERMISSIONS if permission.name in held)
        return Consent(request, user, organization, allows, self._proof(actor, request, self._ends()))

    async def allow(self, actor: Actor, request: AuthorizationRequest, proof: str) -> SentBack:
        """The person said yes: the way back, with a code. Raises `Forbidden` for a proof not theirs."""
        self._check_proof(actor, request, proof)
        user = await self._person(actor, request)
        code = new_token()
        await self._store.commit(Put(AuthorizationCode(
            digest(code), user.org_id, request.client.id, user.id, request.redirect_uri, request.challenge,
            request.wanted & actor.permissions, self._clock.now() + limits.AUTHORIZATION_CODE_MS,
        )))  # fmt: skip
        answer = {"code": str(code), "state": request.state, "iss": self._origin}
        return SentBack(redirects.with_answer(request.redirect_uri, answer))

    def deny(self, actor: Actor, request: AuthorizationRequest, proof: str) -> SentBack:
        """The person said no."""
        self._check_proof(actor, request, proof)
        return self.sent_back(
            request.redirect_uri, request.state, "access_denied", "The person did not allow it."
        )

    def sent_back(self, redirect_uri: str, state: str | None, error: str, why: str) -> SentBack:
        answer = {"error": error, "error_description": _plain(why), "state": state, "iss": self._origin}
        return SentBack(redirects.with_answer(redirect_uri, answer))

    # -- details -------------------------------------------------------------------------------------------

    async def _checked_client(
        self, values: Mapping[str, str], counts: Mapping[str, int]
    ) -> tuple[OAuthClient, str]:
        for name in ("client_id", "redirect_uri"):
            if counts.get(name, 0) > 1 or name not in values:
                raise NotSentBack(f"The program's link has no {name}, or several: it has to be there once.")
        client = await find_client(self._store, values["client_id"])
        if client is None:
            raise NotSentBack(f"There is no program {values['client_id'][:80]!r} here.", 404)
        if not redirects.allows(client, values["redirect_uri"]):
            raise NotSentBack(
                f"{client.name} wants to send you to {values['redirect_uri'][:300]!r}, which is none of its "
                "registered addresses.",
                403,
            )
        return client, values["redirect_uri"]

    async def _person(self, actor: Actor, request: AuthorizationRequest) -> User:
        """The person at the console. A program's token is nobody here: a narrow one could get a wide one."""
        if actor.user_id is None or actor.client_id is not None:
            raise Forbidden("A person who is signed in to the console decides.", code="not.authorized")
        user = await self._store.get(User, actor.user_id)
        if user is None or request.client.org_id not in ("", user.org_id):
            raise Forbidden(
                f"{request.client.name} is a program of another organisation than yours.",
                code="not.authorized",
            )
        return user

    def _ends(self) -> int:
        return self._clock.now() + limits.CONSENT_MS

    def _proof(self, actor: Actor, request: AuthorizationRequest, ends: int) -> str:
        mac = self._keyring.mac(_PURPOSE, f"{actor.token_id}\0{ends}\0{request.text}")
        return f"{ends}.{mac.hex()}"

    def _check_proof(self, actor: Actor, request: AuthorizationRequest, proof: str) -> None:
        text = proof.partition(".")[0]
        ends = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
        if not same(self._proof(actor, request, ends), proof) or ends <= self._clock.now():
            raise Forbidden(
                "This answer does not belong to a question that you were asked here, or it comes too late.",
                code="not.authorized",
            )


def _checked(
    client: OAuthClient, redirect_uri: str, values: Mapping[str, str], counts: Mapping[str, int], text: str
) -> AuthorizationRequest:
    """The rest of a request whose address is the client's own. Raises `_Wrong`, or `Invalid` for a scope."""
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise _Wrong("invalid_request", f"{twice[0]} is given twice")
    for name, code in _UNSUPPORTED.items():
        if name in values:
            raise _Wrong(code, f"{name} is not supported")
    if "response_type" not in values:
        raise _Wrong("invalid_request", "response_type is missing: code is the one that there is")
    if values["response_type"] != "code":
        raise _Wrong("unsupported_response_type", "response_type has to be code")
    if values.get("response_mode", "query") != "query":
        raise _Wrong("invalid_request", "response_mode has to be query")
    challenge = _checked_challenge(client, values)
    wanted = narrow(client.permissions, values.get("scope"))
    return AuthorizationRequest(client, redirect_uri, values.get("state"), challenge, wanted, text)


def _checked_challenge(client: OAuthClient, values: Mapping[str, str]) -> str:
    challenge = values.get("code_challenge", "")
    if not challenge:
        if client.public:
            raise _Wrong(
                "invalid_request", "code_challenge is missing: a public client needs PKCE (RFC 7636)"
            )
        return ""
    if values.get("code_challenge_method") != "S256":
        raise _Wrong("invalid_request", "code_challenge_method has to be S256")
    if not _CHALLENGE.match(challenge):
        raise _Wrong("invalid_request", "code_challenge is not the base64url of a SHA-256 digest")
    return challenge


def _plain(text: str) -> str:
    """`text` in the characters that `error_description` may have (RFC 6749 section 4.1.2.1)."""
    return "".join(c if " " <= c <= "~" and c not in '"\\' else "'" if c == '"' else "?" for c in text)[:600]
