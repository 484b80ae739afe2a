"""The table of error codes as a page to read: /docs/errors in HTML, docs/reference/errors.md in Markdown."""

from __future__ import annotations

import html
from typing import Any, Final

from litestar import MediaType, Response, get

from opencobrowse.http.codes import CODES, PATH, Code
from opencobrowse.http.docs import HEADERS

_ABOUT: Final = (
    "Every refusal has a `code`, a sentence on what to change in `help.summary`, and, wherever one would "
    "succeed, the corrected request in `help.example`: send it unchanged. `help.docs` leads to its row."
)


def handler() -> Any:
    content = page().encode()

    @get(PATH, include_in_schema=False, media_type=MediaType.HTML, sync_to_thread=False)
    def error_codes() -> Response[bytes]:
        return Response(content, media_type=MediaType.HTML, headers=HEADERS)

    return error_codes


def page() -> str:
    """The page; its style is that of /docs, dark where the reader's screen is."""
    rows = "".join(_section(name, code) for name, code in CODES.items())
    links = "".join(f'<li><a href="#{name}">{name}</a></li>' for name in CODES)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Error codes · opencobrowse</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/docs/style.css"></head><body>'
        f'<header><h1>Error codes</h1><p>{_code(_ABOUT)} <a href="/docs">All calls</a></p></header>'
        f"<nav><ul>{links}</ul></nav><main>{rows}</main></body></html>"
    )


def markdown() -> str:
    """The same table for docs/reference."""
    head = ["# Error codes", "", f"{_ABOUT} A server shows this page at `{PATH}`.", "",
            "Made from `http/codes.py`.", ""]  # fmt: skip
    rows = ["| code | status | cause | cure | for example |", "|---|---|---|---|---|"]
    for name, code in CODES.items():
        cells = (_statuses(code), *(text.replace("|", "\\|") for text in (code.cause, code.cure)))
        anchor = f'<a id="{name}"></a>`{name}`'
        rows.append(f"| {anchor} | {' | '.join(cells)} | `` {code.example} `` |")
    return "\n".join([*head, *rows, ""])


def _section(name: str, code: Code) -> str:
    return (
        f'<section id="{name}"><h3><b>{_statuses(code)}</b> <code>{name}</code></h3>'
        f"<p>{html.escape(code.cause)}</p><p><strong>Cure:</strong> {html.escape(code.cure)}</p>"
        f"<p>For example: <code>{html.escape(code.example)}</code></p></section>"
    )


def _statuses(code: Code) -> str:
    return ", ".join(map(str, code.statuses))


def _code(text: str) -> str:
    parts = html.escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
