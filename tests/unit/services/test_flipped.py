"""A bit flipped anywhere in what lets somebody in is refused: tokens, codes, refresh tokens, proofs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opencobrowse.adapters.passwords import Argon2Passwords
from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.people import OAuthClient, Organization, User
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.errors import Fault
from opencobrowse.kernel.secrets import Keyring, digest
from opencobrowse.ports.store import Put
from opencobrowse.services.permissions import ALL
from opencobrowse.services.signin.access import Access
from opencobrowse.services.signin.assertions import Assertions
from opencobrowse.services.signin.consents import Consents
from opencobrowse.services.signin.programs import Credentials, Programs
from opencobrowse.services.signin.tokens import Tokens
from tests.unit.services.conftest import Rooms

ORIGIN, BACK = "https://cobrowse.example", "https://program.example/back"
QUERY = [("client_id", "prog"), ("redirect_uri", BACK), ("response_type", "code")]
SHOWN = Credentials("prog", ("secret",), "")


class Place:
    """One server's sign-in, one person at the console, one program."""

    def __init__(self, folder: Path) -> None:
        clock, self.store = ManualClock(), SqliteStore(folder / "store.db")
        assertions = Assertions(self.store, clock, ORIGIN)
        self.access = Access(self.store, Argon2Passwords(), Rooms(), clock)
        self.tokens = Tokens(self.store, Rooms(), clock, assertions, Programs(self.store, clock, assertions))
        self.consents = Consents(self.store, Keyring(b"k" * 32), clock, ORIGIN)
        self.user = User("u", "org", "ada@example.com", "Ada", ALL, 0)
        client = OAuthClient("prog", "org", "P", digest("secret"), ALL, 0, redirect_uris=(BACK,))
        asyncio.run(self.store.commit(Put(Organization("org", "O", 0)), Put(self.user), Put(client)))
        self.secrets = asyncio.run(self._made())

    async def _made(self) -> dict[str, str]:
        grant = await self.access.admit(self.user)
        self.actor = await self.access.authenticate(grant.access_token)
        self.request = await self.consents.read(QUERY, "as it came")
        proof = (await self.consents.ask(self.actor, self.request)).proof
        codes = []
        for _ in range(2):
            back = await self.consents.allow(self.actor, self.request, proof)
            codes.append(parse_qs(urlsplit(back.location).query)["code"][0])
        given = await self.tokens.for_code(SHOWN, codes[0], BACK, "")
        return {"access": str(grant.access_token), "proof": proof, "code": codes[1],
                "refresh": str(given.refresh_token)}  # fmt: skip

    async def show(self, kind: str, text: str) -> Any:
        match kind:
            case "access":
                return await self.access.authenticate(text)
            case "proof":
                return await self.consents.allow(self.actor, self.request, text)
            case "code":
                return await self.tokens.for_code(SHOWN, text, BACK, "")
        return await self.tokens.for_refresh(SHOWN, text, None)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("place"))
    yield made
    made.store.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["access", "proof", "code", "refresh"]), data=st.data())
def test_a_bit_flipped_anywhere_is_refused(place: Place, kind: str, data: Any) -> None:
    raw = bytearray(place.secrets[kind].encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Fault):
        asyncio.run(place.show(kind, raw.decode("latin-1")))


def test_unflipped_each_is_taken(place: Place) -> None:
    for kind, text in place.secrets.items():
        assert asyncio.run(place.show(kind, text))
