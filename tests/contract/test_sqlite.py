"""What is the SQLite store's own: pragmas, migrations, group commit, a disk that fails (R1, I1, F3)."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from opencobrowse.adapters.sqlite import schema
from opencobrowse.adapters.sqlite.store import SqliteStore, _where
from opencobrowse.adapters.sqlite.tables import TABLES
from opencobrowse.adapters.sqlite.writer import BATCH, Writer
from opencobrowse.domain.people import Organization, Remembered, Token, User
from opencobrowse.domain.session import Session
from opencobrowse.kernel.errors import Unavailable
from opencobrowse.ports.store import Conflict, Put
from tests.contract.records import organization


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path)
    yield opened
    opened.close()


def test_every_connection_is_wal_and_synchronous_full(store: SqliteStore) -> None:
    """R1, G5 "synchronous=NORMAL": NORMAL loses acknowledged rows in 191 of 200 power cuts."""
    seen: list[dict[str, Any]] = []

    def look(db: sqlite3.Connection) -> None:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "wal_autocheckpoint")
        seen.append({name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in names})

    look(store._db)
    asyncio.run(store._writer.run(look))
    want = {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "wal_autocheckpoint": 1000,
    }
    assert seen == [want, want]


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (Session, {"org_id": "o", "external_id": "e", "live": 1}),
        (Session, {"conversation_id": "c", "live": 1}),
        (Session, {"code_index": "c"}),
        (Session, {"token_index": "t"}),
        (Session, {"agent_user_id": "a", "live": 1}),
        (User, {"email": "e"}),
        (User, {"identity": "i"}),
        (Token, {"user_id": "u"}),
    ],
)
def test_what_is_asked_often_has_an_index(store: SqliteStore, kind: type[Any], keys: dict[str, Any]) -> None:
    """A partial index is of use only if `live` is written out, not bound."""
    where, values = _where(TABLES[kind], keys)
    query = f"SELECT version, body FROM {TABLES[kind].name} WHERE {where} ORDER BY rowid LIMIT 9"
    plan = " ".join(row[3] for row in store._db.execute(f"EXPLAIN QUERY PLAN {query}", values))
    assert "USING INDEX" in plan, plan


# -- migrations ----------------------------------------------------------------------------------------------


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_a_fresh_file_gets_the_newest_schema_and_the_second_start_changes_nothing(path: Path) -> None:
    for _ in range(2):
        store = SqliteStore(path)
        asyncio.run(_ensure(store))
        store.close()
        assert version(path) == len(schema.MIGRATIONS)


async def _ensure(store: SqliteStore) -> None:
    if await store.get(Organization, "org-1") is None:
        await store.commit(Put(organization()))


def test_a_newer_schema_is_refused_with_a_way_out(path: Path) -> None:
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    with pytest.raises(RuntimeError, match=r"schema \d+, this program knows \d+: install the newer"):
        SqliteStore(path)
    assert version(path) == len(schema.MIGRATIONS) + 1


def test_a_migration_that_fails_leaves_the_schema_before_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SqliteStore(path).close()
    broken = (*schema.MIGRATIONS, "CREATE TABLE half (id TEXT) STRICT; CREATE TABLE nonsense (")
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with pytest.raises(sqlite3.OperationalError):
        SqliteStore(path)
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as db:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema")}
    assert "half" not in tables
    SqliteStore(path).close()


def test_people_of_the_first_schema_keep_what_they_may_do(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier version gave a person was granted to them, not by a role."""
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            schema.migrate(db)
            body = (
                b'{"id":"u","org_id":"o","email":"a@b.c","name":"A","permissions":["cobrowse:agent"],'
                b'"created_at":1,"password_hash":null,"active":true,"version":1}'
            )
            db.execute("INSERT INTO person VALUES ('u', 1, ?, 'o', 'a@b.c')", (body,))
            db.execute("INSERT INTO token VALUES ('t', 1, ?, NULL, 2)", (
                b'{"id":"t","org_id":"o","client_id":"c","user_id":null,"permissions":[],"expires_at":2}',
            ))  # fmt: skip
    with closing(SqliteStore(path)) as store:
        user = asyncio.run(store.get(User, "u"))
        listed = asyncio.run(store.page(User, order="name", descending=False, org_id="o", state="active"))
        assert asyncio.run(store.find(Token, client_id="c"))[0].id == "t"
    assert user is not None
    assert user.granted == user.permissions == frozenset({"cobrowse:agent"})
    assert listed == ([user], 1), "and they are found by what they are listed by now"


