"""Tokens, signing in, and a program that acts for a person."""

from __future__ import annotations

from typing import Final

from tests.authorization.table import Row
from tests.authorization.world import PASSWORD, PROGRAM, SECRET

_PROGRAM: Final = {"client_id": "{client}", "client_secret": SECRET}

ACCESS: Final = {
    "issueToken": Row(
        open_to="whoever has the client's secret", form={"grant_type": "client_credentials", **_PROGRAM}
    ),
    "revokeToken": Row(open_to="whoever has the client's secret", form={"token": "some-token", **_PROGRAM}),
    "describeAuthorizationServer": Row(open_to="everybody"),
    "authorize": Row(
        open_to="everybody; who is signed in to the console is asked, others are sent there first",
        query={"response_type": "code", "client_id": "{client}", "redirect_uri": PROGRAM},
        status=303,
    ),
    "decide": Row(
        open_to="the console's own page alone: 403 for every other", form={"answer": "allow"}, status=403
    ),
    "startSingleSignOn": Row(
        open_to="everybody, where there is an identity provider; else 404", status=404
    ),
    "finishSingleSignOn": Row(
        open_to="whoever comes back from the identity provider; without one 404", status=404
    ),
    "signInWays": Row(open_to="everybody"),
    "signIn": Row(open_to="whoever has the password", body={"email": "{agentEmail}", "password": PASSWORD}),
    "signOut": Row(),
    "getMyToken": Row(),
    "checkMyToken": Row(),
    "revokeMyToken": Row(),
    "getMyOrganization": Row(),
}  # fmt: skip

LIMITS: Final = {
    "listLimitNamespaces": Row(),
    "getLimits": Row(),
    "getDefaultLimits": Row(),
    "getLimitUse": Row(),
}

HEALTH: Final = {
    "alive": Row(open_to="everybody"),
    "ready": Row(open_to="everybody"),
}
