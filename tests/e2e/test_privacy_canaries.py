"""A canary in each place where a page keeps text (G2; fidelity.md, leaks): none of those that are typed,
chosen, hidden or under a mask leaves in any encoding, and of a private page none at all (B3, I14)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocket

from opencobrowse.wire.live import HEADER, Kind
from tests.e2e.conftest import World
from tests.support.browser import accept_prompt, sign_in, site
from tests.support.server import Server
from tests.support.wire import Sent, watch

HERE = Path(__file__).parent
FIELDS = HERE / "fields"
SECRET = "kanary"
OPEN = "kopen"
NUMBERS = ("48151623", "1987-06-05")


def spellings(word: str) -> dict[str, bytes]:
    """`word` in each way in which bytes could carry it."""
    plain = word.encode()
    found = {
        "plain": plain,
        "reversed": plain[::-1],
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "percent": "".join(f"%{byte:02x}" for byte in plain).encode(),
        "utf-16": word.encode("utf-16-le"),
    }
    for shift in range(3):  # where it begins in a group of three
        coded = base64.b64encode(b"\0" * shift + plain)
        found[f"base64 {shift}"] = coded[-(-8 * shift // 6) : 8 * (shift + len(plain)) // 6]
    return found


def leaks(text: str, word: str) -> list[str]:
    """Where `word` is in `text`, however it is written, with what is around it."""
    blob = text.encode()
    found = []
    for how, spelt in spellings(word).items():
        for place in [match.start() for match in re.finditer(re.escape(spelt), blob)][:20]:
            found.append(f"{how}: …{blob[max(0, place - 60) : place + 60].decode('utf-8', 'replace')}…")
    if word in "".join(re.findall(r"(?<![A-Za-z0-9])[a-z](?![A-Za-z0-9])", text)):
        found.append("letter by letter")
    return found


def assert_none(text: str, *words: str) -> None:
    for word in words:
        found = leaks(text, word)
        assert not found, f"{len(found)} of {word}:\n" + "\n".join(found)


def test_the_search_finds_what_is_hidden_in_each_encoding() -> None:
    assert leaks(json.dumps(list("kanary")), SECRET)
    for coded in (
        b"kanary"[::-1].decode(), b"kanary".hex(), base64.b64encode(b"xkanary").decode(),
        base64.b64encode(b"xykanary!").decode(), base64.b64encode(b"kanary-1").decode(), "k.a.n.a.r.y",
    ):  # fmt: skip
        assert leaks(f"<{coded}>", SECRET), coded
    assert not leaks("canary and so on", SECRET)


@pytest.fixture(scope="module")
def canary_site() -> Iterator[str]:
    with site(HERE) as origin:
        yield origin


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: all that it writes is looked at afterwards."""
    folder = tmp_path_factory.mktemp("canaries")
    with (folder / "log").open("w") as log:
        server = Server(folder, env={"OPENCOBROWSE_LOG_LEVEL": "debug"}, log=log).start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def published(server: Server, **changes: Any) -> Iterator[None]:
    """Other settings for a `with` block."""
    with server.client() as http:
        deployment = http.get("/api/v2/webdeployments/deployments").json()["entities"][0]
        path = f"/api/v2/webdeployments/configurations/{deployment['configuration']['id']}/versions/draft"
        before = http.get(path).json()
        for cobrowse in ({**before["cobrowse"], **changes}, before["cobrowse"]):
            assert http.put(path, json={**before, "cobrowse": cobrowse}).status_code < 300
            assert http.post(f"{path}/publish").status_code < 300
            if cobrowse is not before["cobrowse"]:
                yield


def until(page: Page, true: Any) -> None:
    for _ in range(800):
        if true():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it never came")


def received(page: Page, server_url: str) -> list[bytes]:
    """What an agent's browser gets, as it comes."""
    frames: list[bytes] = []

    def on_socket(socket: WebSocket) -> None:
        socket.on(
            "framereceived", lambda data: frames.append(data.encode() if isinstance(data, str) else data)
        )

    page.on("websocket", on_socket)
    return frames


