"""Who may open a socket: ticket, Origin, path, protocol (B7; api.md section 5)."""

from __future__ import annotations

import contextlib

import pytest

from opencobrowse.wire.live import SUBPROTOCOL
from tests.support.live import (
    BINARY,
    PAGE_ORIGIN,
    PING,
    TEXT,
    Peer,
    Stage,
    dial,
    read_head,
    upgrade,
    upgrade_head,
)

ORIGINS = [
    None,
    "null",
    "",
    "https://localhost:9",
    "http://localhost",
    "http://localhost:90",
    "http://localhost:9.evil.example",
    "http://localhost.evil.example:9",
    "http://sub.localhost:9",
    "http://LOCALHOST:9",
    "http://user@localhost:9",
    "http://localhost:9/",
    "http://127.0.0.1:9",
]
"""B7's twelve variants of http://localhost:9 and one more; none of them is it."""


def refused(stage: Stage, origin: str | None, *more: str) -> int:
    opening = stage.register("origins")
    status, peer = upgrade(opening["websocketUrl"], opening["ticket"], origin, *more)
    peer.sock.close()
    return status


@pytest.mark.parametrize("origin", ORIGINS)
def test_only_the_exact_origin_opens_a_socket(stage: Stage, origin: str | None) -> None:
    """B7; G5 "Origin suffix match"."""
    assert refused(stage, origin) == 403


def test_the_exact_origin_opens_a_socket(stage: Stage) -> None:
    assert refused(stage, PAGE_ORIGIN) == 101


def test_two_origins_are_none(stage: Stage) -> None:
    assert refused(stage, PAGE_ORIGIN, "Origin: http://evil.example") == 403


def test_a_ticket_is_good_once(stage: Stage) -> None:
    """B7; G5 "ticket reusable"."""
    opening = stage.register("reuse")
    for want in (101, 401, 401):
        status, peer = upgrade(opening["websocketUrl"], opening["ticket"], PAGE_ORIGIN)
        peer.sock.close()
        assert status == want


def test_a_ticket_refused_for_its_origin_is_spent(stage: Stage) -> None:
    opening = stage.register("reuse")
    for origin, want in (("http://evil.example", 403), (PAGE_ORIGIN, 401)):
        status, peer = upgrade(opening["websocketUrl"], opening["ticket"], origin)
        peer.sock.close()
        assert status == want


