"""A data directory opened for one task of an operator, beside a server that may be running on it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from opencobrowse.adapters.clock import SystemClock
from opencobrowse.adapters.passwords import Argon2Passwords
from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.runtime.listening import CannotServe
from opencobrowse.runtime.settings import Settings
from opencobrowse.services.people.directory import Directory
from opencobrowse.services.people.operator import Operator

T = TypeVar("T")

DATABASE = "opencobrowse.db"


@dataclass(frozen=True, slots=True)
class Office:
    """What an operator works with."""

    directory: Directory
    operator: Operator


def at_store(settings: Settings, work: Callable[[Office], Awaitable[T]]) -> T:
    """Open the store, do `work`, close it. Raises `CannotServe` where there can be no store."""
    folder = Path(settings.data_dir)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = SqliteStore(folder / DATABASE)
    except (OSError, sqlite3.Error, RuntimeError) as error:
        raise CannotServe(f"The store in {folder} cannot be opened: {error}.") from error
    try:
        clock, passwords = SystemClock(), Argon2Passwords()
        directory = Directory(store, passwords, clock)
        return asyncio.run(_do(work, Office(directory, Operator(store, directory, passwords))))
    finally:
        store.close()


async def _do(work: Callable[[Office], Awaitable[T]], office: Office) -> T:
    return await work(office)
