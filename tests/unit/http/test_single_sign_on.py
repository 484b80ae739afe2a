"""The sign-in page has a sentence for every way in which single sign-on can fail."""

from __future__ import annotations

import re
from pathlib import Path

from opencobrowse.http.codes import CODES

CONSOLE = Path(__file__).parents[3] / "web" / "packages" / "console" / "src"


def test_the_console_knows_every_code_that_it_can_be_sent() -> None:
    known = set(re.findall(r"'(sso\.[a-z.]+)':", (CONSOLE / "signin.ts").read_text()))
    assert known == {code for code in CODES if code.startswith("sso.")} - {"sso.not.configured"}
