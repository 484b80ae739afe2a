"""Pages of a listing: by number (`pageSize`, `pageNumber`), or by cursor (`pageSize`, `after`)."""

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
class Asked:
    """Which page was asked for: `number` counts from 1."""

    size: int
    number: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What is on the page, and every other key of the listing's model."""

    found: list[T]
    keys: dict[str, Any]


def asked(request: AnyRequest) -> Asked:
    """The page that the query asks for. Raises 400."""
    size = _count(request, "pageSize", limits.PAGE_SIZE, limits.MAX_PAGE_SIZE)
    return Asked(size, _count(request, "pageNumber", 1, 1_000_000))


def numbered(request: AnyRequest, found: Sequence[T]) -> Page[T]:
    """One page of all that was found."""
    page = asked(request)
    shown = list(found[page.offset : page.offset + page.size])
    return Page(shown, numbered_keys(request, page, len(found)))


def numbered_keys(request: AnyRequest, page: Asked, total: int) -> dict[str, Any]:
    """Numbers and links of a page; its links repeat the rest of the query."""
    last = max(1, -(-total // page.size))

    def uri(number: int) -> str:
        return _uri(request, pageSize=str(page.size), pageNumber=str(number))

    keys = {
        "page_size": page.size,
        "page_number": page.number,
        "total": total,
        "page_count": last,
        "self_uri": uri(page.number),
        "first_uri": uri(1),
        "last_uri": uri(last),
    }
    if page.number < last:
        keys["next_uri"] = uri(page.number + 1)
    if page.number > 1:
        keys["previous_uri"] = uri(page.number - 1)
    return keys


def by_cursor(request: AnyRequest, found: Sequence[T], cursors: Sequence[str]) -> Page[T]:
    """One page of all that was found, beginning behind the one whose cursor is `after`."""
    size = _count(request, "pageSize", limits.PAGE_SIZE, limits.MAX_PAGE_SIZE)
    after = request.query_params.get("after")
    if after and after not in cursors:
        raise _not_valid("after", "leave it out, or take it from the nextUri of an answer")
    begin = cursors.index(after) + 1 if after else 0
    keys = {"total": len(found), "self_uri": _uri(request)}
    if begin + size < len(found):
        keys["next_uri"] = _uri(request, pageSize=str(size), after=cursors[begin + size - 1])
    return Page(list(found[begin : begin + size]), keys)


def _count(request: AnyRequest, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise _not_valid(name, f"set it to a number from 1 to {most}, or leave it out")
    return int(text)


def _uri(request: AnyRequest, **changed: str) -> str:
    query = {**dict(request.query_params), **changed}
    return f"{request.url.path}?{urlencode(query)}" if query else request.url.path


def _not_valid(name: str, cure: str) -> Invalid:
    return Invalid(
        f"The value of {name} is not valid.",
        code="invalid.value",
        details=(Detail("invalid.value", name),),
        cure=f"{name}: {cure}.",
    )
