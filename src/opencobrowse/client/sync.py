"""The client as programs use it, and the driver that does its I/O with httpx.

with Client(host="https://cobrowse.example.com", client_id="…", client_secret="…") as client:
    session = client.cobrowse.start(conversation_id, agent_id=agent_id, control=True)
    print(session.viewer_url, session.join_url, session.join_code)
    session.wait_until("active", timeout=300)
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from opencobrowse.client import models, operations, progress
from opencobrowse.client.errors import ConfigurationError
from opencobrowse.client.flow import (
    Bearer,
    Broken,
    Flow,
    Policy,
    Reply,
    Request,
    Send,
    Sleep,
    TokenCache,
    authorized,
    checked,
)
from opencobrowse.client.hosts import resolve
from opencobrowse.client.operations import Operation
from opencobrowse.client.resources import Cobrowse, Conversations, Sessions, Users
from opencobrowse.kernel.version import VERSION

T = TypeVar("T")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Client:
    """A connection to one server. Safe to share between threads; close it, or use it in a `with` block.

    What is not given is read from the environment: OPENCOBROWSE_URL, OPENCOBROWSE_CLIENT_ID,
    OPENCOBROWSE_CLIENT_SECRET, then GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET. `timeout` is in seconds, for
    one request. `verify` is a path of a CA bundle, or False to accept any certificate.
    """

    def __init__(
        self,
        host: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        access_token: str | None = None,
        timeout: float = 20.0,
        policy: Policy | None = None,
        verify: str | bool = True,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        env = os.environ if environ is None else environ
        self.hosts = resolve(host or env.get("OPENCOBROWSE_URL") or _missing("host", "OPENCOBROWSE_URL"))
        self._static = access_token
        self._tokens = None if access_token else _credentials(client_id, client_secret, env)
        self._token_lock = threading.Lock()
        self._policy = policy or Policy()
        self._sleep, self._now, self._chance = sleep, now, chance
        self._http = httpx.Client(
            timeout=timeout,
            transport=transport,
            verify=_verification(verify),
            headers={"User-Agent": f"opencobrowse-python/{VERSION}", "Accept": "application/json"},
        )
        self.cobrowse = Cobrowse(self)
        self.conversations = Conversations(self)
        self.sessions = Sessions(self)
        self.users = Users(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def organization(self) -> models.Organization:
        """The organisation of the token: the cheapest call that proves host, id and secret."""
        return self.run(operations.my_organization())

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Any other call of the API, for example `call("GET", "/api/v2/webdeployments/deployments")`: its
        answer as JSON. Token, retries and errors are as everywhere; a POST is not sent twice."""
        return self.run(operations.any_call(method, path, body))

    # -- the driver: it does what the flows decide ---------------------------------------------------------

    def run(self, operation: Operation[T]) -> T:
        """Make one call. Raises a `CobrowseError`."""
        return operation.read(checked(self.drive(authorized(operation.request, self._policy, self._chance))))

    def look(self, session: models.SessionData) -> Flow[models.SessionData]:
        """The flow that reads a session's state from its conversation."""
        operation = operations.get_conversation(session.conversation_id or "")
        reply = yield from authorized(operation.request, self._policy, self._chance)
        return progress.updated(session, operation.read(checked(reply)))

    def drive(self, flow: Flow[T]) -> T:
        """Do what the flow asks for until it returns."""
        outcome: Any = None
        while True:
            try:
                effect = flow.send(outcome)
            except StopIteration as done:
                result: T = done.value
                return result
            match effect:
                case Send(request):
                    outcome = self._send(request)
                case Sleep(seconds):
                    outcome = self._sleep(seconds)
                case Bearer(stale):
                    outcome = self._bearer(stale)

    def now(self) -> float:
        return self._now()

    def _bearer(self, stale: str | None) -> str:
        if self._tokens is None:
            return self._static or ""
        with self._token_lock:  # one fetch for all threads that need a token now
            if stale is not None:
                self._tokens.forget(stale)
            current = self._tokens.current(self._now())
            return current or self.drive(self._tokens.fetch(self._policy, self._chance, self._now))

    def _send(self, request: Request) -> Reply | Broken:
        origin = self.hosts.login if request.login else self.hosts.api
        try:
            answer = self._http.request(
                request.method,
                origin + request.path,
                params=request.query or None,
                json=request.body,
                data=request.form,
                headers=request.headers,
            )
        except httpx.TransportError as error:
            what = str(error) or type(error).__name__
            return Broken(f"{origin} is not reachable: {what}", sent=not isinstance(error, _NEVER_SENT))
        return Reply(answer.status_code, answer.headers, answer.content)


def _credentials(client_id: str | None, secret: str | None, env: Mapping[str, str]) -> TokenCache:
    return TokenCache(
        client_id
        or env.get("OPENCOBROWSE_CLIENT_ID")
        or env.get("GENESYS_CLIENT_ID")
        or _missing("client_id", "OPENCOBROWSE_CLIENT_ID"),
        secret
        or env.get("OPENCOBROWSE_CLIENT_SECRET")
        or env.get("GENESYS_CLIENT_SECRET")
        or _missing("client_secret", "OPENCOBROWSE_CLIENT_SECRET"),
    )


def _missing(name: str, variable: str) -> str:
    raise ConfigurationError(f"No {name}: pass {name}=…, or set {variable}.")


def _verification(verify: str | bool) -> Any:
    if isinstance(verify, str):
        import ssl  # noqa: PLC0415  only for those who bring their own authority

        return ssl.create_default_context(cafile=verify)
    return verify
