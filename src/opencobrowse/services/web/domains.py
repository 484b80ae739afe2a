"""Which addresses a deployment allows: the shape of an entry, and whether an origin or a page fits (B7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from opencobrowse.domain.deployment import LOOPBACK_HOSTS, Deployment
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Detail, Fault, Invalid

_HOST: Final = re.compile(
    r"(?=.{1,253}(?::|\Z))(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9_-]{1,63}(?<!-)(?::[0-9]{1,5})?\Z"
)
_IPV6: Final = re.compile(r"\[[0-9a-f:.]{2,45}\](?::[0-9]{1,5})?\Z")


def origin_allowed(origin: str, allowed: Iterable[str]) -> bool:
    """Exact match (B7). A bare host means https on its default port; a loopback host any scheme and port."""
    parts = _origin_parts(origin)
    if parts is None:
        return False
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    for entry in allowed:
        if "://" in entry:
            if origin == entry.rstrip("/"):
                return True
        elif entry in LOOPBACK_HOSTS:
            if host == entry:
                return True
        elif parts.scheme == "https" and parts.netloc == entry:
            return True
    return False


def allows(deployment: Deployment, origin: str) -> bool:
    """Whether a page of `origin` may use the deployment."""
    if deployment.allow_all_domains:
        return _origin_parts(origin) is not None
    return origin_allowed(origin, deployment.allowed_domains)


def is_loopback(origin: str) -> bool:
    return origin_allowed(origin, LOOPBACK_HOSTS)


def page_address(url: str) -> tuple[str, str] | None:
    """`(origin, url without query and fragment)` of a page's address; None if it is not one."""
    if len(url) > 2_000 or any(ch.isspace() or ord(ch) < 32 for ch in url):
        return None
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return None
    if _origin_parts(origin) is None:
        return None
    return origin, f"{origin}{parts.path or '/'}"


def checked_domains(entries: Iterable[str]) -> tuple[str, ...]:
    """`allowedDomains` as it is stored: lower case, no doubles. Raises `Invalid` naming the entry."""
    checked: list[str] = []
    for number, entry in enumerate(entries):
        text = entry.strip().lower().removesuffix("/")
        scheme, there, host = text.rpartition("://")
        if (there and scheme not in ("http", "https")) or not (_HOST.match(host) or _IPV6.match(host)):
            raise _bad_domain(entry, number)
        if text not in checked:
            checked.append(text)
    if len(checked) > limits.ALLOWED_DOMAINS:
        raise Invalid(
            f"allowedDomains has more than {limits.ALLOWED_DOMAINS} entries.",
            code="invalid.value",
            details=(Detail("invalid.value", "allowedDomains"),),
            cure="Make a second deployment for the rest.",
        )
    return tuple(checked)


def _bad_domain(entry: str, number: int) -> Fault:
    hint = "Write shop.example, shop.example:8443 or https://shop.example: no path, no wildcard."
    if "*" in entry:
        hint = "Wildcards are not possible: list each host (shop.example, www.shop.example)."
    elif not entry.isascii():
        hint = "Write the host in its ASCII form (xn--…)."
    return Invalid(
        f"{entry!r} is not a host or an origin.",
        code="invalid.value",
        details=(Detail("invalid.value", f"allowedDomains[{number}]"),),
        cure=hint,
    )


def _origin_parts(origin: str) -> SplitResult | None:
    try:
        parts = urlsplit(origin)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    plain = origin == f"{parts.scheme}://{parts.netloc}" and parts.netloc == parts.netloc.lower()
    return parts if plain else None
