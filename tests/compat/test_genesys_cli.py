"""The command line in front of a stand-in for Genesys Cloud (issue 4, row 7)."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from opencobrowse.cli.main import app
from tests.support.genesys import ADD, ADD_VOICE, AGENT, CLIENT_ID, CLIENT_SECRET, OTHER_AGENT, VIEW, Genesys
from tests.support.terminal import at_a_terminal

PROGRAM = str(Path(sys.executable).parent / "opencobrowse")
START = r"/cobrowse$"


def env(platform: Genesys) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("OPENCOBROWSE_", "GENESYS_"))}
    return clean | {"OPENCOBROWSE_URL": platform.url, "OPENCOBROWSE_PLATFORM": "genesys",
                    "GENESYS_CLIENT_ID": CLIENT_ID, "GENESYS_CLIENT_SECRET": CLIENT_SECRET}  # fmt: skip


def run(platform: Genesys, *words: str, **more: str) -> Result:
    return CliRunner().invoke(app, list(words), env=env(platform) | more)


def test_start_show_end(platform: Genesys) -> None:
    talk = platform.talk()
    started = run(platform, "start", "--conversation", talk.id, "--agent", AGENT, "--json")
    assert started.exit_code == 0, started.stderr
    body = json.loads(started.stdout)
    assert body["viewerUrl"].startswith("https://apps.example/cobrowse/")
    assert (body["state"], body["conversationId"], body["joinCode"]) == ("initiated", talk.id, "123456")
    shown = run(platform, "session", "show", talk.id)
    assert body["viewerUrl"] in shown.stdout
    assert "Customer's link" not in shown.stdout
    assert json.loads(run(platform, "session", "end", talk.id, "--json").stdout)["state"] == "ended"
    assert run(platform, "session", "end", talk.id).exit_code == 0
    assert platform.starts == 1


def test_a_link_that_is_late_is_no_failure(platform: Genesys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opencobrowse.client.genesys.APPEAR_SECONDS", 0.1)
    platform.link_after = 1000
    talk = platform.talk()
    done = run(platform, "start", "--conversation", talk.id)
    assert done.exit_code == 0
    assert f"The agent's link is not there yet: opencobrowse session show {talk.id}" in done.stderr


def test_list_is_the_users(platform: Genesys) -> None:
    platform.user = AGENT
    talk = platform.talk()
    run(platform, "start", "--conversation", talk.id)
    lines = run(platform, "session", "list").stdout.splitlines()
    assert lines[1].startswith(f"{talk.cobrowse[0].id}\tinitiated\t")
    assert lines[1].endswith("\tAnna Agent\tCarl Customer")
    platform.user = None
    refused = run(platform, "session", "list")
    assert refused.exit_code == 1
    assert "session show CONVERSATION" in refused.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--control",), "offers no control at the start"),
        (("--reason", "stuck"), "offers no reason of a start"),
        (("--agent", OTHER_AGENT), "offers no choice of the agent"),
    ],
)
def test_what_is_not_offered_is_exit_code_2(words: tuple[str, ...], says: str, platform: Genesys) -> None:
    done = run(platform, "start", "--conversation", platform.talk().id, *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr
    assert platform.calls("POST", START) == []


def test_a_live_session_is_told_with_its_link(platform: Genesys) -> None:
    talk = platform.talk()
    run(platform, "start", "--conversation", talk.id)
    refused = run(platform, "start", "--conversation", talk.id)
    assert refused.exit_code == 1
    assert f"opencobrowse session end {talk.id}" in refused.stderr
    assert f"Its agent's link: https://apps.example/cobrowse/{talk.cobrowse[0].id}" in refused.stderr
    assert platform.starts == 1


@pytest.mark.parametrize(("state", "code"), [("connected", 0), ("disconnected", 5)])
def test_wait_ends_with_what_the_customer_did(state: str, code: int, platform: Genesys) -> None:
    talk = platform.talk()

    def customer() -> None:
        while not platform.calls("POST", START):
            time.sleep(0.01)
        talk.cobrowse[0].state = state

    replying = threading.Thread(target=customer)
    replying.start()
    done = run(platform, "start", "--conversation", talk.id, "--wait", "--timeout", "30", "--json")
    replying.join()
    assert done.exit_code == code, done.stderr


def test_ctrl_c_while_waiting_leaves_the_session_and_says_how_to_look(platform: Genesys) -> None:
    talk = platform.talk()
    command = [PROGRAM, "start", "--conversation", talk.id, "--wait"]
    with at_a_terminal(command, env(platform)) as waiting:
        assert waiting.stderr is not None
        said = waiting.stderr.readline()
        assert "Waiting for the customer" in said
        waiting.send_signal(signal.SIGINT)
        rest = waiting.stderr.read()
        assert waiting.wait(20) == 130
    assert f"Stopped waiting. The session goes on: opencobrowse session show {talk.id}" in rest
    assert "Traceback" not in rest
    assert talk.live is not None


def test_ctrl_c_during_a_call_that_hangs(platform: Genesys) -> None:
    held = threading.Event()
    platform.fail("GET", "tokens/me", wait=held, instead=False)
    command = [PROGRAM, "doctor"]
    try:
        with at_a_terminal(command, env(platform)) as hanging:
            while not platform.calls("GET", "tokens/me"):
                assert hanging.poll() is None
                time.sleep(0.01)
            hanging.send_signal(signal.SIGINT)
            assert hanging.wait(20) == 130
            assert hanging.stderr is not None
            assert "Traceback" not in hanging.stderr.read()
    finally:
        held.set()


# -- doctor ------------------------------------------------------------------------------------------------


def diagnose(platform: Genesys, *words: str, **more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    before = [len(talk.cobrowse) for talk in platform.talks.values()]
    done = run(platform, "doctor", "--json", *words, **more)
    body = json.loads(done.stdout)
    assert body["ok"] == (done.exit_code == 0)
    assert body["platform"] == "genesys"
    assert [len(talk.cobrowse) for talk in platform.talks.values()] == before, "a doctor changes nothing"
    return done.exit_code, {check["check"]: check for check in body["checks"]}


def levels(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: check["level"] for name, check in found.items()}


WELL = {"host": "ok", "clock": "ok", "credentials": "ok", "permissions": "ok", "conversation": "ok",
        "agent": "ok", "session": "ok", "customer": "skip", "rate limit": "ok"}  # fmt: skip


def test_all_is_well_and_nothing_was_changed(platform: Genesys) -> None:
    talk = platform.talk()
    code, found = diagnose(platform, "--conversation", talk.id, "--agent", AGENT)
    assert (code, levels(found)) == (0, WELL)
    posts = [(s.method, s.path) for s in platform.seen if s.method != "GET"]
    nobody = "/api/v2/conversations/00000000-0000-0000-0000-000000000000/cobrowse"
    assert posts == [("POST", "/oauth/token"), ("POST", nobody)]
    assert platform.starts == 0


def test_without_a_conversation_host_and_credentials_are_looked_at(platform: Genesys) -> None:
    code, found = diagnose(platform)
    assert code == 0
    assert levels(found) == WELL | dict.fromkeys(("conversation", "agent", "session", "customer"), "skip")


@pytest.mark.parametrize(
    ("wrong", "check", "says", "cure"),
    [
        ("secret", "credentials", "client not found", "Check the client's id and secret"),
        ("add", "permissions", "conversation:cobrowse:add", "Give its role conversation:cobrowse:add"),
        ("view", "conversation", VIEW, "Give the client's role the permission"),
        ("unknown", "conversation", "there is no nobody", "of one organisation"),
        ("ended", "conversation", "it has ended", "a conversation that goes on"),
        ("emails", "conversation", "it has emails only", "on calls and web messaging"),
        ("alerting", "agent", "no agent is connected", "Start when one has answered"),
        ("elsewhere", "agent", "is not connected", "Anna Agent"),
        ("two", "agent", "several agents are connected", "--agent ID"),
        ("two, one named", "agent", "no choice between them", "without naming"),
        ("live", "session", "one is live already", "opencobrowse session end"),
    ],
)
def test_each_cause_is_found_with_its_cure(
    wrong: str, check: str, says: str, cure: str, platform: Genesys
) -> None:
    both = [AGENT, OTHER_AGENT]
    given: dict[str, dict[str, Any]] = {
        "ended": {"ended": True},
        "emails": {"medium": "emails"},
        "alerting": {"connected": False},
        "two": {"agents": both},
        "two, one named": {"agents": both},
    }
    talk = platform.talk(**given.get(wrong, {}))
    if wrong == "live":
        platform.start(talk)
    platform.permissions -= {"add": {ADD, ADD_VOICE}, "view": {VIEW}}.get(wrong, set())
    named = {"elsewhere": OTHER_AGENT, "two, one named": AGENT}.get(wrong)
    words = ["--conversation", "nobody" if wrong == "unknown" else talk.id]
    words += ["--agent", named] if named else []
    more = {"GENESYS_CLIENT_SECRET": "no"} if wrong == "secret" else {}
    code, found = diagnose(platform, *words, **more)
    assert code == 1
    assert found[check]["level"] == "fail"
    assert says in found[check]["says"]
    assert cure in found[check]["cure"]
    failed = [name for name, level in levels(found).items() if level == "fail"]
    assert failed == [check], "one cause, one failure"


def test_a_rate_limit_that_is_used_up(platform: Genesys) -> None:
    platform.allowed = 0
    code, found = diagnose(platform)
    assert (code, found["credentials"]["level"]) == (1, "fail")
    assert "rate limit is used up" in found["credentials"]["says"]
    assert found["credentials"]["cure"].startswith("Wait 1 s")


def test_a_rate_limit_that_is_nearly_used_up(platform: Genesys) -> None:
    platform.allowed = 2
    code, found = diagnose(platform)
    assert (code, found["rate limit"]["level"]) == (0, "warn")
    assert "2 of 2 calls a minute" in found["rate limit"]["says"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"status": 200, "content": b"<html>Welcome to nginx</html>"}, "Welcome to nginx"),
        ({"status": 502, "content": b"<html>Bad gateway</html>"}, "answers 502"),
        ({"status": 301, "headers": {"Location": "https://x.example/"}}, "redirects to https://x.example/"),
        ({"status": 401, "content": b'{"mess'}, "answers 401"),
        ({"status": 0}, "is not reachable"),
    ],
)
def test_what_answers_instead_of_the_api_is_exit_code_3(
    fault: dict[str, Any], says: str, platform: Genesys
) -> None:
    platform.fail("GET", "organizations/me", **fault)
    code, found = diagnose(platform)
    assert code == 3
    assert says in found["host"]["says"]
    assert set(levels(found).values()) == {"fail", "skip"}


def test_a_server_that_does_not_answer_in_time(platform: Genesys) -> None:
    held = threading.Event()
    platform.fail("GET", "organizations/me", wait=held, instead=False)
    try:
        code, found = diagnose(platform, "--timeout", "0.2")
    finally:
        held.set()
    assert code == 3
    assert "firewalls" in found["host"]["cure"]


def test_the_wrong_platform_is_said_and_not_guessed(platform: Genesys) -> None:
    done = run(platform, "doctor", "--platform", "opencobrowse")
    assert "does not answer as opencobrowse does" in done.stdout
    assert "Say which it is: --platform genesys." in done.stdout


def test_for_people_each_check_is_a_line(platform: Genesys) -> None:
    done = run(platform, "doctor", "--conversation", "nobody")
    lines = done.stdout.splitlines()
    assert lines[0] == f"ok    host          Genesys Cloud answers at {platform.url}"
    assert "fail  conversation  there is no nobody for this client" in lines
    assert any(line.startswith(" " * 20 + "→ ") for line in lines)
