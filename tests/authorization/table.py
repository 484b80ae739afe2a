"""What a row of the matrix says, and the request that it makes.

A row says how to make the call so that it would succeed in a fresh world (`world.py`), who may, and what
becomes of it for the others. Blanks such as `{agent}` are the world's ids. Where a row says nothing, the rule
of the house holds: any program or person of the organisation who holds the permission.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

PARAMETERS: Final[Mapping[str, str]] = {
    "conversationId": "{conversation}",
    "participantId": "{participant}",
    "communicationId": "{session}",
    "sessionId": "{session}",
    "userId": "{newcomer}",
    "subjectId": "{newcomer}",
    "divisionId": "{organization}",
    "deploymentId": "{deployment}",
    "configurationId": "{configuration}",
    "versionId": "1",
    "roleId": "{role}",
    "codeId": "{wrapupCode}",
    "channelId": "{channel}",
    "namespace": "cobrowse",
}


@dataclass(frozen=True)
class Row:
    """One call. `any_of`: one of these permissions is needed; empty means that any token will do.

    - `open_to`: why no token is needed, in a few words; empty where one is.
    - `caller`: whose token is used to try the rest, a `program`'s or a person's (`agent`, …).
    - `program`, `agent`, `colleague`, `bystander`: the status for each who holds every permission, where it
      is not success. `agent` has the session, `colleague` another, `bystander` none, being no agent.
    - `live`: the conversation has a session. `ended`, `over`: the status once the conversation, or its
      session alone, has ended; None where the call is about neither. `*_changes`: that is a change still.
    - `inside`: blanks that must belong to the conversation. `refused`: by blank, the status where it is not
      this caller's to name, if that is not 404.
    - `status`: of a success, where it is not the 2xx that the description has.
    """

    any_of: tuple[str, ...] = ()
    body: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    open_to: str = ""
    caller: str = "program"
    program: int | None = None
    agent: int | None = None
    colleague: int | None = None
    bystander: int | None = None
    live: bool = False
    ended: int | None = None
    over: int | None = None
    ended_changes: bool = False
    over_changes: bool = False
    inside: tuple[str, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    status: int | None = None
    note: str = ""

    def status_for(self, who: str) -> int | None:
        """The status for who holds every permission; None: success."""
        return {"program": self.program, "agent": self.agent, "colleague": self.colleague,
                "bystander": self.bystander}[who]  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A row with its place in the description: ready to be sent in a world."""

    name: str
    method: str
    template: str
    success: int
    row: Row

    @property
    def blanks(self) -> tuple[str, ...]:
        """The ids that it names, each once."""
        row = self.row
        text = str([self._values(), row.body, dict(row.form), dict(row.query), dict(row.headers)])
        return tuple(name for name in dict.fromkeys(re.findall(r"{(\w+)}", text)) if name != "fresh")

    def request(self, ids: Mapping[str, str]) -> dict[str, Any]:
        """The arguments of `httpx.Client.request`, with these ids in the blanks."""
        row = self.row
        made: dict[str, Any] = {
            "method": self.method,
            "url": filled(re.sub(r"{(\w+)}", lambda p: self._values()[p[1]], self.template), ids),
            "params": filled(dict(row.query), ids),
            "headers": filled(dict(row.headers), ids),
        }
        if row.body is not None:
            made["json"] = filled(row.body, ids)
        if row.form:
            made["data"] = filled(dict(row.form), ids)
        return made

    def _values(self) -> dict[str, str]:
        given = {**PARAMETERS, **self.row.path}
        return {name: given[name] for name in re.findall(r"{(\w+)}", self.template)}


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """`value` with ids in its blanks."""
    if isinstance(value, dict):
        return {filled(key, ids): filled(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, ids) for inner in value]
    if isinstance(value, str):
        return re.sub(r"{(\w+)}", lambda blank: ids.get(blank[1]) or _fresh(blank[1]), value)
    return value


def _fresh(blank: str) -> str:
    """`{fresh}` is a new word each time, for what must be nobody's yet."""
    if blank != "fresh":
        raise KeyError(blank)
    return uuid.uuid4().hex


def forgotten(text: str, ids: Mapping[str, str]) -> str:
    """A text with the blanks' names in place of the ids: what is left does not depend on them."""
    for name, value in ids.items():
        text = text.replace(value, "{" + name + "}")
    return text
