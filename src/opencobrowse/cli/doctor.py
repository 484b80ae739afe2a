"""`opencobrowse doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from opencobrowse.cli.options import AsJson, ClientId, ClientSecret, Host, Platform, connect
from opencobrowse.cli.output import Exit, console, print_json, reported

if TYPE_CHECKING:
    from opencobrowse.client import Finding

_COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "bold red", "skip": "dim"}


def doctor(
    *,
    conversation: Annotated[str | None, typer.Option(help="The conversation of the start.")] = None,
    agent: Annotated[
        str | None, typer.Option(help="The agent's user id or participant id. Default: the connected agent.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")] = 10.0,
    as_json: AsJson = False,
    host: Host = None,
    platform: Platform = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
) -> None:
    """Find out why a start would fail, and what to do about it. Changes nothing.

    Each check is one line: ok, warn, fail or skip, and below it the cure. Exit code 0: nothing fails; 1: a
    check fails; 3: the server does not answer.
    """
    with reported(as_json), connect(host, client_id, client_secret, platform, timeout=timeout) as client:
        found = client.diagnose(conversation, agent, seen=None if as_json else _show)
        if as_json:
            where = {"host": client.hosts.api, "platform": client.hosts.platform}
            failed = any(finding.level == "fail" for finding in found)
            print_json({"ok": not failed, **where, "checks": found})
    code = _exit_code(found)
    if code is not Exit.OK:
        raise typer.Exit(code)


def _exit_code(found: list[Finding]) -> Exit:
    failed = [finding.check for finding in found if finding.level == "fail"]
    if "host" in failed:
        return Exit.NOT_REACHABLE
    return Exit.REFUSED if failed else Exit.OK


def _show(finding: Finding) -> None:
    out = console()
    colour = _COLOURS[finding.level]
    out.print(f"[{colour}]{finding.level:<4}[/]  {finding.check:<13} ", end="")
    out.print(finding.says, markup=False)
    if finding.cure is not None:
        out.print(" " * 20 + f"→ {finding.cure}", markup=False)
