"""OAuth in the API's description: these calls speak in forms, pages and redirects, not in JSON bodies."""

from __future__ import annotations

from typing import Any, Final

from opencobrowse.http import schemas
from opencobrowse.http.oauth import ASSERTION_GRANT, CLIENT_ASSERTION, SUPPORTED

Doc = dict[str, Any]

_TEXT: Final = {"type": "string"}
_FILLED: Final = {"type": "string", "minLength": 1}
_CLIENT: Final = {
    "client_id": {**_TEXT, "description": "Without HTTP Basic; all that a public client shows."},
    "client_secret": {**_TEXT, "description": "Without HTTP Basic."},
    "client_assertion_type": {"type": "string", "enum": [CLIENT_ASSERTION]},
    "client_assertion": {**_TEXT, "description": "In place of a secret: a JWT that the client signed."},
}
_TOKEN_FORM: Final = {
    "grant_type": {"type": "string", "enum": list(SUPPORTED)},
    "scope": {**_TEXT, "description": "Blank-separated; narrows what the token may do."},
    "code": {**_TEXT, "description": "authorization_code: what /oauth/authorize gave; once, within 60 s."},
    "redirect_uri": {**_TEXT, "description": "authorization_code: the one that the code was sent to."},
    "code_verifier": {**_TEXT, "description": "authorization_code: of the code_challenge (RFC 7636)."},
    "refresh_token": {**_TEXT, "description": "refresh_token: the newest; each is good once."},
    "assertion": {**_TEXT, "description": f"{ASSERTION_GRANT}: a JWT that the client signed."},
    **_CLIENT,
}
_BOTH: Final = {
    "required": ["client_secret", "client_assertion"],
    "properties": {"client_secret": _FILLED, "client_assertion": _FILLED},
}
_REVOKE_FORM: Final = {
    "token": {**_FILLED, "description": "An access or a refresh token of the client."},
    "token_type_hint": {**_TEXT, "description": "Is ignored: both kinds are looked for."},
    **_CLIENT,
}
_DECISION_FORM: Final = {
    "request": {**_FILLED, "description": "The query that was asked with."},
    "proof": {**_FILLED, "description": "From the page that asked."},
    "answer": {"type": "string", "enum": ["allow", "deny"]},
}
_QUERY: Final[Doc] = {
    "response_type": {"type": "string", "enum": ["code"]},
    "client_id": _FILLED,
    "redirect_uri": {
        **_FILLED,
        "description": "One of the client's, exactly; a loopback address with any port.",
    },
    "state": {**_TEXT, "description": "Comes back as it is."},
    "scope": {**_TEXT, "description": "Blank-separated; narrows what the program may do."},
    "code_challenge": {**_TEXT, "description": "RFC 7636; a public client needs it."},
    "code_challenge_method": {"type": "string", "enum": ["S256"]},
}
_REFUSALS: Final = {
    "400": "RFC 6749 section 5.2; wrong credentials in the form, too.",
    "401": "Wrong credentials by HTTP Basic.",
    "429": "Too many failed attempts for this client: wait `Retry-After` seconds.",
}


def complete(doc: Doc) -> None:
    """Describe OAuth's calls in `doc`."""
    paths = doc["paths"]
    _form(paths["/oauth/token"]["post"], _TOKEN_FORM, "grant_type")
    _form(paths["/oauth/revoke"]["post"], _REVOKE_FORM, "token")
    for path in ("/oauth/token", "/oauth/revoke"):
        for status, text in _REFUSALS.items():
            error = {"description": text, "content": _json()}
            paths[path]["post"]["responses"][status] = error
    revoked = paths["/oauth/revoke"]["post"]
    revoked["responses"]["401"]["description"] = "No client, or wrong credentials."
    revoked["responses"]["200"].pop("content", None)
    asked, decided = paths["/oauth/authorize"]["get"], paths["/oauth/authorize"]["post"]
    asked["parameters"] = [
        {"name": name, "in": "query", "required": name in ("client_id", "redirect_uri"), "schema": schema}
        for name, schema in _QUERY.items()
    ]
    _form(decided, _DECISION_FORM, "request", "proof", "answer")
    asked["responses"] = {
        "200": _page("The page that asks the person."),
        "303": _redirect("To the sign-in of the console, or back to the program with an error."),
        "400": _page("The client or its address is missing: nobody is sent anywhere."),
        "403": _page("The address is not the client's own, or the program is another organisation's."),
        "404": _page("There is no such client."),
    }
    decided["responses"] = {
        "303": _redirect("Back to the program, with a code or with an error."),
        "403": _page("Nobody is signed in, or the answer is not from our own page."),
    }


def _form(operation: Doc, fields: Doc, *needed: str) -> None:
    form: Doc = {
        "type": "object",
        "required": list(needed),
        "properties": fields,
        "additionalProperties": _TEXT,  # each parameter once, and what is not known is ignored
    }
    if "client_assertion" in fields:
        form["not"] = _BOTH
    content = {"application/x-www-form-urlencoded": {"schema": form}}
    operation["requestBody"] = {"required": True, "content": content}


def _page(text: str) -> Doc:
    return {"description": text, "content": {"text/html": {"schema": _TEXT}}}


def _redirect(text: str) -> Doc:
    return {"description": text, "headers": {"Location": {"schema": _TEXT}}}


def _json() -> Doc:
    return {"application/json": {"schema": {"$ref": f"{schemas.REF}OAuthError"}}}
