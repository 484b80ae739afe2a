"""The rules of the house that a program can check (CONTRIBUTING.md)."""

from __future__ import annotations

import ast
import collections
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "opencobrowse").rglob("*.py"))
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60


def test_files_are_short() -> None:
    long = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := p.read_text().count("\n")) > MAX_FILE_LINES}
    assert long == {}


def test_functions_are_short() -> None:
    """Code lines of a function, without its docstring and the functions defined inside it."""
    long = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = _own_lines(node)
                if lines > MAX_FUNCTION_LINES:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert long == {}


def _own_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    inner = [
        n for n in ast.walk(node) if n is not node and isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    nested = {
        line
        for n in inner
        for line in range(n.lineno - len(n.decorator_list), (n.end_lineno or n.lineno) + 1)
    }
    docstring: set[int] = set()
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        docstring = set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return len(set(range(node.lineno, (node.end_lineno or node.lineno) + 1)) - nested - docstring)


def test_no_module_has_mutable_state() -> None:
    """Module level holds constants: a list, dict or set there is frozen by a `Final` and never written to."""
    loose = []
    for path in SOURCES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Dict | ast.Set):
                names = [t.id for t in node.targets if isinstance(t, ast.Name)]
                if not all(name.startswith("__") for name in names):
                    loose.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert loose == []


def test_decisions_have_numbers_of_their_own() -> None:
    numbers = collections.Counter(p.name[:4] for p in (ROOT / "docs" / "adr").glob("*.md"))
    assert [number for number, count in numbers.items() if count > 1] == []


def test_packages_that_share_their_insides_are_pinned() -> None:
    """docs/adr/0002 and 0004: these move together or not at all."""
    project = (ROOT / "pyproject.toml").read_text()
    assert all(f'"{name}==' in project for name in ("uvicorn", "picows", "aiofastnet"))
    record = (ROOT / "web/packages/capture/package.json").read_text()
    replay = (ROOT / "web/packages/replay/package.json").read_text()
    assert '"@rrweb/record": "2.1.6"' in record
    assert '"@rrweb/replay": "2.1.6"' in replay
