"""Hostile agents over raw sockets: every kind of action in every state of the grant (B8, G4; I5, I8, I10).

The server's half of the proof: what comes to the page at all. What the page does with it is the page's test.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from opencobrowse.kernel import limits
from tests.api.test_notifications import channel_of, dial, heard, two_topics
from tests.support.live import TEXT, Peer, Stage
from tests.support.server import Server

KINDS: list[dict[str, Any]] = [
    {"kind": "click", "node": 5, "x": 0, "y": 1},
    {"kind": "dblclick", "node": 5},
    {"kind": "hover", "node": 5},
    {"kind": "focus", "node": 5},
    {"kind": "type", "node": 5, "text": "4111 1111 1111 1111"},
    {"kind": "key", "node": 5, "key": "Enter"},
    {"kind": "key", "key": "F12", "modifiers": ["control", "shift", "meta", "alt"]},
    {"kind": "select", "node": 5, "values": [0, 4294967295]},
    {"kind": "check", "node": 5},
    {"kind": "clear", "node": 5},
    {"kind": "scroll", "node": 1, "left": -1e300, "top": 1e300},
    {"kind": "back"},
    {"kind": "forward"},
    {"kind": "reload"},
    {"kind": "navigate", "url": "http://localhost:9/next"},
    {"kind": "navigate", "url": "https://elsewhere.example/"},
    {"kind": "click", "node": 4294967295},
]
"""What an agent may do under a grant; the page decides about the target."""

NO_ADDRESS = ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "/next", "", " https://x.example",
              "blob:https://x.example/1", "https://", "https://[", "about:blank"]  # fmt: skip
"""Where nobody is led, grant or not."""

NO_KINDS: list[Any] = [
    {"kind": kind, "node": 5}
    for kind in (
        "rightclick", "drag", "wheel", "blur", "paste", "submit", "open", "download", "file", "print",
        "fullscreen", "select.text", "attribute", "script", "eval", "", None, 7,
    )
] + [
    {"node": 5}, {}, [], "click", None, {"kind": "click", "node": -1}, {"kind": "click", "node": 2**32},
    {"kind": "click", "node": 5, "x": 2}, {"kind": "click", "node": 5, "y": -1},
    {"kind": "type", "node": 5, "text": "x" * 4097}, {"kind": "key", "key": "x" * 65},
    {"kind": "key", "key": "a", "modifiers": ["shift"] * 5}, {"kind": "key", "key": "a", "modifiers": ["fn"]},
    {"kind": "select", "node": 5, "values": list(range(257))}, {"kind": "select", "node": 5, "values": ["a"]},
    {"kind": "navigate", "url": "https://x.example/" + "x" * 2048}, {"kind": "click", "node": "5"},
]  # fmt: skip
"""Kinds of G4 that do not exist here, and values that cannot be: not one is a message."""


@dataclass
class Scene:
    """A session with its page and two windows of its agent."""

    stage: Stage
    agent: httpx.Client
    session: dict[str, Any]
    page: Peer
    viewer: Peer
    other: Peer
    number: int
    beats: int = 0

    def hold(self, viewer: Peer | None = None) -> None:
        self.ask(viewer)
        self.page.say("control.answer", granted=True)
        (viewer or self.viewer).wait("state", control="held")

    def ask(self, viewer: Peer | None = None) -> None:
        (viewer or self.viewer).say("control.request")
        self.page.wait("control.asked")

    def at_the_page(self) -> list[dict[str, Any]]:
        """All that has come to the page by now, and has not been read."""
        self.beats += 1
        self.page.say("ping", id=self.beats)
        self.page.messages, before = [], self.page.messages
        while not any(m["type"] == "pong" and m["id"] == self.beats for m in self.page.messages):
            self.page.pump()
        found, self.page.messages = before + self.page.messages, []
        return [m for m in found if m["type"] in ("act", "propose", "withdraw", "highlight")]

    def answers(self, viewer: Peer, ids: set[int]) -> dict[int, dict[str, Any]]:
        """What the server says to each of these actions of `viewer`."""
        found: dict[int, dict[str, Any]] = {}
        while set(found) < ids:
            message = viewer.wait("acted")
            found[message["id"]] = message
        return found


@pytest.fixture
def scene(stage: Stage, request: pytest.FixtureRequest) -> Iterator[Scene]:
    session, page, _ = stage.share(f"attack {request.node.name}"[:200])
    with page, stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
        number = viewer.wait("welcome")["peer"]
        with stage.viewer(agent, session["id"]) as other:
            other.wait("state")
            yield Scene(stage, agent, session, page, viewer, other, number)


def put(scene: Scene, state: str) -> None:
    """Bring the grant into `state`."""
    if state == "pending":
        scene.ask()
    elif state in ("held", "revoked", "released"):
        scene.hold()
    elif state == "another's":
        scene.hold(scene.other)
    elif state == "declined":
        scene.ask()
        scene.page.say("control.answer", granted=False)
        scene.viewer.wait("control.closed")
    if state == "revoked":
        scene.page.say("control.revoke")
        scene.viewer.wait("control.closed")
    elif state == "released":
        scene.viewer.say("control.release")
        scene.viewer.wait("control.closed")


@pytest.mark.parametrize("state", ["none", "pending", "declined", "held", "revoked", "released", "another's"])
def test_every_kind_in_every_state(scene: Scene, state: str) -> None:
    """Only from the connection that holds it, and as the server says whose it is."""
    put(scene, state)
    scene.at_the_page()
    ids = set(range(1, len(KINDS) + 1))
    for viewer in (scene.viewer, scene.other):
        for number, action in enumerate(KINDS, 1):
            viewer.say("act", id=number, action=action, peer=0, agentName="The boss")
    expected = len(KINDS) if state in ("held", "another's") else 0
    holder = {"held": scene.viewer, "another's": scene.other}.get(state)
    for viewer in (scene.viewer, scene.other):
        if viewer is not holder:
            answers = scene.answers(viewer, ids)
            assert {(a["result"], a["reason"]) for a in answers.values()} == {("refused", "no.grant")}
        viewer.say("ping", id=0)
        viewer.wait("pong")
    came = scene.at_the_page()
    assert len(came) == expected
    number = scene.number if state == "held" else scene.number + 1
    for message in came:
        assert (message["type"], message["peer"]) == ("act", number)
        assert "agentName" not in message


def test_nobody_is_led_to_what_is_no_page(scene: Scene) -> None:
    scene.hold()
    scene.at_the_page()
    for number, url in enumerate(NO_ADDRESS):
        scene.viewer.say("act", id=number, action={"kind": "navigate", "url": url})
        scene.viewer.say("propose", id=100 + number, action={"kind": "navigate", "url": url})
    numbers = range(len(NO_ADDRESS))
    answers = scene.answers(scene.viewer, {*numbers, *(100 + n for n in numbers)})
    assert {a["reason"] for a in answers.values()} == {"url"}
    assert scene.at_the_page() == []


def test_what_is_no_action_is_no_message(scene: Scene) -> None:
    """G4: paste, drag, print, raw script, …: the protocol has no words for them, under a grant neither. Who
    says them is cut, comes back, and has the grant again."""
    scene.hold()
    scene.viewer.sock.close()
    scene.at_the_page()
    for action in NO_KINDS:
        with scene.stage.viewer(scene.agent, scene.session["id"]) as viewer:
            number = viewer.wait("welcome")["peer"]
            viewer.wait("state", control="held", controller=number)
            viewer.say("act", id=1, action=action)
            assert viewer.closed().code == 4500, action
            assert scene.at_the_page() == []


def test_after_the_end_no_kind_passes_from_anybody(scene: Scene) -> None:
    """I5."""
    scene.hold()
    with scene.stage.viewer(scene.agent, scene.session["id"]) as third:
        third.wait("state")
        scene.stage.http.post(f"/api/v2/opencobrowse/sessions/{scene.session['id']}/end")
        for viewer in (scene.viewer, scene.other, third):
            with contextlib.suppress(ConnectionError):
                for number, action in enumerate(KINDS):
                    viewer.say("act", id=number, action=action)
                    viewer.say("propose", id=1000 + number, action=action)
                    viewer.say("highlight", node=number + 1)
    assert scene.at_the_page() == []


def test_a_page_and_a_stranger_act_on_nobody(scene: Scene) -> None:
    """I10: the page of one session and the viewer of another, while a grant is held here."""
    scene.hold()
    scene.at_the_page()
    foreign, page, _ = scene.stage.share("foreign")
    with page, scene.stage.viewer(scene.agent, foreign["id"]) as viewer:
        viewer.wait("welcome")
        for sender in (page, scene.page):
            sender.say("act", id=1, action=KINDS[0], peer=scene.number)
            assert sender.wait("error")["code"] == "not.yours"
        viewer.say("act", id=1, action=KINDS[0], peer=scene.number)
        assert viewer.wait("acted")["reason"] == "no.grant"
        viewer.say("highlight", node=3)
        page.wait("highlight")
        page.say("acted", id=1, result="done", peer=scene.number)
        page.say("ping", id=1)
        page.wait("pong")
    assert scene.at_the_page() == []
    assert not [m for m in scene.viewer.messages if m["type"] in ("acted", "highlight")]


def test_answers_go_to_whose_action_it_was_and_once(scene: Scene) -> None:
    """Ids are per viewer; an answer to what was never done is dropped."""
    scene.hold()
    scene.viewer.say("act", id=7, action=KINDS[0])
    scene.other.say("propose", id=7, action=KINDS[0])
    scene.page.wait("act")
    scene.page.wait("propose")
    for lie in (
        {"id": 8, "peer": scene.number}, {"id": 7, "peer": 0}, {"id": 7, "peer": 60_000},
        {"id": 7, "peer": -1}, {"id": 7}, {"id": 7, "peer": 2**60},
    ):  # fmt: skip
        scene.page.say("acted", result="done", **lie)
    scene.page.say("acted", id=7, result="refused", reason="password", peer=scene.number)
    scene.page.say("acted", id=7, result="done", peer=scene.number)
    scene.page.say("acted", id=7, result="done", peer=scene.number + 1)
    scene.at_the_page()
    for viewer, result in ((scene.viewer, "refused"), (scene.other, "done")):
        viewer.say("ping", id=0)
        viewer.messages, before = [], viewer.messages
        while not any(m["type"] == "pong" for m in viewer.messages):
            viewer.pump()
        said = [m for m in before + viewer.messages if m["type"] == "acted"]
        assert [(m["id"], m["result"]) for m in said] == [(7, result)]


def test_an_older_grant_is_none(scene: Scene) -> None:
    """Act with an old grant; with another agent's grant."""
    scene.hold()
    scene.page.say("control.revoke")
    scene.viewer.wait("control.closed")
    scene.hold(scene.other)
    scene.at_the_page()
    scene.viewer.say("act", id=1, action=KINDS[0])
    assert scene.viewer.wait("acted")["reason"] == "no.grant"
    scene.viewer.say("control.release")
    assert scene.viewer.wait("error")["code"] == "control.not.open"
    scene.other.say("act", id=2, action=KINDS[0])
    assert scene.page.wait("act")["id"] == 2


