"""Since when a session is without its sharer or without a viewer, and what follows (reliability.md D)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

from opencobrowse.kernel import limits
from opencobrowse.relay.authority import Role


class Verdict(Enum):
    PAUSE = "nobody watches"
    AGENT_LOST = "nobody watched for too long"
    CUSTOMER_LOST = "nobody shared for too long"


_AFTER_MS: Final = (
    (Role.SHARER, limits.SHARER_ABSENT_END_MS, Verdict.CUSTOMER_LOST),
    (Role.VIEWER, limits.VIEWER_ABSENT_END_MS, Verdict.AGENT_LOST),
    (Role.VIEWER, limits.VIEWER_ABSENT_PAUSE_MS, Verdict.PAUSE),
)


class Absences:
    """Times are in seconds of the monotonic clock. Only sessions that share are judged."""

    def __init__(self) -> None:
        self._since: dict[str, dict[Role, float]] = {}

    def begin(self, session_id: str, present: set[Role], now: float) -> None:
        """The session shares from now on: who is not there has been away for no time."""
        self._since[session_id] = {role: now for role in Role if role not in present}

    def end(self, session_id: str) -> None:
        self._since.pop(session_id, None)

    def came(self, session_id: str, role: Role) -> None:
        self._since.get(session_id, {}).pop(role, None)

    def left(self, session_id: str, role: Role, now: float) -> None:
        if session_id in self._since:
            self._since[session_id].setdefault(role, now)

    def verdicts(self, now: float) -> Iterator[tuple[str, Verdict]]:
        """What is due now, the gravest thing of each session."""
        for session_id, since in self._since.items():
            for role, limit_ms, verdict in _AFTER_MS:
                if role in since and (now - since[role]) * 1000 >= limit_ms:
                    yield session_id, verdict
                    break
