"""Genesys Cloud, by nothing but the calls of its official SDK 269 (field.md C1).

A start there has no body, no key against repeats and no link in its answer. So the conversation is read
before a start and before each repeat of one, and `viewerUrl` is read from it afterwards.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Final, Literal

import msgspec

from opencobrowse.client import operations, progress
from opencobrowse.client.core import Api
from opencobrowse.client.dialect import Ask, Dialect, Wish
from opencobrowse.client.errors import (
    ApiError,
    BadRequest,
    CobrowseError,
    Conflict,
    Help,
    NotFound,
    NotOffered,
    NotReachable,
    PermissionDenied,
    ServerError,
    UnexpectedAnswer,
    api_error,
)
from opencobrowse.client.flow import Broken, Flow, Reply, Sleep, checked
from opencobrowse.client.legs import connected_agents, listed, newest, sessions_of
from opencobrowse.client.models import Conversation, Participant, SessionData, Token, Waiting
from opencobrowse.client.operations import Operation

APPEAR_SECONDS: Final = 15.0
"""How long the conversation may take to show a session that was started, or ended."""
FIRST_LOOK_SECONDS: Final = 0.5
LAST_LOOK_SECONDS: Final = 3.0
NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""A conversation that cannot exist."""
COBROWSED: Final = frozenset({"calls", "messages"})

_DOUBTFUL: Final = frozenset({408, 500, 502, 503, 504})
"""The start may have had its effect all the same."""
_AWAY: Final = (NotReachable, ServerError)
_LISTING: Final = (
    "Genesys Cloud lists the sessions of the user whose token it is. With a client's own token, ask for one "
    "session by its conversation's id: `opencobrowse session show CONVERSATION`."
)


