"""Wrap-up, notes, communications, recording: wrong state, wrong ids, no permission (field.md C1, C2)."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD, CLIENT_ID, CLIENT_SECRET, Server
from tests.wild.checks import error_of, fields_of, send_example

SESSIONS = "/api/v2/conversations/cobrowsesessions"
CODES = "/api/v2/routing/wrapupcodes"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Places:
    """The paths of one session."""

    def __init__(self, http: httpx.Client, session: dict[str, Any]) -> None:
        self.conversation = session["conversationId"]
        self.base = f"{SESSIONS}/{self.conversation}"
        found = http.get(f"/api/v2/conversations/{self.conversation}").json()["participants"]
        people = {person["purpose"]: person["id"] for person in found}
        self.agent = f"{self.base}/participants/{people['agent']}"
        self.customer = f"{self.base}/participants/{people['customer']}"
        self.leg = f"{self.agent}/communications/{session['id']}"
        self.customers_leg = f"{self.customer}/communications/{session['id']}"


@pytest.fixture
def at(http: httpx.Client, session: dict[str, Any]) -> Places:
    return Places(http, session)


@pytest.fixture
def code(http: httpx.Client) -> dict[str, Any]:
    return dict(http.get(CODES).json()["entities"][0])


def narrow(server: Server, scope: str) -> httpx.Client:
    form = {"grant_type": "client_credentials", "scope": scope}
    token = httpx.post(f"{server.url}/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return httpx.Client(base_url=server.url, headers=headers, timeout=20)


def state(http: httpx.Client, at: Places) -> str:
    return str(http.get(at.base).json()["session"]["state"])


# -- wrap-up -------------------------------------------------------------------------------------------------


def test_the_last_word_counts_and_is_never_made_provisional(
    http: httpx.Client, at: Places, code: dict[str, Any]
) -> None:
    error_of(http.get(f"{at.agent}/wrapup"), 404, "wrapup.not.found")
    post = f"{at.leg}/wrapup"
    answer = http.post(post, json={"code": code["id"], "provisional": True, "notes": "a"})
    assert (answer.status_code, answer.content) == (202, b"")
    hint = error_of(http.get(f"{at.agent}/wrapup"), 404, "wrapup.not.found")
    assert send_example(http, hint).json()["notes"] == "a"
    assert http.post(post, json={"name": code["name"].upper(), "notes": "b"}).status_code == 202
    refused = error_of(http.post(post, json={"code": code["id"], "provisional": True}), 409, "wrapup.final")
    assert http.get(f"{at.agent}/wrapup").json()["notes"] == "b"
    assert send_example(http, refused).status_code == 202
    assert http.post(post, json={"code": code["id"], "notes": "c", "tags": ["t"]}).status_code == 202
    said = http.get(f"{at.leg}/wrapup", params={"provisional": "true"}).json()
    assert (said["notes"], said["tags"], said["provisional"]) == ("c", ["t"], False)


def test_it_can_be_said_after_the_end_of_everything(
    http: httpx.Client, at: Places, code: dict[str, Any]
) -> None:
    http.post(f"/api/v2/conversations/{at.conversation}/disconnect")
    assert http.post(f"{at.leg}/wrapup", json={"code": code["id"]}).status_code == 202
    shown = http.get(f"/api/v2/conversations/{at.conversation}").json()["participants"][0]
    assert shown["wrapup"]["name"] == code["name"]
    assert shown["startAcwTime"] <= shown["endAcwTime"]
    assert shown["cobrowsesessions"][0]["afterCallWork"]["state"] == "complete"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "code"),
        ({"code": UNKNOWN}, 404, "code"),
        ({"name": "No such thing"}, 404, "name"),
        ({"code": "{code}", "durationSeconds": -1}, 400, "durationSeconds"),
        ({"code": "{code}", "endTime": "yesterday"}, 400, "endTime"),
        ({"code": "{code}", "endTime": "1969-12-31T23:59:59Z"}, 400, "endTime"),
        ({"code": "{code}", "endTime": "9999-12-31T23:59:59-14:00"}, 400, "endTime"),
        ({"code": "{code}", "tags": "a"}, 400, "tags"),
        ({"code": "{code}", "tag": []}, 400, "tag"),
    ],
)
def test_a_wrong_wrapup_says_the_way_out(
    http: httpx.Client, at: Places, code: dict[str, Any], body: dict[str, Any], status: int, field: str
) -> None:
    sent = {k: code["id"] if v == "{code}" else v for k, v in body.items()}
    refused = error_of(http.post(f"{at.leg}/wrapup", json=sent), status)
    assert field in fields_of(refused)
    error_of(http.get(f"{at.agent}/wrapup"), 404, "wrapup.not.found")
    assert send_example(http, refused).status_code == 202


def test_whose_it_is(http: httpx.Client, server: Server, at: Places, code: dict[str, Any]) -> None:
    """I10: a person concludes their own part, a program anybody's, nobody the customer's."""
    wish = {"code": code["id"]}
    refused = error_of(http.post(f"{at.customers_leg}/wrapup", json=wish), 409, "wrapup.not.agent")
    assert send_example(http, refused).status_code == 202
    for path in (f"{at.agent}/communications/{UNKNOWN}/wrapup", f"{at.base}/participants/{UNKNOWN}/wrapup"):
        error_of(http.get(path), 404)
    with narrow(server, "conversation:write cobrowse:read") as little:
        error_of(little.post(f"{at.leg}/wrapup", json=wish), 403, "missing.permissions")
        assert little.get(f"{at.agent}/wrapup").status_code == 200
    email = f"{uuid.uuid4()}@example.com"
    http.post("/api/v2/users", json={"email": email, "password": AGENT_PASSWORD, "agent": True})
    for who, status in ((email, 404), (AGENT_EMAIL, 202)):
        with httpx.Client(base_url=server.url, headers={"Origin": server.url}, timeout=20) as person:
            signed = person.post(
                "/api/v2/opencobrowse/signin", json={"email": who, "password": AGENT_PASSWORD}
            )
            assert signed.status_code == 200
            assert person.post(f"{at.leg}/wrapup", json=wish).status_code == status


# -- codes ---------------------------------------------------------------------------------------------------


def test_codes_have_one_name_each_and_are_listed_in_pages(http: httpx.Client, server: Server) -> None:
    name = f"Refund {uuid.uuid4().hex[:8]}"
    made = http.post(CODES, json={"name": f" {name} "})
    assert (made.status_code, made.json()["name"]) == (201, name)
    error_of(http.post(CODES, json={"name": name.upper()}), 409, "wrapupcode.exists")
    other = http.post(CODES, json={"name": f"{name} too"}).json()
    clash = http.put(f"{CODES}/{other['id']}", json={"name": name})
    error_of(clash, 409, "wrapupcode.exists")
    same = http.put(f"{CODES}/{other['id']}", json={**other, "description": "x"})
    assert (same.status_code, same.json()["description"]) == (200, "x")
    page = http.get(CODES, params={"name": f"{name}*", "pageSize": 1}).json()
    assert (page["total"], page["pageCount"], len(page["entities"])) == (2, 2, 1)
    down = http.get(CODES, params={"name": f"{name}*", "sortOrder": "descending"}).json()["entities"]
    assert [one["name"] for one in down] == [f"{name} too", name]
    assert http.get(CODES, params={"id": [other["id"]]}).json()["total"] == 1
    for bad in ({"name": " "}, {}, {"name": "x", "nam": 1}, {"name": 1}):
        error_of(http.post(CODES, json=bad), 400)
    for method in ("GET", "PUT", "DELETE"):
        body = {"name": "x"} if method == "PUT" else None
        missing = error_of(http.request(method, f"{CODES}/{UNKNOWN}", json=body), 404, "wrapupcode.not.found")
        assert send_example(http, missing).json()["total"] > 0
    with narrow(server, "routing:wrapupCode:view") as reader:
        assert reader.get(CODES).status_code == 200
        for method in ("PUT", "DELETE"):
            body = {"name": "x"} if method == "PUT" else None
            error_of(reader.request(method, f"{CODES}/{other['id']}", json=body), 403, "missing.permissions")
    assert http.delete(f"{CODES}/{other['id']}").status_code == 204


def test_many_at_once_make_one(http: httpx.Client) -> None:
    name = f"Once {uuid.uuid4().hex[:8]}"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: http.post(CODES, json={"name": name}).status_code, range(8)))
    assert sorted(answers) == [201, *[409] * 7]


# -- the rest of a participant -------------------------------------------------------------------------------


def test_what_cannot_be_is_refused_and_nothing_of_it_happens(
    http: httpx.Client, at: Places, code: dict[str, Any]
) -> None:
    """All or nothing: a wish that is impossible takes the others with it."""
    bad: list[tuple[dict[str, Any], int, str | None]] = [
        ({"muted": True, "state": "disconnected"}, 400, "muted"),
        ({"held": True}, 400, "held"),
        ({"confined": True}, 400, "confined"),
        ({"resumeTime": "2026-01-01T00:00:00Z"}, 400, "resumeTime"),
        ({"state": "alerting"}, 400, "state"),
        ({"state": "connected", "wrapup": {"code": code["id"]}}, 409, "state"),
        ({"wrapup": {"code": UNKNOWN}, "state": "disconnected"}, 404, "code"),
        ({"recordings": True}, 400, "recordings"),
    ]
    for body, status, field in bad:
        refused = error_of(http.patch(at.agent, json=body), status)
        assert field in fields_of(refused), body
    assert state(http, at) == "initiated"
    error_of(http.get(f"{at.agent}/wrapup"), 404)
    assert http.get(f"/api/v2/conversations/{at.conversation}").json()["recordingState"] == "NONE"
    harmless = {"muted": False, "held": False, "confined": False, "recording": False, "wrapupSkipped": False}
    assert http.patch(at.agent, json=harmless).status_code == 202


def test_the_conversations_participant_is_concluded_by_the_same_words(
    http: httpx.Client, server: Server, at: Places, code: dict[str, Any]
) -> None:
    """`PATCH …/conversations/{id}/participants/{id}` takes the platform's `MediaParticipantRequest`, too."""
    who = at.agent.replace("/cobrowsesessions", "")
    error_of(http.patch(who, json={"held": True}), 400, "invalid.value")
    error_of(http.patch(who, json={"state": "disconnected", "wrapup": {"code": UNKNOWN}}), 404)
    assert state(http, at) == "initiated"
    with narrow(server, "conversation:write conversation:read") as writer:
        error_of(writer.patch(who, json={"wrapup": {"code": code["id"]}}), 403)
    with narrow(server, "conversation:participant:wrapup") as agent:
        error_of(agent.patch(who, json={"wrapup": {"code": code["id"]}, "name": "Eve"}), 403)
        assert agent.patch(who, json={"wrapup": {"code": code["id"], "provisional": True}}).status_code == 202
    both = {"wrapup": {"code": code["id"]}, "state": "disconnected", "attributes": {"order": "4711"}}
    assert http.patch(who, json=both).status_code == 202
    assert http.get(f"{at.agent}/wrapup").json()["code"] == code["id"]
    assert state(http, at) == "ended"
    found = http.get(f"/api/v2/conversations/{at.conversation}").json()["participants"]
    left = next(person for person in found if who.endswith(person["id"]))
    assert (left["state"], left["attributes"]) == ("disconnected", {"order": "4711"})


