"""docs/howto/reverse-proxy.md, Caddy: the example's own file in Debian's Caddy, with TLS."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.live import PAGE_ORIGIN, upgrade
from tests.support.server import AGENT_EMAIL, CLIENT_ID, CLIENT_SECRET, free_port, running

EXAMPLE = Path(__file__).parents[2] / "examples" / "caddy" / "Caddyfile"


@pytest.fixture
def public(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of the server behind Caddy. Only host, port and certificate differ from the example."""
    url = f"https://localhost:{free_port()}"
    options = ("--public-url", url, "--trusted-proxies", "127.0.0.1")
    with running(tmp_path / "data", *options) as server:
        text = EXAMPLE.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{server.port}")
        text = text.replace("cobrowse.example.com {", f"{url} {{\n\ttls internal")
        options_block = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n"
        (tmp_path / "Caddyfile").write_text(options_block + text)
        with caddy(tmp_path), httpx.Client(base_url=url, verify=False, timeout=10) as client:
            wait_for(client)
            yield client


class caddy:  # noqa: N801  (a context manager, used as a word)
    def __init__(self, home: Path) -> None:
        program = shutil.which("caddy")
        assert program, "no Caddy: make test installs Debian's"
        command = [program, "run", "--adapter", "caddyfile", "--config", str(home / "Caddyfile")]
        environ = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home)}
        self._process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)


def wait_for(client: httpx.Client) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < end, "Caddy did not come up"
        time.sleep(0.1)


def test_token_start_links_and_a_page_through_caddy(public: httpx.Client) -> None:
    form = {"grant_type": "client_credentials"}
    token = public.post("/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()["access_token"]
    public.headers["Authorization"] = f"Bearer {token}"
    users = public.get("/api/v2/users").json()["entities"]
    agent = next(u["id"] for u in users if u["email"] == AGENT_EMAIL)
    deployment = public.get("/api/v2/webdeployments/deployments").json()["entities"][0]["id"]
    opening = public.post(
        "/api/v2/opencobrowse/pages",
        headers={"Origin": PAGE_ORIGIN},
        json={"deploymentId": deployment, "externalId": "behind-caddy"},
    ).json()
    assert opening["websocketUrl"].startswith("wss://localhost:")
    status, page = upgrade(opening["websocketUrl"], opening["ticket"], PAGE_ORIGIN)
    assert status == 101
    with page:
        page.say("hello", versions=[1])
        page.wait("welcome")
        people = [{"userId": agent, "role": "agent"}, {"externalId": "behind-caddy", "role": "customer"}]
        made = public.post("/api/v2/conversations", json={"type": "voice", "participants": people}).json()
        started = public.post(f"/api/v2/conversations/{made['id']}/cobrowse", json={})
        assert started.status_code == 200, started.text
        assert started.json()["viewerUrl"].startswith(str(public.base_url).rstrip("/"))
        assert page.wait("offer")["sessionId"] == started.json()["id"]
