"""The platform's official JavaScript SDK, 262, unmodified, in Node, against a real server of ours.

Beyond what the Python SDK shows: `setGateway`, a start with an empty body, errors as the parsed body itself.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server

FOLDER = Path(__file__).parent / "javascript"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Rejected(Exception):  # noqa: N818  what a rejected promise of the SDK carried
    def __init__(self, error: Any) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True)
class Node:
    """A running `driver.cjs`: one SDK with one token."""

    process: subprocess.Popen[str]

    def __call__(self, api: str, method: str, *args: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"api": api, "method": method, "args": args}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the driver has ended"
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Rejected(answer["error"])
        return answer["value"]

    def start(self, conversation_id: str) -> dict[str, Any]:
        return dict(self("ConversationsApi", "postConversationCobrowse", conversation_id))


@pytest.fixture(scope="module")
def installed() -> Path:
    """The SDK from the lock file. `make compat` has put it there; a bare pytest does it here."""
    if not (FOLDER / "node_modules" / "purecloud-platform-client-v2").is_dir():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=FOLDER, check=True, timeout=170)
    return FOLDER


@pytest.fixture(scope="module")
def node(installed: Path, server: Server) -> Iterator[Node]:
    command = ["node", "driver.cjs", "127.0.0.1", str(server.port)]
    with subprocess.Popen(
        command, cwd=installed, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        driver = Node(process)
        driver("ApiClient", "loginClientCredentialsGrant", CLIENT_ID, CLIENT_SECRET)
        yield driver
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


def test_w11_a_start_with_an_empty_body(node: Node, call: str) -> None:
    """W11: empty; again: the caller's own retry (I7)."""
    session = node.start(call)
    assert session["communicationType"] == "Call"
    assert session["viewerUrl"].endswith(f"/console/sessions/{session['id']}")
    assert node.start(call)["id"] == session["id"]


def test_the_conversation_shows_its_session(node: Node, call: str) -> None:
    session = node.start(call)
    conversation = node("ConversationsApi", "getConversation", call)
    legs = {p["purpose"]: p["cobrowsesessions"][0] for p in conversation["participants"]}
    assert {leg["cobrowseSessionId"] for leg in legs.values()} == {session["id"]}
    assert (legs["agent"]["cobrowseRole"], legs["customer"]["cobrowseRole"]) == ("viewer", "sharer")
    assert legs["agent"]["viewerUrl"] == session["viewerUrl"]
    one = node("ConversationsApi", "getConversationsCobrowsesession", call)
    assert {p["state"] for p in one["participants"]} == {"offering"}
    listing = node("ConversationsApi", "getConversationsCobrowsesessions")
    assert call in [entity["id"] for entity in listing["entities"]]


def test_ending_it(node: Node, call: str) -> None:
    node.start(call)
    node("ConversationsApi", "patchConversationsCobrowsesession", call, {"state": "disconnected"})
    one = node("ConversationsApi", "getConversationsCobrowsesession", call)
    assert {p["state"] for p in one["participants"]} == {"disconnected"}
    node("ConversationsApi", "deleteConversation", call)
    assert node("ConversationsApi", "getConversation", call)["endTime"]


def test_a_guest_looks_the_session_up(node: Node, call: str) -> None:
    session = node.start(call)
    listing = node("WebDeploymentsApi", "getWebdeploymentsDeployments")
    deployment = listing["entities"][0]["id"]
    look_up = ("WebDeploymentsApi", "getWebdeploymentsDeploymentCobrowseSessionId", deployment)
    for key in (session["id"], session["joinCode"], session["joinCode"].replace("-", "").lower()):
        found = node(*look_up, key)
        assert (found["id"], found["joinCode"]) == (session["id"], session["joinCode"])
    node("WebDeploymentsApi", "deleteWebdeploymentsDeploymentCobrowseSessionId", deployment, session["id"])
    with pytest.raises(Rejected) as gone:
        node(*look_up, session["joinCode"])
    assert gone.value.error["status"] == 404


def test_an_error_is_the_whole_body(node: Node) -> None:
    """api.md section 3: the SDK rejects with our JSON as it is."""
    with pytest.raises(Rejected) as rejected:
        node.start(UNKNOWN)
    error = rejected.value.error
    assert (error["status"], error["code"]) == (404, "conversation.not.found")
    assert error["contextId"]
    assert error["help"]["example"]["path"] == "/api/v2/conversations/cobrowse", "the way to start one anew"


