"""The rows of the matrix: who may make which call. Written by hand, from reference/field.md C1 and api.md;
the tests hold the server to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from opencobrowse.services.permissions import (
    COBROWSE_ADD,
    COBROWSE_AGENT,
    COBROWSE_READ,
    COBROWSE_VOICE_ADD,
    CONFIGURATION_EDIT,
    CONFIGURATION_VIEW,
    CONVERSATION_READ,
    CONVERSATION_WRITE,
    DEPLOYMENT_EDIT,
    DEPLOYMENT_VIEW,
    USER_READ,
    USER_WRITE,
)
from tests.authorization.table import Row
from tests.authorization.world import PASSWORD, SECRET

STARTS: Final = (COBROWSE_ADD, COBROWSE_VOICE_ADD)
SEES_SESSIONS: Final = (COBROWSE_READ, *STARTS)
MAKES: Final = (CONVERSATION_WRITE, *STARTS)
END: Final = {"state": "disconnected"}

ACCESS: Final = {
    "issueToken": Row(
        open_to="whoever has the client's secret",
        form={"grant_type": "client_credentials", "client_id": "{client}", "client_secret": SECRET},
    ),
    "getMyToken": Row(changes=False),
    "checkMyToken": Row(changes=False),
    "revokeMyToken": Row(),
    "getMyOrganization": Row(changes=False),
    "signIn": Row(open_to="whoever has the password", body={"email": "{agentEmail}", "password": PASSWORD}),
    "signOut": Row(),
}

PEOPLE: Final = {
    "listUsers": Row((USER_READ,), changes=False),
    "createUser": Row((USER_WRITE,), body={"email": "new-{fresh}@example.com"}),
    "getMe": Row(caller="agent", program=400, changes=False),
    "getUser": Row((USER_READ,), changes=False, note="without it, a person reads themselves"),
    "patchUser": Row((USER_WRITE,), body={"name": "Renamed"}),
    "changePermissions": Row((USER_WRITE,), body={"add": [COBROWSE_READ]}),
}

CONVERSATIONS: Final = {
    "listConversations": Row((CONVERSATION_READ, CONVERSATION_WRITE), changes=False),
    "createConversation": Row(
        MAKES,
        body={"type": "voice", "participants": [{"userId": "{agent}", "role": "agent"},
                                                {"externalId": "someone", "role": "customer"}]},
    ),
    "getConversation": Row(
        (CONVERSATION_READ, CONVERSATION_WRITE, *SEES_SESSIONS), changes=False, ended=200, over=200, live=True
    ),
    "patchConversation": Row((CONVERSATION_WRITE,), body=END, ended=200, over=200, over_changes=True),
    "deleteConversation": Row((CONVERSATION_WRITE,), ended=204, over=204, over_changes=True),
    "disconnectConversation": Row((CONVERSATION_WRITE,), ended=202, over=202, over_changes=True),
    "addParticipants": Row(
        MAKES,
        body={"addParticipants": [{"from": {"id": "{bystander}", "type": "user"},
                                   "to": {"externalId": "sip:someone@example.com", "type": "sip"}}]},
        ended=409, over=201, over_changes=True,
    ),
    "patchParticipant": Row(
        (CONVERSATION_WRITE,), body={"name": "Somebody"}, inside=("participant",),
        ended=202, ended_changes=True, over=202, over_changes=True,
    ),
}  # fmt: skip

STARTING: Final = {
    "createAndStart": Row(
        STARTS, body={"type": "cobrowse", "to": [{"id": "{agent}", "type": "user"}]},
    ),
    "startCobrowse": Row(
        STARTS, body={"agentId": "{agent}"}, ended=409, over=200, over_changes=True,
    ),
    "initiateCobrowse": Row(
        STARTS, body={"initiatorId": "{participant}"}, inside=("participant",),
        ended=409, over=200, over_changes=True,
    ),
    "startByEvent": Row(
        STARTS,
        body={"eventType": "cobrowse:start",
              "data": {"initiatorId": "{participant}", "targetId": "{customer}", "mode": "view"}},
        inside=("participant", "customer"), refused={"customer": 400}, ended=409, over=202, over_changes=True,
    ),
}  # fmt: skip

SESSIONS: Final = {
    "listCobrowseSessions": Row(SEES_SESSIONS, changes=False, live=True),
    "getCobrowseSession": Row(
        SEES_SESSIONS, changes=False, live=True, colleague=404, bystander=404, ended=200, over=200
    ),
    "patchCobrowseSession": Row(
        SEES_SESSIONS, body=END, live=True, colleague=404, bystander=404, ended=200, over=200
    ),
    "listSessions": Row(SEES_SESSIONS, changes=False, live=True),
    "getSession": Row(
        SEES_SESSIONS, changes=False, live=True, colleague=404, bystander=404, ended=200, over=200
    ),
    "endSession": Row(SEES_SESSIONS, live=True, colleague=404, bystander=404, ended=200, over=200),
    "viewerTicket": Row(
        (COBROWSE_AGENT,), caller="agent", live=True, changes=False,
        program=403, colleague=404, bystander=404, ended=200, over=200,
    ),
}  # fmt: skip

_ITS_OWNER: Final = "the channel is its owner's alone"
_TOPIC: Final = [{"id": "v2.system.token_revoked.{channel}"}]
NOTIFICATIONS: Final = {
    "listAvailableTopics": Row(changes=False),
    "createChannel": Row(),
    "listChannels": Row(changes=False),
    "checkChannel": Row(changes=False, agent=404, colleague=404, bystander=404, note=_ITS_OWNER),
    "listSubscriptions": Row(changes=False, agent=404, colleague=404, bystander=404, note=_ITS_OWNER),
    "addSubscriptions": Row(
        body=_TOPIC, agent=404, colleague=404, bystander=404, note="and what the topic needs"
    ),
    "replaceSubscriptions": Row(
        body=_TOPIC, agent=404, colleague=404, bystander=404, note="and what the topic needs"
    ),
    "deleteSubscriptions": Row(agent=404, colleague=404, bystander=404, note=_ITS_OWNER),
}

GUESTS: Final = {
    "registerPage": Row(
        open_to="pages of an allowed domain",
        body={"deploymentId": "{deployment}", "externalId": "someone"},
        headers={"Origin": "http://localhost:9"}, changes=False,
    ),
    "findInvitation": Row(
        open_to="whoever has the join code", body={"code": "{sessionCode}"}, changes=False, live=True,
        ended=404, over=404,
    ),
    "getGuestSession": Row(
        open_to="whoever has the session's id or join code", changes=False, live=True, ended=404, over=404
    ),
    "deleteGuestSession": Row(
        open_to="whoever has the session's id or join code", live=True, ended=404, over=404
    ),
    "getActiveConfiguration": Row(open_to="every page of the deployment", changes=False),
}  # fmt: skip

WEB: Final = {
    "listDeployments": Row((DEPLOYMENT_VIEW,), changes=False),
    "createDeployment": Row(
        (DEPLOYMENT_EDIT,), body={"name": "Another", "configuration": {"id": "{configuration}"}}
    ),
    "getDeployment": Row((DEPLOYMENT_VIEW,), changes=False),
    "putDeployment": Row(
        (DEPLOYMENT_EDIT,), body={"name": "Renamed", "configuration": {"id": "{configuration}"}}
    ),
    "deleteDeployment": Row((DEPLOYMENT_EDIT,)),
    "getDeploymentSecret": Row((DEPLOYMENT_EDIT,), changes=False),
    "rotateDeploymentSecret": Row((DEPLOYMENT_EDIT,)),
    "listConfigurations": Row((CONFIGURATION_VIEW,), changes=False),
    "createConfiguration": Row((CONFIGURATION_EDIT,), body={"name": "Another"}),
    "deleteConfiguration": Row((CONFIGURATION_EDIT,), path={"configurationId": "{draft}"}),
    "listVersions": Row((CONFIGURATION_VIEW,), changes=False),
    "getDraft": Row((CONFIGURATION_VIEW,), changes=False),
    "putDraft": Row((CONFIGURATION_EDIT,), body={"name": "Renamed"}),
    "publishDraft": Row((CONFIGURATION_EDIT,)),
    "getVersion": Row((CONFIGURATION_VIEW,), changes=False),
}

HEALTH: Final = {
    "alive": Row(open_to="everybody", changes=False),
    "ready": Row(open_to="everybody", changes=False),
}

ROWS: Final[Mapping[str, Row]] = {
    **ACCESS, **PEOPLE, **CONVERSATIONS, **STARTING, **SESSIONS, **NOTIFICATIONS, **GUESTS, **WEB, **HEALTH,
}  # fmt: skip

# Not in the description: what a browser or a reader opens, and sockets. Path -> why it is open.
FILES: Final[Mapping[str, str]] = {
    "/": "leads to the console",
    "/console": "the console's page: it shows nothing before somebody signs in",
    "/console/{rest}": "its files, the same for everybody",
    "/join": "the join page: asks for the code",
    "/sdk/{name}": "the page's SDK, the same for everybody",
    "/openapi.json": "the description",
    "/docs": "the description, to read",
    "/docs/errors": "the error catalogue",
    "/docs/openapi.json": "the description",
    "/docs/style.css": "how /docs looks",
    "/docs/{path}": "the rest of /docs: a 404",
}

# Opened with a ticket from one of the calls above; tried in test_sockets.py. Path -> who gets the ticket.
SOCKETS: Final[Mapping[str, str]] = {
    "/live/pages": "a page, from registerPage",
    "/live/sessions/{sessionId}": "the session's agent, from viewerTicket",
}

SECURED: Final = tuple(name for name, row in ROWS.items() if not row.open_to)
OPEN: Final = tuple(name for name, row in ROWS.items() if row.open_to)
