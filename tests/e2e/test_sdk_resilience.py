"""What a page lives through: reload, navigation, routes, back and forward, a second tab, a bad network."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
from playwright.sync_api import Browser, Page
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.e2e.conftest import SITE, World
from tests.support.browser import CHROMIUM_FLAGS, accept_prompt, chromium_path, new_page, prompt_shown, site
from tests.support.server import AGENT_EMAIL, AGENT_PASSWORD
from tests.support.wire import Sent, watch

OWN = "[data-opencobrowse-ui]"
SHARING = "sessionStorage.getItem('opencobrowse') !== null"
NOT_SHARING = "sessionStorage.getItem('opencobrowse') === null"


def shared(world: World) -> tuple[Page, Sent, dict[str, Any]]:
    customer = world.person()
    sent = watch(customer, world.server.url)
    customer.goto(world.address())
    session = world.start(world.conversation())
    accept_prompt(customer)
    arrives(customer, sent, "Corner shop")
    return customer, sent, session


def arrives(page: Page, sent: Sent, text: str) -> None:
    for _ in range(400):
        if text in sent.text():
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"{text!r} never left the page")


def say(page: Page, text: str) -> None:
    page.evaluate(f"document.getElementById('text').textContent = '{text}'")


def test_before_consent_a_page_says_where_it_is_and_no_more(world: World) -> None:  # I14
    customer = world.person()
    sent = watch(customer, world.server.url)
    customer.goto(world.address() + "&secret=canary#canary")
    world.start(world.conversation())
    prompt_shown(customer)
    hello = next(m for m in sent.messages if m["type"] == "hello")
    assert hello == {"type": "hello", "versions": [1], "page": {}}
    posted = next(r for r in sent.requests if r.partition(" ")[0].endswith("/opencobrowse/pages"))
    body = json.loads(posted.partition(" ")[2])
    assert body["pageUrl"] == f"{world.site}/index.html"
    assert set(body) <= {"deploymentId", "externalId", "externalToken", "pageUrl"}
    assert [m["type"] for m in sent.messages] == ["hello"]
    assert "canary" not in sent.text() and "Corner shop" not in sent.text()
    assert not any("share-" in r for r in sent.requests), "what records is not even loaded"


def test_routes_of_an_application_are_told(world: World) -> None:
    customer, sent, _ = shared(world)
    customer.click("#route")
    arrives(customer, sent, "Deep route")
    pages = [m["page"] for m in sent.messages if m["type"] == "page"]
    assert pages[-1]["url"] == f"{world.site}/route/deep"
    customer.evaluate("history.replaceState({}, '', '/silent?canary=1#canary')")
    arrives(customer, sent, "/silent")
    assert "canary" not in sent.text()


def test_sizes_and_scrolls_are_told(world: World) -> None:
    customer, sent, _ = shared(world)
    customer.evaluate("document.body.style.height = '5000px'")
    customer.mouse.wheel(0, 400)
    arrives(customer, sent, '"source":3')
    customer.set_viewport_size({"width": 900, "height": 640})
    arrives(customer, sent, '"source":4,"width":900,"height":640')
    arrives(customer, sent, '"width": 900, "height": 640')


def test_the_session_goes_on_where_the_customer_goes(world: World) -> None:
    customer, sent, session = shared(world)
    customer.reload()
    say(customer, "after the reload")
    arrives(customer, sent, "after the reload")
    customer.goto(f"{world.site}/next.html")
    arrives(customer, sent, "Second page")
    assert world.state(session["id"]) == "active"
    hellos = [m for m in sent.messages if m["type"] == "hello"]
    tokens = [m["token"] for m in hellos if "token" in m]
    assert len(tokens) == len(set(tokens)) == 2, "each token is good for one page (B18)"


def test_the_newest_tab_shares_and_the_other_waits(world: World) -> None:  # B18
    first, _, session = shared(world)
    kept = first.evaluate("sessionStorage.getItem('opencobrowse')")
    second = first.context.new_page()
    sent = watch(second, world.server.url)
    second.add_init_script(f"sessionStorage.setItem('opencobrowse', {json.dumps(kept)})")
    second.goto(world.address())
    arrives(second, sent, "Corner shop")
    first.wait_for_function(NOT_SHARING)
    say(second, "from the second")
    arrives(second, sent, "from the second")
    assert first.evaluate(NOT_SHARING) and second.evaluate(SHARING), "no fight"
    assert world.state(session["id"]) == "active"
    world.end(session["id"])
    second.wait_for_function(NOT_SHARING)
    first.wait_for_function(f"document.querySelector('{OWN}') === null", timeout=10_000)
    world.start(world.conversation())
    prompt_shown(first)


def test_a_closed_tab_is_noticed(world: World) -> None:
    customer, _, session = shared(world)
    other = world.person()
    customer.close()
    other.goto(world.address(external_id="nobody"))
    for _ in range(200):
        if not sharer_there(world, session["id"]):
            return
        other.wait_for_timeout(25)
    raise AssertionError("the server still believes that the page is there")


def sharer_there(world: World, session_id: str) -> bool:
    """Whether the room has a sharer, as a viewer is told."""
    with httpx.Client(base_url=world.server.url) as http:
        http.post("/api/v2/opencobrowse/signin", json={"email": AGENT_EMAIL, "password": AGENT_PASSWORD})
        ticket = http.post(f"/api/v2/opencobrowse/sessions/{session_id}/ticket").json()
    offered = [Subprotocol("opencobrowse"), Subprotocol(f"ticket.{ticket['ticket']}")]
    with connect(ticket["websocketUrl"], subprotocols=offered) as socket:
        socket.send('{"type":"hello","versions":[1]}')
        while True:
            message = socket.recv(timeout=5)
            if isinstance(message, str) and json.loads(message)["type"] == "state":
                return bool(json.loads(message)["sharing"])


def test_a_short_break_costs_no_snapshot(world: World) -> None:  # I4, F4
    customer, sent, session = shared(world)
    say(customer, "before the break")
    arrives(customer, sent, "before the break")
    customer.wait_for_timeout(1_200)  # the server acknowledges once a second
    before = sent.snapshots()
    customer.context.set_offline(True)
    say(customer, "during the break")
    customer.wait_for_timeout(100)
    assert "during the break" not in sent.text()
    customer.context.set_offline(False)
    arrives(customer, sent, "during the break")
    assert sent.snapshots() == before
    assert world.state(session["id"]) == "active"


def test_nothing_is_sent_in_a_pause_and_a_fresh_snapshot_after_it(world: World) -> None:
    customer = world.person()
    customer.add_init_script("""
      const Native = WebSocket;
      window.WebSocket = class extends Native {
        constructor(...given) { super(...given); window.lastSocket = this; }
      };""")
    sent = watch(customer, world.server.url)
    customer.goto(world.address())
    session = world.start(world.conversation())
    accept_prompt(customer)
    arrives(customer, sent, "Corner shop")
    state = {
        "type": "state",
        "sessionId": session["id"],
        "state": "paused",
        "control": "none",
        "sharing": True,
    }
    tell(customer, state)
    before = len(sent.bodies)
    say(customer, "in the pause")
    customer.wait_for_timeout(200)
    assert len(sent.bodies) == before
    share = {
        "type": "share",
        "sessionId": session["id"],
        "position": {"epoch": 4_000_000_000, "offset": 0},
        "resumeToken": "",
        "settings": {"privacy": "inputs", "maskSelectors": [], "showSelectors": [], "readonlySelectors": []},
        "agentName": "Ada",
        "control": False,
    }
    kept = customer.evaluate("sessionStorage.getItem('opencobrowse')")
    tell(customer, share)
    arrives(customer, sent, "in the pause")
    assert [kind.name for kind, _ in sent.bodies[before:]][:1] == ["SNAPSHOT"]
    assert customer.evaluate("sessionStorage.getItem('opencobrowse')") == kept, "the token before stays"


def tell(page: Page, message: dict[str, Any]) -> None:
    """A control message as the server would send it."""
    page.evaluate(
        "(text) => lastSocket.dispatchEvent(new MessageEvent('message', {data: text}))", json.dumps(message)
    )


def test_stop_puts_everything_back(world: World) -> None:  # field.md complaint 12
    customer = world.person()
    sent = watch(customer, world.server.url)
    customer.goto(world.address())
    customer.evaluate(f"window.before = ({NATIVES})()")
    world.start(world.conversation())
    accept_prompt(customer)
    arrives(customer, sent, "Corner shop")
    customer.evaluate("document.getElementById('password').type = 'text'")
    customer.evaluate("OpenCobrowse.stop()")
    customer.wait_for_function(NOT_SHARING)
    changed = customer.evaluate(f"""() => {{ const now = ({NATIVES})();
        return Object.keys(now).filter((name) => now[name] !== window.before[name]); }}""")
    assert changed == []
    assert customer.locator("[data-rr-is-password]").count() == 0
    before = len(sent.bodies)
    say(customer, "after the stop")
    customer.mouse.move(100, 100)
    customer.wait_for_timeout(200)
    assert len(sent.bodies) == before and "after the stop" not in sent.text()


NATIVES = """() => {
  const setter = (proto, name) => Object.getOwnPropertyDescriptor(proto, name)?.set;
  return {
    input: setter(HTMLInputElement.prototype, 'value'),
    checked: setter(HTMLInputElement.prototype, 'checked'),
    select: setter(HTMLSelectElement.prototype, 'value'),
    area: setter(HTMLTextAreaElement.prototype, 'value'),
    insertRule: CSSStyleSheet.prototype.insertRule,
    deleteRule: CSSStyleSheet.prototype.deleteRule,
    replaceSync: CSSStyleSheet.prototype.replaceSync,
    setProperty: CSSStyleDeclaration.prototype.setProperty,
    attachShadow: Element.prototype.attachShadow,
    adopted: setter(Document.prototype, 'adoptedStyleSheets'),
    define: customElements.define,
    fetch: window.fetch, pushState: history.pushState, socket: window.WebSocket,
  };
}"""


def test_a_busy_page_sends_at_most_60_frames_a_second(world: World) -> None:
    customer, sent, _ = shared(world)
    before = len(sent.bodies)
    took = customer.evaluate("""() => new Promise((done) => {
      const list = document.getElementById('list'), began = performance.now();
      let count = 0;
      const timer = setInterval(() => {
        for (let i = 0; i < 10; i++) {
          const li = document.createElement('li');
          li.textContent = `item ${count++}`;
          list.append(li);
        }
        if (count >= 2000) { clearInterval(timer); done(performance.now() - began); }
      }, 10);
    })""")
    arrives(customer, sent, "item 1999")
    frames = len(sent.bodies) - before
    assert frames <= 60 * took / 1000 + 2


def test_agents_pointers_have_names_and_leave_with_them(world: World) -> None:
    customer = world.person()
    customer.add_init_script("""
      const Native = WebSocket;
      window.WebSocket = class extends Native {
        constructor(...given) { super(...given); window.lastSocket = this; }
      };""")
    sent = watch(customer, world.server.url)
    customer.goto(world.address())
    session = world.start(world.conversation())
    accept_prompt(customer)
    arrives(customer, sent, "Corner shop")
    state = {
        "type": "state",
        "sessionId": session["id"],
        "state": "active",
        "control": "none",
        "sharing": True,
    }
    tell(customer, {**state, "viewers": [{"peer": 7, "name": "Dana Reyes"}]})
    customer.evaluate("""() => {
      const view = new DataView(new ArrayBuffer(25));
      view.setUint8(0, 3); view.setUint16(2, 7); view.setUint8(12, 1);
      view.setFloat32(13, 200); view.setFloat32(17, 150);
      lastSocket.dispatchEvent(new MessageEvent('message', {data: view.buffer}));
    }""")
    cdp = customer.context.new_cdp_session(customer)
    label = search(cdp, customer, "Dana Reyes")
    assert abs(label[0] - 214) < 3 and abs(label[1] - 166) < 3, "beside where the agent points"
    assert customer.evaluate("document.elementFromPoint(200, 150).tagName") != "DIV", "in nobody's way"
    tell(customer, {**state, "viewers": []})
    customer.wait_for_timeout(50)
    assert search(cdp, customer, "Dana Reyes", wait=False) == (0.0, 0.0)


def search(cdp: Any, page: Page, text: str, wait: bool = True) -> tuple[float, float]:
    """Left and top of the element with `text`, in closed shadow roots too; zeros where there is none."""
    for _ in range(100 if wait else 1):
        snapshot = cdp.send("DOMSnapshot.captureSnapshot", {"computedStyles": []})
        names, layout = snapshot["strings"], snapshot["documents"][0]["layout"]
        for index, string in enumerate(layout["text"]):
            if string >= 0 and names[string] == text:
                left, top = layout["bounds"][index][:2]
                return left - 8, top - 2
        page.wait_for_timeout(25)
    return 0.0, 0.0


def test_the_back_forward_cache_gives_a_page_that_shares_again(world: World) -> None:
    with cached_pages(world.browser) as browser, site(SITE, Cache_Control="max-age=60") as world.site:
        context = browser.new_context()
        customer = new_page(context)
        sent = watch(customer, world.server.url)
        customer.goto(world.address())
        customer.evaluate("window.mark = 'the same page'")
        session = world.start(world.conversation())
        accept_prompt(customer)
        arrives(customer, sent, "Corner shop")
        customer.goto(f"{world.site}/next.html")
        arrives(customer, sent, "Second page")
        customer.evaluate("setTimeout(() => history.back(), 0)")
        customer.wait_for_function("document.getElementById('title')?.textContent === 'Corner shop'")
        say(customer, "back again")
        arrives(customer, sent, "back again")
        assert customer.evaluate("window.mark") == "the same page", "loaded anew: this tested nothing"
        assert world.state(session["id"]) == "active"
        customer.evaluate("OpenCobrowse.stop()")
        customer.wait_for_function(NOT_SHARING)
        assert world.state(session["id"]) == "ended"


@contextlib.contextmanager
def cached_pages(like: Browser) -> Iterator[Browser]:
    """A browser that keeps the pages one leaves: automation switches that off by default."""
    started = like.browser_type.launch(
        executable_path=chromium_path(),
        args=CHROMIUM_FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        yield started
    finally:
        started.close()
