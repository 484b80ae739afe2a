"""`opencobrowse start`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from opencobrowse.cli.options import AsJson, ClientId, ClientSecret, Host, Platform, connect
from opencobrowse.cli.output import console, note, print_json, print_pairs, reported

if TYPE_CHECKING:
    from opencobrowse.client import Session


def start(
    *,
    conversation: Annotated[str, typer.Option(help="The conversation's id.")],
    agent: Annotated[
        str | None, typer.Option(help="The agent's user id or participant id. Default: the connected agent.")
    ] = None,
    control: Annotated[bool, typer.Option("--control", help="Ask for control, too.")] = False,
    reason: Annotated[str | None, typer.Option(help="Kept with the session.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the customer has agreed.")] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="Seconds to wait. Default: until the offer is over.")
    ] = None,
    as_json: AsJson = False,
    host: Host = None,
    platform: Platform = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
) -> None:
    """Start a session in an active conversation and print its links.

    On Genesys Cloud the session is the connected agent's, without --control and --reason, and only the
    agent's link and the join code are there.
    """
    with reported(as_json), connect(host, client_id, client_secret, platform) as client:
        session = client.cobrowse.start(conversation, agent_id=agent, control=control, reason=reason)
        if not (as_json and wait):
            show(session, as_json)
        if wait:
            with _waiting(session):
                session.wait_until("active", timeout=timeout)
            if as_json:
                show(session, as_json)
            else:
                note(f"The customer agreed; the session is {session.state}.")


def show(session: Session, as_json: bool) -> None:
    """One session on stdout."""
    if as_json:
        print_json(session.data)
        return
    data = session.data
    ends = data.date_offer_ends if data.state == "initiated" else None
    pairs = [
        ("Session", session.id),
        ("State", f"{session.state} ({data.end_reason})" if data.end_reason else session.state),
        ("Conversation", session.conversation_id),
        ("Agent's link", session.viewer_url or ""),
        ("Customer's link", session.join_url or ""),
        ("Join code", session.join_code or ""),
        ("Offer ends", ends.isoformat(timespec="seconds") if ends else ""),
    ]
    pairs += [(f"By {d.channel}", f"{d.state} {d.address or ''}".strip()) for d in data.deliveries]
    print_pairs([pair for pair in pairs if pair[1]])
    if session.viewer_url is None and not session.over:
        note(f"The agent's link is not there yet: opencobrowse session show {session.handle}")


@contextlib.contextmanager
def _waiting(session: Session) -> Iterator[None]:
    """Progress on stderr: a moving line on a terminal, else one line. Ctrl-C leaves the session alone."""
    try:
        if sys.stderr.isatty():
            with console(stderr=True).status("Waiting for the customer to agree …"):
                yield
        else:
            note("Waiting for the customer to agree.")
            yield
    except KeyboardInterrupt:
        note(f"Stopped waiting. The session goes on: opencobrowse session show {session.handle}")
        raise
