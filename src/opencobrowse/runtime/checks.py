"""What a setting's type cannot say. Each check returns the value in its one spelling, or raises ValueError
with the end of the sentence "it has to be …"."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

from msgspec import Meta

from opencobrowse.kernel.addresses import is_loopback

_DEFAULT_PORTS = (("http", 80), ("https", 443))


def origin(text: str) -> str:
    """An origin as browsers spell it, for it is compared with theirs: lower case, no default port."""
    why = "the origin of this server as browsers see it: http or https, a host, nothing after it"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(why) from None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("http", "https") or not parts.hostname or extra:
        raise ValueError(why)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is None or (parts.scheme, port) in _DEFAULT_PORTS:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def proxies(items: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses and networks. Not "*": then anybody could say who they are (reliability.md B24)."""
    for item in items:
        try:
            ipaddress.ip_network(item) if "/" in item else ipaddress.ip_address(item)
        except ValueError:
            raise ValueError("a list of IP addresses and networks") from None
    return items


def issuer(text: str) -> str:
    """An OpenID issuer, as it is written: it is compared with what the provider says, letter by letter."""
    why = "the issuer as the provider spells it: https (http on loopback only), no query, no fragment"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(why) from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(text))
    extra = parts.query or parts.fragment or parts.username is not None or not text.isascii()
    if not secure or not parts.hostname or extra or set(text) & set("| ?#"):
        raise ValueError(why)
    return text


def scopes(text: str) -> str:
    """Scopes of OpenID Connect."""
    if "openid" not in text.split():
        raise ValueError("scopes with blanks between, openid among them")
    return " ".join(text.split())


def domains(items: tuple[str, ...]) -> tuple[str, ...]:
    """Domains of e-mail addresses, in lower case."""
    for item in items:
        if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", item):
            raise ValueError("a list of domains, without an @")
    return tuple(item.lower() for item in items)


def file(path: str) -> str:
    """A file that can be read."""
    try:
        with Path(path).open("rb"):
            return path
    except OSError as error:
        raise ValueError(f"a file that can be read ({error.strerror})") from None


def type_name(kind: Any) -> str:
    """A type in words: "a whole number from 0 to 65535"."""
    bounds: list[Meta] = []
    while get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        bounds += [m for m in more if isinstance(m, Meta)]
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(v) for v in get_args(kind))
    if kind is int:
        low = next((m.ge for m in bounds if m.ge is not None), None)
        high = next((m.le for m in bounds if m.le is not None), None)
        return _number(low, high)
    if kind is bool:
        return "true or false"
    return "a list" if get_origin(kind) is tuple else "a text"


def _number(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"a whole number from {low} to {high}"
    return f"a whole number, at least {low}" if low is not None else "a whole number"
