"""The paths that exist, the one that was probably meant, and which belong to starting a session (W4)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar.routes import HTTPRoute

from opencobrowse.kernel.errors import Fault, NotAllowed, NotFound
from opencobrowse.kernel.ids import canonical, is_id
from opencobrowse.services.starting.advice import Call
from opencobrowse.services.starting.nearby import Errand, Kind

_CONVERSATIONS: Final = "/api/v2/conversations"
_LOOKED_AT: Final = 300
"""Characters of a wrong path that are compared: enough for any of ours, too few to cost anything."""

_MEDIA: Final = re.compile(
    r"(?:call(?:back)?|chat|e?mail|message|messaging|phone|screenshare|sms|social|voice|web(?:chat|messag)\w*"
    r"|cobrowse(?:session)?)s?\Z"
)
_NO_ID: Final = re.compile(
    r"/api/v2/(?:conversations?/)?(?:[a-z]+/)?co-?brows\w*(?:/(?:sessions?|invit\w+|start|initiate|new|create))*\Z",
    re.IGNORECASE,
)
"""Paths that want to start a session and say no conversation: that is in the body, if anywhere."""
_GUEST: Final = re.compile(
    r"^/api/v2/(?:opencobrowse/(?:pages|signin|join)/?$|webdeployments/deployments/[^/]+/(?:cobrowse/|configurations/?$))"
)
_CALLS: Final[Mapping[str | None, Call]] = {
    None: "conversations",
    "/cobrowse": "create",
    "/{id}/cobrowse": "cobrowse",
    "/{id}/cobrowse/initiate": "initiate",
    "/{id}/events": "events",
    "/{id}/participants": "participants",
}
_ERRANDS: Final[Mapping[Kind, re.Pattern[str]]] = {
    "leg": re.compile(
        f"{_CONVERSATIONS}/(?:cobrowsesessions/(?P<id>[^/]+)/participants/(?P<participant>[^/]+)"
        r"(?:/communications/[^/]+)?(?:/(?P<call>replace|wrapup|wrapupcodes|attributes))?"
        r"|(?P<own>[^/]+)/participants/(?P<who>[^/]+)/(?P<does>replace(?:/agent)?|wrapup|wrapupcodes)"
        r"|(?:cobrowsesessions/)?(?P<recorded>[^/]+)/(?P<state>recordingstate))/?$"
    ),
    "codes": re.compile("/api/v2/routing/wrapupcodes(?:/|$)"),
    "session": re.compile(f"{_CONVERSATIONS}/cobrowsesessions(?:/(?P<id>[^/]+))?/?$"),
    "participant": re.compile(f"{_CONVERSATIONS}/(?P<id>[^/]+)/participants/(?P<participant>[^/]+)/?$"),
    "conversation": re.compile(f"{_CONVERSATIONS}/(?P<id>[^/]+)(?:/disconnect)?/?$"),
    "users": re.compile("/api/v2/users(?:/|$)"),
    "deployments": re.compile("/api/v2/webdeployments/deployments(?:/|$)"),
    "configurations": re.compile("/api/v2/webdeployments/configurations(?:/|$)"),
}
_LAST_WORDS: Final = ("initiate", "cobrowse", "events", "participants")
_START: Final = re.compile(
    f"{_CONVERSATIONS}(?:(?P<all>/cobrowse)"
    r"|/(?P<id>[^/]+)(?P<one>/cobrowse(?:/initiate)?|/events|/participants))?/?$"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Which call of the start family a path is, and on which conversation."""

    call: Call
    conversation_id: str | None


def place_of(path: str) -> Place | None:
    found = _START.match(path)
    if found is None:
        return None
    rest = "/{id}" + found["one"] if found["one"] else found["all"]
    return Place(_CALLS[rest], found["id"])


def errand_of(method: str, path: str) -> Errand | None:
    """What a call around the start family is about; None for one that nothing can be proposed for."""
    for kind, pattern in _ERRANDS.items():
        if found := pattern.match(path):
            ids = found.groupdict()
            conversation = ids.get("id") or ids.get("own") or ids.get("recorded")
            call = ids.get("call") or ids.get("does") or ids.get("state") or ""
            return Errand(kind, method, conversation, ids.get("participant") or ids.get("who"), call)
    return None


def canonical_path(path: str) -> str:
    """A path in its one spelling: one slash at its front (a host that is written with one at its end makes
    two), and the ids of the API's paths as they were given out."""
    path = "/" + path.lstrip("/")
    if path == path.lower() or not path.startswith("/api/v2/"):
        return path
    return "/".join(map(canonical, path.split("/")))


def is_guest(path: str) -> bool:
    """Calls that need no token."""
    return bool(_GUEST.match(path))


