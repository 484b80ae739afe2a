"""A customer's page that was made by hand: its trees, and the socket that sends them as they are."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

from opencobrowse.wire.live import Flags, Kind
from tests.support.live import Peer

RUN = "globalThis.top.__ran = globalThis.__ran = 1; alert(1); open('about:blank')"
Node = dict[str, Any]


class Ids:
    """Builds serialized nodes as rrweb does, each with the next id."""

    def __init__(self) -> None:
        self.last = 0

    def node(self, **values: Any) -> Node:
        self.last += 1
        return {"id": self.last, **values}

    def element(self, tag: str, attributes: dict[str, Any], *children: Node, svg: bool = False) -> Node:
        extra = {"isSVG": True} if svg else {}
        return self.node(type=2, tagName=tag, attributes=attributes, childNodes=list(children), **extra)

    def text(self, text: str) -> Node:
        return self.node(type=3, textContent=text)

    def document(self, *body: Node) -> Node:
        html = self.element("html", {}, self.element("head", {}), self.element("body", {}, *body))
        doctype = self.node(type=1, name="html", publicId="", systemId="")
        return self.node(type=0, childNodes=[doctype, html])

    def page(self, *body: Node, href: str = "https://x.test/") -> list[dict[str, Any]]:
        where = {"left": 0, "top": 0}
        document = self.document(*body)
        return [
            {"type": 4, "timestamp": 1, "data": {"href": href, "width": 800, "height": 600}},
            {"type": 2, "timestamp": 1, "data": {"node": document, "initialOffset": where}},
        ]


def flat(parent: int, node: Node) -> list[dict[str, Any]]:
    """A tree as a mutation brings it: every node by itself, parents first."""
    adds = [{"parentId": parent, "nextId": None, "node": {**node, "childNodes": []}}]
    return adds + [add for child in node.get("childNodes", []) for add in flat(node["id"], child)]


class Hand:
    """A sharer by hand: its frames are what we say they are."""

    def __init__(self, page: Peer, epoch: int) -> None:
        self.page, self.epoch, self.offset = page, epoch, 0

    def send(self, kind: Kind, body: bytes, flags: Flags = Flags.NONE) -> None:
        last = Flags.LAST if kind is Kind.SNAPSHOT else Flags.NONE
        self.page.send(kind, self.epoch, self.offset, body, last | flags)
        self.offset += 1

    def snapshot(self, events: list[dict[str, Any]]) -> None:
        self.send(Kind.SNAPSHOT, json.dumps(events).encode())

    def events(self, *events: Any) -> None:
        self.send(Kind.EVENTS, json.dumps(list(events)).encode())

    def change(self, **data: Any) -> None:
        self.events(change(**data))


def change(**data: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": []}
    return {"type": 3, "timestamp": 1, "data": {**empty, **data}}


@contextlib.contextmanager
def watched() -> Iterator[tuple[str, list[str]]]:
    """A server that nobody may ask: its origin, and what it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_POST = do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