def test_a_recording_that_cannot_be_takes_the_wrap_up_with_it(
    http: httpx.Client, at: Places, code: dict[str, Any]
) -> None:
    """All or nothing, after the end as well."""
    http.delete(f"/api/v2/conversations/{at.conversation}")
    wish = {"recording": True, "wrapup": {"code": code["id"]}}
    error_of(http.patch(at.agent, json=wish), 409, "conversation.state")
    error_of(http.get(f"{at.agent}/wrapup"), 404, "wrapup.not.found")


@pytest.mark.parametrize("place", ["agent", "customer", "leg", "customers_leg"])
def test_disconnected_ends_the_session_and_not_the_conversation(
    http: httpx.Client, at: Places, place: str
) -> None:
    path = getattr(at, place)
    answer = http.patch(path, json={"state": "disconnected"})
    assert answer.status_code == (200 if "communications" in path else 202)
    assert answer.content == (b"{}" if "communications" in path else b"")
    assert state(http, at) == "ended"
    again = http.patch(path, json={"state": "disconnected"})
    assert again.is_success, "again is no error"
    assert http.get(f"/api/v2/conversations/{at.conversation}").json()["state"] == "active"
    error_of(http.patch(path, json={"state": "connected"}), 409, "cobrowse.session.state")


def test_attributes_are_merged_and_all_are_answered(http: httpx.Client, at: Places) -> None:
    path = f"{at.customer}/attributes"
    assert http.patch(path, json={"attributes": {"a": "1", "b": "2"}}).status_code == 202
    after = http.patch(path, json={"attributes": {"b": None, "c": "3"}})
    assert (after.status_code, after.json()) == (202, {"attributes": {"a": "1", "c": "3"}})
    wrong: list[dict[str, Any]] = [{"attributes": {"a": 1}}, {"attributes": []}, {}, {"attribute": {}}]
    for bad in wrong:
        refused = error_of(http.patch(path, json=bad), 400)
        assert send_example(http, refused).status_code == 202
    too_many = {str(n): "x" for n in range(201)}
    error_of(http.patch(path, json={"attributes": too_many}), 400, "invalid.value")
    assert http.get(at.base).json()["participants"][1]["attributes"] == {"a": "1", "c": "3"}


