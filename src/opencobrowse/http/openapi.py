"""The API's description: what the framework knows of routes and models, and what only we know.

From the routes come paths, bodies and answers. Here come the errors that every call can give, who may call,
query parameters that handlers read by themselves, and the words of the models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers.http_handlers import HTTPRouteHandler

from opencobrowse.http import oauth_description, schemas
from opencobrowse.http.paths import is_guest
from opencobrowse.kernel import limits
from opencobrowse.wire import api, cobrowsesessions, described, people, quotas, roles, routing, webdeployments
from opencobrowse.wire import notifications as channels

Doc = dict[str, Any]

TITLE: Final = "opencobrowse"
_METHODS: Final = ("get", "head", "post", "put", "patch", "delete")
_MODELS: Final = (api, people, channels, cobrowsesessions, routing, webdeployments, quotas, roles)
_ABOUT: Final = """\
The cobrowse part of the Genesys Cloud Conversations API, and ours: fields and calls that the platform does
not have are marked so. Start with `POST /oauth/token`, then send `Authorization: Bearer <access_token>`.

Every error is an `ErrorBody`: `help.summary` says what to change, and `help.example`, where there is one, is
a complete request that succeeds if it is sent unchanged. Every answer carries `ININ-Correlation-Id`; those
under /api/v2 carry `inin-ratelimit-allowed`, `-count` and `-reset`. `X-Genesys-Organization-ID` is optional;
given, it must be the token's organisation. Unknown fields of a body are refused and named. Times are
ISO-8601 UTC with milliseconds; bodies are at most 1 MiB."""
_SECURITY: Final[list[Doc]] = [{"client": []}, {"cookie": []}]
_SCHEMES: Final = {
    "client": {
        "type": "oauth2",
        "description": "RFC 6749 client credentials, by HTTP Basic or in the form.",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}},
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "opencobrowse_session",
        "description": "The console's sign-in; from its own pages only.",
    },
}
_ERRORS: Final = {
    400: "The request is wrong: the body names the field and the cure.",
    401: "No token, or one that is unknown, revoked or expired.",
    403: "The token's owner may not do this.",
    404: "There is no such thing for this caller.",
    409: "The state of the thing forbids it.",
    413: "The body is larger than 1 MiB.",
    415: "The body is not JSON.",
    422: "The Idempotency-Key was used with another body.",
    429: "Too many calls: wait `Retry-After` seconds.",
    500: "A defect of the server; the contextId finds it in the log.",
    503: "Overloaded, or stopping: wait `Retry-After` seconds.",
}
_STARTS: Final = frozenset(
    {"startCobrowse", "initiateCobrowse", "startByEvent", "createAndStart", "createConversation"}
)
_MORE: Final[dict[str, set[int]]] = {
    "signIn": {401}, "registerPage": {403, 404}, "findInvitation": {404}, "deleteGuestSession": {409},
    "createDeployment": {404}, "listDeployments": {404}, "listConfigurations": {404}, "listVersions": {404},
}  # fmt: skip
_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_USER_STATE: Final = {
    "type": "string", "enum": ["active", "inactive", "deleted", "any"], "default": "active",
}  # fmt: skip
_WHOLE: Final = {"type": "integer", "minimum": 1}
_PAGE: Final = {
    "pageSize": {**_WHOLE, "maximum": limits.MAX_PAGE_SIZE, "default": limits.PAGE_SIZE},
    "pageNumber": {**_WHOLE, "maximum": limits.MAX_PAGE_NUMBER, "default": 1},
}
_CURSOR: Final = {"pageSize": _PAGE["pageSize"], "after": _TEXT, "before": _TEXT}
_PROVISIONAL: Final[Doc] = {"provisional": {"type": "boolean", "default": False}}
_FLAG: Final = {"type": "boolean", "default": False}
_QUERY: Final[dict[str, Doc]] = {
    "listUsers": {
        **_PAGE,
        "id": _TEXTS,
        "state": _USER_STATE,
        "sortOrder": {"type": "string", "enum": ["ASC", "DESC"], "default": "ASC"},
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
        "id": {"type": "array", "items": _TEXT},
        "sortOrder": {"type": "string", "enum": ["asc", "desc", "ascending", "descending"]},
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
_ANSWERS: Final = {"createConversation": ("201", "Conversation"), "createAndStart": ("201", "Conversation")}
# What a model cannot say of a body.
_NEEDED: Final[dict[str, Doc]] = {
    "createDeployment": described.one_of("configuration"),
    "findInvitation": described.one_of("code", "token"),
    "createAndStart": described.SOME_AGENT,
    "startCobrowse": described.LINKED,
    "addParticipants": described.PAIRS,
}
_LISTED: Final = {
    "listDeployments": "Deployment", "listVersions": "ConfigurationVersion",
    "listConfigurations": "ConfigurationVersion", "listConversations": "Conversation",
}  # fmt: skip


def operation_id(handler: HTTPRouteHandler, *_: Any) -> str:
    """`start_cobrowse` → `startCobrowse`: names of calls, for those who generate clients."""
    return _camel(handler.handler_name)


def document(app: Litestar) -> Doc:
    """The description of `app`, made once."""
    if "openapi" not in app.state:
        app.state["openapi"] = complete(app.openapi_schema.to_schema())
    found: Doc = app.state["openapi"]
    return found


def complete(made: Doc) -> Doc:
    """The whole description, from what the framework made. `made` stays as it is."""
    doc: Doc = msgspec.json.decode(msgspec.json.encode(made))
    doc["info"]["description"] = _ABOUT
    doc["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    doc["components"]["schemas"] = schemas.components(
        doc["components"]["schemas"], _MODELS, (api.ErrorBody, people.OAuthError)
    )
    doc["components"]["securitySchemes"] = _SCHEMES
    doc["paths"] = {_camel_path(path): item for path, item in sorted(doc["paths"].items())}
    for path, method, operation in operations(doc):
        _complete_operation(path, method, operation)
    oauth_description.complete(doc)
    return doc


def operations(doc: Doc) -> Iterator[tuple[str, str, Doc]]:
    """Every `(path, method, operation)`, in the order of the document."""
    for path, item in doc["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _complete_operation(path: str, method: str, operation: Doc) -> None:
    name = operation["operationId"]
    operation["tags"] = [_tag(path)]
    operation["summary"] = _spoken(name)
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter["name"] = _camel(parameter["name"])
    if name in _QUERY:
        known = operation.setdefault("parameters", [])
        known[:] = [parameter for parameter in known if parameter["name"] not in _QUERY[name]]
        known += [_parameter("query", key, schema) for key, schema in _QUERY[name].items()]
    if name in _STARTS:
        parameter = _parameter("header", "Idempotency-Key", {**_TEXT, "maxLength": 255})
        parameter["description"] = "The same key and body get the first answer again, for 48 h."
        operation.setdefault("parameters", []).append(parameter)
    _type_body(name, operation)
    _type_answers(name, operation)
    open_to_all = not path.startswith("/api/v2/") or is_guest(path.replace("{", "").replace("}", ""))
    operation["security"] = [] if open_to_all else _SECURITY
    responses = operation["responses"]
    responses.pop("400", None)
    for answer in responses.values():
        answer["description"] = "Done."
    for status in sorted(_errors(path, method, operation) if path.startswith("/api/v2/") else ()):
        responses[str(status)] = _error(status)


def _type_body(name: str, operation: Doc) -> None:
    """What has to be there although the model leaves it open."""
    if name not in _NEEDED:
        return
    content = operation["requestBody"]["content"]["application/json"]
    content["schema"] = {"allOf": [content["schema"], _NEEDED[name]]}


def _type_answers(name: str, operation: Doc) -> None:
    if name in _ANSWERS:
        status, model = _ANSWERS[name]
        operation["responses"][status]["content"] = _json({"$ref": f"{schemas.REF}{model}"})
    if name in _LISTED:
        content = operation["responses"]["200"]["content"]["application/json"]
        entities = {"type": "array", "items": {"$ref": f"{schemas.REF}{_LISTED[name]}"}}
        content["schema"] = {"allOf": [content["schema"], {"properties": {"entities": entities}}]}


def _errors(path: str, method: str, operation: Doc) -> set[int]:
    """The statuses of the errors that a call can give."""
    name = operation["operationId"]
    can = {400, 429, 500, 503} | _MORE.get(name, set())
    if operation["security"]:
        can |= {401, 403}
        if method not in ("get", "head"):
            can.add(409)
    if "{" in path or name in _STARTS:
        can.add(404)
    if "requestBody" in operation:
        can |= {413, 415}
    if name in _STARTS:
        can.add(422)
    return can


def _error(status: int) -> Doc:
    answer: Doc = {"description": _ERRORS[status], "content": _json({"$ref": f"{schemas.REF}ErrorBody"})}
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return answer


def _tag(path: str) -> str:
    starts = (("/oauth", "tokens"), ("/.well-known", "tokens"), ("/health", "health"))
    for start, tag in (*starts, ("/api/v2/opencobrowse", "ours")):
        if path.startswith(start):
            return tag
    return path.split("/")[3]


def _parameter(where: str, name: str, schema: Doc) -> Doc:
    return {"name": name, "in": where, "required": False, "schema": schema}


def _json(schema: Doc) -> Doc:
    return {"application/json": {"schema": schema}}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _camel_path(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: "{" + _camel(found.group(1)) + "}", path)


def _spoken(name: str) -> str:
    """`startCobrowse` → `Start cobrowse`."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: " " + found.group(1).lower(), name).capitalize()
