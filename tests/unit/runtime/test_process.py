"""`opencobrowse serve` as a process: how it starts, says that it is ready, and stops (api.md section 5)."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.pages import deployment_id, page_socket, receive, register
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server, free_port, running
from tests.support.tls import self_signed

PROGRAM = str(Path(sys.executable).parent / "opencobrowse")


def serve(*options: str) -> subprocess.CompletedProcess[str]:
    """A `serve` that is expected to end by itself."""
    return subprocess.run(
        [PROGRAM, "serve", *options], capture_output=True, text=True, timeout=60, check=False
    )


def started(server: Server) -> Server:
    """With port 0: read the real one from the line that the server printed."""
    server.port = int(server.ready_line.rsplit(":", 1)[1])
    return server


def test_it_prints_one_line_with_its_url_and_port_0_is_a_real_one(tmp_path: Path) -> None:
    server = started(Server(tmp_path, port=0).start())
    try:
        assert server.ready_line == f"opencobrowse is ready at {server.url}\n"
        assert server.port != 0
        assert httpx.get(f"{server.url}/health/live").json() == {"status": "ok"}
        assert httpx.get(f"{server.url}/health/ready").json() == {"status": "ok"}
        with server.client() as http:
            sockets = register(http, deployment_id(http))["websocketUrl"]
        assert sockets == f"ws://127.0.0.1:{server.port}/live/pages"
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_with_sockets_open(number: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.process is not None
        with server.client() as http, page_socket(register(http, deployment_id(http), "c1")) as page:
            server.process.send_signal(number)
            with pytest.raises(ConnectionClosed) as closed:
                receive(page, "never")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012  # service restart: come back
        assert server.process.wait(20) == 0
        server.stop()


def test_while_it_drains_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    """F10: a load balancer looks elsewhere before the port is closed. A second signal does not wait."""
    with (
        running(tmp_path, OPENCOBROWSE_DRAIN_SECONDS="600") as server,
        httpx.Client(base_url=server.url) as http,
    ):
        assert server.process is not None
        assert http.get("/health/ready").status_code == 200
        server.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 10
        while (answer := http.get("/health/ready")).status_code == 200 and time.monotonic() < deadline:
            pass
        assert (answer.status_code, answer.json()) == (503, {"status": "draining"})
        assert http.get("/health/live").status_code == 200
        assert server.stop() == 0


def test_a_port_in_use_is_one_line_and_no_traceback(server: Server, tmp_path: Path) -> None:
    ended = serve("--port", str(server.port), "--data-dir", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert f"Port {server.port} on 127.0.0.1 is in use" in ended.stderr


def test_a_data_directory_in_use_is_one_line(server: Server) -> None:
    ended = serve("--port", "0", "--data-dir", str(server.data_dir))
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "Another server" in ended.stderr


def test_a_store_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "opencobrowse.db").write_bytes(
        b"this is not a database, and it is long enough to be read as one" * 9
    )
    ended = serve("--port", "0", "--data-dir", str(tmp_path))
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "cannot be opened" in ended.stderr


def test_a_wrong_setting_is_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "server.toml").write_text("prot = 1")
    for options in (("--port", "99999"), ("--config", str(tmp_path / "server.toml"))):
        ended = serve(*options)
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)


def test_https_and_wss_on_the_same_port(tmp_path: Path) -> None:
    """TLS in the server itself: the API, the links, and frames larger than one record through the relay."""
    pair = self_signed(tmp_path)
    port = free_port()
    origin = f"https://localhost:{port}"
    options = ("--tls-cert", str(pair.cert), "--tls-key", str(pair.key), "--public-url", origin)
    server = Server(tmp_path / "data", port, options).start()
    try:
        assert server.ready_line == f"opencobrowse is ready at {origin}\n"
        with httpx.Client(base_url=origin, verify=pair.trust()) as http:
            token = http.post(
                "/oauth/token", data={"grant_type": "client_credentials"}, auth=(CLIENT_ID, CLIENT_SECRET)
            )
            http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
            conversation = http.post("/api/v2/conversations", json=_call(http)).json()["id"]
            registered = register(http, deployment_id(http), "cust-tls")
            assert registered["websocketUrl"] == f"wss://localhost:{port}/live/pages"
            with page_socket(registered, pair.trust()) as page:
                answer = http.post(f"/api/v2/conversations/{conversation}/cobrowse")
                assert answer.json()["viewerUrl"].startswith(f"{origin}/console/sessions/")
                assert receive(page, "offer")["sessionId"] == answer.json()["id"]
    finally:
        assert server.stop() == 0


def test_links_come_from_the_public_url_and_never_from_the_host_header(tmp_path: Path) -> None:
    """api.md section 5: a Host header is the caller's to write."""
    with running(tmp_path, "--public-url", "https://cobrowse.example.com") as server, server.client() as http:
        conversation = http.post("/api/v2/conversations", json=_call(http)).json()["id"]
        headers = {
            "Host": "evil.example",
            "X-Forwarded-Host": "evil.example",
            "Forwarded": "host=evil.example",
        }
        answer = http.post(f"/api/v2/conversations/{conversation}/cobrowse", headers=headers)
        assert answer.status_code == 200
        assert "evil" not in answer.text
        assert answer.json()["joinUrl"].startswith("https://cobrowse.example.com/join#")
        assert answer.json()["websocketUrl"].startswith("wss://cobrowse.example.com/live/")


def _spend_the_budget(server: Server, forwarded: str) -> str:
    """Type wrong codes until refused, as the client that `forwarded` claims; the code of the refusal."""
    with server.client() as http:
        registered = register(http, deployment_id(http), headers={"X-Forwarded-For": forwarded})
        with page_socket(registered, headers={"X-Forwarded-For": forwarded}) as page:
            problem = ""
            for _ in range(11):
                page.send('{"type": "join", "code": "BCDF-GHJK"}')
                problem = str(receive(page, "error")["code"])
            return problem


def _first_guess(server: Server, forwarded: str) -> str:
    with server.client() as http:
        registered = register(http, deployment_id(http), headers={"X-Forwarded-For": forwarded})
        with page_socket(registered, headers={"X-Forwarded-For": forwarded}) as page:
            page.send('{"type": "join", "code": "BCDF-GHJK"}')
            return str(receive(page, "error")["code"])


def test_a_forged_address_buys_no_more_guesses(tmp_path: Path) -> None:
    """B24: without a trusted proxy, X-Forwarded-For is nothing; the relay's path too."""
    with running(tmp_path) as server:
        assert _spend_the_budget(server, "198.51.100.1") == "too.many.requests"
        assert _first_guess(server, "198.51.100.2") == "too.many.requests"


def test_behind_a_trusted_proxy_the_right_most_foreign_address_counts(tmp_path: Path) -> None:
    """B24: what the customer wrote stands to the left of what the proxy wrote."""
    with running(tmp_path, "--trusted-proxies", "127.0.0.1, 10.0.0.0/8") as server:
        assert _spend_the_budget(server, "1.1.1.1, 198.51.100.1") == "too.many.requests"
        assert _first_guess(server, "2.2.2.2, 198.51.100.1, 10.1.2.3") == "too.many.requests"
        assert _first_guess(server, "1.1.1.1, 198.51.100.2") == "join.code.not.found"


def _call(http: httpx.Client) -> dict[str, object]:
    agent = http.get("/api/v2/users").json()["entities"][0]["id"]
    people = [{"role": "agent", "userId": agent}, {"role": "customer", "externalId": "cust-tls"}]
    return {"type": "voice", "participants": people}
