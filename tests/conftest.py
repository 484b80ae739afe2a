"""Fixtures that more than one folder uses."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.server import Server, running

# No test is timed: a busy machine finds no bug.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that only need one. Each test makes its own conversations."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The SDK's package. On import it watches the whole home directory for its config file, so it gets an
    empty home, with a file in it that switches the watching off (its own documented setting)."""
    home = tmp_path_factory.mktemp("home")
    (home / ".genesyscloudpython").mkdir()
    (home / ".genesyscloudpython" / "config").write_text("[general]\nlive_reload_config = False\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        assert os.path.expanduser("~") == str(home)  # noqa: PTH111
        yield importlib.import_module("PureCloudPlatformClientV2")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers come last: Playwright's loop stays on the thread, and nothing after it can run its own."""
    items.sort(key=lambda item: "e2e" in item.path.parts)
