"""What `ports.store.Store` promises, of every adapter (I1, I6, I7): one joins by a row in `ADAPTERS`."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.control import Control, ControlEnd, Grant
from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.people import Organization, Remembered, Token, User
from opencobrowse.domain.session import Session, SessionState
from opencobrowse.ports.store import Conflict, Delete, Put
from tests.contract.records import NOW, conversation, organization, remembered, session, token

T = TypeVar("T")
AnyStore = SqliteStore
"""What the suite calls: `ports.store.Store`, and `close`."""


@contextmanager
def sqlite(folder: Path) -> Iterator[AnyStore]:
    store = SqliteStore(folder / "store.db")
    try:
        yield store
    finally:
        store.close()


ADAPTERS = {"sqlite": sqlite}


@pytest.fixture(params=sorted(ADAPTERS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    with ADAPTERS[request.param](tmp_path) as opened:
        yield opened


def run(work: Callable[[], Awaitable[T]]) -> T:
    async def main() -> T:
        return await asyncio.wait_for(work(), 60)

    return asyncio.run(main())


# -- records and versions ------------------------------------------------------------------------------------


def test_every_kind_comes_back_as_it_was(store: AnyStore) -> None:
    user = User("u", "org-1", "a@b.example", "Ada", frozenset({"cobrowse:agent"}), NOW, "hash")
    records: list[Any] = [organization(), user, token("t", NOW), remembered("r", NOW), conversation("c", metadata={"a": [1, {"b": None}]}), session("s")]  # fmt: skip  # noqa: E501

    async def work() -> None:
        await store.commit(*(Put(record) for record in records))
        for record in records:
            assert await store.get(type(record), record.id) == replace(record, version=1)

    run(work)


def test_who_had_control_comes_back_as_it_was(store: AnyStore) -> None:
    """I1: each grant, the open ones too."""

    async def work() -> None:
        over = Grant("ada", "p", 1, True, "https://shop.example", 1, 9, ControlEnd.VIEWER_LEFT)
        made = session("s", control=Control.PENDING, grants=(over, Grant("ben", "q", 10)))
        await store.commit(Put(made))
        found = await store.get(Session, "s")
        assert found is not None
        assert (found.control, found.grants) == (made.control, made.grants)

    run(work)


def test_versions_count_and_an_old_one_conflicts(store: AnyStore) -> None:
    async def work() -> None:
        await store.commit(Put(organization()))
        await store.commit(Put(organization(version=1)))
        for stale in (0, 1, 3):
            with pytest.raises(Conflict):
                await store.commit(Put(organization(version=stale)))
        got = await store.get(Organization, "org-1")
        assert got is not None
        assert got.version == 2

    run(work)


def test_a_commit_is_all_or_nothing(store: AnyStore) -> None:
    """G5 "dedupe key not in the same transaction": an effect and what remembers it are one."""

    async def work() -> None:
        await store.commit(Put(remembered("key", NOW)))
        with pytest.raises(Conflict):
            await store.commit(
                Put(organization()), Delete(Remembered, "key"), Put(organization(2, version=7))
            )
        assert await store.get(Organization, "org-1") is None
        assert await store.get(Remembered, "key") is not None

    run(work)


def test_one_conflict_does_not_undo_its_neighbours(store: AnyStore) -> None:
    """Commits of the same group are independent of each other."""

    async def work() -> None:
        commits = [store.commit(Put(organization(n, version=1 if n % 3 == 0 else 0))) for n in range(60)]
        done = await asyncio.gather(*commits, return_exceptions=True)
        for n, result in enumerate(done):
            assert isinstance(result, Conflict) == (n % 3 == 0)
            assert (await store.get(Organization, f"org-{n}") is None) == (n % 3 == 0)

    run(work)


def test_deleting_what_is_not_there_is_no_error(store: AnyStore) -> None:
    async def work() -> None:
        await store.commit(Put(organization()))
        await store.commit(Delete(Organization, "org-1"), Delete(Organization, "nobody"))
        assert await store.get(Organization, "org-1") is None

    run(work)


# -- uniqueness under concurrency ----------------------------------------------------------------------------


def test_one_live_session_a_conversation_under_200_concurrent_starts(store: AnyStore) -> None:
    """I6: exactly one wins; after its end another may begin."""

    async def work() -> None:
        starts = [store.commit(Put(session(f"s{n}"))) for n in range(200)]
        done = await asyncio.gather(*starts, return_exceptions=True)
        assert [type(r) for r in done if r is not None] == [Conflict] * 199
        (live,) = await store.find(Session, conversation_id="conversation", live=1)
        await store.commit(Put(replace(live, state=SessionState.ENDED)), Put(session("next")))
        (live,) = await store.find(Session, conversation_id="conversation", live=1)
        assert live.id == "next"

    run(work)


def test_of_200_concurrent_changes_of_one_record_one_wins(store: AnyStore) -> None:
    async def work() -> None:
        await store.commit(Put(organization()))
        changes = [store.commit(Put(organization(1, version=1))) for _ in range(200)]
        done = await asyncio.gather(*changes, return_exceptions=True)
        assert done.count(None) == 1

    run(work)


def test_one_identity_at_the_provider_is_one_person(store: AnyStore) -> None:
    """Two first sign-ins at once, or another account of the same `issuer|sub`: one of them is a conflict."""

    def person(number: int, identity: str | None) -> User:
        return User(f"u{number}", "org-1", f"a{number}@b.example", "Ada", frozenset(), NOW, identity=identity)

    async def work() -> list[str]:
        await store.commit(Put(person(1, "https://id.example|7")), Put(person(2, None)), Put(person(3, None)))
        with pytest.raises(Conflict):
            await store.commit(Put(person(4, "https://id.example|7")))
        with pytest.raises(Conflict):
            await store.commit(Put(replace(person(2, "https://id.example|7"), version=1)))
        return [user.id for user in await store.find(User, identity="https://id.example|7")]

    assert run(work) == ["u1"]


def test_an_email_is_taken_once(store: AnyStore) -> None:
    async def work() -> None:
        people = [User(f"u{n}", "org-1", "a@b.example", "Ada", frozenset(), NOW) for n in range(5)]
        done = await asyncio.gather(*(store.commit(Put(p)) for p in people), return_exceptions=True)
        assert done.count(None) == 1

    run(work)


# -- reading -------------------------------------------------------------------------------------------------


def test_reads_see_every_commit_that_has_returned(store: AnyStore) -> None:
    async def work() -> None:
        async def write_and_read(n: int) -> None:
            await store.commit(Put(organization(n)))
            assert await store.get(Organization, f"org-{n}") is not None

        await asyncio.gather(*(write_and_read(n) for n in range(300)))

    run(work)


def test_find_by_declared_keys_oldest_first(store: AnyStore) -> None:
    async def work() -> None:
        for n in range(5):
            name = f"s{n}"
            await store.commit(Put(session(name, name, customer_external_id=None if n == 2 else "customer")))
        await store.commit(Put(replace(session("s1", "s1"), version=1)))
        found = await store.find(Session, org_id="org-1", external_id="customer", live=1)
        assert [s.id for s in found] == ["s0", "s1", "s3", "s4"]
        assert [s.id for s in await store.find(Session, external_id=None)] == ["s2"]
        assert [s.id for s in await store.find(Session, limit=2)] == ["s0", "s1"]
        assert await store.find(Session, live=0) == []
        with pytest.raises(KeyError):
            await store.find(Session, reason="x")

    run(work)


def test_pages_newest_first_with_the_total(store: AnyStore) -> None:
    async def work() -> None:
        for n in range(7):
            await store.commit(Put(organization(n)))
        page, total = await store.page(Organization, offset=2, limit=3)
        assert ([o.id for o in page], total) == (["org-4", "org-3", "org-2"], 7)

    run(work)


def test_pages_in_the_order_of_a_key(store: AnyStore) -> None:
    """By name whatever the case, and by age where the names are the same."""

    async def work() -> None:
        for n, name in enumerate(["zoe", "Bea", "ada", "bea"]):
            person = User(f"u{n}", "org-1", f"{n}@b.example", name, frozenset(), NOW, active=n != 2)
            await store.commit(Put(person))
        await store.commit(Put(User("other", "org-2", "o@b.example", "Ada", frozenset(), NOW)))

        async def ids(offset: int = 0, limit: int = 25, descending: bool = False, **keys: str) -> list[str]:
            page, _ = await store.page(
                User, offset=offset, limit=limit, order="name", descending=descending, org_id="org-1", **keys
            )
            return [user.id for user in page]

        assert await ids() == ["u2", "u1", "u3", "u0"]
        assert await ids(offset=1, limit=2) == ["u1", "u3"]
        assert await ids(descending=True) == ["u0", "u3", "u1", "u2"]
        assert await ids(state="active") == ["u1", "u3", "u0"]
        assert await ids(state="inactive") == ["u2"]
        with pytest.raises(KeyError):
            await store.page(User, order="shoe_size")

    run(work)


def test_due_and_live_sessions(store: AnyStore) -> None:
    async def work() -> None:
        for n in range(4):
            await store.commit(Put(session(f"s{n}", f"c{n}", deadline=NOW + n)))
        await store.commit(Put(replace(session("s0", "c0"), version=1, state=SessionState.EXPIRED)))
        assert [s.id for s in await store.due(NOW + 2)] == ["s1", "s2"]
        assert [s.id for s in await store.due(NOW + 2, limit=1)] == ["s1"]
        assert {s.id for s in await store.live_sessions()} == {"s1", "s2", "s3"}

    run(work)


def test_idle_conversations(store: AnyStore) -> None:
    async def work() -> None:
        for n in range(3):
            await store.commit(Put(conversation(f"c{n}", updated_at=NOW + n)))
        assert [c.id for c in await store.idle(NOW + 1)] == ["c0", "c1"]
        assert await store.get(Conversation, "c2") is not None

    run(work)


def test_prune_removes_what_has_expired_and_nothing_else(store: AnyStore) -> None:
    async def work() -> None:
        for n in range(10):
            await store.commit(Put(token(f"t{n}", NOW + n)), Put(remembered(f"r{n}", NOW + n)))
        assert await store.prune(NOW - 1) == 0
        assert await store.prune(NOW + 4) == 10
        assert await store.prune(NOW + 4) == 0
        assert await store.get(Token, "t4") is None
        assert await store.get(Remembered, "r4") is None
        assert await store.get(Token, "t5") is not None
        assert await store.get(Remembered, "r5") is not None

    run(work)


# -- durability ----------------------------------------------------------------------------------------------

WRITER = """
import asyncio, sys
from pathlib import Path
from tests.contract.records import organization
from tests.contract.test_store import ADAPTERS
from opencobrowse.ports.store import Put

async def main():
    with ADAPTERS[sys.argv[1]](Path(sys.argv[2])) as store:
        async def write(first):
            for n in range(first, 10**9, 8):
                await store.commit(Put(organization(n)))
                print(n, flush=True)
        await asyncio.gather(*(write(first) for first in range(8)))

asyncio.run(main())
"""


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
@pytest.mark.parametrize("acknowledged", [1, 50, 500])
def test_nothing_that_was_acknowledged_is_lost_by_kill_9(
    tmp_path: Path, adapter: str, acknowledged: int
) -> None:
    """I1, F1: a child prints what was acknowledged, and is killed in the middle of writing."""
    command = [sys.executable, "-c", WRITER, adapter, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        seen = [int(child.stdout.readline()) for _ in range(acknowledged)]
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split("\n")
    seen += [int(line) for line in rest[:-1]]

    with ADAPTERS[adapter](tmp_path) as store:

        async def lost() -> list[int]:
            return [n for n in seen if await store.get(Organization, f"org-{n}") is None]

        assert run(lost) == []