def test_processes_that_start_at_once_migrate_once(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from opencobrowse.adapters.sqlite.store import SqliteStore;"
        "sys.stdin.readline(); SqliteStore(Path(sys.argv[1])).close()"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    codes = []
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
        codes.append(child.wait(30))
    assert codes == [0] * 4
    assert version(path) == len(schema.MIGRATIONS)


# -- group commit --------------------------------------------------------------------------------------------


def test_waiting_commits_share_one_transaction(path: Path) -> None:
    """Quality.md, store: one fsync for many, and still nothing acknowledged before it."""
    SqliteStore(path).close()
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    statements: list[str] = []
    db.set_trace_callback(statements.append)
    writer = Writer(db)
    at_ack: list[int] = []

    def insert(number: int) -> Any:
        return lambda db: db.execute(
            "INSERT INTO organization (id, version, body) VALUES (?, 1, ?)", (str(number), b"{}")
        )

    async def one(number: int) -> None:
        await writer.run(insert(number))
        at_ack.append(statements.count("COMMIT"))

    async def many() -> None:
        await asyncio.gather(*(one(n) for n in range(4 * BATCH)))

    asyncio.run(many())
    writer.stop()
    commits = statements.count("COMMIT")
    assert 4 <= commits <= 4 * BATCH / 16
    assert min(at_ack) >= 1
    with closing(sqlite3.connect(path)) as check:
        assert check.execute("SELECT COUNT(*) FROM organization").fetchone() == (4 * BATCH,)


def test_a_closed_store_says_so_instead_of_waiting_for_ever(path: Path) -> None:
    store = SqliteStore(path)
    store.close()
    with pytest.raises(Unavailable):
        asyncio.run(asyncio.wait_for(store.commit(Put(organization())), 5))


def test_what_was_queued_before_the_stop_is_written(path: Path) -> None:
    store = SqliteStore(path)

    async def work() -> None:
        waiting = [asyncio.create_task(store.commit(Put(organization(n)))) for n in range(20)]
        await asyncio.sleep(0)
        store.close()
        await asyncio.gather(*waiting)

    asyncio.run(work())
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT COUNT(*) FROM organization").fetchone() == (20,)


def test_a_crashed_caller_harms_nobody(store: SqliteStore) -> None:
    """A commit whose caller was cancelled is written or not, and the next ones go on."""

    async def work() -> None:
        task = asyncio.create_task(store.commit(Put(organization(1))))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(*(store.commit(Put(organization(n))) for n in range(2, 30)))
        assert task.cancelled() or task.done()

    asyncio.run(work())


# -- a disk that fails ---------------------------------------------------------------------------------------


def test_a_full_disk_acknowledges_nothing_and_recovers(store: SqliteStore) -> None:
    """F3: SQLite's own page limit stands for the disk's."""

    def limit(pages: int) -> Any:
        return lambda db: db.execute(f"PRAGMA max_page_count = {pages}")

    async def work() -> None:
        await store.commit(Put(organization(0)))
        await store._writer.run(limit(1))
        large = [Put(Remembered(f"r{n}", "o", "d", 200, b"x" * 20_000, 0)) for n in range(40)]
        done = await asyncio.gather(*(store.commit(put) for put in large), return_exceptions=True)
        for put, result in zip(large, done, strict=True):
            assert isinstance(result, Unavailable)
            assert await store.get(Remembered, put.record.id) is None
        await store._writer.run(limit(100_000))
        await store.commit(*large)
        assert await store.get(Remembered, "r39") is not None

    asyncio.run(work())


FULL = """
import asyncio, resource, sys
from pathlib import Path
from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.kernel.errors import Unavailable
from opencobrowse.ports.store import Put
from tests.contract.records import organization
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    failed = 0
    for n in range(2000):
        try:
            await store.commit(Put(organization(n)))
            print(n, flush=True)
        except Unavailable:
            failed += 1
    print("failed", failed, flush=True)
    store.close()

asyncio.run(main())
"""


def test_writes_that_the_system_refuses_are_not_acknowledged(path: Path) -> None:
    """F3: EFBIG from the system itself, on whatever file it hits; what was acknowledged is there."""
    command = [sys.executable, "-c", FULL, str(path)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split("\n")
    acknowledged = [int(line) for line in out if line.isdigit()]
    failed = next(int(line.split()[1]) for line in out if line.startswith("failed"))
    assert len(acknowledged) + failed == 2000
    assert failed > 0
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY

    async def lost(store: SqliteStore) -> list[int]:
        return [n for n in acknowledged if await store.get(Organization, f"org-{n}") is None]

    store = SqliteStore(path)
    try:
        assert asyncio.run(lost(store)) == []
        with pytest.raises(Conflict):
            asyncio.run(store.commit(Put(organization(acknowledged[0]))))
    finally:
        store.close()
