"""`opencobrowse org …`: several organisations on one server; nothing of one is seen by another (I10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from opencobrowse.cli.options import AsJson, Config, DataDir
from opencobrowse.cli.output import note, print_json, print_pairs
from opencobrowse.cli.stores import at_store

if TYPE_CHECKING:
    from opencobrowse.domain.people import Organization
    from opencobrowse.runtime.admin import Office

app = typer.Typer(no_args_is_help=True, help="Organisations, apart from each other on one server.")


@app.command("create")
def create_organization(
    *,
    name: Annotated[str, typer.Argument(help="What the organisation is called.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make an organisation, with a web deployment for pages on this machine and the default roles."""

    async def make(office: Office) -> Organization:
        return await office.directory.organizations.create(name)

    org = at_store(data_dir, config, make, makes=True)
    if as_json:
        print_json({"id": org.id, "name": org.name})
        return
    print_pairs([("Organization", org.id), ("Name", org.name)])
    note(f'Next: opencobrowse client create --org "{org.name}"')


@app.command("list")
def list_organizations(*, as_json: AsJson = False, data_dir: DataDir = None, config: Config = None) -> None:
    """Show the organisations, the default one first."""

    async def read(office: Office) -> list[Organization]:
        await office.directory.organization()
        return await office.directory.organizations.all()

    found = at_store(data_dir, config, read)
    if as_json:
        print_json([{"id": org.id, "name": org.name} for org in found])
        return
    for org in found:
        typer.echo(f"{org.id}  {org.name}")
