"""The one port: deadlines and limits for receiving a request, and the hand-over to the relay (R2, B13)."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.live import PAGE_ORIGIN, Peer, Stage, dial, read_head, upgrade_head

LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


def cut_after(sock: socket.socket, trickle: bytes = b"", seconds: float = 16) -> tuple[int, float]:
    """The status that comes by itself, and after how long, while `trickle` is sent every half second."""
    begun = time.monotonic()
    sock.settimeout(0.5)
    data = b""
    while time.monotonic() - begun < seconds:
        try:
            more = sock.recv(65536)
            if not more:
                break
            data += more
        except TimeoutError:
            if trickle:
                sock.sendall(trickle)
        except ConnectionError:
            break
    else:
        pytest.fail("still open")
    status = int(data.split(b" ", 2)[1]) if data else 0
    return status, time.monotonic() - begun


SLOW = {
    "silent": (b"", b""),
    "half a line": (b"GET / HT", b""),
    "slow head": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"),
    "slow body": (b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", b"a"),
    "slow chunks": (
        b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\na\r\n",
    ),
    "empty lines": (b"\r\n", b"\r\n"),
    # These stop uvicorn's own timer for kept connections without beginning a request.
    "empty lines after an answer": (LIVE + b"\r\n", b"\r\n"),
}


def test_a_request_that_does_not_arrive_is_cut(stage: Stage) -> None:
    """R2: uvicorn alone holds all of these for ever. slowhttptest: all cut within 15 s."""

    def try_one(start: bytes, trickle: bytes) -> tuple[int, float]:
        with dial(stage.server.url) as sock:
            sock.sendall(start)
            return cut_after(sock, trickle)

    with ThreadPoolExecutor(len(SLOW)) as pool:
        cut = dict(zip(SLOW, pool.map(lambda case: try_one(*case), SLOW.values()), strict=True))
    for name, (status, seconds) in cut.items():
        assert status in ((200,) if "answer" in name else (408, 0)), name
        assert seconds < 14, name


@pytest.mark.parametrize("size", [17 * 1024, 300 * 1024])
@pytest.mark.parametrize("where", ["one header", "many headers", "target"])
def test_a_large_head_is_431(stage: Stage, size: int, where: str) -> None:
    """Performance.md section 7: a 300 KB header got 200 from uvicorn."""
    head = {
        "one header": b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Large: " + b"a" * size + b"\r\n\r\n",
        "many headers": b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
        + b"X-A: bcdefghij\r\n" * (size // 16)
        + b"\r\n",
        "target": b"GET /health/live?" + b"a" * size + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    }[where]
    with dial(stage.server.url) as sock:
        try:
            sock.sendall(head)
        except ConnectionError:
            return  # cut before it was all sent
        assert read_head(sock)[0] in (431, 0)


def test_a_large_head_that_never_ends_is_431(stage: Stage) -> None:
    with dial(stage.server.url) as sock:
        sock.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Large: " + b"a" * 17_000)
        assert read_head(sock)[0] == 431


def test_a_head_within_the_limit_and_a_large_body_pass(stage: Stage) -> None:
    body = b"{" + b" " * 900_000 + b"}"
    request = (
        b"POST /api/v2/opencobrowse/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-A: "
        + b"a" * 15_000
        + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
        + body
    )
    with dial(stage.server.url) as sock:
        sock.sendall(request)
        assert read_head(sock)[0] == 400


def test_an_upgrade_as_second_request_of_a_kept_connection(stage: Stage) -> None:
    opening = stage.register("kept")
    with dial(stage.server.url) as sock:
        sock.sendall(LIVE)
        status, _, rest = read_head(sock)
        assert status == 200
        while b"}" not in rest:
            rest += sock.recv(1000)
        sock.sendall(upgrade_head(opening["websocketUrl"], opening["ticket"], PAGE_ORIGIN))
        status, _, rest = read_head(sock)
        assert status == 101
        peer = Peer(sock, rest)
        peer.say("hello", versions=[1])
        assert peer.wait("welcome")


def test_an_upgrade_pipelined_behind_an_unanswered_request_is_refused(stage: Stage) -> None:
    """The socket still belongs to the answer before it: two protocols must never write to one socket."""
    opening = stage.register("pipelined")
    with dial(stage.server.url) as sock:
        sock.sendall(LIVE + upgrade_head(opening["websocketUrl"], opening["ticket"], PAGE_ORIGIN))
        data = b""
        while more := sock.recv(65536):
            data += more
    assert b"101 Switching" not in data


def test_pipelined_requests_are_answered_in_order(stage: Stage) -> None:
    with dial(stage.server.url) as sock:
        sock.sendall(LIVE + LIVE.replace(b"/health/live", b"/nothing/here") + LIVE)
        sock.settimeout(10)
        data = b""
        while data.count(b"HTTP/1.1 ") < 3:
            data += sock.recv(65536)
    statuses = [part[:3] for part in data.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"404", b"200"]


def test_upgrades_elsewhere_are_not_the_relays(stage: Stage) -> None:
    head = upgrade_head(stage.server.url + "/somewhere", None, None)
    with dial(stage.server.url) as sock:
        sock.sendall(head)
        assert read_head(sock)[0] in (403, 404)
