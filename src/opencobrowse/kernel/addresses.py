"""Addresses on the web that somebody else names and we are to call: what they say, and where they lead (B10).

Strict on purpose: what two readers could read differently is refused.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

IP = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_CHARS: Final = 4096
_PORTS: Final = {"http": 80, "https": 443}
_BAD: Final = re.compile(r"[\x00-\x20\x7f\\]")
_HOST: Final = re.compile(r"(?=.{1,253}\Z)(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
# What C libraries read as a number of IPv4, in whatever base: 2130706433, 0x7f.1, 017700000001.
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z")
_KEPT: Final = "%/:=&?~+!$,;'@()*[]|"

# Ranges that lead to another address, or to whoever is near: IPv4 in IPv6 (mapped is unpacked first), 6to4,
# its relays,
# NAT64 and Teredo.
_LEADING: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10",
                 "192.88.99.0/24")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address without user, password and fragment. `host` is ASCII and in lower case, an
    IPv6
    address without its brackets; `target` is path and query, as they are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def usual_port(self) -> bool:
        return self.port == _PORTS[self.scheme]

    @property
    def netloc(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.usual_port else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def text(self) -> str:
        return f"{self.origin}{self.target}"

    @property
    def literal(self) -> IP | None:
        """The address that `host` is; None where it is a name."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    def joined(self, reference: str) -> WebAddress:
        """Where `reference` leads from here. Raises `ValueError`."""
        return parse(urljoin(self.text, reference))


def parse(text: str) -> WebAddress:
    """Raises `ValueError` for what is no address of the web, or not certainly one."""
    if len(text) > MAX_CHARS or _BAD.search(text):
        raise ValueError("not an address")
    parts = urlsplit(text)
    if parts.scheme not in _PORTS or parts.username is not None or "@" in parts.netloc or not parts.hostname:
        raise ValueError("not an address of the web")
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    target = quote(parts.path or "/", safe=_KEPT) + (
        f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    )
    return WebAddress(parts.scheme, _host(parts.hostname, parts.netloc), port, target)


def _host(name: str, netloc: str) -> str:
    if netloc.startswith("["):
        if "%" in name:
            raise ValueError("an address of one machine's network")
        return str(ipaddress.IPv6Address(name))
    if not name.isascii():
        name = name.encode("idna").decode().lower()
    name = name.removesuffix(".")
    if not _HOST.match(name):
        raise ValueError("not a host")
    if _NUMBER.match(name.rpartition(".")[2]):
        return str(ipaddress.IPv4Address(name))  # four decimal numbers, or it raises
    return name


def is_public(ip: IP) -> bool:
    """Whether everybody on the internet may reach `ip`: not a machine's own, not a private network's, not one
    that only leads there."""
    ip = plain(ip)
    if any(ip in network for network in _LEADING if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def is_private(ip: IP) -> bool:
    """Whether `ip` is one machine's own or a private network's: what an operator can have named. Never a
    link's
    (cloud metadata), never a group's."""
    ip = plain(ip)
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved:
        return ip.is_loopback
    return ip.is_loopback or ip.is_private


def plain(ip: IP) -> IP:
    """The IPv4 address of an IPv4-mapped one (::ffff:127.0.0.1)."""
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return ip if mapped is None else mapped


def is_loopback(url: str) -> bool:
    """Whether an address is of this machine's own loopback."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
