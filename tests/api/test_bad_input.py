"""Bad input on every route of the description: a clear error, no 5xx, nothing changed (issue 4; F15)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.live import dial
from tests.support.server import Server, running
from tests.wild.checks import ERROR_KEYS, error_of

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
MEBIBYTE = 1024 * 1024
METHODS = ("get", "post", "put", "patch", "delete")
ENDS_THE_TOKEN = ("delete", "/api/v2/tokens/me")

BODIES: dict[str, tuple[bytes, int]] = {
    "a depth bomb": (b"[" * 100_000, 400),
    "a closed tower": (b'{"x":' * 70 + b"1" + b"}" * 70, 400),
    "a key twice": (b'{"name": "a", "name": "b"}', 400),
    "not UTF-8": (b'{"name": "\xff\xfe"}', 400),
    "a BOM before rubbish": (b"\xef\xbb\xbf{", 400),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), 400),
    "NaN": (b'{"name": NaN}', 400),
    "Infinity": (b'{"name": -Infinity}', 400),
    "1e999": (b'{"name": 1e999}', 400),
    "a hundred thousand digits": (b'{"name": ' + b"9" * 100_000 + b"}", 400),
    "half of a pair": (b'{"name": "\\udc00"}', 400),
    "a raw NUL": (b'{"name": "a\0"}', 400),
    "cut": (b'{"name', 400),
}
VALUES: dict[str, Any] = {
    "NUL": "a\0b", "very long": "x" * 200_000, "an emoji": "\U0001f9a5" * 400, "decomposed": "e\u0301" * 400,
    "controls": "\x1b[2J\x07\r\n", "right to left": "\u202eevil", "a number": 2**63, "negative": -(2**63),
    "a fraction": 0.1, "null": None, "a list": [[[]]], "an object": {"": ""}, "true": True, "empty": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what other tests do at the same time is no change of ours."""
    with running(Path(tmp_path_factory.mktemp("bad"))) as server:
        yield server


@pytest.fixture(scope="module")
def http(own: Server) -> Iterator[httpx.Client]:
    with own.client() as client:
        yield client


@pytest.fixture(scope="module")
def routes(http: httpx.Client) -> list[tuple[str, str, dict[str, Any]]]:
    """Every `(method, path, operation)` of the description."""
    doc = http.get("/openapi.json").json()
    return [
        (method, path, operation)
        for path, item in doc["paths"].items()
        for method, operation in item.items()
        if path.startswith("/api/v2/") and (method, path) != ENDS_THE_TOKEN and method in METHODS
    ]


@pytest.fixture(scope="module")
def writing(routes: list[tuple[str, str, dict[str, Any]]]) -> list[tuple[str, str]]:
    """Those that take a body, with ids that nothing has."""
    found = [(method, filled(path)) for method, path, operation in routes if "requestBody" in operation]
    assert len(found) > 20
    return found


def filled(path: str, value: str = UNKNOWN) -> str:
    return re.sub(r"{\w+}", value, path)


def everything(http: httpx.Client) -> list[Any]:
    """All that there is, to be compared."""
    paths = ("/api/v2/conversations", "/api/v2/users", "/api/v2/webdeployments/deployments",
             "/api/v2/webdeployments/configurations", "/api/v2/authorization/roles",
             "/api/v2/routing/wrapupcodes")  # fmt: skip
    return [http.get(path).json()["entities"] for path in paths]


def refusal(answer: httpx.Response, *allowed: int) -> None:
    assert answer.status_code in allowed, f"{answer.request.method} {answer.request.url} {answer.text[:300]}"
    if answer.status_code >= 400:
        error_of(answer, answer.status_code)


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_no_json(http: httpx.Client, writing: list[tuple[str, str]], what: str) -> None:
    raw, status = BODIES[what]
    before = everything(http)
    for method, path in writing:
        answer = http.request(method, path, content=raw, headers={"Content-Type": "application/json"})
        refusal(answer, status)
        assert answer.json()["code"] == "invalid.json", path
    assert everything(http) == before


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_a_mebibyte(http: httpx.Client, writing: list[tuple[str, str]], chunked: bool) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    before = everything(http)
    for method, path in writing:
        content = parts() if chunked else b" " * (MEBIBYTE + 1)
        refusal(http.request(method, path, content=content), 413)
    assert everything(http) == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "\xfc", "a" * 5000]
)
def test_a_wrong_media_type(http: httpx.Client, writing: list[tuple[str, str]], kind: str) -> None:
    before = everything(http)
    for method, path in writing:
        headers = {b"Content-Type": kind.encode("latin-1")}
        answer = http.request(method, path, content=b'{"name": "x"}', headers=headers)
        refusal(answer, 415)
    assert everything(http) == before


