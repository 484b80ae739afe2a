"""The embedded store: one file, WAL, `synchronous=FULL` (NORMAL loses acknowledged rows: reliability.md R1).

Reads run on the caller's thread: they come from the page cache in tens of microseconds, less than a hop to
another thread and back costs. Writes go through `Writer`.
"""

from __future__ import annotations

import secrets
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from opencobrowse.adapters.sqlite.schema import migrate
from opencobrowse.adapters.sqlite.tables import TABLES, Table, encode
from opencobrowse.adapters.sqlite.writer import Work, Writer
from opencobrowse.domain.conversation import Conversation
from opencobrowse.domain.session import Session
from opencobrowse.kernel.errors import Unavailable
from opencobrowse.ports.store import Change, Conflict, Put, Record

R = TypeVar("R", bound=Record)

_EXPIRING = ("token", "remembered", "authorization_code", "refresh_token", "used_assertion", "channel")
_PRUNED_AT_ONCE = 500

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA wal_autocheckpoint = 1000",
)


class SqliteStore:
    """`ports.store.Store` over one SQLite file. Open it, use it from one event loop, `close` it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._db = self._open()
        migrate(self._db)
        self._writer = Writer(self._open())

    def close(self) -> None:
        self._writer.stop()
        self._db.close()

    def key(self, purpose: str) -> bytes:
        """The server's own random key for `purpose`, made on first use."""
        self._db.execute(
            "INSERT OR IGNORE INTO server_key (purpose, key) VALUES (?, ?)",
            (purpose, secrets.token_bytes(32)),
        )
        (key,) = self._db.execute("SELECT key FROM server_key WHERE purpose = ?", (purpose,)).fetchone()
        return cast(bytes, key)

    async def get(self, kind: type[R], record_id: str) -> R | None:
        table = TABLES[kind]
        row = self._db.execute(
            f"SELECT version, body FROM {table.name} WHERE id = ?",  # noqa: S608
            (record_id,),
        ).fetchone()
        return _record(table, row) if row else None

    async def find(self, kind: type[R], *, limit: int = 1000, **keys: Any) -> list[R]:
        table = TABLES[kind]
        where, values = _where(table, keys)
        rows = self._db.execute(
            f"SELECT version, body FROM {table.name} WHERE {where} ORDER BY rowid LIMIT ?",  # noqa: S608
            (*values, limit),
        ).fetchall()
        return [_record(table, row) for row in rows]

    async def page(
        self,
        kind: type[R],
        *,
        offset: int = 0,
        limit: int = 25,
        order: str | None = None,
        descending: bool = True,
        **keys: Any,
    ) -> tuple[list[R], int]:
        table = TABLES[kind]
        where, values = _where(table, keys)
        if order is not None and order not in table.keys:
            raise KeyError(f"{table.name} is not ordered by {order}")
        way = "DESC" if descending else "ASC"
        by = f"{order} {way}, rowid {way}" if order else f"rowid {way}"
        (total,) = self._db.execute(
            f"SELECT COUNT(*) FROM {table.name} WHERE {where}",  # noqa: S608
            values,
        ).fetchone()
        rows = self._db.execute(
            f"SELECT version, body FROM {table.name} WHERE {where} ORDER BY {by} LIMIT ? OFFSET ?",  # noqa: S608
            (*values, limit, offset),
        ).fetchall()
        return [_record(table, row) for row in rows], total

    async def idle(self, before: int, *, limit: int = 100) -> list[Conversation]:
        rows = self._db.execute(
            "SELECT version, body FROM conversation WHERE live = 1 AND updated_at <= ?"
            " ORDER BY updated_at LIMIT ?",
            (before, limit),
        ).fetchall()
        return [_record(TABLES[Conversation], row) for row in rows]

    async def due(self, now: int, *, limit: int = 100) -> list[Session]:
        table = TABLES[Session]
        rows = self._db.execute(
            "SELECT version, body FROM session WHERE live = 1 AND deadline <= ? ORDER BY deadline LIMIT ?",
            (now, limit),
        ).fetchall()
        return [_record(table, row) for row in rows]

    async def live_sessions(self) -> list[Session]:
        """Every session that is not over: asked once, when the process starts."""
        table = TABLES[Session]
        rows = self._db.execute("SELECT version, body FROM session WHERE live = 1").fetchall()
        return [_record(table, row) for row in rows]

    async def commit(self, *changes: Change) -> None:
        prepared = [_prepare(change) for change in changes]

        def work(db: sqlite3.Connection) -> None:
            for statement, values, conflict in prepared:
                try:
                    done = db.execute(statement, values).rowcount
                except sqlite3.IntegrityError as error:
                    raise Conflict(conflict, str(error)) from None
                if conflict and done == 0:
                    raise Conflict(conflict, "version")

        await self._write(work)

    async def prune(self, now: int) -> int:
        gone = 0
        for table in _EXPIRING:
            select = (
                f"SELECT id FROM {table} WHERE expires_at <= ? ORDER BY expires_at LIMIT {_PRUNED_AT_ONCE}"  # noqa: S608
            )
            found = self._db.execute(select, (now,)).fetchall()
            if found:
                await self._write(partial(_delete_all, table, found))
                gone += len(found)
        return gone

    async def _write(self, work: Work) -> None:
        try:
            await self._writer.run(work)
        except sqlite3.Error as error:
            raise Unavailable(
                f"The store cannot write: {error}.",
                code="store.unavailable",
                cure="Try again; an operator has to look at the server's disk.",
                retry_after=5,
            ) from error

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in _PRAGMAS:
            db.execute(pragma)
        return db


def _delete_all(table: str, ids: list[tuple[str]], db: sqlite3.Connection) -> None:
    db.executemany(f"DELETE FROM {table} WHERE id = ?", ids)  # noqa: S608


def _where(table: Table, keys: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """The condition and its values. `live` is written out: with a value bound to it, SQLite could not know
    that the partial indexes fit, and would read the whole table."""
    if unknown := set(keys) - set(table.keys):
        raise KeyError(f"{table.name} is not found by {', '.join(sorted(unknown))}")
    terms = [f"live = {int(value)}" if key == "live" else f"{key} IS ?" for key, value in keys.items()]
    return " AND ".join(terms) or "1", tuple(value for key, value in keys.items() if key != "live")


def _record(table: Table, row: tuple[int, bytes]) -> Any:
    version, body = row
    return table.decode(body, version)


def _prepare(change: Change) -> tuple[str, list[Any], str]:
    """The statement, its values, and the kind to name in a conflict ('' where there can be none)."""
    if not isinstance(change, Put):
        return f"DELETE FROM {TABLES[change.kind].name} WHERE id = ?", [change.id], ""  # noqa: S608
    record = change.record
    table = TABLES[type(record)]
    body, columns = encode(record), table.columns(record)
    if record.version == 0:
        return table.insert, [record.id, body, *columns], table.name
    return table.update, [body, *columns, record.id, record.version], table.name
