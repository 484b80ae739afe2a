"""Query parameters that handlers read by themselves. A value that is none is a 400 that says what would."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import Detail, Invalid

_FLAGS: Final = {"true": True, "false": False}


def flag(request: AnyRequest, name: str, default: bool = False) -> bool:
    """`true` or `false`, in any case."""
    return _FLAGS[choice(request, name, _FLAGS, str(default))]


def choice(request: AnyRequest, name: str, allowed: Iterable[str], default: str) -> str:
    """One of `allowed` in lower case, whatever its case in the query."""
    given = request.query_params.getall(name, [])
    words = list(allowed)
    found = (given[-1] if given else default).lower()
    if found in words and len(given) < 2:
        return found
    listed = ", ".join(words)
    raise Invalid(
        f"Value [{', '.join(given)}] is not valid for field type [{name}]. Allowable values are: {listed}",
        code="invalid.value",
        details=(Detail("invalid.value", name),),
        cure=f"Set {name}, once, to one of: {listed}; or leave it out.",
    )


def words(request: AnyRequest, name: str) -> list[str]:
    """A list: the parameter given several times, or its values joined by commas."""
    values = request.query_params.getall(name, [])
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
