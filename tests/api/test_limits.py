"""Limits that can be seen (api.md section 3; field.md C4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import Server, running
from tests.wild.checks import TIME, error_of

NAMESPACES = "/api/v2/organizations/limits/namespaces"
USE = "/api/v2/opencobrowse/limits"


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that allows three calls a minute, and offers for 90 seconds."""
    settings = {"OPENCOBROWSE_RATE_LIMIT_PER_MINUTE": "3", "OPENCOBROWSE_OFFER_SECONDS": "90"}
    with running(tmp_path_factory.mktemp("tight"), **settings) as started:
        yield started


def limits_of(http: httpx.Client, path: str) -> dict[str, int]:
    answer = http.get(f"{NAMESPACES}/{path}")
    assert answer.status_code == 200, answer.text
    entities = answer.json()["entities"]
    assert {entity["namespace"] for entity in entities} == {path.partition("/")[0]}
    return {entity["key"]: entity["value"] for entity in entities}


def test_the_namespaces_and_their_limits(http: httpx.Client) -> None:
    names = http.get(NAMESPACES, params={"pageSize": 100}).json()["entities"]
    assert {"platform.api", "cobrowse", "web.deployments", "conversation"} <= set(names)
    for name in names:
        assert all(value > 0 for value in limits_of(http, name).values())
    assert limits_of(http, "platform.api/defaults")["client.credentials.token.rate.per.minute"] == 300
    assert limits_of(http, "cobrowse")["live.sessions.per.conversation"] == 1


def test_an_unknown_namespace_names_the_known(http: httpx.Client) -> None:
    for path in ("gardening", "gardening/defaults"):
        refused = error_of(http.get(f"{NAMESPACES}/{path}"), 404, "namespace.not.found")
        assert "platform.api" in refused["help"]["summary"]


def test_limits_are_for_bearers_of_a_token(anybody: httpx.Client) -> None:
    for path in (NAMESPACES, f"{NAMESPACES}/cobrowse", f"{NAMESPACES}/cobrowse/defaults", USE):
        error_of(anybody.get(path), 401)


def test_what_the_operator_set_holds(tight: Server) -> None:
    with tight.client() as http:
        own = limits_of(http, "platform.api")
        assert own["client.credentials.token.rate.per.minute"] == own["token.rate.per.minute"] == 3
        assert limits_of(http, "cobrowse")["offer.seconds"] == 90
    with tight.client() as http:
        assert limits_of(http, "cobrowse/defaults")["offer.seconds"] == 600


def class_use(http: httpx.Client) -> dict[str, dict[str, Any]]:
    answer = http.get(USE)
    assert answer.status_code == 200, answer.text
    return {entry["routeClass"]: entry for entry in answer.json()["classes"]}


def test_the_use_is_told_when_the_budget_is_used_up(tight: Server) -> None:
    """A used-up budget does not hide how it came to that; the minute turns over at most once meanwhile."""
    with tight.client() as http:
        statuses = [http.get("/api/v2/users").status_code for _ in range(8)]
        assert statuses.count(429) >= 2
        told = http.get(USE).json()
        used = {entry["routeClass"]: entry for entry in told["classes"]}
        if "users" in used:
            assert used["users"]["allowed"] == 3
            assert used["users"]["remaining"] == max(0, 3 - used["users"]["count"])
            assert 1 <= used["users"]["reset"] <= 60
    refusals = [entry for entry in told["refusals"] if entry["routeClass"] == "users"]
    assert sum(entry["count"] for entry in refusals) == statuses.count(429)
    assert all(TIME.match(entry["minute"]) for entry in refusals)
    with tight.client() as other:
        assert other.get(USE).json()["refusals"] == [], "another token's refusals are its own"


def test_made_up_paths_share_one_budget(http: httpx.Client) -> None:
    """I11: nobody gets a budget more for each path that they invent."""
    for number in range(5):
        http.get(f"/api/v2/nothing{number}")
    assert class_use(http)["other"]["count"] >= 1
    assert not any(name.startswith("nothing") for name in class_use(http))


def test_no_spelling_of_a_path_goes_past_the_budget(http: httpx.Client, server: Server) -> None:
    """A host that ends in a slash makes two of it: the same call, in the same budget, and as strict."""
    for front in ("//api/v2", "///api/v2", "/%2Fapi/v2"):
        before = class_use(http)["users"]["count"] if "users" in class_use(http) else 0
        answer = http.get(f"{server.url}{front}/users")
        assert answer.status_code == 200, front
        assert int(answer.headers["inin-ratelimit-count"]) == before + 1, front
    twice = http.post(
        f"{server.url}//api/v2/conversations",
        content=b'{"type": "voice", "type": "chat"}',
        headers={"Content-Type": "application/json"},
    )
    assert (twice.status_code, twice.json()["code"]) == (400, "invalid.json")


@pytest.mark.parametrize("path", ["/api//v2/users", "/api/v2//users", "/api/v2/conversations//cobrowse"])
def test_nothing_between_two_slashes_is_no_path(http: httpx.Client, path: str) -> None:
    """A variable that was empty: `/conversations/$ID/cobrowse` must not be another call."""
    answer = http.request("GET" if "users" in path else "POST", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not.found")
    assert "empty" in answer.json()["help"]["summary"]


def test_every_429_tells_of_the_budget_that_is_used_up(tmp_path: Path) -> None:
    """B6: a guest's wrong codes: `reset` is what `Retry-After` says, `allowed` is the budget of codes."""
    with running(tmp_path) as server, httpx.Client(base_url=server.url) as guest, server.client() as http:
        deployment = http.get("/api/v2/webdeployments/deployments").json()["entities"][0]["id"]
        path = f"/api/v2/webdeployments/deployments/{deployment}/cobrowse/BCDF-GHJK"
        answers = [guest.get(path) for _ in range(11)]
        body = {"email": "nobody@example.com", "password": "wrong password"}
        answers += [guest.post("/api/v2/opencobrowse/signin", json=body) for _ in range(11)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 2
    for answer in refused:
        assert answer.headers["inin-ratelimit-reset"] == answer.headers["Retry-After"]
        assert answer.headers["inin-ratelimit-allowed"] == "10"
        assert int(answer.headers["inin-ratelimit-count"]) >= 10
        assert 1 <= int(answer.headers["Retry-After"]) <= 180
