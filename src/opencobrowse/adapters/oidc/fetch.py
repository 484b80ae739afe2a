"""HTTP as one may speak it with a server that is not ours: encrypted, within a time, up to a size."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from opencobrowse.kernel import limits
from opencobrowse.kernel.addresses import is_loopback
from opencobrowse.ports.identity import ProviderDown

T = TypeVar("T")

_SHOWN: Final = 300
"""Characters of an answer that the log is told."""


def may_be_asked(url: str, issuer: str) -> bool:
    """Whether an address in the provider's document is one we speak to: https, or loopback where the provider
    itself is on loopback."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and is_loopback(url) and is_loopback(issuer)


class Fetch:
    """Asks the provider. A connection a question: people sign in too seldom to keep one open."""

    def __init__(self) -> None:
        self._trust: ssl.SSLContext = httpx.create_ssl_context()

    async def ask(self, method: str, url: str, **more: Any) -> tuple[int, bytes]:
        """Status and body. Redirects are not followed. Raises `ProviderDown`; a 5xx is one."""
        where = f"{method} {url}"
        try:
            async with (
                asyncio.timeout(limits.PROVIDER_STEP_SECONDS),
                httpx.AsyncClient(verify=self._trust, timeout=limits.PROVIDER_STEP_SECONDS) as client,
                client.stream(method, url, **_plain(more)) as answer,
            ):
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    raise ProviderDown(f"{where}: a packed body, which nobody asked for")
                body = await _body(answer, where)
        except TimeoutError as late:
            raise ProviderDown(f"{where}: no answer within {limits.PROVIDER_STEP_SECONDS:g} s") from late
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderDown(f"{where}: {type(error).__name__} {error}") from error
        if answer.status_code >= 500 or answer.status_code in (408, 429):
            raise ProviderDown(f"{where}: {answer.status_code} {shown(body)}")
        return answer.status_code, body

    async def document(self, url: str, kind: type[T], **more: Any) -> T:
        """The JSON that a GET gives. Raises `ProviderDown` for anything else."""
        status, body = await self.ask("GET", url, **more)
        if status != 200:
            raise ProviderDown(f"GET {url}: {status} {shown(body)}")
        return parsed(body, kind, f"GET {url}")


def parsed(body: bytes, kind: type[T], where: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderDown(f"{where}: {error}: {shown(body)}") from error


def shown(body: bytes) -> str:
    return repr(body[:_SHOWN])


def _plain(more: dict[str, Any]) -> dict[str, Any]:
    """A body that is not packed cannot grow while it is unpacked."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", **more.pop("headers", {})}
    return {**more, "headers": headers, "follow_redirects": False}


async def _body(answer: httpx.Response, where: str) -> bytes:
    parts, size = [], 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > limits.PROVIDER_ANSWER_BYTES:
            raise ProviderDown(f"{where}: more than {limits.PROVIDER_ANSWER_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)
