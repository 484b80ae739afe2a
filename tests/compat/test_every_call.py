"""Issue 4, point 1: what the official SDKs can call of what we serve, both of them call in tests here."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from tests.support.server import Server

HERE = Path(__file__).parent
_PATH = re.compile(r"resource_path = '([^']+)'")
_CALL = re.compile(r"call_api\(resource_path, '(\w+)'")


def methods(sdk: ModuleType) -> Iterator[tuple[str, str, str]]:
    """The methods of the SDK for Python: name, verb and path. The one for JavaScript has the same."""
    for name, found in inspect.getmembers(sdk, inspect.isclass):
        if not name.endswith("Api"):
            continue
        for method, code in inspect.getmembers(found, inspect.isfunction):
            source = inspect.getsource(code) if not method.startswith("_") else ""
            path, verb = _PATH.search(source), _CALL.search(source)
            if path and verb:
                yield method, verb[1], path[1]


def blank(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path)


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def test_both_sdks_make_every_call_that_we_serve(sdk: Any, server: Server) -> None:
    paths = httpx.get(f"{server.url}/openapi.json").json()["paths"]
    served = {(verb.upper(), blank(path)) for path, calls in paths.items() for verb in calls}
    mine = {name for name, verb, path in methods(sdk) if (verb, blank(path)) in served}
    assert len(mine) > 70, "the SDK is read wrongly"
    texts = "".join(file.read_text() for file in HERE.glob("test_*.py"))
    texts = texts.replace("{base}", "ConversationsCobrowsesession")
    made = set(re.findall(r"\w+", texts))
    assert sorted(mine - made) == [], "not called with the SDK for Python"
    assert sorted({camel(name) for name in mine} - made) == [], "not called with the SDK for JavaScript"
