"""From what people write as a host to the two origins that are called."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from opencobrowse.client.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Hosts:
    """`api` and `login`, each an origin without a slash at its end. One server of ours is both."""

    api: str
    login: str


def resolve(host: str) -> Hosts:
    """`https://cobrowse.example.com`, `localhost:8080`, or a Genesys Cloud region such as `mypurecloud.ie`.

    Without a scheme, a loopback host is reached by http and any other by https. Raises `ConfigurationError`.
    """
    text = host.strip()
    if "://" not in text:
        text = f"{'http' if _is_loopback(text) else 'https'}://{text}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError(f"{host!r} is not a host. Write it as https://cobrowse.example.com.")
    if parts.path.strip("/") or parts.username is not None:
        raise ConfigurationError(f"{host!r}: give the origin alone, without a path, a user or a password.")
    region = _region(parts.hostname)
    if region:
        return Hosts(f"https://api.{region}", f"https://login.{region}")
    return Hosts(f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{parts.netloc}")


def _region(hostname: str) -> str | None:
    """The Genesys Cloud region of a host: its API and its login are two hosts (field.md C5)."""
    name = hostname.removeprefix("api.").removeprefix("login.").removeprefix("apps.")
    if name.startswith("mypurecloud.") or name.endswith((".pure.cloud", "-pure.cloud")):
        return name
    return None


def _is_loopback(text: str) -> bool:
    name = urlsplit(f"//{text}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
