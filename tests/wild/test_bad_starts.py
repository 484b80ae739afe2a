"""Issue 4: a large corpus of bad starts. What is refused comes with a request that works (api.md section 3).

The cases are made by `corpus.py`, thousands of them, the same in every run; `scenes.py` judges. One test is a
group of them, and fails with the names of all that went wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import httpx
import pytest

from tests.wild.corpus import Case, everything
from tests.wild.scenes import Caller, Stage, judged, staged

GROUPS: dict[str, list[Case]] = defaultdict(list)
for found in everything().values():
    GROUPS[f"{found.scene}, {found.name.partition(':')[0]}"].append(found)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("corpus")) as made:
        yield made


def test_it_is_large() -> None:
    assert sum(map(len, GROUPS.values())) > 3000


@pytest.mark.parametrize("group", GROUPS)
def test_every_refusal_leads_on(stage: Stage, group: str) -> None:
    found = {case.name: wrong for case in GROUPS[group] if (wrong := judged(stage, case))}
    assert not found, "\n".join(f"{name}: {'; '.join(wrong)}" for name, wrong in found.items())


SCOPES = {
    "conversation:cobrowse:add": ("{elsewhere}", "Canary", "{inactive}"),
    "conversation:write": ("{elsewhere}", "Canary", "{inactive}"),
    "conversation:read": ("{elsewhere}", "Canary"),
    "cobrowse:read": ("{elsewhere}", "Canary"),
    "user:read": ("Casey", "cust-7", "{person}"),
    "webDeployments:deployment:view": ("Casey", "cust-7", "{person}", "{elsewhere}", "Canary", "{agent}"),
    "conversation:cobrowse:add user:read": (),
    "conversation:cobrowse:add conversation:write": ("{elsewhere}", "Canary"),
    "conversation:cobrowse:add user:write": ("{elsewhere}", "Canary"),
}
EACH = 5
"""Every scope gets a fifth of the cases, each another one."""
NARROW = [
    case for case in everything().values()
    if case.scene != "ready" or "named" in case.name or "customer" in case.name or ": a " in case.name
    or ": PUT" in case.name or case.name.startswith("POST ")
]  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_that_may_less_is_told_less(stage: Stage, scope: str) -> None:
    """What is proposed is within what the token may; what it may not read, it is not told; and where nothing
    helps, the summary says who has to do what."""
    headers = {"Authorization": f"Bearer {stage.token(scope)}"}
    with httpx.Client(base_url=stage.server.url, headers=headers, timeout=20) as http:
        caller = Caller(http, SCOPES[scope])
        own = NARROW[list(SCOPES).index(scope) % EACH :: EACH]
        found = {case.name: wrong for case in own if (wrong := judged(stage, case, caller))}
    assert not found, "\n".join(f"{name}: {'; '.join(wrong)}" for name, wrong in found.items())
