"""The command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Start a cobrowse session from code.")


@app.callback()
def main() -> None:
    """Start a cobrowse session from code."""


@app.command()
def serve(
    host: Annotated[Optional[str], typer.Option(help="Address to listen on.")] = None,  # noqa: UP045
    port: Annotated[Optional[int], typer.Option(help="Port to listen on.")] = None,  # noqa: UP045
    data_dir: Annotated[Optional[str], typer.Option(help="Where the store lies.")] = None,  # noqa: UP045
    public_url: Annotated[Optional[str], typer.Option(help="How customers reach it.")] = None,  # noqa: UP045
    trusted_proxies: Annotated[Optional[str], typer.Option()] = None,  # noqa: UP045
    tls_cert: Annotated[Optional[str], typer.Option()] = None,  # noqa: UP045
    tls_key: Annotated[Optional[str], typer.Option()] = None,  # noqa: UP045
    config: Annotated[Optional[Path], typer.Option(help="A TOML file with these options.")] = None,  # noqa: UP045
) -> None:
    """Run the server."""
    from opencobrowse.runtime.server import serve as run_server  # noqa: PLC0415
    from opencobrowse.runtime.settings import load  # noqa: PLC0415

    given = {"host": host, "port": port, "data_dir": data_dir, "public_url": public_url,
             "trusted_proxies": trusted_proxies, "tls_cert": tls_cert, "tls_key": tls_key}  # fmt: skip
    run_server(load(given, config=config), lambda url: typer.echo(f"opencobrowse is ready at {url}"))


def run() -> None:
    app()
