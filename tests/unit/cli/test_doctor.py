"""`opencobrowse doctor` in front of a server of ours: each cause of a failing start, and its cure."""

from __future__ import annotations

import http.server
import json
import os
import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from opencobrowse.cli.main import app
from opencobrowse.client import Client, Finding
from opencobrowse.client.doctor import CHECKS
from tests.support.pages import deployment_id, page_socket, register
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server, free_port
from tests.support.tls import self_signed
from tests.unit.client.support import Fake, answers


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("OPENCOBROWSE_", "GENESYS_"))]:
        monkeypatch.delenv(name)


def run(server: Server | str, *words: str, **more: str) -> Result:
    url = server if isinstance(server, str) else server.url
    env = {"OPENCOBROWSE_URL": url, "OPENCOBROWSE_CLIENT_ID": CLIENT_ID,
           "OPENCOBROWSE_CLIENT_SECRET": CLIENT_SECRET, **more}  # fmt: skip
    return CliRunner().invoke(app, ["doctor", "--json", *words], env=env)


def checks(done: Result) -> dict[str, dict[str, Any]]:
    return {check["check"]: check for check in json.loads(done.stdout)["checks"]}


def call(server: Server, customer: str | None = "cust-doctor", agents: int = 1, **more: Any) -> str:
    with server.client() as api:
        people = [{"role": "agent", "userId": _agent(api, server, number)} for number in range(agents)]
        if customer:
            people.append({"role": "customer", "externalId": customer})
        made = api.post("/api/v2/conversations", json={"type": "voice", "participants": people, **more})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def _agent(api: httpx.Client, server: Server, number: int) -> str:
    if number == 0:
        return server.agent_id()
    email = f"doctor{number}@example.com"
    found = [u for u in api.get("/api/v2/users?pageSize=500").json()["entities"] if u["email"] == email]
    return str((found or [api.post("/api/v2/users", json={"name": "D", "email": email}).json()])[0]["id"])


def test_all_is_well_with_a_page_that_waits(server: Server) -> None:
    conversation = call(server, "cust-doctor-1")
    with server.client() as api:
        registered = register(api, deployment_id(api), "cust-doctor-1")
    with page_socket(registered):
        done = run(server, "--conversation", conversation, "--agent", server.agent_id())
    assert done.exit_code == 0, done.stdout
    found = checks(done)
    assert {check["level"] for check in found.values()} == {"ok"}
    assert found["customer"]["says"] == "1 open page(s) of cust-doctor-1 will be asked"
    assert list(found) == [check.name for check in CHECKS]


def test_what_it_says_is_what_a_start_does(server: Server) -> None:
    """No side effects: after it the conversation has no session and a start works; then it says so."""
    conversation = call(server)
    assert run(server, "--conversation", conversation).exit_code == 0
    with Client(server.url, CLIENT_ID, CLIENT_SECRET, environ={}) as client:
        assert client.conversations.get(conversation).legs == []
        session = client.cobrowse.start(conversation)
        done = run(server, "--conversation", conversation)
        assert done.exit_code == 1
        assert session.viewer_url is not None
        assert session.viewer_url in checks(done)["session"]["says"]
        assert checks(done)["session"]["cure"].endswith(f"opencobrowse session end {session.id}")
        session.end()
    assert run(server, "--conversation", conversation).exit_code == 0


@pytest.mark.parametrize(
    ("given", "check", "level", "says"),
    [
        ({"state": "queued"}, "conversation", "fail", "it is queued"),
        ({"customer": None}, "customer", "warn", "names no customer"),
        ({"customer": "cust-nowhere"}, "customer", "warn", "no page of cust-nowhere is open"),
        ({"agents": 0}, "agent", "fail", "no agent is connected"),
        ({"agents": 2}, "agent", "fail", "several agents are connected"),
    ],
)
def test_each_state_of_a_conversation(
    given: dict[str, Any], check: str, level: str, says: str, server: Server
) -> None:
    """api.md section 2, start rules; W10."""
    done = run(server, "--conversation", call(server, **given))
    found = checks(done)[check]
    assert (found["level"], done.exit_code) == (level, 1 if level == "fail" else 0)
    assert says in found["says"]
    assert found["cure"]


def test_an_agent_who_may_not_be_one(server: Server) -> None:
    """W10: without `cobrowse:agent`."""
    conversation = call(server, agents=2)
    with server.client() as api:
        other = _agent(api, server, 1)
    done = run(server, "--conversation", conversation, "--agent", other)
    assert checks(done)["agent"]["level"] == "fail"
    assert "cobrowse:agent" in checks(done)["agent"]["cure"]


