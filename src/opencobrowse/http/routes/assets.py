"""The asset proxy of a live session: what a mirrored page shows (reliability.md B2, B10)."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from opencobrowse.http.assets import known
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import NotFound
from opencobrowse.services.core import Core
from opencobrowse.services.session.assets import PATH

# `Edge` adds nosniff and no-referrer. A picture that is a document (SVG) runs nothing and loads nothing
# wherever it is
# opened, and nobody else's page may show what is fetched here.
_SAFE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Vary": "Sec-Fetch-Dest",
}
_DESTINATIONS: Final = frozenset({"", "image", "style", "font", "empty"})
"""What our viewer asks for. A browser says `document` where somebody opens the address itself."""


def handlers(core: Core) -> list[Any]:
    @get(f"{PATH}/{{session_id:str}}/{{key:str}}", include_in_schema=False)
    async def asset(request: AnyRequest, session_id: FromPath[str], key: FromPath[str]) -> Response[bytes]:
        """One picture, style sheet or font. Not part of the API: the console's own."""
        site, destination = (request.headers.get(f"Sec-Fetch-{name}", "") for name in ("Site", "Dest"))
        if destination not in _DESTINATIONS or site not in ("", "same-origin"):
            raise NotFound("There is no such asset.", code="asset.not.found", cure="Nothing is to be done.")
        found = await core.assets.get(session_id, key, request.query_params.get("url", ""))
        headers = {**_SAFE, "ETag": found.etag, "Cache-Control": f"private, max-age={found.max_age}"}
        if known(request.headers.get("If-None-Match", ""), found.etag):
            return Response(b"", status_code=304, headers=headers)
        return Response(found.body, media_type=found.content_type, headers=headers)

    return [asset]
