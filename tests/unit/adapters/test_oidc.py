"""What is believed of an identity provider, and what it may do to us (ports/identity.py; OpenID Connect Core
3.1.3.7, RFC 7636, RFC 8725, RFC 9207, RFC 9700; quality.md: every bad input has a test)."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm

from opencobrowse.adapters.oidc.fetch import may_be_asked
from opencobrowse.adapters.oidc.provider import OidcProvider, Registration
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.secrets import Secret
from opencobrowse.ports.identity import Answer, AnswerRefused, Attempt, Person, ProviderDown
from tests.support.oidc import (
    CLIENT_ID,
    CLIENT_SECRET,
    FakeProvider,
    Reply,
    fake_provider,
    new_key,
    public_jwk,
)

ATTEMPT = Attempt("the-state", "the-nonce", "the-verifier-" * 4)
REDIRECT = "https://cobrowse.example/oauth/oidc/callback"
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProvider]:
    with fake_provider() as started:
        yield started


@pytest.fixture
def provider(running: FakeProvider) -> FakeProvider:
    running.calm()
    running.asked.clear()
    return running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(int(time.time() * 1000))


@pytest.fixture
def us(provider: FakeProvider, clock: ManualClock) -> OidcProvider:
    return made(provider, clock)


def made(provider: FakeProvider, clock: ManualClock, secret: str | None = CLIENT_SECRET) -> OidcProvider:
    kept = Secret(secret) if secret else None
    return OidcProvider(
        Registration(provider.issuer, CLIENT_ID, kept, "openid email profile", REDIRECT), clock
    )


def answer(us: OidcProvider, provider: FakeProvider) -> Answer:
    """The whole way up to the answer that the browser brings back."""
    back = provider.visit(asyncio.run(us.address(ATTEMPT)))
    query = dict(parse_qsl(urlsplit(back).query))
    return Answer(query["state"], query.get("code", ""), query.get("error", ""), "", query.get("iss"))


def person(us: OidcProvider, provider: FakeProvider) -> Person:
    found = answer(us, provider)
    return asyncio.run(us.person(ATTEMPT, found))


def refused(us: OidcProvider, provider: FakeProvider, why: str) -> None:
    with pytest.raises(AnswerRefused, match=why):
        person(us, provider)


# -- the way that it is meant --------------------------------------------------------------------------------


def test_a_person_is_sent_with_state_nonce_and_pkce(us: OidcProvider, provider: FakeProvider) -> None:
    address = asyncio.run(us.address(ATTEMPT))
    assert address.startswith(f"{provider.issuer}/auth?")
    query = {key: value for key, [value] in parse_qs(urlsplit(address).query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(ATTEMPT.verifier.encode()).digest())
    assert query == {
        "response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT,
        "scope": "openid email profile", "state": "the-state", "nonce": "the-nonce",
        "code_challenge": challenge.rstrip(b"=").decode(), "code_challenge_method": "S256",
    }  # fmt: skip
    assert ATTEMPT.verifier not in address


def test_the_person_of_a_good_answer(us: OidcProvider, provider: FakeProvider) -> None:
    provider.metadata = {"authorization_endpoint": f"{provider.issuer}/auth?tenant=1"}
    found = person(us, provider)
    assert found == Person(provider.issuer, "sub-1", "anna@example.com", True, "Anna Provider")
    assert found.identity == f"{provider.issuer}|sub-1"
    form = provider.forms[-1]
    assert form["redirect_uri"] == REDIRECT and form["code_verifier"] == ATTEMPT.verifier
    assert "client_secret" not in form
    basic = base64.b64decode(provider.authorization[-1].removeprefix("Basic ")).decode()
    # RFC 6749 section 2.3.1: form-encoded before Basic, or a colon in the id would cut it
    assert basic == "opencobrowse+at+the+provider:a+secret%3A+with+a+colon%2C+100%25+odd"


def test_a_public_client_shows_its_id_and_the_verifier(provider: FakeProvider, clock: ManualClock) -> None:
    person(made(provider, clock, None), provider)
    assert provider.forms[-1]["client_id"] == CLIENT_ID
    assert provider.authorization[-1] == "" and "client_secret" not in provider.forms[-1]


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    us: OidcProvider, provider: FakeProvider
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    person(us, provider)
    assert provider.forms[-1]["client_secret"] == CLIENT_SECRET
    assert provider.authorization[-1] == ""


def test_userinfo_tells_what_the_id_token_leaves_out(us: OidcProvider, provider: FakeProvider) -> None:
    """Address and verification come from one source: one does not verify what the other says."""
    provider.claims = {"email": "id@token.example", "email_verified": None, "name": "Of the token"}
    provider.told = {"email": "told@example.com", "email_verified": True}
    assert person(us, provider).email == "told@example.com"
    provider.told = {"email_verified": True}
    assert person(us, provider) == Person(provider.issuer, "sub-1", None, True, "Of the token")
    provider.metadata = {"userinfo_endpoint": None}
    assert not person(made(provider, ManualClock(int(time.time() * 1000))), provider).email_verified


@pytest.mark.parametrize("said", [True, "true"])
def test_an_address_is_verified_by_true(us: OidcProvider, provider: FakeProvider, said: Any) -> None:
    provider.claims = {"email_verified": said}
    assert person(us, provider).email_verified is True


@pytest.mark.parametrize("said", [False, "false", "True", "", None, 1, "yes"])
def test_an_address_is_verified_by_nothing_else(us: OidcProvider, provider: FakeProvider, said: Any) -> None:
    provider.claims = {"email_verified": said}
    if isinstance(said, int) and said == 1:
        refused(us, provider, "ValidationError")
    else:
        assert person(us, provider).email_verified is False


def test_at_hash_binds_the_access_token(us: OidcProvider, provider: FakeProvider) -> None:
    provider.claims = {"at_hash": base64.urlsafe_b64encode(bytes(16)).rstrip(b"=").decode()}
    refused(us, provider, "another access token")
    found = answer(us, provider)
    half = hashlib.sha256(b"known").digest()[:16]
    good = provider.signed("the-nonce", at_hash=base64.urlsafe_b64encode(half).rstrip(b"=").decode())
    body = {"access_token": "known", "token_type": "bearer", "id_token": good}
    provider.replies["/token"] = Reply(json.dumps(body).encode())
    assert asyncio.run(us.person(ATTEMPT, found)).subject == "sub-1"


# -- tokens that are not what they say -----------------------------------------------------------------------

NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "another-client"}, "not for us"),
        ({"aud": None}, "not for us"),
        ({"aud": []}, "not for us"),
        ({"aud": [CLIENT_ID, "another-client"]}, "for several"),
        ({"aud": [CLIENT_ID, "another-client"], "azp": "another-client"}, "by another client"),
        ({"azp": "another-client"}, "by another client"),
        ({"exp": NOW - 3600}, "expired"),
        ({"exp": None}, "expired"),
        ({"iat": NOW + 3600}, "of the future"),
        ({"nbf": NOW + 3600}, "of the future"),
        ({"iat": NOW - 3600}, "too old"),
        ({"iat": None}, "too old"),
        ({"nonce": None}, "another attempt"),
        ({"nonce": "the-nonce-of-somebody-else"}, "another attempt"),
        ({"sub": ""}, "sub is empty"),
        ({"sub": "s" * 256}, "sub is empty or too long"),
        ({"sub": None}, "not accepted"),
        ({"sub": ["sub-1"]}, "not accepted"),
        ({"exp": "tomorrow"}, "not accepted"),
        ({"email": {"a": 1}}, "not accepted"),
    ],
)  # fmt: skip
def test_claims_that_do_not_fit_are_refused(
    us: OidcProvider, provider: FakeProvider, claims: dict[str, Any], why: str
) -> None:
    provider.claims = claims
    refused(us, provider, why)


def test_several_audiences_are_fine_where_we_asked(us: OidcProvider, provider: FakeProvider) -> None:
    provider.claims = {"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID}
    assert person(us, provider).subject == "sub-1"


def _unsigned(provider: FakeProvider) -> str:
    return jwt.encode(
        {**jwt.decode(provider.signed("the-nonce"), options={"verify_signature": False})}, "", "none"
    )


def _by_another_key(provider: FakeProvider) -> str:
    mine, provider.key = provider.key, new_key()
    token = provider.signed("the-nonce")
    provider.key = mine
    return token


def _hmac_of_the_public_key(provider: FakeProvider) -> str:
    """RFC 8725 section 2.1: what everybody can read is used as a secret."""
    pem = provider.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    parts = provider.signed("the-nonce").split(".")
    head = _part({"alg": "HS256", "kid": provider.kid})
    mac = hmac.new(pem, f"{head}.{parts[1]}".encode(), "sha256").digest()
    return f"{head}.{parts[1]}.{_raw(mac)}"


def _changed_after_signing(provider: FakeProvider) -> str:
    head, _, signature = provider.signed("the-nonce").split(".")
    now = int(time.time())
    body = {"iss": provider.issuer, "aud": CLIENT_ID, "sub": "admin", "iat": now, "exp": now + 300,
            "nonce": "the-nonce"}  # fmt: skip
    return f"{head}.{_part(body)}.{signature}"


def _part(value: dict[str, Any]) -> str:
    return _raw(json.dumps(value).encode())


def _raw(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (_unsigned, "'none', which is not accepted"),
        (_hmac_of_the_public_key, "'HS256', which is not accepted"),
        (_by_another_key, "Signature verification failed"),
        (_changed_after_signing, "Signature verification failed"),
    ],
)
def test_forged_tokens_are_refused(
    us: OidcProvider, provider: FakeProvider, forge: Callable[[FakeProvider], str], why: str
) -> None:
    provider.id_token = forge(provider)
    refused(us, provider, why)


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "....", "e30.e30.e30", _part({"alg": "RS256", "kid": 5}) + ".e30.e30"]
)
def test_what_is_no_token_is_refused(us: OidcProvider, provider: FakeProvider, token: str) -> None:
    found = answer(us, provider)
    body = {"access_token": "a", "token_type": "Bearer", "id_token": token}
    provider.replies["/token"] = Reply(json.dumps(body).encode())
    with pytest.raises(AnswerRefused):
        asyncio.run(us.person(ATTEMPT, found))


def test_bytes_that_are_no_text_are_refused(us: OidcProvider, provider: FakeProvider) -> None:
    """Claims of broken UTF-8 and of half a character, rightly signed."""
    for payload in (b'{"sub":"\xff"}', b'{"sub":"\\ud800"}', b"[" * 5000, b"null", b""):
        found = answer(us, provider)
        token = jwt.PyJWS().encode(payload, provider.key, "RS256", headers={"kid": provider.kid})
        body = {"access_token": "a", "token_type": "Bearer", "id_token": token}
        provider.replies["/token"] = Reply(json.dumps(body).encode())
        with pytest.raises(AnswerRefused):
            asyncio.run(us.person(ATTEMPT, found))


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ({"typ": "at+jwt"}, "not an id token"),
        ({"typ": "logout+jwt"}, "not an id token"),
        ({"crit": ["exp"], "exp": 1}, "Unsupported critical"),
    ],
)
def test_tokens_of_another_kind_are_refused(
    us: OidcProvider, provider: FakeProvider, head: dict[str, Any], why: str
) -> None:
    """RFC 8725 section 2.8: a token of the same signer that was meant for something else."""
    provider.head = head
    refused(us, provider, why)


def test_keys_are_used_for_what_they_are(
    us: OidcProvider, provider: FakeProvider, clock: ManualClock
) -> None:
    for more in ({"use": "enc"}, {"alg": "RS512"}, {"kid": "x"}, {"kty": "oct", "k": "AAAA"}):
        provider.published = [public_jwk(provider.key, **{"kid": provider.kid, **more})]
        refused(made(provider, clock), provider, "0 keys fit")
    provider.published = [public_jwk(provider.key, provider.kid), public_jwk(new_key(), provider.kid)]
    refused(made(provider, clock), provider, "2 keys fit")
    provider.published = None
    provider.head = {"kid": None}
    assert person(us, provider).subject == "sub-1", "one key, no kid: it is that key"


def test_a_short_key_signs_nothing(provider: FakeProvider, clock: ManualClock) -> None:
    weak = rsa.generate_private_key(65537, 1024)
    provider.published = [public_jwk(weak, "1")]
    found = answer(us := made(provider, clock), provider)
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode({"sub": "sub-1"}, weak, "RS256", headers={"kid": "1"})
    body = {"access_token": "a", "token_type": "Bearer", "id_token": token}
    provider.replies["/token"] = Reply(json.dumps(body).encode())
    with pytest.raises(AnswerRefused, match="InvalidKey"):
        asyncio.run(us.person(ATTEMPT, found))


def test_an_elliptic_curve_signs_as_well_and_only_its_own_algorithm(
    us: OidcProvider, provider: FakeProvider
) -> None:
    keys = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1()}
    for algorithm, curve in keys.items():
        key = ec.generate_private_key(curve)
        jwk = {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": algorithm}
        claims = jwt.decode(provider.signed("the-nonce"), options={"verify_signature": False})
        provider.published = [jwk]
        provider.id_token = jwt.encode(claims, key, algorithm, headers={"kid": algorithm})
        fresh = made(provider, ManualClock(int(time.time() * 1000)))
        assert person(fresh, provider).subject == "sub-1"


def test_an_answer_without_a_bearer_token_is_none(us: OidcProvider, provider: FakeProvider) -> None:
    for body in ({"token_type": "mac", "access_token": "a", "id_token": "b"}, {"token_type": "Bearer"}, {}):
        found = answer(us, provider)
        provider.replies["/token"] = Reply(json.dumps(body).encode())
        with pytest.raises(AnswerRefused, match="not an id token"):
            asyncio.run(us.person(ATTEMPT, found))


def test_a_code_that_is_not_ours_is_refused_by_the_provider(us: OidcProvider, provider: FakeProvider) -> None:
    with pytest.raises(AnswerRefused, match="invalid_grant"):
        asyncio.run(us.person(ATTEMPT, Answer("the-state", "a stranger's")))


def test_userinfo_of_another_person_is_refused(us: OidcProvider, provider: FakeProvider) -> None:
    """Core section 5.3.2: the access token could be a stranger's."""
    provider.claims = {"email_verified": None}
    provider.told = {"sub": "sub-2", "email": "boss@example.com", "email_verified": True}
    refused(us, provider, "another person")