class GenesysCloud(Dialect):
    """A session is found by its conversation's id: there is one live session in each, and no other route."""

    label = "Genesys Cloud"
    lacks: ClassVar[Mapping[str, str]] = {
        "control at the start": "start without it; the agent asks for control in the session.",
        "reason of a start": "start without it, and keep the reason in your own records.",
        "Idempotency-Key": "start without one; the conversation is read before a start is repeated.",
        "creation of conversations": "they come from its telephony, its messaging or its own API for each "
        "medium; give the id of one.",
        "adding of participants": "the agent joins in the platform: by routing, by a transfer or a consult.",
    }

    def handle(self, session: SessionData) -> str:
        return session.conversation_id or session.id

    # -- starting ------------------------------------------------------------------------------------------

    def start(self, api: Api, wish: Wish) -> Flow[SessionData]:
        """Look, start, and wait a little for the link. Raises `NotOffered`, `Conflict`, …"""
        self._offered(wish)
        before = yield from api.call(operations.get_conversation(wish.conversation_id))
        _check_agent(before, wish.agent_id)
        live = newest(before, only_live=True)
        if live is not None:
            raise _exists(live)
        return (yield from self._post(api, wish.conversation_id))

    def _offered(self, wish: Wish) -> None:
        if wish.control:
            self.need("control at the start")
        if wish.reason:
            self.need("reason of a start")
        if wish.idempotency_key:
            self.need("Idempotency-Key")

    def _post(self, api: Api, conversation_id: str) -> Flow[SessionData]:
        """Send the start until it is answered. `doubt`: it may have had its effect without a good answer, and
        then a session that is there is taken for its own."""
        operation = operations.start_plainly(conversation_id)
        doubt = False
        for attempt in itertools.count():
            outcome = yield from api.once(operation.request)
            answer = _read(operation, outcome)
            if isinstance(answer, SessionData):
                session = progress.in_conversation(answer, conversation_id)
                return (yield from self._settled(api, session, _linked))
            doubt = doubt or _is_doubtful(outcome)
            delay = api.policy.delay(operation.request, outcome, attempt, api.chance())
            if delay is not None:
                yield Sleep(delay)
            elif not doubt and not isinstance(answer, Conflict):
                raise answer
            try:
                found = yield from self._there(api, conversation_id, patiently=doubt and delay is None)
            except (NotReachable, ApiError, UnexpectedAnswer):
                if doubt:  # repeating it unseen could make two
                    raise _unsure(answer, conversation_id) from None
                found = None
            if found is not None and not doubt:
                raise _exists(found)
            if found is not None:
                return (yield from self._settled(api, found, _linked))
            if delay is None:
                raise _unsure(answer, conversation_id) if doubt else answer
        raise AssertionError("unreachable: the policy ends it")

    def _there(self, api: Api, conversation_id: str, patiently: bool) -> Flow[SessionData | None]:
        """The live session of the conversation, if there is one; `patiently` it is given time to appear, and
        the server to come back. Raises what the last look did, if it failed."""
        until = api.now() + (APPEAR_SECONDS if patiently else 0)
        for pause in _pauses():
            late = api.now() + pause > until
            try:
                conversation = yield from api.call(operations.get_conversation(conversation_id))
            except _AWAY:
                if late:
                    raise
            else:
                live = newest(conversation, only_live=True)
                if live is not None or late:
                    return live
            yield Sleep(pause)
        raise AssertionError("unreachable: time ends it")

    def _settled(
        self, api: Api, session: SessionData, done: Callable[[SessionData], bool]
    ) -> Flow[SessionData]:
        """Look until the conversation shows what was done, for a while. It is done, whether a look fails or
        not: then the session is returned as it is known."""
        until = api.now() + APPEAR_SECONDS
        for pause in _pauses():
            with contextlib.suppress(NotReachable, ApiError, UnexpectedAnswer):
                session = yield from self.look(api, session)
            if done(session) or api.now() + pause > until:
                return session
            yield Sleep(pause)
        raise AssertionError("unreachable: time ends it")

    # -- looking -------------------------------------------------------------------------------------------

    def look(self, api: Api, session: SessionData) -> Flow[SessionData]:
        """By its id; where the conversation shows it under another one, the live session is it."""
        conversation = yield from api.call(operations.get_conversation(session.conversation_id or ""))
        sessions = sessions_of(conversation)
        for known in (session.cobrowse_session_id, session.id):
            if known in sessions:
                return progress.shown(session, conversation, sessions[known])
        live = newest(conversation, only_live=True)
        if live is not None:
            session = msgspec.structs.replace(session, cobrowse_session_id=live.id)
            return progress.shown(session, conversation, sessions[live.id])
        if _offer_is_over(session, api.wall()):
            return msgspec.structs.replace(session, state="expired", end_reason="expired")
        return session

    def session(self, api: Api, session_id: str) -> Flow[SessionData]:
        """The newest session of this conversation."""
        conversation = yield from api.call(operations.get_conversation(session_id))
        found = newest(conversation)
        if found is None:
            raise api_error(404, {
                "status": 404, "code": "cobrowse.session.not.found",
                "message": f"The conversation {session_id} shows no cobrowse session.",
                "help": {"summary": "Start one; on Genesys Cloud a session is named by its conversation."},
            })  # fmt: skip
        return found

    def sessions(self, api: Api, live: bool) -> Flow[list[SessionData]]:
        try:
            found = yield from api.call(operations.list_cobrowse_conversations())
        except (BadRequest, PermissionDenied) as refused:
            refused.help = refused.help or Help(_LISTING)
            raise
        return [data for conversation in found if (data := listed(conversation)) is not None]

    # -- ending --------------------------------------------------------------------------------------------

    def end(self, api: Api, session: SessionData) -> Flow[SessionData]:
        session = yield from self.look(api, session)
        if session.state in progress.OVER:
            return session
        yield from api.call(operations.disconnect_cobrowse(session.conversation_id or ""))
        return (yield from self._settled(api, session, _over))

    # -- for the doctor --------------------------------------------------------------------------------------

    def missing_permission(self, ask: Ask, token: Token) -> Flow[str | None]:
        """No call tells a client what it may do. A start in nobody's conversation does, and starts none."""
        try:
            yield from ask(operations.start_plainly(NOBODY))
        except PermissionDenied as refused:
            return refused.message
        except (NotFound, BadRequest, Conflict):
            return None
        return None

    def obstacle(self, conversation: Conversation) -> tuple[str, str] | None:
        gone = [person for person in conversation.participants if person.end_time is not None]
        if conversation.end_time is not None or len(gone) == len(conversation.participants):
            return "it has ended", "Start a session in a conversation that goes on."
        media = {medium for person in conversation.participants for medium in person.media}
        if media and not media & COBROWSED:
            what = ", ".join(sorted(media))
            return f"it has {what} only", "Genesys Cloud has cobrowsing on calls and web messaging."
        return None

    def connected_agents(self, conversation: Conversation) -> list[Participant]:
        return connected_agents(conversation)

    def agent_obstacle(
        self, ask: Ask, agent: Participant, connected: list[Participant]
    ) -> Flow[tuple[Literal["warn", "fail"], str, str] | None]:
        yield from ()
        if len(connected) == 1:
            return None
        cure = "Start without naming an agent, or when one is connected alone."
        return "fail", "several agents are connected, and Genesys Cloud offers no choice between them", cure

    def waiting(self, ask: Ask, conversation_id: str) -> Flow[Waiting | None]:
        """It does not tell."""
        yield from ()
        return None


