"""`opencobrowse db backup` and `db restore` (issue 4 point 8; reliability.md I1, R1)."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from opencobrowse.adapters.sqlite import copies
from opencobrowse.adapters.sqlite.schema import MIGRATIONS
from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.domain.people import Organization
from opencobrowse.ports.store import Put
from opencobrowse.runtime.admin import DATABASE
from tests.support.server import Server, running

PROGRAM = str(Path(sys.executable).parent / "opencobrowse")
WRITERS = 64


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, "db", *words], capture_output=True, text=True, timeout=120, check=False)


def backup(folder: Path, target: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return command("backup", str(target), "--data-dir", str(folder), *more)


def restore(folder: Path, source: Path) -> subprocess.CompletedProcess[str]:
    return command("restore", str(source), "--data-dir", str(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data directory with one organisation in its store."""
    path = tmp_path / "data"
    put(path / DATABASE, "first")
    return path


def put(path: Path, *names: str) -> None:
    with closing(SqliteStore(path)) as store:
        asyncio.run(store.commit(*(Put(Organization(name, name, 1)) for name in names)))


def names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {name for (name,) in db.execute("SELECT id FROM organization")}


def beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir() if target.name in path.name)


async def write_while(store: SqliteStore, work: asyncio.Task[object], done: set[str]) -> None:
    """64 writers, until `work` is over. `done`: what was acknowledged so far."""

    async def write(writer: int) -> None:
        number = 0
        while not work.done():
            name = f"{writer}-{number}"
            await store.commit(Put(Organization(name, name, 1)))
            done.add(name)
            number += 1

    await asyncio.gather(*(write(writer) for writer in range(WRITERS)))


def test_a_backup_under_load_has_every_write_acknowledged_before_it_began(
    folder: Path, tmp_path: Path
) -> None:
    """I1: and the writers were not held up by it, nor it by them."""
    target = tmp_path / "copy.db"

    async def body() -> tuple[set[str], set[str]]:
        with closing(SqliteStore(folder / DATABASE)) as store:
            done: set[str] = set()
            before: set[str] = set()

            async def copy() -> None:
                while len(done) < 10 * WRITERS:
                    await asyncio.sleep(0)
                before.update(done)
                made = await asyncio.to_thread(backup, folder, target)
                assert made.returncode == 0, made.stderr

            work: asyncio.Task[object] = asyncio.create_task(copy())
            await write_while(store, work, done)
            await work
            return before, done

    before, done = asyncio.run(body())
    kept = names(target)
    assert before <= kept
    assert kept - {"first"} <= done, "nothing that was not acknowledged by the end"
    assert len(done) > len(before), "writing went on meanwhile"
    assert copies.check(target) == len(MIGRATIONS)
    assert beside(target) == ["copy.db"], "one file"
    assert target.stat().st_mode & 0o077 == 0, "it holds secrets"


KILLED = """
import signal, sys
from pathlib import Path
from opencobrowse.adapters.sqlite import copies

def hang(*_, **__):
    print("now", flush=True)
    signal.pause()

setattr(copies, sys.argv[1], hang)
if sys.argv[2] == "save":
    copies.save(Path(sys.argv[3]), Path(sys.argv[4]))
else:
    copies.put_in_place(Path(sys.argv[4]), Path(sys.argv[3]), Path(sys.argv[5]))
"""


def kill_at(step: str, *words: object) -> None:
    """Do it in another process, and kill that when it comes to `step`."""
    line = [sys.executable, "-c", KILLED, step, *map(str, words)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL


@pytest.mark.parametrize("step", ["_copy", "check", "_publish"])
def test_a_killed_backup_leaves_no_half_file(folder: Path, tmp_path: Path, step: str) -> None:
    target = tmp_path / "copy.db"
    kill_at(step, "save", folder / DATABASE, target)
    assert not target.exists()
    assert backup(folder, target).returncode == 0
    assert names(target) == {"first"}
    assert beside(target) == ["copy.db"], "what the killed one left is gone"


@pytest.mark.parametrize("step", ["_copy", "check", "_fold", "_second_name", "_publish"])
def test_a_killed_restore_leaves_the_old_store(folder: Path, tmp_path: Path, step: str) -> None:
    source = tmp_path / "copy.db"
    assert backup(folder, source).returncode == 0
    put(folder / DATABASE, "second")
    kill_at(step, "put", folder / DATABASE, source, folder / "aside")
    assert names(folder / DATABASE) == {"first", "second"}
    assert restore(folder, source).returncode == 0
    assert names(folder / DATABASE) == {"first"}


def test_a_backup_of_a_store_nobody_has_open(folder: Path, tmp_path: Path) -> None:
    """Also with commits that are still in the log beside the file, as a crash leaves them."""
    crash = (
        "import asyncio, os, sys; from pathlib import Path; from opencobrowse.adapters.sqlite.store import *;"
        "from opencobrowse.domain.people import Organization; store = SqliteStore(Path(sys.argv[1]));"
        "asyncio.run(store.commit(Put(Organization('late', 'late', 1)))); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", crash, str(folder / DATABASE)], check=False, timeout=60)
    assert done.returncode == 9
    assert (folder / f"{DATABASE}-wal").stat().st_size > 0
    assert backup(folder, tmp_path / "copy.db").returncode == 0
    assert names(tmp_path / "copy.db") == {"first", "late"}


