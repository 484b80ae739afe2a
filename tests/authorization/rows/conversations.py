"""Conversations, and the ways to start a session in one."""

from __future__ import annotations

from typing import Any, Final

from opencobrowse.services.permissions import (
    COBROWSE_ADD,
    COBROWSE_AGENT,
    COBROWSE_READ,
    COBROWSE_VOICE_ADD,
    CONVERSATION_READ,
    CONVERSATION_WRITE,
    RECORDING,
    TRANSFER,
    WRAPUP,
    WRAPUP_CODE_VIEW,
)
from tests.authorization.table import Row

STARTS: Final = (COBROWSE_ADD, COBROWSE_VOICE_ADD)
READS: Final = (CONVERSATION_READ, CONVERSATION_WRITE, COBROWSE_READ, *STARTS)
NOTES: Final = (CONVERSATION_WRITE, *STARTS, COBROWSE_AGENT)
END: Final = {"state": "disconnected"}
NOT_THEIRS: Final[dict[str, Any]] = {"colleague": 404, "bystander": 404}
_MAKES: Final = (CONVERSATION_WRITE, *STARTS)
_PEOPLE: Final = [{"userId": "{agent}", "role": "agent"}, {"externalId": "someone", "role": "customer"}]

CONVERSATIONS: Final = {
    "listConversations": Row((CONVERSATION_READ, CONVERSATION_WRITE)),
    "createConversation": Row(_MAKES, body={"type": "voice", "participants": _PEOPLE}),
    "createConversation: started": Row(STARTS, body={"type": "cobrowse", "participants": _PEOPLE}),
    "getConversation": Row(READS, ended=200, over=200, live=True),
    "patchConversation": Row((CONVERSATION_WRITE,), body=END, ended=200, over=200, over_changes=True),
    "patchConversation: active": Row(
        (CONVERSATION_WRITE,), body={"state": "active"}, ended=409, over=200
    ),
    "deleteConversation": Row((CONVERSATION_WRITE,), ended=204, over=204, over_changes=True),
    "disconnectConversation": Row((CONVERSATION_WRITE,), ended=202, over=202, over_changes=True),
    "addParticipants": Row(
        _MAKES,
        body={"addParticipants": [{"from": {"id": "{bystander}", "type": "user"},
                                   "to": {"externalId": "sip:someone@example.com", "type": "sip"}}]},
        ended=409, over=201, over_changes=True,
    ),
    "patchParticipant": Row(
        (CONVERSATION_WRITE,), body={"name": "Somebody"}, inside=("participant",),
        ended=202, ended_changes=True, over=202, over_changes=True,
    ),
    "patchParticipant: leaves": Row(
        (CONVERSATION_WRITE,), body=END, inside=("participant",), live=True,
        ended=202, over=202, over_changes=True,
    ),
    "patchParticipantAttributes": Row(
        (CONVERSATION_WRITE,), body={"attributes": {"a": "b"}}, inside=("participant",), live=True,
        ended=202, ended_changes=True, over=202, over_changes=True,
    ),
    "getParticipantWrapup": Row(
        (WRAPUP, *READS), inside=("participant",), live=True, ended=200, over=200, **NOT_THEIRS
    ),
    "listParticipantWrapupCodes": Row(
        (WRAPUP, WRAPUP_CODE_VIEW, *READS), inside=("participant",), live=True, ended=200, over=200,
        **NOT_THEIRS,
    ),
    "replaceParticipant": Row(
        (TRANSFER,), body={"userId": "{colleague}"}, inside=("participant",), live=True,
        ended=409, over=409, **NOT_THEIRS,
    ),
    "replaceParticipantByAgent": Row(
        (TRANSFER,), body={"userName": "{colleagueEmail}"}, inside=("participant",), live=True,
        ended=409, over=409, **NOT_THEIRS,
    ),
    "patchRecordingState": Row(
        (RECORDING,), body={"recordingState": "ACTIVE"}, live=True, ended=409, over=200, over_changes=True,
        **NOT_THEIRS,
    ),
}  # fmt: skip

STARTING: Final = {
    "createAndStart": Row(STARTS, body={"type": "cobrowse", "to": [{"id": "{agent}", "type": "user"}]}),
    "startCobrowse": Row(STARTS, body={"agentId": "{agent}"}, ended=409, over=200, over_changes=True),
    "startCobrowse: nobody named": Row(STARTS, ended=409, over=200, over_changes=True,
                                       colleague=409, bystander=409),
    "startCobrowse: linked": Row(
        STARTS, body={"cobrowseSessionId": "{session}"}, live=True, inside=("session",), ended=404, over=404,

    ),
    "initiateCobrowse": Row(
        STARTS, body={"initiatorId": "{participant}"}, inside=("participant",),
        ended=409, over=200, over_changes=True,
    ),
    "startByEvent": Row(
        STARTS,
        body={"eventType": "cobrowse:start",
              "data": {"initiatorId": "{participant}", "targetId": "{customer}", "mode": "view"}},
        inside=("participant", "customer"), refused={"customer": 400},
        ended=409, over=202, over_changes=True,
    ),
}  # fmt: skip
