"""Allowed domains: their shape, exact origins, addresses of pages (reliability.md B7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencobrowse.kernel.errors import Invalid
from opencobrowse.services.web.domains import checked_domains, is_loopback, origin_allowed, page_address

ALLOWED = ("shop.example", "shop.example:8443", "http://intranet.example", "localhost", "[::1]")


@pytest.mark.parametrize(
    "origin",
    ["https://shop.example", "https://shop.example:8443", "http://intranet.example", "http://localhost:3000",
     "https://localhost", "http://[::1]:8080"],
)  # fmt: skip
def test_exact_origins_pass(origin: str) -> None:
    assert origin_allowed(origin, ALLOWED)


@pytest.mark.parametrize(
    "origin",
    ["", "null", "shop.example", "http://shop.example", "https://shop.example/", "https://shop.example?",
     "https://a.shop.example", "https://shop.example.evil.example", "https://evil-shop.example",
     "https://shop.example:443", "https://shop.example:8444", "https://SHOP.example", "HTTPS://shop.example",
     "https://u@shop.example", "https://u:p@shop.example", "https://intranet.example", "ws://shop.example",
     "http://localhost.evil.example", "http://localhost:99999", "http://[::1", "https://shop.example\n",
     "https://shop.example https://evil.example"],
)  # fmt: skip
def test_everything_else_does_not(origin: str) -> None:
    assert not origin_allowed(origin, ALLOWED)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(origin_allowed(text, ALLOWED), bool)
    assert isinstance(is_loopback(text), bool)
    found = page_address(text)
    assert found is None or found[1].startswith(found[0])
    try:
        checked = checked_domains([text])
    except Invalid as refused:
        assert refused.details[0].field == "allowedDomains[0]"
    else:
        assert checked == checked_domains(checked)


def test_entries_are_lowered_and_doubles_go() -> None:
    assert checked_domains(["Shop.Example", "shop.example", " https://A.example/ "]) == (
        "shop.example", "https://a.example")  # fmt: skip


def test_a_hundred_entries_are_enough() -> None:
    with pytest.raises(Invalid):
        checked_domains([f"h{number}.example" for number in range(101)])


def test_the_address_of_a_page_has_no_query_and_no_fragment() -> None:
    assert page_address("https://shop.example/cart?card=1#x") == (
        "https://shop.example",
        "https://shop.example/cart",
    )
    assert page_address("https://shop.example") == ("https://shop.example", "https://shop.example/")
    for bad in (
        "javascript:alert(1)",
        "//shop.example",
        "https://u@shop.example/",
        "https://shop.example/\nx",
        "",
    ):
        assert page_address(bad) is None
