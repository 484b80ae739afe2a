"""Logging to stderr: one line for each event, text or JSON. What others wrote cannot forge a line or move a
terminal's cursor: control characters are escaped (reliability.md B25)."""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import Final, TextIO

from opencobrowse.kernel.ids import iso

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_WITH_LINES: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Said at INFO by libraries, and said better by us.
_CHATTY: Final = (
    "uvicorn",
    "uvicorn.error",
    "asyncio",
    "picows",
    "opencobrowse.live.picows",
)
# They write whole addresses: of a customer's pictures, of a sign-in with its code. Not even for debugging.
_SILENT: Final = ("httpx", "httpcore")


class TextFormatter(logging.Formatter):
    """`2026-11-21T10:30:00.000Z INFO opencobrowse.server message`; a traceback follows, indented."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_time(record)} {record.levelname} {record.name} {_escaped(record.getMessage())}"
        if not record.exc_info:
            return line
        trace = _CONTROL.sub(_escape, self.formatException(record.exc_info))
        return line + "".join(f"\n    {part}" for part in trace.split("\n"))


class JsonFormatter(logging.Formatter):
    """`{"time", "level", "logger", "message", "error"?}`."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["error"] = self.formatException(record.exc_info)
        return json.dumps(event)


def configure(level: str, style: str, stream: TextIO | None = None) -> None:
    """Send everything of this process to stderr. Called once, by the process that serves."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel("DEBUG" if level == "debug" else "WARNING")
    for name in _SILENT:
        logging.getLogger(name).setLevel("WARNING")


def _time(record: logging.LogRecord) -> str:
    return iso(int(record.created * 1000))


def _escaped(text: str) -> str:
    return _WITH_LINES.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