def test_ten_thousand_actions_a_second(scene: Scene) -> None:
    """G4, I11: the page gets what a hand can do, the flood is cut, and nobody else notices."""
    scene.hold()
    scene.at_the_page()
    began = time.monotonic()
    blasted = blast(scene.viewer, 10_000)
    came = scene.at_the_page()
    seconds = time.monotonic() - began
    assert blasted == 10_000 or scene.viewer.closed().code in (4029, None)
    assert len(came) <= (2 + seconds + 1) * limits.ACTIONS_PER_SECOND
    scene.other.say("propose", id=1, action=KINDS[0])
    assert scene.page.wait("propose")["peer"] == scene.number + 1


def blast(viewer: Peer, count: int) -> int:
    """Send as fast as the socket takes it; how many it took."""
    for number in range(count):
        try:
            viewer.say("act", id=number, action=KINDS[0])
        except OSError:
            return number
    return count


def test_a_steady_hand_is_never_cut(scene: Scene) -> None:
    """60 a second is what D allows: in a burst, all of it arrives."""
    scene.hold()
    scene.at_the_page()
    for number in range(limits.ACTIONS_PER_SECOND):
        scene.viewer.say("act", id=number, action={"kind": "hover", "node": number})
        if number % 20 == 19:
            scene.viewer.say("ping", id=0)
            scene.viewer.wait("pong")
    assert [m["id"] for m in scene.at_the_page()] == list(range(limits.ACTIONS_PER_SECOND))


