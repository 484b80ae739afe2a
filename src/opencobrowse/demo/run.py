"""`opencobrowse demo`: the server, the shop beside it, and a session that waits for its customer."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opencobrowse.client import Client, CobrowseError
from opencobrowse.demo import scene
from opencobrowse.demo.scene import Access, Links
from opencobrowse.demo.shop_server import ShopServer
from opencobrowse.runtime.admin import Office, at_store
from opencobrowse.runtime.listening import CannotServe, listen
from opencobrowse.runtime.server import WEB_ROOT, Running, serve
from opencobrowse.runtime.settings import Settings, load

PORT: Final = 8080
SHOP_PORT: Final = 8090
HOST: Final = "127.0.0.1"
OFFER_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Options:
    """A port of None: the usual one, or a free one where that is taken. A directory of None: a fresh one."""

    port: int | None = None
    shop_port: int | None = None
    data_dir: str | None = None


def run(options: Options, announce: Callable[[Links], None]) -> None:
    """Run until Ctrl-C or SIGTERM. `announce` is called once, from a thread of its own.

    Raises `CannotServe`, and `CobrowseError` when the API refuses what the demo does.
    """
    if not (WEB_ROOT / "sdk" / "v1.js").exists():
        raise CannotServe("The web assets are not built: make setup.")
    with _directory(options.data_dir) as data_dir, _shop(options.shop_port) as shop:
        settings = load(
            {"host": HOST, "port": _port(options.port, PORT), "data_dir": data_dir,
             "offer_seconds": OFFER_SECONDS, "log_level": "warning"},
            environ={},
        )  # fmt: skip
        stage = _Stage(settings, shop, at_store(settings, _make_access), announce)
        serve(settings, stage.raise_curtain)
        if stage.failure is not None:
            raise stage.failure


class _Stage:
    """Once the server answers, the rest is made through its API, from a thread: this one is the server's."""

    def __init__(
        self, settings: Settings, shop: ShopServer, access: Access, announce: Callable[[Links], None]
    ) -> None:
        self._settings = settings
        self._shop = shop
        self._access = access
        self._announce = announce
        self.failure: CobrowseError | None = None

    def raise_curtain(self, running: Running) -> None:
        threading.Thread(target=self._play, args=(running,), name="demo", daemon=True).start()

    def _play(self, running: Running) -> None:
        access = self._access
        try:
            with Client(running.url, access.client_id, access.client_secret) as client:
                deployment = scene.deployment_of(client, self._shop.url)
                self._shop.open(running.url, deployment, scene.CUSTOMER)
                session = scene.start(client, access)
                self._announce(scene.links(running.url, self._shop.url, deployment, access, session))
        except CobrowseError as error:
            self.failure = error
            running.stop()


async def _make_access(office: Office) -> Access:
    password = secrets.token_urlsafe(9)
    agent = (await office.operator.person(scene.AGENT_EMAIL, scene.AGENT_NAME, password, agent=True)).user
    new = await office.directory.create_client("The demo")
    return Access(new.client.id, str.__str__(new.secret), agent.id, password)


@contextlib.contextmanager
def _directory(given: str | None) -> Iterator[str]:
    if given is not None:
        Path(given).mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="opencobrowse-demo-") as fresh:
        yield fresh


@contextlib.contextmanager
def _shop(port: int | None) -> Iterator[ShopServer]:
    try:
        shop = ShopServer(_port(port, SHOP_PORT))
    except OSError as error:
        raise CannotServe(f"The shop's port {port} cannot be used: {error.strerror}.") from None
    try:
        yield shop
    finally:
        shop.close()


def _port(given: int | None, usual: int) -> int:
    """The given port; else the usual one if it is free, else 0: any free one."""
    if given is not None:
        return given
    try:
        for probe in listen(HOST, usual):
            probe.close()
    except CannotServe:
        return 0
    return usual
