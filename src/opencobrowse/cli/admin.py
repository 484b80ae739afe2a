"""`opencobrowse client …`: programs, at the data directory, also while a server runs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencobrowse.cli.options import AsJson, Config, DataDir
from opencobrowse.cli.output import note, print_json, print_pairs
from opencobrowse.cli.stores import Org, at_store

if TYPE_CHECKING:
    from opencobrowse.domain.people import OAuthClient, Organization
    from opencobrowse.runtime.admin import Office
    from opencobrowse.services.signin.clients import ClientKind

clients = typer.Typer(no_args_is_help=True, help="Programs that may call the API.")

TARGET_SIP_URI = "sip:customer@example.com"


@dataclass(frozen=True, slots=True)
class Made:
    """A new client and whom it can name as the agent."""

    client_id: str
    client_secret: str
    organization_id: str
    agent_user_id: str
    agent_email: str
    agent_password: str | None  # of an agent made now

    def variables(self) -> dict[str, str]:
        """What the tutorial's script reads (api.md W1)."""
        return {
            "GENESYS_CLIENT_ID": self.client_id,
            "GENESYS_CLIENT_SECRET": self.client_secret,
            "GENESYS_ORGANIZATION_ID": self.organization_id,
            "AGENT_USER_ID": self.agent_user_id,
            "TARGET_SIP_URI": TARGET_SIP_URI,
        }


@dataclass(frozen=True, slots=True)
class ProgramWish:
    """What `client create` was asked for."""

    name: str
    permissions: tuple[str, ...]
    key_files: tuple[Path, ...]
    redirect_uris: tuple[str, ...]
    public: bool

    def kind(self) -> ClientKind:
        """Raises `Invalid` for a permission that does not exist and a file that is no text."""
        from opencobrowse.services.permissions import ALL, narrow  # noqa: PLC0415
        from opencobrowse.services.signin.clients import ClientKind  # noqa: PLC0415  brings the server's packages

        return ClientKind(
            permissions=narrow(ALL, " ".join(self.permissions)),
            public=self.public,
            public_keys=tuple(path.read_text(errors="replace") for path in self.key_files),
            redirect_uris=self.redirect_uris,
        )


@clients.command("create")
def create_client(
    *,
    name: Annotated[str, typer.Option(help="What the client is called.")] = "Client of the command line",
    env: Annotated[bool, typer.Option("--env", help="Print KEY=value lines for a .env file.")] = False,
    agent: Annotated[str | None, typer.Option(help="E-mail of the agent for AGENT_USER_ID.")] = None,
    permission: Annotated[
        list[str] | None, typer.Option(help="What it may do; again for more. Default: everything.")
    ] = None,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A key its assertions are signed with: PEM or JWK."),
    ] = None,
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Where people who sign in to it come back to.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="On people's machines: without a secret.")] = False,
    org: Org = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make an OAuth client. Its secret is shown this once."""
    wish = ProgramWish(
        name, tuple(permission or ()), tuple(public_key or ()), tuple(redirect_uri or ()), public
    )
    made = at_store(data_dir, config, lambda office: _make_client(office, wish, agent, org), makes=True)
    if made.agent_password is not None:
        note(f"There was no agent: made {made.agent_email} with the password {made.agent_password}")
    if env:
        typer.echo("\n".join(f"{key}={value}" for key, value in made.variables().items()))
    elif as_json:
        print_json({
            "clientId": made.client_id,
            "clientSecret": made.client_secret,
            "organizationId": made.organization_id,
            "agentUserId": made.agent_user_id,
        })  # fmt: skip
    else:
        print_pairs([
            ("Client id", made.client_id),
            ("Client secret", made.client_secret or "none: it is public"),
            ("Organization", made.organization_id),
            ("Agent", f"{made.agent_email} ({made.agent_user_id})"),
        ])  # fmt: skip
        if made.client_secret:
            note("The secret is not shown again.")


@clients.command("list")
def list_clients(
    *, org: Org = None, as_json: AsJson = False, data_dir: DataDir = None, config: Config = None
) -> None:
    """Show an organisation's OAuth clients. Secrets are not kept and cannot be shown."""

    async def read(office: Office) -> list[OAuthClient]:
        return await office.operator.clients(await office.directory.organizations.named(org))

    found = at_store(data_dir, config, read)
    if as_json:
        print_json([
            {"id": client.id, "name": client.name, "permissions": sorted(client.permissions)}
            for client in found
        ])  # fmt: skip
        return
    for client in found:
        typer.echo(f"{client.id}  {client.name}  {len(client.permissions)} permissions")


@clients.command("delete")
def delete_client(
    *,
    client_id: Annotated[str, typer.Argument(help="The client's id; `client list` shows it.")],
    org: Org = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Remove an OAuth client. Its tokens work no more."""

    async def delete(office: Office) -> OAuthClient:
        organization = await office.directory.organizations.named(org)
        return await office.operator.delete_client(organization, client_id)

    gone = at_store(data_dir, config, delete)
    note(f"{gone.name} ({gone.id}) is removed, and its tokens are ended.")


async def _make_client(office: Office, wish: ProgramWish, email: str | None, named: str | None) -> Made:
    org = await office.directory.organizations.named(named)
    agents = await office.operator.agents(org)
    chosen = next((a for a in agents if email is None or a.email == email.strip().lower()), None)
    password = None
    if chosen is None:
        address = email or await _first_agent(office, org)
        home = await office.operator.organization_for(address, org.id)
        password = secrets.token_urlsafe(12)
        chosen = (await office.operator.person(address, None, password, True, home)).user
    new = await office.directory.create_client(wish.name, kind=wish.kind(), org_id=org.id)
    return Made(new.client.id, str.__str__(new.secret), new.client.org_id, chosen.id, chosen.email, password)


async def _first_agent(office: Office, org: Organization) -> str:
    """An address is one person's on the whole server: another organisation's agent needs another."""
    default = await office.directory.organization()
    return "agent@example.com" if org.id == default.id else f"agent-{org.id[:8]}@example.com"
