"""OAuth clients: what one is made as, and the one that everybody has, our command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from opencobrowse.domain.people import OAuthClient
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Clash, Detail, Invalid
from opencobrowse.ports.store import Store
from opencobrowse.services.permissions import ALL
from opencobrowse.services.signin import keys, redirects

# Public (an app on people's machines), of no organisation: it acts for whoever signs in. Never in the store.
COMMAND_LINE: Final = OAuthClient(
    id="opencobrowse-cli",
    org_id="",
    name="The opencobrowse command line",
    secret_digest="",
    permissions=ALL,
    created_at=0,
    public=True,
    redirect_uris=("http://127.0.0.1/callback", "http://[::1]/callback"),
    version=1,
)


@dataclass(frozen=True, slots=True)
class ClientKind:
    """What a client is made as. `public_keys`: PEM or JWK texts. `public`: has no secret."""

    permissions: frozenset[str] = ALL
    public: bool = False
    public_keys: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()

    def applied(self, client: OAuthClient) -> OAuthClient:
        """`client` as such a one. Raises `Invalid`, or `Clash` for an id that is taken."""
        if client.id == COMMAND_LINE.id:
            raise Clash(f"{client.id} is the id of our own command line.", code="client.exists")
        if len(self.public_keys) > limits.PUBLIC_KEYS_PER_CLIENT:
            raise _too_many("public keys", limits.PUBLIC_KEYS_PER_CLIENT)
        if len(self.redirect_uris) > limits.REDIRECT_URIS_PER_CLIENT:
            raise _too_many("redirect addresses", limits.REDIRECT_URIS_PER_CLIENT)
        return replace(
            client,
            permissions=self.permissions,
            public=self.public,
            secret_digest="" if self.public else client.secret_digest,
            public_keys=tuple(keys.public_jwk(text) for text in self.public_keys),
            redirect_uris=tuple(redirects.checked(uri) for uri in self.redirect_uris),
        )


async def find_client(store: Store, client_id: str) -> OAuthClient | None:
    """The client of this id: a stored one, or our command line."""
    return COMMAND_LINE if client_id == COMMAND_LINE.id else await store.get(OAuthClient, client_id)


def _too_many(what: str, most: int) -> Invalid:
    return Invalid(
        f"A client has at most {most} {what}.",
        code="invalid.value",
        details=(Detail("invalid.value", what),),
        cure="Make another client for the rest.",
    )
