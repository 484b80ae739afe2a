"""How commands print and how they end: results on stdout, everything else on stderr, one exit code for each
kind of failure (docs/reference/cli.md)."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from opencobrowse.client.errors import ApiError


class Exit(IntEnum):
    """What the exit code says. 2 is also what a wrong option gives."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    NOT_REACHABLE = 3
    TIMEOUT = 4
    OVER = 5
    INTERRUPTED = 130


MEANINGS: Mapping[Exit, str] = {
    Exit.OK: "done",
    Exit.REFUSED: "the server refused it, the task failed, or a check of `doctor` did",
    Exit.USAGE: "a wrong option, setting or file, or what the platform does not offer; nothing was changed",
    Exit.NOT_REACHABLE: "the server did not answer, or something else did",
    Exit.TIMEOUT: "the time to wait was over; the session goes on",
    Exit.OVER: "the session ended before it was active: declined, expired or ended",
    Exit.INTERRUPTED: "interrupted with Ctrl-C",
}


def console(*, stderr: bool = False) -> Console:
    """Rich on a terminal, plain text in a pipe; links are never broken into lines."""
    from rich.console import Console  # noqa: PLC0415  slow to import

    return Console(stderr=stderr, soft_wrap=True, highlight=False)


def note(text: str) -> None:
    """Something to know that is no result."""
    typer.echo(text, err=True)


def print_json(value: Any) -> None:
    """One line, so that a program can read it while the command goes on."""
    import msgspec  # noqa: PLC0415

    plain = msgspec.to_builtins(value, builtin_types=(dt.datetime,))
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=_moment)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _moment(value: Any) -> str:
    """A time as the API writes it: UTC, with milliseconds."""
    if not isinstance(value, dt.datetime):
        raise TypeError(type(value))
    return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; in a pipe one line a row, columns divided by tabs."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            typer.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.table import Table  # noqa: PLC0415

    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console().print(table)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Names and values below each other."""
    width = max(len(name) for name, _ in pairs)
    out = console()
    for name, value in pairs:
        out.print(f"[dim]{name:<{width}}[/dim]  ", end="")
        out.print(value, markup=False)


def fail(code: Exit, text: str) -> NoReturn:
    """End with a line that says why."""
    note(f"error: {text}")
    raise typer.Exit(code)


@contextlib.contextmanager
def reported(as_json: bool = False) -> Iterator[None]:
    """Turn what the client raises into a message and an exit code."""
    from opencobrowse.client import errors  # noqa: PLC0415  brings httpx

    codes: tuple[tuple[type[errors.CobrowseError], Exit], ...] = (
        (errors.ApiError, Exit.REFUSED),
        (errors.ConfigurationError, Exit.USAGE),
        (errors.NotOffered, Exit.USAGE),
        (errors.NotReachable, Exit.NOT_REACHABLE),
        (errors.UnexpectedAnswer, Exit.NOT_REACHABLE),
        (errors.WaitTimeout, Exit.TIMEOUT),
        (errors.SessionOver, Exit.OVER),
    )
    try:
        yield
    except errors.CobrowseError as error:
        code = next((code for kind, code in codes if isinstance(error, kind)), Exit.REFUSED)
        if as_json:
            note(json.dumps({"error": _as_json(error)}, ensure_ascii=False))
        elif isinstance(error, errors.ApiError):
            _show(error)
        else:
            note(f"error: {error}")
        raise typer.Exit(code) from None
    except KeyboardInterrupt:
        raise typer.Exit(Exit.INTERRUPTED) from None


def _as_json(error: Exception) -> Mapping[str, Any]:
    body = getattr(error, "body", None)
    return body if body else {"message": str(error)}


def _show(error: ApiError) -> None:
    """The refusal, what to change, and the request that works: with its body, ready to send."""
    out = console(stderr=True)
    out.print("[bold red]error:[/] ", end="")
    out.print(f"{error.message} ({error.status} {error.code})", markup=False)
    if error.help is not None:
        out.print(f"  {error.help.summary}", markup=False)
        if error.help.example is not None:
            out.print("  [dim]A request that works:[/]")
            for line in str(error.help.example).splitlines():
                out.print(f"    {line}", markup=False)
    if error.body.get("viewerUrl"):  # of the session that is live already
        out.print(f"  Its agent's link: {error.body['viewerUrl']}", markup=False)
    if error.context_id:
        out.print(f"  contextId: {error.context_id}", style="dim", markup=False)
