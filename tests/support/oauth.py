"""OAuth as programs and people use it against a real server: registering, signing, consenting."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import sqlite3
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, Server

BACK = "https://program.example/back"
ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

MAKERS: dict[str, Any] = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


def public_pem(key: Any) -> str:
    made: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return made.decode()


def register(server: Server, *options: str) -> dict[str, str]:
    """`opencobrowse client create` on the running server's data directory: {clientId, clientSecret, …}."""
    command = [str(Path(sys.executable).parent / "opencobrowse"), "client", "create", "--json",
               "--data-dir", str(server.data_dir), *options]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@dataclass
class Signer:
    """A program with a key: what it signs, and the right claims to change one of."""

    client_id: str
    audience: str
    key: Any
    algorithm: str = "ES256"

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        right = {
            "iss": self.client_id, "sub": self.client_id, "aud": self.audience, "exp": now + 300, "iat": now,
            "jti": str(uuid.uuid4()),
        }  # fmt: skip
        return {name: value for name, value in (right | changes).items() if value is not None}

    def __call__(self, headers: dict[str, Any] | None = None, **changes: Any) -> str:
        return jwt.encode(self.claims(**changes), self.key, self.algorithm, headers)


def signer(server: Server, folder: Path, *options: str, algorithm: str = "ES256") -> Signer:
    """A registered client whose key is on file."""
    key = MAKERS[algorithm]()
    file = folder / f"{algorithm}-{uuid.uuid4().hex}.pem"
    file.write_text(public_pem(key))
    made = register(server, "--public-key", str(file), *options)
    return Signer(made["clientId"], f"{server.url}/oauth/token", key, algorithm)


@dataclass
class Person:
    """A browser of a person who is signed in to the console; redirects are looked at, not followed."""

    server: Server
    email: str = AGENT_EMAIL
    password: str = AGENT_PASSWORD
    http: httpx.Client = field(init=False)

    def __enter__(self) -> Person:
        self.http = httpx.Client(base_url=self.server.url, timeout=20)
        body = {"email": self.email, "password": self.password}
        self.http.post("/api/v2/opencobrowse/signin", json=body).raise_for_status()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def asked(self, **query: str) -> dict[str, str]:
        """The hidden fields of the page that asks."""
        page = self.http.get(f"/oauth/authorize?{urlencode(query)}")
        assert page.status_code == 200, (page.status_code, page.headers.get("Location"), page.text[-300:])
        return fields(page.text)

    def allow(self, answer: str = "allow", **query: str) -> dict[str, str]:
        """Say yes, and what the browser takes to the program."""
        form = {**self.asked(**query), "answer": answer}
        sent = self.http.post("/oauth/authorize", data=form, headers={"Origin": self.server.url})
        assert sent.status_code == 303, sent.text
        return brought(sent, query["redirect_uri"])


def fields(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)
            if name != "answer"}  # fmt: skip


def brought(answer: httpx.Response, redirect_uri: str) -> dict[str, str]:
    """The query with which the browser is sent to `redirect_uri`."""
    location = answer.headers["Location"]
    assert location.startswith(redirect_uri), location
    return dict(parse_qsl(urlsplit(location).query))


def new_user(server: Server, **more: Any) -> tuple[str, str]:
    """A person of their own who may be an agent: id and e-mail; the password is AGENT_PASSWORD."""
    email = f"{uuid.uuid4().hex[:10]}@example.com"
    body = {"email": email, "name": "Ada", "password": AGENT_PASSWORD, "agent": True, **more}
    with server.client() as http:
        made = http.post("/api/v2/users", json=body)
    assert made.status_code < 300, made.text
    return str(made.json()["id"]), email


def pkce() -> tuple[str, dict[str, str]]:
    """A verifier, and the parameters of its challenge."""
    verifier = secrets.token_urlsafe(48)
    hashed = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
    return verifier, {"code_challenge": challenge, "code_challenge_method": "S256"}


def age(server: Server, table: str, by: int) -> None:
    """Move the expiry of the table's newest row by `by` milliseconds, as time would."""
    with sqlite3.connect(server.data_dir / "opencobrowse.db", timeout=20) as db:
        db.execute(
            f"UPDATE {table} SET body = CAST(json_set(CAST(body AS TEXT), '$.expires_at', "
            "json_extract(CAST(body AS TEXT), '$.expires_at') + ?) AS BLOB) WHERE rowid = "
            f"(SELECT MAX(rowid) FROM {table})",
            (by,),
        )
    db.close()
