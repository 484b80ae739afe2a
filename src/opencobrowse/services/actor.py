"""Who is calling, as every use case sees them."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.kernel.ids import Millis
from opencobrowse.services.permissions import need_any


@dataclass(frozen=True, slots=True)
class Actor:
    """The bearer of a token: a program (`client_id`), a person (`user_id`), or a program that acts for a
    person (both), in one organisation. `token_ends`: when the token expires; None where there is none."""

    org_id: str
    token_id: str
    permissions: frozenset[str]
    client_id: str | None = None
    user_id: str | None = None
    token_ends: Millis | None = None

    @property
    def caller(self) -> str:
        """Whose repeated call is a repeat: the person's, through whatever program, else the program's."""
        return self.user_id or self.client_id or ""

    def need(self, *permissions: str) -> None:
        """Raise 403 unless the token holds one of `permissions`."""
        need_any(self.permissions, permissions)
