"""`ConversationsApi` of the official SDK: start, look, end (api.md section 2, W11)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server


@pytest.fixture
def api(sdk: Any, api_client: Any) -> Any:
    return sdk.ConversationsApi(api_client)


def test_w11_a_start_with_the_body_null(api: Any, sdk: Any, call: str, http: httpx.Client) -> None:
    """W11: the SDK sends the four bytes `null`; the connected agent starts. Again: its own retry (I7)."""
    session = api.post_conversation_cobrowse(call)
    assert isinstance(session, sdk.CobrowseWebMessagingSession)
    assert session.id and session.join_code and session.self_uri
    assert session.websocket_url.startswith("ws://")
    assert session.communication_type == "Call"
    assert isinstance(session.date_offer_ends, datetime)
    assert api.post_conversation_cobrowse(call).id == session.id
    live = http.get(f"/api/v2/conversations/cobrowsesessions/{call}").json()
    assert live["session"]["state"] == "initiated"


def test_the_conversation_shows_its_session(api: Any, call: str) -> None:
    session = api.post_conversation_cobrowse(call)
    conversation = api.get_conversation(call)
    legs = {p.purpose: p.cobrowsesessions[0] for p in conversation.participants}
    assert legs["agent"].cobrowse_session_id == legs["customer"].cobrowse_session_id == session.id
    assert (legs["agent"].cobrowse_role, legs["customer"].cobrowse_role) == ("viewer", "sharer")
    assert (legs["agent"].state, legs["agent"].initial_state) == ("offering", "offering")
    assert legs["agent"].viewer_url.endswith(f"/console/sessions/{session.id}")
    assert not legs["customer"].viewer_url


def test_sessions_are_listed_and_read(api: Any, sdk: Any, call: str) -> None:
    session = api.post_conversation_cobrowse(call)
    listing = api.get_conversations_cobrowsesessions()
    assert isinstance(listing, sdk.CobrowseConversationEntityListing)
    assert call in [entity.id for entity in listing.entities]
    assert (listing.page_number, listing.page_size) == (1, 25)
    one = api.get_conversations_cobrowsesession(call)
    assert isinstance(one, sdk.CobrowseConversation)
    viewer = next(p for p in one.participants if p.cobrowse_role == "viewer")
    assert viewer.cobrowse_session_id == session.id
    assert viewer.state == "offering"
    assert viewer.user.id and viewer.viewer_url
    assert isinstance(viewer.start_alerting_time, datetime)


def test_patch_disconnected_ends_the_session_and_not_the_call(api: Any, sdk: Any, call: str) -> None:
    api.post_conversation_cobrowse(call)
    body = sdk.Conversation()
    body.state = "disconnected"
    with pytest.warns(DeprecationWarning, match="is deprecated"):  # the platform's word, not ours
        conversation = api.patch_conversations_cobrowsesession(call, body)
    assert isinstance(conversation, sdk.Conversation)
    legs = [leg for p in conversation.participants for leg in p.cobrowsesessions]
    assert {leg.state for leg in legs} == {"disconnected"}
    assert conversation.end_time is None
    assert call not in [entity.id for entity in api.get_conversations_cobrowsesessions().entities]
    with pytest.warns(DeprecationWarning, match="is deprecated"):
        again = api.patch_conversations_cobrowsesession(call, body)
    assert again.id == call, "ending what is over is no error"


def test_disconnecting_the_conversation_ends_its_session(api: Any, call: str) -> None:
    api.post_conversation_cobrowse(call)
    assert api.post_conversation_disconnect(call)
    conversation = api.get_conversation(call)
    assert conversation.end_time is not None
    assert {leg.state for p in conversation.participants for leg in p.cobrowsesessions} == {"disconnected"}


def test_an_agent_who_is_disconnected_leaves_and_ends_their_session(api: Any, sdk: Any, call: str) -> None:
    api.post_conversation_cobrowse(call)
    agent = next(p for p in api.get_conversation(call).participants if p.purpose == "agent")
    body = sdk.MediaParticipantRequest()
    body.state = "disconnected"
    assert api.patch_conversation_participant(call, agent.id, body) is None
    after = next(p for p in api.get_conversation(call).participants if p.id == agent.id)
    assert after.end_time is not None
    assert after.cobrowsesessions[0].state == "disconnected"


def test_deleting_a_conversation(api: Any, call: str) -> None:
    assert api.delete_conversation(call) is None
    assert api.get_conversation(call).end_time is not None


def test_the_token_belongs_to_the_bootstrap_client(sdk: Any, api_client: Any) -> None:
    token = sdk.TokensApi(api_client).get_tokens_me()
    assert token.o_auth_client.id == CLIENT_ID
    assert token.organization.id == sdk.OrganizationApi(api_client).get_organizations_me().id
    assert "conversation:cobrowse:add" in token.authorized_scope
    assert sdk.TokensApi(api_client).head_tokens_me() is None


def test_a_revoked_token_is_refused(sdk: Any, api_client: Any, call: str) -> None:
    sdk.TokensApi(api_client).delete_tokens_me()
    with pytest.raises(sdk.rest.ApiException) as refused:
        sdk.ConversationsApi(api_client).get_conversation(call)
    assert refused.value.status == 401
    assert json.loads(refused.value.body)["code"] == "bad.credentials"


# -- errors ------------------------------------------------------------------------------------------------


def test_an_error_is_an_api_exception_with_the_whole_body(api: Any, sdk: Any) -> None:
    """api.md section 3: nobody is left with a vague error."""
    unknown = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(sdk.rest.ApiException) as raised:
        api.post_conversation_cobrowse(unknown)
    error = raised.value
    assert (error.status, error.reason) == (404, "Not Found")
    body = json.loads(error.body)
    assert body["code"] == "conversation.not.found"
    assert body["status"] == 404
    assert unknown in body["message"]
    assert body["help"]["summary"]
    assert body["contextId"] == error.headers["ININ-Correlation-Id"]


def test_a_live_session_of_somebody_else_is_a_409_with_its_links(
    api: Any, sdk: Any, call: str, http: httpx.Client, server: Server
) -> None:
    started = http.post(
        f"/api/v2/conversations/{call}/cobrowse/initiate", json={"initiatorId": server.agent_id()}
    )
    with pytest.raises(sdk.rest.ApiException) as raised:
        api.post_conversation_cobrowse(call)
    body = json.loads(raised.value.body)
    assert (raised.value.status, body["code"]) == (409, "cobrowse.session.exists")
    assert body["viewerUrl"] == started.json()["viewerUrl"]


def test_wrong_credentials(sdk: Any, server: Server) -> None:
    client = sdk.api_client.ApiClient(host=server.url)
    with pytest.raises(sdk.rest.ApiException) as raised:
        client.get_client_credentials_token(CLIENT_ID, CLIENT_SECRET + "x")
    assert raised.value.status == 401
    assert json.loads(raised.value.body)["error"] == "invalid_client"
