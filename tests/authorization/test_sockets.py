"""Sockets open with a ticket: of whom, for what, once, and from where (B7, I10). Not in the description."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from opencobrowse.services.permissions import ALL
from tests.authorization.rows import TICKETED
from tests.authorization.trials import Trials
from tests.authorization.world import World
from tests.support.live import PAGE_ORIGIN, upgrade


@pytest.fixture
def world(trials: Trials) -> World:
    return trials.lab.world(live=True, neighbours=True)


def opening(trials: Trials, world: World, path: str) -> tuple[dict[str, Any], str]:
    """A ticket and its `websocketUrl`, and the origin that has it."""
    if path == "/live/pages":
        answer = trials.send(trials.calls["registerPage"], world.ids)
        return dict(answer.json()), PAGE_ORIGIN
    token = trials.lab.token(world, ALL, "agent")
    answer = trials.send(trials.calls["viewerTicket"], world.ids, token, Origin=trials.lab.server.url)
    return dict(answer.json()), trials.lab.server.url


def status(url: str, ticket: str | None, origin: str | None) -> int:
    found, peer = upgrade(url, ticket, origin)
    with peer:
        return found


@pytest.mark.parametrize("path", TICKETED)
def test_a_ticket_opens_its_own_socket_once(trials: Trials, world: World, path: str) -> None:
    made, origin = opening(trials, world, path)
    assert urlsplit(made["websocketUrl"]).path == path.replace("{sessionId}", world.ids["session"])
    assert status(made["websocketUrl"], made["ticket"], origin) == 101
    assert status(made["websocketUrl"], made["ticket"], origin) == 401


@pytest.mark.parametrize("path", TICKETED)
def test_without_a_ticket_or_with_a_forged_one(trials: Trials, world: World, path: str) -> None:
    made, origin = opening(trials, world, path)
    assert status(made["websocketUrl"], None, origin) == 400
    assert status(made["websocketUrl"], "forged" * 10, origin) == 401
    assert status(made["websocketUrl"], made["ticket"][:-4] + "AAAA", origin) == 401
    assert status(made["websocketUrl"], trials.lab.token(world), origin) == 401, "a token is no ticket"


@pytest.mark.parametrize("path", TICKETED)
def test_from_another_origin(trials: Trials, world: World, path: str) -> None:
    for origin in ("https://shop.example", None):
        made, _ = opening(trials, world, path)
        assert status(made["websocketUrl"], made["ticket"], origin) == 403


@pytest.mark.parametrize("path", TICKETED)
def test_on_the_path_of_another(trials: Trials, world: World, path: str) -> None:
    """Another session of the same agent's organisation, one of another, and the other kind of socket."""
    elsewhere = trials.lab.world(live=True)
    paths = [f"/live/sessions/{world.ids['otherSession']}", f"/live/sessions/{elsewhere.ids['session']}"]
    paths += [f"/live/sessions/{world.ids['session']}"] if path == "/live/pages" else ["/live/pages"]
    for other in paths:
        made, origin = opening(trials, world, path)
        url = made["websocketUrl"].replace(urlsplit(made["websocketUrl"]).path, other)
        assert status(url, made["ticket"], origin) == 404