def test_any_value_in_any_field(http: httpx.Client, routes: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Each field of each body with each odd value, on ids that nothing has: a 4xx, or, where the call makes
    something, a good answer that can be read again."""
    schemas = http.get("/openapi.json").json()["components"]["schemas"]
    for method, path, operation in routes:
        names = fields(operation, schemas)
        for name in names:
            for value in VALUES.values():
                answer = http.request(method, filled(path), json={name: value})
                refusal(answer, *range(200, 300), *range(400, 500))
    everything(http)


def fields(operation: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    found = re.findall(r"#/components/schemas/(\w+)", json.dumps(content))
    return [name for schema in found for name in schemas[schema].get("properties", {})]


ODD_IDS = (
    "%00",
    "%ff",
    "a" * 4000,
    "%20",
    "..%2f..",
    "%E2%80%AE",
    "e%CC%81",
    "null",
    "-1",
    "%",
    "'",
    "{id}",
    "*",
)


@pytest.mark.parametrize("odd", ODD_IDS)
def test_odd_ids(http: httpx.Client, routes: list[tuple[str, str, dict[str, Any]]], odd: str) -> None:
    before = everything(http)
    for method, path, operation in routes:
        if "{" not in path:
            continue
        body: dict[str, Any] | None = {} if "requestBody" in operation else None
        answer = http.request(
            method, httpx.URL(str(http.base_url).rstrip("/") + filled(path, odd)), json=body
        )
        refusal(answer, *range(200, 300), *range(400, 500))
    assert everything(http) == before


def test_a_bom_is_named(http: httpx.Client) -> None:
    """RFC 8259 section 8.1: it must not be sent, and may be refused. The summary says what it is."""
    raw = b'\xef\xbb\xbf{"type": "voice"}'
    answer = http.post("/api/v2/conversations", content=raw, headers={"Content-Type": "application/json"})
    assert "byte order mark" in error_of(answer, 400, "invalid.json")["help"]["summary"]


@pytest.mark.parametrize(
    "path", ["/health/live", "/api/v2/organizations/me", "/openapi.json", "/docs/errors"]
)
def test_head_is_get_without_the_body(http: httpx.Client, path: str) -> None:
    shown, only = http.get(path), http.head(path)
    assert only.status_code == shown.status_code == 200
    assert only.content == b""
    assert only.headers["Content-Type"] == shown.headers["Content-Type"]


# -- below HTTP ---------------------------------------------------------------------------------------------


def ask(own: Server, raw: bytes) -> bytes:
    """All that comes back until the other side closes, or nothing more comes."""
    with dial(own.url) as sock:
        sock.sendall(raw)
        sock.settimeout(1.5)
        data = b""
        try:
            while more := sock.recv(65536):
                data += more
        except (TimeoutError, ConnectionError):
            pass
    return data


def told(data: bytes, status: int) -> dict[str, Any]:
    """The error in the first answer, with its header."""
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), data[:200]
    found: dict[str, Any] = json.loads(body)
    assert found.keys() >= ERROR_KEYS and found["status"] == status
    assert found["contextId"].encode() in head
    assert found["help"]["summary"] and "#" in found["help"]["docs"]
    return found


HEAD = b"Host: x\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"GET /health/live HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 400, "bad.request"),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400, "bad.request"),
        (b"GET /health/live HTTP/9.9\r\nHost: x\r\n\r\n", 400, "bad.request"),
        (b"GARBAGE\r\n\r\n", 400, "bad.request"),
        (b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "bad.request"),
        (b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
         "bad.request"),
        (b"GET /x HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431, "request.head.too.large"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_in_our_shape(own: Server, raw: bytes, status: int, code: str) -> None:
    assert told(ask(own, raw), status)["code"] == code


def test_http_1_0(own: Server) -> None:
    data = ask(own, b"GET /health/live HTTP/1.0\r\n\r\n")
    assert data.startswith(b"HTTP/1.1 200") and data.endswith(b'{"status":"ok"}')


def test_expect_100_continue(own: Server) -> None:
    """A large body is refused before it is sent; a small one is asked for."""
    token = b"Authorization: Bearer " + own.token().encode() + b"\r\n"
    head = b"POST /api/v2/conversations HTTP/1.1\r\n" + HEAD + token + b"Expect: 100-continue\r\n"
    assert ask(own, head + b"Content-Length: 2000000\r\n\r\n").startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" in ask(own, head + b"Content-Length: 2\r\n\r\n{}")


def test_pipelined_refusals_come_in_order(own: Server) -> None:
    one = b"GET /api/v2/conversations HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /health/live HTTP/1.1\r\n" + HEAD + b"\r\n"
    data = ask(own, one + b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + last)
    assert re.findall(rb"HTTP/1.1 (\d+)", data) == [b"401", b"404", b"200"]
