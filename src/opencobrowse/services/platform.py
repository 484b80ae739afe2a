"""The platform's words for our states: its answers and its events use the same ones (field.md C2, C5)."""

from __future__ import annotations

from typing import Final

from opencobrowse.domain.conversation import Conversation, ConversationState
from opencobrowse.domain.session import EndReason, SessionState

PARTICIPANT_STATE: Final = {
    ConversationState.QUEUED: "none",
    ConversationState.ALERTING: "alerting",
    ConversationState.ACTIVE: "connected",
    ConversationState.DISCONNECTED: "disconnected",
}
COBROWSE_STATE: Final = {
    SessionState.INITIATED: "offering",
    SessionState.ACTIVE: "connected",
    SessionState.PAUSED: "connected",
    SessionState.ENDED: "disconnected",
    SessionState.DECLINED: "disconnected",
    SessionState.EXPIRED: "disconnected",
}
DISCONNECT_TYPE: Final = {
    EndReason.AGENT: "endpoint",
    EndReason.CUSTOMER: "client",
    EndReason.API: "client",
    EndReason.CONVERSATION_ENDED: "system",
    EndReason.CUSTOMER_LOST: "transport.failure",
    EndReason.AGENT_LOST: "transport.failure",
    EndReason.TIMEOUT: "timeout",
    EndReason.DECLINED: "client",
    EndReason.EXPIRED: "timeout",
    EndReason.TRANSFER: "transfer",
}
# The two models of the platform name the same thing differently (field.md C2).
SESSION_DISCONNECT: Final = {"timeout": "session.expired"}


def queue_of(found: Conversation) -> str | None:
    """The queue that whoever made the conversation names in its metadata: queues are not kept here."""
    queue = found.metadata.get("queueId")
    return queue if isinstance(queue, str) and queue else None