def test_an_ended_and_an_unknown_conversation(server: Server) -> None:
    conversation = call(server)
    with server.client() as api:
        api.delete(f"/api/v2/conversations/{conversation}")
    assert checks(run(server, "--conversation", conversation))["conversation"]["says"] == "it has ended"
    unknown = checks(run(server, "--conversation", "nothing"))["conversation"]
    assert (unknown["level"], unknown["says"]) == ("fail", "there is no nothing for this client")


def test_wrong_credentials_and_no_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(server, OPENCOBROWSE_CLIENT_SECRET="wrong")
    assert (done.exit_code, checks(done)["credentials"]["level"]) == (1, "fail")
    assert checks(done)["permissions"]["level"] == "skip"
    nobody = run(f"http://127.0.0.1:{free_port()}")
    assert nobody.exit_code == 3
    assert "that the server runs" in checks(nobody)["host"]["cure"]


def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    """A real handshake: no call is made over it."""
    pair = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as listening:
        listening.handle_error = lambda *_: None  # type: ignore[method-assign]
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        done = run(f"https://localhost:{listening.server_address[1]}")
        listening.shutdown()
        thread.join()
    assert done.exit_code == 3
    assert "SSL_CERT_FILE" in checks(done)["host"]["cure"]


def test_a_host_that_nobody_has() -> None:
    """RFC 6761: .invalid never resolves."""
    done = run("https://cobrowse.invalid")
    assert done.exit_code == 3
    assert "spelling" in checks(done)["host"]["cure"]


def test_a_start_of_genesys_at_a_server_of_ours_is_said(server: Server) -> None:
    done = run(server, "--platform", "genesys")
    assert checks(done)["host"]["level"] == "warn"
    assert checks(done)["host"]["cure"] == "Say which it is: --platform opencobrowse."


# -- what a real server does not do here -------------------------------------------------------------------

UNKNOWN = httpx.Response(401, json={"code": "authentication.required", "help": {"summary": "x"}})


def found(*responses: httpx.Response | Exception, **given: Any) -> dict[str, Finding]:
    fake = Fake(answers(*responses))
    return {finding.check: finding for finding in fake.client(**given).diagnose("c1")}


@pytest.mark.parametrize(("ahead", "level", "says"), [(0, "ok", "agree"), (90, "warn", "90 s ahead"),
                                                     (-3600, "warn", "3600 s behind")])  # fmt: skip
def test_a_clock_that_is_wrong(ahead: int, level: str, says: str) -> None:
    dated = httpx.Response(
        401, json={"code": "x", "help": {}}, headers={"Date": "Sat, 21 Nov 2026 12:00:00 GMT"}
    )
    clock = found(dated, wall=lambda: 1795262400.0 + ahead)["clock"]
    assert (clock.level, says in clock.says) == (level, True)


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), "spelling"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), "SSL_CERT_FILE"),
        (httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), "http://"),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), "https://"),
        (httpx.ConnectTimeout("timed out"), "firewalls"),
        (httpx.ConnectError("All connection attempts failed"), "that the server runs"),
    ],
)
def test_why_a_server_is_not_reached(error: Exception, cure: str) -> None:
    host = found(error)["host"]
    assert host.level == "fail"
    assert cure in (host.cure or "")


def test_a_client_that_may_not_start() -> None:
    token = httpx.Response(200, json={"authorizedScope": ["conversation:read"], "organization": {"id": "o"}})
    permissions = found(UNKNOWN, token)["permissions"]
    assert permissions.level == "fail"
    assert "conversation:cobrowse:add" in permissions.says


def test_a_check_that_is_refused_is_told_and_the_rest_goes_on() -> None:
    token = httpx.Response(200, json={"authorizedScope": ["conversation:cobrowse:add"]})
    body = {"code": "missing.any.permissions", "message": "no", "help": {"summary": "Ask for it."}}
    refused = httpx.Response(403, json=body)
    seen = found(UNKNOWN, token, refused)
    assert (seen["conversation"].level, seen["conversation"].cure) == ("fail", "Ask for it.")
    assert seen["agent"].level == "skip"


def test_truncated_answers_are_findings_not_crashes() -> None:
    seen = found(UNKNOWN, httpx.Response(200, content=b'{"authorizedSc'))
    assert seen["credentials"].level == "fail"
    assert "not the API's" in seen["credentials"].says