@pytest.mark.parametrize("way", ["control.revoke", "control.release"])
def test_taken_back_while_the_agent_acts_as_fast_as_it_can(scene: Scene, way: str) -> None:
    """I8: once it is said that it is over, not one action more comes to the page."""
    for _ in range(3):
        scene.hold()
        stop = threading.Event()

        def hammer(stop: threading.Event = stop) -> None:
            number = 0
            while not stop.wait(0.012):
                number += 1
                scene.other.say("highlight", node=number)
                if way == "control.revoke":
                    scene.viewer.say("act", id=number, action=KINDS[0])

        thread = threading.Thread(target=hammer)
        thread.start()
        try:
            if way == "control.release":
                for number in range(20):
                    scene.viewer.say("act", id=number, action=KINDS[0])
                scene.viewer.say("control.release")
                for number in range(20, 40):
                    scene.viewer.say("act", id=number, action=KINDS[0])
            else:
                scene.page.wait("act")
                scene.page.say("control.revoke")
            scene.page.wait("control.closed")
            for _ in range(5):
                scene.page.wait("highlight")
        finally:
            stop.set()
            thread.join()
        assert "act" not in {m["type"] for m in scene.at_the_page()}
        scene.viewer.wait("state", control="none")


def test_nobody_can_be_asked_again_and_again(scene: Scene) -> None:
    """B9: prompt bombing. Three questions, whoever asks and however it ends."""
    for viewer in (scene.viewer, scene.other, scene.viewer):
        scene.ask(viewer)
        viewer.say("control.release")
        scene.page.wait("control.closed")
    for viewer in (scene.viewer, scene.other):
        viewer.say("control.request")
        assert viewer.wait("error")["code"] == "control.cool.down"
    scene.at_the_page()
    assert "control.asked" not in {m["type"] for m in scene.page.messages}


