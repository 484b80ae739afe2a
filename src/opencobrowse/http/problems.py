"""Every error leaves through here, in the platform's shape with our `help` on top (api.md section 3)."""

from __future__ import annotations

import logging
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import UNSET

from opencobrowse.http import bodies, paths
from opencobrowse.kernel import errors
from opencobrowse.kernel.errors import Fault
from opencobrowse.wire import api

log = logging.getLogger("opencobrowse.http")

DOCS: Final = "https://opencobrowse.dev/errors"

AnyRequest = Request[Any, Any, Any]


def respond(fault: Fault, context_id: str) -> Response[bytes]:
    """The answer for a fault."""
    headers = {"Retry-After": str(min(fault.retry_after, 180))} if fault.retry_after else {}
    if fault.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="opencobrowse"'
    return Response(
        msgspec.json.encode(body(fault, context_id)),
        status_code=fault.status,
        media_type="application/json",
        headers=headers,
    )


def body(fault: Fault, context_id: str) -> dict[str, Any]:
    """The `ErrorBody` of a fault, with what the fault brings along (a live session's links, for example)."""
    example = fault.example
    shape = api.ErrorBody(
        message=fault.message,
        code=fault.code,
        status=fault.status,
        message_with_params=fault.message,
        message_params=fault.params,
        context_id=context_id,
        details=[
            api.ErrorDetail(
                error_code=d.code, field_name=d.field, entity_id=d.entity_id, entity_name=d.entity_name
            )
            for d in fault.details
        ],
        errors=[],
        help=api.Help(
            summary=fault.cure or fault.message,
            docs=f"{DOCS}#{fault.code}",
            example=api.HelpExample(method=example.method, path=example.path, body=example.body)
            if example
            else UNSET,
        ),
        entity_id=fault.entity_id or UNSET,
    )
    return {**msgspec.to_builtins(shape), **fault.extra}


def on_fault(request: AnyRequest, fault: Fault) -> Response[bytes]:
    return respond(fault, context_of(request))


def on_http_exception(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What the framework raised before or around a handler, in our words."""
    return respond(_translate(request, error), context_of(request))


def on_crash(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A bug of ours: logged with the context id that the caller is given."""
    context_id = context_of(request)
    log.error("unhandled error, context %s", context_id, exc_info=error)
    fault = errors.Fault(
        "The server encountered an unexpected condition which prevented it from fulfilling the request.",
        code="internal.server.error",
        cure=f"This is a defect of the server; report it with the contextId {context_id}.",
    )
    answer = respond(fault, context_id)
    answer.status_code = 500
    return answer


def context_of(request: AnyRequest) -> str:
    """The correlation id that the outermost middleware gave this request."""
    return str(request.scope.get("context_id", ""))


def _translate(request: AnyRequest, error: HTTPException) -> Fault:
    match error.status_code:
        case 404:
            return paths.not_found(request.method, request.url.path)
        case 405:
            return paths.not_allowed(request.method, request.url.path, error.headers)
        case 413:
            return errors.TooLarge(
                "The request is over the size limit. Maximum bytes: 1048576", code="request.too.large"
            )
        case 415:
            return errors.WrongType(
                "Send JSON with Content-Type: application/json.", code="unsupported.media.type"
            )
        case 400:
            return bodies.explain(request, error)
    fault = Fault(error.detail or "The request failed.", code="bad.request")
    return fault