def test_a_live_session_of_somebody_else_is_a_409_with_its_links(
    node: Node, call: str, http: httpx.Client, server: Server
) -> None:
    started = http.post(
        f"/api/v2/conversations/{call}/cobrowse/initiate", json={"initiatorId": server.agent_id()}
    ).json()
    with pytest.raises(Rejected) as rejected:
        node.start(call)
    error = rejected.value.error
    assert (error["status"], error["code"]) == (409, "cobrowse.session.exists")
    assert (error["id"], error["viewerUrl"]) == (started["id"], started["viewerUrl"])


def test_who_is_who(node: Node, server: Server) -> None:
    users = node("UsersApi", "getUsers")["entities"]
    assert server.agent_id() in [user["id"] for user in users]
    organization = node("OrganizationApi", "getOrganizationsMe")
    token = node("TokensApi", "getTokensMe")
    assert token["organization"]["id"] == organization["id"]
    assert token["OAuthClient"]["id"] == CLIENT_ID
    with pytest.raises(Rejected) as rejected:
        node("UsersApi", "getUsersMe")
    assert rejected.value.error["code"] == "user.context.required"


def test_wrong_credentials(installed: Path, server: Server) -> None:
    command = ["node", "driver.cjs", "127.0.0.1", str(server.port)]
    with subprocess.Popen(
        command, cwd=installed, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        with pytest.raises(Rejected) as rejected:
            Node(process)("ApiClient", "loginClientCredentialsGrant", CLIENT_ID, CLIENT_SECRET + "x")
        assert process.stdin is not None
        process.stdin.close()
    assert rejected.value.error["status"] == 401


def test_the_calls_on_participants(node: Node, call: str, http: httpx.Client) -> None:
    """field.md C1: attributes, wrap-up, recording, communications, replace, as this SDK asks for them."""
    node.start(call)
    api = "ConversationsApi"
    agent = next(p for p in node(api, "getConversation", call)["participants"] if p["purpose"] == "agent")
    leg = agent["cobrowsesessions"][0]["id"]
    base, who = "ConversationsCobrowsesession", (call, agent["id"])
    noted = node(api, f"patch{base}ParticipantAttributes", *who, {"body": {"attributes": {"a": "1"}}})
    assert noted == {"attributes": {"a": "1"}}
    codes = node(api, f"get{base}ParticipantWrapupcodes", *who)
    said = {"code": codes[0]["id"], "provisional": True}
    node(api, f"post{base}ParticipantCommunicationWrapup", *who, leg, {"body": said})
    with pytest.raises(Rejected) as none:
        node(api, f"get{base}ParticipantWrapup", *who)
    assert none.value.error["code"] == "wrapup.not.found"
    assert node(api, f"get{base}ParticipantWrapup", *who, {"provisional": True})["code"] == said["code"]
    by_leg = node(api, f"get{base}ParticipantCommunicationWrapup", *who, leg, {"provisional": True})
    assert by_leg["name"] == codes[0]["name"]
    assert node(api, f"put{base}Recordingstate", call, {"recordingState": "PAUSED"}) == "PAUSED"
    node(api, f"patch{base}Participant", *who, {"body": {"wrapupSkipped": True}})
    body = {"email": f"{uuid.uuid4().hex[:10]}@example.com", "name": "Ben", "agent": True}
    ben = http.post("/api/v2/users", json=body).json()["id"]
    node(api, f"post{base}ParticipantReplace", *who, {"body": {"userId": ben}})
    one = node(api, f"get{base}", call)
    states = {
        p["user"]["id"]: (p["state"], p.get("disconnectType")) for p in one["participants"] if "user" in p
    }
    assert states[ben] == ("offering", None)
    assert states[agent["userId"]] == ("disconnected", "transfer")
    now = next(p["id"] for p in one["participants"] if p.get("user", {}).get("id") == ben)
    ended = node(api, f"patch{base}ParticipantCommunication", call, now, leg, {"state": "disconnected"})
    assert ended == {}
    assert {p["state"] for p in node(api, f"get{base}", call)["participants"]} == {"disconnected"}


def test_wrapup_codes(node: Node) -> None:
    name = f"Refund {uuid.uuid4().hex[:6]}"
    made = node("RoutingApi", "postRoutingWrapupcodes", {"name": name})
    listing = node("RoutingApi", "getRoutingWrapupcodes", {"name": name})
    assert [code["id"] for code in listing["entities"]] == [made["id"]]
    renamed = node("RoutingApi", "putRoutingWrapupcode", made["id"], {**made, "name": f"{name}!"})
    assert renamed["name"] == f"{name}!"
    node("RoutingApi", "deleteRoutingWrapupcode", made["id"])
    with pytest.raises(Rejected) as gone:
        node("RoutingApi", "getRoutingWrapupcode", made["id"])
    assert gone.value.error["status"] == 404
