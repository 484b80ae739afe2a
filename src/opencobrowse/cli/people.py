"""`opencobrowse user …`: people who sign in, at the data directory, also while a server runs."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from opencobrowse.cli.options import AsJson, Config, DataDir
from opencobrowse.cli.output import Exit, fail, note, print_json, print_pairs
from opencobrowse.cli.stores import Org, at_store

if TYPE_CHECKING:
    from opencobrowse.domain.people import User
    from opencobrowse.runtime.admin import Office
    from opencobrowse.services.people.operator import Person

users = typer.Typer(no_args_is_help=True, help="People who sign in.")


@users.command("create")
def create_user(
    *,
    email: Annotated[str, typer.Argument(help="The e-mail address; it is the sign-in.")],
    name: Annotated[str | None, typer.Option(help="Shown to customers. Default: from the address.")] = None,
    password: Annotated[
        str | None, typer.Option(help="The password; - reads it from stdin. Default: asked for.")
    ] = None,
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and print it.")] = False,
    no_agent: Annotated[
        bool, typer.Option("--no-agent", help="Not an agent: without cobrowse:agent.")
    ] = False,
    org: Org = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make a person who can sign in. For one that is there already: set a new password."""
    secret, generated = _password(password, generate)

    async def make(office: Office) -> Person:
        organization = await office.operator.organization_for(email, org)
        return await office.operator.person(email, name, secret, not no_agent, organization)

    person = at_store(data_dir, config, make, makes=True)
    shown = {"password": secret} if generated else {}
    if as_json:
        user = person.user
        print_json({"id": user.id, "email": user.email, "name": user.name, "made": person.made, **shown})
        return
    if not person.made:
        note(f"{person.user.email} was there already: the password is new, open sign-ins are ended.")
    pairs = [("User", person.user.id), ("Name", person.user.name), ("Sign-in", person.user.email)]
    print_pairs([*pairs, *(("Password", value) for value in shown.values())])


@users.command("release")
def release_user(
    *,
    email: Annotated[str, typer.Argument(help="The e-mail address of the user.")],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Let a person's account at the identity provider go: their next single sign-on binds a new one."""
    user = at_store(data_dir, config, lambda office: office.operator.release(email))
    note(f"{user.email} belongs to no account of the identity provider now; open sign-ins are ended.")


@users.command("list")
def list_users(
    *, org: Org = None, as_json: AsJson = False, data_dir: DataDir = None, config: Config = None
) -> None:
    """Show everybody in an organisation, and whether they are agents."""

    async def read(office: Office) -> list[User]:
        return await office.operator.people(await office.directory.organizations.named(org))

    found = at_store(data_dir, config, read)
    rows = [
        {"id": user.id, "email": user.email, "name": user.name, "state": user.state,
         "agent": "cobrowse:agent" in user.permissions}
        for user in found
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    for user in rows:
        typer.echo(f"{user['id']}  {user['email']}  {'agent' if user['agent'] else '-'}  {user['state']}")


def _password(given: str | None, generate: bool) -> tuple[str, bool]:
    """The password, and whether it was made here. Asked for on a terminal, made where nobody can be asked."""
    if given is not None and generate:
        fail(Exit.USAGE, "--password and --generate exclude each other.")
    if given == "-":
        return sys.stdin.readline().rstrip("\n"), False
    if given is not None:
        return given, False
    if generate or not sys.stdin.isatty():
        return secrets.token_urlsafe(12), True
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked, False
