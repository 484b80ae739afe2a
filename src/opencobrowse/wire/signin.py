"""How people sign in to the console: ours."""

from __future__ import annotations

from opencobrowse.wire.api import Answer


class SingleSignOn(Answer):
    """Ours: a button of the sign-in page. `url` takes `?next=`, a path of this server to come back to."""

    name: str
    url: str


class SignInWays(Answer):
    """Ours: how a person can sign in to the console."""

    password: bool
    single_sign_on: SingleSignOn | None = None