@pytest.mark.parametrize(
    ("promised", "said"), [(False, "https://other.example"), (True, "https://other.example"), (True, None)]
)
def test_another_providers_answer_is_not_taken_to_this_one(
    us: OidcProvider, provider: FakeProvider, promised: bool, said: str | None
) -> None:
    """RFC 9207, mix-up: the code is not shown to anybody."""
    provider.metadata = {"authorization_response_iss_parameter_supported": promised}
    provider.answer = {"iss": said}
    refused(us, provider, "the answer is of issuer")
    assert provider.asked["/token"] == 0
    provider.answer = {"iss": provider.issuer}
    assert person(us, provider).subject == "sub-1"


def test_an_error_is_a_refusal_and_no_code_is_asked_about(us: OidcProvider, provider: FakeProvider) -> None:
    provider.answer = {"error": "access_denied", "code": None}
    refused(us, provider, "access_denied")
    assert provider.asked["/token"] == 0


# -- keys come and go ----------------------------------------------------------------------------------------


def test_a_new_key_is_fetched_when_it_is_first_seen(us: OidcProvider, provider: FakeProvider) -> None:
    for _ in range(3):
        person(us, provider)
    assert (provider.asked[DISCOVERY], provider.asked["/jwks"]) == (1, 1)
    provider.rotate("2")
    assert person(us, provider).subject == "sub-1"
    assert provider.asked["/jwks"] == 2


