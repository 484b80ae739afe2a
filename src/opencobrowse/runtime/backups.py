"""Backup while the server runs; restore while none does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from opencobrowse.adapters.sqlite import copies
from opencobrowse.runtime.admin import DATABASE
from opencobrowse.runtime.listening import CannotServe, only_server
from opencobrowse.runtime.settings import Settings


def backup(settings: Settings, target: Path, replace: bool) -> None:
    """Copy the store to `target`. Raises `CannotServe` with why it cannot be."""
    try:
        copies.save(Path(settings.data_dir) / DATABASE, target, replace)
    except copies.CopyRefused as refused:
        raise CannotServe(str(refused)) from refused


def restore(settings: Settings, source: Path, now: dt.datetime) -> Path | None:
    """Put a backup in the store's place. Where the store that was there is now; None where there was none.

    Raises `CannotServe`, also while a server holds the data directory.
    """
    folder = Path(settings.data_dir)
    store = folder / DATABASE
    try:
        if not source.exists():
            raise copies.CopyRefused(f"There is no file {source}.")
        copies.check(source)
        with only_server(folder):
            aside = store.with_name(f"{DATABASE}.replaced-{now:%Y%m%dT%H%M%S.%f}")
            there = store.exists()
            copies.put_in_place(source, store, aside)
    except copies.CopyRefused as refused:
        raise CannotServe(str(refused)) from refused
    return aside if there else None
