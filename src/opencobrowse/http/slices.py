"""Which part of a listing was asked for: by the platform's `pageNumber`, or by its cursor `after`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Detail, Invalid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """`found` of a page, and the listing's other keys (snake case, for the wire's structs)."""

    found: Sequence[T]
    keys: dict[str, Any]


def numbered(request: AnyRequest, found: Sequence[T]) -> Slice[T]:
    """The page that `pageSize` (25) and `pageNumber` (1) ask for. One beyond the end is empty."""
    size = _whole(request, "pageSize", limits.PAGE_SIZE, limits.MAX_PAGE_SIZE)
    number = _whole(request, "pageNumber", 1, 10_000_000)
    last = max(1, -(-len(found) // size))
    keys = {
        "page_size": size,
        "page_number": number,
        "total": len(found),
        "page_count": last,
        "self_uri": _uri(request, pageSize=size, pageNumber=number),
        "first_uri": _uri(request, pageSize=size, pageNumber=1),
        "last_uri": _uri(request, pageSize=size, pageNumber=last),
    }
    if number < last:
        keys["next_uri"] = _uri(request, pageSize=size, pageNumber=number + 1)
    if number > 1:
        keys["previous_uri"] = _uri(request, pageSize=size, pageNumber=min(number - 1, last))
    return Slice(found[(number - 1) * size : number * size], keys)


def by_cursor(request: AnyRequest, found: Sequence[T], ids: Sequence[str]) -> Slice[T]:
    """What comes after the entity `after`, or goes before the entity `before`: `pageSize` (25) of it."""
    size = _whole(request, "pageSize", limits.PAGE_SIZE, limits.MAX_PAGE_SIZE)
    start, end = 0, len(found)
    if after := request.query_params.get("after"):
        start = _place(ids, "after", after) + 1
    elif before := request.query_params.get("before"):
        end = _place(ids, "before", before)
        start = max(0, end - size)
    end = min(end, start + size)
    keys: dict[str, Any] = {"total": len(found), "self_uri": _uri(request)}
    if start < end < len(found):
        keys["next_uri"] = _uri(request, after=ids[end - 1], before=None)
    if 0 < start < len(found):
        keys["previous_uri"] = _uri(request, before=ids[start], after=None)
    return Slice(found[start:end], keys)


def _place(ids: Sequence[str], name: str, value: str) -> int:
    if value in ids:
        return ids.index(value)
    raise Invalid(
        f"{name} names nothing in this listing.",
        code="invalid.value",
        details=(Detail("invalid.value", name),),
        cure=f"Leave {name} out, or take it from nextUri or previousUri.",
    )


def _whole(request: AnyRequest, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most:
        return int(text[:9])
    raise Invalid(
        f"Value [{text[:50]}] is not valid for field type [{name}]. Allowable values are: 1 to {most}",
        code="invalid.value",
        details=(Detail("invalid.value", name),),
        cure=f"Set {name} to a whole number from 1 to {most}.",
    )


def _uri(request: AnyRequest, **changes: Any) -> str:
    query = dict(request.query_params.items()) | {k: str(v) for k, v in changes.items() if v is not None}
    for name in (k for k, v in changes.items() if v is None):
        query.pop(name, None)
    return f"{request.url.path}?{urlencode(query)}" if query else request.url.path
