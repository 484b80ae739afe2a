"""What an answer says that it is, and its body up to the size that this may have."""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from opencobrowse.kernel import limits

_IMAGE: Final = re.compile(r"image/[a-z0-9.+-]{1,60}\Z")
_FONT: Final = re.compile(
    r"(?:font/[a-z0-9.+-]{1,40}|application/(?:x-)?font-[a-z0-9.+-]{1,40}|application/vnd\.ms-(?:fontobject|opentype))\Z"
)
# Servers that know no fonts say one of these.
_ANYTHING: Final = frozenset({"application/octet-stream", "binary/octet-stream", "application/x-font"})
_FONTS: Final = {
    b"wOFF": "font/woff", b"wOF2": "font/woff2", b"\0\1\0\0": "font/ttf", b"true": "font/ttf",
    b"OTTO": "font/otf", b"ttcf": "font/collection",
}  # fmt: skip


class Refused(Exception):  # noqa: N818
    """Not something that the mirror shows."""


@dataclass(frozen=True, slots=True)
class AssetKind:
    """`limit`: bytes after unpacking."""

    essence: str
    limit: int
    is_font: bool = False
    charset: str | None = None

    def named(self, body: bytes) -> str:
        """The type that it is passed on with: for a font, what its first bytes say. Raises `Refused`."""
        if not self.is_font:
            return self.essence
        found = _FONTS.get(body[:4])
        if found is None:
            raise Refused("not a font")
        return found


def kind_of(content_type: str) -> AssetKind:
    """Raises `Refused` for what is no picture, style sheet or font."""
    essence, _, rest = content_type.partition(";")
    essence = essence.strip().lower()
    if essence == "text/css":
        found = re.search(r"charset\s*=\s*\"?([\w.:-]{1,40})", rest, re.IGNORECASE)
        return AssetKind(essence, limits.ASSET_STYLE_BYTES, charset=found[1] if found else None)
    if _IMAGE.match(essence):
        return AssetKind(essence, limits.ASSET_IMAGE_BYTES)
    if _FONT.match(essence) or essence in _ANYTHING:
        return AssetKind(essence, limits.ASSET_FONT_BYTES, is_font=True)
    raise Refused(f"type {essence[:60]!r}")


async def read(parts: AsyncIterator[bytes], headers: Mapping[str, str], limit: int) -> bytes:
    """The whole body, unpacked. Raises `Refused` as soon as it is too large: nothing is unpacked beyond
    that."""
    said = headers.get("Content-Length", "")
    if said.isdigit() and int(said) > limit:
        raise Refused("too large")
    coding = headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip"):
        raise Refused(f"packed as {coding[:30]!r}")
    unpack = _Gzip(limit) if coding.endswith("gzip") else None
    kept, size = [], 0
    async for part in parts:
        plain = unpack(part) if unpack else part
        size += len(plain)
        if size > limit:
            raise Refused("too large")
        kept.append(plain)
    if unpack and not unpack.whole:
        raise Refused("cut off")
    return b"".join(kept)


class _Gzip:
    """Unpacks as much as may be, and one byte more to know that it was too much."""

    def __init__(self, limit: int) -> None:
        self._stream = zlib.decompressobj(31)
        self._left = limit + 1

    @property
    def whole(self) -> bool:
        return self._stream.eof

    def __call__(self, part: bytes) -> bytes:
        if self._left <= 0 or self._stream.eof:
            return b""
        try:
            plain = self._stream.decompress(part, self._left)
        except zlib.error as error:
            raise Refused("packed wrongly") from error
        self._left -= len(plain)
        return plain
