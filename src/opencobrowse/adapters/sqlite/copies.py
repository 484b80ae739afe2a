"""A copy of the store's file, taken while others write, and a copy put in the store's place.

A copy is made under another name, checked, made durable, and only then gets its own: there is never half of
one under it, whatever is killed when.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from opencobrowse.adapters.sqlite.schema import MIGRATIONS

_OURS: Final = frozenset({"organization", "person", "session", "server_key"})
_BESIDE: Final = ("-wal", "-shm")


class CopyRefused(Exception):  # noqa: N818  named for what it says
    """The copy cannot be made or used; the message says why in one line. Nothing was changed."""


def save(store: Path, target: Path, replace: bool = False) -> None:
    """Copy the store to `target`: every commit that had returned when this was called is in it.

    Writers are not held up: the copy is one read transaction. Raises `CopyRefused`; `replace` lets it take
    the place of a file that is there.
    """
    if not store.exists():
        raise CopyRefused(f"There is no store at {store}.")
    taken = {store.resolve(), *(store.resolve().with_name(store.name + end) for end in _BESIDE)}
    if target.resolve() in taken:
        raise CopyRefused(f"{target} is the store itself.")
    if target.exists() and not replace:
        raise CopyRefused(f"{target} is there already: choose another name, or replace it with --force.")
    with _part_of(target) as part:
        _copy(store, part)
        check(part)
        _publish(part, target, replace)


def check(path: Path) -> int:
    """The schema version of a copy that is whole and ours. Raises `CopyRefused`."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise CopyRefused(f"{path} is no database that can be read: {error}.") from error
    if found != "ok":
        raise CopyRefused(f"{path} is damaged: {found}.")
    if not tables >= _OURS:
        raise CopyRefused(f"{path} is a database, but none of opencobrowse's.")
    if version > len(MIGRATIONS):
        raise CopyRefused(
            f"{path} is of schema {version}, this program knows {len(MIGRATIONS)}: install the opencobrowse "
            "that made it."
        )
    return int(version)


def put_in_place(copy: Path, store: Path, aside: Path) -> None:
    """Make `store` what `copy` is. What was there is `aside` afterwards. Nobody may have the store open.

    Raises `CopyRefused`. Killed at any moment, the store is the old one or the new one.
    """
    with _part_of(store) as part:
        _copy(copy, part)
        check(part)
        if store.exists():
            _fold(store)
            for end in ("", *_BESIDE):
                beside = store.with_name(store.name + end)
                if beside.exists():
                    _second_name(beside, aside.with_name(aside.name + end))
        for end in _BESIDE:
            store.with_name(store.name + end).unlink(missing_ok=True)
        _publish(part, store, replace=True)


def _copy(source: Path, part: Path) -> None:
    """One step, one snapshot: in several, every commit of others would begin it anew."""
    try:
        uri = f"{source.resolve().as_uri()}?mode=rw"
        with (
            closing(sqlite3.connect(uri, uri=True, timeout=30)) as db,
            closing(sqlite3.connect(part)) as made,
        ):
            db.backup(made)
            made.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    except sqlite3.Error as error:
        raise CopyRefused(f"{source} cannot be copied: {error}.") from error


@contextlib.contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """A file beside `target` for the copy in the making. Those that a killed process left are removed: who
    still works on one holds its lock."""
    try:
        for left in target.parent.glob(f".{target.name}.*.part"):
            _remove_if_left(left)
        part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
        held = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CopyRefused(f"{target.parent} cannot be written to: {error.strerror}.") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield part
    except OSError as error:
        raise CopyRefused(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}-journal").unlink(missing_ok=True)
        os.close(held)


def _remove_if_left(left: Path) -> None:
    with contextlib.suppress(FileNotFoundError, BlockingIOError), left.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        left.unlink()
        left.with_name(f"{left.name}-journal").unlink(missing_ok=True)


def _publish(part: Path, target: Path, replace: bool) -> None:
    """Give a copy its name, durably. Without `replace` a file that came in between is not replaced."""
    _sync(part)
    if replace:
        part.replace(target)
    else:
        try:
            os.link(part, target)
        except FileExistsError:
            raise CopyRefused(f"{target} is there already: choose another name, or --force.") from None
    _sync(target.parent)


def _fold(store: Path) -> None:
    """Bring what is in the log beside the file into it. A damaged store stays as it is: it is kept whole."""
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(store, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _second_name(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except OSError:  # a file system without links
        shutil.copy2(file, name)
        _sync(name)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
