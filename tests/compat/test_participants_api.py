"""Sessions' participants through `ConversationsApi` and `RoutingApi` of the official Python SDK.

Every call of field.md C1, and every key of C2 that applies, with no word that the SDK does not know.
"""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def api(sdk: Any, api_client: Any) -> Iterator[Any]:
    with warnings.catch_warnings():  # the platform calls the whole family deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        yield sdk.ConversationsApi(api_client)


@pytest.fixture
def routing(sdk: Any, api_client: Any) -> Any:
    return sdk.RoutingApi(api_client)


@pytest.fixture
def colleague(http: httpx.Client) -> dict[str, Any]:
    body = {"email": f"{uuid.uuid4().hex[:10]}@example.com", "name": "Ben Doe", "agent": True}
    return dict(http.post("/api/v2/users", json=body).json())


@pytest.fixture
def agent(api: Any, call: str) -> Any:
    """The agent's participant in the call, whose session has been started."""
    api.post_conversation_cobrowse(call)
    return next(p for p in api.get_conversation(call).participants if p.purpose == "agent")


def words(found: Any) -> str:
    """Everything that the SDK has read. A value outside of its enums reads `outdated_sdk_version`."""
    text = json.dumps(found.to_dict(), default=str)
    assert "outdated_sdk_version" not in text
    return text


def first_code(api: Any, call: str, agent: Any) -> Any:
    return api.get_conversations_cobrowsesession_participant_wrapupcodes(call, agent.id)[0]


def test_attributes(api: Any, sdk: Any, call: str, agent: Any) -> None:
    body = sdk.ParticipantAttributes()
    body.attributes = {"order": "4711"}
    answer = api.patch_conversations_cobrowsesession_participant_attributes(call, agent.id, body=body)
    assert isinstance(answer, sdk.ParticipantAttributes)
    assert answer.attributes == {"order": "4711"}
    body.attributes = {"step": "2"}
    api.patch_conversation_participant_attributes(call, agent.id, body)
    one = api.get_conversations_cobrowsesession(call)
    shown = next(p for p in one.participants if p.id == agent.id)
    assert shown.attributes == {"order": "4711", "step": "2"}


def test_wrapup(api: Any, sdk: Any, call: str, agent: Any) -> None:
    code = first_code(api, call, agent)
    assert isinstance(code, sdk.WrapupCode)
    leg = agent.cobrowsesessions[0].id
    with pytest.raises(sdk.rest.ApiException) as none:
        api.get_conversations_cobrowsesession_participant_wrapup(call, agent.id)
    assert none.value.status == 404
    body = sdk.WrapupInput()
    body.code, body.notes, body.tags, body.provisional = code.id, "so far", ["a"], True
    post = api.post_conversations_cobrowsesession_participant_communication_wrapup
    assert post(call, agent.id, leg, body=body) is None
    with pytest.raises(sdk.rest.ApiException):
        api.get_conversations_cobrowsesession_participant_wrapup(call, agent.id, provisional=False)
    sofar = api.get_conversations_cobrowsesession_participant_wrapup(call, agent.id, provisional=True)
    assert (sofar.code, sofar.notes, sofar.tags) == (code.id, "so far", ["a"])
    ended = datetime.fromisoformat("2026-01-02T03:04:05")  # without a zone, as the SDK's users write it
    body.provisional, body.duration_seconds, body.end_time = False, 12, ended
    assert post(call, agent.id, leg, body=body) is None
    said = api.get_conversations_cobrowsesession_participant_communication_wrapup(call, agent.id, leg)
    assert isinstance(said, sdk.AssignedWrapupCode)
    assert (said.code, said.duration_seconds) == (code.id, 12)
    assert said.end_time.replace(tzinfo=None) == ended
    assert api.get_conversation_participant_wrapup(call, agent.id).code == code.id
    shown = next(p for p in api.get_conversation(call).participants if p.id == agent.id)
    assert (shown.wrapup.code, shown.wrapup.name, shown.wrapup.provisional) == (code.id, code.name, False)
    assert shown.cobrowsesessions[0].wrapup.notes == "so far"
    assert (shown.wrapup_prompt, shown.wrapup_required) == ("optional", False)
    media = api.get_conversations_cobrowsesession(call).participants
    assert next(p for p in media if p.id == agent.id).wrapup.code == code.id


