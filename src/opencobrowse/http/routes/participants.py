"""One participant's part of a session: notes, conclusions, transfer, recording. The platform's calls on
`cobrowsesessions`; those of the same name on any conversation are in `twins`."""

from __future__ import annotations

from datetime import UTC
from typing import Any, Final

from litestar import Response, get, patch, post, put
from litestar.params import FromPath, JSONBody

from opencobrowse.domain.conversation import RecordingState
from opencobrowse.http import legs, query
from opencobrowse.http.auth import actor_of
from opencobrowse.http.framework import Nothing
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import Detail, Invalid
from opencobrowse.services.conversation.media import MediaWish, Said
from opencobrowse.services.conversation.transfers import Target
from opencobrowse.services.core import Core
from opencobrowse.wire import cobrowsesessions as wire
from opencobrowse.wire import routing

_BASE: Final = "/api/v2/conversations/cobrowsesessions/{conversation_id:str}"
_WHO: Final = "/participants/{participant_id:str}"
_LEG: Final = f"{_BASE}{_WHO}/communications/{{communication_id:str}}"


def handlers(core: Core) -> list[Any]:
    return [*_media(core), *_wrapups(core), *_transfers(core), *_recording(core)]


def _media(core: Core) -> list[Any]:
    @patch(f"{_BASE}{_WHO}", status_code=202)
    async def patch_cobrowse_participant(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        data: JSONBody[wire.MediaParticipantRequest],
    ) -> Response[None]:
        """End a participant's part (`disconnected`: the session ends, the conversation goes on), conclude
        it, skip the conclusion, or say whether it is recorded."""
        actor = await actor_of(request, core)
        await core.media.change(actor, conversation_id, participant_id, None, wish_of(data))
        return Nothing(202)

    @patch(_LEG, status_code=200)
    async def patch_cobrowse_communication(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        communication_id: FromPath[str],
        data: JSONBody[wire.MediaParticipantRequest],
    ) -> dict[str, Any]:
        """The same for one communication of theirs: the `id` of one of their `cobrowsesessions`."""
        actor = await actor_of(request, core)
        await core.media.change(actor, conversation_id, participant_id, communication_id, wish_of(data))
        return {}

    @patch(f"{_BASE}{_WHO}/attributes", status_code=202)
    async def patch_cobrowse_attributes(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        data: JSONBody[wire.ParticipantAttributes],
    ) -> wire.ParticipantAttributes:
        """Merge attributes into a participant's. The answer has all of them."""
        actor = await actor_of(request, core)
        who = await core.media.set_attributes(actor, conversation_id, participant_id, data.attributes)
        return wire.ParticipantAttributes(attributes=dict(who.attributes))

    return [patch_cobrowse_participant, patch_cobrowse_communication, patch_cobrowse_attributes]


def _wrapups(core: Core) -> list[Any]:
    @get(f"{_BASE}{_WHO}/wrapup")
    async def get_cobrowse_wrapup(
        request: AnyRequest, conversation_id: FromPath[str], participant_id: FromPath[str]
    ) -> wire.AssignedWrapupCode:
        """What an agent concluded; `provisional=true`: even if it is not their last word."""
        return await wrapup_of(core, request, conversation_id, participant_id)

    @get(f"{_LEG}/wrapup")
    async def get_communication_wrapup(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        communication_id: FromPath[str],
    ) -> wire.AssignedWrapupCode:
        """The same by one of their communications."""
        return await wrapup_of(core, request, conversation_id, participant_id, communication_id)

    @get(f"{_BASE}{_WHO}/wrapupcodes")
    async def list_cobrowse_wrapup_codes(
        request: AnyRequest, conversation_id: FromPath[str], participant_id: FromPath[str]
    ) -> list[routing.WrapupCode]:
        """The conclusions that a participant may choose from, by name."""
        return await codes_for(core, request, conversation_id, participant_id)

    @post(f"{_LEG}/wrapup", status_code=202)
    async def post_communication_wrapup(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        communication_id: FromPath[str],
        data: JSONBody[wire.WrapupInput],
    ) -> Response[None]:
        """Conclude an agent's part, while it goes on or later. The last one counts; a provisional one never
        replaces a final one."""
        actor = await actor_of(request, core)
        await core.media.conclude(actor, conversation_id, participant_id, communication_id, _said(data))
        return Nothing(202)

    return [get_cobrowse_wrapup, get_communication_wrapup, list_cobrowse_wrapup_codes,
            post_communication_wrapup]  # fmt: skip


