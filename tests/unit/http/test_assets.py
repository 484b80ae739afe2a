"""The web's files and their headers (reliability.md B1, B2, B23, D; issue "a session", row 5)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, Response
from litestar.testing import TestClient

from opencobrowse.http import assets, problems
from opencobrowse.kernel.errors import Fault

PLAIN = "http://127.0.0.1:8080"
SECURE = "https://cobrowse.example.com"
SCRIPT = "console/assets/index-AbCd1234.js"
FILES = {
    "console/index.html": "<!doctype html><title>console</title>" + "<p>more</p>" * 200,
    "console/join.html": "<!doctype html><title>join</title>",
    "console/theme.js": "// theme",
    "console/icon.svg": "<svg/>",
    "console/manifest.webmanifest": "{}",
    SCRIPT: "export {};" * 100,
    "sdk/v1.js": "// loader",
    "sdk/manifest.json": "{}",
    "sdk/share-0.1.0-0123456789ab.js": "// share",
}


def made(root: Path, public_url: str) -> Litestar:
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root.parent / "secret.txt").write_text("not to be served")
    return built(assets.load(root), public_url)


def built(files: dict[str, assets.Asset], public_url: str) -> Litestar:
    return Litestar(
        assets.handlers(files, public_url), exception_handlers={Fault: in_our_shape}, openapi_config=None
    )


def in_our_shape(_: problems.AnyRequest, fault: Fault) -> Response[dict[str, Any]]:
    """What `Edge` does with a fault."""
    return Response(problems.body(fault, "context"), status_code=fault.status)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    with TestClient(made(tmp_path / "assets", PLAIN)) as client:
        yield client


def directives(answer: httpx.Response) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    assert len({part[0] for part in parts}) == len(parts), "a directive that is named twice counts once"
    return {part[0]: part[1:] for part in parts}


@pytest.mark.parametrize("path", ["/console", "/console/", "/console/sessions/abc", "/console/sessions/a-b/"])
def test_the_console_answers_for_every_address_that_it_routes(web: TestClient[Litestar], path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 200
    assert "console</title>" in answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/console", "/console/theme.js", f"/{SCRIPT}", "/join"])
def test_what_people_open_is_framed_by_nobody_and_opened_by_nobody(
    web: TestClient[Litestar], path: str
) -> None:  # B23
    headers = web.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-site"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_console_runs_its_own_scripts_and_no_others(web: TestClient[Litestar]) -> None:  # B1
    policy = directives(web.get("/console"))
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-src"] == ["'none'"]
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert policy["trusted-types"] == ["default"]
    assert policy["connect-src"] == ["'self'", "ws://127.0.0.1:8080"]
    assert not any(
        "unsafe" in word for name, words in policy.items() if name != "style-src" for word in words
    )


def test_the_join_page_may_reach_nothing_but_this_server(web: TestClient[Litestar]) -> None:
    policy = directives(web.get("/join"))
    assert {word for words in policy.values() for word in words} == {"'none'", "'self'", "'script'"}


@pytest.mark.parametrize("public_url", [PLAIN, SECURE, "http://cobrowse.intranet"])
def test_a_mirrored_page_loads_from_the_asset_proxy_and_nowhere_else(public_url: str) -> None:
    """B2: not from any site, and of this server only its own files: a picture of /api/... would be a GET."""
    parts = [part.split() for part in assets.console_policy(public_url).split(";")]
    policy = {part[0]: set(part[1:]) for part in parts}
    ours = {f"{public_url}/console/", f"{public_url}/live-assets/"}
    assert policy["img-src"] == policy["font-src"] == {*ours, "data:"}
    assert policy["style-src"] == {*ours, "'unsafe-inline'"}
    assert policy["media-src"] == policy["frame-src"] == policy["object-src"] == {"'none'"}


def test_tls_is_kept_once_it_was_there(tmp_path: Path) -> None:  # D, headers
    with TestClient(made(tmp_path / "assets", SECURE)) as web:
        assert web.get("/console").headers["Strict-Transport-Security"] == "max-age=63072000"
    assert "Strict-Transport-Security" not in assets.page_headers(PLAIN, "")


def test_a_known_file_is_not_sent_again(web: TestClient[Litestar]) -> None:
    first = web.get("/console")
    etag = first.headers["ETag"]
    for known in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        again = web.get("/console", headers={"If-None-Match": known})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == etag
    assert web.get("/console", headers={"If-None-Match": '"other"'}).status_code == 200


def test_gzip_is_sent_to_those_who_take_it_and_where_it_is_smaller(web: TestClient[Litestar]) -> None:
    packed = web.get("/console", headers={"Accept-Encoding": "br, gzip"})
    plain = web.get("/console", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])
    assert packed.text == plain.text == FILES["console/index.html"]
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    refused = web.get("/console", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers
    small = web.get("/console/icon.svg", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers, "six bytes do not get smaller"


def test_only_a_file_with_a_hash_in_its_name_is_kept_for_ever(web: TestClient[Litestar]) -> None:
    kept = "public, max-age=31536000, immutable"
    assert web.get(f"/{SCRIPT}").headers["Cache-Control"] == kept
    assert web.get("/sdk/share-0.1.0-0123456789ab.js").headers["Cache-Control"] == kept
    for path in ("/sdk/v1.js", "/sdk/manifest.json"):
        assert web.get(path).headers["Cache-Control"] == "public, max-age=300"
    for path in ("/console/theme.js", "/console/icon.svg", "/join"):
        assert web.get(path).headers["Cache-Control"] == "no-cache"


def test_the_sdk_is_for_every_site(web: TestClient[Litestar]) -> None:
    headers = web.get("/sdk/v1.js").headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize("path", ["/console", f"/{SCRIPT}", "/join", "/sdk/v1.js"])
def test_head_says_what_get_would_send(web: TestClient[Litestar], path: str) -> None:
    head = web.head(path, headers={"Accept-Encoding": "identity"})
    get = web.get(path, headers={"Accept-Encoding": "identity"})
    assert head.status_code == 200
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    "path",
    [
        "/console/assets/none-12345678.js",
        "/console/missing.js",
        "/console/..%2f..%2fsecret.txt",
        "/console/%2e%2e/%2e%2e/secret.txt",
        "/console/..%5c..%5csecret.txt",
        "/console/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fsecret.txt",
        "/console/%00.js",
        "/sdk/..%2f..%2fsecret.txt",
        "/sdk/%2e%2e/console/index.html",
        "/sdk//etc/passwd",
        "/sdk/none.js",
    ],
)
def test_no_path_leads_out_of_what_was_built(web: TestClient[Litestar], path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == 404
    assert "not to be served" not in answer.text
    body = answer.json()
    assert body["code"] == "not.found"
    assert body["help"]["summary"]


def test_types_do_not_depend_on_the_machine(web: TestClient[Litestar]) -> None:
    kinds = {
        "/console/manifest.webmanifest": "application/manifest+json",
        "/console/icon.svg": "image/svg+xml",
        f"/{SCRIPT}": "text/javascript; charset=utf-8",
    }
    for path, kind in kinds.items():
        assert web.get(path).headers["Content-Type"] == kind


def test_the_root_leads_to_the_console(web: TestClient[Litestar]) -> None:
    answer = web.get("/", follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["Location"] == "/console"


def test_where_nothing_was_built_the_cure_is_named(tmp_path: Path) -> None:
    with TestClient(built(assets.load(tmp_path / "none"), PLAIN)) as web:
        answer = web.get("/console")
    assert answer.status_code == 404
    assert "make setup" in answer.json()["help"]["summary"]


def test_packing_is_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("x" * 1000)
    first, second = assets.load(tmp_path)["a.js"], assets.load(tmp_path)["a.js"]
    assert first == second
    assert first.gzipped is not None
    assert gzip.decompress(first.gzipped) == first.content
