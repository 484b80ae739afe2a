"""The API's description as a page to read: made on the server, no script, nothing from elsewhere."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from litestar import MediaType, Request, Response, Router, get
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin

from opencobrowse.http.openapi import Doc, document, operations

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_STYLE: Final = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: #1f6feb; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
code, pre { font: 0.9em ui-monospace, monospace; } a { color: var(--link); }
nav ul { columns: 2; padding-left: 1.2rem; } h2 { margin-top: 3rem; text-transform: capitalize; }
section { border: 1px solid var(--line); border-radius: 8px; padding: 0.2rem 1rem 0.8rem; margin: 1rem 0; }
h3 code { overflow-wrap: anywhere; } h3 b { display: inline-block; min-width: 4.5em; color: var(--link); }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; }
td, th { text-align: left; vertical-align: top; padding: 0.25rem 0.6rem 0.25rem 0; }
td, th { border-top: 1px solid var(--line); } td p { margin: 0; } section > p { margin: 0.4rem 0; }
th { font-weight: 600; } .open { border: 1px solid var(--line); border-radius: 4px; padding: 0 0.4em; }
summary { cursor: pointer; } .text { white-space: pre-line; }
@media (max-width: 45rem) { nav ul { columns: 1; } }
"""


class Page(OpenAPIRenderPlugin):
    """`GET /docs`."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: Request[Any, Any, Any], openapi_schema: Doc) -> bytes:
        state = request.app.state
        if "docs" not in state:
            state["docs"] = page(document(request.app)).encode()
        made: bytes = state["docs"]
        return made


class Description(JsonRenderPlugin):
    """`GET /docs/openapi.json`, the same as `/openapi.json`."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Doc) -> bytes:
        return super().render(request, document(request.app))


def router() -> Router:
    """Where the page lives, with the headers that it needs."""

    @get("/style.css", media_type=MediaType.CSS, sync_to_thread=False)
    def style() -> Response[str]:
        return Response(_STYLE, media_type="text/css; charset=utf-8")

    return Router("/docs", route_handlers=[style], response_headers=HEADERS, include_in_schema=False)


def page(doc: Doc) -> str:
    """The whole page."""
    found = sorted(operations(doc), key=lambda one: one[2]["tags"][0])
    parts = [
        "".join(_calls(tag, list(group))) for tag, group in groupby(found, lambda one: one[2]["tags"][0])
    ]
    models = "".join(_model(name, schema) for name, schema in sorted(doc["components"]["schemas"].items()))
    title = html.escape(f"{doc['info']['title']} {doc['info']['version']}")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}: the API</title><link rel="stylesheet" href="/docs/style.css"></head><body>'
        f"<header><h1>{title}: the API</h1>{_text(doc['info']['description'])}"
        '<p>For programs: <a href="/openapi.json">/openapi.json</a></p></header>'
        f"<nav><h2>Calls</h2><ul>{''.join(_entry(*one) for one in found)}</ul></nav>"
        f"<main>{''.join(parts)}<h2>Models</h2>{models}</main></body></html>"
    )


def _entry(path: str, method: str, operation: Doc) -> str:
    name = operation["operationId"]
    return f'<li><a href="#{name}">{html.escape(operation["summary"])}</a></li>'


def _calls(tag: str, found: list[tuple[str, str, Doc]]) -> Iterator[str]:
    yield f"<h2>{html.escape(tag)}</h2>"
    for path, method, operation in found:
        free = "" if operation["security"] else ' <span class="open">no token</span>'
        yield (
            f'<section id="{operation["operationId"]}"><h3><b>{method.upper()}</b> '
            f"<code>{html.escape(path)}</code></h3><p>{html.escape(operation['summary'])}{free}</p>"
            f"{_text(operation.get('description', ''))}{_parameters(operation)}{_body(operation)}"
            f"{_answers(operation)}</section>"
        )


def _parameters(operation: Doc) -> str:
    rows = [
        (
            f"<code>{html.escape(p['name'])}</code>",
            p["in"],
            _type(p["schema"]),
            _text(p.get("description", "")),
        )
        for p in operation.get("parameters", [])
    ]
    return _table(("parameter", "in", "type", ""), rows) if rows else ""


def _body(operation: Doc) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return "".join(f"<p>Body ({kind}): {_type(form['schema'])}</p>" for kind, form in content.items())


def _answers(operation: Doc) -> str:
    good: list[tuple[str, ...]] = []
    errors: list[tuple[str, ...]] = []
    for status, answer in sorted(operation["responses"].items()):
        types = [_type(form.get("schema", {})) for form in answer.get("content", {}).values()]
        row = (status, _text(answer.get("description", "")), ", ".join(types))
        (good if status.startswith("2") else errors).append(row)
    found = _table(("status", "", "body"), good)
    if errors:
        found += f"<details><summary>Errors</summary>{_table(('status', '', 'body'), errors)}</details>"
    return found


def _model(name: str, schema: Doc) -> str:
    required = set(schema.get("required", []))
    rows = [
        (f"<code>{html.escape(key)}</code>", _type(value), "required" if key in required else "")
        for key, value in schema.get("properties", {}).items()
    ]
    table = _table(("field", "type", ""), rows) if rows else _type(schema)
    about = _text(schema.get("description", ""))
    return f'<section id="model-{html.escape(name)}"><h3>{html.escape(name)}</h3>{about}{table}</section>'


def _type(schema: Doc) -> str:
    """A schema in a few words, with links to the models."""
    if "$ref" in schema:
        name = html.escape(str(schema["$ref"]).rpartition("/")[2])
        return f'<a href="#model-{name}">{name}</a>'
    for key, word in (("oneOf", " or "), ("anyOf", " or "), ("allOf", " with ")):
        if key in schema:
            return word.join(_type(part) for part in schema[key])
    if "enum" in schema:
        return " | ".join(f"<code>{html.escape(str(value))}</code>" for value in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and schema.get("properties"):
        fields = "; ".join(
            f"<code>{html.escape(k)}</code>: {_type(v)}" for k, v in schema["properties"].items()
        )
        return f"{{{fields}}}"
    return html.escape(" or ".join(kind) if isinstance(kind, list) else str(kind))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{name}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{lines}</table>"


def _text(text: str) -> str:
    """Plain words with `code` in them."""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    escaped = (
        re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(part, quote=False)) for part in paragraphs
    )
    return "".join(f"<p>{part}</p>" for part in escaped)
