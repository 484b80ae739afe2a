"""`/openapi.json` and `/docs`: a route that is not in them does not exist (api.md section 2)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from playwright.sync_api import Page

from opencobrowse.http import app as application
from opencobrowse.http.openapi import document, operations
from opencobrowse.runtime.settings import Settings
from opencobrowse.runtime.wiring import wire
from tests.support.browser import chromium

ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def doc(server: Any) -> dict[str, Any]:
    return dict(httpx.get(f"{server.url}/openapi.json").json())


def test_every_route_of_the_application_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's own routes against its own description, method by method."""
    made: list[Litestar] = []

    def kept(*args: Any, **options: Any) -> Litestar:
        made.append(Litestar(*args, **options))
        return made[0]

    monkeypatch.setattr(application, "Litestar", kept)
    parts = wire(Settings(data_dir=str(tmp_path)))
    try:
        application.build(parts.core, parts.clock, tmp_path, 300, _ready)
    finally:
        parts.store.close()
    described = {(path, method.upper()) for path, method, _ in operations(document(made[0]))}
    exist = {
        (re.sub(r"{(\w+)}", lambda m: "{" + _camel(m.group(1)) + "}", route.path_format), method)
        for route in made[0].routes
        if isinstance(route, HTTPRoute)
        and route.path.startswith(("/api/", "/oauth/", "/health/", "/.well-known/"))
        for method in set(route.methods) - {"OPTIONS"}
    }
    assert exist == described
    assert len(exist) > 40


async def _ready() -> str | None:
    return None


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def test_all_references_lead_somewhere(doc: dict[str, Any]) -> None:
    refs = set(re.findall(r"#/components/schemas/([A-Za-z0-9_.\-]+)", str(doc)))
    assert refs <= set(doc["components"]["schemas"])
    assert "ErrorBody" in refs


def test_every_call_says_what_it_does_and_how_it_fails(doc: dict[str, Any]) -> None:
    for path, method, operation in operations(doc):
        where = f"{method} {path}"
        assert operation["summary"] and operation.get("description"), where
        assert len(operation["tags"]) == 1, where
        if path.startswith("/api/v2/"):
            error = operation["responses"]["429"]["content"]["application/json"]["schema"]["$ref"]
            assert error.endswith("/ErrorBody"), where
            blanks = set(re.findall(r"{(\w+)}", path))
            assert {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"} == blanks, where
        statuses = operation["responses"]
        good = [s for s in statuses if s[0] == "2"] or [s for s in statuses if s[0] == "3"]
        assert len(good) == 1, where
    names = [operation["operationId"] for _, _, operation in operations(doc)]
    assert len(names) == len(set(names))


def test_what_is_said_to_need_a_token_needs_one(doc: dict[str, Any], anybody: httpx.Client) -> None:
    """Every call, with no token: 401 exactly where the description says that it is secured (B5)."""
    told: dict[str, int] = {}
    for path, method, operation in operations(doc):
        if not path.startswith("/api/v2/"):
            continue
        answer = anybody.request(method.upper(), re.sub(r"{\w+}", ID, path))
        if operation["security"]:
            assert answer.status_code == 401, f"{method} {path}"
        elif answer.status_code == 401:
            told[f"{method} {path}"] = answer.status_code
    assert told == {}


def test_the_models_of_requests_take_no_other_fields(doc: dict[str, Any]) -> None:
    for path, method, operation in operations(doc):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            names = re.findall(r"#/components/schemas/(\w+)", str(content["schema"]))
            for name in names:
                schema = doc["components"]["schemas"][name]
                assert schema.get("additionalProperties") is False, f"{method} {path}: {name}"


def test_the_page_is_read_without_a_script_and_without_the_world(server: Any, doc: dict[str, Any]) -> None:
    """In Chromium, under its own policy: all calls are there, styled, and nothing else is asked for."""
    asked: list[str] = []
    said: list[str] = []
    with chromium() as browser, browser.new_context() as context:
        page: Page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{server.url}/docs")
        assert page.locator("section[id]:not([id^=model-])").count() == len(list(operations(doc)))
        assert page.locator("#startCobrowse h3 code").inner_text().endswith("/{conversationId}/cobrowse")
        border = page.locator("#startCobrowse").evaluate("e => getComputedStyle(e).borderTopStyle")
        assert border == "solid", "the style sheet was applied"
        page.click("nav a[href='#startCobrowse']")
    assert {url.removeprefix(server.url).partition("#")[0] for url in asked} <= {
        "/docs", "/docs/style.css", "/favicon.ico"}  # fmt: skip
    assert [text for text in said if "Content Security Policy" in text and "favicon" not in text] == []
