"""What calls take besides path and body: each call's query, and the header of starts, for /openapi.json.

Handlers read their query by themselves (`query.py`, `paging.py`); a call is named by its operationId.
"""

from __future__ import annotations

from typing import Any, Final

from opencobrowse.kernel import limits

Doc = dict[str, Any]

_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_USER_STATE: Final = {
    "type": "string", "enum": ["active", "inactive", "deleted", "any"], "default": "active",
}  # fmt: skip
_ORDER: Final = {
    "type": "string", "enum": ["asc", "desc", "ascending", "descending", "ASC", "DESC"], "default": "asc",
    "description": "In any case of letters.",
}  # fmt: skip
_WHOLE: Final = {"type": "integer", "minimum": 1}
_PAGE: Final = {
    "pageSize": {**_WHOLE, "maximum": limits.MAX_PAGE_SIZE, "default": limits.PAGE_SIZE},
    "pageNumber": {**_WHOLE, "maximum": limits.MAX_PAGE_NUMBER, "default": 1},
}
_CURSOR: Final = {"pageSize": _PAGE["pageSize"], "after": _TEXT, "before": _TEXT}
_PROVISIONAL: Final[Doc] = {"provisional": {"type": "boolean", "default": False}}
_FLAG: Final = {"type": "boolean", "default": False}
QUERY: Final[dict[str, Doc]] = {
    "listUsers": {
        **_PAGE,
        "id": _TEXTS,
        "state": _USER_STATE,
        "sortOrder": _ORDER,
        "expand": _TEXTS,
    },
    "getUser": {"state": _USER_STATE, "expand": _TEXTS},
    "getMe": {"expand": _TEXTS},
    "startSingleSignOn": {"next": _TEXT},
    "finishSingleSignOn": dict.fromkeys(("state", "code", "iss", "error", "error_description"), _TEXT),
    "listRoles": {
        **_PAGE,
        "name": _TEXT,
        "id": _TEXTS,
        "permission": _TEXTS,
        "defaultRoleId": _TEXTS,
        "userCount": {"type": "boolean", "default": True},
    },
    "getRole": {"userCount": {"type": "boolean", "default": True}},
    "listRoleUsers": _PAGE,
    "listRoleSubjects": _PAGE,
    "listPermissions": _PAGE,
    "listDivisions": _PAGE,
    "listLimitNamespaces": _PAGE,
    "listConversations": {**_PAGE, "externalTag": _TEXT},
    "listCobrowseSessions": _PAGE,
    "getCobrowseWrapup": _PROVISIONAL,
    "getCommunicationWrapup": _PROVISIONAL,
    "getParticipantWrapup": _PROVISIONAL,
    "listWrapupCodes": {
        **_PAGE,
        "name": _TEXT,
        "id": _TEXTS,
        "sortOrder": _ORDER,
    },
    "listAvailableTopics": {"expand": _TEXTS, "includePreview": _FLAG},
    "listChannels": {
        "includechannels": {"type": "string", "enum": ["token", "oauthclient"], "default": "token"}
    },
    "addSubscriptions": {"ignoreErrors": _FLAG},
    "replaceSubscriptions": {"ignoreErrors": _FLAG},
    "listSessions": {"live": {"type": "boolean", "default": False}},
    "listDeployments": _CURSOR,
    "listVersions": _CURSOR,
    "listConfigurations": {**_CURSOR, "showOnlyPublished": {"type": "boolean", "default": False}},
}


def parameter(where: str, name: str, schema: Doc, description: str | None = None) -> Doc:
    """One that may be left out."""
    made = {"name": name, "in": where, "required": False, "schema": schema}
    return made if description is None else {**made, "description": description}


IDEMPOTENCY_KEY: Final = parameter(
    "header",
    "Idempotency-Key",
    {**_TEXT, "maxLength": 255},
    "The same key and body get the first answer again, for 48 h.",
)
