"""The one place that every commit goes through: what is told is what was committed, in that order."""

from __future__ import annotations

import asyncio
import inspect
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.people import Organization, Token
from opencobrowse.kernel.errors import Unavailable
from opencobrowse.ports.store import Change, Conflict, Delete, Put, Store
from opencobrowse.services.notices.announcing import Announcing


@dataclass
class Ear:
    """`ports.feed.Feed` that writes down."""

    heard: list[tuple[Change, ...]] = field(default_factory=list)

    def committed(self, changes: tuple[Change, ...]) -> None:
        self.heard.append(changes)

    def versions(self, record_id: str) -> list[int]:
        puts = [c for changes in self.heard for c in changes if isinstance(c, Put)]
        return [p.record.version for p in puts if p.record.id == record_id]


@contextmanager
def opened() -> Iterator[tuple[SqliteStore, Announcing, Ear]]:
    with tempfile.TemporaryDirectory() as folder:
        store, ear = SqliteStore(Path(folder) / "store.db"), Ear()
        try:
            yield store, Announcing(store, ear), ear
        finally:
            store.close()


def organization(name: str, version: int = 0) -> Organization:
    return Organization(name, name, 0, version)


def test_it_is_the_whole_store() -> None:
    """A method that is new in the port cannot be forgotten here."""
    methods = {n for n, _ in inspect.getmembers(Store, inspect.isfunction) if not n.startswith("_")}
    assert methods == {
        n for n, _ in inspect.getmembers(Announcing, inspect.isfunction) if not n.startswith("_")
    }


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans()), min_size=1, max_size=40))
def test_what_is_told_is_what_was_committed_in_that_order(wishes: list[tuple[str, int, bool]]) -> None:
    """Many at once, on the same records, some of them called off while they wait: for each record the told
    versions are 1, 2, 3 … up to the stored one, and nothing that failed was told (I1)."""

    async def write(store: Announcing, name: str, hops: int) -> bool:
        for _ in range(hops):
            await asyncio.sleep(0)
        found = await store.get(Organization, name)
        before = found or organization(name)
        try:
            await store.commit(Put(replace(before, name=f"{name}{before.version + 1}")))
        except Conflict:
            return False
        return True

    async def main(store: Announcing) -> int:
        tasks = [asyncio.create_task(write(store, name, hops)) for name, hops, _ in wishes]
        await asyncio.sleep(0)
        for task, (_, _, called_off) in zip(tasks, wishes, strict=True):
            if called_off:
                task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        await store.commit(Put(organization("the last one")))
        return sum(answer is True for answer in done)

    with opened() as (file, store, ear):
        acknowledged = asyncio.run(main(store))
        assert len(ear.heard) - 1 >= acknowledged
        for name in "abc":
            found = asyncio.run(file.get(Organization, name))
            told = ear.versions(name)
            assert told == list(range(1, (found.version if found else 0) + 1))
            assert found is None or found.name == f"{name}{found.version}"


def test_all_changes_of_a_commit_are_told_together_as_they_are_stored() -> None:
    with opened() as (_, store, ear):
        token = Token("t", "o", None, None, frozenset(), 1)
        asyncio.run(store.commit(Put(organization("o")), Put(token), Delete(Token, "other")))
        assert ear.heard == [
            (Put(organization("o", 1)), Put(replace(token, version=1)), Delete(Token, "other"))
        ]


def test_a_caller_who_stops_waiting_changes_nothing_of_it() -> None:
    """The deadline of a request, or a client that hung up."""

    async def main(store: Announcing, ear: Ear) -> None:
        task = asyncio.create_task(store.commit(Put(organization("o"))))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            while not ear.heard:
                await asyncio.sleep(0)

    with opened() as (file, store, ear):
        asyncio.run(main(store, ear))
        assert asyncio.run(file.get(Organization, "o")) == organization("o", 1)


@pytest.mark.parametrize("error", [Conflict("organization", "version"), Unavailable("The disk is full.")])
def test_a_commit_that_fails_is_not_told(error: Exception) -> None:
    class Failing:
        async def commit(self, *changes: Change) -> None:
            raise error

    ear = Ear()
    store = Announcing(Failing(), ear)  # type: ignore[arg-type]
    with pytest.raises(type(error)):
        asyncio.run(store.commit(Put(organization("o"))))
    assert ear.heard == []


def test_a_feed_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Deaf:
        def committed(self, changes: tuple[Change, ...]) -> None:
            raise RuntimeError("no ears")

    async def main(file: SqliteStore) -> Ear:
        ear = Ear()
        await Announcing(file, Deaf(), ear).commit(Put(organization("o")))
        return ear

    with opened() as (file, _, _ear):
        assert len(asyncio.run(main(file)).heard) == 1
    assert "a feed failed" in caplog.text
