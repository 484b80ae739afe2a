"""JWTs that programs sign (RFC 7523; B12: alg=none, key confusion, kid, expired, another audience)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.people import OAuthClient
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.errors import Invalid
from opencobrowse.ports.store import Put
from opencobrowse.services.signin.assertions import Assertion, Assertions
from opencobrowse.services.signin.keys import load, public_jwk
from tests.support.oauth import MAKERS, public_pem

ORIGIN = "https://cobrowse.example"
NOW = 1_700_000_000
KEYS = {name: make() for name, make in MAKERS.items()}
JWKS = {name: public_jwk(public_pem(key)) for name, key in KEYS.items()}
RIGHT = {
    "iss": "prog",
    "sub": "prog",
    "aud": f"{ORIGIN}/oauth/token",
    "exp": NOW + 300,
    "iat": NOW,
    "jti": "1",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path_factory.mktemp("keys") / "store.db")
    for name, jwk in JWKS.items():
        client = OAuthClient(f"of {name}", "org", name, "", frozenset(), 0, public_keys=(jwk,))
        asyncio.run(made.commit(Put(client)))
    every = OAuthClient("prog", "org", "P", "", frozenset(), 0, public_keys=(JWKS["ES256"], JWKS["EdDSA"]))
    asyncio.run(made.commit(Put(every), Put(OAuthClient("bare", "org", "B", "", frozenset(), 0))))
    yield made
    made.close()


def read(store: SqliteStore, text: str) -> Assertion:
    return asyncio.run(Assertions(store, ManualClock(NOW * 1000), ORIGIN).read(text))


def signed(algorithm: str = "ES256", headers: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {name: value for name, value in (RIGHT | changes).items() if value is not None}
    return jwt.encode(claims, KEYS[algorithm], algorithm, headers)


def by_hand(header: dict[str, Any] | bytes, claims: Any, signature: bytes = b"") -> str:
    parts = [
        header if isinstance(header, bytes) else json.dumps(header).encode(),
        json.dumps(claims).encode(),
        signature,
    ]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize("algorithm", list(MAKERS))
def test_each_kind_of_key_is_believed(store: SqliteStore, algorithm: str) -> None:
    found = read(store, signed(algorithm, iss=f"of {algorithm}", sub="somebody"))
    assert (found.client.id, found.subject) == (f"of {algorithm}", "somebody")
    assert found.used.expires_at >= (NOW + 300) * 1000, "remembered for all of its life"


@pytest.mark.parametrize(
    "audience", [ORIGIN, f"{ORIGIN}/", f"{ORIGIN}/oauth/token", ["https://else.example", ORIGIN]]
)
def test_it_is_meant_for_this_server(store: SqliteStore, audience: Any) -> None:
    assert read(store, signed(aud=audience)).client.id == "prog"


@pytest.mark.parametrize(("changes", "said"), [
    ({"iss": None}, "iss is missing"), ({"iss": "nobody"}, "no client"), ({"iss": "bare"}, "no client"),
    ({"sub": None}, "sub is missing"), ({"aud": None}, "aud is missing"), ({"exp": None}, "exp is missing"),
    ({"jti": None}, "jti is missing"), ({"jti": ""}, "jti is missing"),
    ({"aud": "https://else.example"}, "aud is"),
    ({"aud": []}, "aud is missing"), ({"aud": "https://cobrowse.example.evil.example"}, "aud is"),
    ({"exp": NOW}, "expired"), ({"exp": NOW - 1}, "expired"), ({"exp": -5}, "expired"),
    ({"exp": NOW + 3661}, "more than an hour"), ({"iat": NOW + 61}, "iat is in the future"),
    ({"nbf": NOW + 61}, "nbf is in the future"), ({"exp": "soon"}, "claims cannot be read"),
    ({"jti": 5}, "claims cannot be read"), ({"exp": 10**400}, "claims cannot be read"),
])  # fmt: skip
def test_each_wrong_claim_is_named(store: SqliteStore, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        read(store, signed(**changes))
    assert refused.value.code == "invalid_grant"


@pytest.mark.parametrize("changes", [{"exp": NOW + 3600}, {"iat": NOW + 59}, {"iat": None}, {"nbf": NOW}])
def test_clocks_may_differ_by_a_minute(store: SqliteStore, changes: dict[str, Any]) -> None:
    assert read(store, signed(**changes)).client.id == "prog"


@pytest.mark.parametrize("name", ["none", "None", "", "HS256", "HS512", "RS384", "ES384", "dir"])
def test_the_header_chooses_no_algorithm(store: SqliteStore, name: str) -> None:
    with pytest.raises(Invalid, match="alg is"):
        read(store, by_hand({"alg": name, "typ": "JWT"}, RIGHT))


def test_a_public_key_is_no_secret(store: SqliteStore) -> None:
    """RS/HS confusion: HMAC with the PEM or the JWK that everybody may know."""
    import hashlib
    import hmac

    head, body, _ = by_hand({"alg": "HS256"}, RIGHT).split(".")
    for secret in (public_pem(KEYS["ES256"]).encode(), JWKS["ES256"].encode()):
        mac = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
        with pytest.raises(Invalid, match="alg is 'HS256'"):
            read(store, by_hand({"alg": "HS256"}, RIGHT, mac))


def test_an_algorithm_of_another_kind_of_key_is_said(store: SqliteStore) -> None:
    with pytest.raises(Invalid, match="verifies ES256 or EdDSA"):
        read(store, signed("RS256"))


@pytest.mark.parametrize(("headers", "said"), [
    ({"kid": "unknown"}, "no key 'unknown'"), ({"kid": "../../etc/passwd"}, "no key"),
    ({"kid": ""}, "no key"),
    ({"typ": "at+jwt"}, "typ is"), ({"typ": "dpop+jwt"}, "typ is"),
    ({"kid": load(JWKS["EdDSA"]).kid}, "verifies EdDSA"),
])  # fmt: skip
def test_each_wrong_header_is_named(store: SqliteStore, headers: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read(store, signed(headers=headers))


def test_extensions_that_are_not_known_are_refused(store: SqliteStore) -> None:
    with pytest.raises(Invalid, match="crit"):
        read(store, by_hand({"alg": "ES256", "crit": ["b64"], "b64": False}, RIGHT))


def test_a_kid_chooses_among_the_clients_keys(store: SqliteStore) -> None:
    assert read(store, signed("EdDSA", {"kid": load(JWKS["EdDSA"]).kid})).client.id == "prog"


def test_another_clients_key_is_not_this_clients(store: SqliteStore) -> None:
    with pytest.raises(Invalid, match="signature"):
        read(store, jwt.encode(RIGHT, MAKERS["ES256"](), "ES256"))


@pytest.mark.parametrize("text", [
    "", ".", "..", "a.b", "a.b.c.d", "é.é.é", "a b.c.d", "=.=.=", "x" * 9000, "W10.W10.W10",
    "bnVsbA.bnVsbA.AA",
    by_hand(b'{"alg": "ES256"', RIGHT), by_hand({"alg": "ES256"}, [[[]]]),
    ".".join(base64.urlsafe_b64encode(b"[" * 2000).decode().rstrip("=") for _ in range(3)),
])  # fmt: skip
def test_what_is_no_jwt_is_refused(store: SqliteStore, text: str) -> None:
    with pytest.raises(Invalid, match="assertion is refused"):
        read(store, text)


TOKENS = [signed(name, iss=f"of {name}", sub="x") for name in MAKERS]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, len(TOKENS) - 1), data=st.data())
def test_a_bit_flipped_anywhere_is_refused(store: SqliteStore, number: int, data: Any) -> None:
    """Of all its characters; the last of a part has bits that many decoders do not look at."""
    raw = TOKENS[number].encode()
    place = data.draw(st.integers(0, len(raw) - 1) | st.integers(1, 3).map(lambda n: len(raw) - n))
    flipped = bytearray(raw)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Invalid):
        read(store, flipped.decode("latin-1"))


@pytest.mark.parametrize("number", range(len(TOKENS)))
def test_each_bit_of_the_last_character_counts(store: SqliteStore, number: int) -> None:
    raw = TOKENS[number].encode()
    for bit in range(8):
        with pytest.raises(Invalid):
            read(store, (raw[:-1] + bytes([raw[-1] ^ 1 << bit])).decode("latin-1"))
    assert read(store, TOKENS[number]).subject == "x"
