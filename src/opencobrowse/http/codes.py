"""Every error code: its status, what causes it, what to do about it, a call that gets it.

`catalogue.py` makes the page at /docs/errors and docs/reference/errors.md from this table; `help.docs` of
every error leads to its row. A test reads the source and holds the table to what is raised in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PATH: Final = "/docs/errors"

_LIVE: Final = "on a page's or a viewer's socket"
_CALLBACK: Final = "GET /oauth/oidc/callback"
_START: Final = "POST /api/v2/conversations/{id}/cobrowse"


@dataclass(frozen=True, slots=True)
class Code:
    """`status`: one, or all that it comes with. `example`: a call that is refused with it, and when."""

    status: int | tuple[int, ...]
    cause: str
    cure: str
    example: str

    @property
    def statuses(self) -> tuple[int, ...]:
        return self.status if isinstance(self.status, tuple) else (self.status,)


CODES: Final[dict[str, Code]] = {
    "agent.ambiguous": Code(
        400, "Several agents are connected to the conversation and none was named.",
        "Name one of them: the details list them.", f"{_START} {{}}, two agents connected"),
    "agent.not.connected": Code(
        409, "No agent is connected to the conversation.",
        "Add one with …/participants, then start again.", f"{_START} {{}}, nobody but the customer there"),
    "agent.not.found": Code(
        404, "The named agent is no active user of your organisation, nor an agent's participant id.",
        "Name them by user id (GET /api/v2/users) or by participant id.",
        f'{_START} {{"agentId": "nobody"}}'),
    "agent.not.in.conversation": Code(
        409, "The named agent is not connected to this conversation.",
        "Add them with …/participants, or name an agent who is connected.",
        f'{_START} {{"agentId": "<a user who is elsewhere>"}}'),
    "already.sharing": Code(
        409, "The page shares another session.", "End that one first.", f"accept {_LIVE}"),
    "asset.not.found": Code(
        404, "A mirrored page's picture, style sheet or font is not shown: refused, unreachable, too large, "
        "or the session is over. Why is in the server's log.",
        "Nothing: the page is shown without it.", "GET /live-assets/{sessionId}/{key}?url=http://127.0.0.1/"),
    "asset.too.many": Code(
        429, "A mirrored page shows more pictures at once than one session may fetch.",
        "Wait a second.", "the 401st different picture of a page"),
    "authentication.required": Code(
        401, "There is no bearer token.",
        "Get one with POST /oauth/token and send it as Authorization: Bearer ….",
        "GET /api/v2/organizations/me without Authorization"),
    "bad.credentials": Code(
        401, "The token is unknown or was revoked, or the password is wrong.",
        "Get a new token with POST /oauth/token; an operator can set a new password.",
        "GET /api/v2/organizations/me with Authorization: Bearer wrong"),
    "bad.request": Code(
        400, "The request could not be understood: it is no HTTP that can be read.",
        "Send it as RFC 9112 has it; every HTTP library does.", "GET / HTTP/1.1 with a NUL in a header"),
    "client.exists": Code(
        409, "There is an OAuth client with this id.", "Choose another id, or use that client.",
        "opencobrowse client create, the id being taken"),
    "client.not.found": Code(
        404, "There is no OAuth client with this id in the organisation.",
        "opencobrowse client list shows them.",
        "opencobrowse client delete nothing"),
    "cobrowse.disabled": Code(
        403, "The deployment's published configuration has cobrowsing switched off.",
        "Set cobrowse.enabled in the configuration and publish it.", "POST /api/v2/opencobrowse/pages"),
    "cobrowse.session.exists": Code(
        409, "The conversation has a live session; its id and links are in the answer.",
        'Use it, or end it: PATCH /api/v2/conversations/cobrowsesessions/{id} {"state": "disconnected"}.',
        "POST /api/v2/conversations/{id}/cobrowse/initiate, twice"),
    "cobrowse.session.not.found": Code(
        404, "There is no such session in your organisation, or it is over.",
        "Start one with POST …/cobrowse; cobrowseSessionId is left out for a new one.",
        "GET /api/v2/conversations/cobrowsesessions/{id}, never started"),
    "cobrowse.session.state": Code(
        409, "The session's state does not allow this: it is over, or was answered already.",
        "Read the session; start a new one if it is over.", f"accept {_LIVE}, after the end"),
    "communication.not.found": Code(
        404, "The participant takes no part in a cobrowse session, or not in the one that was named.",
        "Take the id from the participant's cobrowsesessions.",
        "PATCH /api/v2/conversations/cobrowsesessions/{id}/participants/{id}/communications/{unknown}"),
    "configuration.in.use": Code(
        409, "A deployment uses the configuration.",
        "Delete the deployment, or give it another configuration.",
        "DELETE /api/v2/webdeployments/configurations/{id}"),
    "configuration.not.found": Code(
        404, "There is no such configuration in your organisation.",
        "GET /api/v2/webdeployments/configurations lists them.",
        "GET /api/v2/webdeployments/configurations/nothing/versions"),
    "configuration.not.published": Code(
        409, "The configuration has a draft only.",
        "Publish it: POST …/configurations/{id}/versions/draft/publish.",
        "POST /api/v2/webdeployments/deployments"),
    "conflict": Code(
        (400, 409), "Others changed the same thing at the same moment, again and again.", "Send it again.",
        "many starts of one conversation at once"),
    "contradiction": Code(
        409, "Two fields of the request say different things.",
        "Send one of those that the details name.",
        'PATCH /api/v2/users/{id} {"email": "a@example.com", "username": "b@example.com"}'),
    "control.cool.down": Code(
        429, "Control was asked for three times in this session.",
        "Ask again a minute after the last request was over.",
        f"control.request {_LIVE}, the fourth"),
    "control.no.page": Code(
        409, "The customer's page is away, so nobody can be asked.", "Ask for control when it is back.",
        f"control.request {_LIVE}, while the page loads"),
    "control.not.allowed": Code(
        403, "No published configuration lets agents have control, or that of the customer's page does not.",
        "Ask for cobrowseType view, or set allowAgentControl and publish.",
        f'{_START} {{"cobrowseType": "control"}}'),
    "control.not.open": Code(
        409, "Control is not asked for or held any more.", "Nothing is to be done; ask for control anew.",
        f"control.answer {_LIVE}, after 30 s"),
    "control.taken": Code(
        409, "Control is asked for or held already.", "Wait until it is over.",
        f"control.request {_LIVE}, twice"),
    "conversation.not.active": Code(
        409, "A session needs an active conversation: it is queued, alerting or ended.",
        'Wait for the agent, or PATCH {"state": "active"}; of an ended one, start a new conversation.',
        f"{_START} {{}}, still queued"),
    "conversation.not.found": Code(
        404, "There is no such conversation in your organisation.",
        "Use the id from POST /api/v2/conversations; GET /api/v2/conversations?externalTag=… finds it again.",
        "POST /api/v2/conversations/nothing/cobrowse {}"),
    "conversation.state": Code(
        409, "The conversation cannot move to this state from the one that it is in.",
        "queued goes to alerting or active, alerting to active, all of them to disconnected.",
        'PATCH /api/v2/conversations/{id} {"state": "alerting"}, being active'),
    "credentials.expired": Code(
        401, "The token has expired.", "Get a new one with POST /oauth/token.",
        "any call, 24 h after the token was given"),
    "deployment.not.found": Code(
        404, "There is no such web deployment, or it is not active.",
        "GET /api/v2/webdeployments/deployments lists them.",
        "GET /api/v2/webdeployments/deployments/nothing"),
    "division.not.found": Code(
        404, "There is one division, the organisation, and this is not it.",
        "Use the organisation's id, or home.", "GET /api/v2/authorization/divisions/other"),
    "idempotency.key.reused": Code(
        422, "The Idempotency-Key was used with another body in the last 48 hours.",
        "Send a new request with a new key: a key only repeats its own request.",
        f'{_START} {{"reason": "another"}} with the Idempotency-Key of an earlier body'),
    "identity.mismatch": Code(
        403, "The external id and the signed token name different customers.",
        "Send the token that was signed for this customer.", "POST /api/v2/opencobrowse/pages"),
    "identity.proof.invalid": Code(
        400, "The signed identity is no valid JWT {sub, exp} of this deployment's secret.",
        "Sign it with the deployment's secret (HS256), exp in the future.",
        "POST /api/v2/opencobrowse/pages"),
    "identity.proof.required": Code(
        403, "This deployment needs a signed identity: without one, anybody could receive another's prompt.",
        "Send externalToken, or switch requireSignedIdentity off.", "POST /api/v2/opencobrowse/pages"),
    "internal.server.error": Code(
        500, "A defect of the server.",
        "Report it with the contextId, which finds it in the log.", "any call"),
    "invalid.json": Code(
        400, "The body is not JSON that every reader reads alike: broken, a key twice, not UTF-8, too deep.",
        "Send one JSON object in UTF-8; the summary names the place.", f'{_START} {{"agentId": '),
    "invalid.value": Code(
        400, "A value is not one that the field can have.", "Correct the field that the details name.",
        f'{_START} {{"cobrowseType": "full"}}'),
    "join.code.not.found": Code(
        404, "No session waits under this code: it is wrong, was used, or is too old.",
        "Ask the agent for a new code.", "POST /api/v2/opencobrowse/join"),
    "method.not.allowed": Code(
        405, "The path exists, the method does not.", "Use one of those that the Allow header lists.",
        "GET /api/v2/conversations/{id}/cobrowse"),
    "missing.any.permissions": Code(
        403, "The token holds none of the permissions that allow this call.",
        "An administrator grants one of them to the client or the user; then get a new token.",
        f"{_START} {{}} with a token of scope conversation:read"),
    "missing.body": Code(
        400, "The call needs a body.", "Send one JSON object with Content-Type: application/json.",
        "POST /api/v2/conversations, empty"),
    "missing.field": Code(
        400, "A field that is needed is not there.", "Add the field that the details name.",
        "POST /api/v2/conversations {}"),
    "missing.permissions": Code(
        403, "A permission is missing: the caller's, or cobrowse:agent of the named agent.",
        "An administrator grants it; POST /api/v2/users/{id}/permissions is the call for a user.",
        f'{_START} {{"agentId": "<a user without cobrowse:agent>"}}'),
    "namespace.not.found": Code(
        404, "There are no limits in this namespace here.", "The summary lists those that there are.",
        "GET /api/v2/organizations/limits/namespaces/gardening"),
    "not.authorized": Code(
        403, "The caller is known and may not do this.", "The summary says why.",
        "any call with another organisation's X-Genesys-Organization-ID"),
    "not.found": Code(
        404, "There is no such path or file.", "Send it to the path that the message names.",
        "POST /api/v2/conversations/webchat/{id}/cobrowse"),
    "not.yours": Code(
        409, "This belongs to somebody else.", "Take over only what is yours.", f"take over {_LIVE}"),
    "notification.channel.not.found": Code(
        404, "There is no such channel: it has expired, made way for a newer one, or is another's.",
        "Make one with POST /api/v2/notifications/channels.",
        "HEAD /api/v2/notifications/channels/nothing"),
    "notification.topic.not.found": Code(
        404, "The topic exists, the user, configuration, deployment or channel in it does not, for you.",
        "Use the id of one that is yours; the details name the topic.",
        'POST …/subscriptions [{"id": "v2.users.nobody.conversations"}]'),
    "notification.topic.unknown": Code(
        400, "There is no such topic.", "Write the nearest one, which the details give.",
        'POST …/subscriptions [{"id": "v2.users.{id}.conversation"}]'),
    "notification.topics.too.many": Code(
        400, "A channel has at most 1,000 topics.", "Open another channel for the rest.",
        "POST …/subscriptions, 1,001 topics"),
    "offer.changed": Code(
        409, "The session was transferred while the customer read the question: their yes was to another "
        "agent.", "Answer the question that comes next: it has the name of the agent who asks now.",
        f"accept {_LIVE}, at the moment of a transfer"),
    "offer.closed": Code(
        409, "The offer is no longer open on this page: answered, withdrawn or too old.",
        "Wait for the next one.", f"accept {_LIVE}"),
    "organization.ambiguous": Code(
        400, "The server has several organisations and none was named.", "Name one with --org.",
        "opencobrowse client create, after opencobrowse org create Second"),
    "organization.exists": Code(
        409, "There is an organisation with this name.", "Use it, or choose another name.",
        'opencobrowse org create "My organization"'),
    "organization.not.found": Code(
        404, "There is no organisation with this id or name.", "opencobrowse org list shows them.",
        "opencobrowse user list --org Nobody"),
    "origin.not.allowed": Code(
        403, "The page's origin is not among the deployment's allowed domains.",
        "Add it to allowedDomains of the deployment.", "POST /api/v2/opencobrowse/pages"),
    "own.administration": Code(
        409, "You would take authorization:role:edit from yourself.",
        "Let another administrator do it.", "DELETE /api/v2/users/{your own id}, as an administrator"),
    "page.not.allowed": Code(
        409, "The page is not on one of the deployment's allowed domains.",
        "Add its host to allowedDomains, or give another page.",
        'PUT /api/v2/webdeployments/deployments/{id} {"name": "Shop", "pageUrl": "https://elsewhere.example/"}'),
    "participant.not.found": Code(
        404, "There is no such participant in this conversation.", "The summary lists those who are.",
        'PATCH /api/v2/conversations/{id}/participants/nobody {"state": "disconnected"}'),
    "password.sign.in.off": Code(
        403, "The operator switched signing in with a password off.",
        "Use single sign-on: GET /api/v2/opencobrowse/signin says where.",
        "POST /api/v2/opencobrowse/signin, password_sign_in being false"),
    "password.too.short": Code(
        400, "The password is too short.", "Choose a longer one.",
        'POST /api/v2/users {"email": "a@b.example", "password": "short"}'),
    "permission.not.found": Code(
        404, "There is no permission with this domain, entity and action.",
        "GET /api/v2/authorization/permissions lists them; * stands for all.",
        'POST /api/v2/authorization/roles {"name": "A", "permissionPolicies": [{"domain": "routing", '
        '"entityName": "cobrowse", "actionSet": ["add"]}]}'),
    "permission.not.held": Code(
        403, "A token gives only what it holds itself, unless it holds authorization:role:edit.",
        "Leave out what you do not hold, or ask an administrator.",
        'POST /api/v2/users/{id}/permissions {"add": ["cobrowse:agent"]}, with the scope user:write'),
    "permission.of.role": Code(
        409, "One of the user's roles holds the permission: it cannot be taken away by itself.",
        "Take the role from the user.", 'POST /api/v2/users/{id}/permissions {"remove": ["cobrowse:agent"]}'),
    "request.head.too.large": Code(
        431, "The request's line and headers are over 16 KiB.", "Send less: a shorter path, fewer headers.",
        "any call with a header of 17,000 bytes"),
    "request.timeout": Code(
        (408, 504), "The request did not arrive in 10 seconds (408), or was not finished in 15 (504).",
        "Send it again, with the same Idempotency-Key where there is one.",
        "any call that changes something"),
    "request.too.large": Code(
        413, "The body is over 1 MiB.", "Send less.", "any call with a body of more than 1,048,576 bytes"),
    "role.exists": Code(
        409, "There is a role with this name in your organisation.", "Use it, or choose another name.",
        'POST /api/v2/authorization/roles {"name": "Cobrowse agent"}'),
    "role.fixed": Code(
        409, "The role is a default one, which stays, or the administrators', which holds every permission.",
        "Make a role of your own: POST /api/v2/authorization/roles.",
        "DELETE /api/v2/authorization/roles/{a default role}"),
    "role.not.found": Code(
        404, "There is no such role in your organisation.", "List them: GET /api/v2/authorization/roles.",
        "GET /api/v2/authorization/roles/nothing"),
    "sso.answer.invalid": Code(
        401, "The identity provider's answer does not hold: forged, too old, for another client or attempt.",
        "Begin again; if it stays, the server's log says why, under the reference.",
        f"{_CALLBACK}, the id token being of another audience"),
    "sso.attempt.invalid": Code(
        400, "The sign-in was not begun in this browser, is over ten minutes old, or was finished already.",
        "Begin again on the sign-in page.", f"{_CALLBACK}?state=… in another browser"),
    "sso.email.unverified": Code(
        403, "The identity provider does not say that the e-mail address is verified.",
        "Confirm the address at the identity provider, then begin again.",
        f'{_CALLBACK}, the claims being {{"email_verified": false}}'),
    "sso.not.configured": Code(
        404, "The server has no identity provider.", "Sign in with a password, or set oidc_issuer.",
        "GET /oauth/oidc/start"),
    "sso.provider.unavailable": Code(
        503, "The identity provider cannot be reached, is too slow, or answers what is no answer.",
        "Try again in a minute; the server's log says what happened.",
        "GET /oauth/oidc/start, the provider being down"),
    "sso.refused": Code(
        403, "The identity provider did not sign the person in, or they did not agree.",
        "Begin again and agree, or ask an administrator of the provider.",
        f"{_CALLBACK}?error=access_denied"),
    "sso.user.inactive": Code(
        403, "The user is switched off.", 'PATCH /api/v2/users/{id} {"state": "active"}.', _CALLBACK),
    "sso.user.other": Code(
        403, "The user with this e-mail address belongs to another account of the identity provider.",
        "If that account was theirs: opencobrowse user release.",
        f"{_CALLBACK}, the person having a new sub"),
    "sso.user.unknown": Code(
        403, "The person signed in at the provider and is no user here.",
        "Make a user with their e-mail address, or set oidc_create_agents.", _CALLBACK),
    "store.unavailable": Code(
        503, "The store cannot be reached or written.", "Send it again after Retry-After.", "any call"),
    "ticket.refused": Code(
        401, "The ticket is forged, late or used.", "Ask for a new one.", "opening a live socket"),
    "too.many.participants": Code(
        409, "A conversation has at most 100 participants.", "Add fewer, or start a new conversation.",
        "POST /api/v2/conversations/{id}/participants, 101 of them"),
    "too.many.requests": Code(
        429, "The budget of calls is used up.", "Wait for Retry-After seconds.",
        "the 301st call of a minute with one token"),
    "transfer.not.agent": Code(
        409, "The participant who is to be replaced is not the session's agent: they are the customer, or "
        "have transferred it before.", "Name the participant of the session's agent.",
        "POST /api/v2/conversations/cobrowsesessions/{id}/participants/{customer's id}/replace"),
    "transfer.same.agent": Code(
        409, "The agent who is to take the session over has it.", "Name another agent.",
        "POST …/participants/{id}/replace with the userId of the same participant"),
    "unknown.field": Code(
        400, "The call does not know a field of the body.",
        "Leave it out, or write the nearest known name, which the details give.",
        f'{_START} {{"agentID": "…"}}'),
    "unsupported.media.type": Code(
        415, "The body is not said to be JSON.", "Send Content-Type: application/json.",
        f"{_START} agentId=… as a form"),
    "user.context.required": Code(
        400, "The call is about a person, and the token is a program's.",
        "Use a user's token, or name the user: GET /api/v2/users/{id}.", "GET /api/v2/users/me"),
    "user.exists": Code(
        409, "There is a user with this e-mail address.", "Use that user, or another address.",
        'POST /api/v2/users {"email": "<taken>"}'),
    "user.not.found": Code(
        404, "There is no such active user in your organisation.", "GET /api/v2/users lists them.",
        "GET /api/v2/users/nobody"),
    "version.mismatch": Code(
        409, "The thing has changed since you read it.", "Read it again, then change it.",
        'PATCH /api/v2/users/{id} {"version": 1}, being at 2'),
    "version.not.found": Code(
        404, "There is no such version of the configuration.", "GET …/versions lists them.",
        "GET /api/v2/webdeployments/configurations/{id}/versions/99"),
    "wrapup.final": Code(
        409, "A final wrap-up was given; a provisional one does not replace it.",
        "Leave provisional out to give another final one.",
        'POST …/communications/{id}/wrapup {"code": "…", "provisional": true} after a final one'),
    "wrapup.not.agent": Code(
        409, "A wrap-up is an agent's, and the participant is the customer.", "Name an agent's participant.",
        "POST …/participants/{customer's id}/communications/{id}/wrapup"),
    "wrapup.not.found": Code(
        404, "The participant has given no wrap-up, or a provisional one only.",
        "Give one, or ask with ?provisional=true.",
        "GET /api/v2/conversations/cobrowsesessions/{id}/participants/{id}/wrapup before any was given"),
    "wrapupcode.exists": Code(
        409, "There is a wrap-up code with this name.", "Use it, or choose another name.",
        'POST /api/v2/routing/wrapupcodes {"name": "Resolved"} twice'),
    "wrapupcode.not.found": Code(
        404, "There is no such wrap-up code in your organisation.",
        "GET /api/v2/routing/wrapupcodes lists them.", "GET /api/v2/routing/wrapupcodes/{unknown}"),
}  # fmt: skip


def link(public_url: str, code: str) -> str:
    """Where a code is explained; a code that is not in the table leads to the page's top."""
    return f"{public_url}{PATH}#{code}" if code in CODES else f"{public_url}{PATH}"
