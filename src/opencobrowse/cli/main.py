"""The command line. What a command needs is imported when it runs: `--help` and `--version` are quick."""

from __future__ import annotations

from typing import Annotated

import typer

from opencobrowse.cli import admin, database, orgs, people, sessions
from opencobrowse.cli.demo import demo
from opencobrowse.cli.doctor import doctor
from opencobrowse.cli.login import login, logout
from opencobrowse.cli.serve import serve
from opencobrowse.cli.start import start
from opencobrowse.kernel.version import VERSION

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # it prints locals and cuts paths; a plain traceback can be reported
    help="Start a cobrowse session from code.",
    epilog="Exit codes: 0 done · 1 refused · 2 wrong option · 3 no answer · 4 time over · 5 session over · "
    "130 Ctrl-C. More: docs/reference/cli.md.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"opencobrowse {VERSION}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Start a cobrowse session from code."""


app.command()(serve)
app.command()(start)
app.command()(doctor)
app.command()(login)
app.command()(logout)
app.command()(demo)
app.add_typer(admin.clients, name="client")
app.add_typer(people.users, name="user")
app.add_typer(orgs.app, name="org")
app.add_typer(database.app, name="db")
app.add_typer(sessions.app, name="session")


def run() -> None:
    app(prog_name="opencobrowse")  # also where it is run as `python -m opencobrowse`


if __name__ == "__main__":
    run()
