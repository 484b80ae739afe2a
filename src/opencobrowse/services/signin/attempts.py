"""Sign-ins that are on their way, kept in the browser that began them and nowhere else.

Only the browser that holds the cookie can come back with a `state`: a link that a stranger began elsewhere
signs nobody in (login CSRF, RFC 9700 section 4.7). The cookie holds a random seed of each attempt, signed;
state, nonce and PKCE's verifier are derived from the seed with the server's key, so the cookie tells none.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

import msgspec

from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.ids import Millis
from opencobrowse.kernel.secrets import Keyring, new_token, same
from opencobrowse.ports.identity import Attempt

HOME: Final = "/console"
_MAX_COOKIE: Final = 3_600
"""Characters: browsers keep a cookie of 4,096 bytes, its name and attributes among them."""
_MAX_NEXT: Final = 2_000


class Trip(msgspec.Struct, frozen=True, array_like=True):
    """A sign-in that was begun: where it ends, and when it is too late."""

    seed: str
    next: str
    expires_at: Millis


class Attempts:
    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def begin(self, cookie: str, wanted: str) -> tuple[Attempt, str]:
        """A new attempt, and the cookie with it. `wanted` is where it shall end; what is no path of ours
        becomes the console. Several tabs may be on their way at once, the oldest makes room."""
        trip = Trip(str(new_token()), own_path(wanted), self._clock.now() + limits.SINGLE_SIGN_ON_MS)
        trips = [trip, *self._open(cookie)][: limits.SINGLE_SIGN_ONS_AT_ONCE]
        while len(sealed := self._sealed(trips)) > _MAX_COOKIE:
            trips.pop()
        return self.attempt(trip), sealed

    def take(self, cookie: str, state: str) -> tuple[Trip | None, str]:
        """The trip that `state` belongs to, and the cookie without it: empty where no other is left. None for
        a state that this browser did not begin, or began too long ago."""
        trips = self._open(cookie)
        found = next((trip for trip in trips if same(self.attempt(trip).state, state)), None)
        return found, self._sealed([trip for trip in trips if trip is not found])

    def attempt(self, trip: Trip) -> Attempt:
        return Attempt(*(self._derived(purpose, trip.seed) for purpose in ("state", "nonce", "verifier")))

    def _derived(self, purpose: str, seed: str) -> str:
        return _text(self._keyring.mac(f"single-sign-on-{purpose}", seed))

    def _sealed(self, trips: Sequence[Trip]) -> str:
        if not trips:
            return ""
        body = _text(msgspec.json.encode(trips))
        return f"{body}.{self._derived('cookie', body)}"

    def _open(self, cookie: str) -> list[Trip]:
        """The trips of a cookie that we made; of any other, none."""
        body, _, seal = cookie.partition(".")
        if not seal or not same(seal, self._derived("cookie", body)):
            return []
        trips = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=list[Trip])
        return [trip for trip in trips if trip.expires_at > self._clock.now()]


def own_path(wanted: str) -> str:
    """`wanted` if it is a path of this server, else the console: nobody is sent elsewhere after signing in.
    Browsers read `//host`, `/\\host` and paths with control characters as other people's addresses."""
    plain = wanted.isascii() and wanted.isprintable() and not set(wanted) & set(' "<>\\^`{|}')
    if plain and wanted.startswith("/") and "//" not in wanted.partition("?")[0] and len(wanted) <= _MAX_NEXT:
        return wanted
    return HOME


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
