"""Bad starts by the thousand: made from good requests, each with a name, always the same ones.

`{id}`, `{agent}`, … in paths and bodies are filled in for every case by a scene (`scenes.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

BASE = "/api/v2/conversations"
JSON = {"Content-Type": "application/json"}

GOOD: dict[str, tuple[str, Any]] = {
    "W3": (f"{BASE}/{{id}}/cobrowse", {"agentId": "{agent}", "cobrowseType": "view", "reason": "stuck"}),
    "W9": (
        f"{BASE}/{{id}}/cobrowse",
        {
            "initiator": {"id": "{agent}", "type": "agent"},
            "participants": [{"id": "{customer}", "type": "external"}],
        },
    ),
    "W1 initiate": (
        f"{BASE}/{{id}}/cobrowse/initiate",
        {"initiatorId": "{agent}", "reason": "stuck", "cobrowseType": "view", "targetId": "{person}"},
    ),
    "W5": (
        f"{BASE}/{{id}}/events",
        {
            "eventType": "cobrowse:start",
            "data": {"initiatorId": "{agent}", "targetId": "{person}", "mode": "view"},
        },
    ),
    "W6": (
        f"{BASE}/cobrowse",
        {
            "type": "cobrowse",
            "to": [{"id": "{agent}", "type": "user"}],
            "participants": [{"externalId": "{customer}", "role": "customer", "name": "Casey"}],
            "wrapUpCode": "NoWrapUp",
        },
    ),
    "W7": (
        BASE,
        {
            "type": "cobrowse",
            "participants": [
                {"userId": "{agent}", "role": "agent"},
                {
                    "externalId": "{customer}",
                    "role": "customer",
                    "name": "Casey",
                    "address": "sip:c@x.example",
                },
            ],
            "metadata": {"ticket": "7"},
            "state": "active",
            "externalTag": "tag",
        },
    ),
    "W1 participants": (
        f"{BASE}/{{id}}/participants",
        {
            "addParticipants": [
                {
                    "from": {"id": "{agent}", "externalId": None, "name": "Robin", "type": "user"},
                    "to": {"id": None, "externalId": "sip:c@x.example", "name": "Casey", "type": "sip"},
                    "reason": "stuck",
                }
            ]
        },
    ),
}
WRONG_VALUES: dict[str, Any] = {
    "null": None, "true": True, "a number": 7, "a fraction": 1.5, "a huge number": 2**63, "empty": "",
    "a blank": " ", "a word": "nonsense", "long": "x" * 5000, "NUL": "a\0b", "a list": ["x"], "no list": [],
    "a list of null": [None], "an object": {"x": 1}, "no object": {}, "the word null": "null",
    "accents": "Ame\u0301lie \U0001f600", "a path": "../../users", "a script": "<script>alert(1)</script>",
    "an id": "7b8f4f64-5717-4562-b3fc-2c963f66afa6",
}  # fmt: skip
BROKEN: dict[str, bytes] = {
    "cut": b'{"agentId": ', "a form": b"agentId=7&cobrowseType=view", "single quotes": b"{'agentId': 'x'}",
    "a comma too many": b'{"reason": "x",}', "a comment": b'{"reason": "x" /* why */}', "two": b"{}{}",
    "not UTF-8": b'{"reason": "\xff"}', "UTF-16": '{"reason": "x"}'.encode("utf-16"),
    "a key twice": b'{"reason": "a", "reason": "b"}', "half a pair": b'{"reason": "\\ud800"}',
    "NaN": b'{"reason": NaN}', "Infinity": b'{"reason": -Infinity}', "too large": b'{"reason": 1e999}',
    "digits": b'{"reason": 1' + b"0" * 5000 + b"}", "a tower": b'{"reason": ' + b"[" * 70 + b"]" * 70 + b"}",
    "a high tower": b"[" * 90_000 + b"]" * 90_000, "XML": b"<start/>", "only a list": b"[]",
    "only a text": b'"start"', "only a number": b"7", "only true": b"true", "NUL bytes": b"\0\0",
    "a raw NUL": b'{"reason": "a\0b"}', "a tab in a text": b'{"reason": "a\tb"}',
    "objects in objects": b'{"reason": ' + b'{"a":' * 70 + b"1" + b"}" * 71,
}  # fmt: skip
TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json",
         "application/xml", "application/octet-stream", "nonsense", "application/json-patch")  # fmt: skip
PATHS = (
    "{id}/cobrowse/start", "{id}/cobrowsing", "{id}/cobrowsesessions", "{id}/cobrowseSessions",
    "{id}/co-browse", "{id}/cobrowse/initiated", "{id}/initiate", "{id}/cobrowse/init", "{id}/event",
    "calls/{id}/cobrowse", "messages/{id}/events", "webchat/{id}/cobrowse", "chats/{id}/cobrowse",
    "voice/{id}/cobrowse", "callbacks/{id}/cobrowse/initiate", "cobrowsesessions/{id}/cobrowse",
    "{id}/participants/7/cobrowse", "{id}/sessions", "{id}/screenshare", "{id}/Cobrowse", "{id}/COBROWSE",
    "{id}/cobrowse/session", "{id}/cobrowse/sessions/new", "{id}/Events", "{id}/cobrowse-sessions",
    "messaging/{id}/cobrowse", "social/{id}/cobrowse", "{id}/cobrowse/initiate/now", "{id}/cobrowse_initiate",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One request. `scene` says in which situation it is sent; `cause` is `request` or the situation."""

    name: str
    path: str
    body: Any = None
    raw: bytes | None = None
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    scene: str = "ready"

    @property
    def said(self) -> str:
        """All that the caller wrote."""
        return self.path + json.dumps(self.body, ensure_ascii=False) + repr(self.raw)