# -- what came of a start ------------------------------------------------------------------------------------


def _read(operation: Operation[SessionData], outcome: Reply | Broken) -> SessionData | CobrowseError:
    """The session, or what is wrong."""
    if isinstance(outcome, Broken):
        return outcome.error()
    try:
        return operation.read(checked(outcome))
    except CobrowseError as problem:
        return problem


def _is_doubtful(outcome: Reply | Broken) -> bool:
    """Whether the start may have had its effect; a success that cannot be read had it."""
    if isinstance(outcome, Broken):
        return outcome.sent
    return outcome.status in _DOUBTFUL or outcome.status < 300


def _unsure(problem: CobrowseError, conversation_id: str) -> CobrowseError:
    note = (
        "It is not known whether the session was started, and the conversation shows none: look again "
        f"(`opencobrowse session show {conversation_id}`) before you start another."
    )
    if isinstance(problem, ApiError):
        problem.help = problem.help or Help(note)
        return problem
    if isinstance(problem, NotReachable):
        return NotReachable(f"{problem} {note}", sent=problem.sent, kind=problem.kind)
    return UnexpectedAnswer(f"{problem} {note}")


def _exists(live: SessionData) -> ApiError:
    return api_error(409, {
        "status": 409,
        "code": "cobrowse.session.exists",
        "message": f"The conversation {live.conversation_id} has a live session, {live.id}.",
        "id": live.id,
        "conversationId": live.conversation_id,
        "state": live.state,
        "viewerUrl": live.viewer_url,
        "help": {"summary": "Use it: its link is in this answer. Or end it first: "
                            f"`opencobrowse session end {live.conversation_id}`."},
    })  # fmt: skip


def _check_agent(conversation: Conversation, named: str | None) -> None:
    """Genesys Cloud starts for the connected agent and takes no other: only they can be named."""
    if named is None:
        return
    connected = connected_agents(conversation)
    if any(named not in (agent.id, agent.user_id) for agent in connected) or not connected:
        who = ", ".join(f"{agent.name or 'an agent'} ({agent.user_id})" for agent in connected) or "nobody"
        raise NotOffered(
            "Genesys Cloud offers no choice of the agent: it starts for the one who is connected, and "
            f"connected is {who}. Leave the agent out, or connect {named} alone first."
        )


def _offer_is_over(session: SessionData, wall: float) -> bool:
    ends = session.date_offer_ends
    return session.state == "initiated" and ends is not None and wall > ends.timestamp()


def _linked(session: SessionData) -> bool:
    return bool(session.viewer_url) or _over(session)


def _over(session: SessionData) -> bool:
    return session.state in progress.OVER


def _pauses() -> Iterator[float]:
    for round_ in itertools.count():
        yield min(LAST_LOOK_SECONDS, FIRST_LOOK_SECONDS * 1.5**round_)
