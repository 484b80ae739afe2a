"""What the core needs to show a customer's page its pictures, styles and fonts: somebody who fetches them.

Promises of every adapter (reliability.md B10):
- Nothing is connected to but a public address, or a private one where `Trust.private` says so; a name is
  looked up
  once for each address, and what was looked at is what is connected to. Each redirect is looked at anew.
- Only ports 80 and 443, or any where `Trust.port` says so. No cookie, no credentials, no Referer, ever.
- An answer is a picture, a style sheet or a font by what it says itself, of a bounded size after unpacking,
  and whole
  within `limits.ASSET_SECONDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from opencobrowse.kernel.addresses import WebAddress


@dataclass(frozen=True, slots=True)
class Trust:
    """What an address may be besides public: on another port, in a private network."""

    port: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """`body` is unpacked. `address` is where it came from, after redirects. `max_age`: seconds that it may
    be kept for,
    None where its server did not say. `content_type` without parameters; `charset` is that of a style
    sheet."""

    address: WebAddress
    content_type: str
    body: bytes
    etag: str | None = None
    max_age: int | None = None
    charset: str | None = None


class Unchanged(Exception):  # noqa: N818  it is news, not an error
    """The server still has what the given `etag` names."""


class Unfetchable(Exception):  # noqa: N818  as the kernel's are named
    """Refused, unreachable, too slow, too large, or no asset. Why is for the log, and nobody else is told."""


class AssetSource(Protocol):
    async def fetch(
        self, address: WebAddress, trust: Callable[[WebAddress], Trust], etag: str | None = None
    ) -> Fetched:
        """Raises `Unfetchable`, and `Unchanged` where `etag` was given."""
