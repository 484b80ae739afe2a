"""Customers' pages: which may register, as whom, and which session a code or a link leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt

from opencobrowse.domain.deployment import LOOPBACK_HOSTS, CobrowseSettings, Configuration, Deployment
from opencobrowse.domain.people import Organization, User
from opencobrowse.domain.session import Session, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Forbidden, Invalid, NotFound, TooMany
from opencobrowse.kernel.ids import Millis
from opencobrowse.kernel.secrets import Keyring, normal_code
from opencobrowse.ports.store import Store


@dataclass(frozen=True, slots=True)
class Registration:
    """A page that may wait for offers. `external_id` is proved, or on loopback believed; None is nobody."""

    deployment: Deployment
    settings: CobrowseSettings
    external_id: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a consent prompt says."""

    session: Session
    agent_name: str
    organization_name: str


class Pages:
    def __init__(self, store: Store, keyring: Keyring, clock: Clock) -> None:
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._guesses = Guesses(clock)

    async def register(
        self, deployment_id: str, origin: str, external_id: str | None, proof: str | None
    ) -> Registration:
        """Check the page's origin and the customer's identity. Raises 403/404 with its cure."""
        deployment = await self._store.get(Deployment, deployment_id)
        if deployment is None or deployment.status != "Active":
            raise NotFound(
                f"There is no deployment {deployment_id}.",
                code="deployment.not.found",
                cure="Copy the id from GET /api/v2/webdeployments/deployments into data-deployment.",
            )
        if not deployment.allow_all_domains and not origin_allowed(origin, deployment.allowed_domains):
            raise Forbidden(
                f"The origin {origin} may not use this deployment.",
                code="origin.not.allowed",
                cure="Add the page's host to the deployment's allowedDomains.",
            )
        settings = await self.settings(deployment)
        if not settings.enabled:
            raise Forbidden("Cobrowsing is switched off for this deployment.", code="cobrowse.disabled")
        return Registration(
            deployment, settings, _identity(deployment, settings, origin, external_id, proof), origin
        )

    async def settings(self, deployment: Deployment) -> CobrowseSettings:
        configuration = await self._store.get(Configuration, deployment.configuration_id)
        return (configuration.published if configuration else None) or CobrowseSettings()

    async def page_settings(self, deployment_id: str) -> dict[str, Any]:
        """What a sharing page has to know of the published settings, as it goes over the wire."""
        deployment = await self._store.get(Deployment, deployment_id)
        settings = await self.settings(deployment) if deployment else CobrowseSettings()
        return {
            "privacy": settings.privacy.value,
            "maskSelectors": list(settings.mask_selectors),
            "showSelectors": list(settings.show_selectors),
            "readonlySelectors": list(settings.readonly_selectors),
        }

    async def waiting(self, org_id: str, external_id: str | None) -> list[Session]:
        """Sessions whose offer is out for this customer: a page that opens later is asked too."""
        if external_id is None:
            return []
        found = await self._store.find(Session, org_id=org_id, external_id=external_id, live=1)
        return [s for s in found if s.state is SessionState.INITIATED and s.offer_ends_at > self._clock.now()]

    async def by_code(self, org_id: str | None, code: str, guesser: str) -> Session:
        """The live session of a typed code or a link's token; the same 404 for wrong, used and expired (B6)."""
        self._guesses.check(guesser)
        index = self._keyring.index(normal_code(code)) if 6 <= len(code) <= 64 else ""
        found = await self._store.find(Session, code_index=index)
        found += await self._store.find(Session, token_index=index)
        for session in found:
            if session.state is SessionState.INITIATED and org_id in (None, session.org_id):
                if session.offer_ends_at > self._clock.now():
                    return session
        self._guesses.fail(guesser)
        raise NotFound(
            "No session waits under this code.",
            code="join.code.not.found",
            cure="Check the code, or ask your agent for a new one.",
        )

    async def question(self, session: Session) -> Question:
        agent = await self._store.get(User, session.agent_user_id)
        org = await self._store.get(Organization, session.org_id)
        return Question(session, agent.name if agent else "An agent", org.name if org else "")


class Guesses:
    """Budgets of failed codes: one for each guesser and one for all (reliability.md B6)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: Millis = clock.now()
        self._failures: dict[str, int] = {}
        self._total = 0

    def check(self, guesser: str) -> None:
        now = self._clock.now()
        if now - self._since >= limits.CODE_FAILURE_WINDOW_MS:
            self._since, self._total = now, 0
            self._failures.clear()
        spent = self._failures.get(guesser, 0) >= limits.CODE_FAILURES_PER_PEER
        if spent or self._total >= limits.CODE_FAILURES_GLOBAL:
            left = self._since + limits.CODE_FAILURE_WINDOW_MS - now
            raise TooMany(
                "Too many wrong codes. Wait, or ask your agent for a link.",
                code="too.many.requests",
                retry_after=min(180, left // 1000 + 1),
            )

    def fail(self, guesser: str) -> None:
        self._failures[guesser] = self._failures.get(guesser, 0) + 1
        self._total += 1


def origin_allowed(origin: str, allowed: tuple[str, ...]) -> bool:
    """Exact match (B7). A bare host means https on its default port; a loopback host any scheme and port."""
    parts = urlsplit(origin)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.path
        or parts.query
        or parts.username
    ):
        return False
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if origin != f"{parts.scheme}://{parts.netloc}" or parts.netloc != parts.netloc.lower():
        return False
    for entry in allowed:
        if "://" in entry:
            if origin == entry.rstrip("/"):
                return True
        elif entry in LOOPBACK_HOSTS:
            if host == entry:
                return True
        elif parts.scheme == "https" and parts.netloc == entry:
            return True
    return False


def is_loopback(origin: str) -> bool:
    return origin_allowed(origin, LOOPBACK_HOSTS)


def _identity(
    deployment: Deployment,
    settings: CobrowseSettings,
    origin: str,
    external_id: str | None,
    proof: str | None,
) -> str | None:
    """The customer's external id: from a valid proof; without one only where none is required."""
    if proof:
        subject = _subject(deployment, proof)
        if external_id is not None and external_id != subject:
            raise Forbidden(
                "The external id and the signed token name different customers.",
                code="identity.mismatch",
                cure="Send the token alone, or make its sub equal to data-external-id.",
            )
        return subject
    required = settings.require_signed_identity
    if required is None:
        required = not is_loopback(origin)
    if external_id is not None and required:
        raise Forbidden(
            "This deployment needs a signed identity: without one anybody could receive another customer's prompt.",
            code="identity.proof.required",
            cure="Send data-external-token, a JWT {sub, exp} signed (HS256) with the deployment's secret.",
        )
    return external_id


def _subject(deployment: Deployment, proof: str) -> str:
    try:
        claims: dict[str, Any] = jwt.decode(
            proof, deployment.secret, algorithms=["HS256"], options={"require": ["sub", "exp"]}, leeway=60
        )
    except jwt.PyJWTError as error:
        raise Invalid(
            f"The signed identity is not valid: {error}.",
            code="identity.proof.invalid",
            cure="Sign {sub: externalId, exp} with HS256 and the deployment's secret; exp is in seconds.",
        ) from None
    return str(claims["sub"])
