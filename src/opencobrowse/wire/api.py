"""The API's requests and answers on the wire: camelCase JSON, times in ISO-8601 with milliseconds.

Names and keys are the platform's (field.md C2); what is ours is marked. Requests refuse unknown fields, so
that a misspelt one is named instead of ignored.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from opencobrowse.wire.described import NEW_PARTICIPANT, PERSON, TARGET, NotEmpty

Id = Annotated[str, Meta(min_length=1, max_length=255)]
Text = Annotated[str, Meta(max_length=1024)]


class Answer(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Base of answers: a key that does not apply is left out."""


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Base of requests."""


# -- errors (api.md section 3) -----------------------------------------------------------------------------


class ErrorDetail(Answer):
    error_code: str
    field_name: str | None = None
    entity_id: str | None = None
    entity_name: str | None = None


class HelpExample(Answer, omit_defaults=False):
    """A complete request: sent unchanged, it succeeds."""

    method: str
    path: str
    body: Any = None


class Help(Answer, omit_defaults=False):
    """Ours: what to change; the corrected request, null where none would do; where to read more."""

    summary: str
    docs: str
    example: HelpExample | None = None


class ErrorBody(msgspec.Struct, rename="camel", kw_only=True):
    message: str
    code: str
    status: int
    message_with_params: str
    message_params: dict[str, str]
    context_id: str
    details: list[ErrorDetail]
    errors: list[Any]
    help: Help
    entity_id: str | UnsetType = UNSET
    entity_name: str | UnsetType = UNSET


class Numbered(Answer):
    """What every page of a listing has that is asked for by number."""

    page_size: int
    page_number: int
    total: int
    page_count: int
    self_uri: str
    first_uri: str
    last_uri: str
    next_uri: str | None = None
    previous_uri: str | None = None


# -- conversations -----------------------------------------------------------------------------------------


class Ref(Answer):
    """A pointer to another resource."""

    id: str
    name: str | None = None
    self_uri: str | None = None


class Address(Answer):
    """How somebody is known to others: the platform's `Address`."""

    name: str | None = None
    name_raw: str | None = None
    address_raw: str | None = None
    address_normalized: str | None = None
    address_displayable: str | None = None


class Wrapup(Answer):
    """The platform's `Wrapup`: what an agent concluded. `name` is the code's, as it was then."""

    code: str
    name: str
    end_time: str
    provisional: bool
    notes: str | None = None
    tags: list[str] | None = None
    duration_seconds: int | None = None


class AfterCallWork(Answer):
    """The platform's `AfterCallWork`. Nobody has to wrap up here: without one it is `notApplicable`."""

    state: Literal["unknown", "notApplicable", "skipped", "pending", "complete"]
    start_time: str | None = None
    end_time: str | None = None


class TransferDestination(Answer):
    user_id: str


class TransferResponse(Answer):
    """The platform's `TransferResponse`: a session that went to another agent. It goes at once."""

    id: str
    state: Literal["Complete"]
    date_issued: str
    destination: TransferDestination
    transfer_type: Literal["Attended", "Unattended"]


class CobrowseMedia(Answer):
    """The platform's `Cobrowsesession`, inside a participant. `opencobrowseState` is the exact state."""

    id: str
    state: str
    initial_state: str
    cobrowse_session_id: str
    cobrowse_role: Literal["sharer", "viewer"]
    viewer_url: str | None
    controlling: list[str]
    provider: str
    segments: list[Any]
    after_call_work_required: bool
    provider_event_time: str | None = None
    start_alerting_time: str | None = None
    connected_time: str | None = None
    disconnected_time: str | None = None
    disconnect_type: str | None = None
    peer_id: str | None = None
    self_: Address | None = msgspec.field(name="self", default=None)
    wrapup: Wrapup | None = None
    after_call_work: AfterCallWork | None = None
    opencobrowse_state: str | None = None
    end_reason: str | None = None