def test_the_participant_as_a_whole(api: Any, sdk: Any, call: str, agent: Any) -> None:
    code = first_code(api, call, agent)
    body = sdk.MediaParticipantRequest()
    body.muted, body.held, body.confined, body.recording, body.wrapup_skipped = (
        False,
        False,
        False,
        True,
        True,
    )
    body.wrapup = sdk.WrapupInput()
    body.wrapup.name = code.name
    assert api.patch_conversations_cobrowsesession_participant(call, agent.id, body=body) is None
    after = api.get_conversation(call)
    assert after.recording_state == "ACTIVE"
    shown = next(p for p in after.participants if p.id == agent.id)
    assert (shown.wrapup.code, shown.wrapup_skipped) == (code.id, True)
    ending = sdk.MediaParticipantRequest()
    ending.state = "disconnected"
    leg = agent.cobrowsesessions[0].id
    answer = api.patch_conversations_cobrowsesession_participant_communication(call, agent.id, leg, ending)
    assert answer == {}
    after = api.get_conversation(call)
    assert {leg.state for p in after.participants for leg in p.cobrowsesessions} == {"disconnected"}
    assert after.end_time is None, "the conversation goes on"
    over = next(p for p in after.participants if p.id == agent.id).cobrowsesessions[0]
    assert (over.after_call_work.state, over.after_call_work_required) == ("complete", False)
    words(after)


def test_recording_state(api: Any, sdk: Any, call: str, agent: Any) -> None:
    body = sdk.SetRecordingState()
    body.recording_state = "ACTIVE"
    assert api.put_conversations_cobrowsesession_recordingstate(call, body) == "ACTIVE"
    assert api.get_conversation(call).recording_state == "ACTIVE"
    body.recording_state = "PAUSED"
    api.patch_conversation_recordingstate(call, body)
    assert api.get_conversation(call).recording_state == "PAUSED"


def test_replace(api: Any, sdk: Any, call: str, agent: Any, colleague: dict[str, Any]) -> None:
    body = sdk.TransferRequest()
    body.user_id, body.transfer_type = colleague["id"], "Unattended"
    assert api.post_conversations_cobrowsesession_participant_replace(call, agent.id, body=body) is None
    after = api.get_conversation(call)
    legs = {p.user_id: p.cobrowsesessions[0] for p in after.participants if p.purpose == "agent"}
    assert (legs[agent.user_id].state, legs[agent.user_id].disconnect_type) == ("disconnected", "transfer")
    assert (legs[colleague["id"]].state, legs[colleague["id"]].disconnect_type) == ("offering", None)
    assert [t.destination.user_id for t in after.recent_transfers] == [colleague["id"]]
    one = api.get_conversations_cobrowsesession(call)
    left = next(p for p in one.participants if p.id == agent.id)
    assert (left.state, left.disconnect_type) == ("disconnected", "transfer")
    assert isinstance(left.end_time, datetime)
    assert one.recent_transfers[0].state == "Complete"
    words(after)
    words(one)
    back = sdk.TransferToAgentRequest()
    back.user_name = "agent@example.com"
    present = next(p for p in after.participants if p.user_id == colleague["id"])
    assert api.post_conversation_participant_replace_agent(call, present.id, back) is None
    now = api.get_conversations_cobrowsesession(call).participants
    assert {p.user.id for p in now if p.state == "offering" and p.user} == {agent.user_id}
    # Work after the session is still said of the part that is over.
    wrapup = sdk.WrapupInput()
    wrapup.code = first_code(api, call, agent).id
    leg = agent.cobrowsesessions[0].id
    api.post_conversations_cobrowsesession_participant_communication_wrapup(call, agent.id, leg, body=wrapup)
    assert api.get_conversations_cobrowsesession_participant_wrapup(call, agent.id).code == wrapup.code


