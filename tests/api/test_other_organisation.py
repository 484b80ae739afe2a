"""No id of one organisation works for another: the same 404 as for one that never was (I10)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.people import OAuthClient, Organization
from opencobrowse.kernel.secrets import digest
from opencobrowse.ports.store import Put
from opencobrowse.services.permissions import ALL
from tests.support.server import AGENT_EMAIL, Server, running
from tests.wild.checks import error_of

SECRET = "stranger-secret-0123456789"
START = "/api/v2/conversations"
WEB = "/api/v2/webdeployments"
ROLES = "/api/v2/authorization/roles"
SUBJECTS = "/api/v2/authorization/subjects"


@dataclass(frozen=True)
class Scene:
    """Somebody's ids, and a stranger with every permission in an organisation of their own."""

    ids: dict[str, str]
    stranger: httpx.Client


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running(Path(tmp_path_factory.mktemp("organisations"))) as server:
        asyncio.run(found_another(server.data_dir))
        form = {"grant_type": "client_credentials"}
        token = httpx.post(f"{server.url}/oauth/token", data=form, auth=("stranger", SECRET)).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        with httpx.Client(base_url=server.url, headers=headers) as stranger:
            yield Scene(ids_of(server), stranger)


async def found_another(data_dir: Path) -> None:
    store = SqliteStore(data_dir / "opencobrowse.db")
    client = OAuthClient("stranger", "org-2", "Stranger", digest(SECRET), ALL, 1)
    await store.commit(Put(Organization("org-2", "Strangers", 1)), Put(client))
    store.close()


def ids_of(server: Server) -> dict[str, str]:
    agent = server.agent_id()
    with server.client() as http:
        people = [{"userId": agent, "role": "agent"}, {"externalId": "c", "role": "customer"}]
        made = http.post(START, json={"type": "voice", "participants": people}).json()
        session = http.post(f"{START}/{made['id']}/cobrowse").json()
        deployment = http.get(f"{WEB}/deployments").json()["entities"][0]
        role = http.get(ROLES).json()["entities"][0]
        division = http.get(f"/api/v2/users/{agent}").json()["division"]
    return {
        "agent": agent,
        "conversation": made["id"],
        "person": made["participants"][0]["id"],
        "session": session["id"],
        "role": role["id"],
        "division": division["id"],
        "deployment": deployment["id"],
        "configuration": deployment["configuration"]["id"],
    }


