"""Where `help.docs` leads: every code that the source can answer with is explained."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import opencobrowse
from opencobrowse.http.codes import CODES, link
from opencobrowse.kernel import errors

FAULTS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.Fault)
}


def raised() -> Iterator[str]:
    """The `code` of every fault that is made anywhere in the package."""
    for path in Path(opencobrowse.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                codes = [
                    k.value.value
                    for k in node.keywords
                    if k.arg == "code" and isinstance(k.value, ast.Constant)
                ]
                yield from (str(code) for code in codes if name in FAULTS)


def test_every_code_is_explained() -> None:
    found = set(raised())
    assert len(found) > 30
    assert {code for code in found if "_" not in code} - set(CODES) == set(), "RFC 6749's codes have a _"


def test_links() -> None:
    assert link("https://c.example", "not.found") == "https://c.example/docs/errors#not.found"
    assert link("https://c.example", "new.code") == "https://c.example/docs/errors"
    assert list(CODES) == sorted(CODES)
