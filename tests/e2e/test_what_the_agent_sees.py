"""The customer is shown what of their page is masked or hidden (product.md; field.md A5), by keyboard; the
page itself is not changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import new_page, site
from tests.support.hands import Shared
from tests.support.server import Server

HERE = Path(__file__).parent

OPEN_ROOTS = """{
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    if (this.hasAttribute('data-opencobrowse-ui')) window.own = root;
    return root;
  };
}"""

MARKS = """() => [...own.querySelectorAll('.marks > div > i')].map((i) => {
  const { left, top, width, height } = i.getBoundingClientRect();
  return [i.className, ...[left, top, width, height].map(Math.round)].join(' ');
})"""

BOX = """([kind, selector]) => {
  const { left, top, width, height } = document.querySelector(selector).getBoundingClientRect();
  return [kind, ...[left, top, width, height].map(Math.round)].join(' ');
}"""


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    found = new_page(context, errors)
    found.add_init_script(OPEN_ROOTS)
    with site(HERE) as origin:
        found.goto(f"{origin}/fields/index.html")
        found.evaluate("document.querySelector('h1').dataset.opencobrowse = 'hide'")
        Shared(found).start(server.url, maskSelectors=[".secret"])
        yield found
    context.close()
    assert errors == []


def press_the_eye(page: Page) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("own.activeElement?.ariaLabel === 'What the agent sees'"):
            page.keyboard.press("Enter")
            return
    raise AssertionError("no key leads there")


def test_what_is_masked_or_hidden_is_marked_where_it_is(page: Page) -> None:
    before = page.evaluate("document.body.outerHTML")
    press_the_eye(page)
    page.wait_for_function("own.querySelector('.marks > div > i')")
    marks = page.evaluate(MARKS)
    for kind, selector in [
        ("hide", "h1"), ("obscure", "[name=name]"), ("obscure", "[name=password]"), ("obscure", "#rich"),
        ("obscure", ".secret p"), ("obscure", "#select"),
    ]:  # fmt: skip
        assert page.evaluate(BOX, [kind, selector]) in marks, selector
    for shown in ("#said", "#search"):
        assert not {page.evaluate(BOX, [kind, shown]) for kind in ("hide", "obscure")} & set(marks), shown
    assert "Masked" in page.evaluate("own.querySelector('.legend').textContent")
    assert page.evaluate("own.querySelector('.marks').matches(':popover-open *')"), (
        "over the page's own dialogs"
    )
    assert page.evaluate("document.body.outerHTML") == before, "nothing of the page is changed"


def test_the_marks_follow_and_go(page: Page) -> None:
    press_the_eye(page)
    page.evaluate("document.querySelector('#said').dataset.opencobrowse = 'mask'")
    expected = page.evaluate(BOX, ["obscure", "#said"])
    page.wait_for_function(f"expected => ({MARKS})().includes(expected)", arg=expected)
    page.keyboard.press("Enter")
    page.wait_for_function("own.querySelector('.marks') === null")
