"""`opencobrowse db …`: a copy of the store, and a copy in its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from opencobrowse.cli.options import Config, DataDir, needs_server, settings_of
from opencobrowse.cli.output import Exit, fail, note

app = typer.Typer(no_args_is_help=True, help="Back the store up, and restore it.")


@app.command("backup")
def backup(
    *,
    file: Annotated[Path, typer.Argument(help="Where the copy goes.", dir_okay=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Copy the store to a file, also while a server writes to it. The copy is whole, checked and durable.

    It holds secrets: the server's keys, the deployments' secrets. Keep it as you keep the store.
    """
    settings = settings_of({"data_dir": data_dir}, config)
    try:
        from opencobrowse.runtime.backups import backup  # noqa: PLC0415
        from opencobrowse.runtime.listening import CannotServe  # noqa: PLC0415
    except ModuleNotFoundError as error:
        needs_server(error)
        raise
    try:
        backup(settings, file, force)
    except CannotServe as error:
        fail(Exit.REFUSED, str(error))
    note(f"Backed up to {file} ({file.stat().st_size} bytes).")


@app.command("restore")
def restore(
    *,
    file: Annotated[Path, typer.Argument(help="A copy made by `db backup`.", dir_okay=False)],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Put a copy in the store's place. The server must be stopped; what was there is kept beside it."""
    settings = settings_of({"data_dir": data_dir}, config)
    try:
        from opencobrowse.runtime.backups import restore  # noqa: PLC0415
        from opencobrowse.runtime.listening import CannotServe  # noqa: PLC0415
    except ModuleNotFoundError as error:
        needs_server(error)
        raise
    try:
        aside = restore(settings, file, dt.datetime.now(dt.UTC))
    except CannotServe as error:
        fail(Exit.REFUSED, str(error))
    note(f"Restored {file} to {settings.data_dir}.")
    if aside is not None:
        note(f"The store that was there is {aside}.")