class Participant(Answer, omit_defaults=False):
    id: str
    purpose: str
    state: str
    name: str | None = None
    address: str | None = None
    user_id: str | None = None
    user_uri: str | UnsetType = UNSET
    external_id: str | None = None
    participant_type: str = "External"
    start_time: str | None = None
    connected_time: str | None = None
    end_time: str | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    wrapup_required: bool = False
    wrapup_prompt: str | UnsetType = UNSET
    wrapup_skipped: bool | UnsetType = UNSET
    wrapup: Wrapup | UnsetType = UNSET
    start_acw_time: str | UnsetType = UNSET
    end_acw_time: str | UnsetType = UNSET
    queue_id: str | UnsetType = UNSET
    cobrowsesessions: list[CobrowseMedia] = msgspec.field(default_factory=list)
    calls: list[Any] = msgspec.field(default_factory=list)
    callbacks: list[Any] = msgspec.field(default_factory=list)
    chats: list[Any] = msgspec.field(default_factory=list)
    emails: list[Any] = msgspec.field(default_factory=list)
    messages: list[Any] = msgspec.field(default_factory=list)
    screenshares: list[Any] = msgspec.field(default_factory=list)


class Conversation(Answer, omit_defaults=False):
    id: str
    type: str
    state: str
    participants: list[Participant]
    metadata: dict[str, Any]
    routing_data: dict[str, Any]
    created_time: str
    updated_time: str
    start_time: str
    self_uri: str
    external_tag: str | UnsetType = UNSET
    end_time: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    divisions: list[Any] = msgspec.field(default_factory=list)
    recording_state: str = "NONE"
    recent_transfers: list[TransferResponse] | UnsetType = UNSET


class Listing(Answer, omit_defaults=False):
    """A page of things."""

    entities: list[Any]
    page_size: int
    page_number: int
    total: int
    page_count: int
    self_uri: str
    first_uri: str
    last_uri: str
    next_uri: str | UnsetType = UNSET
    previous_uri: str | UnsetType = UNSET


class NewParticipant(Body):
    """An agent by `userId`; a customer by `externalId`, `userId` or `address`."""

    role: Literal["agent", "customer", "user"]
    user_id: Text | None = None
    external_id: Text | None = None
    name: Text | None = None
    address: Text | None = None


class NewConversation(Body):
    """`call` is `voice`, `webmessaging` is `message`, `connected` is `active`. `externalTag` finds the
    conversation again."""

    type: Literal["cobrowse", "voice", "call", "chat", "webchat", "message", "webmessaging"]
    metadata: dict[str, Any] | None = None
    participants: list[Annotated[NewParticipant, NEW_PARTICIPANT]] | None = None
    state: Literal["queued", "alerting", "active", "connected"] | None = None
    external_tag: Text | None = None


class ConversationPatch(Body):
    """`connected`, the platform's word, is `active`."""

    state: Literal["alerting", "active", "connected", "disconnected"]


EndpointType = Literal["user", "sip", "external", "email", "phone"]


class Endpoint(Body):
    type: EndpointType
    id: Text | None = None
    external_id: Text | None = None
    name: Text | None = None


class ParticipantPair(Body):
    from_: Endpoint = msgspec.field(name="from")
    to: Endpoint | None = None
    reason: Text | None = None


class AddParticipants(Body):
    add_participants: Annotated[list[ParticipantPair], NotEmpty]


class AddedParticipants(Answer):
    conversation_id: str
    participants: list[Participant]


# -- starting a session ------------------------------------------------------------------------------------


class DeliveryAnswer(Answer, omit_defaults=False):
    """Ours: one way to the customer. `state`: delivered, pending, not.configured."""

    channel: str
    state: str
    address: str | None = None
    pages: int = 0


