"""A stand-in for Genesys Cloud: it answers what the models of its official SDK 269 say, and nothing of ours.

Every answer is held to those models (`genesys_models`), every request to what the SDK sends: what breaks
either is in `problems`, which a test expects to be empty. What cannot be known of the real platform is
settable: how late a session shows, and under which id.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import re
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

CLIENT_ID, CLIENT_SECRET = "6c1b0ad1-0a0b-4c0d-9e0f-000000000001", "genesys-secret"
AGENT, OTHER_AGENT = "a0000000-0000-4000-8000-00000000000a", "a0000000-0000-4000-8000-00000000000b"
DEPLOYMENT = "d0000000-0000-4000-8000-00000000000d"
ADD, ADD_VOICE = "conversation:cobrowse:add", "conversation:cobrowseVoice:add"
VIEW = "conversation:communication:view"
NEEDS_USER = (
    "This request requires a user context. Client credentials cannot be used for requests to this resource."
)
NOT_ANY = (
    "Unable to perform the requested action. You must have at least one of the following permissions "
    "assigned: {}"
)

Check = Callable[[str, Any], Iterator[str]]
"""Differences of a value from a model of the SDK."""


def moment(seconds: float = 0) -> str:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Answer:
    """`model` is the SDK's name of what is in `body`; None: none of its models."""

    status: int
    body: Any = None
    model: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Refused(Exception):  # noqa: N818
    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self, context: str) -> Answer:
        body = {
            "message": self.message,
            "code": self.code,
            "status": self.status,
            "contextId": context,
            "messageWithParams": self.message,
            "messageParams": {},
            "details": [],
            "errors": [],
        }
        return Answer(self.status, body, "ErrorBody", self.headers)


@dataclass
class Fault:
    """What happens instead, to the next `times` calls that match. `done`: the call has its effect first."""

    method: str
    path: str
    status: int = 0
    """0: the connection is cut without an answer."""
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None
    """The answer comes when this is set."""
    done: bool = False
    times: int = 1
    also: Callable[[], None] | None = None
    """Done at the same time: what others do meanwhile."""
    instead: bool = True
    """False: the right answer comes, late."""


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    content: bytes


@dataclass
class Cobrowse:
    """One session of a conversation."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "offering"
    disconnect_type: str | None = None
    looks: int = 0
    begun: str = field(default_factory=moment)
    ended: str | None = None
    join_code: str = "123456"


@dataclass
class Talk:
    """A conversation: a call (or another medium) between connected agents and a customer."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    medium: str = "calls"
    agents: list[str] = field(default_factory=lambda: [AGENT])
    connected: bool = True
    ended: bool = False
    cobrowse: list[Cobrowse] = field(default_factory=list)
    begun: str = field(default_factory=moment)

    @property
    def live(self) -> Cobrowse | None:
        return next((c for c in self.cobrowse if c.state != "disconnected"), None)


