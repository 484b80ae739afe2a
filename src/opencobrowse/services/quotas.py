"""The limits that hold here, as the platform lists them: namespace, key, value (field.md C4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import NotFound
from opencobrowse.services.actor import Actor

Keys = Mapping[str, int]

# The platform's names where it has one for the same thing; what ends in `.seconds` or `.bytes` says its unit.
_DEFAULTS: Final[Mapping[str, Keys]] = {
    "auth.api": {
        "access.token.seconds": limits.ACCESS_TOKEN_MS // 1000,
        "client.failures.per.minute": limits.CLIENT_FAILURES_PER_MINUTE,
        "sign.in.failures.before.lock": limits.SIGN_IN_FAILURES,
    },
    "cobrowse": {
        "actions.per.second": limits.ACTIONS_PER_SECOND,
        "control.away.seconds": limits.CONTROL_AWAY_MS // 1000,
        "control.cool.down.seconds": limits.CONTROL_COOL_DOWN_MS // 1000,
        "control.idle.seconds": limits.CONTROL_IDLE_MS // 1000,
        "control.request.seconds": limits.CONTROL_REQUEST_MS // 1000,
        "control.requests": limits.CONTROL_REQUESTS,
        "join.code.failures.per.address": limits.CODE_FAILURES_PER_PEER,
        "join.code.failure.window.seconds": limits.CODE_FAILURE_WINDOW_MS // 1000,
        "live.sessions.per.conversation": 1,
        "offer.seconds": limits.OFFER_MS // 1000,
        "pages.per.customer": limits.PAGES_PER_CUSTOMER,
        "proposal.seconds": limits.PROPOSAL_MS // 1000,
        "proposals.per.viewer": limits.PROPOSALS_OPEN,
        "session.seconds": limits.SESSION_MS // 1000,
        "viewers.per.session": limits.VIEWERS_PER_SESSION,
    },
    "conversation": {
        "idle.seconds": limits.CONVERSATION_IDLE_MS // 1000,
        "participants.per.conversation": limits.PARTICIPANTS_PER_CONVERSATION,
    },
    "notifications": {
        "channels.per.owner": limits.CHANNELS_PER_OWNER,
        "topics.per.channel": limits.TOPICS_PER_CHANNEL,
        "channel.seconds": limits.CHANNEL_MS // 1000,
    },
    "platform.api": {
        "client.credentials.token.rate.per.minute": limits.API_CALLS_PER_MINUTE,
        "token.rate.per.minute": limits.API_CALLS_PER_MINUTE,
        "request.bytes.max": limits.MAX_BODY_BYTES,
        "page.size.max": limits.MAX_PAGE_SIZE,
    },
    "users": {"kept.bytes.per.user": limits.USER_OTHERS_BYTES},
    "web.deployments": {
        "allowed.domains.per.deployment": limits.ALLOWED_DOMAINS,
        "pause.criteria.per.configuration": limits.PAUSE_CRITERIA,
        "published.versions.kept": limits.PUBLISHED_VERSIONS_KEPT,
        "selectors.per.list": limits.SELECTORS,
    },
}


@dataclass(frozen=True, slots=True)
class Quotas:
    """`calls_per_minute` of one token in one route class, how long an offer lasts: what an operator set."""

    calls_per_minute: int
    offer_seconds: int

    def namespaces(self, actor: Actor) -> list[str]:
        """The names of the groups of limits. Any token may ask."""
        return sorted(_DEFAULTS)

    def of(self, actor: Actor, namespace: str) -> Keys:
        """What holds now. Raises 404 for a namespace without limits here."""
        own = {
            "client.credentials.token.rate.per.minute": self.calls_per_minute,
            "token.rate.per.minute": self.calls_per_minute,
            "offer.seconds": self.offer_seconds,
        }
        return {key: own.get(key, value) for key, value in self.defaults(actor, namespace).items()}

    def defaults(self, actor: Actor, namespace: str) -> Keys:
        """What holds where the operator set nothing else."""
        if namespace not in _DEFAULTS:
            raise NotFound(
                f"There are no limits in the namespace {namespace[:100]}.",
                code="namespace.not.found",
                cure=f"Those with limits are: {', '.join(sorted(_DEFAULTS))}.",
            )
        return _DEFAULTS[namespace]
