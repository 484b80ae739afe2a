"""Canaries typed, pasted, chosen, set and toggled in every kind of field: none leaves (B3, G2, I14)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import World
from tests.support.browser import accept_prompt, site
from tests.support.wire import Sent, watch

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def fields_site() -> Iterator[str]:
    with site(HERE) as origin:
        yield origin


@pytest.fixture
def settings(world: World) -> Iterator[dict[str, Any]]:
    """Change the published settings for one test; `update` and `publish` it, put back afterwards."""
    with world.server.client() as http:
        base = "/api/v2/webdeployments/configurations"
        deployment = http.get("/api/v2/webdeployments/deployments").json()["entities"][0]
        path = f"{base}/{deployment['configuration']['id']}/versions/draft"
        before = http.get(path).json()

        def publish(**changes: Any) -> None:
            body = {**before, "cobrowse": {**before.get("cobrowse", {}), **changes}}
            answer = http.put(path, json=body)
            assert answer.status_code < 300, answer.text
            answer = http.post(f"{path}/publish")
            assert answer.status_code < 300, answer.text

        yield {"publish": publish}
        publish()


def shared(world: World, fields_site: str) -> tuple[Page, Sent]:
    customer = world.person()
    sent = watch(customer, world.server.url)
    query = world.address().partition("?")[2]
    customer.goto(f"{fields_site}/fields/index.html?{query}&q=canary-query#canary-fragment")
    customer.wait_for_function("document.getElementById('frame').contentDocument.body.innerText !== ''")
    world.start(world.conversation())
    accept_prompt(customer)
    arrives(customer, sent, "Delivery in two days.")
    return customer, sent


def arrives(page: Page, sent: Sent, text: str) -> None:
    """Wait until `text` has left the page: what came before it has left, too."""
    for _ in range(200):
        if text in sent.text():
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"{text!r} never left the page")


def mark(page: Page, sent: Sent, text: str) -> None:
    page.evaluate(f"document.getElementById('said').textContent = '{text}'")
    arrives(page, sent, text)


def test_no_canary_leaves_whatever_is_done_to_a_field(world: World, fields_site: str, tmp_path: Path) -> None:
    customer, sent = shared(world, fields_site)
    for index, field in enumerate(customer.locator(".typed").all()):
        field.press_sequentially(f"canary-typed-{index}")
    upload = tmp_path / "canary-file.txt"
    upload.write_text("canary-content")
    customer.set_input_files("#file", upload)
    customer.check("#check")
    customer.check("#radio")
    customer.select_option("#select", "canary-select")
    customer.select_option("#many", "canary-many")
    customer.frame_locator("#frame").locator("#inner").fill("canary-inner")
    customer.evaluate("""() => {
      navigator.clipboard?.writeText?.('canary-pasted').catch(() => {});
      for (const field of document.querySelectorAll('input, textarea, select')) {
        if (field.type === 'file' || field.id === 'search') continue;
        field.dispatchEvent(new ClipboardEvent('paste', {bubbles: true}));
        if (field.type === 'text') field.value = 'canary-set';
        field.setAttribute('value', 'canary-attribute');
        field.dispatchEvent(new Event('change', {bubbles: true}));
      }
      for (const secret of document.querySelectorAll('[type=password]')) secret.type = 'text';
      document.getElementById('rich').innerHTML = '<ul><li>canary-rich</li></ul>';
      document.body.append(document.getElementById('rich'));
      const copy = document.getElementById('form').cloneNode(true);
      copy.id = 'copy';
      document.body.append(copy);
    }""")
    customer.fill("#form >> #trick", "canary-toggled")
    customer.fill("#form >> #search", "open words")
    customer.evaluate("document.getElementById('form').reset()")
    mark(customer, sent, "all done")
    text = sent.text()
    for word in ("open words", "Inner text", "Shadow text", "Choose", "Checkout"):
        assert word in text, "what may be seen is seen"
    masked = text.replace("canary-balance", "").replace("canary-picture", "").replace("canary.png", "")
    assert "canary" not in masked, masked[max(0, masked.find("canary") - 300) :][:400]


def test_a_fresh_snapshot_and_a_reload_leak_no_more_than_the_first(world: World, fields_site: str) -> None:
    customer, sent = shared(world, fields_site)
    for index, field in enumerate(customer.locator(".typed").all()):
        field.fill(f"canary-{index}") if field.get_attribute("contenteditable") is None else field.type(
            "canary"
        )
    customer.evaluate("sessionStorage.setItem('keep', '1')")
    before = sent.snapshots()
    customer.reload()
    mark(customer, sent, "after the reload")
    assert sent.snapshots() > before
    text = sent.text()
    for shown in ("canary-balance", "canary-picture", "canary.png"):
        text = text.replace(shown, "")
    assert "canary" not in text


def test_typing_has_no_rhythm(world: World, fields_site: str) -> None:
    customer, sent = shared(world, fields_site)
    mark(customer, sent, "begin")
    before = len(sent.bodies)
    customer.locator("[name=name]").press_sequentially("twenty letters at all", delay=30)
    customer.locator("#rich").press_sequentially("twenty letters at all", delay=30)
    mark(customer, sent, "end")
    during = [body for _, body in sent.bodies[before:-1]]
    assert len(during) <= 4, "a first letter, perhaps a scroll; not one event a letter"


def test_the_sites_own_rules(world: World, fields_site: str, settings: dict[str, Any]) -> None:
    settings["publish"](maskSelectors=[".secret"], showSelectors=["[name=email]", "[name=password]"])
    customer, sent = shared(world, fields_site)
    customer.fill("[name=email]", "open@example.com")
    customer.fill("[name=password]", "canary-password")
    customer.evaluate("document.getElementById('said').className = 'secret'")
    customer.wait_for_timeout(50)
    customer.evaluate("document.getElementById('said').textContent = 'canary-said'")
    customer.evaluate("document.querySelector('h1').textContent = 'The end'")
    arrives(customer, sent, "The end")
    text = sent.text()
    assert "open@example.com" in text
    assert "canary" not in text


def test_private_pages_give_no_text_away(world: World, fields_site: str, settings: dict[str, Any]) -> None:
    settings["publish"](privacy="private", showSelectors=["h1"])
    customer = world.person()
    sent = watch(customer, world.server.url)
    query = world.address().partition("?")[2]
    customer.goto(f"{fields_site}/fields/index.html?{query}")
    world.start(world.conversation())
    accept_prompt(customer)
    arrives(customer, sent, "Checkout")
    customer.evaluate("document.getElementById('said').title = 'canary-title'")
    customer.evaluate("document.title = 'canary-of-the-page'")
    customer.evaluate("document.querySelector('h1').textContent = 'The end'")
    arrives(customer, sent, "The end")
    text = sent.text().replace("canary.png", "")  # a picture's address is not text
    for hidden in ("Delivery", "Inner text", "Shadow text", "canary"):
        assert hidden not in text
