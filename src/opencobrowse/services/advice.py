"""The way out: for a start that was refused, a complete request that would succeed for this conversation."""

from __future__ import annotations

from opencobrowse.domain.conversation import Conversation, Participant
from opencobrowse.domain.people import User
from opencobrowse.kernel.errors import Example
from opencobrowse.ports.store import Store
from opencobrowse.services.permissions import COBROWSE_AGENT

DIALECTS = ("cobrowse", "initiate", "events")


async def ready_agents(store: Store, conversation: Conversation) -> list[Participant]:
    """Connected agents who may be the agent of a session."""
    ready = []
    for participant in conversation.connected_agents():
        user = await store.get(User, participant.user_id) if participant.user_id else None
        if user is not None and user.active and COBROWSE_AGENT in user.permissions:
            ready.append(participant)
    return ready


async def start_example(
    store: Store, conversation: Conversation, dialect: str, cobrowse_type: str
) -> Example | None:
    """The same call, corrected, naming this conversation's real agent; None where nothing could succeed."""
    agents = await ready_agents(store, conversation)
    if not agents:
        return None
    agent = agents[0].user_id
    path = f"/api/v2/conversations/{conversation.id}/cobrowse"
    if dialect == "initiate":
        return Example("POST", f"{path}/initiate", {"initiatorId": agent})
    if dialect == "events":
        mode = "interactive" if cobrowse_type == "control" else "view"
        body = {"eventType": "cobrowse:start", "data": {"initiatorId": agent, "mode": mode}}
        return Example("POST", f"/api/v2/conversations/{conversation.id}/events", body)
    return Example("POST", path, {"agentId": agent, "cobrowseType": cobrowse_type})


def activate_example(conversation: Conversation) -> Example | None:
    """How a conversation that is not active yet becomes so; None for one that has ended."""
    if not conversation.live:
        return None
    return Example("PATCH", f"/api/v2/conversations/{conversation.id}", {"state": "active"})


def new_conversation_example(agent_id: str | None) -> Example:
    participants = [{"userId": agent_id, "role": "agent"}] if agent_id else []
    return Example("POST", "/api/v2/conversations", {"type": "cobrowse", "participants": participants})
