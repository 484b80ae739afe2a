"""Why would a start fail? A list of checks, each one question with one finding and its cure. Sans-IO.

No check changes anything: all but one are GETs. What a token may do is not told by Genesys Cloud, so there
a start is sent for a conversation that cannot exist (`genesys.NOBODY`): the answer is 403 or 404, never a
session.

To add a check, write a flow `(Case) -> Finding` and give it a line in `CHECKS`.
"""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from opencobrowse.client import operations
from opencobrowse.client.core import Api
from opencobrowse.client.errors import (
    ApiError,
    AuthenticationFailed,
    CobrowseError,
    NotFound,
    NotReachable,
    PermissionDenied,
    RateLimited,
    Unauthorized,
)
from opencobrowse.client.flow import Broken, Flow, Reply, Request, Send, checked, error_body
from opencobrowse.client.legs import newest
from opencobrowse.client.models import Conversation, Participant, Token
from opencobrowse.client.operations import Operation

T = TypeVar("T")
Level = Literal["ok", "warn", "fail", "skip"]

SKEW_SECONDS: Final = 60.0
_NEARLY: Final = 0.8
_OTHER_CLIENT: Final = "Check OPENCOBROWSE_CLIENT_ID and OPENCOBROWSE_CLIENT_SECRET (or --client-id, …)."