def walk(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value in a body, the body's own first."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from walk(inner, (*path, key))


def changed(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    """A copy of `value`, in which `change` has been applied to the container of the place `path`."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    change(inner, path[-1])
    return copy


def misspelt(name: str) -> list[str]:
    snake = re.sub(r"([A-Z])", r"_\1", name).lower()
    found = {name.upper(), name.lower(), name.capitalize(), snake, snake.replace("_", "-"), name[:-1]}
    found |= {name + "s", name[1:] + name[:1], name.replace("Id", "ID")}
    return sorted(found - {name, ""})


def mutated() -> Iterator[Case]:
    """Every value left out, replaced and renamed; every object with one field too many."""
    for way, (path, body) in GOOD.items():
        for place in walk(body):
            where = ".".join(map(str, place)) or "the body"
            if place:
                yield Case(f"{way}: without {where}", path, changed(body, place, lambda o, k: o.pop(k)))
            for what, value in WRONG_VALUES.items():
                other = changed(body, place, lambda o, k, v=value: o.__setitem__(k, v)) if place else value
                yield Case(f"{way}: {where} is {what}", path, other)
            if place and isinstance(place[-1], str):
                for name in misspelt(place[-1]):
                    other = changed(body, place, lambda o, k, n=name: o.__setitem__(n, o.pop(k)))
                    yield Case(f"{way}: {where} written {name}", path, other)
        for place in walk(body):
            for name in ("colour", "sessionId", "participantId", "__proto__", "type", "id", ""):
                yield Case(f"{way}: {name!r} added at {place}", path, added(body, place, name))


def added(body: Any, place: tuple[Any, ...], name: str) -> Any:
    copy = json.loads(json.dumps(body))
    inner = copy
    for key in place:
        inner = inner[key]
    if isinstance(inner, dict):
        inner.setdefault(name, "x")
    return copy


def carried() -> Iterator[Case]:
    """What is wrong with how it is sent: broken JSON, content types, methods, paths, sizes."""
    for way, (path, body) in GOOD.items():
        for what, raw in BROKEN.items():
            yield Case(f"{way}: {what}", path, raw=raw, headers=JSON)
        for kind in TYPES:
            yield Case(f"{way}: {kind}", path, raw=json.dumps(body).encode(), headers={"Content-Type": kind})
        for method in ("GET", "PUT", "PATCH", "DELETE") if path != BASE else ("PUT", "PATCH", "DELETE"):
            yield Case(f"{way}: {method}", path, body, method=method)
        yield Case(f"{way}: a body over 1 MiB", path, raw=b" " * (1024 * 1024 + 1), headers=JSON)
    for wrong in PATHS:
        for method in ("POST", "PUT"):
            yield Case(f"{method} {wrong}", f"{BASE}/{wrong}", {"agentId": "{agent}"}, method=method)
        yield Case(
            f"{wrong} with another's body", f"{BASE}/{wrong}", {"participantId": "x", "sessionId": "y"}
        )
    for path in ("conversations/cobrowse/sessions", "cobrowse/invites", "cobrowse/sessions", "cobrowse",
                 "conversations/cobrowse/start", "conversation/cobrowse"):  # fmt: skip
        for body in ({"conversationId": "{id}"}, {"conversationId": 7}, {"agentId": "{agent}"}, None):
            yield Case(f"{path} with {body}", f"/api/v2/{path}", body)


SCENES = ("queued", "alerting", "ended", "live", "no agent", "two agents", "agent without permission",
          "nobody", "unknown", "foreign", "inactive agent", "cobrowse, empty")  # fmt: skip


def situated() -> Iterator[Case]:
    """Good and bad requests where the conversation is not, or is no more, or is not the caller's."""
    for scene in SCENES:
        for way, (path, body) in GOOD.items():
            if "{id}" not in path:
                continue
            yield Case(f"{way}: {scene}", path, body, scene=scene)
            for who in (
                "{stranger}",
                "{plain}",
                "{inactive}",
                "{elsewhere}",
                "nobody",
                "{person}",
                "{second}",
            ):
                other = json.loads(json.dumps(body).replace("{agent}", who))
                yield Case(f"{way}: {scene}, {who} named", path, other, scene=scene)
            for what, raw in (("empty", b""), ("null", b"null"), ("{}", b"{}"), ("broken", b"{"),
                              ("W2", b'{"sessionId": "new-session", "type": "cobrowse"}')):  # fmt: skip
                yield Case(f"{way}: {scene}, {what}", path, raw=raw, headers=JSON, scene=scene)


def named() -> Iterator[Case]:
    """Where all is ready, and somebody or some session is named that cannot be."""
    for who in ("{stranger}", "{plain}", "{inactive}", "{elsewhere}", "nobody", "{person}", "{foreign}"):
        for way, (path, body) in GOOD.items():
            other = json.loads(json.dumps(body).replace("{agent}", who))
            yield Case(f"{way}: {who} named", path, other)
            other = json.loads(json.dumps(body).replace("{person}", who).replace("{customer}", who))
            yield Case(f"{way}: {who} as the customer", path, other)
    links: tuple[Any, ...] = (None, "", "null", "undefined", "{foreignSession}", "7", 7, [], {})
    for link in links:
        yield Case(f"W8: {link!r}", GOOD["W3"][0], {"cobrowseSessionId": link})
        for scene in ("live", "queued", "ended"):
            yield Case(f"W8: {link!r}, {scene}", GOOD["W3"][0], {"cobrowseSessionId": link}, scene=scene)


def everything() -> dict[str, Case]:
    """All cases by name."""
    found: dict[str, Case] = {}
    for case in (*mutated(), *carried(), *situated(), *named()):
        found.setdefault(case.name, case)
    return found


def filled(value: Any, ids: dict[str, str]) -> Any:
    """`value` with the scene's ids in it."""
    if isinstance(value, dict):
        return {key: filled(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, ids) for inner in value]
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], found[0]), value)
    return value


def for_scene(case: Case, ids: dict[str, str]) -> Case:
    return replace(case, path=filled(case.path, ids), body=filled(case.body, ids))
