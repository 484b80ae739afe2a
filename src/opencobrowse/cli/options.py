"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencobrowse.cli.output import Exit, fail

if TYPE_CHECKING:
    from opencobrowse.client import Client
    from opencobrowse.runtime.settings import Settings

DEFAULT_HOST = "http://127.0.0.1:8080"

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Host = Annotated[
    str | None,
    typer.Option(
        help="The server, for example https://cobrowse.example.com; or a region of Genesys Cloud, for "
        "example mypurecloud.ie or eu-west-1.",
        envvar="OPENCOBROWSE_URL",
    ),
]
Platform = Annotated[
    str | None,
    typer.Option(
        help="What answers at a host that is no region: opencobrowse (default) or genesys.",
        envvar="OPENCOBROWSE_PLATFORM",
        autocompletion=lambda: ["opencobrowse", "genesys"],
    ),
]
ClientId = Annotated[
    str | None,
    typer.Option(help="OAuth client id.", envvar=["OPENCOBROWSE_CLIENT_ID", "GENESYS_CLIENT_ID"]),
]
ClientSecret = Annotated[
    str | None,
    typer.Option(
        help="OAuth client secret; better in the environment, where no process list shows it.",
        envvar=["OPENCOBROWSE_CLIENT_SECRET", "GENESYS_CLIENT_SECRET"],
    ),
]
DataDir = Annotated[str | None, typer.Option(help="Directory of the store.")]
Config = Annotated[Path | None, typer.Option(help="A TOML file with the server's settings.")]


def connect(
    host: str | None,
    client_id: str | None,
    client_secret: str | None,
    platform: str | None = None,
    *,
    timeout: float = 20.0,
) -> Client:
    """A client of the options, by default of this machine's server; without an id and a secret, of the person
    who signed in with `opencobrowse login`. Raises `ConfigurationError`."""
    from opencobrowse.client import Client  # noqa: PLC0415  brings httpx

    where = host or DEFAULT_HOST
    token = None if client_id or client_secret else _signed_in(where, platform)
    return Client(where, client_id, client_secret, access_token=token, platform=platform, timeout=timeout)


def _signed_in(host: str, platform: str | None) -> str | None:
    from opencobrowse.client.errors import ConfigurationError  # noqa: PLC0415  brings httpx
    from opencobrowse.client.hosts import resolve  # noqa: PLC0415
    from opencobrowse.client.login import access_token, logins  # noqa: PLC0415

    if resolve(host, platform).platform != "opencobrowse":
        return None
    token = access_token(host, logins())
    if token is None:
        raise ConfigurationError(
            f"Nobody is signed in at {host}: run `opencobrowse login --host {host}`, or set "
            "OPENCOBROWSE_CLIENT_ID and OPENCOBROWSE_CLIENT_SECRET."
        )
    return token


def settings_of(given: dict[str, Any], config: Path | None) -> Settings:
    """The settings, or the end of the command with what is wrong with them."""
    from opencobrowse.runtime.settings import BadSettings, load  # noqa: PLC0415

    try:
        return load(given, config=config)
    except BadSettings as error:
        fail(Exit.USAGE, str(error))


def needs_server(error: ModuleNotFoundError) -> None:
    """End the command when a package of the [server] extra is missing; a module of ours would be a defect."""
    if error.name is not None and not error.name.startswith("opencobrowse"):
        fail(
            Exit.REFUSED,
            f"The server's packages are missing ({error.name}): pip install 'opencobrowse[server]'",
        )
