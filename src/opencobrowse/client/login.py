"""A person signs in from a program on their machine: the browser, a loopback listener, PKCE (RFC 8252).

What comes of it is kept for each server in a file that only its owner can read, and renewed from there. Two
commands at once take turns: a refresh token that is shown twice ends the whole sign-in (RFC 9700, 4.14).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

import httpx
import msgspec

from opencobrowse.client.connection import http_options
from opencobrowse.client.errors import (
    ConfigurationError,
    NotReachable,
    SignInFailed,
    UnexpectedAnswer,
    token_error,
)
from opencobrowse.client.hosts import Hosts, resolve
from opencobrowse.client.loopback import Listener

CLIENT_ID: Final = "opencobrowse-cli"
RENEW_SECONDS: Final = 600.0
"""A token that ends sooner than this is renewed before it is used: a command may take a while."""
WAIT_SECONDS: Final = 300.0

_TIMEOUT: Final = 20.0


class Login(msgspec.Struct, frozen=True, rename="camel"):
    """A person's sign-in at one server. `expires_at`: seconds since the epoch, of the access token."""

    host: str
    access_token: str
    refresh_token: str
    expires_at: float


class _Server(msgspec.Struct, frozen=True):
    """What is needed of RFC 8414's metadata."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str


class _Grant(msgspec.Struct, frozen=True):
    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Logins:
    """The sign-ins that are kept, one file for each server, in `folder`."""

    folder: Path

    def path(self, host: str) -> Path:
        return self.folder / f"{quote(host, safe='')}.json"

    def load(self, host: str) -> Login | None:
        """The sign-in at `host`; None where there is none, or none that can be read."""
        try:
            return msgspec.json.decode(self.path(host).read_bytes(), type=Login)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def save(self, login: Login) -> Path:
        """Keep it, readable by its owner alone; the file is whole at every moment."""
        path = self.path(login.host)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(login))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        return path

    def forget(self, host: str) -> None:
        self.path(host).unlink(missing_ok=True)

    @contextlib.contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """One process at a time. Windows has no such lock: two commands in the same second may ask twice."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path(host).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform != "win32":
                import fcntl  # noqa: PLC0415  not on Windows

                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def logins(environ: Mapping[str, str] = os.environ) -> Logins:
    """Where this person's are kept: `$XDG_CONFIG_HOME/opencobrowse/logins`, by default below `~/.config`."""
    home = environ.get("XDG_CONFIG_HOME") or environ.get("APPDATA")
    base = Path(home) if home else Path.home() / ".config"
    return Logins(base / "opencobrowse" / "logins")


def sign_in(host: str, kept: Logins, show: Callable[[str], None], wait: float = WAIT_SECONDS) -> Login:
    """Have a person sign in: `show` is given the address to open in a browser. Waits for `wait` seconds.
    Raises `SignInFailed`, `NotReachable`."""
    origin = _hosts(host).login
    with _http() as client:
        server = _discover(client, origin)
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(32)
        with Listener(state, server.issuer) as listener:
            show(f"{server.authorization_endpoint}?{urlencode(_question(listener.address, verifier, state))}")
            code = listener.code(wait)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": listener.address,
                "code_verifier": verifier}  # fmt: skip
        login = _granted(client, origin, server, form)
    kept.save(login)
    return login


def access_token(host: str, kept: Logins, now: Callable[[], float] = time.time) -> str | None:
    """The access token of the sign-in at `host`, renewed where it ends soon; None where nobody is signed in.
    Raises `SignInFailed` where the sign-in is over, `NotReachable`."""
    origin = _hosts(host).login
    login = kept.load(origin)
    if login is None or login.expires_at - RENEW_SECONDS > now():
        return login.access_token if login else None
    with kept.turn(origin):
        login = kept.load(origin)  # somebody may have renewed it meanwhile
        if login is None or login.expires_at - RENEW_SECONDS > now():
            return login.access_token if login else None
        with _http() as client:
            form = {"grant_type": "refresh_token", "refresh_token": login.refresh_token}
            try:
                login = _granted(client, origin, _discover(client, origin), form)
            except SignInFailed:
                kept.forget(origin)
                raise
        kept.save(login)
        return login.access_token


def sign_out(host: str, kept: Logins) -> bool:
    """End the sign-in here and at the server. False where there was none. Here it is gone whatever happens;
    raises `NotReachable` where the server did not hear of it."""
    origin = _hosts(host).login
    with kept.turn(origin):
        login = kept.load(origin)
        kept.forget(origin)
    if login is None:
        return False
    with _http() as client:
        server = _discover(client, origin)
        _sent(
            client, "POST", server.revocation_endpoint, {"client_id": CLIENT_ID, "token": login.refresh_token}
        )
    return True


# -- the server ----------------------------------------------------------------------------------------------


def _hosts(host: str) -> Hosts:
    hosts = resolve(host)
    if hosts.platform != "opencobrowse":
        raise ConfigurationError(
            "Genesys Cloud knows no opencobrowse: use the id and the secret of a client there."
        )
    return hosts


def _http() -> httpx.Client:
    return httpx.Client(**http_options(_TIMEOUT, verify=True))


def _discover(client: httpx.Client, origin: str) -> _Server:
    """RFC 8414. What another issuer says is not followed (section 3.3)."""
    answer = _sent(client, "GET", f"{origin}/.well-known/oauth-authorization-server")
    try:
        server = msgspec.json.decode(answer.content, type=_Server)
    except msgspec.DecodeError:
        raise UnexpectedAnswer(
            f"{origin} does not say how people sign in: is it an opencobrowse server?"
        ) from None
    if server.issuer != origin:
        raise ConfigurationError(f"{origin} calls itself {server.issuer}: use --host {server.issuer}")
    return server


def _question(redirect_uri: str, verifier: str, state: str) -> dict[str, str]:
    hashed = hashlib.sha256(verifier.encode()).digest()
    return {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(hashed).decode().rstrip("="),
        "code_challenge_method": "S256",
    }


def _granted(client: httpx.Client, origin: str, server: _Server, form: Mapping[str, str]) -> Login:
    answer = _sent(client, "POST", server.token_endpoint, {**form, "client_id": CLIENT_ID})
    asked_at = time.time()
    if answer.status_code == 400:
        why = _refusal(answer)
        raise SignInFailed(f"The sign-in at {origin} is over ({why}). Sign in again: opencobrowse login")
    try:
        if answer.status_code != 200:
            raise token_error(answer.status_code, {"error_description": _refusal(answer)})
        grant = msgspec.json.decode(answer.content, type=_Grant)
    except msgspec.DecodeError as error:
        raise UnexpectedAnswer(f"The answer of {server.token_endpoint} is not a token ({error}).") from None
    return Login(origin, grant.access_token, grant.refresh_token, asked_at + grant.expires_in)


def _refusal(answer: httpx.Response) -> str:
    try:
        body = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        body = None
    found = body.get("error_description") if isinstance(body, dict) else None
    return str(found or f"status {answer.status_code}")


def _sent(
    client: httpx.Client, method: str, url: str, form: Mapping[str, str] | None = None
) -> httpx.Response:
    try:
        return client.request(method, url, data=form)
    except httpx.TransportError as error:
        raise NotReachable(f"{url} is not reachable: {str(error) or type(error).__name__}") from None
