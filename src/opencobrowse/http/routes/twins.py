"""The calls of `participants` under a conversation's own path, where the platform has them, too.

They mean the same: the participant's part of the conversation's cobrowse session.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from opencobrowse.http.auth import actor_of
from opencobrowse.http.problems import AnyRequest
from opencobrowse.http.routes.participants import codes_for, hand_over, keep_recording_state, wrapup_of
from opencobrowse.services.core import Core
from opencobrowse.wire import cobrowsesessions as wire
from opencobrowse.wire import routing

_BASE: Final = "/api/v2/conversations/{conversation_id:str}"
_WHO: Final = f"{_BASE}/participants/{{participant_id:str}}"


def handlers(core: Core) -> list[Any]:
    @patch(f"{_WHO}/attributes", status_code=202)
    async def patch_participant_attributes(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        data: JSONBody[wire.ParticipantAttributes],
    ) -> wire.ParticipantAttributes:
        """Merge attributes into a participant's, session or not. The answer has all of them."""
        actor = await actor_of(request, core)
        who = await core.participants.set_attributes(actor, conversation_id, participant_id, data.attributes)
        return wire.ParticipantAttributes(attributes=dict(who.attributes))

    @get(f"{_WHO}/wrapup")
    async def get_participant_wrapup(
        request: AnyRequest, conversation_id: FromPath[str], participant_id: FromPath[str]
    ) -> wire.AssignedWrapupCode:
        """What an agent concluded; `provisional=true`: even if it is not their last word."""
        return await wrapup_of(core, request, conversation_id, participant_id)

    @get(f"{_WHO}/wrapupcodes")
    async def list_participant_wrapup_codes(
        request: AnyRequest, conversation_id: FromPath[str], participant_id: FromPath[str]
    ) -> list[routing.WrapupCode]:
        """The conclusions that a participant may choose from, by name."""
        return await codes_for(core, request, conversation_id, participant_id)

    @post(f"{_WHO}/replace", status_code=202)
    async def replace_participant(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        data: JSONBody[wire.TransferRequest],
    ) -> Response[None]:
        """Transfer the conversation's session to another agent."""
        return await hand_over(core, request, conversation_id, participant_id, data)

    @post(f"{_WHO}/replace/agent", status_code=202)
    async def replace_participant_by_agent(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        data: JSONBody[wire.TransferRequest],
    ) -> Response[None]:
        """The same, as the platform's `TransferToAgentRequest` asks for it."""
        return await hand_over(core, request, conversation_id, participant_id, data)

    @patch(f"{_BASE}/recordingstate", status_code=200)
    async def patch_recording_state(
        request: AnyRequest, conversation_id: FromPath[str], data: JSONBody[wire.SetRecordingState]
    ) -> Response[str]:
        """Keep whether somebody records. opencobrowse itself records nothing."""
        return await keep_recording_state(core, request, conversation_id, data)

    return [patch_participant_attributes, get_participant_wrapup, list_participant_wrapup_codes,
            replace_participant, replace_participant_by_agent, patch_recording_state]  # fmt: skip
