"""The API's description: what the framework knows of routes and models, and what only we know.

From the routes come paths, bodies and answers. Here come who may call, and the words of the models; from
`parameters` what handlers read of the query by themselves, from `statuses` the errors that a call can give,
from `requirements` what bodies have to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers.http_handlers import HTTPRouteHandler

from opencobrowse.http import oauth_description, parameters, requirements, schemas, statuses
from opencobrowse.http.paths import is_guest
from opencobrowse.wire import api, cobrowsesessions, people, quotas, roles, routing, webdeployments
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
_NOTHING: Final = {"application/json": {"schema": {"type": "null"}}}
_ANSWERS: Final = {"createConversation": ("201", "Conversation"), "createAndStart": ("201", "Conversation")}
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
    doc["components"]["schemas"] |= requirements.named()
    for name, more in requirements.models().items():
        doc["components"]["schemas"][name] |= more
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
    if name in parameters.QUERY:
        query = parameters.QUERY[name]
        known = operation.setdefault("parameters", [])
        known[:] = [parameter for parameter in known if parameter["name"] not in query]
        known += [parameters.parameter("query", key, schema) for key, schema in query.items()]
    if name in statuses.STARTS:
        operation.setdefault("parameters", []).append(parameters.IDEMPOTENCY_KEY)
    _type_body(name, operation)
    _type_answers(name, operation)
    open_to_all = not path.startswith("/api/v2/") or is_guest(path.replace("{", "").replace("}", ""))
    operation["security"] = [] if open_to_all else _SECURITY
    responses = operation["responses"]
    responses.pop("400", None)
    for answer in responses.values():
        answer["description"] = "Done."
        if answer.get("content") == _NOTHING:
            del answer["content"]
    if path.startswith("/api/v2/"):
        for status in sorted(statuses.errors(path, method, operation)):
            responses[str(status)] = statuses.error(status)


def _type_body(name: str, operation: Doc) -> None:
    """What has to be there although the model leaves it open."""
    if name not in requirements.BODIES:
        return
    content = operation["requestBody"]["content"]["application/json"]
    content["schema"] = {"allOf": [content["schema"], requirements.BODIES[name]]}


def _type_answers(name: str, operation: Doc) -> None:
    if name in _ANSWERS:
        status, model = _ANSWERS[name]
        operation["responses"][status]["content"] = _json({"$ref": f"{schemas.REF}{model}"})
    if name in _LISTED:
        content = operation["responses"]["200"]["content"]["application/json"]
        entities = {"type": "array", "items": {"$ref": f"{schemas.REF}{_LISTED[name]}"}}
        content["schema"] = {"allOf": [content["schema"], {"properties": {"entities": entities}}]}


def _tag(path: str) -> str:
    starts = (("/oauth", "tokens"), ("/.well-known", "tokens"), ("/health", "health"))
    for start, tag in (*starts, ("/api/v2/opencobrowse", "ours")):
        if path.startswith(start):
            return tag
    return path.split("/")[3]


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
