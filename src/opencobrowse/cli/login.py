"""`opencobrowse login` and `logout`."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from opencobrowse.cli.options import DEFAULT_HOST, Host
from opencobrowse.cli.output import note, reported


def login(
    *,
    host: Host = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address; open it yourself.")
    ] = False,
) -> None:
    """Sign in as a person, in the browser. Other commands then act as you."""
    from opencobrowse.client.login import logins, sign_in  # noqa: PLC0415  brings httpx

    def show(address: str) -> None:
        opened = not no_browser and webbrowser.open(address)
        note(
            "Your browser has been opened. If it shows nothing, open:"
            if opened
            else "Open in a browser here:"
        )
        note(address)

    with reported():
        kept = logins()
        made = sign_in(host or DEFAULT_HOST, kept, show)
        note(f"Signed in at {made.host}. Kept in {kept.path(made.host)}")


def logout(*, host: Host = None) -> None:
    """End your sign-in, here and at the server."""
    from opencobrowse.client.login import logins, sign_out  # noqa: PLC0415  brings httpx

    with reported():
        where = host or DEFAULT_HOST
        note(f"Signed out of {where}." if sign_out(where, logins()) else f"Nobody was signed in at {where}.")
