"""docs/reference/authorization.md says what the server does."""

from __future__ import annotations

from tests.authorization.page import PATH, page
from tests.authorization.trials import Trials


def test_the_page_is_up_to_date(trials: Trials) -> None:
    assert page(trials) == PATH.read_text(), "run python -m tests.authorization"
