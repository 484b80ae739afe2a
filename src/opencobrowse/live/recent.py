"""What happened a short while ago: a set whose members are forgotten after a fixed time."""

from __future__ import annotations


class Recent:
    """Times are in seconds of the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[str, float] = {}

    def __contains__(self, item: str) -> bool:
        return item in self._since

    def add(self, item: str, now: float) -> None:
        self._since.pop(item, None)
        self._since[item] = now

    def forget(self, now: float) -> None:
        """Drop what is older. Members lie in the order of their times, so the oldest come first."""
        for item, since in list(self._since.items()):
            if now - since < self._seconds:
                return
            del self._since[item]
