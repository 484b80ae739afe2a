"""The stand-in is true: the official SDK, unmodified, runs against it as against the platform."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.genesys import ADD, ADD_VOICE, AGENT, CLIENT_ID, CLIENT_SECRET, DEPLOYMENT, Genesys
from tests.support.genesys_models import differences


@pytest.fixture
def theirs(sdk: Any, platform: Genesys) -> Any:
    client = sdk.api_client.ApiClient(host=platform.url)
    return client.get_client_credentials_token(CLIENT_ID, CLIENT_SECRET)


def test_start_look_end(sdk: Any, theirs: Any, platform: Genesys) -> None:
    api, talk = sdk.ConversationsApi(theirs), platform.talk()
    session = api.post_conversation_cobrowse(talk.id)
    assert (session.id, session.communication_type) == (talk.cobrowse[0].id, "Call")
    assert platform.calls("POST", "/cobrowse$")[0].content == b"null", "the four bytes that it sends"
    legs = {p.purpose: p.cobrowsesessions[0] for p in api.get_conversation(talk.id).participants}
    assert legs["agent"].viewer_url.endswith(session.id)
    assert (legs["agent"].state, legs["customer"].cobrowse_role) == ("offering", "sharer")
    assert api.get_conversations_cobrowsesession(talk.id).participants[0].cobrowse_session_id == session.id
    body = sdk.Conversation()
    body.state = "disconnected"
    with pytest.warns(DeprecationWarning, match="is deprecated"):
        ended = api.patch_conversations_cobrowsesession(talk.id, body)
    assert {leg.state for p in ended.participants for leg in p.cobrowsesessions} == {"disconnected"}
    assert api.delete_conversation(talk.id) is None


def test_lists_people_tokens_guests(sdk: Any, theirs: Any, platform: Genesys) -> None:
    api, talk = sdk.ConversationsApi(theirs), platform.talk()
    with pytest.raises(sdk.rest.ApiException) as refused:
        api.get_conversations_cobrowsesessions()
    assert "user context" in json.loads(refused.value.body)["message"]
    platform.user = AGENT
    api.post_conversation_cobrowse(talk.id)
    assert [entity.id for entity in api.get_conversations_cobrowsesessions().entities] == [talk.id]
    assert len(sdk.UsersApi(theirs).get_users().entities) == 2
    assert sdk.UsersApi(theirs).get_users_me().id == AGENT
    assert sdk.TokensApi(theirs).get_tokens_me().o_auth_client.id == CLIENT_ID
    assert sdk.OrganizationApi(theirs).get_organizations_me().name == "Example"
    guest = sdk.WebDeploymentsApi(sdk.api_client.ApiClient(host=platform.url))
    found = guest.get_webdeployments_deployment_cobrowse_session_id(DEPLOYMENT, "123456")
    assert found.id == talk.cobrowse[0].id


@pytest.mark.parametrize("status", [401, 403, 404, 409, 500])
def test_refusals_are_the_platforms(status: int, sdk: Any, theirs: Any, platform: Genesys) -> None:
    api, talk = sdk.ConversationsApi(theirs), platform.talk(connected=status != 409)
    if status == 401:
        platform.revoke()
    if status == 403:
        platform.permissions -= {ADD, ADD_VOICE}
    if status == 500:
        platform.fail("POST", "/cobrowse$", 500, content=b"<html>")
    with pytest.raises(sdk.rest.ApiException) as refused:
        api.post_conversation_cobrowse("nobody" if status == 404 else talk.id)
    assert refused.value.status == status
    assert platform.starts == 0


def test_a_429_is_obeyed(sdk: Any, theirs: Any, platform: Genesys) -> None:
    """field.md C4, V: the SDK waits as Retry-After says, and sends the POST again."""
    talk = platform.talk()
    platform.fail("POST", "/cobrowse$", 429, headers={"Retry-After": "1"}, content=b"{}")
    assert sdk.ConversationsApi(theirs).post_conversation_cobrowse(talk.id).id == talk.cobrowse[0].id
    assert len(platform.calls("POST", "/cobrowse$")) == 2


def test_wrong_credentials(sdk: Any, platform: Genesys) -> None:
    with pytest.raises(sdk.rest.ApiException) as refused:
        sdk.api_client.ApiClient(host=platform.url).get_client_credentials_token(CLIENT_ID, "no")
    assert json.loads(refused.value.body) == {"error": "invalid_client", "description": "client not found"}


@pytest.mark.parametrize("path", ["/api/v2/opencobrowse/sessions", "/health/live", "/api/v2/nothing"])
def test_what_is_ours_is_not_there(path: str, platform: Genesys) -> None:
    answer = httpx.get(platform.url + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not.found")
    assert "help" not in answer.json()


@pytest.mark.parametrize(
    ("model", "value", "says"),
    [
        ("Conversation", {"id": "c", "viewerUrl": "u"}, "$.viewerUrl is no key of Conversation"),
        ("Cobrowsesession", {"state": "initiated"}, "$.state may not be 'initiated'"),
        ("Conversation", {"startTime": "today"}, "$.startTime is no time: 'today'"),
        ("Conversation", {"participants": [{"calls": [{"held": 1}]}]},
         "$.participants[0].calls[0].held is no bool: 1"),
    ],
)  # fmt: skip
def test_the_check_can_fail(model: str, value: Any, says: str, sdk: Any) -> None:
    assert list(differences(sdk, model, value)) == [says]


@pytest.mark.parametrize("body", [b"{}", b'{"agentId": "a"}'])
def test_a_start_with_a_body_is_a_mistake_that_is_seen(body: bytes, platform: Genesys, theirs: Any) -> None:
    url = f"{platform.url}/api/v2/conversations/{platform.talk().id}/cobrowse"
    headers = {"Authorization": f"Bearer {theirs.access_token}", "Idempotency-Key": "k"}
    assert httpx.post(url, content=body, headers=headers).status_code == 400
    assert len(platform.problems) == 2
    platform.problems.clear()
