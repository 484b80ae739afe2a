"""Wrap-up: what an agent says of a conversation when their part in it is over."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.kernel.ids import Millis


@dataclass(frozen=True, slots=True)
class WrapupCode:
    """A conclusion that an organisation's agents may choose, such as `Resolved`."""

    id: str
    org_id: str
    name: str
    created_at: Millis
    updated_at: Millis
    description: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Wrapup:
    """The conclusion of one participant. `code` is a `WrapupCode`'s id, `name` its name when it was chosen;
    a `provisional` one is not the last word yet."""

    code: str
    name: str
    at: Millis
    notes: str | None = None
    tags: tuple[str, ...] = ()
    duration_seconds: int | None = None
    provisional: bool = False

    def yields_to(self, other: Wrapup) -> bool:
        """Whether `other` may take this one's place: what is final is not made provisional again."""
        return self.provisional or not other.provisional
