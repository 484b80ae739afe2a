"""Every error code with its meaning: where `help.docs` leads. A test holds the table complete."""

from __future__ import annotations

import html
from typing import Any, Final

from litestar import MediaType, Response, get

from opencobrowse.http.docs import HEADERS

PATH: Final = "/docs/errors"

CODES: Final[dict[str, str]] = {
    "agent.ambiguous": "Several agents are connected and none was named. Name one: the details list them.",
    "agent.not.connected": "No agent is connected to the conversation. Add one with …/participants.",
    "agent.not.found": "The named agent is no active user of yours, nor an agent's participant id.",
    "agent.not.in.conversation": "The named agent is not connected to this conversation. Add them first.",
    "already.sharing": "This page shares another session. End that one first.",
    "authentication.required": "There was no bearer token. POST /oauth/token gives one.",
    "bad.credentials": "The token is unknown or revoked, or the password is wrong.",
    "bad.request": "The request could not be understood.",
    "client.exists": "There is an OAuth client with this id.",
    "cobrowse.disabled": "The deployment's configuration has cobrowsing switched off.",
    "cobrowse.session.exists": "The conversation has a live session; its id and links are in the answer. "
    "Use it, or end it first.",
    "cobrowse.session.not.found": "There is no such session, or it is over, or it is not yours to see.",
    "cobrowse.session.state": "The session's state does not allow this: it is over, or was answered already.",
    "configuration.in.use": "A deployment uses the configuration.",
    "configuration.not.found": "There is no such configuration in your organisation.",
    "configuration.not.published": "The configuration has a draft only. Publish it first.",
    "conflict": "Others changed the same thing at the same moment, again and again. Send it again.",
    "control.not.allowed": "No published configuration lets agents have control. Start a session to view, or "
    "set allowAgentControl and publish.",
    "conversation.not.active": "A session needs an active conversation. Queued or alerting: wait for the "
    'agent, or PATCH {"state": "active"}. Ended: start a new one.',
    "conversation.not.found": "There is no such conversation in your organisation.",
    "conversation.state": "The conversation cannot move to this state from the one that it is in.",
    "credentials.expired": "The token has expired. POST /oauth/token gives a new one.",
    "deployment.not.found": "There is no such web deployment, or it is not active.",
    "idempotency.key.reused": "The Idempotency-Key was used with another body in the last 48 hours.",
    "identity.mismatch": "The external id and the signed token name different customers.",
    "identity.proof.invalid": "The signed identity is no valid JWT {sub, exp} of this deployment's secret.",
    "identity.proof.required": "This deployment needs a signed identity: without one, anybody could receive "
    "another customer's prompt.",
    "internal.server.error": "A defect of the server. Report it with the contextId.",
    "invalid.json": "The body is not JSON that every reader reads alike: see the summary for the place.",
    "invalid.value": "A value is not one that the field can have. The details name the field.",
    "join.code.not.found": "No session waits under this code: it is wrong, was used, or is too old.",
    "method.not.allowed": "The path exists, the method does not. Allow lists those that do.",
    "missing.any.permissions": "The token holds none of the permissions that allow this call.",
    "missing.body": "The call needs a body.",
    "missing.field": "A field that is needed is not there. The details name it.",
    "missing.permissions": "A permission is missing: the caller's, or cobrowse:agent of the named agent.",
    "not.authorized": "The caller is known and may not do this.",
    "not.found": "There is no such path or file. The message names the right path.",
    "not.yours": "This belongs to somebody else.",
    "offer.closed": "The offer is no longer open on this page: it was answered, withdrawn, or is too old.",
    "origin.not.allowed": "The page's origin is not among the deployment's allowed domains.",
    "participant.not.found": "There is no such participant in this conversation.",
    "password.too.short": "The password is too short.",
    "permission.of.role": "One of the user's roles holds the permission. Take the role from the user.",
    "request.timeout": "The call was not finished within 15 seconds. Send it again.",
    "request.too.large": "The body is over 1 MiB.",
    "store.unavailable": "The store cannot be reached or written. Send it again after Retry-After.",
    "ticket.refused": "The ticket is forged, late or used. Ask for a new one.",
    "too.many.participants": "A conversation has at most 100 participants.",
    "too.many.requests": "The budget of calls is used up. Wait for Retry-After seconds.",
    "unknown.field": "The call does not know a field of the body. The details name the nearest known ones.",
    "unsupported.media.type": "The body is not said to be JSON. Send Content-Type: application/json.",
    "user.context.required": "The call is about a person, and the token is a program's.",
    "user.exists": "There is a user with this e-mail address.",
    "user.not.found": "There is no such active user in your organisation.",
    "version.mismatch": "The thing has changed since you read it. Read it again, then change it.",
    "version.not.found": "There is no such version of the configuration.",
}


def link(public_url: str, code: str) -> str:
    """Where a code is explained; a code that is not in the table leads to the page's top."""
    return f"{public_url}{PATH}#{code}" if code in CODES else f"{public_url}{PATH}"


def handler() -> Any:
    content = _page().encode()

    @get(PATH, include_in_schema=False, media_type=MediaType.HTML, sync_to_thread=False)
    def error_codes() -> Response[bytes]:
        return Response(content, media_type=MediaType.HTML, headers=HEADERS)

    return error_codes


def _page() -> str:
    rows = "".join(
        f'<tr id="{code}"><td><code>{code}</code></td><td>{html.escape(meaning)}</td></tr>'
        for code, meaning in CODES.items()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Error codes · opencobrowse</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs/style.css">'
        "<h1>Error codes</h1><p>Every refusal has a <code>code</code>, a sentence on what to change in "
        "<code>help.summary</code>, and, wherever one would succeed, the corrected request in "
        '<code>help.example</code>. <a href="/docs">All calls</a></p>'
        f"<table><tr><th>code</th><th>what it means</th></tr>{rows}</table></html>"
    )
