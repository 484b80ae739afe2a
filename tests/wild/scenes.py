"""The situations that bad starts are sent in, and the judge of what comes back (api.md section 3)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.people import OAuthClient, Organization
from opencobrowse.http.codes import CODES
from opencobrowse.kernel.secrets import digest
from opencobrowse.ports.store import Put
from opencobrowse.services.permissions import ALL
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server, running
from tests.wild.checks import ERROR_KEYS
from tests.wild.corpus import BASE, Case, filled, for_scene

STRANGER = "stranger-secret-0123456789"
CANARY = "canary"
UNKNOWN = "00000000-0000-4000-8000-00000000dead"
WHO = re.compile("administrator|who holds|Give |Add |Use the id|Wait|new one")
SENTENCES = re.compile(r"[.!?] [A-Z]")


@dataclass
class Stage:
    """A server with two organisations. `ids` are those that any caller may write into a request; what nobody
    here may be told of holds the word `canary`."""

    server: Server
    http: httpx.Client
    ids: dict[str, str]
    secrets: set[str]
    docs: str
    anchors: set[str] = field(default_factory=set)

    def token(self, scope: str) -> str:
        form = {"grant_type": "client_credentials", "scope": scope}
        answer = httpx.post(f"{self.server.url}/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET))
        return str(answer.json()["access_token"])

    def user(self, name: str, **more: Any) -> str:
        email = f"{name.lower().replace(' ', '-')}@example.com"
        answer = self.http.post("/api/v2/users", json={"email": email, "name": name, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def new(self, *people: dict[str, str], kind: str = "voice", state: str = "active") -> dict[str, Any]:
        body = {"type": kind, "state": state, "participants": list(people)}
        answer = self.http.post(BASE, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def scene(self, name: str) -> dict[str, str]:
        """A conversation in this situation, and the ids that belong to it."""
        agent = {"userId": self.ids["agent"], "role": "agent"}
        second = {"userId": self.ids["second"], "role": "agent"}
        plain = {"userId": self.ids["plain"], "role": "agent"}
        leaver = {"userId": self.ids["inactive"], "role": "agent"}
        casey = {"externalId": "cust-7", "role": "customer", "name": "Casey"}
        if name == "unknown":
            return {**self.ids, "id": UNKNOWN, "person": UNKNOWN}
        if name == "foreign":
            return {**self.ids, "id": self.ids["foreign"], "person": self.ids["foreignPerson"]}
        people = {
            "no agent": (casey,), "two agents": (agent, second, casey), "nobody": (),
            "agent without permission": (plain, casey), "cobrowse, empty": (),
        }.get(name, (agent, casey))  # fmt: skip
        if name == "inactive agent":
            people = (leaver, casey)
            self._switch("active")
        state = name if name in ("queued", "alerting") else "active"
        made = self.new(*people, kind="cobrowse" if "cobrowse" in name else "voice", state=state)
        if name == "inactive agent":
            self._switch("inactive")
        person = made["participants"][-1]["id"] if made["participants"] else UNKNOWN
        if name == "live":
            assert self.http.post(f"{BASE}/{made['id']}/cobrowse/initiate").status_code == 200
        if name == "ended":
            assert self.http.delete(f"{BASE}/{made['id']}").status_code == 204
        return {**self.ids, "id": made["id"], "person": person}

    def _switch(self, state: str) -> None:
        answer = self.http.patch(f"/api/v2/users/{self.ids['inactive']}", json={"state": state})
        assert answer.status_code == 200

    def snapshot(self, ids: dict[str, str]) -> Any:
        """All that a start could change: the conversation, how many there are, and what people may do."""
        listed = self.http.get(BASE, params={"pageSize": 1}).json()
        users = self.http.get("/api/v2/users", params={"state": "any", "pageSize": 100}).json()["entities"]
        return self.http.get(f"{BASE}/{ids['id']}").json().get("participants"), listed["total"], users


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    with running(folder) as server:
        asyncio.run(found_another(server.data_dir))
        with server.client() as http:
            page = http.get("/docs/errors").text
            stage = Stage(server, http, {"agent": server.agent_id()}, set(), "/docs/errors")
            stage.anchors = set(re.findall(r'id="([^"]+)"', page))
            stage.ids |= {
                "customer": "cust-9",
                "second": stage.user("Second Agent", agent=True),
                "plain": stage.user("No Agent"),
                "elsewhere": stage.user("Canary Elsewhere", agent=True),
                "inactive": stage.user("Gone Agent", agent=True),
            }
            stage._switch("inactive")
            stage.ids |= strange(server, stage)
            yield stage


def strange(server: Server, stage: Stage) -> dict[str, str]:
    """Another organisation's agent, conversation and session; all of it is secret here."""
    form = {"grant_type": "client_credentials"}
    token = httpx.post(f"{server.url}/oauth/token", data=form, auth=("stranger", STRANGER)).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    with httpx.Client(base_url=server.url, headers=headers) as http:
        body = {"email": "canary@foreign.example", "name": "Canary Stranger", "agent": True}
        user = http.post("/api/v2/users", json=body).json()["id"]
        people = [{"userId": user, "role": "agent"}, {"externalId": "canary-customer", "role": "customer"}]
        made = http.post(BASE, json={"type": "voice", "participants": people, "externalTag": "canary"}).json()
        session = http.post(f"{BASE}/{made['id']}/cobrowse").json()
    person = made["participants"][-1]["id"]
    stage.secrets |= {user, made["id"], session["id"], person, made["participants"][0]["id"]}
    return {"stranger": user, "foreign": made["id"], "foreignSession": session["id"], "foreignPerson": person}


