"""The official SDK against simulated failures: what it does on 429, 503 and a lost answer (field.md C4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server, running
from tests.wild.conftest import World

START = 'method = "POST"\npath = "/api/v2/conversations/*/cobrowse"\n'
RULES = f"""
[[rule]]
name = "throttled twice"
{START}header = {{ "x-case" = "throttled" }}
calls = [1, 2]
answer = 429
retry_after = 1

[[rule]]
name = "no Retry-After"
{START}header = {{ "x-case" = "blunt" }}
answer = 429
retry_after = 0

[[rule]]
name = "restarting"
{START}header = {{ "x-case" = "restarting" }}
calls = [1]
answer = 503
retry_after = 1

[[rule]]
name = "done, and told so as a 503"
{START}header = {{ "x-case" = "lost" }}
calls = [1]
after_effect = true
answer = 503
retry_after = 1
"""


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("double")
    (folder / "rules.toml").write_text(RULES)
    with running(folder / "data", "--simulate", str(folder / "rules.toml")) as server:
        yield server


@pytest.fixture
def api(sdk: Any, double: Server) -> Any:
    client = sdk.api_client.ApiClient(host=double.url)
    return sdk.ConversationsApi(client.get_client_credentials_token(CLIENT_ID, CLIENT_SECRET))


def started(api: Any, double: Server, reason: str) -> tuple[Any, int]:
    """What the SDK's start came to, and how many sessions the conversation has had."""
    api.api_client.set_default_header("X-Case", reason)
    with double.client() as http:
        conversation = World(http, double.agent_id()).new_id()
        session = api.post_conversation_cobrowse(conversation)
        found = http.get("/api/v2/opencobrowse/sessions").json()["entities"]
        return session, sum(s["conversationId"] == conversation for s in found)


@pytest.mark.parametrize("reason", ["throttled", "restarting", "lost"])
def test_the_sdk_comes_through(api: Any, double: Server, reason: str) -> None:
    """It sends a POST again after Retry-After, on 429 and 503. A start that was done already starts once."""
    session, count = started(api, double, reason)
    assert session.join_code
    assert count == 1


def test_without_retry_after_it_gives_up_at_once(sdk: Any, api: Any, double: Server) -> None:
    with pytest.raises(sdk.rest.ApiException) as refused:
        started(api, double, "blunt")
    assert refused.value.status == 429
    assert "too.many.requests" in refused.value.body