def test_every_model_is_in_the_platforms_words(
    api: Any, sdk: Any, call: str, agent: Any, http: httpx.Client
) -> None:
    """From the offer to the end, in every state that a conversation can have."""
    words(api.get_conversation(call))
    words(api.get_conversations_cobrowsesession(call))
    words(api.get_conversations_cobrowsesessions())
    assert api.get_conversation(call).state == "connected"
    for state in ("queued", "alerting"):
        made = http.post("/api/v2/conversations", json={"type": "voice", "state": state}).json()
        assert made["state"] == state, "who is no SDK reads our words"
        words(api.get_conversation(made["id"]))
    body = sdk.Conversation()
    body.state = "disconnected"
    words(api.patch_conversations_cobrowsesession(call, body))
    api.post_conversation_disconnect(call)
    words(api.get_conversation(call))
    words(api.get_conversations_cobrowsesession(call))


def test_wrapup_codes(api: Any, sdk: Any, routing: Any, call: str, agent: Any) -> None:
    name = f"Refund {uuid.uuid4().hex[:6]}"
    body = sdk.WrapupCodeRequest()
    body.name, body.description = name, "Money goes back."
    made = routing.post_routing_wrapupcodes(body)
    assert isinstance(made, sdk.WrapupCode)
    assert (made.name, made.description) == (name, "Money goes back.")
    assert isinstance(made.date_created, datetime) and made.division.id
    assert routing.get_routing_wrapupcode(made.id).name == name
    listing = routing.get_routing_wrapupcodes(name="Refund*", page_size=100)
    assert isinstance(listing, sdk.WrapupCodeEntityListing)
    assert made.id in [code.id for code in listing.entities]
    wrapup = sdk.WrapupInput()
    wrapup.code = made.id
    leg = agent.cobrowsesessions[0].id
    api.post_conversations_cobrowsesession_participant_communication_wrapup(call, agent.id, leg, body=wrapup)
    body.name = f"{name} done"
    assert routing.put_routing_wrapupcode(made.id, body).name == f"{name} done"
    assert routing.delete_routing_wrapupcode(made.id) is None
    with pytest.raises(sdk.rest.ApiException) as gone:
        routing.get_routing_wrapupcode(made.id)
    assert gone.value.status == 404
    said = next(p for p in api.get_conversation(call).participants if p.id == agent.id).wrapup
    assert (said.code, said.name) == (made.id, name), "what was said with it stays"


def test_refusals_carry_the_way_out(api: Any, sdk: Any, call: str, agent: Any, http: httpx.Client) -> None:
    body = sdk.TransferRequest()
    body.queue_id = UNKNOWN
    with pytest.raises(sdk.rest.ApiException) as refused:
        api.post_conversations_cobrowsesession_participant_replace(call, agent.id, body=body)
    assert refused.value.status == 400
    assert json.loads(refused.value.body)["details"][0]["fieldName"] == "queueId"


def test_the_same_calls_on_any_conversation(
    api: Any, sdk: Any, call: str, agent: Any, colleague: dict[str, Any]
) -> None:
    listing = api.get_conversations()
    assert isinstance(listing, sdk.ConversationEntityListing)
    assert call in [one.id for one in listing.entities]
    words(next(one for one in listing.entities if one.id == call))
    code = api.get_conversation_participant_wrapupcodes(call, agent.id)[0]
    body = sdk.MediaParticipantRequest()
    body.wrapup = sdk.Wrapup()
    body.wrapup.code, body.wrapup.notes = code.id, "by the conversation"
    assert api.patch_conversation_participant(call, agent.id, body) is None
    assert api.get_conversation_participant_wrapup(call, agent.id).notes == "by the conversation"
    transfer = sdk.TransferRequest()
    transfer.user_id = colleague["id"]
    assert api.post_conversation_participant_replace(call, agent.id, transfer) is None
    people = api.get_conversations_cobrowsesession(call).participants
    assert [p.user.id for p in people if p.viewer_url] == [colleague["id"]]
