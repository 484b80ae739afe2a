"""One server for the whole matrix, with a second organisation, a third, and so on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.authorization.trials import Trials
from tests.authorization.world import laboratory


@pytest.fixture(scope="session")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    with laboratory(tmp_path_factory.mktemp("authorization")) as lab:
        yield Trials(lab)
