"""Which errors a call can give, for /openapi.json."""

from __future__ import annotations

from typing import Any, Final

from opencobrowse.http import schemas

Doc = dict[str, Any]

STARTS: Final = frozenset(
    {"startCobrowse", "initiateCobrowse", "startByEvent", "createAndStart", "createConversation"}
)
_CONTENT: Final = {"application/json": {"schema": {"$ref": f"{schemas.REF}ErrorBody"}}}
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
_MORE: Final[dict[str, set[int]]] = {
    "signIn": {401}, "registerPage": {403, 404}, "findInvitation": {404}, "deleteGuestSession": {409},
    "createDeployment": {404}, "createRole": {404}, "listDeployments": {404}, "listConfigurations": {404},
    "listVersions": {404},
}  # fmt: skip


def errors(path: str, method: str, operation: Doc) -> set[int]:
    """The statuses of the errors that a call can give. `operation` has its security already."""
    name = operation["operationId"]
    can = {400, 429, 500, 503} | _MORE.get(name, set())
    if operation["security"]:
        can |= {401, 403}
        if method not in ("get", "head"):
            can.add(409)
    if "{" in path or name in STARTS:
        can.add(404)
    if "requestBody" in operation:
        can |= {413, 415}
    if name in STARTS:
        can.add(422)
    return can


def error(status: int) -> Doc:
    """The answer with this status."""
    answer: Doc = {"description": _ERRORS[status], "content": _CONTENT}
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return answer
