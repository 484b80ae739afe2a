"""Addresses in style sheets that are fetched for the mirror (reliability.md B2).

Read as CSS Syntax 3 reads: an address may be written with escapes, and what looks like one may stand in a
comment. The
viewer does the same to what a page sends: `schema/vectors/css.json` holds both to it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Final

Replace = Callable[[str, bool], str | None]
"""What stands for an address, None where nothing may be loaded. True: it is an `@import`."""

_ADDRESSED: Final = frozenset({"url", "src", "image", "image-set", "-webkit-image-set"})
# What stands for something said elsewhere: in a function of addresses it could be one.
_INDIRECT: Final = re.compile(r"(?:var|attr|env|if|inherit|--.*)\Z", re.DOTALL)
_SUSPECT: Final = re.compile(r"\\|url|import|image|src", re.IGNORECASE)
_NAME: Final = r"(?:[\w\-\u0080-\U0010ffff]|\\[0-9a-fA-F]{1,6}(?:\r\n|[ \t\n\r\f])?|\\[^\n\r\f0-9a-fA-F])"
_START: Final = (
    r"(?:--|-?(?:[a-zA-Z_\u0080-\U0010ffff]|\\[0-9a-fA-F]{1,6}(?:\r\n|[ \t\n\r\f])?|\\[^\n\r\f0-9a-fA-F]))"
)
_ESCAPE: Final = re.compile(
    r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\r\f])?|(\r\n|[\n\r\f])|(.)|\Z)", re.DOTALL
)
_TOKEN: Final = re.compile(
    rf"""(?P<blank>[ \t\n\r\f]+)
    |(?P<comment>/\*.*?(?:\*/|\Z))
    |(?P<string>"(?:[^"\\\n\r\f]|\\(?:\r\n|.)|\\\Z)*(?:"|\Z|(?=[\n\r\f]))|'(?:[^'\\\n\r\f]|\\(?:\r\n|.)|\\\Z)*(?:'|\Z|(?=[\n\r\f])))
    |(?P<mark>[@\#](?:{_START}{_NAME}*|(?<=\#){_NAME}*))
    |(?P<number>[0-9][0-9.]*(?:{_START}{_NAME}*)?)
    |(?P<name>{_START}{_NAME}*)
    |(?P<sign>.)""",
    re.DOTALL | re.VERBOSE,
)
_BARE: Final = re.compile(r"[ \t\n\r\f]*(?![ \t\n\r\f\"'])((?:[^)\\]|\\.|\\\Z)*)(?:\)|\Z)", re.DOTALL)
_BLANKS: Final = re.compile(r"[ \t\n\r\f]*")
_CHARSET: Final = re.compile(rb'@charset "([\w.:-]{1,40})";')
_NOTHING: Final = "data:,"


def decoded(body: bytes, said: str | None) -> str:
    """The text of a sheet: by its byte order mark, its server, its own first rule, else UTF-8 (CSS Syntax
    3, 3.2)."""
    if body.startswith(codecs.BOM_UTF8):
        return body[3:].decode("utf-8", "replace")
    own = _CHARSET.match(body)
    name = said or (own[1].decode("ascii", "replace") if own else "utf-8")
    try:
        codec = codecs.lookup(name)
        text, _ = codec.decode(body, "replace") if codec._is_text_encoding else (None, 0)
    except (LookupError, ValueError):
        text = None
    return text if isinstance(text, str) else body.decode("utf-8", "replace")


def rewritten(text: str, replace: Replace) -> str:
    """The sheet with other addresses."""
    return "".join(_Reader(text, replace).parts()) if _SUSPECT.search(text) else text


class _Reader:
    def __init__(self, text: str, replace: Replace) -> None:
        self._text = text
        self._replace = replace
        self._at = 0
        self._open: list[str] = []
        self._addressed = 0
        self._importing = False
        self._out: list[str] = []

    def parts(self) -> list[str]:
        while self._at < len(self._text):
            found = _TOKEN.match(self._text, self._at)
            assert found is not None, "any character is a sign"  # noqa: S101
            self._at = found.end()
            self._token(str(found.lastgroup), found.group())
        return self._out

    def _token(self, kind: str, token: str) -> None:
        if kind in ("blank", "comment"):
            self._out.append(token)
        elif kind == "string":
            self._string(token)
        elif kind == "name" and self._text.startswith("(", self._at):
            self._function(token)
        else:
            self._importing = kind == "mark" and _plain(token).lower() == "@import"
            self._out.append(token)
            if kind == "sign":
                self._bracket(token)

    def _bracket(self, sign: str) -> None:
        if sign in "([{":
            self._open.append("")
        elif sign in ")]}" and self._open and self._open.pop() in _ADDRESSED:
            self._addressed -= 1

    def _string(self, token: str) -> None:
        inside = self._addressed > 0 and self._open[-1] != "type"
        if self._importing or inside:
            closed = len(token) > 1 and token[-1] == token[0]
            token = self._quoted(_plain(token[1:-1] if closed else token[1:]))
        self._importing = False
        self._out.append(token)

    def _function(self, token: str) -> None:
        name = _plain(token).lower()
        importing, self._importing = self._importing, False
        self._at += 1
        bare = _BARE.match(self._text, self._at) if name == "url" else None
        if bare is not None:
            self._at = bare.end()
            self._importing = importing
            self._out.append(f"url({self._quoted(_plain(bare[1]).strip())})")
            self._importing = False
            return
        indirect = self._addressed > 0 and _INDIRECT.match(name)
        self._out.append("opencobrowse-none(" if indirect else f"{token}(")
        self._open.append(name)
        self._addressed += name in _ADDRESSED
        if name == "url":  # a quote comes
            self._importing = importing

    def _quoted(self, address: str) -> str:
        found = self._replace(address, self._importing) or _NOTHING
        return '"' + re.sub(r'["\\\n\r\f]', lambda m: f"\\{ord(m[0]):x} ", found) + '"'


def _plain(text: str) -> str:
    """Without escapes."""

    def one(found: re.Match[str]) -> str:
        if found[1]:
            point = int(found[1], 16)
            return "\ufffd" if point == 0 or point > 0x10FFFF or 0xD800 <= point <= 0xDFFF else chr(point)
        return found[3] or ""

    return _ESCAPE.sub(one, text) if "\\" in text else text
