"""`opencobrowse client create` and `user create`: work on the data directory, also while a server runs."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from opencobrowse.cli.options import AsJson, Config, DataDir, needs_server, settings_of
from opencobrowse.cli.output import Exit, fail, note, print_json, print_pairs

if TYPE_CHECKING:
    from opencobrowse.runtime.admin import Office
    from opencobrowse.services.clients import ClientKind

T = TypeVar("T")

clients = typer.Typer(no_args_is_help=True, help="Programs that may call the API.")
users = typer.Typer(no_args_is_help=True, help="People who sign in.")

TARGET_SIP_URI = "sip:customer@example.com"
_FIRST_AGENT = "agent@example.com"


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
        from opencobrowse.services.clients import ClientKind  # noqa: PLC0415  brings the server's packages
        from opencobrowse.services.permissions import ALL, narrow  # noqa: PLC0415

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
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make an OAuth client. Its secret is shown this once."""
    wish = ProgramWish(
        name, tuple(permission or ()), tuple(public_key or ()), tuple(redirect_uri or ()), public
    )
    made = _at_store(data_dir, config, lambda office: _make_client(office, wish, agent))
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
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Make a person who can sign in. For one that is there already: set a new password."""
    secret, generated = _password(password, generate)
    person = _at_store(
        data_dir, config, lambda office: office.operator.person(email, name, secret, agent=not no_agent)
    )
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
    user = _at_store(data_dir, config, lambda office: office.operator.release(email))
    note(f"{user.email} belongs to no account of the identity provider now; open sign-ins are ended.")


async def _make_client(office: Office, wish: ProgramWish, email: str | None) -> Made:
    agents = await office.operator.agents()
    chosen = next((a for a in agents if email is None or a.email == email.strip().lower()), None)
    password = None
    if chosen is None:
        password = secrets.token_urlsafe(12)
        chosen = (await office.operator.person(email or _FIRST_AGENT, None, password, agent=True)).user
    new = await office.directory.create_client(wish.name, kind=wish.kind())
    return Made(new.client.id, str.__str__(new.secret), new.client.org_id, chosen.id, chosen.email, password)


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


def _at_store(data_dir: str | None, config: Path | None, work: Callable[[Office], Awaitable[T]]) -> T:
    settings = settings_of({"data_dir": data_dir}, config)
    try:
        from opencobrowse.kernel.errors import Fault  # noqa: PLC0415
        from opencobrowse.runtime.admin import DATABASE, at_store  # noqa: PLC0415
        from opencobrowse.runtime.listening import CannotServe  # noqa: PLC0415
    except ModuleNotFoundError as error:
        needs_server(error)
        raise
    if not (Path(settings.data_dir) / DATABASE).exists():
        note(f"There was no store in {settings.data_dir}: made one.")
    try:
        return at_store(settings, work)
    except (CannotServe, Fault) as error:
        fail(Exit.REFUSED, error.message if isinstance(error, Fault) else str(error))
