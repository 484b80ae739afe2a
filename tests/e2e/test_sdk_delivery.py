"""How the SDK reaches a page: strict policies, integrity, nothing from elsewhere, the npm package (B26)."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import World
from tests.support.browser import accept_prompt, prompt_shown, sign_in, site
from tests.support.live import Stage
from tests.support.server import Server
from tests.support.wire import watch

WEB = Path(__file__).parents[2] / "web"
SHARING = "sessionStorage.getItem('opencobrowse') !== null"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Strict</title>
<script>/* inline: what the policy forbids */ window.inline = true;</script>
<script src="{origin}/sdk/{file}" data-deployment="{deployment}" data-external-id="{customer}" {more}>
</script>
</head><body><h1>Strict</h1><input id="name"></body></html>
"""


def integrity(content: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"


def strict_page(world: World, folder: Path, file: str = "v1.js", more: str = "") -> None:
    text = PAGE.format(
        origin=world.server.url, file=file, deployment=world.deployment(), customer=world.customer, more=more
    )
    (folder / "index.html").write_text(text)


def violations(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate("window.refused")
    return found


def ended(world: World, page: Page, session_id: str) -> None:
    """Wait for the end. Not in the page: its policy forbids what Playwright waits with."""
    for _ in range(200):
        if world.state(session_id) == "ended":
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"the session is {world.state(session_id)}")


def wait_for_hands(page: Page) -> None:
    """Wait for the part that acts. Not in the page, as above."""
    for _ in range(200):
        if page.evaluate("performance.getEntriesByType('resource').some(r => /hands/.test(r.name))"):
            return
        page.wait_for_timeout(25)
    raise AssertionError("the part that acts has not come")


WATCH_POLICY = """window.refused = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));"""


@pytest.mark.parametrize("default", ["", "default-src 'none'; "], ids=["no default", "default none"])
def test_a_strict_policy_refuses_nothing_of_ours(world: World, tmp_path: Path, default: str) -> None:
    origin, socket = world.server.url, world.server.url.replace("http", "ws")
    policy = (
        f"{default}script-src {origin}; connect-src {origin} {socket}; style-src 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    strict_page(world, tmp_path)
    with site(tmp_path, Content_Security_Policy=policy) as strict:
        customer, agent = world.person(), world.person()
        customer.add_init_script(WATCH_POLICY)
        customer.goto(f"{strict}/index.html")
        assert len(violations(customer)) == 1, "the page's own inline script shows that the policy is on"
        session = world.start(world.conversation(), cobrowseType="control")
        prompt_shown(customer)
        customer.wait_for_timeout(600)
        customer.keyboard.press("Tab")
        customer.keyboard.press("Tab")
        customer.keyboard.press("Enter")  # viewing and control: the part that acts comes, too
        sign_in(agent, session["viewerUrl"])
        expect(agent.frame_locator("iframe").locator("h1")).to_have_text("Strict")
        agent.mouse.move(400, 400)
        agent.mouse.move(420, 420)
        wait_for_hands(customer)
        customer.keyboard.press("Escape")  # takes control back
        customer.evaluate("OpenCobrowse.join()")
        customer.wait_for_timeout(300)
        customer.keyboard.press("Escape")
        customer.evaluate("OpenCobrowse.stop()")
        ended(world, customer, session["id"])
        customer.wait_for_timeout(100)  # the toast
        assert len(violations(customer)) == 1, violations(customer)


def test_the_alias_is_the_published_file_and_its_hash(server: Server) -> None:
    manifest = httpx.get(f"{server.url}/sdk/manifest.json").json()
    published = httpx.get(f"{server.url}/sdk/{manifest['file']}")
    alias = httpx.get(f"{server.url}/sdk/v1.js")
    assert alias.content == published.content
    assert manifest["integrity"] == integrity(published.content)
    share = httpx.get(f"{server.url}/sdk/{manifest['share']}")
    hands = httpx.get(f"{server.url}/sdk/{manifest['hands']}")
    assert integrity(hands.content) in share.text, "and that one the hash of the part that acts"
    assert "immutable" in hands.headers["Cache-Control"]
    assert "immutable" in published.headers["Cache-Control"]
    assert "immutable" not in alias.headers["Cache-Control"]
    assert integrity(share.content) in alias.text, "the loader knows the hash of what it will load"
    assert "immutable" in share.headers["Cache-Control"]
    assert published.headers["Access-Control-Allow-Origin"] == "*", "integrity needs it"


def test_the_versioned_file_works_with_integrity(world: World, tmp_path: Path) -> None:
    manifest = httpx.get(f"{world.server.url}/sdk/manifest.json").json()
    more = f'integrity="{manifest["integrity"]}" crossorigin="anonymous"'
    strict_page(world, tmp_path, manifest["file"], more)
    with site(tmp_path) as strict:
        customer = world.person()
        customer.goto(f"{strict}/index.html")
        world.start(world.conversation())
        accept_prompt(customer)
        customer.wait_for_function(SHARING)


def test_a_tampered_part_is_not_run(world: World, tmp_path: Path) -> None:
    def tamper(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=f"window.tampered = true;{answer.text()}")

    customer = world.person()
    sent = watch(customer, world.server.url)
    customer.route("**/sdk/share-*.js", tamper)
    customer.goto(world.address())
    session = world.start(world.conversation())
    accept_prompt(customer)
    ended(world, customer, session["id"])  # what cannot be shared is not left open
    assert customer.evaluate("window.tampered") is None
    assert sent.bodies == []


def test_a_tampered_part_does_not_act(world: World) -> None:
    def tamper(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=f"window.tampered = true;{answer.text()}")

    customer = world.person()
    customer.route("**/sdk/hands-*.js", tamper)
    customer.goto(world.address())
    session = world.start(world.conversation())
    accept_prompt(customer)
    customer.wait_for_function(SHARING)
    with Stage(world.server) as stage, stage.agent() as http, stage.viewer(http, session["id"]) as agent:
        agent.wait("state", sharing=True)
        with customer.expect_console_message(lambda said: "is not what was published" in said.text):
            agent.say("propose", id=1, action={"kind": "reload"})
        assert agent.wait("acted", id=1)["reason"] == "unavailable"
    assert customer.evaluate("window.tampered") is None


def test_nothing_comes_from_anywhere_else(world: World) -> None:
    customer = world.person()
    hosts: set[str] = set()
    customer.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
    customer.goto(world.address())
    world.start(world.conversation())
    accept_prompt(customer)
    customer.wait_for_function(SHARING)
    assert hosts == {world.site, world.server.url}


def test_the_npm_package_works_without_a_bundler(world: World, tmp_path: Path) -> None:
    command = ["npm", "pack", "--silent", "--json", "--pack-destination", str(tmp_path)]
    packed = subprocess.run(command, cwd=WEB / "packages/sdk", capture_output=True, text=True, check=True)
    report = json.loads(packed.stdout)
    files = {entry["path"] for entry in (report[0] if isinstance(report, list) else report)["files"]}
    assert {"package.json", "README.md", "dist/npm/index.js", "dist/npm/index.d.ts"} <= files
    assert not any(name.startswith("src/") for name in files)
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    package = json.loads((tmp_path / "package/package.json").read_text())
    assert "dependencies" not in package, "all that it needs is inside"
    assert (tmp_path / "package" / package["exports"]["."]["types"]).exists()
    shutil.move(str(tmp_path / "package/dist/npm"), str(tmp_path / "sdk"))
    (tmp_path / "index.html").write_text("<!doctype html><title>App</title><h1>App</h1>")
    with site(tmp_path) as app:
        customer = world.person()
        sent = watch(customer, world.server.url)
        customer.goto(f"{app}/index.html")
        customer.evaluate(
            """async ([origin, deployment, externalId]) => {
              const { init } = await import('/sdk/index.js');
              window.cobrowse = init({origin, deployment, externalId, externalToken: () => undefined});
            }""",
            [world.server.url, world.deployment(), world.customer],
        )
        customer.wait_for_timeout(300)
        session = world.start(world.conversation())
        prompt_shown(customer)
        accept_prompt(customer)
        customer.wait_for_function(SHARING)
        customer.wait_for_function("performance.getEntriesByType('resource').some(r => /share/.test(r.name))")
        for _ in range(200):
            if sent.bodies:
                break
            customer.wait_for_timeout(25)
        assert "App" in sent.text()
        customer.evaluate("cobrowse.stop()")
        customer.wait_for_function("sessionStorage.getItem('opencobrowse') === null")
        assert world.state(session["id"]) == "ended"
