"""Pages of a listing: by number (`pageSize`, `pageNumber`), or by cursor (`pageSize`, `after`, `before`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Detail, Invalid, NotFound

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
    return Asked(size, _count(request, "pageNumber", 1, limits.MAX_PAGE_NUMBER))


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
        keys["previous_uri"] = uri(min(page.number - 1, last))
    return keys


def by_cursor(request: AnyRequest, found: Sequence[T], ids: Sequence[str]) -> Page[T]:
    """What comes after the entity `after`, or goes before the entity `before`: `pageSize` (25) of it."""
    size = _count(request, "pageSize", limits.PAGE_SIZE, limits.MAX_PAGE_SIZE)
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
    return Page(list(found[start:end]), keys)


def _place(ids: Sequence[str], name: str, value: str) -> int:
    if value in ids:
        return ids.index(value)
    raise NotFound(
        f"There is no {value} to go on from.",
        code="not.found",
        details=(Detail("not.found", name, value),),
        cure=f"Leave {name} out, or take it from the nextUri or previousUri of an answer.",
    )


def _count(request: AnyRequest, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise _not_valid(name, f"set it to a number from 1 to {most}, or leave it out")
    return int(text)


def _uri(request: AnyRequest, **changed: str | None) -> str:
    """The request's own address with some of its query changed; None takes a parameter away."""
    query = {**dict(request.query_params), **changed}
    given = {name: value for name, value in query.items() if value is not None}
    return f"{request.url.path}?{urlencode(given)}" if given else request.url.path


def _not_valid(name: str, cure: str) -> Invalid:
    return Invalid(
        f"The value of {name} is not valid.",
        code="invalid.value",
        details=(Detail("invalid.value", name),),
        cure=f"{name}: {cure}.",
    )
