"""Tickets: how a socket proves who opens it. Signed, good for 30 s and for one use (reliability.md B7).

A ticket travels as a `Sec-WebSocket-Protocol` value, never in a URL. The key is made at each start of the
process, so a restart voids what is out; used ones are remembered until they would have expired.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final, Literal

import msgspec

from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Unauthenticated
from opencobrowse.kernel.ids import Millis

_MAC_BYTES: Final = 32


class Ticket(msgspec.Struct, frozen=True, array_like=True):
    """Who comes. `origin` is that of the request that asked for the ticket; the upgrade must show it."""

    id: str
    role: Literal["page", "viewer"]
    expires_at: Millis
    org_id: str
    origin: str | None
    session_id: str | None = None
    deployment_id: str | None = None
    external_id: str | None = None
    user_id: str | None = None
    name: str = ""
    token_id: str | None = None
    guesser: str | None = None
    token_ends: Millis | None = None


class Tickets:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._used: dict[str, Millis] = {}
        self._decode = msgspec.json.Decoder(Ticket).decode

    def page(
        self, org_id: str, origin: str, deployment_id: str, external_id: str | None, guesser: str
    ) -> str:
        """A ticket for a customer's page. `guesser` is whose budget of wrong codes it uses: its address."""
        return self._seal(
            Ticket(*self._fresh("page"), org_id, origin, deployment_id=deployment_id, external_id=external_id,
                   guesser=guesser)
        )  # fmt: skip

    def viewer(
        self, org_id: str, origin: str | None, session_id: str, *, user_id: str, name: str, token_id: str,
        token_ends: Millis | None = None,
    ) -> str:  # fmt: skip
        """A ticket for an agent's viewer of one session; its socket ends with the token."""
        return self._seal(
            Ticket(*self._fresh("viewer"), org_id, origin, session_id, None, None, user_id, name, token_id,
                   token_ends=token_ends)
        )  # fmt: skip

    def redeem(self, sealed: str) -> Ticket:
        """The ticket, once. Raises `Unauthenticated` for a forged, late or used one."""
        try:
            raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        except ValueError:
            raise _refused("malformed") from None
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            raise _refused("not one of ours")
        ticket, now = self._decode(body), self._clock.now()
        if ticket.expires_at <= now:
            raise _refused("too late")
        if ticket.id in self._used:
            raise _refused("used before")
        self._forget(now)
        self._used[ticket.id] = ticket.expires_at
        return ticket

    def _fresh(self, role: Literal["page", "viewer"]) -> tuple[str, Literal["page", "viewer"], Millis]:
        return secrets.token_urlsafe(16), role, self._clock.now() + limits.TICKET_MS

    def _seal(self, ticket: Ticket) -> str:
        body = msgspec.json.encode(ticket)
        return base64.urlsafe_b64encode(self._mac(body) + body).decode().rstrip("=")

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()

    def _forget(self, now: Millis) -> None:
        """Drop what has expired. Tickets live equally long, so the oldest come first."""
        for used, expires_at in list(self._used.items()):
            if expires_at > now:
                return
            del self._used[used]


def _refused(why: str) -> Unauthenticated:
    return Unauthenticated(f"The ticket is {why}.", code="ticket.refused", cure="Ask for a new ticket.")
