"""The guest's look-up and the join page's call, guarded against guessing (api.md section 2; B6)."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import Server, running


def path(deployment: str, key: str) -> str:
    return f"/api/v2/webdeployments/deployments/{deployment}/cobrowse/{key}"


def test_a_guest_sees_nothing_of_the_agents_side(
    anybody: httpx.Client, deployment: str, session: dict[str, Any]
) -> None:
    answer = anybody.get(path(deployment, session["joinCode"]))
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {
        "id",
        "name",
        "joinCode",
        "websocketUrl",
        "dateOfferEnds",
        "communicationType",
        "selfUri",
    }
    assert (body["id"], body["dateOfferEnds"]) == (session["id"], session["dateOfferEnds"])
    assert "console" not in answer.text


def test_wrong_used_and_foreign_are_the_same_404(tmp_path: Path) -> None:
    """B6: nothing tells a wrong code from a used one, or a wrong deployment from a wrong code."""
    with running(tmp_path) as server, httpx.Client(base_url=server.url) as guest:
        made, deployment = start(server), first_deployment(server)
        used = made["joinCode"]
        assert guest.delete(path(deployment, used)).status_code == 200
        misses = [
            path(deployment, used),
            path(deployment, made["id"]),
            path(deployment, "BCDF-GHJK"),
            path(deployment, str(uuid.uuid4())),
            path(str(uuid.uuid4()), used),
            path("no-deployment", "BCDF-GHJK"),
        ]
        answers = [guest.get(miss) for miss in misses]
    assert {answer.status_code for answer in answers} == {404}
    said = {(a.json()["code"], a.json()["message"], str(a.json()["help"])) for a in answers}
    assert len(said) == 1


def test_a_code_is_bound_to_an_active_deployment(
    http: httpx.Client, anybody: httpx.Client, session: dict[str, Any]
) -> None:
    """A deployment that is not there for pages is not there for guests either."""
    configuration = http.get("/api/v2/webdeployments/configurations").json()["entities"][0]["id"]
    made = http.post("/api/v2/webdeployments/deployments", json={
        "name": "Off", "configuration": {"id": configuration}, "status": "Inactive",
    }).json()  # fmt: skip
    assert anybody.get(path(made["id"], session["id"])).status_code == 404
    http.put(f"/api/v2/webdeployments/deployments/{made['id']}", json={"name": "On", "status": "Active"})
    assert anybody.get(path(made["id"], session["id"])).status_code == 200


def test_declining_and_then_again(
    http: httpx.Client, anybody: httpx.Client, deployment: str, session: dict[str, Any]
) -> None:
    answer = anybody.delete(path(deployment, session["id"]))
    assert (answer.status_code, answer.json()) == (200, {})
    assert anybody.delete(path(deployment, session["id"])).status_code == 404
    seen = http.get(f"/api/v2/opencobrowse/sessions/{session['id']}").json()
    assert (seen["state"], seen["endReason"]) == ("declined", "declined")


def test_the_budget_of_wrong_codes(tmp_path: Path) -> None:
    """B6: ten misses from one address, then 429; the right code too, but a link's token still works."""
    with running(tmp_path) as server, httpx.Client(base_url=server.url) as guest:
        made = start(server)
        deployment = first_deployment(server)
        misses = [guest.get(path(deployment, "BCDF-GHJK")).status_code for _ in range(10)]
        assert misses == [404] * 10
        refused = guest.get(path(deployment, made["joinCode"]))
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 180
        by_code = guest.post("/api/v2/opencobrowse/join", json={"code": made["joinCode"]})
        assert by_code.status_code == 429, "one budget for all doors"
        by_link = guest.post("/api/v2/opencobrowse/join", json={"token": made["joinUrl"].partition("#")[2]})
        assert by_link.status_code == 200
        assert guest.get(path(deployment, made["id"])).status_code == 200


