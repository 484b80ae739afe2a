"""Assets from servers that nobody vouches for (reliability.md B10), with real sockets and a real DNS."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from dnslib import QTYPE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSServer

from opencobrowse.adapters.assets import fetch as module
from opencobrowse.adapters.assets.fetch import HttpAssets
from opencobrowse.kernel import limits
from opencobrowse.kernel.addresses import IP, WebAddress, is_public, parse
from opencobrowse.ports.assets import Fetched, Trust, Unchanged, Unfetchable

PNG = b"\x89PNG\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 6\r\n\r\n" + PNG
NOBODY, ALL = Trust(), Trust(port=True, private=True)


@contextmanager
def answering(*answers: bytes, pieces: float = 0) -> Iterator[tuple[int, list[bytes]]]:
    """A server on loopback that says these bytes, one after the other and the last again and again: its port,
    and the heads it was sent. `pieces`: seconds between single bytes."""
    heads: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            with suppress(OSError):
                one, _ = listening.accept()
                one.settimeout(5)
                with one:
                    heads.append(one.recv(65536))
                    answer = answers[min(len(heads), len(answers)) - 1]
                    if not pieces:
                        one.sendall(answer)
                    for at in range(len(answer) if pieces else 0):
                        if over.wait(pieces):
                            break
                        one.sendall(answer[at : at + 1])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], heads
    finally:
        over.set()
        thread.join()
        listening.close()


def head(status: str, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


async def on_loopback(host: str, port: int) -> Sequence[IP]:
    return [ipaddress.ip_address("127.0.0.1")]


def get(
    text: str,
    trust: Trust | Callable[[WebAddress], Trust] = ALL,
    resolver: module.Resolve = on_loopback,
    **more: Any,
) -> Fetched:
    decide = trust if callable(trust) else lambda _: trust
    return asyncio.run(HttpAssets(resolver).fetch(parse(text), decide, **more))


def test_an_asset_comes_with_nothing_of_ours_and_by_its_own_name() -> None:
    with answering(OK) as (port, heads):
        found = get(f"http://shop.test:{port}/a%20b.png?x=1")
    assert (found.content_type, found.body) == ("image/png", PNG)
    sent = heads[0].decode().lower()
    assert sent.startswith("get /a%20b.png?x=1 http/1.1") and f"host: shop.test:{port}" in sent
    assert not any(word in sent for word in ("cookie", "authorization", "referer", "origin"))


class Flipping(BaseResolver):  # type: ignore[misc]
    """A public address for the first question, another for all that follow."""

    def __init__(self, *then: str) -> None:
        self.answers = list(then)
        self.asked = 0

    def resolve(self, request: Any, handler: Any) -> Any:
        self.asked += 1
        reply = request.reply()
        text = self.answers[min(self.asked, len(self.answers)) - 1]
        for one in text.split():
            reply.add_answer(RR(request.q.qname, QTYPE.A, rdata=A(one), ttl=0))
        return reply


@contextmanager
def dns(resolver: Flipping) -> Iterator[module.Resolve]:
    server = DNSServer(resolver, address="127.0.0.1", port=0)
    port = server.server.server_address[1]
    server.start_thread()

    async def ask(host: str, _: int) -> Sequence[IP]:
        packet = await asyncio.to_thread(DNSRecord.question(host).send, "127.0.0.1", port, timeout=5)
        return [ipaddress.ip_address(str(row.rdata)) for row in DNSRecord.parse(packet).rr]

    try:
        yield ask
    finally:
        server.stop()
        server.server.server_close()


def test_a_name_that_turns_to_another_address_is_asked_once_and_that_is_where_we_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rebinding: what was looked at is what is connected to."""
    monkeypatch.setattr(module, "is_public", lambda ip: str(ip) == "127.0.0.2" or is_public(ip))
    flipping = Flipping("127.0.0.2", "127.0.0.1")  # stands for a public address; then the guarded one
    with answering(OK) as (port, heads), dns(flipping) as resolver:
        with pytest.raises(Unfetchable):
            get(f"http://evil.test:{port}/", Trust(port=True), resolver)
        assert flipping.asked == 1
        with pytest.raises(Unfetchable, match="not a public address"):
            get(f"http://evil.test:{port}/", Trust(port=True), resolver)
    assert heads == []


@pytest.mark.parametrize(
    "answers", ["127.0.0.1", "10.0.0.8", "1.1.1.1 127.0.0.1", "169.254.169.254", "0.0.0.0"]
)
def test_one_bad_address_of_a_name_refuses_them_all(answers: str) -> None:
    with dns(Flipping(answers)) as resolver, pytest.raises(Unfetchable, match="not a public address"):
        get("http://evil.test/", NOBODY, resolver)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "0.0.0.0", "169.254.169.254"]
)
def test_no_connection_is_made_to_what_is_not_public(host: str) -> None:
    with answering(OK) as (port, heads):
        with pytest.raises(Unfetchable, match="not a public address"):
            get(f"http://{host}:{port}/", Trust(port=True))
        assert heads == []


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_other_ports_are_for_the_page_alone(port: int) -> None:
    with pytest.raises(Unfetchable, match=f"port {port}"):
        get(f"http://1.1.1.1:{port}/", NOBODY)


