"""Tokens, keyed hashes and the two things derived from a session's id: its join code and its join token.

A join code is 8 letters of an alphabet of 20 consonants (34.6 bits, RFC 8628 section 6.1): no vowels, so no
words, and nothing that is misheard as something else. It is *derived* from the session's id with the
server's key, so it can be shown again later while only its keyed hash is stored (reliability.md B6).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

CODE_ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH: Final = 8


class Secret(str):
    """A string that does not print itself: safe in reprs, tracebacks and logs."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('…')"


def new_token() -> Secret:
    """256 random bits, URL-safe."""
    return Secret(secrets.token_urlsafe(32))


def digest(token: str) -> str:
    """What is stored in place of a random token. SHA-256 is enough for 256 random bits (ASVS 6.5.2)."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Constant-time equality."""
    return hmac.compare_digest(left.encode(), right.encode())


class Keyring:
    """The server's own key and what it derives. One per data directory; never leaves the process."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mac(self, purpose: str, text: str) -> bytes:
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()

    def join_code(self, session_id: str) -> str:
        """The code a customer types, for example `BCDF-GHJK`."""
        number = int.from_bytes(self.mac("join-code", session_id)[:16], "big")
        letters = []
        for _ in range(CODE_LENGTH):
            number, digit = divmod(number, len(CODE_ALPHABET))
            letters.append(CODE_ALPHABET[digit])
        return "".join(letters[:4]) + "-" + "".join(letters[4:])

    def join_token(self, session_id: str) -> str:
        """The 128-bit token inside a join link."""
        return self.mac("join-token", session_id)[:16].hex()

    def channel_secret(self, channel_id: str) -> str:
        """The 128 bits that open a notification channel's socket."""
        return self.mac("channel", channel_id)[:16].hex()

    def asset_key(self, session_id: str, user_id: str) -> str:
        """The 128 bits that open the asset proxy of one session, for its agent."""
        return self.mac("assets", f"{session_id}\0{user_id}")[:16].hex()

    def index(self, code_or_token: str) -> str:
        """What is stored to find a session by its code or token."""
        return self.mac("join-index", normal_code(code_or_token)).hex()


def normal_code(text: str) -> str:
    """As people type it: lower case, blanks and dashes do not matter."""
    return "".join(ch for ch in text.upper() if ch.isalnum())
