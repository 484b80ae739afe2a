"""Where `help.docs` leads: every code that the source can answer with is explained, with its real status."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import opencobrowse
from opencobrowse.http import catalogue
from opencobrowse.http.codes import CODES, link
from opencobrowse.kernel import errors

SOURCE = Path(opencobrowse.__file__).parent


def trees() -> list[ast.Module]:
    """Every module but the client's, whose errors are others' answers."""
    paths = sorted(p for p in SOURCE.rglob("*.py") if "client" not in p.relative_to(SOURCE).parts)
    return [ast.parse(path.read_text()) for path in paths]


def faults(found: list[ast.Module]) -> dict[str, int]:
    """Every class of fault with its status, those that are defined outside the kernel too."""
    known = {
        name: kind.status
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.Fault)
    }
    for tree in found:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
                for base in set(bases) & set(known):
                    known.setdefault(node.name, known[base])
    return known


def strings(value: ast.expr) -> Iterator[str]:
    """The texts that an expression can come to: of `a if b else c`, both."""
    if isinstance(value, ast.IfExp):
        yield from strings(value.body)
        yield from strings(value.orelse)
    elif isinstance(value, ast.Constant):
        yield str(value.value)
    else:
        raise AssertionError(f"line {value.lineno}: {ast.unparse(value)} is no code that can be read here")


def raised() -> dict[str, set[int]]:
    """Each code with the statuses that it is raised with anywhere in the package."""
    found: dict[str, set[int]] = defaultdict(set)
    parsed = trees()
    known = faults(parsed)
    for tree in parsed:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name not in known:
                continue
            given = next((k.value for k in node.keywords if k.arg == "code"), None)
            if given is None and len(node.args) > 1:
                given = node.args[1]
            for code in strings(given) if given is not None else ["bad.request"]:
                found[code].add(known[name])
    return found


def test_every_code_that_is_raised_is_explained_with_its_status() -> None:
    """Issue 4: a catalogue made from the code. RFC 6749's codes have a `_`: /oauth/token speaks those."""
    found = {code: statuses for code, statuses in raised().items() if "_" not in code}
    assert len(found) > 50
    assert {code: set(CODES[code].statuses) if code in CODES else None for code in found} == found


def test_no_code_is_explained_that_is_never_raised() -> None:
    assert set(CODES) - set(raised()) == set()


def test_each_row_says_something() -> None:
    for name, code in CODES.items():
        assert code.cause.endswith(".") and code.cure.endswith("."), name
        assert code.example.strip(), name
    assert list(CODES) == sorted(CODES)


def test_links_lead_to_anchors_that_exist() -> None:
    page = catalogue.page()
    for name in CODES:
        assert link("https://c.example", name) == f"https://c.example/docs/errors#{name}"
        assert page.count(f'id="{name}"') == 1
        assert f'<a id="{name}"></a>' in catalogue.markdown()
    assert link("https://c.example", "new.code") == "https://c.example/docs/errors"
