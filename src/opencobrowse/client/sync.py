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

from opencobrowse.client import calls, connection
from opencobrowse.client.core import Api
from opencobrowse.client.errors import CobrowseError
from opencobrowse.client.flow import Bearer, Broken, Effect, Flow, Policy, Reply, Request, Send, Sleep
from opencobrowse.client.resources import Cobrowse, Conversations, Sessions, Users, blocking

T = TypeVar("T")


class Client:
    """A connection to one server. Safe to share between threads; close it, or use it in a `with` block.

    `host` is a server of ours, or a region of Genesys Cloud (`mypurecloud.ie`, `eu-west-1`); a gateway before
    Genesys Cloud needs `platform="genesys"`. What is not given is read from the environment:
    OPENCOBROWSE_URL, OPENCOBROWSE_PLATFORM, OPENCOBROWSE_CLIENT_ID, OPENCOBROWSE_CLIENT_SECRET, then
    GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET. `timeout` is in seconds, for one request. `verify` is a path of
    a CA bundle, or False to accept any certificate.
    """

    def __init__(
        self,
        host: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        access_token: str | None = None,
        platform: str | None = None,
        timeout: float = 20.0,
        policy: Policy | None = None,
        verify: str | bool = True,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        env = os.environ if environ is None else environ
        self.hosts = connection.hosts_of(host, platform, env)
        dialect = connection.DIALECTS[self.hosts.platform]()
        self.api = Api(self.hosts, dialect, policy or Policy(), chance, now, wall)
        self._static = access_token
        self._tokens = None if access_token else connection.credentials(client_id, client_secret, env)
        self._token_lock = threading.Lock()
        self._sleep = sleep
        self._http = httpx.Client(transport=transport, **connection.http_options(timeout, verify))
        self.cobrowse = Cobrowse(self)
        self.conversations = Conversations(self)
        self.sessions = Sessions(self)
        self.users = Users(self)

    organization = blocking(calls.organization)
    diagnose = blocking(calls.diagnose)
    call = blocking(calls.call)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._http.close()

    # -- the driver: it does what the flows decide ---------------------------------------------------------

    def drive(self, flow: Flow[T]) -> T:
        """Do what the flow asks for until it returns."""
        outcome: Any = None
        problem: CobrowseError | None = None
        while True:
            try:
                effect = flow.send(outcome) if problem is None else flow.throw(problem)
            except StopIteration as done:
                result: T = done.value
                return result
            outcome = problem = None
            try:
                outcome = self._do(effect)
            except CobrowseError as error:
                problem = error

    def _do(self, effect: Effect) -> Any:
        match effect:
            case Send(request):
                return self._send(request)
            case Sleep(seconds):
                return self._sleep(seconds)
            case Bearer(stale):
                return self._bearer(stale)

    def _bearer(self, stale: str | None) -> str:
        if self._tokens is None:
            return self._static or ""
        with self._token_lock:  # one fetch for all threads that need a token now
            if stale is not None:
                self._tokens.forget(stale)
            current = self._tokens.current(self.api.now())
            return current or self.drive(self._tokens.fetch(self.api.policy, self.api.chance, self.api.now))

    def _send(self, request: Request) -> Reply | Broken:
        try:
            return connection.reply_of(self._http.request(**connection.arguments(self.hosts, request)))
        except (httpx.TransportError, httpx.DecodingError) as error:
            return connection.broken(connection.origin_of(self.hosts, request), error)
