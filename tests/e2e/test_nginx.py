"""docs/howto/reverse-proxy.md, run: Debian's nginx with TLS, and the file that the page offers to copy."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.pages import deployment_id, page_socket, receive, register
from tests.support.server import CLIENT_ID, CLIENT_SECRET, free_port, running
from tests.support.tls import Pair, self_signed

EXAMPLE = Path(__file__).parents[2] / "examples" / "nginx" / "opencobrowse.conf"


@dataclass(frozen=True)
class Site:
    """The public side of it."""

    origin: str
    plain: str
    trust: ssl.SSLContext

    def client(self) -> httpx.Client:
        """With a token, from 127.0.0.2: as anybody out there, from another address than the proxy's."""
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        answer = httpx.post(f"{self.origin}/oauth/token", data=form, verify=self.trust)
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        transport = httpx.HTTPTransport(verify=self.trust, local_address="127.0.0.2")
        return httpx.Client(base_url=self.origin, transport=transport, headers=bearer, timeout=20)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    pair = self_signed(folder)
    public, plain = free_port(), free_port()
    origin = f"https://localhost:{public}"
    options = ("--public-url", origin, "--trusted-proxies", "127.0.0.1")
    with running(folder / "data", *options) as server, nginx(folder, pair, public, plain, server.port):
        yield Site(origin, f"http://localhost:{plain}", pair.trust())


@contextlib.contextmanager
def nginx(folder: Path, pair: Pair, public: int, plain: int, inner: int) -> Iterator[None]:
    """nginx with the example: only the name, the ports and the certificate are put in, as its readers do."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program, "no nginx: make test installs Debian's nginx-light"
    config = folder / "nginx.conf"
    config.write_text(_around(folder, _filled_in(pair, public, plain, inner)))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(config), "-e", "stderr"])
    try:
        _listening(public, process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _filled_in(pair: Pair, public: int, plain: int, inner: int) -> str:
    text = EXAMPLE.read_text()
    for written, here in (
        ("https://cobrowse.example.com$request_uri", f"https://localhost:{public}$request_uri"),
        ("server_name cobrowse.example.com", "server_name localhost"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{public} ssl"),
        ("/etc/letsencrypt/live/cobrowse.example.com/fullchain.pem", str(pair.cert)),
        ("/etc/letsencrypt/live/cobrowse.example.com/privkey.pem", str(pair.key)),
        ("127.0.0.1:8080", f"127.0.0.1:{inner}"),
    ):
        assert written in text, f"the example has no {written}"
        text = text.replace(written, here)
    return text


def _around(folder: Path, sites: str) -> str:
    """What Debian's own nginx.conf is for; everything written stays in `folder`."""
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    return (
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr warn;\n"
        f"events {{ worker_connections 256; }}\nhttp {{ access_log off;\n{temporary}\n{sites}\n}}\n"
    )


def _listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None, "nginx ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError("nginx does not listen")


def _call(http: httpx.Client, customer: str) -> str:
    agent = http.get("/api/v2/users").json()["entities"][0]["id"]
    people = [{"role": "agent", "userId": agent}, {"role": "customer", "externalId": customer}]
    return str(
        http.post("/api/v2/conversations", json={"type": "voice", "participants": people}).json()["id"]
    )


def test_a_start_reaches_the_page_through_the_proxy_and_its_links_are_public(proxied: Site) -> None:
    with proxied.client() as http:
        conversation = _call(http, "cust-nginx")
        registered = register(http, deployment_id(http), "cust-nginx")
        public = proxied.origin.removeprefix("https://")
        assert registered["websocketUrl"] == f"wss://{public}/live/pages"
        with page_socket(registered, proxied.trust) as page:
            answer = http.post(f"/api/v2/conversations/{conversation}/cobrowse").json()
            assert answer["viewerUrl"] == f"{proxied.origin}/console/sessions/{answer['id']}"
            assert answer["joinUrl"].startswith(f"{proxied.origin}/join#")
            assert answer["websocketUrl"].startswith(f"wss://{public}/live/sessions/")
            assert receive(page, "offer")["sessionId"] == answer["id"]


def test_what_browsers_load_comes_through(proxied: Site) -> None:
    with httpx.Client(base_url=proxied.origin, verify=proxied.trust) as http:
        assert "javascript" in http.get("/sdk/v1.js").headers["Content-Type"]
        assert http.get("/console").status_code == 200
        assert http.get("/health/ready").json() == {"status": "ok"}
    moved = httpx.get(f"{proxied.plain}/console?x=1")
    assert (moved.status_code, moved.headers["Location"]) == (308, f"{proxied.origin}/console?x=1")


def test_the_apis_own_413_is_seen_and_not_the_proxys(proxied: Site) -> None:
    with proxied.client() as http:
        answer = http.post(
            "/api/v2/conversations", json={"type": "voice", "metadata": {"x": "y" * 1_100_000}}
        )
    assert answer.status_code == 413
    assert answer.json()["help"]["summary"]


def test_a_customer_cannot_forge_an_address_through_the_proxy(proxied: Site) -> None:
    """B24: the proxy appends the true address, and the right-most foreign one counts."""
    codes = []
    for number in range(2):
        forged = {"X-Forwarded-For": f"198.51.100.{number}"}
        with proxied.client() as http:
            registered = register(http, deployment_id(http), headers=forged)
        with page_socket(registered, proxied.trust) as page:
            for _ in range(11 if number == 0 else 1):
                page.send('{"type": "join", "code": "BCDF-GHJK"}')
                codes.append(receive(page, "error")["code"])
    assert codes == ["join.code.not.found"] * 10 + ["too.many.requests"] * 2