def test_every_redirect_is_looked_at() -> None:
    with answering(OK) as (guarded, heads):
        for target in (f"http://127.0.0.1:{guarded}/", f"//[::ffff:127.0.0.1]:{guarded}/",
            "http://169.254.169.254/",
                       "file:///etc/passwd", f"http://a@127.0.0.1:{guarded}/",
                           "http://2130706433/", ""):  # fmt: skip
            with answering(head("302 Found", f"Location: {target}", "Content-Length: 0")) as (port, _):

                def trust(address: WebAddress, port: int = port) -> Trust:
                    return ALL if address.port == port else Trust(port=True)

                with pytest.raises(Unfetchable):
                    get(f"http://shop.test:{port}/", trust)
        assert heads == []


def test_three_redirects_are_followed_and_no_more() -> None:
    hop = head("301 Moved", "Location: /next", "Content-Length: 0")
    with answering(hop, hop, hop, OK) as (port, _):
        assert get(f"http://shop.test:{port}/").address.target == "/next"
    with answering(hop) as (port, heads):
        with pytest.raises(Unfetchable, match="redirects"):
            get(f"http://shop.test:{port}/")
        assert len(heads) == limits.ASSET_REDIRECTS + 1


@pytest.mark.parametrize(
    "kind", ["text/html", "application/json", "text/plain", "application/javascript", "", "image", "x" * 500]
)
def test_what_is_no_picture_style_or_font_is_refused(kind: str) -> None:
    said = head("200 OK", f"Content-Type: {kind}", "Content-Length: 2")
    with answering(said + b"{}") as (port, _), pytest.raises(Unfetchable):
        get(f"http://shop.test:{port}/")


def test_a_font_is_known_by_its_first_bytes() -> None:
    for body, kind in ((b"wOF2....", "font/woff2"), (b"OTTO....", "font/otf")):
        said = head("200 OK", "Content-Type: application/octet-stream", "Content-Length: 8")
        with answering(said + body) as (port, _):
            assert get(f"http://shop.test:{port}/").content_type == kind
    said = head("200 OK", "Content-Type: font/woff2", "Content-Length: 2")
    with answering(said + b"MZ") as (port, _), pytest.raises(Unfetchable, match="not a font"):
        get(f"http://shop.test:{port}/")


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, 1)
    said = head("200 OK", "Content-Type: image/png", "Content-Encoding: gzip", f"Content-Length: {len(bomb)}")
    with answering(said + bomb) as (port, _), pytest.raises(Unfetchable, match="too large"):
        get(f"http://shop.test:{port}/")
    small = gzip.compress(PNG)
    said = head(
        "200 OK", "Content-Type: image/png", "Content-Encoding: gzip", f"Content-Length: {len(small)}"
    )
    with answering(said + small) as (port, _):
        assert get(f"http://shop.test:{port}/").body == PNG


@pytest.mark.parametrize(
    "answer",
    [
        head("200 OK", "Content-Type: image/png", "Content-Length: 99999999"),
        head("200 OK", "Content-Type: image/png") + b"x" * (limits.ASSET_IMAGE_BYTES + 1),
        head("200 OK", "Content-Type: text/css") + b"x" * (limits.ASSET_STYLE_BYTES + 1),
        head("200 OK", "Content-Type: image/png", "Content-Encoding: br") + b"x",
        head("200 OK", "Content-Type: image/png", "Content-Encoding: gzip") + b"not gzip",
        head("200 OK", "Content-Type: image/png", "Content-Encoding: gzip") + gzip.compress(PNG)[:-4],
        head("404 Not Found", "Content-Type: image/png", "Content-Length: 0"),
        head("200 OK", "X: " + "y" * 200_000),
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
    ids=lambda answer: str(answer[:40]),
)
def test_answers_that_are_no_asset(answer: bytes) -> None:
    with answering(answer) as (port, _), pytest.raises(Unfetchable):
        get(f"http://shop.test:{port}/")


def test_a_server_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ASSET_SECONDS", 0.5)
    with answering(OK, pieces=0.2) as (port, _), pytest.raises(Unfetchable, match="too slow"):
        get(f"http://shop.test:{port}/")


def test_what_has_not_changed_is_not_sent_again() -> None:
    with answering(head("304 Not Modified", 'ETag: "a"')) as (port, heads), pytest.raises(Unchanged):
        get(f"http://shop.test:{port}/", etag='"a"')
    assert b'if-none-match: "a"' in heads[0].lower()
