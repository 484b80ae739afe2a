"""What `Client` and `AsyncClient` have in common: their options, and httpx's outcomes as those of a flow."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Final

import httpx

from opencobrowse.client.dialect import Dialect, OpenCobrowse
from opencobrowse.client.errors import ConfigurationError
from opencobrowse.client.flow import Broken, Reply, Request, TokenCache
from opencobrowse.client.genesys import GenesysCloud
from opencobrowse.client.hosts import Hosts, PlatformName, resolve
from opencobrowse.kernel.version import VERSION

DIALECTS: Final[Mapping[PlatformName, type[Dialect]]] = {
    "opencobrowse": OpenCobrowse,
    "genesys": GenesysCloud,
}

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def hosts_of(host: str | None, platform: str | None, env: Mapping[str, str]) -> Hosts:
    """From what is given, else OPENCOBROWSE_URL and OPENCOBROWSE_PLATFORM."""
    found = host or env.get("OPENCOBROWSE_URL") or _missing("host", "OPENCOBROWSE_URL")
    return resolve(found, platform or env.get("OPENCOBROWSE_PLATFORM") or None)


def credentials(client_id: str | None, secret: str | None, env: Mapping[str, str]) -> TokenCache:
    """From what is given, else the environment. Raises `ConfigurationError`."""
    return TokenCache(
        client_id
        or env.get("OPENCOBROWSE_CLIENT_ID")
        or env.get("GENESYS_CLIENT_ID")
        or _missing("client_id", "OPENCOBROWSE_CLIENT_ID"),
        secret
        or env.get("OPENCOBROWSE_CLIENT_SECRET")
        or env.get("GENESYS_CLIENT_SECRET")
        or _missing("client_secret", "OPENCOBROWSE_CLIENT_SECRET"),
    )


def _missing(name: str, variable: str) -> str:
    raise ConfigurationError(
        f"No {name}: set {variable}, or pass {name}=… (in a shell: --{name.replace('_', '-')} …)."
    )


def http_options(timeout: float, verify: str | bool) -> dict[str, Any]:
    """For `httpx.Client` and `httpx.AsyncClient`. Redirects are not followed: a token must not go there."""
    return {
        "timeout": timeout,
        "verify": ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify,
        "headers": {"User-Agent": f"opencobrowse-python/{VERSION}", "Accept": "application/json"},
    }


def origin_of(hosts: Hosts, request: Request) -> str:
    return hosts.login if request.login else hosts.api


def arguments(hosts: Hosts, request: Request) -> dict[str, Any]:
    """Of `httpx.Client.request` and its asynchronous twin."""
    return {
        "method": request.method,
        "url": origin_of(hosts, request) + request.path,
        "params": request.query or None,
        "json": request.body,
        "data": request.form,
        "headers": request.headers,
    }


def reply_of(answer: httpx.Response) -> Reply:
    return Reply(answer.status_code, answer.headers, answer.content)


def broken(origin: str, error: httpx.TransportError | httpx.DecodingError) -> Broken:
    """What a missing answer means. One that came and cannot be unpacked counts as cut."""
    what = str(error) or type(error).__name__
    return Broken(f"{origin} is not reachable: {what}", not isinstance(error, _NEVER_SENT), _kind(error))


def _kind(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    if not isinstance(error, httpx.ConnectError):
        return "cut"
    text = str(error).lower()
    if "wrong_version_number" in text or "record_layer" in text:
        return "plain"
    if "certificate" in text or "ssl" in text or "tls" in text:
        return "tls"
    if any(words in text for words in ("name or service", "getaddrinfo", "nodename", "name resolution")):
        return "name"
    return "refused"