class Genesys:
    """The platform's state, and how it behaves. Tests set the public attributes while it runs."""

    def __init__(self, check: Check | None = None) -> None:
        self.check = check
        self.permissions = {ADD, ADD_VOICE, VIEW}
        self.user: str | None = None
        """Whose token it is; None: a client's own."""
        self.shown_after = 0
        """So many readings of the conversation show nothing of a new session,"""
        self.link_after = 0
        """and so many show it without its viewerUrl."""
        self.offer_seconds = 600.0
        self.other_id = False
        """The conversation shows the session under another id than the start's answer."""
        self.allowed, self.count = 300, 0
        self.talks: dict[str, Talk] = {}
        self.tokens: set[str] = set()
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.problems: list[str] = []
        self.starts = 0
        self.url = ""
        self._lock = threading.RLock()

    # -- what tests do --------------------------------------------------------------------------------------

    def talk(self, **given: Any) -> Talk:
        made = Talk(**given)
        self.talks[made.id] = made
        return made

    def fail(self, method: str, path: str, status: int = 0, **given: Any) -> Fault:
        fault = Fault(method, path, status, **given)
        self.faults.append(fault)
        return fault

    def start(self, talk: Talk) -> Cobrowse:
        """As a start has it, whoever it comes from."""
        self.starts += 1
        talk.cobrowse.append(Cobrowse())
        return talk.cobrowse[-1]

    def calls(self, method: str = "", path: str = "") -> list[Seen]:
        return [s for s in self.seen if s.method.startswith(method) and re.search(path, s.path)]

    def revoke(self) -> None:
        self.tokens.clear()

    # -- one call -------------------------------------------------------------------------------------------

    def answer(self, seen: Seen) -> tuple[Answer | Fault, str]:
        """What is sent, and the correlation id."""
        context = str(uuid.uuid4())
        with self._lock:
            self.seen.append(seen)
            fault = self._fault(seen)
        if fault is not None and fault.wait is not None:
            fault.wait.wait(20)
        with self._lock:
            acts = fault is None or fault.done or not fault.instead
            found = self._answer(seen, context) if acts else None
            if fault is not None and fault.also is not None:
                fault.also()
        if fault is not None and fault.instead:
            return fault, context
        assert found is not None
        return found, context

    def _fault(self, seen: Seen) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == seen.method and re.search(fault.path, seen.path):
                fault.times -= 1
                return fault
        return None

    def _answer(self, seen: Seen, context: str) -> Answer:
        try:
            found = self._route(seen)
        except Refused as refused:
            found = refused.answer(context)
        if self.check is not None and found.model is not None:
            self.problems += [f"{seen.path}: {d}" for d in self.check(found.model, found.body)]
        found.headers |= {
            "inin-ratelimit-allowed": str(self.allowed),
            "inin-ratelimit-count": str(self.count),
            "inin-ratelimit-reset": "30",
        }
        return found

    def _route(self, seen: Seen) -> Answer:
        for method, pattern, guest, handler in ROUTES:
            match = re.fullmatch(pattern, seen.path)
            if match and method == seen.method:
                if not guest:
                    self._admit(seen)
                self._strict(seen, guest)
                return handler(self, seen, *(unquote(part) for part in match.groups()))
        raise Refused(404, "not.found", "The requested resource was not found.")

    def _admit(self, seen: Seen) -> None:
        given = seen.headers.get("authorization", "")
        if not given.startswith("Bearer "):
            raise Refused(
                401,
                "authentication.required",
                "No authentication bearer token specified in authorization header.",
            )
        if given.removeprefix("Bearer ") not in self.tokens:
            raise Refused(401, "bad.credentials", "Invalid login credentials.")
        self.count += 1
        if self.count > self.allowed:
            raise Refused(
                429,
                "too.many.requests",
                "Rate limit exceeded the maximum. Retry the request in [1] seconds",
                {"Retry-After": "1"},
            )

    def _strict(self, seen: Seen, guest: bool) -> None:
        """What the SDK never sends is a mistake, whether the platform minds it or not."""
        if "idempotency-key" in seen.headers:
            self.problems.append(f"{seen.method} {seen.path} carries an Idempotency-Key")
        if guest and seen.path != "/oauth/token" and "authorization" in seen.headers:
            self.problems.append(f"{seen.path} is a guest's call and carries a token")
        if seen.path.endswith("/cobrowse") and seen.method == "POST" and seen.content not in (b"", b"null"):
            self.problems.append(f"a start has a body: {seen.content!r}")
            raise Refused(
                400,
                "bad.request",
                "The request could not be understood by the server due to malformed syntax.",
            )
        if seen.method == "PATCH" and self.check is not None:
            found = self.check("Conversation", json.loads(seen.content))
            self.problems += [f"{seen.method} {seen.path} sends: {d}" for d in found]

    def _need(self, *any_of: str) -> None:
        if not self.permissions & set(any_of):
            raise Refused(403, "missing.any.permissions", NOT_ANY.format(list(any_of)))

    def _talk(self, conversation_id: str) -> Talk:
        if conversation_id not in self.talks:
            raise Refused(404, "not.found", "The requested resource was not found.")
        return self.talks[conversation_id]

    # -- the calls ------------------------------------------------------------------------------------------

    def token(self, seen: Seen) -> Answer:
        pair = base64.b64decode(seen.headers.get("authorization", "").removeprefix("Basic ")).decode()
        if pair != f"{CLIENT_ID}:{CLIENT_SECRET}" or b"client_credentials" not in seen.content:
            return Answer(400, {"error": "invalid_client", "description": "client not found"})
        token = uuid.uuid4().hex
        self.tokens.add(token)
        return Answer(200, {"access_token": token, "token_type": "bearer", "expires_in": 86399})

    def tokens_me(self, _: Seen) -> Answer:
        organization = {"id": "org-1", "name": "Example"}
        owner = {"id": CLIENT_ID, "name": "Automation", "organization": organization}
        return Answer(
            200,
            {
                "organization": organization,
                "homeOrganization": organization,
                "authorizedScope": [],
                "OAuthClient": owner,
            },
            "TokenInfo",
        )

    def organization(self, _: Seen) -> Answer:
        return Answer(200, {"id": "org-1", "name": "Example", "state": "active"}, "Organization")

    def users(self, _: Seen) -> Answer:
        people = [_user(user_id) for user_id in (AGENT, OTHER_AGENT)]
        return Answer(200, _listing(people, "/api/v2/users"), "UserEntityListing")

    def one_user(self, _: Seen, user_id: str) -> Answer:
        if user_id == "me":
            if self.user is None:
                raise Refused(400, "bad.request", NEEDS_USER)
            user_id = self.user
        if user_id not in (AGENT, OTHER_AGENT):
            raise Refused(404, "not.found", "The requested resource was not found.")
        return Answer(200, _user(user_id), "User")

    def conversation(self, _: Seen, conversation_id: str) -> Answer:
        self._need(VIEW)
        talk = self._talk(conversation_id)
        for session in talk.cobrowse:
            session.looks += 1
        return Answer(200, self._shown(talk), "Conversation")

    def end(self, _: Seen, conversation_id: str) -> Answer:
        talk = self._talk(conversation_id)
        talk.ended = True
        _stop(talk.live)
        return Answer(204)

    def begin(self, _: Seen, conversation_id: str) -> Answer:
        self._need(ADD, ADD_VOICE)
        talk = self._talk(conversation_id)
        if talk.ended or not talk.connected or talk.live is not None:
            raise Refused(
                409, "conflict", "The request conflicts with the current state of the target resource."
            )
        return Answer(200, self._started(talk, self.start(talk)), "CobrowseWebMessagingSession")

    def listed(self, _: Seen) -> Answer:
        if self.user is None:
            raise Refused(400, "bad.request", NEEDS_USER)
        mine = [talk for talk in self.talks.values() if talk.live and self.user in talk.agents]
        found = [self._cobrowse_conversation(talk) for talk in mine]
        path = "/api/v2/conversations/cobrowsesessions"
        return Answer(200, _listing(found, path), "CobrowseConversationEntityListing")

    def one_listed(self, _: Seen, conversation_id: str) -> Answer:
        return Answer(200, self._cobrowse_conversation(self._talk(conversation_id)), "CobrowseConversation")

    def patched(self, seen: Seen, conversation_id: str) -> Answer:
        talk = self._talk(conversation_id)
        if json.loads(seen.content).get("state") == "disconnected":
            _stop(talk.live)
        return Answer(200, self._shown(talk), "Conversation")

    def guest(self, _: Seen, deployment_id: str, session: str) -> Answer:
        for talk in self.talks.values():
            for found in talk.cobrowse:
                if deployment_id == DEPLOYMENT and session in (found.id, found.join_code):
                    return Answer(200, self._started(talk, found), "CobrowseWebMessagingSession")
        raise Refused(404, "not.found", "The requested resource was not found.")

    # -- what is sent ---------------------------------------------------------------------------------------

    def _started(self, talk: Talk, session: Cobrowse) -> dict[str, Any]:
        kind = {"calls": "Call", "messages": "Message"}.get(talk.medium, "Unknown")
        return {
            "id": session.id,
            "joinCode": session.join_code,
            "websocketUrl": "wss://realtime.example/cobrowse",
            "dateOfferEnds": moment(self.offer_seconds),
            "communicationType": kind,
            "selfUri": f"/api/v2/conversations/{talk.id}/cobrowse",
        }

    def _shown(self, talk: Talk) -> dict[str, Any]:
        people = [*((agent, "agent") for agent in talk.agents), (None, "customer")]
        shown = {
            "id": talk.id,
            "startTime": talk.begun,
            "recordingState": "NONE",
            "divisions": [],
            "participants": [self._person(talk, *who) for who in people],
            "selfUri": f"/api/v2/conversations/{talk.id}",
        }
        return shown | ({"endTime": moment()} if talk.ended else {})

    def _person(self, talk: Talk, user_id: str | None, purpose: str) -> dict[str, Any]:
        state = "disconnected" if talk.ended else "connected" if talk.connected else "alerting"
        leg = {"id": f"{talk.id}-{purpose}", "state": state, "initialState": "alerting", "segments": []}
        person: dict[str, Any] = {
            "id": f"p-{user_id or purpose}",
            "purpose": purpose,
            "name": _name(user_id),
            "startTime": talk.begun,
            talk.medium: [leg],
        }
        if user_id is not None:
            person["userId"] = user_id
        if talk.ended:
            person["endTime"] = moment()
        seen = [s for s in talk.cobrowse if s.looks > self.shown_after]
        person["cobrowsesessions"] = [self._leg(session, purpose) for session in seen]
        return person

    def _leg(self, session: Cobrowse, purpose: str) -> dict[str, Any]:
        role = "viewer" if purpose == "agent" else "sharer"
        leg: dict[str, Any] = {
            "id": f"{session.id}-{role}",
            "state": session.state,
            "initialState": "offering",
            "cobrowseSessionId": f"x-{session.id}" if self.other_id else session.id,
            "cobrowseRole": role,
            "controlling": [],
            "segments": [],
            "provider": "PureCloud Cobrowse",
            "startAlertingTime": session.begun,
            "afterCallWorkRequired": False,
        }
        if role == "viewer" and session.looks > self.shown_after + self.link_after:
            leg["viewerUrl"] = f"https://apps.example/cobrowse/{session.id}"
        if session.ended:
            leg |= {"disconnectType": session.disconnect_type, "disconnectedTime": session.ended}
        return leg

    def _cobrowse_conversation(self, talk: Talk) -> dict[str, Any]:
        people = [
            {
                "id": f"p-{who}",
                "name": _name(who if who in talk.agents else None),
                "purpose": purpose,
                "state": session.state,
                "startAlertingTime": session.begun,
                "cobrowseSessionId": session.id,
                "cobrowseRole": role,
                "controlling": [],
                **(
                    {
                        "viewerUrl": f"https://apps.example/cobrowse/{session.id}",
                        "user": {"id": who, "name": _name(who)},
                    }
                    if role == "viewer"
                    else {}
                ),
            }
            for session in talk.cobrowse
            for who, purpose, role in [
                *((a, "agent", "viewer") for a in talk.agents),
                ("customer", "customer", "sharer"),
            ]
        ]
        return {
            "id": talk.id,
            "participants": people,
            "otherMediaUris": [],
            "selfUri": f"/api/v2/conversations/cobrowsesessions/{talk.id}",
        }


