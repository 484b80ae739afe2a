"""Addresses in fetched style sheets (reliability.md B2): read as the viewer reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opencobrowse.services.session.stylesheets import decoded, rewritten

VECTORS = json.loads((Path(__file__).parents[4] / "schema" / "vectors" / "css.json").read_text())["cases"]


@pytest.mark.parametrize(("before", "after"), VECTORS)
def test_vectors(before: str, after: str) -> None:
    assert rewritten(before, lambda address, imports: f"{'I' if imports else 'P'}({address})") == after


def test_what_may_not_be_loaded_is_an_address_of_nothing() -> None:
    assert rewritten("p{background:url(a)}", lambda *_: None) == 'p{background:url("data:,")}'


@pytest.mark.parametrize(
    ("body", "said", "text"),
    [
        ("p{}ä".encode(), None, "p{}ä"),
        ("p{}ä".encode("latin1"), "ISO-8859-1", "p{}ä"),
        (b'@charset "latin1";p{}\xe4', None, '@charset "latin1";p{}ä'),
        (b"\xef\xbb\xbfp{}", "latin1", "p{}"),
        (b"p{}\xff", "no-such-thing", "p{}\ufffd"),
        (b"7b", "hex", "7b"),
    ],
)
def test_a_sheet_is_read_by_what_it_says_of_itself(body: bytes, said: str | None, text: str) -> None:
    assert decoded(body, said) == text
