"""What the core needs of an identity provider: where to send a person, and who came back.

Promises of every adapter:
- `person` tells only what the provider has vouched for, for this attempt and for this server: a signed
  answer is checked for its signer, its audience, its time and its nonce, never read on trust.
- Both answer within `limits.PROVIDER_SECONDS`, whatever the provider does.
- What the provider wrote is in the exceptions' texts, for the log; nobody else is shown it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in on its way: random texts that no other attempt has. `state` comes back with the person,
    `nonce` in what the provider signs, `verifier` is PKCE's (RFC 7636): shown with the code alone."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person came back with: the query of RFC 6749 section 4.1.2, and RFC 9207's `iss`."""

    state: str = ""
    code: str = ""
    error: str = ""
    error_description: str = ""
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in at the provider. `issuer` and `subject` together are one person for ever; an e-mail
    address is not, and counts only where the provider has verified it."""

    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool = False
    name: str | None = None

    @property
    def identity(self) -> str:
        return f"{self.issuer}|{self.subject}"


class ProviderDown(Exception):  # noqa: N818  as the kernel's are named
    """It cannot be reached, is too slow, or answers what is no answer."""


class AnswerRefused(Exception):  # noqa: N818
    """It answered, and the answer is not believed: forged, too old, for another audience or attempt."""


class IdentityProvider(Protocol):
    async def address(self, attempt: Attempt) -> str:
        """Where the person signs in. Raises `ProviderDown`."""

    async def person(self, attempt: Attempt, answer: Answer) -> Person:
        """Who came back with `answer`, whose `state` is the attempt's. Raises `ProviderDown`,
        `AnswerRefused`."""