def test_unknown_keys_do_not_make_us_ask_again_and_again(
    us: OidcProvider, provider: FakeProvider, clock: ManualClock
) -> None:
    provider.published = [public_jwk(new_key(), "other")]
    for _ in range(5):
        refused(us, provider, "0 keys fit")
    assert provider.asked["/jwks"] == 2
    clock.advance(int(limits.PROVIDER_RETRY_SECONDS * 1000))
    provider.published = None
    assert person(us, provider).subject == "sub-1"


def test_a_key_that_was_withdrawn_is_forgotten(
    us: OidcProvider, provider: FakeProvider, clock: ManualClock
) -> None:
    person(us, provider)
    provider.published = [public_jwk(new_key(), "its successor")]
    clock.advance(int(limits.PROVIDER_DOCUMENT_SECONDS * 1000) + 1)
    provider.claims = {"iat": clock.now() // 1000, "exp": clock.now() // 1000 + 60}
    refused(us, provider, "0 keys fit")


# -- a provider that is ill ----------------------------------------------------------------------------------

ILL = {
    "500": Reply(b"oh", 500),
    "503": Reply(b"{}", 503),
    "429": Reply(b"{}", 429),
    "a redirect": Reply(b"", 302, {"Location": "http://127.0.0.1:1/"}),
    "no JSON": Reply(b"<html>maintenance</html>"),
    "another JSON": Reply(b'["keys"]'),
    "no UTF-8": Reply(b'{"issuer":"\xff","access_token":"\xff","keys":"\xff","sub":"\xff"}'),
    "depth": Reply(b"[" * 100_000),
    "too much": Reply(b" " * (limits.PROVIDER_ANSWER_BYTES + 1)),
    "packed": Reply(gzip.compress(bytes(1_000_000)), 200, {"Content-Encoding": "gzip"}),
    "nothing": Reply(),
    "half": Reply(b"{", 200, {"Content-Length": "10"}),
}


@pytest.mark.parametrize("path", [DISCOVERY, "/jwks", "/token", "/me"])
@pytest.mark.parametrize("how", ILL)
def test_a_provider_that_answers_nonsense_is_down(
    us: OidcProvider, provider: FakeProvider, path: str, how: str
) -> None:
    provider.claims = {"email_verified": None}
    provider.replies[path] = ILL[how]
    with pytest.raises(ProviderDown) as down:
        person(us, provider)
    assert path in str(down.value)
    assert ("more than" in str(down.value)) == (how == "too much")
    assert len(str(down.value)) < 1000, "what it wrote is cut for the log"
    assert "127.0.0.1:1/" not in str(down.value), "redirects are not followed"


@pytest.mark.parametrize("path", [DISCOVERY, "/jwks", "/token"])
def test_a_provider_that_does_not_answer_is_down_in_time(
    us: OidcProvider, provider: FakeProvider, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PROVIDER_STEP_SECONDS", 0.3)
    hold = threading.Event()
    provider.replies[path] = Reply(b"{}", hold=hold)
    try:
        with pytest.raises(ProviderDown, match=r"within 0\.3 s"):
            person(us, provider)
    finally:
        hold.set()


def test_all_steps_together_have_a_deadline(
    us: OidcProvider, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PROVIDER_SECONDS", 0.3)
    hold = threading.Event()
    provider.replies["/token"] = Reply(b"{}", hold=hold)
    try:
        with pytest.raises(ProviderDown, match=r"within 0\.3 s"):
            person(us, provider)
    finally:
        hold.set()


def test_a_provider_that_is_gone_is_asked_once_in_a_while(clock: ManualClock) -> None:
    with fake_provider() as provider:
        provider.replies[DISCOVERY] = Reply(b"", 500)
        us = made(provider, clock)

        async def crowd() -> list[Any]:
            return await asyncio.gather(*(us.address(ATTEMPT) for _ in range(20)), return_exceptions=True)

        assert {type(e) for e in asyncio.run(crowd())} == {ProviderDown}
        assert provider.asked[DISCOVERY] == 1
        provider.replies.clear()
        clock.advance(int(limits.PROVIDER_RETRY_SECONDS * 1000))
        assert asyncio.run(us.address(ATTEMPT))
        assert {type(e) for e in asyncio.run(crowd())} == {str}
        assert provider.asked[DISCOVERY] == 2
    gone = made(provider, clock)
    with pytest.raises(ProviderDown, match="ConnectError"):
        asyncio.run(gone.address(ATTEMPT))


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "https://[half"},
        {"jwks_uri": "http://169.254.169.254/latest"},
        {"userinfo_endpoint": "http://evil.example/me"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_a_document_of_elsewhere_is_not_believed(
    us: OidcProvider, provider: FakeProvider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    with pytest.raises(ProviderDown):
        asyncio.run(us.address(ATTEMPT))


def test_plain_http_is_for_providers_on_loopback_alone() -> None:
    assert may_be_asked("https://id.example/token", "https://id.example")
    assert may_be_asked("http://127.0.0.1:9/token", "http://localhost:9")
    assert not may_be_asked("http://127.0.0.1:9/token", "https://id.example")
    assert not may_be_asked("http://id.example/token", "http://localhost:9")
    assert not may_be_asked("https://", "https://id.example")
