"""A hook of Schemathesis: every request gets a token of its own."""

from __future__ import annotations

import os
from typing import Any

import httpx
import schemathesis


@schemathesis.auth(refresh_interval=None)
class FreshToken:
    def get(self, case: Any, context: Any) -> str:
        """A new token of the OAuth client."""
        who = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
        form = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{os.environ['SERVER_URL']}/oauth/token", data=form, auth=who)
        return str(answer.json()["access_token"])

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"
