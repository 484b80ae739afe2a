"""Several organisations on one server, from the command line (issue 4 point 1; I10)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import CLIENT_ID, Server, running
from tests.unit.cli.test_commands import run


@dataclass(frozen=True)
class Shell:
    """Commands at one data directory."""

    folder: Path

    def __call__(self, *words: str, code: int = 0) -> str:
        done = run(*words, "--data-dir", str(self.folder))
        assert done.exit_code == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data")


def test_the_first_organisation_is_the_default_one(shell: Shell) -> None:
    made = shell.json("org", "create", "Second Shop")
    assert [org["name"] for org in shell.json("org", "list")] == ["My organization", "Second Shop"]
    assert shell.json("org", "list")[1] == made
    assert made["id"] in shell("org", "list")


@pytest.mark.parametrize(
    "words",
    [("org", "list"), ("client", "list"), ("client", "delete", "some-id"), ("user", "list"),
     ("user", "release", "agent@example.com")],
)  # fmt: skip
def test_who_only_looks_makes_no_store(shell: Shell, words: tuple[str, ...]) -> None:
    """A --data-dir that is mistaken must not look like a server with nothing in it."""
    told = shell(*words, code=1)
    assert str(shell.folder) in told
    assert "OPENCOBROWSE_DATA_DIR" in told
    assert not shell.folder.exists()


def test_with_one_organisation_nobody_has_to_say_which(shell: Shell) -> None:
    shell("client", "create")
    assert len(shell.json("client", "list")) == 1
    assert [user["email"] for user in shell.json("user", "list")] == ["agent@example.com"]


def test_with_several_it_has_to_be_said(shell: Shell) -> None:
    shell("org", "create", "Second Shop")
    for words in (
        ("client", "create"), ("client", "list"), ("client", "delete", "x"), ("user", "list"),
        ("user", "create", "a@example.com", "--password", "long enough"),
    ):  # fmt: skip
        said = shell(*words, code=1)
        assert "--org" in said
        assert "Second Shop" in said and "My organization" in said
    assert "Second Shop" in shell("user", "list", "--org", "Nobody", code=1)


def test_names_are_taken_once(shell: Shell) -> None:
    shell("org", "create", "Second Shop")
    shell("org", "create", "  second   SHOP ", code=1)
    shell("org", "create", " ", code=1)
    assert len(shell.json("org", "list")) == 2


def test_each_has_its_own_programs_and_people(shell: Shell) -> None:
    second = shell.json("org", "create", "Second Shop")
    ours = shell.json("client", "create", "--org", "My organization")
    theirs = shell.json("client", "create", "--org", second["id"])
    assert theirs["organizationId"] == second["id"] != ours["organizationId"]
    assert [c["id"] for c in shell.json("client", "list", "--org", "second shop")] == [theirs["clientId"]]
    (agent,) = shell.json("user", "list", "--org", "Second Shop")
    assert (agent["id"], agent["agent"]) == (theirs["agentUserId"], True)
    shell("client", "delete", theirs["clientId"], "--org", "My organization", code=1)
    shell("client", "delete", theirs["clientId"], "--org", "Second Shop")
    assert shell.json("client", "list", "--org", "Second Shop") == []


def test_a_persons_address_is_theirs_on_the_whole_server(shell: Shell) -> None:
    shell("org", "create", "Second Shop")
    shell("client", "create", "--org", "My organization")
    new = ("user", "create", "agent@example.com", "--password", "long enough")
    said = shell(*new, "--org", "Second Shop", code=1)
    assert "My organization" in said
    shell("client", "create", "--org", "Second Shop", "--agent", "agent@example.com", code=1)
    shell(*new)  # a new password, wherever they are
    assert shell.json("user", "list", "--org", "Second Shop") == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("organisations")) as started:
        yield started


def token(server: Server, made: dict[str, Any]) -> httpx.Response:
    form = {"grant_type": "client_credentials"}
    auth = (made["clientId"], made["clientSecret"])
    return httpx.post(f"{server.url}/oauth/token", data=form, auth=auth)


def test_a_new_organisation_works_beside_a_running_server(server: Server) -> None:
    """It has what the first start makes, and sees nothing of the other (I10)."""
    shell = Shell(server.data_dir)
    shell("org", "create", "Third Shop")
    made = shell.json("client", "create", "--org", "Third Shop")
    headers = {"Authorization": f"Bearer {token(server, made).json()['access_token']}"}
    with httpx.Client(base_url=server.url, headers=headers) as http, server.client() as first:
        assert http.get("/api/v2/organizations/me").json()["name"] == "Third Shop"
        roles = http.get("/api/v2/authorization/roles").json()["entities"]
        assert [role["name"] for role in roles] == ["Cobrowse administrator", "Cobrowse agent"]
        (deployment,) = http.get("/api/v2/webdeployments/deployments").json()["entities"]
        (user,) = http.get("/api/v2/users").json()["entities"]
        started = http.post("/api/v2/conversations", json={
            "type": "cobrowse",
            "participants": [{"userId": user["id"], "role": "agent"},
                             {"externalId": "c", "role": "customer"}],
        })  # fmt: skip
        assert started.status_code == 201
        for path in (f"users/{user['id']}", f"webdeployments/deployments/{deployment['id']}",
                     f"authorization/roles/{roles[0]['id']}", f"authorization/subjects/{user['id']}",
                     f"conversations/{started.json()['id']}"):  # fmt: skip
            assert http.get(f"/api/v2/{path}").status_code == 200, path
            assert first.get(f"/api/v2/{path}").status_code == 404, path


def test_a_deleted_clients_tokens_are_ended(server: Server) -> None:
    shell = Shell(server.data_dir)
    org = json.loads(run("org", "list", "--json", "--data-dir", str(server.data_dir)).stdout)[0]["id"]
    made = shell.json("client", "create", "--org", org)
    headers = {"Authorization": f"Bearer {token(server, made).json()['access_token']}"}
    path = f"{server.url}/api/v2/organizations/me"
    assert httpx.get(path, headers=headers).status_code == 200
    shell("client", "delete", made["clientId"], "--org", org)
    assert httpx.get(path, headers=headers).status_code == 401
    assert token(server, made).status_code == 401
    assert CLIENT_ID in [client["id"] for client in shell.json("client", "list", "--org", org)]


def test_every_start_gives_the_bootstrap_client_what_an_upgrade_brought(tmp_path: Path) -> None:
    """And the administrators, by their role: what a newer version can do is theirs, too."""
    with running(tmp_path) as server:
        with server.client() as http:
            every = http.get("/api/v2/tokens/me").json()["authorizedScope"]
            role = http.get("/api/v2/authorization/roles?name=Cobrowse administrator").json()["entities"][0]
            user = http.post("/api/v2/users", json={"email": "boss@example.com"}).json()["id"]
            http.put(f"/api/v2/authorization/roles/{role['id']}/users/add", json=[user])
        server.stop()
        with sqlite3.connect(tmp_path / "opencobrowse.db") as db:
            for table in ("oauth_client", "role", "person"):
                db.execute(
                    f"UPDATE {table} SET body = CAST(json_set(CAST(body AS TEXT), '$.permissions',"
                    " json('[\"user:read\"]')) AS BLOB) WHERE id IN (?, ?, ?)",
                    (CLIENT_ID, role["id"], user),
                )
        db.close()
        server.start()
        with server.client() as http:
            assert http.get("/api/v2/tokens/me").json()["authorizedScope"] == every
            assert http.get(f"/api/v2/users/{user}").json()["permissions"] == every
