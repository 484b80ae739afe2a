"""The store that services are given promises what the one inside it does: the same suite, over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.ports.store import Change
from opencobrowse.services.notices.announcing import Announcing
from tests.contract.test_store import *  # noqa: F403


class Nobody:
    def committed(self, changes: tuple[Change, ...]) -> None: ...


@pytest.fixture  # type: ignore[no-redef]
def store(tmp_path: Path) -> Iterator[Any]:
    file = SqliteStore(tmp_path / "store.db")
    yield Announcing(file, Nobody())
    file.close()