def _stop(session: Cobrowse | None) -> None:
    if session is not None:
        session.state, session.disconnect_type, session.ended = "disconnected", "client", moment()


def _name(user_id: str | None) -> str:
    return {AGENT: "Anna Agent", OTHER_AGENT: "Otto Other"}.get(user_id or "", "Carl Customer")


def _user(user_id: str) -> dict[str, Any]:
    return {
        "id": user_id,
        "name": _name(user_id),
        "email": f"{user_id[-1]}@example.com",
        "state": "active",
        "version": 1,
        "selfUri": f"/api/v2/users/{user_id}",
    }


def _listing(entities: list[Any], path: str) -> dict[str, Any]:
    return {
        "entities": entities,
        "pageSize": 25,
        "pageNumber": 1,
        "total": len(entities),
        "pageCount": 1,
        "selfUri": path,
        "firstUri": path,
        "lastUri": path,
    }


_C = "/api/v2/conversations"
_GUEST = "/api/v2/webdeployments/deployments/([^/]+)/cobrowse/([^/]+)"
ROUTES: list[tuple[str, str, bool, Callable[..., Answer]]] = [
    ("POST", "/oauth/token", True, Genesys.token),
    ("GET", "/api/v2/tokens/me", False, Genesys.tokens_me),
    ("GET", "/api/v2/organizations/me", False, Genesys.organization),
    ("GET", "/api/v2/users", False, Genesys.users),
    ("GET", "/api/v2/users/([^/]+)", False, Genesys.one_user),
    ("GET", f"{_C}/cobrowsesessions", False, Genesys.listed),
    ("GET", f"{_C}/cobrowsesessions/([^/]+)", False, Genesys.one_listed),
    ("PATCH", f"{_C}/cobrowsesessions/([^/]+)", False, Genesys.patched),
    ("GET", f"{_C}/([^/]+)", False, Genesys.conversation),
    ("DELETE", f"{_C}/([^/]+)", False, Genesys.end),
    ("POST", f"{_C}/([^/]+)/cobrowse", False, Genesys.begin),
    ("GET", _GUEST, True, Genesys.guest),
]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    platform: Genesys

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, urlsplit(self.path).path, headers, self.rfile.read(length))
        found, context = self.platform.answer(seen)
        if isinstance(found, Fault) and not found.status:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = found.content if isinstance(found, Fault) else _encoded(found)
        self.send_response(found.status)
        for name, value in (
            {"Content-Type": "application/json", "ININ-Correlation-Id": context} | found.headers
        ).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Tests read `seen`."""


def _encoded(answer: Answer) -> bytes:
    return b"" if answer.body is None else json.dumps(answer.body).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news."""


@contextlib.contextmanager
def running(check: Check | None = None) -> Iterator[Genesys]:
    """The stand-in on a free port, for a `with` block."""
    platform = Genesys(check)
    handler = type("Handler", (_Handler,), {"platform": platform})
    with _Server(("127.0.0.1", 0), handler) as server:
        platform.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield platform
        finally:
            server.shutdown()
            thread.join()
