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

_PLACE = "A server's is where its --data-dir says: give the same here, or set OPENCOBROWSE_DATA_DIR for both."

Org = Annotated[
    str | None, typer.Option("--org", help="The organisation, by id or name. Needed where there are several.")
]


def at_store(
    data_dir: str | None, config: Path | None, work: Callable[[Office], Awaitable[T]], *, makes: bool = False
) -> T:
    """What `work` gives, done at the store; or the end of the command with what was wrong. `makes`: where
    there is no store, one is made; who only looks has mistaken the place."""
    settings = settings_of({"data_dir": data_dir}, config)
    try:
        from opencobrowse.kernel.errors import Fault  # noqa: PLC0415
        from opencobrowse.runtime import admin  # noqa: PLC0415
        from opencobrowse.runtime.listening import CannotServe  # noqa: PLC0415
    except ModuleNotFoundError as error:
        needs_server(error)
        raise
    if not (Path(settings.data_dir) / admin.DATABASE).exists():
        where = Path(settings.data_dir).absolute()
        if not makes:
            fail(Exit.REFUSED, f"There is no store in {where}. {_PLACE}")
        note(f"There was no store in {where}: made one. {_PLACE}")
    try:
        return admin.at_store(settings, work)
    except (CannotServe, Fault) as error:
        fail(Exit.REFUSED, error.message if isinstance(error, Fault) else str(error))