def test_a_file_that_is_there_is_kept(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("dear")
    refused = backup(folder, target)
    assert (refused.returncode, target.read_text()) == (1, "dear")
    assert "--force" in refused.stderr
    assert backup(folder, target, "--force").returncode == 0
    assert names(target) == {"first"}


def test_the_store_is_no_place_for_its_copy(folder: Path) -> None:
    for end in ("", "-wal"):
        refused = backup(folder, folder / f"{DATABASE}{end}", "--force")
        assert refused.returncode == 1, refused.stderr
    assert names(folder / DATABASE) == {"first"}


def test_where_nothing_is_nothing_is_made(tmp_path: Path) -> None:
    refused = backup(tmp_path / "empty", tmp_path / "copy.db")
    assert refused.returncode == 1
    assert "no store" in refused.stderr
    assert list(tmp_path.iterdir()) == []
    refused = backup(tmp_path, tmp_path / "nowhere" / "copy.db")
    assert refused.returncode == 1


def _other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipe (name TEXT)")


def _newer(path: Path) -> None:
    put(path, "later")
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


def _damaged(path: Path) -> None:
    put(path, *(f"organisation {number}" for number in range(500)))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(path.read_bytes())
    content[8192:20480] = os.urandom(12288)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_text("no database at all" * 100), "database"),
        (lambda path: path.write_bytes(b""), "none of opencobrowse's"),
        (_other_database, "none of opencobrowse's"),
        (_newer, "schema"),
        (_damaged, "damaged"),
        (lambda path: None, "no file"),
    ],
)  # fmt: skip
def test_what_is_no_backup_is_refused_and_nothing_changes(
    folder: Path, tmp_path: Path, make: object, said: str
) -> None:
    assert callable(make)
    make(tmp_path / "bad.db")
    refused = restore(folder, tmp_path / "bad.db")
    assert refused.returncode == 1
    assert said in refused.stderr
    assert names(folder / DATABASE) == {"first"}
    assert not [path for path in folder.iterdir() if "replaced" in path.name or "part" in path.name]


def test_a_restored_server_is_the_one_that_was_backed_up(tmp_path: Path) -> None:
    """Its keys too: links, join codes and the deployments' secrets work again. What was there is kept."""
    folder, copy = tmp_path / "data", tmp_path / "copy.db"
    with running(folder) as server:
        started = _start(server)
        assert backup(folder, copy).returncode == 0
        with server.client() as http:
            ended = http.post(f"/api/v2/opencobrowse/sessions/{started['id']}/end")
            assert ended.is_success
            secret = http.post(f"{_secret(http)}/rotate").json()["secret"]
        refused = restore(folder, copy)
        assert refused.returncode == 1
        assert str(folder) in refused.stderr, "a server holds it"
        server.stop()
        done = restore(folder, copy)
        assert done.returncode == 0, done.stderr
        server.start()
        with server.client() as http:
            path = f"/api/v2/webdeployments/deployments/{started['deployment']}/cobrowse"
            assert httpx.get(f"{server.url}{path}/{started['joinCode']}").json()["id"] == started["id"]
            assert http.get(_secret(http)).json()["secret"] == started["secret"] != secret
    (aside,) = folder.glob(f"{DATABASE}.replaced-*")
    assert copies.check(aside) == len(MIGRATIONS)
    assert str(aside) in done.stderr


def _start(server: Server) -> dict[str, str]:
    with server.client() as http:
        people = [{"userId": server.agent_id(), "role": "agent"}, {"externalId": "c", "role": "customer"}]
        made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people}).json()
        session = http.post(f"/api/v2/conversations/{made['id']}/cobrowse").json()
        found = http.get("/api/v2/webdeployments/deployments").json()["entities"][0]
        secret = http.get(_secret(http)).json()["secret"]
    return {**session, "deployment": found["id"], "secret": secret}


def _secret(http: httpx.Client) -> str:
    found = http.get("/api/v2/webdeployments/deployments").json()["entities"][0]
    return f"/api/v2/webdeployments/deployments/{found['id']}/secret"
