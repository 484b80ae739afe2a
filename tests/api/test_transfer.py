"""Replace: a session goes to another agent, live, and the customer's page is asked for nothing (field.md C1;
I1, I6, I8, I10, I14)."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from opencobrowse.wire.live import Kind
from tests.support.live import Closed, Peer, Stage, upgrade
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server, running
from tests.wild.checks import error_of, fields_of, send_example

BASE = "/api/v2/conversations"
SESSIONS = f"{BASE}/cobrowsesessions"
PASSWORD = "another correct horse battery"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@dataclass
class Colleague:
    """An agent besides the bootstrap one."""

    server: Server
    http: httpx.Client
    name: str = "Ben Doe"
    agent: bool = True
    email: str = field(default_factory=lambda: f"{uuid.uuid4().hex[:10]}@example.com")
    id: str = ""

    def __post_init__(self) -> None:
        body = {"email": self.email, "name": self.name, "password": PASSWORD, "agent": self.agent}
        made = self.http.post("/api/v2/users", json=body)
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]

    @contextlib.contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        headers = {"Origin": self.server.url}
        with httpx.Client(base_url=self.server.url, headers=headers, timeout=20) as client:
            body = {"email": self.email, "password": PASSWORD}
            assert client.post("/api/v2/opencobrowse/signin", json=body).status_code == 200
            yield client


@pytest.fixture
def ben(server: Server, http: httpx.Client) -> Colleague:
    return Colleague(server, http)


@pytest.fixture
def stage(server: Server) -> Iterator[Stage]:
    with Stage(server) as made:
        yield made


def people(http: httpx.Client, conversation: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(f"{BASE}/{conversation}").json()["participants"]
    return found


def agent_of(http: httpx.Client, session: dict[str, Any]) -> str:
    found = http.get(f"/api/v2/opencobrowse/sessions/{session_id(session)}").json()
    return str(found["agentParticipantId"])


def session_id(session: dict[str, Any]) -> str:
    return str(session.get("cobrowseSessionId") or session["id"])


def replace_path(session: dict[str, Any], participant: str) -> str:
    return f"{SESSIONS}/{session['selfUri'].rpartition('/')[2]}/participants/{participant}/replace"


def transfer(http: httpx.Client, session: dict[str, Any], **target: Any) -> httpx.Response:
    return http.post(replace_path(session, agent_of(http, session)), json=target)


def conversation_of(session: dict[str, Any]) -> str:
    return str(session["selfUri"].rpartition("/")[2])


# -- what is recorded ----------------------------------------------------------------------------------------


def test_the_conversation_shows_who_left_and_who_goes_on(
    http: httpx.Client, session: dict[str, Any], ben: Colleague
) -> None:
    """field.md C2: `transfer` in both models, keys that apply, in one look."""
    conversation, before = conversation_of(session), agent_of(http, session)
    answer = transfer(http, session, userId=ben.id)
    assert (answer.status_code, answer.content) == (202, b"")
    found = http.get(f"{BASE}/{conversation}").json()
    legs = {p["id"]: p for p in found["participants"]}
    left, (now,) = legs[before], [p for p in legs.values() if p["userId"] == ben.id]
    assert left["state"] == "disconnected" and left["endTime"]
    old, new = left["cobrowsesessions"][0], now["cobrowsesessions"][0]
    assert (old["state"], old["disconnectType"], old["viewerUrl"]) == ("disconnected", "transfer", None)
    assert (new["state"], new["cobrowseRole"], new.get("disconnectType")) == ("offering", "viewer", None)
    assert new["viewerUrl"] == session["viewerUrl"]
    assert old["disconnectedTime"] == new["startAlertingTime"] == left["endTime"]
    assert (now["state"], now["purpose"], now["name"]) == ("connected", "agent", "Ben Doe")
    assert [t["destination"]["userId"] for t in found["recentTransfers"]] == [ben.id]
    view = http.get(f"{SESSIONS}/{conversation}").json()
    media = {p["id"]: p for p in view["participants"]}
    assert (media[before]["state"], media[before]["disconnectType"]) == ("disconnected", "transfer")
    assert media[now["id"]]["user"]["id"] == ben.id
    assert len(media) == 3
    assert (view["session"]["agentId"], view["session"]["agentName"]) == (ben.id, "Ben Doe")


@pytest.mark.parametrize("name", ["userName", "address"])
def test_an_agent_is_named_by_address_too(
    http: httpx.Client, session: dict[str, Any], ben: Colleague, name: str
) -> None:
    sent = {name: ben.email.upper(), "transferType": "Attended", "keepInternalMessageAlive": True}
    assert transfer(http, session, **sent).status_code == 202
    view = http.get(f"{SESSIONS}/{conversation_of(session)}").json()
    assert view["session"]["agentId"] == ben.id


def test_the_same_once_more_is_no_error_and_there_and_back_is_three_participants(
    http: httpx.Client, server: Server, session: dict[str, Any], ben: Colleague
) -> None:
    first = agent_of(http, session)
    path = replace_path(session, first)
    assert http.post(path, json={"userId": ben.id}).status_code == 202
    assert http.post(path, json={"userId": ben.id}).status_code == 202
    second = agent_of(http, session)
    assert len(people(http, conversation_of(session))) == 3
    assert transfer(http, session, userId=server.agent_id()).status_code == 202
    third = agent_of(http, session)
    assert len({first, second, third}) == 3
    refused = error_of(http.post(path, json={"userId": ben.id}), 409, "transfer.not.agent")
    assert third in refused["help"]["summary"]


def test_an_agent_who_is_there_already_goes_on_as_the_participant_they_are(
    http: httpx.Client, session: dict[str, Any], ben: Colleague
) -> None:
    conversation = conversation_of(session)
    body = {"addParticipants": [{"from": {"id": ben.id, "type": "user"}}]}
    added = http.post(f"{BASE}/{conversation}/participants", json=body).json()["participants"][0]["id"]
    assert transfer(http, session, userId=ben.id).status_code == 202
    assert agent_of(http, session) == added
    assert len(people(http, conversation)) == 3


def test_a_leg_of_the_past_ends_nothing(http: httpx.Client, session: dict[str, Any], ben: Colleague) -> None:
    """I6: who handed over is out; what they hang up is theirs alone."""
    conversation, before = conversation_of(session), agent_of(http, session)
    transfer(http, session, userId=ben.id)
    for path in (
        f"{SESSIONS}/{conversation}/participants/{before}",
        f"{BASE}/{conversation}/participants/{before}",
    ):
        assert http.patch(path, json={"state": "disconnected"}).status_code == 202
    assert http.get(f"{SESSIONS}/{conversation}").json()["session"]["state"] == "initiated"


# -- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code", "named"),
    [
        ({}, 400, "missing.field", "userId"),
        ({"transferType": "Attended"}, 400, "missing.field", "userId"),
        ({"queueId": UNKNOWN}, 400, "invalid.value", "queueId"),
        ({"userId": "{ben}", "voicemail": True}, 400, "invalid.value", "voicemail"),
        ({"userId": "{ben}", "transferType": "Blind"}, 400, "invalid.value", "transferType"),
        ({"userID": "{ben}"}, 400, "unknown.field", "userID"),
        ({"userId": 7}, 400, "invalid.value", "userId"),
        ({"userId": UNKNOWN}, 404, "agent.not.found", "userId"),
        ({"address": "sip:ben@example.com"}, 404, "agent.not.found", "address"),
        ({"userId": "{ben}", "userName": "agent@example.com"}, 409, "contradiction", "userName"),
        ({"userId": "{agent}"}, 409, "transfer.same.agent", "userId"),
        ({"userId": "{nobody}"}, 403, "missing.permissions", "userId"),
    ],
)
def test_a_wrong_target_says_the_way_out(
    http: httpx.Client,
    server: Server,
    session: dict[str, Any],
    ben: Colleague,
    body: dict[str, Any],
    status: int,
    code: str,
    named: str,
) -> None:
    """api.md section 3: the example is for this very session, and works when it is sent unchanged."""
    nobody = Colleague(server, http, "No agent", agent=False)
    ids = {"ben": ben.id, "agent": server.agent_id(), "nobody": nobody.id}
    sent = {k: v.format(**ids) if isinstance(v, str) else v for k, v in body.items()}
    before = people(http, conversation_of(session))
    refused = error_of(transfer(http, session, **sent), status, code)
    assert named in fields_of(refused)
    assert people(http, conversation_of(session)) == before, "nothing has changed"
    if ben.id in json.dumps(sent):
        assert refused["help"]["example"]["body"] == {"userId": ben.id}, "the one who was meant"
    assert send_example(http, refused).status_code == 202
    assert len(people(http, conversation_of(session))) == 3


def test_the_customer_is_nobody_to_be_replaced(
    http: httpx.Client, session: dict[str, Any], ben: Colleague
) -> None:
    (customer,) = (p for p in people(http, conversation_of(session)) if p["purpose"] == "customer")
    refused = error_of(
        http.post(replace_path(session, customer["id"]), json={"userId": ben.id}), 409, "transfer.not.agent"
    )
    assert agent_of(http, session) in refused["help"]["summary"]
    assert send_example(http, refused).status_code == 202


def test_wrong_ids_and_wrong_states(http: httpx.Client, session: dict[str, Any], ben: Colleague) -> None:
    wish = {"userId": ben.id}
    unknown = error_of(http.post(replace_path(session, UNKNOWN), json=wish), 404, "participant.not.found")
    assert unknown["help"]["example"]["path"] == replace_path(session, agent_of(http, session))
    lost = f"{SESSIONS}/{UNKNOWN}/participants/{UNKNOWN}/replace"
    error_of(http.post(lost, json=wish), 404, "conversation.not.found")
    calm = http.post(
        BASE, json={"type": "voice", "participants": [{"userId": ben.id, "role": "agent"}]}
    ).json()
    path = f"{SESSIONS}/{calm['id']}/participants/{calm['participants'][0]['id']}/replace"
    none = error_of(http.post(path, json=wish), 404, "cobrowse.session.not.found")
    assert send_example(http, none).json()["state"] == "initiated", "there is one now"
    http.patch(f"{SESSIONS}/{conversation_of(session)}", json={"state": "disconnected"})
    over = error_of(transfer(http, session, **wish), 409, "cobrowse.session.state")
    assert send_example(http, over).json()["state"] == "initiated"


def test_who_may_transfer(
    http: httpx.Client, server: Server, session: dict[str, Any], ben: Colleague
) -> None:
    """I10, B4: an agent what is theirs, a program what is its organisation's, with the permission."""
    path, wish = replace_path(session, agent_of(http, session)), {"userId": ben.id}
    form = {"grant_type": "client_credentials", "scope": "cobrowse:read conversation:write"}
    token = httpx.post(f"{server.url}/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()
    narrow = {"Authorization": f"Bearer {token['access_token']}"}
    error_of(httpx.post(f"{server.url}{path}", json=wish, headers=narrow), 403, "missing.permissions")
    assert httpx.post(f"{server.url}{path}", json=wish).status_code == 401
    with ben.signed_in() as own:
        error_of(own.post(path, json=wish), 404, "cobrowse.session.not.found")
        assert http.post(path, json=wish).status_code == 202
        third = Colleague(server, http, "Cleo")
        mine = agent_of(http, session)
        assert own.post(replace_path(session, mine), json={"userId": third.id}).status_code == 202
        theirs = replace_path(session, agent_of(http, session))
        refused = error_of(own.post(theirs, json=wish), 403, "not.authorized")
        assert refused["help"]["example"] is None, "it is not theirs to take back"
        shown = own.get(f"/api/v2/opencobrowse/sessions/{session['id']}").json()
        assert shown["agentName"] == "Cleo", "they see where it went"
        for method, call in (("POST", "end"), ("POST", "ticket")):
            answer = own.request(method, f"/api/v2/opencobrowse/sessions/{session['id']}/{call}")
            assert answer.status_code in (403, 404), "and no more"
        ended = own.patch(f"{SESSIONS}/{conversation_of(session)}", json={"state": "disconnected"})
        assert ended.status_code == 404
    assert http.get(f"{SESSIONS}/{conversation_of(session)}").json()["session"]["state"] == "initiated"


def test_colleagues_are_those_who_could_have_it(
    http: httpx.Client, server: Server, session: dict[str, Any], ben: Colleague
) -> None:
    nobody = Colleague(server, http, "No agent", agent=False)
    path = f"/api/v2/opencobrowse/sessions/{session['id']}/colleagues"
    with ben.signed_in() as own:
        error_of(own.get(path), 404, "cobrowse.session.not.found")
    found = http.get(path).json()["entities"]
    assert {"id": ben.id, "name": "Ben Doe", "email": ben.email} in found
    assert not {server.agent_id(), nobody.id} & {one["id"] for one in found}
    assert [one["name"].casefold() for one in found] == sorted(one["name"].casefold() for one in found)


# -- live ----------------------------------------------------------------------------------------------------


def shared_with_viewer(
    stage: Stage, customer: str, agent: httpx.Client
) -> tuple[dict[str, Any], Peer, Peer, int]:
    """A page that streams a snapshot and one event, and the first agent's viewer, who has both."""
    session, page, share = stage.share(customer)
    epoch = share["position"]["epoch"]
    page.send(Kind.SNAPSHOT, epoch, 0, b"page", flags=2)
    page.send(Kind.EVENTS, epoch, 1, b"one")
    viewer = stage.viewer(agent, session["id"])
    viewer.wait_frames(2)
    return session, page, viewer, epoch


def all_until(page: Peer, last: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Everything that the page hears, up to the message that is `last`."""
    while not any(last(message) for message in page.messages):
        page.pump()
    return page.messages


def test_the_new_agent_sees_the_page_and_the_page_is_asked_for_nothing(
    stage: Stage, http: httpx.Client, customer: str, ben: Colleague
) -> None:
    with stage.agent() as agent, ben.signed_in() as own:
        session, page, viewer, epoch = shared_with_viewer(stage, customer, agent)
        page.messages.clear()
        stale = stage.ticket(agent, session["id"])
        assert transfer(http, session, userId=ben.id).status_code == 202
        assert viewer.wait("transferred")["agentName"] == "Ben Doe"
        assert viewer.closed() == Closed(4510, "transferred to Ben Doe")
        # A ticket of before opens nothing, and there is no new one.
        status, late = upgrade(stale["websocketUrl"], stale["ticket"], stage.server.url)
        assert status == 101
        late.say("hello", versions=[1])
        assert late.closed().code == 4510
        assert late.frames == []
        assert agent.post(f"/api/v2/opencobrowse/sessions/{session['id']}/ticket").status_code == 403
        # The new agent has the picture from the server, and what follows from the page.
        for seen in (viewer, late):
            seen.sock.close()
        successor = stage.viewer(own, session["id"])
        assert [frame[12:] for frame in successor.wait_frames(2)] == [b"page", b"one"]
        page.send(Kind.EVENTS, epoch, 2, b"two")
        assert successor.wait_frames(3)[2][12:] == b"two"
        heard = all_until(page, lambda m: [v["name"] for v in m.get("viewers", [])] == ["Ben Doe"])
        told = {"type": "transferred", "sessionId": session["id"], "agentName": "Ben Doe"}
        assert [m for m in heard if m["type"] not in ("ack", "state")] == [told], "asked for nothing"
        page.sock.close()
        successor.sock.close()


def test_control_is_given_up(stage: Stage, http: httpx.Client, customer: str, ben: Colleague) -> None:
    """I8: a grant is to one agent; the new one has to ask."""
    with stage.page(customer) as page:
        session = stage.start(customer, cobrowseType="control")
        offer = page.wait("offer")
        page.say("accept", sessionId=offer["sessionId"], textVersion="test", control=True)
        page.wait("share", control=True)
        page.wait("state", control="held")
        assert transfer(http, session, userId=ben.id).status_code == 202
        page.wait("transferred")
        page.wait("state", control="none")
        found = http.get(f"{BASE}/{conversation_of(session)}").json()["participants"]
        assert [leg["controlling"] for p in found for leg in p["cobrowsesessions"]] == [[]] * 3


def test_an_open_question_is_asked_anew_and_a_late_yes_is_to_nobody(
    stage: Stage, http: httpx.Client, customer: str, ben: Colleague
) -> None:
    """I14: a yes is to the agent whose name was read."""
    with stage.page(customer) as page, stage.page(None) as stranger:
        session = stage.start(customer)
        first = page.wait("offer")
        stranger.say("join", code=session["joinCode"])
        stranger.wait("offer")
        assert transfer(http, session, userId=ben.id).status_code == 202
        for asked in (page, stranger):
            assert asked.wait("offer.closed")["reason"] == "transferred"
            again = asked.wait("offer")
            assert (again["agentName"], again["asked"], first.get("asked", 0)) == ("Ben Doe", 1, 0)
        page.say("accept", sessionId=session["id"], textVersion="test", asked=0)
        page.say("ping", id=7)
        page.wait("pong")
        assert http.get(f"{SESSIONS}/{conversation_of(session)}").json()["session"]["state"] == "initiated"
        page.say("accept", sessionId=session["id"], textVersion="test", asked=1)
        assert page.wait("share")["agentName"] == "Ben Doe"
        stranger.wait("offer.closed")


def test_an_older_page_that_knows_nothing_of_it_goes_on(
    stage: Stage, http: httpx.Client, customer: str, ben: Colleague
) -> None:
    with stage.page(customer) as page:
        session = stage.start(customer)
        page.wait("offer")
        transfer(http, session, userId=ben.id)
        page.wait("offer", agentName="Ben Doe")
        page.say("accept", sessionId=session["id"], textVersion="test")
        assert page.wait("share")["agentName"] == "Ben Doe"


# -- races and crashes ---------------------------------------------------------------------------------------


def test_of_many_transfers_at_once_one_comes_first_and_all_is_consistent(
    stage: Stage, http: httpx.Client, server: Server, customer: str
) -> None:
    session, page, _ = stage.share(customer)
    agents = [Colleague(server, http, f"Agent {n}") for n in range(6)]
    path = replace_path(session, agent_of(http, session))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: http.post(path, json={"userId": one.id}).status_code, agents))
    assert sorted(answers) == [202, *[409] * 5]
    winner = agents[answers.index(202)]
    view = http.get(f"{SESSIONS}/{conversation_of(session)}").json()
    assert view["session"]["agentId"] == winner.id
    here = [p for p in people(http, conversation_of(session)) if p["state"] == "connected"]
    assert [p["userId"] for p in here if p["purpose"] == "agent"] == [winner.id]
    with page:
        assert page.wait("transferred")["agentName"] == winner.name


@pytest.mark.parametrize("rival", ["end", "accept", "conversation"])
def test_a_transfer_against_everything_else(
    stage: Stage, http: httpx.Client, server: Server, customer: str, ben: Colleague, rival: str
) -> None:
    """Whoever is first, the record makes sense: an ended session has no new agent (I5), a shared one has the
    agent to whom the customer said yes, and their page is told of every other."""
    for turn in range(8):
        who = f"{customer}-{turn}"
        with stage.page(who) as page, ThreadPoolExecutor(2) as pool:
            session = stage.start(who)
            page.wait("offer")
            path = replace_path(session, agent_of(http, session))
            moved = pool.submit(http.post, path, json={"userId": ben.id})
            if rival == "accept":
                page.say("accept", sessionId=session["id"], textVersion="test", asked=0)
            elif rival == "end":
                pool.submit(
                    http.patch, f"{SESSIONS}/{conversation_of(session)}", json={"state": "disconnected"}
                )
            else:
                pool.submit(http.post, f"{BASE}/{conversation_of(session)}/disconnect")
            done = moved.result()
            pool.shutdown()
            view = http.get(f"{SESSIONS}/{conversation_of(session)}").json()
            assert done.status_code in (202, 409), done.text
            assert (view["session"]["agentId"] == ben.id) == (done.status_code == 202)
            if rival != "accept":
                assert view["session"]["state"] == "ended"
                continue
            assert done.status_code == 202
            if view["session"]["state"] == "active":
                page.wait("share")  # the yes came first, and was to the first agent
            else:
                page.wait("offer", agentName="Ben Doe")


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """I1, F1: 202 is said after the disk has it, both records or none."""
    with running(tmp_path) as server, server.client() as http:
        ben = Colleague(server, http)
        people_ = [{"userId": server.agent_id(), "role": "agent"}, {"externalId": "c", "role": "customer"}]
        made = http.post(BASE, json={"type": "cobrowse", "participants": people_}).json()["session"]
        assert transfer(http, made, userId=ben.id).status_code == 202
        server.kill()
        server.start()
        with server.client() as again:
            view = again.get(f"{SESSIONS}/{made['conversationId']}").json()
            assert (view["session"]["agentId"], view["session"]["state"]) == (ben.id, "initiated")
            states = {p["userId"]: p["state"] for p in people(again, made["conversationId"])}
            assert (states[ben.id], states[server.agent_id()]) == ("connected", "disconnected")
