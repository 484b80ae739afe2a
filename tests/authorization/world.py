"""Little worlds for the matrix: an organisation of its own each, with everything in it that a call can name.

Records are put in through the store adapter, on the file of the running server; sessions are started through
the API. A world costs a few milliseconds, so every call that changes something gets a fresh one.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import httpx

from opencobrowse.adapters.clock import SystemClock
from opencobrowse.adapters.passwords import Argon2Passwords
from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.conversation import (
    AddressType,
    Conversation,
    ConversationState,
    ConversationType,
    Participant,
    Purpose,
)
from opencobrowse.domain.deployment import CobrowseSettings, Configuration, Deployment, PublishedVersion
from opencobrowse.domain.notification import Channel
from opencobrowse.domain.people import OAuthClient, Organization, Role, Token, User
from opencobrowse.domain.wrapup import Wrapup, WrapupCode
from opencobrowse.kernel.ids import HOUR, Millis
from opencobrowse.kernel.secrets import Keyring, Secret, digest
from opencobrowse.ports.store import Put, Record
from opencobrowse.services.permissions import ALL, COBROWSE_AGENT, ROLE_VIEW
from tests.support.server import Server, running

PASSWORD: Final = "correct horse battery staple"
PROGRAM: Final = "https://program.example/back"
SECRET: Final = "a-client-secret-of-the-matrix-0123456789"
START: Final = "/api/v2/conversations/{}/cobrowse"


@dataclass
class World:
    """`ids`: what a call can name, by what it is here; `bearer`: of a token that may do everything. See
    `Lab.world` for the cast."""

    ids: dict[str, str]
    bearer: str = ""
    tokens: dict[tuple[frozenset[str], str | None], str] = field(default_factory=dict)

    @property
    def org_id(self) -> str:
        return self.ids["organization"]

    def told_in(self, text: str) -> set[str]:
        """Which things of this world a text names."""
        return {name for name, value in self.ids.items() if value in text}


class Lab:
    """A running server, its store, and the worlds in it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.clock = SystemClock()
        path = server.data_dir / "opencobrowse.db"
        self._runner = asyncio.Runner()
        self._store = SqliteStore(path)
        self._watch = sqlite3.connect(path)
        self._keyring = Keyring(self._store.key("sessions"))
        self._password = self._runner.run(Argon2Passwords().hash(PASSWORD))
        self.http = httpx.Client(base_url=server.url, timeout=20)

    def close(self) -> None:
        self.http.close()
        self._watch.close()
        self._store.close()
        self._runner.close()

    # -- what is in a world --------------------------------------------------------------------------------

    def world(self, live: bool = False, ended: str | None = None, neighbours: bool = False) -> World:
        """`agent` talks with a customer in `conversation`, `colleague` with another in `otherConversation`.
        `live`: the first has a session; `neighbours`: so has the other. `ended`: what is over of the first,
        its `session` or the whole `conversation`. `bystander` is in no conversation and no agent; `newcomer`
        may do nothing."""
        world = World({name: str(uuid.uuid4()) for name in ("organization", "client")}, _bearer())
        token = self._token(world, world.bearer, ALL, None, self.clock.now() + HOUR)
        world.tokens[ALL, None] = world.bearer
        records = self._organisation(world.ids), self._people(world.ids), self._conversations(world.ids)
        self.put(token, *(record for group in records for record in group))
        if neighbours:
            self._start(world, "otherConversation", "otherSession", "colleague")
        if live or ended is not None:
            self._start(world, "conversation", "session", "agent")
        if ended is not None:
            self._end(world, ended)
        return world

    def single_permissions(self, world: World, person: str | None = None) -> None:
        """Make a token of each permission alone, all in one commit: `token` finds them."""
        expires = self.clock.now() + HOUR
        made = {(frozenset({name}), person): _bearer() for name in ALL}
        self.put(*(self._token(world, made[key], *key, expires) for key in made))
        world.tokens.update(made)

    def put(self, *records: Record) -> None:
        self._runner.run(self._store.commit(*(Put(record) for record in records)))

    def change(self, kind: type[Any], record_id: str, **values: Any) -> None:
        """Change a stored record behind the API's back, as an operator's command does."""
        found = self._runner.run(self._store.get(kind, record_id))
        assert found is not None
        self.put(replace(found, **values))

    def token(
        self,
        world: World,
        permissions: frozenset[str] = ALL,
        person: str | None = None,
        expires_at: Millis | None = None,
    ) -> str:
        """A token of the world's program, or of a `person` in it; the same one for the same question."""
        if expires_at is None and (permissions, person) in world.tokens:
            return world.tokens[permissions, person]
        bearer = _bearer()
        expires = self.clock.now() + HOUR if expires_at is None else expires_at
        self.put(self._token(world, bearer, permissions, person, expires))
        if expires_at is None:
            world.tokens[permissions, person] = bearer
        return bearer

    @contextmanager
    def nothing_written(self, where: str) -> Iterator[None]:
        """No commit of the server reached the store meanwhile."""
        before = self.version()
        yield
        assert self.version() == before, f"{where}: something was written"

    def version(self) -> int:
        (version,) = self._watch.execute("PRAGMA data_version").fetchone()
        return int(version)

    # -- details -------------------------------------------------------------------------------------------

    @staticmethod
    def _token(
        world: World, bearer: str, permissions: frozenset[str], person: str | None, expires: Millis
    ) -> Token:
        client_id, user_id = (None, world.ids[person]) if person else (world.ids["client"], None)
        return Token(digest(bearer), world.org_id, client_id, user_id, permissions, expires)

    def _organisation(self, ids: dict[str, str]) -> list[Record]:
        now, org = self.clock.now(), ids["organization"]
        for name in ("configuration", "draft", "deployment", "role", "wrapupCode", "channel"):
            ids[name] = str(uuid.uuid4())
        settings = CobrowseSettings()
        version = PublishedVersion(1, "Configuration", now, settings)
        return [
            Organization(org, f"Organisation {org[:8]}", now),
            OAuthClient(ids["client"], org, "Program", digest(SECRET), ALL, now,
                        redirect_uris=(PROGRAM,)),
            Configuration(ids["configuration"], org, "Configuration", now, now, draft=settings,
                          published=settings, published_version=1, published_at=now, history=(version,)),
            Configuration(ids["draft"], org, "Never published", now, now, draft=settings),
            Deployment(ids["deployment"], org, "Deployment", ids["configuration"],
                       Secret(digest(ids["deployment"])), now, now, ("localhost",)),
            Role(ids["role"], org, "Reader of roles", frozenset({ROLE_VIEW}), now, now),
            WrapupCode(ids["wrapupCode"], org, "Resolved", now, now),
            Channel(ids["channel"], org, f"{org}/-/{ids['client']}", digest("over"), now, now + HOUR),
        ]  # fmt: skip

    def _people(self, ids: dict[str, str]) -> list[Record]:
        return [
            self._person(ids, "agent", ALL),
            self._person(ids, "colleague", ALL),
            self._person(ids, "bystander", ALL - {COBROWSE_AGENT}),
            self._person(ids, "newcomer", frozenset()),
        ]

    def _person(self, ids: dict[str, str], name: str, permissions: frozenset[str]) -> User:
        ids[name] = str(uuid.uuid4())
        email = ids[f"{name}Email"] = f"{name}-{ids[name][:13]}@example.com"
        return User(ids[name], ids["organization"], email, name.capitalize(), permissions, self.clock.now(),
                    self._password, granted=permissions)  # fmt: skip

    def _conversations(self, ids: dict[str, str]) -> list[Record]:
        return [
            self._conversation(ids, "conversation", "agent", "participant", "customer"),
            self._conversation(ids, "otherConversation", "colleague", "otherParticipant", "otherCustomer"),
        ]

    def _conversation(
        self, ids: dict[str, str], name: str, agent: str, agents_part: str, customers_part: str
    ) -> Conversation:
        for made in (name, agents_part, customers_part):
            ids[made] = str(uuid.uuid4())
        now = self.clock.now()
        external = ids[f"{customers_part}ExternalId"] = f"{customers_part}-{ids[customers_part]}"
        people = (
            Participant(ids[agents_part], Purpose.AGENT, ids[agent], address_type=AddressType.USER,
                        name=agent.capitalize(), joined_at=now, connected_at=now,
                        wrapup=Wrapup(ids["wrapupCode"], "Resolved", now)),
            Participant(ids[customers_part], Purpose.CUSTOMER, None, external,
                        address_type=AddressType.EXTERNAL, joined_at=now, connected_at=now),
        )  # fmt: skip
        return Conversation(ids[name], ids["organization"], ConversationType.VOICE, ConversationState.ACTIVE,
                            now, now, people)  # fmt: skip

    def _start(self, world: World, conversation: str, session: str, agent: str) -> None:
        headers = {"Authorization": f"Bearer {world.bearer}"}
        answer = self.http.post(
            START.format(world.ids[conversation]), json={"agentId": world.ids[agent]}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        world.ids[session] = answer.json()["id"]
        world.ids[f"{session}Code"] = self._keyring.join_code(world.ids[session])

    def _end(self, world: World, what: str) -> None:
        path = "/api/v2/conversations/" + ("cobrowsesessions/" if what == "session" else "")
        headers = {"Authorization": f"Bearer {world.bearer}"}
        body = {"state": "disconnected"}
        answer = self.http.patch(path + world.ids["conversation"], json=body, headers=headers)
        assert answer.status_code == 200, answer.text


def _bearer() -> str:
    return secrets.token_urlsafe(32)


@contextmanager
def laboratory(data_dir: Path) -> Iterator[Lab]:
    """A server of its own, with its lab. Guesses of codes are counted by address, so each call may say its
    own: the server believes us."""
    with running(data_dir, "--trusted-proxies", "127.0.0.1") as server:
        lab = Lab(server)
        try:
            yield lab
        finally:
            lab.close()
