"""Who is calling, as every use case sees them."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.services.permissions import need_any


@dataclass(frozen=True, slots=True)
class Actor:
    """The bearer of a token: a program (`client_id`), or a person (`user_id`), in one organisation."""

    org_id: str
    token_id: str
    permissions: frozenset[str]
    client_id: str | None = None
    user_id: str | None = None

    def need(self, *permissions: str) -> None:
        """Raise 403 unless the token holds one of `permissions`."""
        need_any(self.permissions, permissions)
