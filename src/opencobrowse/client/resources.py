"""What `Client` and `AsyncClient` offer, in groups. Each method is made of its flow in calls.py or
session.py: the one for threads waits, the one for `async` is awaited, and nothing is written twice."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from opencobrowse.client import calls, session
from opencobrowse.client.core import Api
from opencobrowse.client.flow import Flow
from opencobrowse.client.models import SessionData
from opencobrowse.client.session import SessionView

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound=SessionView)
ApiFlow = Callable[Concatenate[Api, P], Flow[T]]
SessionFlow = Callable[Concatenate[SessionView, Api, P], Flow[None]]
Later = Coroutine[Any, Any, T]


class Driver(Protocol):
    """A client: it runs flows. `drive` of the asynchronous one returns what to await."""

    api: Api

    def drive(self, flow: Flow[Any]) -> Any: ...


class Resource:
    def __init__(self, client: Driver) -> None:
        self._client = client


def _driver(owner: Any) -> Driver:
    """A client's own methods are driven by itself, a resource's by its client."""
    client: Driver = getattr(owner, "_client", owner)
    return client


def _like(flow: Callable[..., Any], method: Callable[..., Any], returns: str, skipped: int = 1) -> None:
    """Give the method the flow's name, docstring and parameters, `self` first."""
    functools.update_wrapper(method, flow)
    del method.__wrapped__  # type: ignore[attr-defined]
    given = list(inspect.signature(flow).parameters.values())[skipped:]
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    method.__signature__ = inspect.Signature([own, *given], return_annotation=returns)  # type: ignore[attr-defined]
    method.__annotations__ = {p.name: p.annotation for p in given} | {"return": returns}


def _result(flow: Callable[..., Any]) -> str:
    return str(inspect.signature(flow).return_annotation).removeprefix("Flow[").removesuffix("]")


# -- for threads ---------------------------------------------------------------------------------------------


def blocking(flow: ApiFlow[P, T]) -> Callable[Concatenate[Any, P], T]:
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        client = _driver(self)
        result: T = client.drive(flow(client.api, *args, **kwargs))
        return result

    _like(flow, method, _result(flow))
    return method


def blocking_session(flow: ApiFlow[P, SessionData]) -> Callable[Concatenate[Any, P], Session]:
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> Session:
        client = _driver(self)
        return Session(client, client.drive(flow(client.api, *args, **kwargs)))

    _like(flow, method, "Session")
    return method


def blocking_sessions(flow: ApiFlow[P, list[SessionData]]) -> Callable[Concatenate[Any, P], list[Session]]:
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> list[Session]:
        client = _driver(self)
        return [Session(client, data) for data in client.drive(flow(client.api, *args, **kwargs))]

    _like(flow, method, "list[Session]")
    return method


def blocking_itself(flow: SessionFlow[P]) -> Callable[Concatenate[S, P], S]:
    def method(self: S, /, *args: P.args, **kwargs: P.kwargs) -> S:
        client = _driver(self)
        client.drive(flow(self, client.api, *args, **kwargs))
        return self

    _like(flow, method, "Session", skipped=2)
    return method


class Session(SessionView):
    __doc__ = f"A started session. {SessionView.__doc__}"

    refresh = blocking_itself(session.refresh)
    wait_until = blocking_itself(session.wait_until)
    end = blocking_itself(session.end)


class Cobrowse(Resource):
    """Starting sessions."""

    start = blocking_session(calls.start)


class Conversations(Resource):
    """The conversations of your telephony, chat or ticket system."""

    create = blocking(calls.create_conversation)
    get = blocking(calls.get_conversation)
    add_participants = blocking(calls.add_participants)
    end = blocking(calls.end_conversation)


class Sessions(Resource):
    """Sessions that are there already."""

    list = blocking_sessions(calls.list_sessions)
    get = blocking_session(calls.get_session)
    find = blocking(calls.find_session)


class Users(Resource):
    """The people of the organisation."""

    list = blocking(calls.list_users)


# -- for async -----------------------------------------------------------------------------------------------


def awaited(flow: ApiFlow[P, T]) -> Callable[Concatenate[Any, P], Later[T]]:
    async def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        client = _driver(self)
        result: T = await client.drive(flow(client.api, *args, **kwargs))
        return result

    _like(flow, method, _result(flow))
    return method


def awaited_session(flow: ApiFlow[P, SessionData]) -> Callable[Concatenate[Any, P], Later[AsyncSession]]:
    async def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> AsyncSession:
        client = _driver(self)
        return AsyncSession(client, await client.drive(flow(client.api, *args, **kwargs)))

    _like(flow, method, "AsyncSession")
    return method


def awaited_sessions(
    flow: ApiFlow[P, list[SessionData]],
) -> Callable[Concatenate[Any, P], Later[list[AsyncSession]]]:
    async def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> list[AsyncSession]:
        client = _driver(self)
        found = await client.drive(flow(client.api, *args, **kwargs))
        return [AsyncSession(client, data) for data in found]

    _like(flow, method, "list[AsyncSession]")
    return method


def awaited_itself(flow: SessionFlow[P]) -> Callable[Concatenate[S, P], Later[S]]:
    async def method(self: S, /, *args: P.args, **kwargs: P.kwargs) -> S:
        client = _driver(self)
        await client.drive(flow(self, client.api, *args, **kwargs))
        return self

    _like(flow, method, "AsyncSession", skipped=2)
    return method


class AsyncSession(SessionView):
    __doc__ = f"A started session. {SessionView.__doc__}"

    refresh = awaited_itself(session.refresh)
    wait_until = awaited_itself(session.wait_until)
    end = awaited_itself(session.end)


class AsyncCobrowse(Resource):
    """Starting sessions."""

    start = awaited_session(calls.start)


class AsyncConversations(Resource):
    """The conversations of your telephony, chat or ticket system."""

    create = awaited(calls.create_conversation)
    get = awaited(calls.get_conversation)
    add_participants = awaited(calls.add_participants)
    end = awaited(calls.end_conversation)


class AsyncSessions(Resource):
    """Sessions that are there already."""

    list = awaited_sessions(calls.list_sessions)
    get = awaited_session(calls.get_session)
    find = awaited(calls.find_session)


class AsyncUsers(Resource):
    """The people of the organisation."""

    list = awaited(calls.list_users)
