"""The platform's official Python SDK, 269, unmodified, against a real server of ours."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support import genesys
from tests.support.genesys_models import differences
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server


@pytest.fixture
def api_client(sdk: Any, server: Server) -> Any:
    """An `ApiClient` with the bootstrap client's token: the host is all that differs from the platform."""
    client = sdk.api_client.ApiClient(host=server.url)
    return client.get_client_credentials_token(CLIENT_ID, CLIENT_SECRET)


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def call(http: httpx.Client, server: Server) -> str:
    """The id of an active call with the bootstrap agent and a customer, as the telephony makes it."""
    made = http.post("/api/v2/conversations", json={
        "type": "voice",
        "participants": [{"userId": server.agent_id(), "role": "agent"},
                         {"externalId": "cust-compat", "role": "customer"}],
    })  # fmt: skip
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.fixture
def platform(sdk: Any) -> Iterator[genesys.Genesys]:
    """A stand-in for Genesys Cloud. What it answers is held to the SDK's models, what it is asked to what
    the SDK sends."""
    with genesys.running(functools.partial(differences, sdk)) as standing:
        yield standing
        assert standing.problems == []
