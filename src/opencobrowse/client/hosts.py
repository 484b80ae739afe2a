"""From what people write as a host to the two origins that are called, and which platform answers there."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from opencobrowse.client.errors import ConfigurationError

PlatformName = Literal["opencobrowse", "genesys"]

REGIONS: Final[Mapping[str, str]] = {
    "us-east-1": "mypurecloud.com",
    "eu-west-1": "mypurecloud.ie",
    "ap-southeast-2": "mypurecloud.com.au",
    "ap-northeast-1": "mypurecloud.jp",
    "eu-central-1": "mypurecloud.de",
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "ap-northeast-2": "apne2.pure.cloud",
    "eu-west-2": "euw2.pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "us-east-2": "use2.us-gov-pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "me-central-1": "mec1.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
    "eu-central-2": "euc2.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
    "ap-southeast-1": "apse1.pure.cloud",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",
}
"""Genesys Cloud's regions, as the official SDK 269 lists them: the name of each, and its domain."""

_SERVICES: Final = ("api.", "login.", "apps.")
_PLATFORMS: Final = ("opencobrowse", "genesys")


@dataclass(frozen=True, slots=True)
class Hosts:
    """`api` and `login`, each an origin without a slash at its end. One server of ours is both."""

    api: str
    login: str
    platform: PlatformName = "opencobrowse"


def resolve(host: str, platform: str | None = None) -> Hosts:
    """`https://cobrowse.example.com`, `localhost:8080`, or a Genesys Cloud region: `mypurecloud.ie`,
    `api.mypurecloud.ie`, `eu-west-1`.

    Without a scheme, a loopback host is reached by http and any other by https. The region's host alone says
    that it is Genesys Cloud; any other host is opencobrowse unless `platform` says "genesys" (a gateway, a
    test double): nothing is guessed from answers. Raises `ConfigurationError`.
    """
    if platform not in (None, *_PLATFORMS):
        raise ConfigurationError(f"{platform!r} is no platform; they are: {', '.join(_PLATFORMS)}.")
    text = host.strip()
    region = REGIONS.get(text.lower().replace("_", "-"))
    if region is None:
        origin, hostname = _origin(host, text)
        region = _region(hostname)
    if region is None:
        return Hosts(origin, origin, "genesys" if platform == "genesys" else "opencobrowse")
    if platform == "opencobrowse":
        raise ConfigurationError(f"{host!r} is a region of Genesys Cloud: leave the platform out.")
    return Hosts(f"https://api.{region}", f"https://login.{region}", "genesys")


def _origin(host: str, text: str) -> tuple[str, str]:
    if "://" not in text:
        text = f"{'http' if _is_loopback(text) else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ConfigurationError(f"{host!r} is not a host: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError(f"{host!r} is not a host. Write it as https://cobrowse.example.com.")
    if parts.path.strip("/") or parts.username is not None:
        raise ConfigurationError(f"{host!r}: give the origin alone, without a path, a user or a password.")
    return f"{parts.scheme}://{parts.netloc}", parts.hostname


def _region(hostname: str) -> str | None:
    """The Genesys Cloud region of a host: its API and its login are two hosts (field.md C4)."""
    name = hostname
    for service in _SERVICES:
        name = name.removeprefix(service)
    if name in REGIONS.values() or name.endswith((".pure.cloud", "-pure.cloud")):  # also one newer than this
        return name
    if name.startswith("mypurecloud."):  # close, and a secret would be sent there
        near = difflib.get_close_matches(name, REGIONS.values(), 3, 0.5)
        raise ConfigurationError(f"{name} is no region of Genesys Cloud; near it are: {', '.join(near)}.")
    return None


def _is_loopback(text: str) -> bool:
    try:
        name = urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
