"""The sample shop on a port of its own, as a customer's site would be: static files and a strict policy."""

from __future__ import annotations

import html
import http.server
import mimetypes
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

ROOT: Final = Path(__file__).parent / "shop"
_SLOT: Final = re.compile(rb"\{\{(\w+)\}\}")
# What a careful shop sends: scripts from itself and from the cobrowse server, no inline style or script, and
# Trusted Types enforced. The SDK has to work under it.
_POLICY: Final = (
    "default-src 'none'; script-src 'self' {origin}; connect-src {origin} {socket}; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'"
)


class ShopServer:
    """Serves from a thread of its own. Port 0 takes a free one."""

    def __init__(self, port: int) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), _Handler, bind_and_activate=True)
        self._thread = threading.Thread(target=self._server.serve_forever, name="shop", daemon=True)

    @property
    def url(self) -> str:
        return f"http://localhost:{self._server.server_port}/"

    def open(self, origin: str, deployment: str, customer: str) -> None:
        """Start to serve, with the SDK of the server at `origin` on every page."""
        slots = {"origin": origin, "deployment": deployment, "customer": customer}
        policy = _POLICY.format(origin=origin, socket=f"ws{origin.removeprefix('http')}")
        _Handler.bind(self._server, load(slots), policy)
        self._thread.start()

    def close(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def load(slots: Mapping[str, str]) -> dict[str, tuple[str, bytes]]:
    """All files by their address, with their media type; `{{name}}` of a page is filled in from `slots`."""
    escaped = {name.encode(): html.escape(value).encode() for name, value in slots.items()}
    found = {}
    for path in sorted(ROOT.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            if path.suffix == ".html":
                content = _SLOT.sub(lambda slot: escaped[slot[1]], content)
            charset = "; charset=utf-8" if kind.startswith("text/") else ""
            found[f"/{path.relative_to(ROOT).as_posix()}"] = (kind + charset, content)
    found["/"] = found["/index.html"]
    return found


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Any
    protocol_version = "HTTP/1.1"
    timeout = 30

    @staticmethod
    def bind(server: Any, files: Mapping[str, tuple[str, bytes]], policy: str) -> None:
        server.files, server.policy = files, policy

    def do_GET(self) -> None:
        found = self.server.files.get(urlsplit(self.path).path)
        kind, content = found or ("text/plain; charset=utf-8", b"There is no such page in this shop.\n")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Quiet: the terminal is for the links."""