def _transfers(core: Core) -> list[Any]:
    @post(f"{_BASE}{_WHO}/replace", status_code=202)
    async def replace_cobrowse_participant(
        request: AnyRequest,
        conversation_id: FromPath[str],
        participant_id: FromPath[str],
        data: JSONBody[wire.TransferRequest],
    ) -> Response[None]:
        """Transfer the session to another agent, at once. `participantId` is its agent's. The customer's page
        goes on sharing and shows who sees it now; control is given up. The same once more is no error."""
        return await hand_over(core, request, conversation_id, participant_id, data)

    @get("/api/v2/opencobrowse/sessions/{session_id:str}/colleagues")
    async def list_colleagues(request: AnyRequest, session_id: FromPath[str]) -> wire.ColleagueListing:
        """Ours: the agents who could have the session, by name."""
        actor = await actor_of(request, core)
        found = await core.transfers.colleagues(actor, session_id)
        shown = [wire.Colleague(id=u.id, name=u.name, email=u.email) for u in found]
        return wire.ColleagueListing(entities=shown)

    return [replace_cobrowse_participant, list_colleagues]


def _recording(core: Core) -> list[Any]:
    @put(f"{_BASE}/recordingstate", status_code=200)
    async def put_recording_state(
        request: AnyRequest, conversation_id: FromPath[str], data: JSONBody[wire.SetRecordingState]
    ) -> Response[str]:
        """Keep whether somebody records: shown as the conversation's `recordingState`. opencobrowse itself
        records nothing."""
        return await keep_recording_state(core, request, conversation_id, data)

    return [put_recording_state]


# -- what the calls of `twins` do, too ---------------------------------------------------------------------


async def wrapup_of(
    core: Core,
    request: AnyRequest,
    conversation_id: str,
    participant_id: str,
    communication_id: str | None = None,
) -> wire.AssignedWrapupCode:
    actor = await actor_of(request, core)
    provisional = query.flag(request, "provisional")
    said = await core.media.wrapup(actor, conversation_id, participant_id, communication_id, provisional)
    return legs.assigned(said)


async def codes_for(
    core: Core, request: AnyRequest, conversation_id: str, participant_id: str
) -> list[routing.WrapupCode]:
    actor = await actor_of(request, core)
    return [legs.code(c) for c in await core.media.codes(actor, conversation_id, participant_id)]


async def hand_over(
    core: Core, request: AnyRequest, conversation_id: str, participant_id: str, body: wire.TransferRequest
) -> Response[None]:
    actor = await actor_of(request, core)
    target = Target(body.user_id, body.user_name, body.address, body.queue_id, bool(body.voicemail))
    await core.transfers(actor, conversation_id, participant_id, target)
    return Nothing(202)


async def keep_recording_state(
    core: Core, request: AnyRequest, conversation_id: str, data: wire.SetRecordingState
) -> Response[str]:
    actor = await actor_of(request, core)
    state = RecordingState(data.recording_state)
    after = await core.media.set_recording(actor, conversation_id, state)
    return Response(f'"{after.recording_state.value}"', media_type="application/json")


def wish_of(body: wire.MediaParticipantRequest) -> MediaWish:
    for field, value in (("muted", body.muted), ("held", body.held), ("confined", body.confined)):
        if value:
            raise Invalid(
                f"{field} cannot be true: a cobrowse session has no sound, and nobody is put on hold in it.",
                code="invalid.value",
                details=(Detail("invalid.value", field),),
                cure=f"Leave {field} out.",
            )
    said = _said(body.wrapup) if body.wrapup is not None else None
    return MediaWish(body.state, said, body.wrapup_skipped, body.recording)


def _said(body: wire.WrapupInput) -> Said:
    """A time without a zone is UTC: the official SDK for Python sends such."""
    end = body.end_time
    if end is not None and end.tzinfo is None:
        end = end.replace(tzinfo=UTC)
    if end is not None and not 1970 <= end.year < 3000:
        raise Invalid(
            f"Nothing here ended in the year {end.year}.",
            code="invalid.value",
            details=(Detail("invalid.value", "endTime"),),
            cure="Set endTime to a moment from 1970 to 2999, or leave it out: it is now then.",
        )
    return Said(
        body.code,
        body.name,
        body.notes,
        tuple(body.tags or ()),
        body.duration_seconds,
        int(end.timestamp() * 1000) if end is not None else None,
        bool(body.provisional),
    )