async def found_another(data_dir: Path) -> None:
    store = SqliteStore(data_dir / "opencobrowse.db")
    client = OAuthClient("stranger", "org-2", "Stranger", digest(STRANGER), ALL, 1)
    await store.commit(Put(Organization("org-2", "Canary Strangers", 1)), Put(client))
    store.close()


def send(http: httpx.Client, case: Case) -> httpx.Response:
    if case.raw is not None:
        return http.request(case.method, case.path, content=case.raw, headers=case.headers)
    raw = json.dumps(case.body).encode()
    headers = {"Content-Type": "application/json", **case.headers}
    return http.request(case.method, case.path, content=raw, headers=headers)


@dataclass
class Caller:
    """Who sends it: a token that may do less than everything. `blind`: words that it must not be told, unless
    it said them itself."""

    http: httpx.Client
    blind: tuple[str, ...] = ()


def judged(stage: Stage, case: Case, caller: Caller | None = None) -> list[str]:
    """What is wrong with the answer to a bad start; nothing, where it was taken after all."""
    ids = stage.scene(case.scene)
    http = caller.http if caller else stage.http
    case = for_scene(case, ids)
    before = stage.snapshot(ids)
    answer = send(http, case)
    if answer.is_success:
        return []
    found = shape_of(stage, answer, case)
    blind = [filled(word, ids) for word in caller.blind] if caller else []
    found += [f"it tells {word}" for word in blind if word in answer.text and word not in case.said]
    if found:
        return found
    if stage.snapshot(ids) != before:
        found.append("the refused request changed something")
    return found + followed(http, answer, case, caller is None)


def shape_of(stage: Stage, answer: httpx.Response, case: Case) -> list[str]:
    """Whether it is an ErrorBody that leads on, and tells nothing that the caller may not know."""
    if answer.status_code >= 500:
        return [f"{answer.status_code} {answer.text[:200]}"]
    body, found = answer.json(), []
    code = CODES.get(body.get("code", ""))
    if not body.keys() >= ERROR_KEYS or body["status"] != answer.status_code:
        return [f"no ErrorBody: {answer.text[:200]}"]
    if code is None or answer.status_code not in code.statuses:
        found.append(f"{body['code']} is not in the catalogue with {answer.status_code}")
    if body["contextId"] != answer.headers["ININ-Correlation-Id"]:
        found.append("contextId is not the header's")
    summary = body["help"]["summary"]
    if not summary.strip() or SENTENCES.search(summary) or "\n" in summary:
        found.append(f"not one sentence: {summary}")
    page, _, anchor = body["help"]["docs"].partition("#")
    if not page.endswith(stage.docs) or anchor not in stage.anchors:
        found.append(f"docs lead nowhere: {body['help']['docs']}")
    found += [f"{name} is in no place of the body" for name in strange_fields(body, case)]
    return found + leaks(stage, answer.text, case)


def strange_fields(body: dict[str, Any], case: Case) -> Iterator[str]:
    """Fields that the details name and the caller did not write."""
    for detail in body["details"]:
        name = detail.get("fieldName")
        if (
            name is None
            or case.raw is not None
            or detail["errorCode"] not in ("unknown.field", "invalid.value")
        ):
            continue
        place: Any = case.body
        for key in re.findall(r"\[(\d+)\]|([^.\[\]]+)", name):
            index = int(key[0]) if key[0] else key[1]
            try:
                place = place[index]
            except (KeyError, IndexError, TypeError):
                if not name.startswith("Idempotency"):
                    yield name
                break


def leaks(stage: Stage, text: str, case: Case) -> list[str]:
    """What the answer tells that was not in the request. The request's own words may come back."""
    told = [secret for secret in stage.secrets if secret in text and secret not in case.said]
    if CANARY in text.lower():
        told += [
            word for word in re.findall(r"(?i)[\w@. -]*canary[\w@. -]*", text) if "Elsewhere" not in word
        ]
    return [f"it tells {secret}" for secret in told]


def followed(http: httpx.Client, answer: httpx.Response, case: Case, may_all: bool) -> list[str]:
    """Send the example, then the request again, up to four times. Each example has to succeed, and, of a
    start, one of the calls has to start a session."""
    starts = "cobrowse" in case.path or "events" in case.path or "initiate" in case.path
    trail = []
    for _ in range(4):
        body = answer.json()
        example = body["help"]["example"]
        trail.append(f"{body['code']} → {json.dumps(example)[:300]}")
        if example is None:
            named = not may_all and WHO.search(body["help"]["summary"])
            return [] if named else [f"no example: {trail}, {body['help']['summary']}"]
        done = http.request(example["method"], example["path"], json=example["body"])
        if not done.is_success:
            return [f"the example fails: {trail} → {done.status_code} {done.text[:300]}"]
        if not starts or "viewerUrl" in done.text:
            return []
        answer = send(http, case)
        if answer.is_success:
            return []
    return [f"four examples start no session: {trail}"]
