"""What really happens: each column of the matrix, executed. Results are kept, so that the page that shows
them and the tests that judge them see the same."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import httpx

from opencobrowse.http.openapi import operations
from opencobrowse.services.permissions import ALL
from tests.authorization.rows import ROWS
from tests.authorization.table import Call
from tests.authorization.world import Lab, World

T = TypeVar("T")
PEOPLE: Final = ("agent", "colleague", "bystander")


@dataclass(frozen=True)
class Need:
    """Which single permissions let a call through, and which its 403 names; both empty: any token."""

    works: frozenset[str]
    named: frozenset[str]


@dataclass(frozen=True)
class Stranger:
    """One call with an id of `theirs` in it, another organisation; and with one that never was."""

    theirs: World
    foreign: httpx.Response
    foreign_ids: Mapping[str, str]
    unknown: httpx.Response
    unknown_ids: Mapping[str, str]


class Trials:
    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.description = dict(lab.http.get("/openapi.json").json())
        self.calls = {call.name: call for call in self._described()}
        self._fresh: dict[tuple[str, bool, str | None], World] = {}
        self._kept: dict[tuple[str, str], object] = {}

    def send(
        self,
        call: Call,
        ids: Mapping[str, str],
        bearer: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        """One call, from an address of its own: nobody uses up another's guesses."""
        made = call.request(ids)
        made["headers"] = {**made["headers"], "X-Forwarded-For": _address(), **headers}
        if bearer is not None:
            made["headers"]["Authorization"] = f"Bearer {bearer}"
        before = self.lab.version()
        answer = self.lab.http.request(**made)
        if self.lab.version() != before:
            self._fresh.clear()
        told = self.operation(call)["responses"]
        assert str(answer.status_code) in told, f"{call.name}: {answer.status_code} is not described"
        return answer

    def world_for(self, call: Call, ended: str | None = None, whose: str = "mine") -> World:
        """A world in which the call would succeed, and nothing has happened yet: a new one, or one in which
        every call so far was refused or only read."""
        key = whose, call.row.live, ended
        if key not in self._fresh:
            self._fresh[key] = self.lab.world(live=call.row.live, ended=ended)
        return self._fresh[key]

    def caller(self, call: Call, world: World, permissions: frozenset[str] = ALL) -> str | None:
        """A token of who makes this call; None for one that is open."""
        if call.row.open_to:
            return None
        return self.lab.token(world, permissions, _person(call))

    def operation(self, call: Call) -> dict[str, Any]:
        """What the description says of the call."""
        return dict(self.description["paths"][call.template][call.method.lower()])

    def tag(self, name: str) -> str:
        """What the description files the call under."""
        return str(self.operation(self.calls[name])["tags"][0])

    # -- the columns ---------------------------------------------------------------------------------------

    def need(self, name: str) -> Need:
        """Every permission alone. Who is refused changes nothing."""
        return self._once("need", name, self._need)

    def by(self, name: str, who: str) -> int:
        """The status for a `program`, or for a person, who holds every permission."""

        def tried(call: Call) -> int:
            world = self.world_for(call)
            token = self.lab.token(world, ALL, None if who == "program" else who)
            return self.send(call, world.ids, token).status_code

        return self._once(who, name, tried)

    def after(self, name: str, what: str) -> tuple[int, bool]:
        """The status after the `session`'s or the `conversation`'s end, and whether anything changed."""

        def tried(call: Call) -> tuple[int, bool]:
            world = self.world_for(call, ended=what)
            token = self.caller(call, world)
            before = self.lab.version()
            return self.send(call, world.ids, token).status_code, self.lab.version() != before

        return self._once(what, name, tried)

    def stranger(self, name: str) -> dict[str, Stranger]:
        """For each id that the call names: that one of another organisation among one's own (`*`: all of
        them), and the same with one that never was. What is open to all has no organisation: there, two ids
        have to fit each other."""
        return self._once("stranger", name, self._stranger)

    # -- details -------------------------------------------------------------------------------------------

    def _once(self, column: str, name: str, tried: Callable[[Call], T]) -> T:
        key = column, name
        if key not in self._kept:
            self._kept[key] = tried(self.calls[name])
        return cast(T, self._kept[key])

    def _need(self, call: Call) -> Need:
        works, named = set[str](), set[str]()
        for permission in (None, *sorted(ALL)):
            held = frozenset[str]() if permission is None else frozenset({permission})
            world = self.world_for(call)
            if permission is not None and (held, _person(call)) not in world.tokens:
                self.lab.single_permissions(world, _person(call))
            token = self.caller(call, world, held)
            before = self.lab.version()
            answer = self.send(call, world.ids, token)
            if answer.status_code == 403:
                assert self.lab.version() == before, f"{call.name}: refused, and something was written"
                named |= _named(answer)
                continue
            assert answer.status_code == call.success, f"{call.name}, {permission}: {answer.text}"
            if permission is None:
                return Need(frozenset(), frozenset())
            works.add(permission)
        return Need(frozenset(works), frozenset(named))

    def _stranger(self, call: Call) -> dict[str, Stranger]:
        mine, theirs = self.world_for(call), self.world_for(call, whose="theirs")
        sets: list[tuple[str, tuple[str, ...]]] = [(blank, (blank,)) for blank in call.blanks]
        if call.row.open_to:
            sets = sets if len(sets) > 1 else []
        elif sets:
            sets.insert(0, ("*", call.blanks))
        found = {}
        for blank, swapped in sets:
            foreign_ids = {**mine.ids, **{name: theirs.ids[name] for name in swapped}}
            unknown_ids = {**mine.ids, **{name: never(theirs.ids[name]) for name in swapped}}
            token = self.caller(call, mine)
            with self.lab.nothing_written(f"{call.name}, {blank}"):
                foreign = self.send(call, foreign_ids, token)
                unknown = self.send(call, unknown_ids, token)
            found[blank] = Stranger(theirs, foreign, foreign_ids, unknown, unknown_ids)
        return found

    def _described(self) -> Iterator[Call]:
        described = {
            operation["operationId"]: (path, method, operation)
            for path, method, operation in operations(self.description)
        }
        for name, row in ROWS.items():
            found = described.get(name.partition(":")[0])
            if found is not None:
                path, method, operation = found
                good = [int(status) for status in operation["responses"] if status.startswith("2")]
                yield Call(name, method.upper(), path, row.status or good[0], row)


def _person(call: Call) -> str | None:
    return None if call.row.caller == "program" else call.row.caller


def _named(answer: httpx.Response) -> set[str]:
    """The permissions that a 403 asks for."""
    body = answer.json()
    assert body["code"] in ("missing.permissions", "missing.any.permissions"), answer.text
    return set(body["messageParams"]["permissions"].split(", "))


def never(known: str) -> str:
    """An id of the same shape that never was."""
    try:
        uuid.UUID(known)
    except ValueError:
        return "".join(random.choice("BCDFGHJK") if c.isalpha() else c for c in known)
    return str(uuid.uuid4())


def _address() -> str:
    return "10." + ".".join(str(random.randrange(1, 255)) for _ in range(3))
