"""The asset proxy's rules (reliability.md B2, B10): who may ask, for what, how often, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import pytest

from opencobrowse.domain.consent import ConsentRecord
from opencobrowse.domain.deployment import Deployment
from opencobrowse.domain.session import CobrowseType, Session, SessionState
from opencobrowse.kernel import limits
from opencobrowse.kernel.addresses import WebAddress, parse
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.errors import NotFound, TooMany
from opencobrowse.kernel.secrets import Keyring, Secret
from opencobrowse.ports.assets import Fetched, Trust, Unchanged, Unfetchable
from opencobrowse.services.session.assets import Asset, Assets

SHOP = "https://shop.test"
OWN = "https://cobrowse.test"
BOTH = Trust(port=True, private=True)
PICTURE = "https://cdn.test/a.png"


@dataclass
class Source:
    """A source that answers what it was told to, and notes what it was asked."""

    answer: Fetched | type[Exception] | None = None
    asked: list[tuple[str, Trust, str | None]] = field(default_factory=list)
    at_once: int = 0
    most: int = 0

    async def fetch(
        self, address: WebAddress, trust: Callable[[WebAddress], Trust], etag: str | None = None
    ) -> Fetched:
        self.asked.append((address.text, trust(address), etag))
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.answer is None:
            return Fetched(address, "image/png", b"png", max_age=60)
        if isinstance(self.answer, Fetched):
            return replace(self.answer, address=address)
        raise self.answer("why: 10.0.0.7")


@dataclass
class Records:
    session: Session
    deployment: Deployment

    async def get(self, kind: type, key: str) -> Any:
        return self.session if key == self.session.id else None

    async def find(self, kind: type, **keys: Any) -> list[Any]:
        assert keys == {"org_id": self.session.org_id}
        return [self.deployment]


@dataclass
class Scene:
    clock: ManualClock
    source: Source
    store: Records
    assets: Assets

    def ask(self, url: str, key: str | None = None) -> Coroutine[Any, Any, Asset]:
        path = self.assets.path(self.store.session)
        assert path
        return self.assets.get(self.store.session.id, path.rpartition("/")[2] if key is None else key, url)

    def get(self, url: str = PICTURE, key: str | None = None) -> Asset:
        return asyncio.run(self.ask(url, key))


def scene(origin: str = OWN, page: str = SHOP, domains: tuple[str, ...] = ("shop.test",)) -> Scene:
    record = ConsentRecord(1, "1", view=True, control=False, page_origin=page)
    session = Session(
        "s1", "o1", "c1", "u1", "p1", None, None, CobrowseType.VIEW, SessionState.ACTIVE, 1, 1, 1, "i", "j",
        consent_record=record,
    )  # fmt: skip
    deployment = Deployment("d1", "o1", "d", "c1", Secret("x"), 1, 1, allowed_domains=domains)
    store, clock, source = Records(session, deployment), ManualClock(), Source()
    assets = Assets(store, Keyring(b"k" * 32), clock, origin, source)  # type: ignore[arg-type]
    return Scene(clock, source, store, assets)


def test_the_key_opens_for_the_sessions_agent_while_it_is_shared() -> None:
    here = scene()
    key = (here.assets.path(here.store.session) or "").rpartition("/")[2]
    assert here.get().body == b"png"
    with pytest.raises(NotFound):
        here.get(key="0" * 32)
    here.store.session = replace(here.store.session, agent_user_id="u2")  # transferred
    with pytest.raises(NotFound):
        here.get(key=key)
    for state in (SessionState.INITIATED, SessionState.ENDED, SessionState.DECLINED, SessionState.EXPIRED):
        here.store.session = replace(here.store.session, state=state)
        with pytest.raises(NotFound):
            here.get()
    assert len(here.source.asked) == 1


def test_every_refusal_is_the_same_and_says_nothing() -> None:
    here = scene()
    said = set()
    for url in ("http://2130706433/", "ftp://x.test/", "", "http://u:p@x.test/"):
        with pytest.raises(NotFound) as refused:
            here.get(url)
        said.add(str(refused.value))
    here.source.answer = Unfetchable
    with pytest.raises(NotFound) as refused:
        here.get()
    assert said == {str(refused.value)} and "10.0" not in str(refused.value)


@pytest.mark.parametrize(
    ("origin", "page", "domains", "url", "trust"),
    [
        (OWN, SHOP, ("shop.test",), "https://cdn.test/", Trust()),
        (OWN, SHOP, ("shop.test",), "https://shop.test/", Trust(port=True, private=True)),
        (OWN, "https://shop.test:8443", (), "https://shop.test:8443/", Trust(port=True)),
        (
            OWN,
            "http://127.0.0.1:6379",
            ("127.0.0.1", "localhost"),
            "http://127.0.0.1:6379/",
            Trust(port=True),
        ),
        (OWN, SHOP, ("localhost",), "http://localhost:6379/", Trust()),
        (OWN, SHOP, ("http://10.1.2.3:81",), "http://10.1.2.3:81/", Trust(port=True, private=True)),
        (OWN, SHOP, ("http://10.1.2.3:81",), "http://10.1.2.3:82/", Trust()),
        (OWN, SHOP, ("cobrowse.test",), f"{OWN}/api/v2/users/me", Trust()),
        (
            "http://127.0.0.1:1",
            "http://localhost:2",
            ("localhost",),
            "http://localhost:2/",
            Trust(True, True),
        ),
        ("http://127.0.0.1:1", "http://localhost:2", ("localhost",), "http://localhost:3/", Trust()),
        ("http://127.0.0.1:1", "http://localhost:2", ("localhost",), "http://127.0.0.1:1/", Trust()),
    ],
)
def test_what_may_be_reached_besides_the_public_web(
    origin: str, page: str, domains: tuple[str, ...], url: str, trust: Trust
) -> None:
    """B10: the operator's own entries; loopback, which means any port, from loopback and for the page's own
    port."""
    here = scene(origin, page, domains)
    here.get(url)
    assert here.source.asked == [(parse(url).text, trust, None)]


def test_an_answer_is_kept_as_long_as_its_server_says_and_then_asked_about() -> None:
    here = scene()
    here.source.answer = Fetched(parse(PICTURE), "image/png", b"old", etag='"1"', max_age=60)
    assert here.get().max_age == 60
    here.clock.advance(59_000)
    assert here.get().body == b"old" and len(here.source.asked) == 1
    here.clock.advance(2_000)
    here.source.answer = Unchanged
    assert here.get().body == b"old"
    assert here.source.asked[-1][2] == '"1"'


def test_a_failure_is_kept_for_a_little_while() -> None:
    here = scene()
    here.source.answer = Unfetchable
    for _ in range(5):
        with pytest.raises(NotFound):
            here.get()
    assert len(here.source.asked) == 1
    here.clock.advance(int(limits.ASSET_MISSING_SECONDS * 1000) + 1)
    here.source.answer = None
    assert here.get().body == b"png"


def test_what_is_kept_is_bounded_and_an_organisations_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ASSET_CACHE_BYTES", 20_000)
    here = scene()
    here.source.answer = Fetched(parse(PICTURE), "image/png", b"x" * 5_000, max_age=60)
    for number in range(10):
        here.get(f"https://cdn.test/{number}")
    assert here.assets._bytes <= 20_000
    here.get("https://cdn.test/9")
    assert len(here.source.asked) == 10
    here.store.session = replace(here.store.session, org_id="o2")
    here.get("https://cdn.test/9")
    assert len(here.source.asked) == 11


def test_a_session_asks_for_so_much_at_once_and_in_a_row() -> None:
    here = scene()

    async def many(count: int) -> list[Any]:
        urls = [f"https://cdn.test/{count}/{number}" for number in range(count)]
        return list(await asyncio.gather(*(here.ask(url) for url in urls), return_exceptions=True))

    async def play() -> None:
        found = await many(int(limits.ASSETS_BURST) + 5)
        assert sum(isinstance(one, TooMany) for one in found) == 5
        assert here.source.most == limits.ASSETS_AT_ONCE
        here.clock.advance(1_000)
        assert not any(isinstance(one, Exception) for one in await many(int(limits.ASSETS_PER_SECOND)))

    asyncio.run(play())


def test_a_style_sheets_own_addresses_lead_here_too() -> None:
    here = scene()
    sheet = b"@import 'b.css';p{background:url(../c.png#d)}i{background:url(data:text/html,x)}b{fill:url(#e)}"
    here.source.answer = Fetched(parse(PICTURE), "text/css", sheet, max_age=60)
    found = here.get("https://cdn.test/css/a.css")
    path = here.assets.path(here.store.session)
    b, c = (quote(f"https://cdn.test/{name}", safe="") for name in ("css/b.css", "c.png"))
    expected = (
        f'@import "{path}?url={b}";p{{background:url("{path}?url={c}#d")}}i{{background:url("data:,")}}'
    )
    assert found.body.decode() == expected + 'b{fill:url("#e")}'
    assert found.content_type == "text/css; charset=utf-8"


def test_without_a_source_nothing_is_fetched() -> None:
    here = scene()
    off = Assets(here.store, Keyring(b"k" * 32), here.clock, OWN, None)  # type: ignore[arg-type]
    assert off.path(here.store.session) is None
    with pytest.raises(NotFound):
        asyncio.run(off.get("s1", "x", PICTURE))
