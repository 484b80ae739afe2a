"""What every call of the client goes through. Sans-IO: it holds decisions and sources of time and chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from opencobrowse.client.flow import Bearer, Broken, Flow, Policy, Reply, Request, Send, authorized, checked
from opencobrowse.client.hosts import Hosts
from opencobrowse.client.operations import Operation

if TYPE_CHECKING:
    from opencobrowse.client.dialect import Dialect

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Api:
    """One server, as the flows see it. `now`: monotonic seconds; `wall`: Unix seconds; `chance`: 0…1."""

    hosts: Hosts
    dialect: Dialect
    policy: Policy
    chance: Callable[[], float]
    now: Callable[[], float]
    wall: Callable[[], float]

    def call(self, operation: Operation[T]) -> Flow[T]:
        """Make the call, again where that is right, and read its answer. Raises a `CobrowseError`."""
        reply = yield from authorized(operation.request, self.policy, self.chance)
        return operation.read(checked(reply))

    def once(self, request: Request) -> Flow[Reply | Broken]:
        """Send it once; a token that is refused is replaced and counts as not sent."""
        token = yield Bearer(None)
        outcome = yield Send(request.with_header("Authorization", f"Bearer {token}"))
        if isinstance(outcome, Reply) and outcome.status == 401:
            fresh = yield Bearer(token)
            if fresh != token:
                outcome = yield Send(request.with_header("Authorization", f"Bearer {fresh}"))
        assert isinstance(outcome, Reply | Broken), "a driver answers Send so"  # noqa: S101
        return outcome
