"""Customers' pages: which may register, as whom, and which session a code or a link leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import jwt

from opencobrowse.domain.deployment import CobrowseSettings, Deployment
from opencobrowse.domain.people import Organization, User
from opencobrowse.domain.session import Session, SessionState
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Fault, Forbidden, Invalid, NotFound
from opencobrowse.kernel.ids import canonical
from opencobrowse.kernel.secrets import Keyring, normal_code
from opencobrowse.ports.store import Store
from opencobrowse.services.starting.policy import published_settings
from opencobrowse.services.throttle import Guesses
from opencobrowse.services.web.domains import allows, is_loopback, page_address

_LONGEST_GUESSABLE: Final = 20


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


@dataclass(frozen=True, slots=True)
class LastPage:
    """Where a page of ours was seen last. In memory: a restart forgets it until the next page comes."""

    deployment_id: str
    origin: str
    url: str


class Pages:
    def __init__(
        self, store: Store, keyring: Keyring, clock: Clock, public_url: str = "http://localhost"
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._guesses = Guesses(clock)
        self._local = is_loopback(public_url)
        self._last_page: dict[str, LastPage] = {}

    async def register(
        self,
        deployment_id: str,
        origin: str,
        external_id: str | None,
        proof: str | None,
        page_url: str | None = None,
    ) -> Registration:
        """Check the page's origin and the customer's identity. Raises 403/404 with its cure.

        `page_url`, where the page says it is, becomes the place that join links lead to.
        """
        deployment = await self._store.get(Deployment, canonical(deployment_id))
        if deployment is None or deployment.status != "Active":
            raise NotFound(
                f"There is no deployment {deployment_id}.",
                code="deployment.not.found",
                cure="Copy the id from GET /api/v2/webdeployments/deployments into data-deployment.",
            )
        if not allows(deployment, origin):
            raise Forbidden(
                f"The origin {origin} may not use this deployment.",
                code="origin.not.allowed",
                cure="Add the page's host to the deployment's allowedDomains.",
            )
        settings = await self.settings(deployment)
        if not settings.enabled:
            raise Forbidden("Cobrowsing is switched off for this deployment.", code="cobrowse.disabled")
        identity = _identity(deployment, settings, origin, external_id, proof)
        self._remember(deployment, origin, page_url)
        return Registration(deployment, settings, identity, origin)

    async def settings(self, deployment: Deployment) -> CobrowseSettings:
        return await published_settings(self._store, deployment)

    async def page_settings(self, deployment_id: str) -> dict[str, Any]:
        """What a sharing page has to know of the published settings, as it goes over the wire."""
        deployment = await self._store.get(Deployment, deployment_id)
        settings = await self.settings(deployment) if deployment else CobrowseSettings()
        return {
            "privacy": settings.privacy.value,
            "maskSelectors": list(settings.mask_selectors),
            "showSelectors": list(settings.show_selectors),
            "hideSelectors": list(settings.hide_selectors),
            "readonlySelectors": list(settings.readonly_selectors),
            "allowAgentControl": settings.allow_agent_control,
            "allowAgentNavigation": settings.allow_agent_navigation,
            "allowDraw": settings.allow_draw,
            "pauseCriteria": [
                {"urlFragment": c.url_fragment, "condition": c.condition} for c in settings.pause_criteria
            ],
        }

    async def allows_control(self, deployment_id: str) -> bool:
        """Whether an agent may be given control of pages of this deployment (`allowAgentControl`)."""
        deployment = await self._store.get(Deployment, deployment_id)
        return deployment is not None and (await self.settings(deployment)).allow_agent_control

    async def waiting(self, org_id: str, external_id: str | None) -> list[Session]:
        """Sessions whose offer is out for this customer: a page that opens later is asked too."""
        if external_id is None:
            return []
        found = await self._store.find(Session, org_id=org_id, external_id=external_id, live=1)
        return [s for s in found if s.state is SessionState.INITIATED and s.offer_ends_at > self._clock.now()]

    async def by_code(self, org_id: str | None, code: str, guesser: str) -> Session:
        """The waiting session of a typed code or a link's token; one 404 for wrong, used and expired (B6).

        A code costs the guesser one of its attempts until it proves right; a link's 128 bits need no budget.
        """
        guessable = len(normal_code(code)) <= _LONGEST_GUESSABLE
        if guessable:
            self._guesses.spend(guesser)
        session = await self._waiting_under(code, org_id)
        if session is None:
            raise no_such_code()
        if guessable:
            self._guesses.refund(guesser)
        return session

    async def _waiting_under(self, code: str, org_id: str | None) -> Session | None:
        """Both indexes are asked, whatever the first one said: the time tells nothing."""
        index = self._keyring.index(code) if 6 <= len(code) <= 64 else ""
        found = await self._store.find(Session, code_index=index)
        found += await self._store.find(Session, token_index=index)
        now = self._clock.now()
        for session in found:
            waits = session.state is SessionState.INITIATED and session.offer_ends_at > now
            if waits and org_id in (None, session.org_id):
                return session
        return None

    async def page_for(self, org_id: str) -> str | None:
        """Where a join link leads: the page that a deployment names, else the one that registered last."""
        last = self._last_page.get(org_id)
        found = await self._store.find(Deployment, org_id=org_id)
        active = [d for d in found if d.status == "Active"]
        active.sort(key=lambda d: last is None or d.id != last.deployment_id)
        named = next((d.page_url for d in active if d.page_url), None)
        if named is not None or last is None:
            return named
        still = any(d.id == last.deployment_id and allows(d, last.origin) for d in active)
        return last.url if still else None

    def _remember(self, deployment: Deployment, origin: str, page_url: str | None) -> None:
        """Keep the page's address. Anybody can claim one, so it has to be on a domain that was named, and a
        public server sends nobody to their own machine."""
        address = page_address(page_url) if page_url else None
        if address is None or address[0] != origin or deployment.allow_all_domains:
            return
        if self._local or not is_loopback(origin):
            self._last_page[deployment.org_id] = LastPage(deployment.id, origin, address[1])

    async def question(self, session: Session) -> Question:
        agent = await self._store.get(User, session.agent_user_id)
        org = await self._store.get(Organization, session.org_id)
        return Question(session, agent.name if agent else "An agent", org.name if org else "")


def no_such_code() -> Fault:
    """One answer for a code that is wrong, used, expired or another organisation's (B6)."""
    return NotFound(
        "No session waits under this code.",
        code="join.code.not.found",
        cure="Check the code, or ask your agent for a new one.",
    )


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
            "This deployment needs a signed identity: without one anybody could receive another customer's "
            "prompt.",
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
    subject = str(claims["sub"])
    if not subject or len(subject) > 256:
        raise Invalid(
            "The signed identity's sub is empty or longer than 256 characters.",
            code="identity.proof.invalid",
            cure="Put the customer's external id into sub.",
        )
    return subject
