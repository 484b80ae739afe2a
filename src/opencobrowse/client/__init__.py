"""The Python client: start a cobrowse session from code, on a server of yours or on Genesys Cloud.

from opencobrowse.client import Client

with Client() as client:  # OPENCOBROWSE_URL, OPENCOBROWSE_CLIENT_ID, OPENCOBROWSE_CLIENT_SECRET
    session = client.cobrowse.start(conversation_id, control=True)
    session.wait_until("active", timeout=300)

`AsyncClient` has the same methods, to be awaited.
"""

from opencobrowse.client.aio import AsyncClient
from opencobrowse.client.doctor import Finding
from opencobrowse.client.errors import (
    ApiError,
    AuthenticationFailed,
    BadRequest,
    CobrowseError,
    ConfigurationError,
    Conflict,
    NotFound,
    NotOffered,
    NotReachable,
    PermissionDenied,
    RateLimited,
    ServerError,
    SessionOver,
    TooLarge,
    Unauthorized,
    UnexpectedAnswer,
    Unprocessable,
    WaitTimeout,
)
from opencobrowse.client.flow import Policy
from opencobrowse.client.models import (
    AddedParticipants,
    CobrowseMedia,
    Conversation,
    Delivery,
    Organization,
    Participant,
    SessionData,
    User,
)
from opencobrowse.client.resources import AsyncSession, Session
from opencobrowse.client.sync import Client

__all__ = [
    "AddedParticipants",
    "ApiError",
    "AsyncClient",
    "AsyncSession",
    "AuthenticationFailed",
    "BadRequest",
    "Client",
    "CobrowseError",
    "CobrowseMedia",
    "ConfigurationError",
    "Conflict",
    "Conversation",
    "Delivery",
    "Finding",
    "NotFound",
    "NotOffered",
    "NotReachable",
    "Organization",
    "Participant",
    "PermissionDenied",
    "Policy",
    "RateLimited",
    "ServerError",
    "Session",
    "SessionData",
    "SessionOver",
    "TooLarge",
    "Unauthorized",
    "UnexpectedAnswer",
    "Unprocessable",
    "User",
    "WaitTimeout",
]
