"""What is put on top of a refusal before it leaves: who is asking comes first, then the request that works.

The framework decodes a body before a handler runs, so a broken body is found before anybody has asked who
sends it; here that order is put right. And here, at one place, the start family's refusals get their
`help.example`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
from litestar.datastructures import Headers

from opencobrowse.domain.session import CobrowseType
from opencobrowse.http import bodies, paths
from opencobrowse.http.auth import actor_behind
from opencobrowse.http.paths import PathTable
from opencobrowse.kernel.errors import Fault, Invalid, Unauthenticated
from opencobrowse.kernel.ids import canonical
from opencobrowse.services.actor import Actor
from opencobrowse.services.core import Core
from opencobrowse.services.starting.advice import Wish
from opencobrowse.wire import api

_AGENT_KEYS = ("agentId", "initiatorId", "participantId", "initiator", "data", "to", "participants")
_SAYS = ("type", "state", "metadata", "externalTag")
_BLANK = "{conversationId}"
_MISSED = frozenset({404, 405})
_ABOUT_THE_REQUEST = frozenset({400, 405, 413, 415})
_ABOUT_THE_CALL = frozenset({400, 404, 405, 409, 403, 413, 415, 422})


class Helper:
    def __init__(self, core: Core, table: PathTable) -> None:
        self._core = core
        self._table = table
        self.public_url = core.links.public_url

    async def complete(self, scope: dict[str, Any], fault: Fault) -> Fault:
        """`fault` with its example; or a 401 instead, where the sender has no token that is any good."""
        path = str(scope["path"])
        if fault.status not in _ABOUT_THE_CALL or not path.startswith("/api/v2/") or paths.is_guest(path):
            return fault
        try:
            actor = await actor_behind(Headers.from_scope(scope), self._core)  # type: ignore[arg-type]
        except Fault as refused:
            known = bool(self._table.methods(path))
            return refused if isinstance(refused, Unauthenticated) and known else fault
        if fault.example is None:
            await self._propose(actor, scope, fault)
        return fault

    async def _propose(self, actor: Actor, scope: dict[str, Any], fault: Fault) -> None:
        path = str(scope["path"])
        known = bool(self._table.methods(path))
        place = paths.place_of(path if known else self._table.right_path(path))
        if place is not None:
            wish = _wish(place, bytes(scope.get("raw_body", b"")), fault)
            advice = self._core.start.advice
            fault.example = await advice.example(actor, wish)
            if fault.example is None and fault.status in _MISSED | _ABOUT_THE_REQUEST:
                fault.cure = f"{(fault.cure or fault.message).rstrip('.')}; {await advice.who(actor, wish)}."
            _say_what_comes_first(fault, path)
            return
        errand = paths.errand_of(str(scope["method"]), path) if known else None
        # A list helps who named a thing wrongly, not who described a new one wrongly.
        if errand is not None and (errand.conversation_id is not None or fault.status in _MISSED):
            errand = replace(errand, body=_read(bytes(scope.get("raw_body", b""))))
            fault.example = await self._core.nearby.example(actor, errand)


def _say_what_comes_first(fault: Fault, path: str) -> None:
    """Where the request was wrong in itself and would not do even if it were right: say so in the summary."""
    example = fault.example
    if fault.status not in _ABOUT_THE_REQUEST or example is None or example.path == path:
        return
    if example.method == "PATCH" or example.path.endswith(("/participants", "/permissions")):
        first = f"but before that send the example, {example.method} {example.path}"
        fault.cure = (
            f"{(fault.cure or fault.message).rstrip('.')}; {first}: the conversation is not ready yet."
        )


def _wish(place: paths.Place, raw: bytes, fault: Fault) -> Wish:
    """What a body that was refused seems to have wanted, read as leniently as can be."""
    body = _read(raw)
    conversation_id = place.conversation_id
    if conversation_id == _BLANK and isinstance(body.get("conversationId"), str):
        conversation_id = canonical(body["conversationId"])
    data = body.get("data")
    kind = str(body.get("cobrowseType") or (data.get("mode") if isinstance(data, dict) else None)).lower()
    control = kind in ("control", "interactive")
    kept = _kept(body, fault) if place.call == "conversations" else {}
    # One whose type nobody can read only wanted to be made: with a customer it would be started, too.
    named = place.call != "conversations" or "type" in kept
    return Wish(
        place.call,
        conversation_id,
        _agent(body),
        _customer(body.get("participants")) if named else None,
        CobrowseType.CONTROL if control else CobrowseType.VIEW,
        kept,
    )


def _kept(body: dict[str, Any], fault: Fault) -> dict[str, Any]:
    """What a new conversation was to be, without what was refused: no more is changed than has to be."""
    refused = {(detail.field or "").partition("[")[0].partition(".")[0] for detail in fault.details}
    kept = {key: body[key] for key in _SAYS if key in body and key not in refused}
    try:
        bodies.check(json.dumps(kept).encode())
        msgspec.convert({"type": "cobrowse", **kept}, api.NewConversation)
    except (Invalid, msgspec.ValidationError):
        return {}
    return kept


def _read(raw: bytes) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        body = None
    return body if isinstance(body, dict) else {}


def _agent(body: Any) -> str | None:
    """The id under the first key that can name an agent."""
    if isinstance(body, str):
        return canonical(body) or None
    if isinstance(body, list):
        agents = [item for item in body if isinstance(item, dict) and item.get("role", "agent") == "agent"]
        return _agent(agents[0]) if agents else None
    if not isinstance(body, dict):
        return None
    for key in (*_AGENT_KEYS, "addParticipants", "from", "userId", "id"):
        if key in body and (found := _agent(body[key])):
            return found
    return None


def _customer(people: Any) -> str | None:
    others = [p for p in people if isinstance(p, dict)] if isinstance(people, list) else []
    keys = ("id", "externalId", "userId")
    named = [p.get(key) for p in others if p.get("role") != "agent" for key in keys]
    return next((name for name in named if isinstance(name, str) and 0 < len(name) <= 255), None)
