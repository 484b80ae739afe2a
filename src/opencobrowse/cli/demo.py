"""`opencobrowse demo`."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from opencobrowse.cli.options import AsJson, needs_server
from opencobrowse.cli.output import Exit, console, fail, print_json, print_pairs, reported

if TYPE_CHECKING:
    from opencobrowse.demo.scene import Links


def demo(
    port: Annotated[int | None, typer.Option(help="The server's port. Default: 8080, or a free one.")] = None,
    shop_port: Annotated[int | None, typer.Option(help="The shop's. Default: 8090, or a free one.")] = None,
    data_dir: Annotated[
        str | None, typer.Option(help="Directory of the store. Default: a fresh one.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the links in a browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """The server, a sample shop and a session started through the API: open the two links it prints."""
    try:
        from opencobrowse.demo.run import Options, run  # noqa: PLC0415
        from opencobrowse.runtime.listening import CannotServe  # noqa: PLC0415
    except ModuleNotFoundError as error:
        needs_server(error)
        raise

    def announce(links: Links) -> None:
        print_json(_camel(links)) if as_json else _show(links)
        if not (no_open or as_json) and _has_desktop():
            webbrowser.open(links.viewer_url)
            webbrowser.open(links.customer_url)

    try:
        with reported(as_json):
            run(Options(port, shop_port, data_dir), announce)
    except CannotServe as error:
        fail(Exit.REFUSED, str(error))


def _show(links: Links) -> None:
    again = (
        f"OPENCOBROWSE_URL={links.server_url} OPENCOBROWSE_CLIENT_ID={links.client_id} "
        f"OPENCOBROWSE_CLIENT_SECRET={links.client_secret} "
        f"opencobrowse start --conversation {links.conversation_id}"
    )
    if not sys.stdout.isatty():
        print_pairs([
            ("Customer's page", links.customer_url),
            ("Agent's view", links.viewer_url),
            ("Sign in as", links.agent_email),
            ("Password", links.agent_password),
            ("Join code", links.join_code),
            ("Join link", links.join_url),
            ("Start another", again),
        ])  # fmt: skip
        sys.stdout.flush()
        return
    out = console()
    out.print("\n[bold green]opencobrowse is running.[/] Open both links side by side.\n")
    # Not in a box: a link that is cut at a terminal's edge cannot be clicked or copied.
    out.print("  [bold]1  The agent[/]")
    out.print(f"     [link={links.viewer_url}]{links.viewer_url}[/link]")
    out.print(
        f"     sign in as [bold]{links.agent_email}[/] with the password [bold]{links.agent_password}[/]\n"
    )
    out.print("  [bold]2  The customer[/]")
    out.print(f"     [link={links.customer_url}]{links.customer_url}[/link]")
    out.print("     the shop asks whether the agent may see the page: say yes\n")
    out.print(f"     [dim]or by code, with the link in the shop's footer:[/] {links.join_code}\n")
    out.print("[dim]When the session is over, start another:[/]")
    out.print(again, style="dim", markup=False)
    out.print("\n[dim]Ctrl-C stops everything.[/]")


def _camel(links: Links) -> dict[str, str]:
    """Keys as the API spells them."""
    from dataclasses import asdict  # noqa: PLC0415

    def camel(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(part.capitalize() for part in rest)

    return {camel(name): value for name, value in asdict(links).items()}


def _has_desktop() -> bool:
    """A browser of the terminal would take it over: only a desktop's is opened."""
    if not sys.stdout.isatty():
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
