"""What the official SDK does on 429: it sends again, POST included, after `Retry-After` (field.md C4)."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.support.server import Server, running


def test_our_429_is_one_that_the_sdk_waits_out(tmp_path: Path) -> None:
    """Section 3: an integer `Retry-After` of at most 180; without one the SDK gives up at once."""
    with running(tmp_path, OPENCOBROWSE_RATE_LIMIT_PER_MINUTE="1") as server:
        headers = {"Authorization": f"Bearer {server.token()}"}
        answers = [httpx.get(f"{server.url}/api/v2/organizations/me", headers=headers) for _ in range(4)]
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.json()["code"] == "too.many.requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 180
    assert refused.headers["inin-ratelimit-allowed"] == "1"


def test_a_start_that_is_sent_again_starts_once(sdk: Any, api_client: Any, server: Server, call: str) -> None:
    """I7: behind a gateway that loses the first answer, the SDK sends the POST twice: one session."""
    with losing_first_answer(server.url) as (url, seen):
        client = sdk.api_client.ApiClient(host=url)
        client.access_token = api_client.access_token
        session = sdk.ConversationsApi(client).post_conversation_cobrowse(call)
    assert len(seen) == 2
    assert seen[0]["id"] == seen[1]["id"] == session.id


@contextlib.contextmanager
def losing_first_answer(upstream: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A gateway that passes every POST on, but answers the first with a 429 of its own."""
    seen: list[dict[str, Any]] = []

    class Gateway(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = httpx.post(upstream + self.path, content=body, headers={
                name: self.headers[name] for name in ("Authorization", "Content-Type")
            })  # fmt: skip
            seen.append(answer.json())
            first = len(seen) == 1
            self.send_response(429 if first else answer.status_code)
            if first:
                self.send_header("Retry-After", "1")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            pass

    gateway = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=gateway.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{gateway.server_port}", seen
    finally:
        gateway.shutdown()
        gateway.server_close()
        thread.join()
