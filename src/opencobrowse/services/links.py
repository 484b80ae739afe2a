"""The links of a session, from the public URL and never from a request's Host header (api.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.domain.session import Session
from opencobrowse.kernel.secrets import Keyring


@dataclass(frozen=True, slots=True)
class Links:
    """`viewer` opens nothing without signing in; `join` has its token in the fragment: never logged."""

    public_url: str
    keyring: Keyring

    def viewer(self, session: Session) -> str:
        return f"{self.public_url}/console/sessions/{session.id}"

    def join(self, session: Session) -> str:
        return f"{self.public_url}/join#{self.keyring.join_token(session.id)}"

    def code(self, session: Session) -> str:
        return self.keyring.join_code(session.id)

    def socket(self, session: Session) -> str:
        return f"ws{self.public_url.removeprefix('http')}/live/sessions/{session.id}"

    def channel(self, channel_id: str) -> str:
        """A notification channel's `connectUri`. The platform's clients open it with no header at all, so the
        address is the proof; it is derived, so nothing of it is stored and it can be shown again."""
        secret = self.keyring.channel_secret(channel_id)
        return f"ws{self.public_url.removeprefix('http')}/live/channels/{channel_id}/{secret}"

    def pages_socket(self) -> str:
        """Where a customer's page connects, whatever the session."""
        return f"ws{self.public_url.removeprefix('http')}/live/pages"
