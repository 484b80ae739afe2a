"""The pages a person sees at `/oauth/authorize`: the question, and what is wrong. No script, no frame."""

from __future__ import annotations

import base64
import hashlib
import html
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import MediaType, Response

from opencobrowse.services.signin import redirects
from opencobrowse.services.signin.consents import Consent

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --main: #1f5fd0; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 1.5rem; }
body { display: grid; justify-items: center; }
main { max-width: 32rem; width: 100%; box-sizing: border-box; margin-top: 8vh; padding: 1.5rem;
  border: 1px solid var(--line); border-radius: 12px; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0 0 1rem; } ul { padding-left: 1.2rem; }
.note { opacity: 0.8; font-size: 0.9rem; }
form { display: flex; gap: 0.75rem; margin-top: 1.5rem; }
button { flex: 1; font: inherit; padding: 0.6rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--soft); color: inherit; cursor: pointer; }
button.main { background: var(--main); border-color: var(--main); color: #fff; }
button:focus-visible, a:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{style}'; form-action {targets}; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Not `no-referrer`: the form's POST then comes with `Origin: null`, and looks like another site's.
    "Referrer-Policy": "same-origin",
}


def question(consent: Consent, public_url: str) -> Response[Any]:
    """Allow or deny. The form may lead to this server, and from there to the program's address alone."""
    request, user = consent.request, consent.user
    program = html.escape(request.client.name)
    if consent.allows:
        what = "".join(f"<li>{html.escape(text)}</li>" for text in consent.allows)
        what = f"<p>It will be able to:</p><ul>{what}</ul>"
    else:
        what = "<p>It will know who you are, and be able to do nothing more.</p>"
    return _page(
        f"{request.client.name} wants to act as you",
        f"<h1><strong>{program}</strong> wants to act as you</h1>"
        f"<p>You are {html.escape(user.name)} ({html.escape(user.email)}) of "
        f"{html.escape(consent.organization.name)}.</p>{what}{_where(request.redirect_uri)}"
        '<form method="post" action="/oauth/authorize">'
        f'<input type="hidden" name="request" value="{html.escape(request.text)}">'
        f'<input type="hidden" name="proof" value="{html.escape(consent.proof)}">'
        '<button name="answer" value="deny">Deny</button>'
        '<button class="main" name="answer" value="allow">Allow</button></form>',
        200,
        public_url,
        f"'self' {redirects.form_target(request.redirect_uri)}",
    )


def problem(text: str, status: int, public_url: str, way_out: tuple[str, str] | None = None) -> Response[Any]:
    """What is wrong, to the person. `way_out`: an address of ours, and its words."""
    link = f'<p><a href="{html.escape(way_out[0])}">{html.escape(way_out[1])}</a></p>' if way_out else ""
    return _page(
        "This sign-in cannot go on",
        f"<h1>This sign-in cannot go on</h1><p>{html.escape(text)}</p>{link}"
        '<p class="note">Nothing was given away. You can close this window.</p>',
        status,
        public_url,
        "'none'",
    )


def _where(redirect_uri: str) -> str:
    """Where the answer goes. Of a program on this machine nobody can prove its name: the person must know."""
    if redirects.is_loopback(redirect_uri):
        return (
            "<p>The answer goes to a program on this computer. Allow it only if you have just started it "
            "yourself.</p>"
        )
    parts = urlsplit(redirect_uri)
    shown = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    return f"<p>Your browser then goes to <strong>{html.escape(shown)}</strong>.</p>"


def _page(title: str, body: str, status: int, public_url: str, targets: str) -> Response[Any]:
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY.format(style=_STYLE_HASH, targets=targets)}
    if public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=63072000"
    content = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)} · opencobrowse</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )
    return Response(content, status_code=status, media_type=MediaType.HTML, headers=headers)
