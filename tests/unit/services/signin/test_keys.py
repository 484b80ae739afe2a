"""What a program may register: keys and addresses (B12; RFC 8725, RFC 8252, RFC 9700)."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm

from opencobrowse.domain.people import OAuthClient
from opencobrowse.kernel.errors import Invalid
from opencobrowse.services.signin import redirects
from opencobrowse.services.signin.clients import ClientKind
from opencobrowse.services.signin.keys import load, public_jwk
from tests.support.oauth import MAKERS, public_pem


@pytest.mark.parametrize(("made_for", "able"), [
    ("RS256", ("RS256", "PS256")), ("ES256", ("ES256",)), ("EdDSA", ("EdDSA",)),
])  # fmt: skip
def test_a_key_is_read_from_pem_and_kept_as_jwk(made_for: str, able: tuple[str, ...]) -> None:
    kept = public_jwk(public_pem(MAKERS[made_for]()))
    key = load(kept)
    assert key.algorithms == able
    assert len(key.kid) == 43, "the thumbprint of RFC 7638"
    assert public_jwk(kept) == kept


def test_the_thumbprint_is_that_of_rfc_7638_and_a_kid_of_its_own_stays() -> None:
    jwk = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPeb"
        "WKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8K"
        "JZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBni"
        "Iqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
    }
    assert load(public_jwk(json.dumps(jwk))).kid == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert load(public_jwk(json.dumps({**jwk, "kid": "mine", "alg": "PS256"}))).algorithms == ("PS256",)
    with pytest.raises(Invalid, match="alg"):
        public_jwk(json.dumps({**jwk, "alg": "HS256"}))


@pytest.mark.parametrize("text", [
    "", "no key", "[]", '{"keys": []}', '{"kty": "oct", "k": "c2VjcmV0"}',
    '{"kty": "RSA", "n": "AQAB", "e": "AQAB"}',
    '{"kty": "OKP", "crv": "X25519", "x": "' + "A" * 43 + '"}', "[" * 5000,
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "x" * 20_000,
])  # fmt: skip
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="public key cannot be used"):
        public_jwk(text)


def test_private_weak_and_other_curves_keys_are_refused() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with pytest.raises(Invalid, match="private"):
        public_jwk(pem)
    with pytest.raises(Invalid, match="private"):
        public_jwk(ECAlgorithm.to_jwk(private))
    with pytest.raises(Invalid, match="1024 bits"):
        public_jwk(public_pem(rsa.generate_private_key(65537, 1024)))
    with pytest.raises(Invalid, match="P-256"):
        public_jwk(public_pem(ec.generate_private_key(ec.SECP384R1())))


GOOD = ["https://program.example", "https://program.example:8443/back?x=1", "http://127.0.0.1/cb",
        "http://[::1]:1234/cb", "http://localhost:3000/cb", "com.example.app:/back"]  # fmt: skip
BAD = [
    "", "/back", "program.example", "http://program.example/back", "https://", "https://p.example/#f",
    "https://*.example/back", "https://user@p.example/", "javascript:alert(1)",
    "data:text/html,x", "myapp:/back",
    "https://p.example\\@evil.example/", "https://p.example/\r\nX: y", "http://127.0.0.1:80@evil.example/",
    "http://127.0.0.1.evil.example/", "https://p.example/ü", "https://p.example/" + "x" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("uri", GOOD)
def test_an_address_of_ones_own_may_be_registered(uri: str) -> None:
    assert redirects.checked(uri) == uri


@pytest.mark.parametrize("uri", BAD)
def test_an_address_that_may_be_somebody_elses_may_not(uri: str) -> None:
    with pytest.raises(Invalid):
        redirects.checked(uri)


def client(*uris: str, public: bool = True) -> OAuthClient:
    return OAuthClient("c", "org", "C", "", frozenset(), 0, public=public, redirect_uris=uris)


@pytest.mark.parametrize(("uri", "fits"), [
    ("http://127.0.0.1/cb", True), ("http://127.0.0.1:1/cb", True), ("http://127.0.0.1:65000/cb", True),
    ("http://127.0.0.1:1/cb/", False), ("http://127.0.0.1:1/CB", False), ("http://127.0.0.1:1/cb?x=1", False),
    ("http://127.0.0.2:1/cb", False), ("http://localhost:1/cb", False), ("https://127.0.0.1:1/cb", False),
    ("http://127.0.0.1:1@evil.example/cb", False), ("http://127.0.0.1:x/cb", False),
    ("http://127.0.0.1:1/cb#", False),
    ("http://127.0.0.1.evil.example/cb", False), ("HTTP://127.0.0.1:1/cb", False),
    ("http://127.0.0.1:1\\cb", False),
    ("http://127.0.0.1:1/cb\n", False), ("http://0.0.0.0:1/cb", False), ("http://[::1]:1/cb", False),
])  # fmt: skip
def test_only_the_port_of_a_loopback_address_is_free(uri: str, fits: bool) -> None:
    """RFC 8252 section 7.3, and of a native app alone: all others are compared as they are (RFC 9700)."""
    assert redirects.allows(client("http://127.0.0.1/cb"), uri) is fits
    assert redirects.allows(client("http://127.0.0.1/cb", public=False), uri) is (
        uri == "http://127.0.0.1/cb"
    )


@pytest.mark.parametrize("uri", ["https://p.example/back/", "https://p.example/back?a=1", "https://P.example/back",
                                 "https://p.example/back/../x", "https://p.example:443/back",
                                 "https://p.example"])  # fmt: skip
def test_another_spelling_is_another_address(uri: str) -> None:
    assert redirects.allows(client("https://p.example/back"), "https://p.example/back")
    assert not redirects.allows(client("https://p.example/back"), uri)


def test_the_answer_joins_a_query_that_is_there() -> None:
    assert (
        redirects.with_answer("https://p.example/b", {"code": "a b", "state": None})
        == "https://p.example/b?code=a+b"
    )
    assert redirects.with_answer("https://p.example/b?x=1", {"code": "c"}) == "https://p.example/b?x=1&code=c"


def test_a_public_client_has_no_secret_and_all_has_its_bounds() -> None:
    made = OAuthClient("c", "org", "C", "digest", frozenset(), 0)
    assert ClientKind(public=True).applied(made).secret_digest == ""
    assert ClientKind().applied(made).secret_digest == "digest"
    key = public_pem(MAKERS["EdDSA"]())
    with pytest.raises(Invalid, match="at most 10"):
        ClientKind(public_keys=(key,) * 11).applied(made)
    with pytest.raises(Invalid, match="at most 50"):
        ClientKind(redirect_uris=("https://p.example/",) * 51).applied(made)