def test_the_recording_state_is_kept_for_those_who_record(
    http: httpx.Client, server: Server, at: Places
) -> None:
    for path, method in ((at.base, "PUT"), (f"/api/v2/conversations/{at.conversation}", "PATCH")):
        for word in ("ACTIVE", "PAUSED", "NONE"):
            answer = http.request(method, f"{path}/recordingstate", json={"recordingState": word})
            assert (answer.status_code, answer.json()) == (200, word)
            shown = http.get(f"/api/v2/conversations/{at.conversation}").json()
            assert shown["recordingState"] == word
    for bad in ({"recordingState": "active"}, {"recordingState": None}, {}, {"recording": "ACTIVE"}):
        refused = error_of(http.put(f"{at.base}/recordingstate", json=bad), 400)
        assert send_example(http, refused).status_code == 200
    with narrow(server, "conversation:write cobrowse:read") as little:
        body = {"recordingState": "ACTIVE"}
        error_of(little.put(f"{at.base}/recordingstate", json=body), 403, "missing.permissions")
    calm = http.post("/api/v2/conversations", json={"type": "voice"}).json()["id"]
    error_of(http.put(f"{SESSIONS}/{calm}/recordingstate", json={"recordingState": "ACTIVE"}), 404)
    http.delete(f"/api/v2/conversations/{at.conversation}")
    late = http.put(f"{at.base}/recordingstate", json={"recordingState": "ACTIVE"})
    error_of(late, 409, "conversation.state")
