"""OpenID providers on loopback: the real one (tests/compat/oidc), and one that says whatever a test wants."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID = "opencobrowse at the provider"  # a blank: Basic has to encode it
CLIENT_SECRET = "a secret: with a colon, 100% odd"
_REAL = Path(__file__).parents[1] / "compat" / "oidc" / "provider.mjs"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public_jwk(key: rsa.RSAPrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**found, "kid": kid, "use": "sig", "alg": "RS256", **more}


@dataclass
class Reply:
    """An answer as a whole. `hold`: it comes when that is set."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None


@dataclass
class FakeProvider:
    """Signs what it is told to. What is None in `claims`, `told` or `metadata` is left out."""

    port: int = 0
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    kid: str = "1"
    published: list[dict[str, Any]] | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    id_token: str | None = None
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    forms: list[dict[str, str]] = field(default_factory=list)
    authorization: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rotate(self, kid: str) -> None:
        """Sign with a new key, and publish that one alone."""
        self.key, self.kid, self.published = new_key(), kid, None

    def calm(self) -> None:
        """As in the beginning."""
        fresh = FakeProvider(self.port, self.key, self.kid)
        for name in ("published", "claims", "told", "metadata", "head", "answer", "id_token", "replies"):
            setattr(self, name, getattr(fresh, name))

    def visit(self, address: str) -> str:
        """What a person does at the provider: agree. Where they are sent back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], **self.answer}
        return f"{asked['redirect_uri']}?{urlencode(_without_none(back))}"

    def document(self, path: str, headers: Any, form: dict[str, str]) -> Reply:
        """What is at a path. Called for each request."""
        self.asked[path] += 1
        if path in self.replies:
            return self.replies[path]
        if path == "/.well-known/openid-configuration":
            return _json({
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/me",
                "jwks_uri": f"{self.issuer}/jwks",
                **self.metadata,
            })  # fmt: skip
        if path == "/jwks":
            return _json({"keys": self.published or [public_jwk(self.key, self.kid)]})
        if path == "/token":
            self.forms.append(form)
            self.authorization.append(headers.get("Authorization", ""))
            return self._tokens(form)
        if path == "/me":
            return _json({"sub": self.claims.get("sub", "sub-1"), **self.told})
        return Reply(b"", 404)

    def _tokens(self, form: dict[str, str]) -> Reply:
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return _json({"error": "invalid_grant", "error_description": "<b>no</b>"}, 400)
        access = f"access-{time.time_ns()}"
        return _json({
            "access_token": access,
            "token_type": "Bearer",
            "id_token": self.id_token or self.signed(asked["nonce"]),
        })  # fmt: skip

    def signed(self, nonce: str, **more: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "sub-1",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "email": "anna@example.com",
            "email_verified": True,
            "name": "Anna Provider",
            **self.claims,
            **more,
        }
        head = {"kid": self.kid, **self.head}
        return jwt.encode(_without_none(claims), self.key, "RS256", headers=_without_none(head))


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _json(value: dict[str, Any], status: int = 200) -> Reply:
    return Reply(json.dumps(_without_none(value)).encode(), status, {"Content-Type": "application/json"})


@contextlib.contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    provider = FakeProvider()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._reply({key: values[0] for key, values in parse_qs(raw).items()})

        def _reply(self, form: dict[str, str]) -> None:
            reply = provider.document(urlsplit(self.path).path, self.headers, form)
            if reply.hold is not None:
                reply.hold.wait(30)
            with contextlib.suppress(OSError):  # who asked has gone
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings(issuer: str, client_id: str = CLIENT_ID, **more: str) -> dict[str, str]:
    """The variables of a server that signs people on there."""
    return {"OPENCOBROWSE_OIDC_ISSUER": issuer, "OPENCOBROWSE_OIDC_CLIENT_ID": client_id, **more}


def sign_on(browser: httpx.Client, provider: FakeProvider, wanted: str = "/console") -> httpx.Response:
    """The whole way in one browser: what it is answered when it comes back."""
    return browser.get(provider.visit(begin(browser, wanted)))


def begin(browser: httpx.Client, wanted: str = "/console") -> str:
    """Where the browser is sent to."""
    answer = browser.get("/oauth/oidc/start", params={"next": wanted})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def problem(answer: httpx.Response) -> str | None:
    """The code with which a sign-on landed on the sign-in page; None if it did not."""
    if answer.status_code != 303:
        return None
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query)).get("sign_in_problem")


@contextlib.contextmanager
def real_provider(redirect_uri: str, accounts: dict[str, Any], **client: Any) -> Iterator[str]:
    """npm's `oidc-provider`, as its lock file says; yields its issuer."""
    told = {
        "client_id": "opencobrowse",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        **client,
    }
    assert (_REAL.parent / "node_modules").is_dir(), "npm ci in tests/compat/oidc: make e2e does it"
    command = ["node", str(_REAL), json.dumps({"clients": [told], "accounts": accounts})]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        lines = (line.strip() for line in process.stdout)
        issuer = next((line for line in lines if line.startswith("http://")), "")
        assert issuer, "the provider ended before it was ready"
        yield issuer
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