_NO_ANSWER: Final[Mapping[str, str]] = {
    "name": "Check the host's spelling, and this machine's DNS.",
    "refused": "Check the port, that the server runs, and that no firewall is between.",
    "tls": "Check the certificate: its name, its dates, its authority. A proxy of your own needs its CA in "
    "SSL_CERT_FILE.",
    "plain": "The port speaks plain HTTP: write the host with http://, or give the port that speaks TLS.",
    "cut": "Try again; where the port speaks TLS, write the host with https://.",
    "timeout": "Something drops the packets: check firewalls and proxies (HTTPS_PROXY).",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `cure` says what to do, where there is something to do."""

    check: str
    level: Level
    says: str
    cure: str | None = None


@dataclass(slots=True)
class Case:
    """What is asked, and what the checks have learnt so far."""

    api: Api
    conversation_id: str | None = None
    agent_id: str | None = None
    date: str | None = None
    token: Token | None = None
    conversation: Conversation | None = None
    limits: Mapping[str, str] = field(default_factory=dict)

    def ask(self, operation: Operation[T]) -> Flow[T]:
        """Make the call, once: a doctor does not wait. Raises a `CobrowseError`."""
        outcome = yield from self.api.once(operation.request)
        if isinstance(outcome, Broken):
            raise outcome.error()
        self.note(outcome)
        return operation.read(checked(outcome))

    def note(self, reply: Reply) -> None:
        """Remember where the rate limit stands."""
        found = {name: value for name, value in reply.headers.items() if name.startswith("inin-ratelimit-")}
        if found:
            self.limits = found


@dataclass(frozen=True, slots=True)
class Check:
    """`after`: the checks that have to be passed (ok or warn) for this one to make sense."""

    name: str
    find: Callable[[Case], Flow[Finding]]
    after: tuple[str, ...] = ()


def examine(case: Case, seen: Callable[[Finding], None]) -> Flow[list[Finding]]:
    """Make all checks, in order. `seen` gets each finding as it comes. Raises nothing of the client's."""
    found: dict[str, Finding] = {}
    for check in CHECKS:
        blocked = next((name for name in check.after if found[name].level in ("fail", "skip")), None)
        if blocked is not None:
            finding = Finding(check.name, "skip", f"not looked at: {blocked} comes first")
        else:
            try:
                finding = yield from check.find(case)
            except CobrowseError as error:
                finding = _failed(check.name, error)
        found[check.name] = finding
        seen(finding)
    return list(found.values())


def _failed(check: str, error: CobrowseError) -> Finding:
    """What any check may run into."""
    if isinstance(error, RateLimited):
        wait = f"Wait {error.retry_after} s" if error.retry_after else "Wait a minute"
        return Finding(
            check, "fail", f"the rate limit is used up ({error.message})", f"{wait}; call less often."
        )
    if isinstance(error, PermissionDenied):
        cure = error.help.summary if error.help else "Give the client's role the permission that is named."
        return Finding(check, "fail", error.message, cure)
    if isinstance(error, NotReachable):
        return Finding(check, "fail", str(error), _NO_ANSWER.get(error.kind, "Try again."))
    if isinstance(error, ApiError):
        return Finding(
            check,
            "fail",
            f"{error.message} ({error.status} {error.code})",
            error.help.summary if error.help else None,
        )
    return Finding(check, "fail", str(error), "Ask the host's operator what answers there.")


# -- the server --------------------------------------------------------------------------------------------


def _host(case: Case) -> Flow[Finding]:
    """A call without a token: a server of the API says 401 to it, anything else says something else."""
    origin, label = case.api.hosts.api, case.api.dialect.label
    outcome: Reply | Broken = yield Send(Request("GET", "/api/v2/organizations/me", anonymous=True))
    if isinstance(outcome, Broken):
        raise outcome.error()
    case.date = outcome.headers.get("date")
    if 300 <= outcome.status < 400:
        checked(outcome)
    body = error_body(outcome)
    if outcome.status != 401 or "code" not in body:
        says = f"{origin} answers {outcome.status}, and not as the API does: {str(body.get('message'))[:120]}"
        return Finding("host", "fail", says, "Check the host: a proxy or another site answers there.")
    ours = "help" in body
    if ours != (case.api.hosts.platform == "opencobrowse"):
        other = "opencobrowse" if ours else "genesys"
        return Finding(
            "host",
            "warn",
            f"{origin} does not answer as {label} does",
            f"Say which it is: --platform {other}.",
        )
    return Finding("host", "ok", f"{label} answers at {origin}")


def _clock(case: Case) -> Flow[Finding]:
    """The server's Date against this machine's clock."""
    yield from ()
    sent = email.utils.parsedate_to_datetime(case.date) if case.date else None
    if sent is None:
        return Finding("clock", "skip", "the server sends no Date")
    skew = case.api.wall() - sent.timestamp()
    if abs(skew) > SKEW_SECONDS:
        says = f"this machine's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
        return Finding("clock", "warn", says, "Set it by NTP: signed identities and sign-ins depend on it.")
    return Finding("clock", "ok", "this machine and the server agree on the time")


def _credentials(case: Case) -> Flow[Finding]:
    try:
        case.token = yield from case.ask(operations.my_token())
    except AuthenticationFailed as error:
        says = f"no token was given: {error.message} ({error.code})"
        cure = error.help.summary if error.help else _OTHER_CLIENT
        return Finding("credentials", "fail", says, cure)
    except Unauthorized as error:
        return Finding("credentials", "fail", f"the token is not accepted: {error.message}", _OTHER_CLIENT)
    organization = case.token.organization
    name = (organization.name or organization.id) if organization else None
    return Finding("credentials", "ok", f"a token of {name or 'an organisation'}")


def _permissions(case: Case) -> Flow[Finding]:
    missing = yield from case.api.dialect.missing_permission(case.ask, case.token or Token())
    if missing:
        return Finding(
            "permissions",
            "fail",
            f"the client may not start sessions: {missing}",
            "Give its role conversation:cobrowse:add (messages and chats) or "
            "conversation:cobrowseVoice:add (calls).",
        )
    return Finding("permissions", "ok", "the client may start sessions")


# -- the conversation --------------------------------------------------------------------------------------


def _conversation(case: Case) -> Flow[Finding]:
    if case.conversation_id is None:
        return Finding("conversation", "skip", "not asked", "Name one: --conversation ID.")
    try:
        found = yield from case.ask(operations.get_conversation(case.conversation_id))
    except NotFound:
        return Finding(
            "conversation",
            "fail",
            f"there is no {case.conversation_id} for this client",
            "Check the id, and that client and conversation are of one organisation.",
        )
    case.conversation = found
    obstacle = case.api.dialect.obstacle(found)
    if obstacle is not None:
        return Finding("conversation", "fail", *obstacle)
    return Finding("conversation", "ok", "it is there and active")


def _agent(case: Case) -> Flow[Finding]:
    assert case.conversation is not None, "comes after the conversation"  # noqa: S101
    connected = case.api.dialect.connected_agents(case.conversation)
    finding = _who(connected, case.agent_id)
    if isinstance(finding, Finding):
        return finding
    obstacle = yield from case.api.dialect.agent_obstacle(case.ask, finding, connected)
    if obstacle is not None:
        return Finding("agent", *obstacle)
    return Finding("agent", "ok", f"{finding.name or finding.user_id} is connected and may be the agent")


def _who(connected: list[Participant], named: str | None) -> Participant | Finding:
    """The agent of the start that is asked about."""
    names = ", ".join(f"{agent.name} ({agent.user_id})" for agent in connected)
    if not connected:
        return Finding(
            "agent",
            "fail",
            "no agent is connected to the conversation",
            "Start when one has answered, or add one.",
        )
    if named is None:
        if len(connected) == 1:
            return connected[0]
        return Finding("agent", "fail", f"several agents are connected: {names}", "Name one: --agent ID.")
    chosen = next((agent for agent in connected if named in (agent.id, agent.user_id)), None)
    return chosen or Finding(
        "agent",
        "fail",
        f"{named} is not connected to the conversation",
        f"Connected: {names}. Name one of them, or connect {named} first.",
    )


def _session(case: Case) -> Flow[Finding]:
    yield from ()
    assert case.conversation is not None, "comes after the conversation"  # noqa: S101
    live = newest(case.conversation, only_live=True)
    if live is None:
        return Finding("session", "ok", "no session is live in it")
    handle = case.api.dialect.handle(live)
    return Finding(
        "session",
        "fail",
        f"one is live already ({live.state}): {live.viewer_url or live.id}",
        f"Use it, or end it: opencobrowse session end {handle}",
    )


def _customer(case: Case) -> Flow[Finding]:
    waiting = yield from case.api.dialect.waiting(case.ask, case.conversation_id or "")
    if waiting is None:
        return Finding("customer", "skip", f"{case.api.dialect.label} does not tell whether a page is open")
    if waiting.external_id is None:
        return Finding(
            "customer",
            "warn",
            "the conversation names no customer: no page will be asked",
            "Give the customer the join link or code, or add them with their external id.",
        )
    if waiting.pages == 0:
        return Finding(
            "customer",
            "warn",
            f"no page of {waiting.external_id} is open",
            "Give them the join link or code; or check the page's data-external-id and its "
            "deployment's allowed domains.",
        )
    return Finding("customer", "ok", f"{waiting.pages} open page(s) of {waiting.external_id} will be asked")


def _rate(case: Case) -> Flow[Finding]:
    yield from ()
    given: dict[str, Any] = {
        name: int(text) for name, text in case.limits.items() if text.isascii() and text.isdigit()
    }
    allowed, count = given.get("inin-ratelimit-allowed"), given.get("inin-ratelimit-count")
    if allowed is None or count is None:
        return Finding("rate limit", "skip", "the server tells none")
    reset = given.get("inin-ratelimit-reset", 60)
    says = f"{count} of {allowed} calls a minute are used; the count starts anew in {reset} s"
    if count > allowed * _NEARLY:
        return Finding("rate limit", "warn", says, "Call less often, or use a client of its own for this.")
    return Finding("rate limit", "ok", says)


CHECKS: Final = (
    Check("host", _host),
    Check("clock", _clock, ("host",)),
    Check("credentials", _credentials, ("host",)),
    Check("permissions", _permissions, ("credentials",)),
    Check("conversation", _conversation, ("credentials",)),
    Check("agent", _agent, ("conversation",)),
    Check("session", _session, ("conversation",)),
    Check("customer", _customer, ("conversation",)),
    Check("rate limit", _rate, ("credentials",)),
)
"""In the order in which a start meets them."""
