"""Which program is calling `/oauth/token`: by its secret, by what it signed, or by its name alone."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.domain.people import OAuthClient
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Invalid
from opencobrowse.kernel.secrets import digest, same
from opencobrowse.ports.store import Conflict, Put, Store
from opencobrowse.services.signin.assertions import Assertions
from opencobrowse.services.signin.clients import find_client
from opencobrowse.services.throttle import ClientFailures


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a program showed. `secrets`: every way its secret can be read (raw, percent-decoded); `assertion`:
    a JWT in place of one (RFC 7523 section 2.2). A public client shows neither."""

    client_id: str
    secrets: tuple[str, ...]
    address: str
    assertion: str | None = None


class WrongClient(Invalid):
    """RFC 6749 section 5.2 `invalid_client`."""


class Programs:
    def __init__(self, store: Store, clock: Clock, assertions: Assertions) -> None:
        self._store = store
        self._assertions = assertions
        self._failures = ClientFailures(clock)

    async def identified(self, shown: Credentials) -> OAuthClient:
        """The client behind `shown`. Raises `WrongClient`, or `TooMany` after five wrong secrets in a minute
        (B12)."""
        if shown.assertion is not None:
            return await self._by_assertion(shown, shown.assertion)
        client = await find_client(self._store, shown.client_id)
        if client is not None and client.public:
            if any(shown.secrets):
                raise WrongClient("the client is public: it has no secret to show", code="invalid_client")
            return client
        self._failures.spend(shown.client_id, shown.address)
        expected = client.secret_digest if client else digest("")
        right = [same(expected, digest(secret)) for secret in shown.secrets]
        if client is None or not any(right):
            self._failures.fail(shown.client_id, shown.address)
            raise WrongClient("client not found or its secret is wrong", code="invalid_client")
        self._failures.succeed(shown.client_id, shown.address)
        return client

    async def _by_assertion(self, shown: Credentials, text: str) -> OAuthClient:
        try:
            assertion = await self._assertions.read(text)
        except Invalid as fault:
            raise WrongClient(fault.message, code="invalid_client") from None
        client = assertion.client
        if assertion.subject != client.id or shown.client_id not in ("", client.id):
            raise WrongClient(
                "iss, sub and client_id of a client's own assertion are its id", code="invalid_client"
            )
        try:
            await self._store.commit(Put(assertion.used))
        except Conflict:
            raise WrongClient("the assertion was used before (jti)", code="invalid_client") from None
        return client
