"""A hub with control in it, told what to do step by step; a store in memory whose commits can be held up.

The world keeps its own account of who may act (`may`), from what the people have said and what is stored, not
from what the hub believes. Every action that comes to a page is held against it the moment it is sent (I8).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any

from opencobrowse.domain.control import Control
from opencobrowse.domain.deployment import CobrowseSettings, Configuration, Deployment
from opencobrowse.domain.session import CobrowseType, EndReason, Session, SessionState, transfer
from opencobrowse.kernel.clock import ManualClock
from opencobrowse.kernel.secrets import Secret
from opencobrowse.live.connection import Connection
from opencobrowse.ports.store import Change, Conflict, Put
from tests.unit.live.backstage import Backstage, FakeTransport

SHOP, OTHER = "https://shop.example", "https://other.example"
CLICK = {"kind": "click", "node": 5}


class MemoryStore:
    """As much of `ports.store.Store` as the hub needs. While `gate` is shut, commits wait."""

    def __init__(self) -> None:
        self.records: dict[tuple[type, str], Any] = {}
        self.gate = asyncio.Event()
        self.gate.set()

    async def get(self, kind: type, record_id: str) -> Any:
        return self.records.get((kind, record_id))

    async def find(self, kind: type, **_: Any) -> list[Any]:
        return [r for (of, _), r in self.records.items() if of is kind and kind is Session and r.live]

    async def commit(self, *changes: Change) -> None:
        await self.gate.wait()
        puts = [change for change in changes if isinstance(change, Put)]
        for put in puts:
            there = self.records.get((type(put.record), put.record.id))
            if (there.version if there else 0) != put.record.version:
                raise Conflict(type(put.record).__name__, put.record.id)
        for put in puts:
            stored = replace(put.record, version=put.record.version + 1)
            self.records[type(put.record), put.record.id] = stored


@dataclass(eq=False)
class Person:
    """One socket of somebody. `page`: of the customer; else of the agent `user`."""

    connection: Connection
    seen: FakeTransport
    user: str = ""
    origin: str = ""
    heard: int = 0

    @property
    def here(self) -> bool:
        return not (self.connection.gone or self.connection.closing)


@dataclass
class Account:
    """What the world knows of one grant: whose it may be, and whether somebody has ended it."""

    legit: set[int] = field(default_factory=set)
    over: bool = False
    used_at: int = 0
    left_at: int | None = None


class ControlWorld(Backstage):
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store: Any = MemoryStore()
        self._tickets = 0
        self.begin()
        self.pages: list[Person] = []
        self.viewers: list[Person] = []
        self.accounts: dict[int, Account] = {}
        self.asking: Person | None = None
        self.sent: dict[int, Person] = {}
        self.passed = self.ids = 0
        self.wrong: list[str] = []
        self.token = ""
        self.settings = CobrowseSettings()

    @property
    def slow(self) -> bool:
        return not self.store.gate.is_set()

    @property
    def record(self) -> Session:
        found: Session = self.store.records[Session, "s"]
        return found

    async def open(self, kind: CobrowseType) -> None:
        self.settings = CobrowseSettings()
        await self.store.commit(
            Put(Configuration("c", "org", "c", 0, 0, published=self.settings)),
            Put(Deployment("d", "org", "d", "c", Secret("x"), 0, 0)),
        )
        await self.session(kind=kind)
        await self.page_comes(SHOP)
        self.say_to(self.pages[-1], "accept", sessionId="s", textVersion="t", control=True)
        await self.turns()
        assert self.record.state is SessionState.ACTIVE

    # -- people --------------------------------------------------------------------------------------------

    def say_to(self, who: Person, type_: str, **values: Any) -> None:
        if who.here:
            who.connection._on_text(json.dumps({"type": type_, **values}).encode())

    async def says(self, who: Person, type_: str, **values: Any) -> None:
        self.say_to(who, type_, **values)
        await self.turns()

    async def turns(self) -> None:
        """Everything that can happen without waiting for the store; all of it, if that is not held up."""
        for _ in range(15 if self.slow else 3):
            await asyncio.sleep(0)
        while not self.slow and (
            self.hub._tasks or any(p.connection._task for p in [*self.pages, *self.viewers])
        ):
            await asyncio.sleep(0)
        self.note()

    def note(self) -> None:
        """Keep the accounts: who asked first has it; what came with the session is the first agent's."""
        found = self.record
        for page in self.pages:
            share = [m for m in page.seen.told if m["type"] == "share" and m["resumeToken"]]
            self.token = share[-1]["resumeToken"] if share and page is self.pages[-1] else self.token
        number = len(found.grants)
        if found.control is Control.NONE or number in self.accounts:
            return
        account = self.accounts[number] = Account(used_at=self.clock.now())
        if found.grants[-1].with_session:
            return
        if self.asking is not None:
            account.legit.add(id(self.asking))
            if not self.asking.here:
                account.left_at = self.clock.now()

    async def page_comes(self, origin: str) -> None:
        """The customer's page, or the next one, with the token of the one before."""
        hello = {"session": "s", "token": self.token} if self.token else {}
        connection, seen = self.connect(role="page", external_id="customer", deployment_id="d", origin=origin)
        page = Person(connection, seen, origin=origin)
        send = seen.send

        def watched(kind: int, data: bytes) -> None:
            send(kind, data)
            if int(kind) == 1 and seen.told[-1]["type"] == "act":
                self.check(page, seen.told[-1])

        seen.send = watched  # type: ignore[method-assign]
        self.pages.append(page)
        self.say_to(page, "hello", versions=[1], **hello)
        await self.turns()

    async def viewer_comes(self, user: str) -> None:
        connection, seen = self.connect(role="viewer", session_id="s", user_id=user, name=user)
        viewer = Person(connection, seen, user=user)
        self.viewers.append(viewer)
        self.say_to(viewer, "hello", versions=[1])
        await self.turns()
        account = self.account
        if account is None or user != self.record.grants[-1].user_id or connection.peer is None:
            return
        if not any(id(v) in account.legit and v.here for v in self.viewers):
            account.legit.add(id(viewer))
            account.left_at = None

    @property
    def account(self) -> Account | None:
        """Of what is asked for or held, as stored."""
        return self.accounts.get(len(self.record.grants)) if self.record.control is not Control.NONE else None

    async def leaves(self, who: Person) -> None:
        if who.here:
            who.connection.on_ws_disconnected(who.seen)  # type: ignore[arg-type]
            account = self.account
            if account is not None and id(who) in account.legit:
                account.left_at = self.clock.now()
        await self.turns()

    async def request(self, viewer: Person) -> None:
        if not self.slow or self.asking is None:
            self.asking = viewer
        self.say_to(viewer, "control.request")
        await self.turns()

    async def ends(self, who: Person, type_: str) -> None:
        """Revoked by the page that shares, or released by whose it is: from now on nothing may pass."""
        account = self.account
        mine = account is not None and (who in self.pages or id(who) in account.legit)
        before = self.sharer
        if who.connection._task is not None:
            return  # it still waits for what it said before
        self.say_to(who, type_)
        await self.turns()
        if account is not None and mine and who.here and (who in self.viewers or who is before):
            refused = who.seen.told[-1]["type"] == "error"
            account.over = account.over or not refused

    async def act(self, viewer: Person, **action: Any) -> bool:
        self.ids += 1
        self.sent[self.ids] = viewer
        before = self.passed
        self.say_to(viewer, "act", id=self.ids, action=action or CLICK, peer=7, agentName="forged")
        await self.turns()
        return self.passed == before + 1

    # -- others --------------------------------------------------------------------------------------------

    async def publish(self, **settings: bool) -> None:
        self.settings = CobrowseSettings(**settings)  # type: ignore[arg-type]
        found = self.store.records[Configuration, "c"]
        await self.told.commit(Put(replace(found, published=self.settings)))
        await self.turns()

    async def pause(self, paused: bool) -> None:
        await self.lifecycle.set_paused("s", paused)
        await self.turns()

    async def end(self) -> None:
        await self.lifecycle.end("s", EndReason.API)
        await self.turns()

    async def transfer(self, user: str) -> None:
        found = self.record
        if found.live and found.agent_user_id != user:
            await self.told.commit(Put(transfer(found, user, f"p-{user}", self.clock.now())))
            self.hub.transferred(self.record, user)
        await self.turns()

    async def restart(self) -> None:
        """kill -9: no socket says goodbye."""
        for person in [*self.pages, *self.viewers]:
            if person.here and self.account is not None and id(person) in self.account.legit:
                self.account.left_at = self.clock.now()
            person.connection.gone = True
        self.begin()
        self.asking = None
        if self.record.sharing:
            self.hub.restore(self.record)
        await self.turns()

    async def wait(self, seconds: int) -> None:
        """In steps of a second, long times in steps of five."""
        step = 1 if seconds < 40 else 5
        for _ in range(-(-seconds // step)):
            self.clock.advance(step * 1_000)
            for person in [*self.pages, *self.viewers]:
                person.connection.heard = True
            await self.hub.tick()
            await self.turns()

    # -- what must be --------------------------------------------------------------------------------------

    @property
    def sharer(self) -> Person | None:
        room = self.hub.rooms.get("s")
        return next((p for p in self.pages if room is not None and p.connection.peer is room.sharer), None)

    def may(self, viewer: Person, kind: str = "click") -> str:
        """Why an action of `viewer` may not pass now, by our own account; empty if it may."""
        found, sharer, account = self.record, self.sharer, self.account
        now = self.clock.now()
        navigates = kind in ("back", "forward", "reload", "navigate")
        wrong = {
            "not active (I5)": found.state is not SessionState.ACTIVE,
            "not held": found.control is not Control.HELD,
            "not theirs": account is None or id(viewer) not in account.legit,
            "not the agent's": viewer.user != found.agent_user_id,
            "over": account is not None and account.over,
            "gone": not viewer.here,
            "idle (D)": account is not None and now - account.used_at > 305_000,
            "no page": sharer is None or not sharer.here,
            "another origin": sharer is not None
            and bool(found.grants)
            and sharer.origin != found.grants[-1].page_origin,
            "not allowed": not self.settings.allow_agent_control
            or (navigates and not self.settings.allow_agent_navigation),
        }
        return ", ".join(why for why, is_so in wrong.items() if is_so)

    def check(self, page: Person, message: dict[str, Any]) -> None:
        """An action came to a page. Nothing is raised here: a server takes that for a failure of its own."""
        viewer = self.sent[message["id"]]
        self.note()
        account = self.account
        if account is not None and not account.legit and self.record.grants[-1].with_session:
            account.legit.add(id(viewer))  # nobody else had it
        number = viewer.connection.peer.number if viewer.connection.peer else 0
        wrong = {
            "I6: to a page that does not share": page is not self.sharer,
            f"I8: {self.may(viewer, message['action']['kind'])}": self.may(viewer, message["action"]["kind"]),
            "the server says whose it is": message["peer"] != number or "agentName" in message,
        }
        self.wrong += [why for why, is_so in wrong.items() if is_so]
        self.passed += 1
        if account is not None:
            account.used_at = self.clock.now()

    def agrees(self) -> None:
        """When all is quiet: everybody has been told what is stored, and it cannot stay so for ever."""
        assert not self.wrong, self.wrong
        found, room = self.record, self.hub.rooms.get("s")
        if not found.live:
            assert found.control is Control.NONE
            assert room is None
            return
        if room is None or self.slow:
            return
        assert room.hold.shown in (found.control, Control.NONE)
        for person in [*self.pages, *self.viewers]:
            states = [m for m in person.seen.told if m["type"] == "state"]
            if person.here and person.connection.room is room and states:
                assert states[-1]["control"] == room.hold.shown.value
                assert states[-1].get("controller", 0) == room.hold.controller
        account = self.account
        if account is not None and account.left_at is not None:
            assert self.clock.now() - account.left_at <= 21_000, "D: away for more than 15 s"
        for grant in found.grants[:-1]:
            assert grant.ended_at is not None, "I6: one at a time"