def unpacked(frames: list[bytes]) -> Sent:
    sent = Sent()
    for data in frames:
        kind = HEADER.unpack_from(data)[0] if len(data) >= HEADER.size else 0
        sent.frame(data if kind in set(Kind) else data.decode())
    return sent


def settled(page: Page, sent: Sent) -> None:
    """Wait until a change that is made now has left: what came before it has left, too. It is one that leaves
    in every mode, because it is no text."""
    place = f"{1000 + len(sent.bodies)}"
    page.evaluate(
        "w => { const d = document.createElement('img'); d.width = w; document.body.append(d); }", int(place)
    )
    until(page, lambda: f'"width":"{place}"' in sent.text())


def everything(world: World, origin: str, upload: Path) -> tuple[Sent, Sent]:
    """A whole session: first snapshot, changes, inputs, a break, a reload, an agent who comes late."""
    customer = world.person()
    sent = watch(customer, world.server.url)
    query = world.address().partition("?")[2]
    customer.goto(f"{origin}/fields/canaries.html?{query}&q=kanary-query#kanary-fragment")
    session = world.start(world.conversation())
    accept_prompt(customer)
    until(customer, lambda: sent.snapshots() >= 1)
    customer.evaluate("change()")
    settled(customer, sent)
    for index, field in enumerate(customer.locator(".typed").all()):
        field.press_sequentially(f"kanary-typed-{index}")
    customer.set_input_files("#file", upload)
    toggle(customer)
    settled(customer, sent)
    before = sent.snapshots()
    customer.context.set_offline(True)
    customer.evaluate(
        "for (const field of document.querySelectorAll('.typed')) field.value = 'kanary-offline'"
    )
    customer.context.set_offline(False)
    settled(customer, sent)
    customer.reload()
    until(customer, lambda: sent.snapshots() > before)
    customer.evaluate("change()")
    settled(customer, sent)
    agent = world.person()
    frames = received(agent, world.server.url)
    sign_in(agent, session["viewerUrl"])
    until(agent, lambda: unpacked(frames).snapshots() >= 1)
    settled(customer, sent)
    world.end(session["id"])
    return sent, unpacked(frames)


def toggle(customer: Page) -> None:
    """A password that is shown, copied to a text and to attributes, and an editor that stops being one."""
    customer.evaluate("""() => {
      const secret = document.getElementById('secret');
      secret.type = 'text';
      const typing = document.getElementById('typing');
      typing.textContent = `You wrote ${secret.value}`;
      for (const name of ['title', 'data-x', 'aria-label', 'href', 'style'])
        typing.setAttribute(name, name === 'style' ? `--x:"${secret.value}"` : secret.value);
      document.title = `Hello ${secret.value}`;
      typing.style.setProperty('--typed', `"${secret.value}"`);
      document.getElementById('rich').removeAttribute('contenteditable');
      for (const field of document.querySelectorAll('.typed')) {
        const composed = {data: 'kanary-composed', bubbles: true};
        field.dispatchEvent(new CompositionEvent('compositionupdate', composed));
        field.select?.();
      }
      getSelection().selectAllChildren(document.getElementById('rich'));
      document.getElementById('form').append(document.getElementById('form').firstElementChild);
    }""")


def stored(server: Server) -> str:
    """All bytes of the data directory: the store, and here the log, too."""
    files = [path for path in server.data_dir.rglob("*") if path.is_file()]
    assert files
    return "\n".join(path.read_bytes().decode("latin-1") for path in files)


@pytest.fixture
def world(quiet: Server, browser: Browser, canary_site: str) -> Iterator[World]:
    made = World(quiet, browser, canary_site)
    try:
        yield made
        assert made.errors == []
    finally:
        for context in made.contexts:
            context.close()


def answered(server: Server) -> str:
    """What the API says of the sessions."""
    with server.client() as http:
        paths = ("conversations", "conversations/cobrowsesessions", "opencobrowse/sessions")
        return "\n".join(http.get(f"/api/v2/{path}").text for path in paths)


RULES: dict[str, Any] = {"maskSelectors": [".under"], "hideSelectors": [".boxed"]}


