from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.live import Stage
from tests.support.server import Server


@pytest.fixture(scope="module")
def stage(server: Server) -> Iterator[Stage]:
    with Stage(server) as made:
        yield made
