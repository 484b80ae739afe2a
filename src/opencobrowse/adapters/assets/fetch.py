"""One asset from a server that a customer's page names: nobody of ours, and perhaps nobody's friend (B10)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import httpx

from opencobrowse.adapters.assets.body import Refused, kind_of, read
from opencobrowse.kernel import limits
from opencobrowse.kernel.addresses import IP, WebAddress, is_private, is_public
from opencobrowse.kernel.version import VERSION
from opencobrowse.ports.assets import Fetched, Trust, Unchanged, Unfetchable

Resolve = Callable[[str, int], Awaitable[Sequence[IP]]]

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = frozenset({80, 443})
_TRIED: Final = 2
"""Addresses of one name that are tried."""
_HEADERS: Final = {
    "Accept": "image/*, text/css, font/*;q=0.9, */*;q=0.1",
    "Accept-Encoding": "gzip",
    "User-Agent": f"Mozilla/5.0 (compatible; opencobrowse/{VERSION})",
}


async def resolve(host: str, port: int) -> Sequence[IP]:
    """All addresses of a name, from the system's resolver. Raises `OSError`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(where[0]).partition("%")[0]) for *_, where in found]


class HttpAssets:
    """A connection an asset: one that is kept open was checked for another name."""

    def __init__(self, resolver: Resolve = resolve, trust: ssl.SSLContext | None = None) -> None:
        self._resolve = resolver
        self._tls = trust or httpx.create_ssl_context()

    async def fetch(
        self, address: WebAddress, trust: Callable[[WebAddress], Trust], etag: str | None = None
    ) -> Fetched:
        try:
            async with asyncio.timeout(limits.ASSET_SECONDS):
                for _ in range(limits.ASSET_REDIRECTS + 1):
                    found = await self._hop(address, trust(address), etag)
                    if isinstance(found, Fetched):
                        return found
                    address = found
        except TimeoutError as late:
            raise Unfetchable(f"{address.origin}: too slow") from late
        except (OSError, ValueError, Refused, httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unfetchable(f"{address.origin}: {type(error).__name__} {error}") from error
        raise Unfetchable(f"{address.origin}: too many redirects")

    async def _hop(self, address: WebAddress, trust: Trust, etag: str | None) -> Fetched | WebAddress:
        """One request: the asset, or where it is instead."""
        if not trust.port and address.port not in _PORTS:
            raise Refused(f"port {address.port}")
        places = await self._places(address, trust)
        for place in places[:_TRIED]:
            try:
                return await self._ask(address, place, etag)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed

    async def _places(self, address: WebAddress, trust: Trust) -> list[IP]:
        """Where `address` may be asked. One bad address among its name's refuses them all."""
        literal = address.literal
        found = [literal] if literal else list(await self._resolve(address.host, address.port))
        if not found:
            raise Refused("no address")
        for place in found:
            if not (is_public(place) or (trust.private and is_private(place))):
                raise Refused("not a public address")
        return found

    async def _ask(self, address: WebAddress, place: IP, etag: str | None) -> Fetched | WebAddress:
        """Ask the one place that was looked at, by the name that was asked for."""
        host = f"[{place}]" if place.version == 6 else str(place)
        headers = {**_HEADERS, "Host": address.netloc, **({"If-None-Match": etag} if etag else {})}
        async with (
            httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=limits.ASSET_STEP_SECONDS) as client,
            client.stream(
                "GET",
                f"{address.scheme}://{host}:{address.port}{address.target}",
                headers=headers,
                follow_redirects=False,
                extensions={"sni_hostname": address.host},
            ) as answer,
        ):
            if answer.status_code in _REDIRECTS:
                return address.joined(answer.headers.get("Location", ""))
            if answer.status_code == 304 and etag:
                raise Unchanged
            if answer.status_code != 200:
                raise Refused(f"status {answer.status_code}")
            kind = kind_of(answer.headers.get("Content-Type", ""))
            body = await read(answer.aiter_raw(), answer.headers, kind.limit)
        return Fetched(
            address=address,
            content_type=kind.named(body),
            body=body,
            etag=answer.headers.get("ETag"),
            max_age=_max_age(answer.headers.get("Cache-Control", "")),
            charset=kind.charset,
        )


def _max_age(said: str) -> int | None:
    for word in said.lower().split(","):
        name, _, value = word.strip().partition("=")
        if name in ("no-store", "no-cache"):
            return 0
        if name == "max-age" and value.strip('"').isdigit():
            return min(int(value.strip('"')), 10**9)
    return None
