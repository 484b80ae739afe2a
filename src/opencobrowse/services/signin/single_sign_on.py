"""Single sign-on: who is let in after the identity provider said who they are.

A person is found by their identity, issuer and `sub`. An e-mail address finds them once, on the first
sign-in, where the provider has verified it and nobody's identity is bound to the user yet; from then on the
address may change on either side and opens nobody else's account.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.oauth import UsedAssertion
from opencobrowse.domain.people import User
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import (
    Clash,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from opencobrowse.kernel.ids import MINUTE
from opencobrowse.kernel.secrets import digest
from opencobrowse.ports.identity import (
    Answer,
    AnswerRefused,
    IdentityProvider,
    Person,
    ProviderDown,
)
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.changes import ATTEMPTS
from opencobrowse.services.people.directory import Directory
from opencobrowse.services.permissions import AGENT_PERMISSIONS
from opencobrowse.services.signin.access import Access, Grant
from opencobrowse.services.signin.attempts import Attempts, Trip
from opencobrowse.services.throttle import Window

log = logging.getLogger("opencobrowse.single_sign_on")

START: Final = "/oauth/oidc/start"
CALLBACK: Final = "/oauth/oidc/callback"

_MAX_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may come in that is no user yet: nobody, or everybody with a verified address (`create_agents`),
    or those of them whose address is of one of `domains`."""

    create_agents: bool = False
    domains: frozenset[str] = frozenset()

    def lets_in(self, email: str) -> bool:
        return self.create_agents and (not self.domains or email.rpartition("@")[2] in self.domains)


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and the cookie that it comes back with."""

    address: str
    cookie: str


class SingleSignOn:
    """`provider` None: there is none. `name` is what the button says."""

    def __init__(
        self,
        *,
        provider: IdentityProvider | None,
        name: str,
        admission: Admission,
        attempts: Attempts,
        access: Access,
        directory: Directory,
        store: Store,
        clock: Clock,
    ) -> None:
        self._provider = provider
        self._name = name
        self._admission = admission
        self._attempts = attempts
        self._access = access
        self._directory = directory
        self._store = store
        self._clock = clock
        self._begun = Window(clock, MINUTE)

    @property
    def name(self) -> str | None:
        """What the button says; None where there is no provider."""
        return self._name if self._provider is not None else None

    async def begin(self, cookie: str, wanted: str, address: str) -> Departure:
        """Send a person to the provider; they come back to `wanted`. Raises `NotFound` where there is no
        provider, `TooMany`, `Unavailable` while the provider is down."""
        provider = self._asked(address)
        attempt, cookie = self._attempts.begin(cookie, wanted)
        try:
            return Departure(await provider.address(attempt), cookie)
        except ProviderDown as down:
            raise _down() from down

    def returning(self, cookie: str, state: str) -> tuple[Trip | None, str]:
        """The trip that a person comes back from, and what is left of their cookie."""
        return self._attempts.take(cookie, state)

    async def finish(self, trip: Trip | None, answer: Answer, address: str) -> Grant:
        """The token of the person who came back. Every refusal is a `Fault` with a `sso.` code."""
        provider = self._asked(address)
        if trip is None or not await self._first_use(trip):
            raise Invalid(
                "The sign-in was not begun in this browser, is too old, or was finished already.",
                code="sso.attempt.invalid",
                cure="Begin again on the sign-in page.",
            )
        try:
            person = await provider.person(self._attempts.attempt(trip), answer)
        except ProviderDown as down:
            raise _down() from down
        except AnswerRefused as refused:
            raise _refused(answer) from refused
        return await self._access.admit(await self._user(person))

    def _asked(self, address: str) -> IdentityProvider:
        if self._provider is None:
            raise NotFound(
                "There is no single sign-on here.",
                code="sso.not.configured",
                cure="Sign in with a password; an operator can set oidc_issuer and oidc_client_id.",
            )
        one, all_together = limits.SINGLE_SIGN_ONS_PER_MINUTE, limits.SINGLE_SIGN_ONS_TOGETHER
        if self._begun.of(address) >= one or self._begun.total >= all_together:
            raise TooMany(
                "Too many sign-ins at once.",
                code="too.many.requests",
                cure="Wait a minute, then begin again.",
                retry_after=self._begun.seconds_left(),
            )
        self._begun.spend(address)
        return self._provider

    async def _first_use(self, trip: Trip) -> bool:
        """Whether the trip ends for the first time. Said to the store before the provider is asked: of two
        who come back with the same state, one is too late."""
        used = UsedAssertion(digest(f"single-sign-on|{trip.seed}"), trip.expires_at)
        try:
            await self._store.commit(Put(used))
        except Conflict:
            return False
        return True

    async def _user(self, person: Person) -> User:
        """The user that `person` is, who may have been made or bound a moment ago by another tab."""
        for _ in range(ATTEMPTS):
            try:
                user = await self._known(person) or await self._bound(person)
            except Conflict:
                continue
            if not user.active:
                raise Forbidden(
                    "Your account is switched off.",
                    code="sso.user.inactive",
                    cure="An administrator can switch the user on again.",
                )
            return user
        raise Clash("The user is being changed by too many at once.", code="conflict", cure="Begin again.")

    async def _known(self, person: Person) -> User | None:
        found = await self._store.find(User, identity=person.identity)
        return found[0] if found else None

    async def _bound(self, person: Person) -> User:
        """A first sign-in: the user of the verified address, or a new one. Raises `Conflict`: look again."""
        email = _verified_address(person)
        found = await self._store.find(User, email=email)
        if found and found[0].identity is not None:
            raise Forbidden(
                "The user with your e-mail address belongs to another account of the identity provider.",
                code="sso.user.other",
                cure="If that account was yours, an administrator can release it: opencobrowse user release.",
            )
        if found and not found[0].active:
            return found[0]
        user = found[0] if found else await self._new(email, person)
        await self._store.commit(Put(replace(user, identity=person.identity)))
        log.info("user %s is bound to an identity of the provider", user.id)
        return replace(user, identity=person.identity, version=user.version + 1)

    async def _new(self, email: str, person: Person) -> User:
        if not self._admission.lets_in(email):
            raise Forbidden(
                "You signed in, and are no user here.",
                code="sso.user.unknown",
                cure="Ask an administrator to add a user with your e-mail address.",
            )
        org = await self._directory.organization()
        try:
            return await self._directory.add_user(org.id, email, _name(person), None, AGENT_PERMISSIONS)
        except Clash as taken:
            raise Conflict("user", email) from taken


def _verified_address(person: Person) -> str:
    email = (person.email or "").strip().lower()
    if not email or not person.email_verified:
        raise Forbidden(
            "The identity provider has not verified your e-mail address.",
            code="sso.email.unverified",
            cure="Confirm your e-mail address at the identity provider, then begin again.",
        )
    return email


def _name(person: Person) -> str | None:
    """A name as it may be shown to customers: one line, without characters that turn a text around."""
    words = "".join(ch if ch.isprintable() else " " for ch in person.name or "").split()
    return " ".join(words)[:_MAX_NAME] or None


def _down() -> Fault:
    return Unavailable(
        "The identity provider does not answer.",
        code="sso.provider.unavailable",
        cure="Try again in a minute; the server's log says what happened.",
        retry_after=int(limits.PROVIDER_RETRY_SECONDS),
    )


def _refused(answer: Answer) -> Fault:
    if answer.error:
        return Forbidden(
            "The identity provider did not sign you in.",
            code="sso.refused",
            cure="Begin again and agree there, or ask an administrator whether you may.",
        )
    return Unauthenticated(
        "The identity provider's answer is not valid.",
        code="sso.answer.invalid",
        cure="Begin again; if it stays, the server's log says why.",
    )