CALLS: list[tuple[str, str, Any]] = [
    ("GET", START + "/{conversation}", None),
    ("PATCH", START + "/{conversation}", {"state": "disconnected"}),
    ("DELETE", START + "/{conversation}", None),
    ("POST", START + "/{conversation}/disconnect", None),
    ("POST", START + "/{conversation}/cobrowse", {"agentId": "{agent}"}),
    ("POST", START + "/{conversation}/cobrowse", {"cobrowseSessionId": "{session}"}),
    ("POST", START + "/{conversation}/cobrowse/initiate", {"initiatorId": "{agent}"}),
    ("POST", START + "/{conversation}/events",
     {"eventType": "cobrowse:start", "data": {"initiatorId": "{agent}", "mode": "view"}}),
    ("POST", START + "/{conversation}/participants",
     {"addParticipants": [{"from": {"id": "{agent}", "type": "user"}}]}),
    ("PATCH", START + "/{conversation}/participants/{person}", {"state": "disconnected"}),
    ("GET", START + "/cobrowsesessions/{conversation}", None),
    ("PATCH", START + "/cobrowsesessions/{conversation}", {"state": "disconnected"}),
    ("POST", START + "/cobrowse", {"type": "cobrowse", "to": [{"id": "{agent}", "type": "user"}]}),
    ("POST", START, {"type": "voice", "participants": [{"userId": "{agent}", "role": "agent"}]}),
    ("GET", "/api/v2/users/{agent}", None),
    ("PATCH", "/api/v2/users/{agent}", {"name": "Mallory"}),
    ("POST", "/api/v2/users/{agent}/permissions", {"remove": ["cobrowse:agent"]}),
    ("DELETE", "/api/v2/users/{agent}", None),
    ("GET", "/api/v2/users/{agent}/roles", None),
    ("PUT", "/api/v2/users/{agent}/roles", []),
    ("GET", ROLES + "/{role}", None),
    ("PUT", ROLES + "/{role}", {"name": "Mallory"}),
    ("PATCH", ROLES + "/{role}", {"name": "Mallory"}),
    ("DELETE", ROLES + "/{role}", None),
    ("POST", ROLES + "/{role}", {"subjectIds": ["{agent}"]}),
    ("GET", ROLES + "/{role}/users", None),
    ("GET", ROLES + "/{role}/subjectgrants", None),
    ("PUT", ROLES + "/{role}/users/add", ["{agent}"]),
    ("PUT", ROLES + "/{role}/users/remove", ["{agent}"]),
    ("GET", SUBJECTS + "/{agent}", None),
    ("GET", SUBJECTS + "/test-client", None),
    ("POST", SUBJECTS + "/{agent}/bulkadd", {"grants": [{"roleId": "{role}"}]}),
    ("POST", SUBJECTS + "/{agent}/bulkremove", {"grants": [{"roleId": "{role}"}]}),
    ("POST", SUBJECTS + "/{agent}/bulkreplace", {"grants": []}),
    ("POST", SUBJECTS + "/{agent}/divisions/*/roles/{role}", None),
    ("DELETE", SUBJECTS + "/{agent}/divisions/*/roles/{role}", None),
    ("GET", "/api/v2/authorization/divisions/{division}", None),
    ("GET", "/api/v2/opencobrowse/sessions/{session}", None),
    ("POST", "/api/v2/opencobrowse/sessions/{session}/end", None),
    ("POST", "/api/v2/opencobrowse/sessions/{session}/ticket", None),
    ("GET", WEB + "/deployments/{deployment}", None),
    ("PUT", WEB + "/deployments/{deployment}", {"name": "x", "configuration": {"id": "{configuration}"}}),
    ("DELETE", WEB + "/deployments/{deployment}", None),
    ("GET", WEB + "/deployments/{deployment}/secret", None),
    ("POST", WEB + "/deployments/{deployment}/secret/rotate", None),
    ("POST", WEB + "/deployments", {"name": "x", "configuration": {"id": "{configuration}"}}),
    ("GET", WEB + "/configurations/{configuration}/versions/1", None),
    ("PUT", WEB + "/configurations/{configuration}/versions/draft", {"name": "x", "cobrowse": {}}),
    ("POST", WEB + "/configurations/{configuration}/versions/draft/publish", None),
    ("DELETE", WEB + "/configurations/{configuration}", None),
]  # fmt: skip


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: filled(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, ids) for inner in value]
    return value.format(**ids) if isinstance(value, str) else value


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{m} {p}" for m, p, _ in CALLS])
def test_a_strangers_call_is_a_404_that_tells_nothing(
    scene: Scene, method: str, path: str, body: Any
) -> None:
    sent = path.format(**scene.ids)
    answer = scene.stranger.request(method, sent, json=filled(body, scene.ids))
    refused = error_of(answer, 404)
    told = str(refused["help"]["example"])
    assert not any(own in told for own in scene.ids.values()), told


@pytest.mark.parametrize(
    "path",
    [START, f"{START}/cobrowsesessions", "/api/v2/users", ROLES, "/api/v2/opencobrowse/sessions",
     f"{WEB}/deployments", f"{WEB}/configurations"],
)  # fmt: skip
def test_a_stranger_lists_nothing(scene: Scene, path: str) -> None:
    assert scene.stranger.get(path).json()["entities"] == []


def test_a_taken_address_does_not_tell_whose(scene: Scene) -> None:
    answer = scene.stranger.post("/api/v2/users", json={"email": AGENT_EMAIL})
    assert scene.ids["agent"] not in error_of(answer, 409, "user.exists").values()


def test_a_search_and_a_list_of_ids_find_nothing(scene: Scene) -> None:
    query = {"query": [{"type": "EXACT", "fields": ["email"], "value": AGENT_EMAIL}]}
    assert scene.stranger.post("/api/v2/users/search", json=query).json()["results"] == []
    listed = scene.stranger.get("/api/v2/users", params={"id": scene.ids["agent"], "state": "any"})
    assert listed.json()["entities"] == []
    listed = scene.stranger.get(ROLES, params={"id": scene.ids["role"]})
    assert listed.json()["entities"] == []
