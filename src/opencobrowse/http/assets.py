"""The built web assets: the SDK, the console, the join page; with the headers that make each safe."""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from litestar import MediaType, Response, get

from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import NotFound

# The mirror's iframe is about:blank and inherits the console's policy: styles of the mirrored page are
# inline by nature, its images and fonts come from the customer's site. Scripts are ours alone.
CONSOLE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self' {socket}; style-src 'self' 'unsafe-inline' {sites}; "
    "img-src 'self' data: blob: {sites}; font-src 'self' data: {sites}; media-src {sites}; "
    "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
_PRIVATE: Final = {
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",
}
_PUBLIC: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_IMMUTABLE: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    gzipped: bytes
    media_type: str
    etag: str


def load(root: Path) -> dict[str, Asset]:
    """All files below `root`, by their path with slashes. Empty where nothing was built."""
    found = {}
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if path.is_file():
            content = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            charset = "; charset=utf-8" if kind.startswith("text/") or "javascript" in kind else ""
            etag = f'"{sha256(content).hexdigest()[:32]}"'
            found[path.relative_to(root).as_posix()] = Asset(
                content, gzip.compress(content, 9), kind + charset, etag
            )
    return found


def handlers(assets: dict[str, Asset], policy: str) -> list[Any]:
    private = {**_PRIVATE, "Content-Security-Policy": policy}

    @get("/sdk/{name:path}", include_in_schema=False, media_type=MediaType.TEXT)
    async def sdk(request: AnyRequest, name: str) -> Response[bytes]:
        """`v1.js` may change; a file with a hash in its name never does."""
        name = name.lstrip("/")
        cache = "public, max-age=300" if name in ("v1.js", "manifest.json") else _IMMUTABLE
        return _serve(request, assets, f"sdk/{name}", {**_PUBLIC, "Cache-Control": cache})

    @get(["/console", "/console/{rest:path}"], include_in_schema=False, media_type=MediaType.HTML)
    async def console(request: AnyRequest, rest: str = "") -> Response[bytes]:
        """A file of the console, or its page for every address that it routes itself."""
        name = f"console{rest}"
        if name in assets and rest:
            cache = _IMMUTABLE if "/assets/" in name else "no-cache"
            return _serve(request, assets, name, {**private, "Cache-Control": cache})
        return _serve(request, assets, "console/index.html", private)

    @get("/join", include_in_schema=False, media_type=MediaType.HTML)
    async def join(request: AnyRequest) -> Response[bytes]:
        return _serve(request, assets, "console/join.html", private)

    @get("/", include_in_schema=False, media_type=MediaType.HTML)
    async def root(request: AnyRequest) -> Response[bytes]:
        return Response(b"", status_code=307, headers={"Location": "/console"})

    return [sdk, console, join, root]


def _serve(
    request: AnyRequest, assets: dict[str, Asset], name: str, headers: dict[str, str]
) -> Response[bytes]:
    asset = assets.get(name)
    if asset is None:
        raise NotFound(
            f"There is no file {name}.",
            code="not.found",
            cure="Build the web assets: make setup." if not assets else "Check the address.",
        )
    headers = {**headers, "ETag": asset.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == asset.etag:
        return Response(b"", status_code=304, headers=headers)
    content = asset.content
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        content, headers["Content-Encoding"] = asset.gzipped, "gzip"
    return Response(content, media_type=asset.media_type, headers=headers)
