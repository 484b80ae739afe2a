"""`opencobrowse serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from opencobrowse.cli.options import Config, DataDir, needs_server, settings_of
from opencobrowse.cli.output import Exit, fail


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one. Default: 8080.")] = None,
    data_dir: DataDir = None,
    public_url: Annotated[str | None, typer.Option(help="How customers and agents reach it.")] = None,
    trusted_proxies: Annotated[
        str | None, typer.Option(help="Proxies whose X-Forwarded-For is believed: addresses, networks.")
    ] = None,
    tls_cert: Annotated[str | None, typer.Option(help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="Private key, PEM.")] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
    simulate: Annotated[
        str | None, typer.Option(help="Test double: a rules file that makes chosen calls fail.")
    ] = None,
    simulate_anywhere: Annotated[
        bool | None, typer.Option("--simulate-anywhere", help="Allow --simulate beyond loopback.")
    ] = None,
    config: Config = None,
) -> None:
    """Run the server. Every option is also OPENCOBROWSE_<NAME> and a key of the --config file."""
    given = {
        "host": host,
        "port": port,
        "data_dir": data_dir,
        "public_url": public_url,
        "trusted_proxies": trusted_proxies,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
        "log_level": log_level,
        "simulate": simulate,
        "simulate_anywhere": simulate_anywhere,
    }
    settings = settings_of(given, config)
    warning = f", SIMULATING faults by {settings.simulate}: not for production" if settings.simulate else ""
    try:
        from opencobrowse.http.simulate_rules import BadRules  # noqa: PLC0415
        from opencobrowse.runtime.listening import CannotServe  # noqa: PLC0415
        from opencobrowse.runtime.server import serve as run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        needs_server(error)
        raise
    try:
        run(settings, lambda running: typer.echo(f"opencobrowse is ready at {running.url}{warning}"))
    except BadRules as error:
        fail(Exit.USAGE, str(error))
    except CannotServe as error:
        fail(Exit.REFUSED, str(error))