class PathTable:
    """All paths of the application with their methods, made from its routes: never out of date."""

    def __init__(self, routes: Iterable[Any]) -> None:
        found: dict[str, set[str]] = {}
        for route in routes:
            if isinstance(route, HTTPRoute):
                found.setdefault(_template(route), set()).update(str(m) for m in route.methods)
        templates = sorted(found, key=lambda template: template.count("{"))  # a literal goes before a blank
        self._table = [(_pattern(t), frozenset(found[t] - {"OPTIONS"})) for t in templates]
        self.classes = frozenset(
            t.removeprefix("/api/v2/").partition("/")[0] for t in templates if t.startswith("/api/v2/")
        )
        """The first words of the API's paths: what shares a budget."""
        self._api = [t for t in templates if t.startswith("/api/v2/") or t == "/oauth/token"]

    def methods(self, path: str) -> frozenset[str]:
        """What can be done with a path; empty for one that does not exist."""
        path = path.rstrip("/") or "/"
        return next((methods for pattern, methods in self._table if pattern.match(path)), frozenset())

    def right_path(self, path: str) -> str:
        """The path that was probably meant, with the caller's own ids in it."""
        path = path[:_LOOKED_AT].rstrip("/")
        if _NO_ID.match(path):
            return f"{_CONVERSATIONS}/{{conversationId}}/cobrowse"
        return _right_start(path) or self._nearest(path)

    def not_found(self, path: str) -> Fault:
        if "//" in path:
            return _empty_part(path[:_LOOKED_AT])
        right = self.right_path(path)
        return NotFound(
            f"There is no path {path[:_LOOKED_AT]}: the right one is {right}.",
            code="not.found",
            cure=f"Send it to {right}; every path is listed in /openapi.json.",
            params={"path": path[:_LOOKED_AT], "rightPath": right},
        )

    def not_allowed(self, method: str, path: str) -> Fault:
        allowed = ", ".join(sorted(self.methods(path)))
        return NotAllowed(
            f"{method} is not possible on {path[:_LOOKED_AT]}.",
            code="method.not.allowed",
            cure=f"Use {allowed.replace(', ', ' or ')} on this path.",
            params={"allowed": allowed},
        )

    def _nearest(self, path: str) -> str:
        parts = path.lower().split("/")
        shape = "/".join("{}" if is_id(part) else part for part in parts)
        known = (
            [t for t in self._api if t.startswith(_CONVERSATIONS)] if "conversation" in shape else self._api
        )
        shapes = {re.sub(r"{[^}]*}", "{}", template): template for template in known}
        near = difflib.get_close_matches(shape, shapes, n=1, cutoff=0.0)
        if not near:
            return _CONVERSATIONS
        ids = iter([part for part in path.split("/") if is_id(part)])
        return re.sub(r"{[^}]*}", lambda blank: next(ids, blank.group()), shapes[near[0]])


def _empty_part(path: str) -> Fault:
    """The router reads two slashes as one: `/conversations//cobrowse`, whose id was never filled in, would be
    another call, and `/api//v2/…` one that no budget is asked for."""
    return NotFound(
        f"There is no path {path}: between two of its slashes is nothing.",
        code="not.found",
        cure="Put the id there: the variable that it should come from is empty.",
        params={"path": path},
    )


def _right_start(path: str) -> str | None:
    """For a path that wants to start a session, or adds to a conversation, in a way that others do it."""
    found = re.search(r"conversations?/(.+)$", path, re.IGNORECASE)
    parts = found.group(1).split("/") if found else []
    number = next((n for n, part in enumerate(parts) if is_id(part)), None)
    if number is None:
        number = next((n for n, part in enumerate(parts) if not _MEDIA.match(part.lower())), None)
    if number is None:
        return None
    rest = "/".join(parts[number + 1 :]).lower().replace("-", "").replace("_", "")
    call = _meant(rest, parts[:number])
    return None if call is None else f"{_CONVERSATIONS}/{parts[number]}{call}"


def _meant(rest: str, before: list[str]) -> str | None:
    """The call that the words after (and, if there are none, before) the conversation's id speak of."""
    *first, last = rest.split("/")
    meant = difflib.get_close_matches(last, _LAST_WORDS, n=1, cutoff=0.8)
    rest = "/".join([*first, *(meant or [last])])
    if "initiat" in rest:
        return "/cobrowse/initiate"
    if re.search(r"cobrows|screenshare|sharescreen|(^|/)sessions?$", rest):
        return "/cobrowse"
    if re.search(r"(^|/)events?$", rest):
        return "/events"
    if re.search(r"^(add)?participants?$", rest):
        return "/participants"
    if not rest and before:
        return ""
    return None


def _template(route: HTTPRoute) -> str:
    """`/api/v2/users/{userId}`: blanks named as people write them."""
    parts = [part if isinstance(part, str) else "{" + _blank(part) + "}" for part in route.path_components]
    return "/" + "/".join(parts)


def _blank(part: Any) -> str:
    first, *others = str(part.name).split("_")
    name = first + "".join(word.capitalize() for word in others)
    return f"{name}:path" if "path" in str(part.full).split(":")[1:] else name


def _pattern(template: str) -> re.Pattern[str]:
    parts = [".*" if part.endswith(":path}") else "[^/]+" if part.startswith("{") else re.escape(part)
             for part in template.split("/")]  # fmt: skip
    return re.compile("/".join(parts) + r"\Z")
