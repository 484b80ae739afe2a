"""Records for the store's suite."""

from __future__ import annotations

from typing import Any

from opencobrowse.domain.conversation import Conversation, ConversationState, ConversationType
from opencobrowse.domain.people import Organization, Remembered, Token
from opencobrowse.domain.session import CobrowseType, Session, SessionState

NOW = 1_700_000_000_000


def organization(number: int = 1, **values: Any) -> Organization:
    return Organization(f"org-{number}", f"Organisation {number}", NOW, **values)


def session(name: str, conversation: str = "conversation", **values: Any) -> Session:
    defaults: dict[str, Any] = {
        "id": name,
        "org_id": "org-1",
        "conversation_id": conversation,
        "agent_user_id": "agent",
        "agent_participant_id": "participant",
        "customer_participant_id": None,
        "customer_external_id": "customer",
        "cobrowse_type": CobrowseType.VIEW,
        "state": SessionState.INITIATED,
        "created_at": NOW,
        "offer_ends_at": NOW + 1000,
        "deadline": NOW + 1000,
        "join_code_index": f"code of {name}",
        "join_token_index": f"token of {name}",
    }
    return Session(**(defaults | values))


def conversation(name: str, **values: Any) -> Conversation:
    defaults: dict[str, Any] = {
        "id": name,
        "org_id": "org-1",
        "type": ConversationType.VOICE,
        "state": ConversationState.ACTIVE,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Conversation(**(defaults | values))


def token(name: str, expires_at: int) -> Token:
    return Token(name, "org-1", "client", None, frozenset({"cobrowse:read"}), expires_at)


def remembered(name: str, expires_at: int) -> Remembered:
    return Remembered(name, "org-1", "digest", 200, b"{}", expires_at)