def test_control_is_seen_over_the_api_and_on_channels(scene: Scene) -> None:
    """api.md section 2: `controlling`; field.md C5."""
    http = scene.stage.http
    session = http.get(f"/api/v2/opencobrowse/sessions/{scene.session['id']}").json()
    path = f"/api/v2/conversations/{session['conversationId']}"

    def controlling(conversation: dict[str, Any]) -> list[list[str]]:
        return [leg["controlling"] for p in conversation["participants"] for leg in p["cobrowsesessions"]]

    people = {p["purpose"]: p["id"] for p in http.get(path).json()["participants"]}
    assert [c for c in controlling(http.get(path).json()) if c] == []
    topic = two_topics(scene.stage.agent_id)[0]
    with dial(channel_of(http, topic)["connectUri"]) as channel:
        scene.hold()
        assert [c for c in controlling(http.get(path).json()) if c] == [[people["customer"]]]
        while not any(controlling(event := heard(channel, topic)["eventBody"])):
            assert event["id"] == session["conversationId"]
        scene.page.say("control.revoke")
        while any(controlling(heard(channel, topic)["eventBody"])):
            pass
    assert [c for c in controlling(http.get(path).json()) if c] == []


def test_garbage_between_the_words(scene: Scene) -> None:
    """F15: what is no message ends the socket of whoever sends it, and touches nothing else."""
    scene.hold()
    scene.at_the_page()
    for payload in (
        b'{"type":"act","id":1}',
        b'{"type":"control.answer"}',
        b'{"type":"highlight","node":-1}',
    ):
        with scene.stage.viewer(scene.agent, scene.session["id"]) as viewer:
            viewer.wait("state")
            viewer.raw(TEXT, payload)
            assert viewer.closed().code == 4500
    scene.viewer.say("act", id=1, action=KINDS[0])
    assert scene.page.wait("act")["id"] == 1


def test_a_killed_server_keeps_the_truth_and_lets_go_of_it(tmp_path: Path) -> None:
    """F1, I1, I8: held over kill -9; nobody comes back for 15 s; then it is over, over the API too."""
    server = Server(tmp_path).start()
    with Stage(server) as stage:
        session, page, share = stage.share("killed")
        with page, stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
            viewer.say("control.request")
            page.wait("control.asked")
            page.say("control.answer", granted=True)
            viewer.wait("state", control="held")
            server.kill()
    server.start()
    with Stage(server) as stage:
        found = stage.http.get(f"/api/v2/opencobrowse/sessions/{session['id']}").json()
        path = f"/api/v2/conversations/{found['conversationId']}"

        def held() -> bool:
            people = stage.http.get(path).json()["participants"]
            return any(leg["controlling"] for p in people for leg in p["cobrowsesessions"])

        assert held(), "I1: what was given is not forgotten"
        with stage.page("killed", session=session["id"], token=share["resumeToken"]) as page:
            assert page.wait("share")["control"] is True
            assert page.wait("control.closed", timeout=30)["reason"] == "viewer.left"
        assert not held()
    assert server.stop() == 0
