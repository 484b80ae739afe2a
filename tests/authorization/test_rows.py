"""Every route has a row, and every row a route."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from opencobrowse.http import app as application
from opencobrowse.http.openapi import operations
from opencobrowse.live import endpoint
from opencobrowse.runtime.settings import Settings
from opencobrowse.runtime.wiring import wire
from opencobrowse.services.permissions import ALL
from tests.authorization.rows import FILES, OPEN, ROWS, SOCKETS
from tests.authorization.trials import Trials


def test_every_operation_has_a_row_and_no_row_is_stale(trials: Trials) -> None:
    described = {operation["operationId"] for _, _, operation in operations(trials.description)}
    rows = {name.partition(":")[0] for name in ROWS}
    assert described - rows == set(), "without a row"
    assert rows - described == set(), "rows of calls that are no more"


def test_every_route_that_is_not_described_has_a_row(
    trials: Trials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The application's own routes: what is not in the description is a file, the same for everybody."""
    paths = {re.sub(r":\w+}", "}", route.path) for route in _routes(tmp_path, monkeypatch)}
    described = {
        re.sub(r"([A-Z])", lambda letter: "_" + letter[1].lower(), path)
        for path in trials.description["paths"]
    }
    assert paths - described == set(FILES)


def test_the_description_says_which_calls_are_open(trials: Trials) -> None:
    told = {name for name, call in trials.calls.items() if not trials.operation(call)["security"]}
    assert told == set(OPEN)


def test_every_kind_of_socket_has_a_row() -> None:
    assert all(path.startswith(endpoint.PATH) for path in SOCKETS)


def test_rows_name_permissions_that_exist() -> None:
    named = {name for row in ROWS.values() for name in row.any_of}
    assert named <= ALL
    assert not [name for name, row in ROWS.items() if row.open_to and row.any_of]


def _routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[HTTPRoute]:
    made: list[Litestar] = []

    def kept(*args: Any, **options: Any) -> Litestar:
        made.append(Litestar(*args, **options))
        return made[0]

    async def ready() -> str | None:
        return None

    monkeypatch.setattr(application, "Litestar", kept)
    parts = wire(Settings(data_dir=str(tmp_path)))
    try:
        application.build(parts.core, parts.clock, tmp_path, 300, ready)
    finally:
        parts.store.close()
    return [route for route in made[0].routes if isinstance(route, HTTPRoute)]