@pytest.mark.parametrize("privacy", ["inputs", "private"])
def test_no_canary_leaves_in_any_channel(
    world: World, canary_site: str, tmp_path: Path, privacy: str
) -> None:
    upload = tmp_path / "kanary-file.txt"
    upload.write_text("kanary-content")
    rules = {**RULES, "showSelectors": ["[name=passphrase]"]}
    with published(world.server, privacy=privacy, **rules):
        sent, seen = everything(world, canary_site, upload)
    words = (SECRET, *NUMBERS) if privacy == "inputs" else (SECRET, OPEN, *NUMBERS)
    for text in (sent.text(), seen.text(), answered(world.server)):
        assert_none(text, *words)
    kept = stored(world.server)
    assert "opencobrowse.server serving" in kept and "SQLite format" in kept, "log and store are read"
    assert_none(kept, SECRET, OPEN)
    shown = "kopen-said again" in sent.text()
    assert shown is (privacy == "inputs"), "the page itself is seen, or is not"
    for text in (sent.text(), seen.text()):
        assert '"width":"9"' in text, "its shape is"


def test_a_broken_selector_fails_closed(world: World, canary_site: str) -> None:
    customer = world.person()
    sent = watch(customer, world.server.url)
    with published(world.server, maskSelectors=["p:not("]):
        customer.goto(f"{canary_site}/fields/canaries.html?{world.address().partition('?')[2]}")
        session = world.start(world.conversation())
        accept_prompt(customer)
        until(customer, lambda: sent.snapshots() >= 1)
        settled(customer, sent)
    assert_none("\n".join(body for _, body in sent.bodies), SECRET, "kopen-said", "kopen-text", "kopen-data")
    world.end(session["id"])


def test_nothing_of_a_withheld_page_leaves(world: World, canary_site: str) -> None:
    """field.md A5, pauseCriteria: by the history API, by the fragment, by loading; and it
    goes on by itself."""
    customer = world.person()
    sent = watch(customer, world.server.url)
    criteria = [
        {"urlFragment": "/pay", "condition": "Includes"},
        {"urlFragment": "#pin", "condition": "EndsWith"},
    ]
    with published(world.server, pauseCriteria=criteria):
        customer.goto(f"{canary_site}/fields/canaries.html?{world.address().partition('?')[2]}")
        session = world.start(world.conversation())
        accept_prompt(customer)
        until(customer, lambda: sent.snapshots() == 1)
        agent = world.person()
        sign_in(agent, session["viewerUrl"])
        for leave in ("history.pushState({}, '', 'pay/kopen-secret')", "location.hash = 'pin'"):
            settled(customer, sent)
            bodies, told = len(sent.bodies), len(sent.messages)
            customer.evaluate(f"""() => {{
              {leave};
              document.title = 'kwithheld-title';
              document.getElementById('said').textContent = 'kwithheld-text';
            }}""")
            customer.mouse.move(50, 50)
            customer.mouse.click(60, 60)
            customer.locator(".typed").first.press_sequentially("kwithheld")
            agent.get_by_text("not shared").wait_for()
            pages = [m["page"] for m in sent.messages[told:] if m["type"] == "page"]
            assert pages == [{"withheld": True}]
            assert len(sent.bodies) == bodies, "no picture, no pointer"
            assert "kwithheld" not in sent.text()
            back = sent.snapshots()
            customer.evaluate("""() => {
              document.title = 'Back';
              document.getElementById('said').textContent = 'kopen-back';
              history.pushState({}, '', '/fields/canaries.html');
            }""")
            until(customer, lambda back=back: sent.snapshots() > back and "kopen-back" in sent.text())
            agent.get_by_text("not shared").wait_for(state="detached")
        requests, told = len(sent.requests), len(sent.messages)
        customer.evaluate("history.replaceState({}, '', '/fields/canaries.html?x=/pay')")
        customer.reload()
        withheld = {"type": "page", "page": {"withheld": True}}
        until(customer, lambda: withheld in sent.messages[told:])
        posted = "\n".join(r for r in sent.requests[requests:] if "/pages" in r)
        assert "canaries.html" not in posted, "not even where it is"
    world.end(session["id"])
