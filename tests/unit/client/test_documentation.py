"""What README and docs/howto/genesys-cloud.md show runs as it stands; the hosts and ids alone are put in."""

from __future__ import annotations

import json
import os
import re
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opencobrowse.cli.main import app
from opencobrowse.client.hosts import REGIONS
from tests.support import genesys
from tests.support.pages import deployment_id, page_socket, receive, register
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
HOWTO = (ROOT / "docs" / "howto" / "genesys-cloud.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def execute(code: str, names: dict[str, Any]) -> None:
    exec(compile(code, "documentation", "exec"), names)


@pytest.mark.parametrize("code", blocks(README, "python"), ids=["sync", "async"])
def test_readme(code: str, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    agent = server.agent_id()
    people = [{"userId": agent, "role": "agent"}, {"externalId": "cust-readme", "role": "customer"}]
    for shown, real in (
        ("https://cobrowse.example.com", server.url),
        ('client_id="…"', f'client_id="{CLIENT_ID}"'),
        ('client_secret="…"', f'client_secret="{CLIENT_SECRET}"'),
    ):
        assert shown in code
        code = code.replace(shown, real)
    with server.client() as http:
        made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people}).json()["id"]
        registered = register(http, deployment_id(http), "cust-readme")
    with page_socket(registered) as page:

        def agree() -> None:
            offer = receive(page, "offer", 30)
            page.send(json.dumps({"type": "accept", "sessionId": offer["sessionId"],
                                  "textVersion": "1", "control": False}))  # fmt: skip

        agreeing = threading.Thread(target=agree)
        agreeing.start()
        names: dict[str, Any] = {"conversation_id": made, "agent_id": agent}
        execute(code, names)
        agreeing.join()
        if "client" in names:
            names["client"].close()
    assert capsys.readouterr().out.startswith(f"{server.url}/console/sessions/")


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[genesys.Genesys]:
    for name in [n for n in os.environ if n.startswith(("OPENCOBROWSE_", "GENESYS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GENESYS_CLIENT_ID", genesys.CLIENT_ID)
    monkeypatch.setenv("GENESYS_CLIENT_SECRET", genesys.CLIENT_SECRET)
    monkeypatch.setenv("OPENCOBROWSE_PLATFORM", "genesys")
    with genesys.running() as standing:
        yield standing
        assert standing.problems == []


@pytest.mark.parametrize("code", blocks(HOWTO, "python"), ids=["sync", "async"])
def test_genesys_from_python(
    code: str, platform: genesys.Genesys, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = platform.talk()
    platform.fail("POST", "/cobrowse$", done=True, instead=False,
                  also=lambda: setattr(talk.cobrowse[0], "state", "connected"))  # fmt: skip
    assert "mypurecloud.ie" in code
    execute(code.replace("mypurecloud.ie", platform.url), {"conversation_id": talk.id})
    assert capsys.readouterr().out.startswith("https://apps.example/cobrowse/")
    assert talk.cobrowse[0].state == "disconnected"


def test_genesys_from_the_shell(platform: genesys.Genesys) -> None:
    talk = platform.talk()
    lines = [
        line for block in blocks(HOWTO, "sh") for line in block.splitlines() if line.startswith("opencob")
    ]
    assert [line.split()[1] for line in lines] == ["doctor", "start", "session", "session"]
    for line in lines:
        words = shlex.split(line.replace("mypurecloud.ie", platform.url).replace("$CONVERSATION", talk.id))
        done = CliRunner().invoke(app, words[1:])
        assert done.exit_code == 0, (line, done.stdout, done.stderr)
    assert talk.cobrowse[0].state == "disconnected"


def test_all_regions_are_named() -> None:
    for name, domain in REGIONS.items():
        assert f"`{domain}` (`{name}`)" in HOWTO
