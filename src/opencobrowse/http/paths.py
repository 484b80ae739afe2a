"""Paths that do not exist: name the one that does (W4)."""

from __future__ import annotations

import difflib
import re
from typing import Final

from opencobrowse.kernel.errors import Example, Fault, NotAllowed, NotFound

_MEDIA: Final = re.compile(
    r"^/api/v2/conversations/(?:webchat|webchats|chats|calls|call|voice|messages|message|webmessaging|cobrowses?)"
    r"/(?P<id>[^/]+)/(?P<rest>cobrowse(?:/initiate|sessions)?|events|participants)(?:/|$)"
)
_GUESSES: Final = (
    (re.compile(r"^/api/v2/conversations/(?P<id>[^/]+)/(?:cobrowses|co-browse|cobrowsing|cobrowse/start|"
                r"cobrowse/sessions?|cobrowsesessions?|screenshare|cobrowse/create)/?$"), "cobrowse"),
    (re.compile(r"^/api/v2/conversations/(?P<id>[^/]+)/(?:initiate|cobrowse/initiation)/?$"), "cobrowse/initiate"),
    (re.compile(r"^/api/v2/conversations/(?P<id>[^/]+)/(?:event|cobrowse/events?)/?$"), "events"),
)  # fmt: skip
KNOWN: Final = (
    "/oauth/token",
    "/api/v2/conversations",
    "/api/v2/conversations/{conversationId}",
    "/api/v2/conversations/{conversationId}/participants",
    "/api/v2/conversations/{conversationId}/cobrowse",
    "/api/v2/conversations/{conversationId}/cobrowse/initiate",
    "/api/v2/conversations/{conversationId}/events",
    "/api/v2/conversations/cobrowse",
    "/api/v2/conversations/cobrowsesessions",
    "/api/v2/conversations/cobrowsesessions/{conversationId}",
    "/api/v2/organizations/me",
    "/api/v2/users",
    "/api/v2/users/me",
    "/api/v2/tokens/me",
    "/api/v2/webdeployments/deployments",
    "/api/v2/webdeployments/configurations",
)


def right_path(path: str) -> str:
    """The path that was probably meant, with the caller's own ids in it."""
    if found := _MEDIA.match(path):
        rest = "cobrowse" if found["rest"] == "cobrowsesessions" else found["rest"]
        return f"/api/v2/conversations/{found['id']}/{rest}"
    for pattern, rest in _GUESSES:
        if found := pattern.match(path):
            return f"/api/v2/conversations/{found['id']}/{rest}"
    near = difflib.get_close_matches(path, KNOWN, n=1, cutoff=0.0)
    return near[0] if near else KNOWN[0]


def not_found(method: str, path: str) -> Fault:
    right = right_path(path)
    example = Example("POST", right, {}) if right.endswith("/cobrowse") and "{" not in right else None
    return NotFound(
        f"There is no path {path}. The right one is {right}.",
        code="not.found",
        cure=f"Send it to {right}; every path is listed in /openapi.json.",
        params={"path": path, "rightPath": right, "method": method},
        example=example,
    )


def not_allowed(method: str, path: str, headers: dict[str, str] | None) -> Fault:
    allowed = (headers or {}).get("Allow", "")
    return NotAllowed(
        f"{method} is not possible on {path}.",
        code="method.not.allowed",
        cure=f"Use one of: {allowed}." if allowed else "See /openapi.json for the methods of this path.",
    )