class SessionFields(Answer, omit_defaults=False):
    """What every way to start answers with: the platform's `CobrowseWebMessagingSession` and ours."""

    id: str
    name: str
    join_code: str
    websocket_url: str
    date_offer_ends: str
    communication_type: Literal["Call", "Message", "Unknown"]
    self_uri: str
    cobrowse_session_id: str
    viewer_url: str
    join_url: str
    state: str
    cobrowse_type: Literal["view", "control"]
    agent_id: str
    deliveries: list[DeliveryAnswer]


class Initiated(SessionFields, omit_defaults=False):
    """The answer of `…/initiate` and `…/events`."""

    conversation_id: str
    initiator_id: str | None
    timestamp: str


PersonType = Literal["agent", "user", "external", "customer", "sip", "email", "phone"]


class Initiator(Body):
    """Somebody by id. An agent's is their user id or participant id, a customer's their external id."""

    id: Id
    type: PersonType | None = None


class StartBody(Body):
    """`…/cobrowse`. All optional: no body at all means the connected agent, view only."""

    agent_id: Id | None = None
    cobrowse_type: Literal["view", "control"] | None = None
    initiator: Initiator | None = None
    participants: list[Initiator] | None = None
    reason: Text | None = None
    cobrowse_session_id: Text | UnsetType | None = UNSET


class InitiateBody(Body):
    """`…/cobrowse/initiate`. `cobrowseType` and `targetId` are ours."""

    initiator_id: Id | None = None
    reason: Text | None = None
    cobrowse_type: Literal["view", "control"] | None = None
    target_id: Id | None = None


class EventData(Body):
    """`interactive` is a session of type control."""

    initiator_id: Id | None = None
    target_id: Id | None = None
    mode: Literal["view", "interactive"] | None = None


class EventBody(Body):
    event_type: Literal["cobrowse:start"]
    data: EventData


class Person(Body):
    """Who else takes part in `POST /conversations/cobrowse`: by `id`, or as in a new conversation."""

    id: Id | None = None
    type: PersonType | None = None
    role: Literal["agent", "customer", "user"] | None = None
    user_id: Text | None = None
    external_id: Text | None = None
    name: Text | None = None
    address: Text | None = None


class ConversationWithSession(Body):
    """`POST /conversations/cobrowse`. `wrap_up_code` is how some write `wrapUpCode`."""

    type: Literal["cobrowse"]
    to: Annotated[list[Annotated[Initiator, TARGET]], NotEmpty]
    participants: list[Annotated[Person, PERSON]] | None = None
    wrap_up_code: Text | None = None
    wrap_up_code_snake: Text | None = msgspec.field(name="wrap_up_code", default=None)


class GuestSession(Answer, omit_defaults=False):
    """The platform's `CobrowseWebMessagingSession` as a guest sees it: nothing that a guest may not know."""

    id: str
    name: str
    join_code: str
    websocket_url: str
    date_offer_ends: str
    communication_type: Literal["Call", "Message", "Unknown"]
    self_uri: str


# -- ours: the console and the page ------------------------------------------------------------------------


class SignIn(Body):
    email: str
    password: str


class RegisterPage(Body):
    """A customer's page introduces itself. `resume` is a session that it was sharing before."""

    deployment_id: str
    external_id: str | None = None
    external_token: str | None = None
    page_url: str | None = None


class Registered(Answer):
    ticket: str
    websocket_url: str


class ViewerTicket(Answer):
    """`assets_url`: where the viewer gets what the page shows (`?url=`); left out where nothing is
    fetched."""

    ticket: str
    websocket_url: str
    assets_url: str | None = None


class SessionAnswer(SessionFields, omit_defaults=False):
    """Ours: a session as its agent and its starter see it."""

    conversation_id: str
    agent_name: str
    agent_participant_id: str
    customer_name: str | None
    created_time: str
    accepted_time: str | None
    ended_time: str | None
    end_reason: str | None


class SessionListing(Answer):
    entities: list[SessionAnswer]
