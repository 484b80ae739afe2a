"""`opencobrowse session list|show|end`."""

from __future__ import annotations

from typing import Annotated

import typer

from opencobrowse.cli.options import AsJson, ClientId, ClientSecret, Host, Platform, connect
from opencobrowse.cli.output import print_json, print_table, reported
from opencobrowse.cli.start import show

app = typer.Typer(no_args_is_help=True, help="Look at sessions and end them.")

SessionId = Annotated[
    str, typer.Argument(metavar="SESSION", help="The session's id; on Genesys Cloud its conversation's.")
]


@app.command("list")
def list_sessions(
    *,
    live: Annotated[bool, typer.Option("--live", help="Only those that are not over.")] = False,
    as_json: AsJson = False,
    host: Host = None,
    platform: Platform = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
) -> None:
    """The last 100 sessions, newest first. On Genesys Cloud: the live ones of the user whose token it is."""
    with reported(as_json), connect(host, client_id, client_secret, platform) as client:
        found = [session.data for session in client.sessions.list(live=live)]
        if as_json:
            print_json(found)
            return
        rows = [
            (
                data.id,
                data.state,
                data.created_time.isoformat(timespec="seconds") if data.created_time else "",
                data.agent_name or "",
                data.customer_name or "",
            )
            for data in found
        ]
        print_table(("SESSION", "STATE", "STARTED", "AGENT", "CUSTOMER"), rows)


@app.command("show")
def show_session(
    *,
    session: SessionId,
    as_json: AsJson = False,
    host: Host = None,
    platform: Platform = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
) -> None:
    """One session with its links."""
    with reported(as_json), connect(host, client_id, client_secret, platform) as client:
        show(client.sessions.get(session), as_json)


@app.command("end")
def end_session(
    *,
    session: SessionId,
    as_json: AsJson = False,
    host: Host = None,
    platform: Platform = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
) -> None:
    """End a session for both sides. Ending what is over is no error."""
    with reported(as_json), connect(host, client_id, client_secret, platform) as client:
        show(client.sessions.get(session).end(), as_json)