def test_right_codes_cost_nothing(anybody: httpx.Client, deployment: str, session: dict[str, Any]) -> None:
    answers = [anybody.get(path(deployment, session["joinCode"])).status_code for _ in range(15)]
    assert answers == [200] * 15


def test_the_join_page_learns_who_asks(
    anybody: httpx.Client, session: dict[str, Any], http: httpx.Client
) -> None:
    token = session["joinUrl"].partition("#")[2]
    for body in ({"token": token}, {"code": session["joinCode"]}, {"code": session["joinCode"].lower()}):
        answer = anybody.post("/api/v2/opencobrowse/join", json=body)
        assert answer.status_code == 200
        found = answer.json()
        assert found["agentName"] == session["agentName"]
        assert found["organizationName"] == http.get("/api/v2/organizations/me").json()["name"]
        assert found["joinCode"] == session["joinCode"]
        assert found["dateOfferEnds"] == session["dateOfferEnds"]
        assert "pageUrl" in found
    assert anybody.post("/api/v2/opencobrowse/join", json={}).status_code == 400
    assert anybody.post("/api/v2/opencobrowse/join", json={"token": "0" * 32}).status_code == 404


def test_a_join_link_leads_to_the_page_that_registered_last(tmp_path: Path) -> None:
    """Nobody named a page: the place where this organisation's page was seen. What a page may not claim is
    not believed: another origin than its own."""
    with running(tmp_path) as server, httpx.Client(base_url=server.url) as guest:
        made = start(server)
        deployment = first_deployment(server)
        join = {"code": made["joinCode"]}
        assert guest.post("/api/v2/opencobrowse/join", json=join).json()["pageUrl"] is None
        register(guest, deployment, "http://localhost:8081", "http://localhost:8081/cart?secret=1#x")
        assert (
            guest.post("/api/v2/opencobrowse/join", json=join).json()["pageUrl"]
            == "http://localhost:8081/cart"
        )
        register(guest, deployment, "http://localhost:8081", "https://evil.example/")
        assert (
            guest.post("/api/v2/opencobrowse/join", json=join).json()["pageUrl"]
            == "http://localhost:8081/cart"
        )
        with server.client() as http:
            changed = http.put(f"/api/v2/webdeployments/deployments/{deployment}", json={
                "name": "Default deployment", "pageUrl": "http://localhost:8081/help?from=agent",
            })  # fmt: skip
            assert changed.status_code == 200, changed.text
        named = guest.post("/api/v2/opencobrowse/join", json=join).json()["pageUrl"]
        assert named == "http://localhost:8081/help?from=agent"


def test_a_public_server_sends_nobody_to_loopback(tmp_path: Path) -> None:
    public = {"OPENCOBROWSE_PUBLIC_URL": "https://cobrowse.example"}
    with running(tmp_path, **public) as server, httpx.Client(base_url=server.url) as guest:
        made = start(server)
        register(guest, first_deployment(server), "http://localhost:8081", "http://localhost:8081/")
        found = guest.post("/api/v2/opencobrowse/join", json={"code": made["joinCode"]}).json()
        assert found["pageUrl"] is None


def register(guest: httpx.Client, deployment: str, origin: str, page: str) -> None:
    body = {"deploymentId": deployment, "pageUrl": page}
    answer = guest.post("/api/v2/opencobrowse/pages", json=body, headers={"Origin": origin})
    assert answer.status_code == 200, answer.text


def first_deployment(server: Server) -> str:
    with server.client() as http:
        return str(http.get("/api/v2/webdeployments/deployments").json()["entities"][0]["id"])


def start(server: Server) -> dict[str, Any]:
    with server.client() as http:
        made = http.post("/api/v2/conversations", json={
            "type": "cobrowse",
            "participants": [{"userId": server.agent_id(), "role": "agent"},
                             {"externalId": "c", "role": "customer"}],
        })  # fmt: skip
        found = http.get(f"/api/v2/conversations/cobrowsesessions/{made.json()['id']}")
        return dict(found.json()["session"])


pytestmark = pytest.mark.timeout(120)
