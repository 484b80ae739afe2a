"""Where the browser comes back to when a person signs in from a program on their machine (RFC 8252, 7.3)."""

from __future__ import annotations

import hmac
import http.server
import time
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from opencobrowse.client.errors import SignInFailed

_CALLBACK: Final = "/callback"
_PAGE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>opencobrowse</title>'
    "<h1>{title}</h1><p>{text} You can close this window.</p></html>"
)


class Listener:
    """Waits on a free port of this machine for the browser to come back. What does not show our `state` is
    somebody else's and is not listened to; what shows it and comes from another server (`iss`) is refused
    (RFC 9207)."""

    def __init__(self, state: str, issuer: str) -> None:
        self.answer: dict[str, str] | None = None
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                listener._came(self, state, issuer)

            def log_message(self, *_: Any) -> None:
                """The address has the code in it: it is not written anywhere."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{_CALLBACK}"

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def code(self, wait: float) -> str:
        """The code that the person's browser brings. Raises `SignInFailed`."""
        ends = time.monotonic() + wait
        while self.answer is None:
            self._server.timeout = max(0.0, ends - time.monotonic())
            if self._server.timeout == 0:
                raise SignInFailed(f"Nobody signed in for {wait:g} s. Try again: opencobrowse login")
            self._server.handle_request()
        if "code" not in self.answer:
            why = self.answer.get("error_description") or self.answer.get("error") or "there was no code"
            raise SignInFailed(f"Nobody was signed in: {why}")
        return self.answer["code"]

    def _came(self, request: http.server.BaseHTTPRequestHandler, state: str, issuer: str) -> None:
        parts = urlsplit(request.path)
        given = dict(parse_qsl(parts.query))
        ours = hmac.compare_digest(given.get("state", "").encode(), state.encode())
        if parts.path != _CALLBACK or not ours:
            self._say(
                request, 404, "Nothing is here", "This address waits for a sign-in that you have not started."
            )
            return
        if given.get("iss") != issuer:
            given = {"error": "the answer came from another server than the one that was asked"}
        self.answer = given
        if "code" in given:
            self._say(request, 200, "You are signed in", "The command line goes on.")
        else:
            self._say(request, 200, "You are not signed in", "The command line says why.")

    def _say(self, request: http.server.BaseHTTPRequestHandler, status: int, title: str, text: str) -> None:
        content = _PAGE.format(title=title, text=text).encode()
        request.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ):
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)
