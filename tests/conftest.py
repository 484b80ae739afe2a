"""Fixtures that more than one folder uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that only need one. Each test makes its own conversations."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers come last: Playwright's loop stays on the thread, and nothing after it can run its own."""
    items.sort(key=lambda item: "e2e" in item.path.parts)
