"""Where a program may have its people sent back to (RFC 6749 section 3.1.2, RFC 8252, RFC 9700)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode, urlsplit

from opencobrowse.domain.people import OAuthClient
from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Detail, Invalid

# Written out and not left to a parser: what a browser makes of `http://127.0.0.1:80@evil.example` is not to
# be guessed at.
_LOOPBACK: Final = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(?::\d{1,5})?(/[^\\]*)?\Z")
_HTTPS: Final = re.compile(r"https://[a-z0-9.-]+(?::\d{1,5})?(?:/[^\\]*)?\Z", re.IGNORECASE)
_OWN_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:/[^\\]*\Z", re.IGNORECASE)
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+\Z")


def checked(uri: str) -> str:
    """`uri`, if a program may register it. Raises `Invalid`: only https, http on loopback, and an app's own
    scheme (with a dot: `com.example.app:/back`) lead back to the program and to nobody else."""
    fits = _HTTPS.match(uri) or _LOOPBACK.match(uri) or _OWN_SCHEME.match(uri)
    if not fits or not _PRINTABLE.match(uri) or "#" in uri or "*" in uri:
        raise _refused(uri)
    if len(uri) > limits.REDIRECT_URI_CHARS:
        raise _refused(uri[:80] + "…")
    return uri


def allows(client: OAuthClient, uri: str) -> bool:
    """Whether `uri` is one of the client's: exactly, but for the port of a native app's loopback listener,
    which it only knows when it runs (RFC 8252 section 7.3)."""
    if uri in client.redirect_uris:
        return True
    if not client.public or not _PRINTABLE.match(uri):
        return False
    return any(_same_listener(registered, uri) for registered in client.redirect_uris)


def with_answer(uri: str, answer: dict[str, str | None]) -> str:
    """The address that carries `answer` back; what is None is left out. A query of its own stays."""
    query = urlencode({name: value for name, value in answer.items() if value is not None})
    return f"{uri}{'&' if '?' in uri else '?'}{query}"


def form_target(uri: str) -> str:
    """`uri` as a source of a content security policy's `form-action`: browsers hold a form's redirects to it
    as well. An IPv6 address cannot be written there."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https") and "[" not in parts.netloc:
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"


def is_loopback(uri: str) -> bool:
    return bool(_LOOPBACK.match(uri))


def _same_listener(registered: str, uri: str) -> bool:
    left, right = _LOOPBACK.match(registered), _LOOPBACK.match(uri)
    return bool(left and right) and left.groups() == right.groups()  # type: ignore[union-attr]


def _refused(uri: str) -> Invalid:
    return Invalid(
        f"{uri!r} is no address to send people back to.",
        code="invalid.value",
        details=(Detail("invalid.value", "redirectUris"),),
        cure="Give a whole https address, http://127.0.0.1/… for an app on people's machines, or an app's "
        "own scheme such as com.example.app:/back; without a fragment and without *.",
    )
