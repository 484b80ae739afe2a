"""Commands that work on the data directory itself: how they open it, and whose records they are about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from opencobrowse.cli.options import needs_server, settings_of
from opencobrowse.cli.output import Exit, fail, note

if TYPE_CHECKING:
    from opencobrowse.runtime.admin import Office

T = TypeVar("T")

Org = Annotated[
    str | None, typer.Option("--org", help="The organisation, by id or name. Needed where there are several.")
]


def at_store(data_dir: str | None, config: Path | None, work: Callable[[Office], Awaitable[T]]) -> T:
    """What `work` gives, done at the store; or the end of the command with what was wrong."""
    settings = settings_of({"data_dir": data_dir}, config)
    try:
        from opencobrowse.kernel.errors import Fault  # noqa: PLC0415
        from opencobrowse.runtime import admin  # noqa: PLC0415
        from opencobrowse.runtime.listening import CannotServe  # noqa: PLC0415
    except ModuleNotFoundError as error:
        needs_server(error)
        raise
    if not (Path(settings.data_dir) / admin.DATABASE).exists():
        note(f"There was no store in {settings.data_dir}: made one.")
    try:
        return admin.at_store(settings, work)
    except (CannotServe, Fault) as error:
        fail(Exit.REFUSED, error.message if isinstance(error, Fault) else str(error))
