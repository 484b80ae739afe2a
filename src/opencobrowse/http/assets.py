"""The built web assets: the SDK, the console, the join page; with the headers that make each safe."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from litestar import HttpMethod, MediaType, Response, route
from litestar.params import FromPath

from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import NotFound
from opencobrowse.services.session.assets import PATH

# The mirror's frame inherits the console's policy (reliability.md B1, B2, D): scripts are ours alone,
# whatever a customer's page sends. Its styles are inline by nature; what else it loads comes from the
# session's
# asset proxy and from nowhere else, this server's other addresses included: a picture of /api/... is a GET.
# `default` is the policy with which the mirror's frame may be written one doctype, and nothing else.
_CONSOLE: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self' {socket}; "
    "style-src {own} {assets} 'unsafe-inline'; img-src {own} {assets} data:; font-src {own} {assets} data:; "
    "media-src 'none'; manifest-src 'self'; frame-src 'none'; worker-src 'none'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types default"
)
_JOIN: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# `Edge` adds nosniff and no-referrer to everything that leaves.
_PRIVATE: Final = {
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "X-DNS-Prefetch-Control": "off",  # a link in the mirror is not looked up
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()",
}
_PUBLIC: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK: Final = "no-cache"
_SOON: Final = "public, max-age=300"

_HASHED_SDK: Final = re.compile(r"-[0-9a-f]{12}\.\w+$")
_HASHED_CONSOLE: Final = re.compile(r"^console/assets/.+-[\w-]{8}\.\w+$")
_A_FILE: Final = re.compile(r"\.\w{1,11}$")
_METHODS: Final = [HttpMethod.GET, HttpMethod.HEAD]

# Named here and not asked of the machine: what a file is must not depend on where the server runs.
# The framework adds the charset to text.
_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served. `gzipped` is None where it would not be smaller."""

    content: bytes
    gzipped: bytes | None
    media_type: str
    etag: str


def load(root: Path) -> dict[str, Asset]:
    """All files below `root`, by their path with slashes. Empty where nothing was built. Only what is in this
    table is ever served: no path of a request reaches the file system."""
    paths = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []
    return {path.relative_to(root).as_posix(): _asset(path) for path in paths}


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    gzipped = gzip.compress(content, 9, mtime=0)
    # Weak: the same file leaves packed and unpacked.
    etag = f'W/"{sha256(content).hexdigest()[:32]}"'
    kind = _TYPES.get(path.suffix, "application/octet-stream")
    return Asset(content, gzipped if len(gzipped) < len(content) else None, kind, etag)


def console_policy(public_url: str) -> str:
    """The console's content security policy: nothing but this server's own files, and its asset proxy."""
    return _CONSOLE.format(
        socket=f"ws{public_url.removeprefix('http')}",
        own=f"{public_url}/console/",
        assets=f"{public_url}{PATH}/",
    )


def page_headers(public_url: str, policy: str) -> dict[str, str]:
    """What every file of the console and the join page is sent with."""
    headers = {**_PRIVATE, "Content-Security-Policy": policy}
    if public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=63072000"
    return headers


def handlers(assets: dict[str, Asset], public_url: str) -> list[Any]:
    """The routes of the web: `/sdk/*`, `/console/*`, `/join`, `/`."""
    private = page_headers(public_url, console_policy(public_url))
    invited = {**page_headers(public_url, _JOIN), "Cache-Control": _ASK}

    @route("/sdk/{name:path}", http_method=_METHODS, include_in_schema=False, media_type=MediaType.TEXT)
    async def sdk(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
        """`v1.js` and `manifest.json` may change; a file with a hash in its name never does."""
        cache = _FOREVER if _HASHED_SDK.search(name) else _SOON
        return _serve(request, assets, f"sdk{name}", {**_PUBLIC, "Cache-Control": cache})

    @route(
        ["/console", "/console/{rest:path}"],
        http_method=_METHODS,
        include_in_schema=False,
        media_type=MediaType.HTML,
    )
    async def console(request: AnyRequest, rest: FromPath[str] = "") -> Response[bytes]:
        """A file of the console, or its page for every address that it routes itself."""
        name = f"console{rest}" if _A_FILE.search(rest) else "console/index.html"
        cache = _FOREVER if _HASHED_CONSOLE.match(name) else _ASK
        return _serve(request, assets, name, {**private, "Cache-Control": cache})

    @route("/join", http_method=_METHODS, include_in_schema=False, media_type=MediaType.HTML)
    async def join(request: AnyRequest) -> Response[bytes]:
        return _serve(request, assets, "console/join.html", invited)

    @route("/", http_method=_METHODS, include_in_schema=False, media_type=MediaType.HTML)
    async def root(request: AnyRequest) -> Response[bytes]:
        return Response(b"", status_code=307, headers={**private, "Location": "/console"})

    return [sdk, console, join, root]


def _serve(
    request: AnyRequest, assets: Mapping[str, Asset], name: str, headers: dict[str, str]
) -> Response[bytes]:
    asset = assets.get(name)
    if asset is None:
        raise NotFound(
            f"There is no file {name}.",
            code="not.found",
            cure="Build the web assets: make setup." if not assets else "Check the address.",
        )
    headers = {**headers, "ETag": asset.etag, "Vary": "Accept-Encoding"}
    if known(request.headers.get("If-None-Match", ""), asset.etag):
        return Response(b"", status_code=304, headers=headers)
    content = asset.content
    if asset.gzipped is not None and _takes_gzip(request.headers.get("Accept-Encoding", "")):
        content, headers["Content-Encoding"] = asset.gzipped, "gzip"
    return Response(content, media_type=asset.media_type, headers=headers)


def known(if_none_match: str, etag: str) -> bool:
    """Weak comparison, as RFC 9110 section 13.1.2 asks for."""
    names = [name.strip().removeprefix("W/") for name in if_none_match.split(",")]
    return "*" in names or etag.removeprefix("W/") in names


def _takes_gzip(accept_encoding: str) -> bool:
    for offer in accept_encoding.lower().split(","):
        name, _, weight = offer.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
