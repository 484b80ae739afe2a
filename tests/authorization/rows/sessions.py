"""Sessions: to read, to end, to watch, to hand over; what agents note and conclude."""

from __future__ import annotations

from typing import Any, Final

from opencobrowse.services.permissions import (
    COBROWSE_AGENT,
    COBROWSE_READ,
    DISCONNECT,
    RECORDING,
    TRANSFER,
    WRAPUP,
    WRAPUP_CODE_EDIT,
    WRAPUP_CODE_VIEW,
)
from tests.authorization.rows.conversations import END, NOT_THEIRS, NOTES, READS, STARTS
from tests.authorization.table import Row

_SEES: Final = (COBROWSE_READ, *STARTS)
_ENDS: Final = (DISCONNECT, *STARTS, COBROWSE_AGENT)
_ONE: Final[dict[str, Any]] = {"live": True, "ended": 200, "over": 200, **NOT_THEIRS}
_SOMEBODYS: Final[dict[str, Any]] = {**_ONE, "inside": ("participant",)}
_CONCLUDES: Final = {"code": "{wrapupCode}"}

SESSIONS: Final = {
    "listCobrowseSessions": Row(_SEES, live=True),
    "getCobrowseSession": Row(_SEES, **_ONE),
    "patchCobrowseSession": Row(_ENDS, body=END, **_ONE),
    "listSessions": Row(_SEES, live=True),
    "getSession": Row(_SEES, **_ONE),
    "endSession": Row(_ENDS, **_ONE),
    "getWaitingPages": Row(_SEES, live=True, ended=200, over=200),
    "viewerTicket": Row((COBROWSE_AGENT,), caller="agent", program=403, **{**_ONE, "bystander": 403}),
}

PARTICIPANTS: Final = {
    "patchCobrowseParticipant": Row(_ENDS, body=END, **{**_SOMEBODYS, "ended": 202, "over": 202}),
    "patchCobrowseParticipant: concluded": Row(
        (WRAPUP,), body={"wrapup": _CONCLUDES},
        **{**_SOMEBODYS, "ended": 202, "ended_changes": True, "over": 202, "over_changes": True},
    ),
    "patchCobrowseParticipant: recorded": Row(
        (RECORDING,), body={"recording": True},
        **{**_SOMEBODYS, "ended": 409, "over": 202, "over_changes": True},
    ),
    "patchCobrowseCommunication": Row(
        _ENDS, body=END, **{**_SOMEBODYS, "inside": ("participant", "session")}
    ),
    "patchCobrowseAttributes": Row(
        NOTES, body={"attributes": {"a": "b"}},
        **{**_SOMEBODYS, "ended": 202, "ended_changes": True, "over": 202, "over_changes": True},
    ),
    "getCobrowseWrapup": Row((WRAPUP, *READS), **_SOMEBODYS),
    "getCommunicationWrapup": Row(
        (WRAPUP, *READS), **{**_SOMEBODYS, "inside": ("participant", "session")}
    ),
    "listCobrowseWrapupCodes": Row((WRAPUP, WRAPUP_CODE_VIEW, *READS), **_SOMEBODYS),
    "postCommunicationWrapup": Row(
        (WRAPUP,), body=_CONCLUDES,
        **{**_SOMEBODYS, "inside": ("participant", "session"),
           "ended": 202, "ended_changes": True, "over": 202, "over_changes": True},
    ),
    "listColleagues": Row((TRANSFER,), **_ONE),
    "replaceCobrowseParticipant": Row(
        (TRANSFER,), body={"userId": "{colleague}"}, **{**_SOMEBODYS, "ended": 409, "over": 409}
    ),
    "putRecordingState": Row(
        (RECORDING,), body={"recordingState": "ACTIVE"},
        **{**_ONE, "ended": 409, "over_changes": True},
    ),
}  # fmt: skip

ROUTING: Final = {
    "listWrapupCodes": Row((WRAPUP_CODE_VIEW,)),
    "createWrapupCode": Row((WRAPUP_CODE_EDIT,), body={"name": "Made {fresh}"}),
    "getWrapupCode": Row((WRAPUP_CODE_VIEW,)),
    "putWrapupCode": Row((WRAPUP_CODE_EDIT,), body={"name": "Renamed"}),
    "deleteWrapupCode": Row((WRAPUP_CODE_EDIT,)),
}

_TOPIC: Final = [{"id": "v2.system.token_revoked.{channel}"}]
_OWNERS: Final[dict[str, Any]] = {"agent": 404, "colleague": 404, "bystander": 404}
_ITS: Final = "the channel's owner alone"
NOTIFICATIONS: Final = {
    "listAvailableTopics": Row(),
    "createChannel": Row(),
    "listChannels": Row(),
    "checkChannel": Row(note=_ITS, **_OWNERS),
    "listSubscriptions": Row(note=_ITS, **_OWNERS),
    "addSubscriptions": Row(body=_TOPIC, note=f"{_ITS}, and what the topic needs", **_OWNERS),
    "replaceSubscriptions": Row(body=_TOPIC, note=f"{_ITS}, and what the topic needs", **_OWNERS),
    "deleteSubscriptions": Row(note=_ITS, **_OWNERS),
}

GUESTS: Final = {
    "registerPage": Row(
        open_to="pages of an allowed domain",
        body={"deploymentId": "{deployment}", "externalId": "someone"},
        headers={"Origin": "http://localhost:9"},
    ),
    "findInvitation": Row(
        open_to="whoever has the join code", body={"code": "{sessionCode}"}, live=True,
        ended=404, over=404,
    ),
    "getGuestSession": Row(
        open_to="whoever has the session's id or join code", live=True, ended=404, over=404
    ),
    "getGuestSession: by code": Row(
        open_to="whoever has the session's id or join code", path={"sessionId": "{sessionCode}"}, live=True,
        ended=404, over=404,
    ),
    "deleteGuestSession": Row(
        open_to="whoever has the session's id or join code", live=True, ended=404, over=404
    ),
}  # fmt: skip
