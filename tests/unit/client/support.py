"""A server made of a function, and a clock that only moves when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from opencobrowse.client import Client, Policy

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class Fake:
    """Answers tokens by itself and everything else by `handler`. `slept` are the waits, in seconds."""

    handler: Handler
    expires_in: int = 3600
    chance: float = 0.0
    time: float = 1000.0
    slept: list[float] = field(default_factory=list)
    seen: list[httpx.Request] = field(default_factory=list)
    tokens: int = 0
    logins: list[httpx.Response] = field(default_factory=list)
    """What the token endpoint answers first, instead of a token."""

    def client(self, **options: Any) -> Client:
        given: dict[str, Any] = {
            "host": "http://localhost:8080",
            "client_id": "id",
            "client_secret": "secret",
            "environ": {},
            "policy": Policy(),
            "sleep": self._sleep,
            **options,
        }
        return Client(
            transport=httpx.MockTransport(self._answer),
            now=lambda: self.time,
            chance=lambda: self.chance,
            **given,
        )

    @property
    def calls(self) -> list[httpx.Request]:
        return [r for r in self.seen if r.url.path != "/oauth/token"]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.url.path == "/oauth/token":
            if self.logins:
                return self.logins.pop(0)
            self.tokens += 1
            body = {"access_token": f"t{self.tokens}", "token_type": "bearer", "expires_in": self.expires_in}
            return httpx.Response(200, json=body)
        return self.handler(request)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def answers(*responses: httpx.Response | Exception) -> Handler:
    """One after another; the last again and again."""
    left = list(responses)

    def handler(_: httpx.Request) -> httpx.Response:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return found

    return handler


def session(**more: Any) -> httpx.Response:
    return httpx.Response(
        200, json={"id": "s1", "state": "initiated", "viewerUrl": "http://v", "joinUrl": "http://j",
                   "joinCode": "BCDF-GHJK", **more},
    )  # fmt: skip


def conversation(*legs: dict[str, Any]) -> httpx.Response:
    return httpx.Response(
        200, json={"id": "c1", "participants": [{"id": "p", "cobrowsesessions": list(legs)}]}
    )
