"""The rows of the matrix: who may make which call. Written by hand, from reference/field.md C1 and api.md;
the tests hold the server to it. A row is named after its operation; where another body makes it another
matter, there is one more, with what is different after a colon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.authorization.rows.access import ACCESS, HEALTH, LIMITS
from tests.authorization.rows.conversations import CONVERSATIONS, STARTING
from tests.authorization.rows.people import ROLES, USERS
from tests.authorization.rows.sessions import GUESTS, NOTIFICATIONS, PARTICIPANTS, ROUTING, SESSIONS
from tests.authorization.rows.web import CONFIGURATIONS, DEPLOYMENTS
from tests.authorization.table import Row

ROWS: Final[Mapping[str, Row]] = {
    **ACCESS, **LIMITS, **USERS, **ROLES, **CONVERSATIONS, **STARTING, **SESSIONS, **PARTICIPANTS, **ROUTING,
    **NOTIFICATIONS, **GUESTS, **DEPLOYMENTS, **CONFIGURATIONS, **HEALTH,
}  # fmt: skip

# Not in the description: what a browser or a reader opens. Path -> why it is open.
FILES: Final[Mapping[str, str]] = {
    "/": "leads to the console",
    "/console": "the console's page: it shows nothing before somebody signs in",
    "/console/{rest}": "its files, the same for everybody",
    "/join": "the join page: asks for the code",
    "/sdk/{name}": "the page's SDK, the same for everybody",
    "/live-assets/{session_id}/{key}": "what the mirror shows: the key, of a session and its agent, opens it",
    "/openapi.json": "the description",
    "/docs": "the description, to read",
    "/docs/errors": "the error catalogue",
    "/docs/openapi.json": "the description",
    "/docs/style.css": "how /docs looks",
    "/docs/{path}": "the rest of /docs: a 404",
}

# Tried in test_sockets.py and test_channels.py. Path -> who can open it.
SOCKETS: Final[Mapping[str, str]] = {
    "/live/pages": "a page, with a ticket from registerPage",
    "/live/sessions/{sessionId}": "the session's agent, with a ticket from viewerTicket",
    "/live/channels/{channelId}/{secret}": "whoever has the channel's `connectUri`",
}
TICKETED: Final = ("/live/pages", "/live/sessions/{sessionId}")

SECURED: Final = tuple(name for name, row in ROWS.items() if not row.open_to)
OPEN: Final = tuple(name for name, row in ROWS.items() if row.open_to)
