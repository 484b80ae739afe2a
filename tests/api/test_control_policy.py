"""`allowAgentControl: false`, once published, holds for all who ask for control (api.md section 2; I8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import Server, running
from tests.wild.checks import error_of, send_example, session_of

CONFIGURATIONS = "/api/v2/webdeployments/configurations"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: the default configuration is everybody's."""
    with running(Path(tmp_path_factory.mktemp("control"))) as started:
        yield started


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def call(http: httpx.Client, server: Server) -> str:
    people = [{"userId": server.agent_id(), "role": "agent"}, {"externalId": "c", "role": "customer"}]
    made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people})
    return str(made.json()["id"])


def publish(http: httpx.Client, allowed: bool) -> None:
    path = f"{CONFIGURATIONS}/{http.get(CONFIGURATIONS).json()['entities'][0]['id']}/versions/draft"
    draft: dict[str, Any] = http.get(path).json()
    draft["cobrowse"]["allowAgentControl"] = allowed
    assert http.put(path, json=draft).status_code == 200
    assert http.post(f"{path}/publish").status_code == 200


@pytest.mark.parametrize(
    ("way", "body"),
    [
        ("cobrowse", {"cobrowseType": "control"}),
        ("cobrowse/initiate", {"cobrowseType": "control"}),
        ("events", {"eventType": "cobrowse:start", "data": {"mode": "interactive"}}),
    ],
)
def test_control_is_refused_and_the_example_is_to_view(
    http: httpx.Client, call: str, way: str, body: dict[str, Any]
) -> None:
    publish(http, allowed=False)
    refused = error_of(
        http.post(f"/api/v2/conversations/{call}/{way}", json=body), 403, "control.not.allowed"
    )
    assert "allowAgentControl" in refused["help"]["summary"]
    assert http.get(f"/api/v2/conversations/{call}").json()["participants"][0]["cobrowsesessions"] == []
    started = send_example(http, refused)
    assert session_of(started, started.status_code)["cobrowseType"] == "view"


def test_to_view_is_no_control(http: httpx.Client, call: str) -> None:
    publish(http, allowed=False)
    session_of(http.post(f"/api/v2/conversations/{call}/cobrowse"))


def test_a_draft_changes_nothing_and_publishing_does(http: httpx.Client, call: str) -> None:
    publish(http, allowed=True)
    path = f"{CONFIGURATIONS}/{http.get(CONFIGURATIONS).json()['entities'][0]['id']}/versions/draft"
    draft = http.get(path).json()
    draft["cobrowse"]["allowAgentControl"] = False
    assert http.put(path, json=draft).status_code == 200
    body = {"cobrowseType": "control"}
    session_of(http.post(f"/api/v2/conversations/{call}/cobrowse", json=body), kind="control")


def test_one_deployment_that_allows_it_is_enough_to_ask(http: httpx.Client, call: str) -> None:
    """A start cannot know which page the customer will open; the page's own settings decide at the end."""
    publish(http, allowed=False)
    made = http.post(CONFIGURATIONS, json={"name": "with control", "cobrowse": {"allowAgentControl": True}})
    other = made.json()["id"]
    assert http.post(f"{CONFIGURATIONS}/{other}/versions/draft/publish").status_code == 200
    deployment = http.post(
        "/api/v2/webdeployments/deployments",
        json={"name": "other shop", "allowedDomains": ["other.example"], "configuration": {"id": other}},
    )
    assert deployment.status_code == 201, deployment.text
    body = {"cobrowseType": "control"}
    session_of(http.post(f"/api/v2/conversations/{call}/cobrowse", json=body), kind="control")
    assert http.delete(deployment.json()["selfUri"]).status_code == 204
