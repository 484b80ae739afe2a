"""Pictures, styles and fonts of a customer's page, for the viewer that shows it (reliability.md B2, B10).

The agent's browser asks nobody but this server, so a page cannot make it call anybody. The address of a
session's
proxy holds a key that the server derives: it opens for the session's agent as long as the session is
shared, and a page
never learns it. What is fetched is fetched without cookies and credentials, and kept for the organisation
it was
fetched for.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from opencobrowse.domain.deployment import LOOPBACK_HOSTS, Deployment
from opencobrowse.domain.session import Session
from opencobrowse.kernel import limits
from opencobrowse.kernel.addresses import WebAddress, parse
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import NotFound, TooMany
from opencobrowse.kernel.secrets import Keyring, same
from opencobrowse.ports.assets import AssetSource, Fetched, Trust, Unchanged, Unfetchable
from opencobrowse.ports.store import Store
from opencobrowse.services.session.stylesheets import decoded, rewritten
from opencobrowse.services.web.domains import is_loopback, origin_allowed

log = logging.getLogger("opencobrowse.assets")

PATH: Final = "/live-assets"


@dataclass(frozen=True, slots=True)
class Asset:
    """What a viewer gets. `etag` is ours; `max_age` are the seconds for which it need not ask again."""

    content_type: str
    body: bytes
    etag: str
    max_age: int


@dataclass(slots=True)
class _Kept:
    """An answer that is kept; `found` None: there was none."""

    found: Fetched | None
    good_until: float

    @property
    def size(self) -> int:
        return limits.ASSET_ENTRY_BYTES + (len(self.found.body) if self.found else 0)


@dataclass(slots=True)
class _Pace:
    """How fast one session may ask: so many at once, so many in a row."""

    at: float
    tokens: float = limits.ASSETS_BURST
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(limits.ASSETS_AT_ONCE))


class Assets:
    """`source` None: nothing is fetched for anybody. `origin` is this server's own."""

    def __init__(
        self, store: Store, keyring: Keyring, clock: Clock, origin: str, source: AssetSource | None
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._origin = origin
        self._on_loopback = is_loopback(origin)
        self._source = source
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._bytes = 0
        self._paces: OrderedDict[str, _Pace] = OrderedDict()

    def path(self, session: Session) -> str | None:
        """Where the viewer of `session` gets what the page shows; None where nothing is fetched."""
        if self._source is None:
            return None
        return f"{PATH}/{session.id}/{self._keyring.asset_key(session.id, session.agent_user_id)}"

    async def get(self, session_id: str, key: str, text: str) -> Asset:
        """One asset by its address. Whatever is wrong is the same `NotFound`; too fast is `TooMany`."""
        source = self._source
        session = await self._store.get(Session, session_id) if source else None
        if source is None or session is None or not session.sharing:
            raise _nothing()
        if not same(key, self._keyring.asset_key(session.id, session.agent_user_id)):
            raise _nothing()
        try:
            address = parse(text)
        except ValueError:
            raise _nothing() from None
        found = await self._find(source, session, address)
        return self._shown(session, found)

    async def _find(self, source: AssetSource, session: Session, address: WebAddress) -> _Kept:
        name = (session.org_id, address.text)
        kept = self._fresh(name)
        if kept is None:
            pace = self._pace(session.id)
            async with pace.turn:
                kept = self._fresh(name) or await self._ask(source, session, address)
        if kept.found is None:
            raise _nothing()
        return kept

    async def _ask(self, source: AssetSource, session: Session, address: WebAddress) -> _Kept:
        name = (session.org_id, address.text)
        before = self._kept.get(name)
        old = before.found if before else None
        trust = await self._trust(session)
        found: Fetched | None
        try:
            found = await source.fetch(address, trust, old.etag if old else None)
        except Unchanged:
            found = old
        except Unfetchable as error:
            log.info("session %s: %s", session.id, error)
            found = None
        return self._keep(name, found)

    async def _trust(self, session: Session) -> _Trusted:
        deployments = await self._store.find(Deployment, org_id=session.org_id)
        active = [deployment for deployment in deployments if deployment.status == "Active"]
        entries = (entry for deployment in active for entry in deployment.allowed_domains)
        named = frozenset(entry for entry in entries if entry not in LOOPBACK_HOSTS)
        record = session.consent_record
        return _Trusted(named, record.page_origin if record else "", self._on_loopback, self._origin)

    # -- what is kept ----------------------------------------------------------------------------------------

    def _fresh(self, name: tuple[str, str]) -> _Kept | None:
        kept = self._kept.get(name)
        if kept is None or kept.good_until <= self._clock.monotonic():
            return None
        self._kept.move_to_end(name)
        return kept

    def _keep(self, name: tuple[str, str], found: Fetched | None) -> _Kept:
        """Keep an answer for as long as its server says, within bounds; none for a little while."""
        seconds = limits.ASSET_MISSING_SECONDS
        if found is not None:
            said = limits.ASSET_DEFAULT_SECONDS if found.max_age is None else found.max_age
            seconds = max(limits.ASSET_LEAST_SECONDS, min(said, limits.ASSET_MOST_SECONDS))
        kept = _Kept(found, self._clock.monotonic() + seconds)
        before = self._kept.pop(name, None)
        self._bytes += kept.size - (before.size if before else 0)
        self._kept[name] = kept
        while self._bytes > limits.ASSET_CACHE_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size
        return kept

    def _shown(self, session: Session, kept: _Kept) -> Asset:
        found = kept.found
        assert found is not None, "an answer that is missing is refused before"  # noqa: S101
        age = max(0, int(kept.good_until - self._clock.monotonic()))
        kind, body = found.content_type, found.body
        if kind == "text/css":
            kind, body = "text/css; charset=utf-8", self._through_here(session, found)
        return Asset(kind, body, f'"{sha256(body).hexdigest()[:32]}"', age)

    def _through_here(self, session: Session, sheet: Fetched) -> bytes:
        """A style sheet whose own addresses lead here, too."""
        proxy = self.path(session)

        def here(address: str, importing: bool) -> str | None:
            if address.startswith("#"):
                return address
            if address.startswith("data:"):
                return address if address.startswith(_INLINE) and not importing else None
            try:
                text, mark, fragment = address.partition("#")
                return f"{proxy}?url={quote(sheet.address.joined(text).text, safe='')}{mark}{fragment}"
            except ValueError:
                return None

        return rewritten(decoded(sheet.body, sheet.charset), here).encode()

    # -- how fast --------------------------------------------------------------------------------------------

    def _pace(self, session_id: str) -> _Pace:
        """Take one out of the session's budget. Raises `TooMany`."""
        now = self._clock.monotonic()
        pace = self._paces.pop(session_id, None) or _Pace(now)
        self._paces[session_id] = pace
        while len(self._paces) > limits.ASSET_SESSIONS:
            self._paces.popitem(last=False)
        pace.tokens = min(limits.ASSETS_BURST, pace.tokens + (now - pace.at) * limits.ASSETS_PER_SECOND)
        pace.at = now
        if pace.tokens < 1:
            raise TooMany(
                "The session asks for too many assets at once.",
                code="asset.too.many",
                cure="Wait a second.",
                retry_after=1,
            )
        pace.tokens -= 1
        return pace


_INLINE: Final = ("data:image/", "data:font/", "data:application/font", "data:application/x-font")


@dataclass(frozen=True, slots=True)
class _Trusted:
    """What one session's page may show besides what everybody can see: `named` are the addresses that the
    operator
    wrote into a deployment, the names of loopback aside: those mean any port of the server's own machine.
    They
    count for a server that itself is on loopback, and there for the page's own port alone."""

    named: frozenset[str]
    page_origin: str
    on_loopback: bool
    own_origin: str

    def __call__(self, address: WebAddress) -> Trust:
        origin = address.origin
        if origin == self.own_origin:
            return Trust()
        if origin_allowed(origin, self.named):
            return Trust(port=True, private=True)
        own = origin == self.page_origin
        return Trust(port=own, private=own and self.on_loopback and is_loopback(origin))


def _nothing() -> NotFound:
    """One answer for everything: who asks learns nothing about what can be reached from here."""
    return NotFound("There is no such asset.", code="asset.not.found", cure="Nothing is to be done.")