@pytest.mark.parametrize("damage", ["flip", "cut", "none", "empty", "text"])
def test_a_forged_ticket_opens_nothing(stage: Stage, damage: str) -> None:
    opening = stage.register("forged")
    good = str(opening["ticket"])
    bad = {
        "flip": ("A" if good[0] != "A" else "B") + good[1:],
        "cut": good[: len(good) // 2],
        "none": None,
        "empty": "",
        "text": "let-me-in",
    }[damage]
    status, peer = upgrade(opening["websocketUrl"], bad, PAGE_ORIGIN)
    peer.sock.close()
    assert status in (400, 401)


def test_a_page_ticket_opens_no_viewer_and_the_other_way_round(stage: Stage) -> None:
    """B4, B7: other path, other session."""
    session, other = stage.start("paths"), stage.start("paths-too")
    base = stage.server.url.replace("http", "ws")
    with stage.agent() as agent:
        page = stage.register("paths")["ticket"]
        viewer = stage.ticket(agent, session["id"])["ticket"]
        second = stage.ticket(agent, session["id"])["ticket"]
    for path, ticket, origin in (
        (f"/live/sessions/{session['id']}", page, PAGE_ORIGIN),
        ("/live/pages", viewer, stage.server.url),
        (f"/live/sessions/{other['id']}", second, stage.server.url),
    ):
        status, peer = upgrade(base + path, ticket, origin)
        peer.sock.close()
        assert status == 404


def test_the_answer_names_our_protocol_and_never_the_ticket(stage: Stage) -> None:
    opening = stage.register("protocol")
    with dial(opening["websocketUrl"]) as sock:
        sock.sendall(upgrade_head(opening["websocketUrl"], opening["ticket"], PAGE_ORIGIN))
        status, head, _ = read_head(sock)
    assert status == 101
    assert f"sec-websocket-protocol: {SUBPROTOCOL}\r\n" in head.lower() + "\r\n"
    assert opening["ticket"] not in head
    assert "extensions" not in head.lower()


@pytest.mark.parametrize("line", ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "])
def test_a_malformed_upgrade_is_400_and_leaves_nothing_behind(stage: Stage, line: str) -> None:
    opening = stage.register("malformed")
    head = upgrade_head(opening["websocketUrl"], opening["ticket"], PAGE_ORIGIN).decode()
    broken = "\r\n".join(ln if not ln.startswith(line) else "X-Nothing: 1" for ln in head.split("\r\n"))
    with dial(opening["websocketUrl"]) as sock:
        sock.sendall(broken.encode())
        assert read_head(sock)[0] == 400


# -- after the upgrade ---------------------------------------------------------------------------------------


def connected(stage: Stage) -> Peer:
    opening = stage.register("hello")
    status, peer = upgrade(opening["websocketUrl"], opening["ticket"], PAGE_ORIGIN)
    assert status == 101
    return peer


def test_hello_is_answered_with_the_version(stage: Stage) -> None:
    with connected(stage) as peer:
        peer.say("hello", versions=[1, 2, 99])
        assert peer.wait("welcome") == {"type": "welcome", "version": 1, "role": "page", "peer": 0}


@pytest.mark.parametrize("versions", [[], [0], [99], [-1]])
def test_a_version_nobody_speaks_is_terminal(stage: Stage, versions: list[int]) -> None:
    with connected(stage) as peer:
        peer.say("hello", versions=versions)
        assert peer.closed().code == 4501


def test_something_else_before_hello_is_terminal(stage: Stage) -> None:
    with connected(stage) as peer:
        peer.say("ping", id=1)
        assert peer.closed().code == 4505


def test_messages_sent_together_with_hello_are_handled(stage: Stage) -> None:
    with connected(stage) as peer:
        peer.say("hello", versions=[1])
        peer.say("ping", id=5)
        assert peer.wait("pong")["id"] == 5


def test_a_second_hello_is_terminal(stage: Stage) -> None:
    with connected(stage) as peer:
        peer.say("hello", versions=[1])
        peer.say("hello", versions=[1])
        assert peer.closed().code == 4505


def test_no_hello_within_ten_seconds_closes_even_who_pings(stage: Stage) -> None:
    """Reliability.md D, auth deadline on a socket."""
    with connected(stage) as peer:
        peer.raw(PING, b"still here")
        assert peer.closed(timeout=14).code == 4505


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", 4500),
        (b"null", 4500),
        (b"[]", 4500),
        (b'{"type":"welcome"}', 4500),
        (b'{"type":"hello"}', 4500),
        (b'{"type":"hello","versions":["1"]}', 4500),
        (b'{"type":"hello","versions":[1],"resume":{"epoch":-1,"offset":0}}', 4500),
        (b'\xff{"type":"hello","versions":[1]}', 4500),
        (b'{"type":"hello","versions":[1],"token":"\xff"}', 4500),
        (b"[" * 15000, 4500),
        (b'{"type":"hello","versions":[1],"token":"' + b"x" * 17000 + b'"}', 4513),
    ],
)
def test_what_is_no_control_message_is_terminal(stage: Stage, payload: bytes, code: int) -> None:
    """F15."""
    with connected(stage) as peer:
        peer.raw(TEXT, payload)
        assert peer.closed().code == code


def test_an_unknown_field_is_ignored(stage: Stage) -> None:
    with connected(stage) as peer:
        peer.say("hello", versions=[1], somethingNewer={"a": 1})
        assert peer.wait("welcome")


@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING])
@pytest.mark.parametrize("rsv", [4, 2, 1])
def test_reserved_bits_are_refused(stage: Stage, opcode: int, rsv: int) -> None:
    """No permessage-deflate was agreed on: RSV1 is a protocol error (R3: no decompression bombs here)."""
    with connected(stage) as peer:
        peer.say("hello", versions=[1])
        peer.wait("welcome")
        peer.raw(opcode, b'{"type":"ping","id":1}', rsv=rsv)
        assert peer.closed().code == 1002


def test_an_unmasked_frame_is_refused(stage: Stage) -> None:
    with connected(stage) as peer:
        peer.raw(TEXT, b"{}", mask=False)
        assert peer.closed().code == 1002


def test_a_flood_of_messages_is_cut_and_may_come_back(stage: Stage) -> None:
    """Reliability.md D, rates."""
    with connected(stage) as peer:
        peer.say("hello", versions=[1])
        with contextlib.suppress(ConnectionError):
            for number in range(500):
                peer.say("ping", id=number)
        assert peer.closed().code in (4029, None), "cut; the reason can get lost under what was still sent"


def test_a_flood_of_pings_is_cut(stage: Stage) -> None:
    with connected(stage) as peer:
        peer.say("hello", versions=[1])
        with contextlib.suppress(ConnectionError):
            for _ in range(500):
                peer.raw(PING, b"x" * 100)
        assert peer.closed().code in (4029, None)


def test_control_messages_may_come_in_fragments(stage: Stage) -> None:
    with connected(stage) as peer:
        peer.raw(TEXT, b'{"type":"hel', fin=False)
        peer.raw(PING, b"between")
        peer.raw(0, b'lo","versions":[1]}')
        assert peer.wait("welcome")


@pytest.mark.parametrize("first", [0, None])
def test_a_fragment_out_of_place_is_refused(stage: Stage, first: int | None) -> None:
    with connected(stage) as peer:
        if first is None:
            peer.raw(TEXT, b"{", fin=False)
            peer.raw(TEXT, b"}")
        else:
            peer.raw(first, b"}")
        assert peer.closed().code == 1002
