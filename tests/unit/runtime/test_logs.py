"""What others wrote cannot forge a line of the log (reliability.md B25)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from opencobrowse.runtime.logs import configure

NASTY = "name\r\n2026-01-01T00:00:00.000Z INFO opencobrowse all is well \x1b[2J\u2028end"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(style: str, level: str = "info") -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    configure(level, style, stream)
    return logging.getLogger("opencobrowse.test"), stream


def test_text_is_one_line_whatever_is_in_it() -> None:
    log, stream = logged("text")
    log.info("hello %s", NASTY)
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line.endswith("INFO opencobrowse.test hello " + NASTY.encode("unicode_escape").decode() + "\n")


def test_json_is_one_object_a_line() -> None:
    log, stream = logged("json")
    log.warning("hello %s", NASTY)
    event = json.loads(stream.getvalue())
    assert stream.getvalue().count("\n") == 1
    assert (event["level"], event["logger"], event["message"]) == (
        "warning",
        "opencobrowse.test",
        f"hello {NASTY}",
    )
    assert event["time"].endswith("Z")


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_traceback_is_kept_and_cannot_forge_a_line(style: str) -> None:
    log, stream = logged(style)
    try:
        raise ValueError(NASTY)
    except ValueError:
        log.exception("it failed")
    first, *rest = stream.getvalue().rstrip("\n").split("\n")
    assert "it failed" in first
    assert "ValueError" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
    assert all(line.startswith("    ") for line in rest)


def test_the_level_decides_and_libraries_are_quiet() -> None:
    log, stream = logged("text", "warning")
    log.info("not this")
    log.warning("this")
    assert stream.getvalue().count("\n") == 1
    _, stream = logged("text", "info")
    logging.getLogger("uvicorn.error").info("Started server process")
    assert stream.getvalue() == ""


def test_addresses_that_are_fetched_are_never_logged() -> None:
    """B3, found by the canaries: a picture has an address of the customer's page, a sign-in its code."""
    _, stream = logged("text", "debug")
    for name in ("httpx", "httpcore.connection"):
        logging.getLogger(name).info("GET https://shop.example/card-4111.png")
        logging.getLogger(name).debug("GET https://shop.example/card-4111.png")
    assert "4111" not in stream.getvalue()
