"""Every error leaves through here, in the platform's shape with our `help` on top (api.md section 3).

The framework's exception handlers only note the fault: `middleware.Edge` sends it, because the help is looked
up in the store and the framework's handlers cannot wait.
"""

from __future__ import annotations

import logging
import uuid
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import UNSET

from opencobrowse.http import bodies, codes
from opencobrowse.kernel import errors, limits
from opencobrowse.kernel.errors import Fault
from opencobrowse.wire import api

log = logging.getLogger("opencobrowse.http")

NOTED: Final = "opencobrowse.fault"
MAX_RETRY_AFTER: Final = 180

AnyRequest = Request[Any, Any, Any]


def speaks_platform(request: AnyRequest) -> bool:
    """Whether one of the platform's official SDKs calls, which take no words but the platform's: the one for
    Python makes `outdated_sdk_version` of any other."""
    return "purecloud-sdk" in request.headers


def body(fault: Fault, context_id: str, public_url: str = "") -> dict[str, Any]:
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
            docs=codes.link(public_url, fault.code),
            example=api.HelpExample(method=example.method, path=example.path, body=example.body)
            if example
            else None,
        ),
        entity_id=fault.entity_id or UNSET,
    )
    return {**fault.extra, **msgspec.to_builtins(shape)}


def headers(fault: Fault) -> list[tuple[bytes, bytes]]:
    """The headers that belong to a fault's status."""
    found = [(b"content-type", b"application/json")]
    if fault.retry_after:
        wait = str(min(fault.retry_after, MAX_RETRY_AFTER)).encode()
        found.append((b"retry-after", wait))
        if fault.status == 429:  # whichever budget it was that is used up
            found += [(f"inin-ratelimit-{name}".encode(), fault.params[name].encode())
                      for name in ("allowed", "count") if name in fault.params]  # fmt: skip
            found.append((b"inin-ratelimit-reset", wait))
    if fault.status == 401:
        found.append((b"www-authenticate", b'Bearer realm="opencobrowse"'))
    if fault.status == 405:
        found.append((b"allow", fault.params.get("allowed", "").encode()))
    return found


def raw(fault: Fault, public_url: str) -> bytes:
    """A whole answer for a connection that is closed with it: what is refused before it is a request."""
    context_id = str(uuid.uuid4())
    content = msgspec.json.encode(body(fault, context_id, public_url))
    lines = [
        b"HTTP/1.1 %d %s" % (fault.status, HTTPStatus(fault.status).phrase.encode()),
        b"connection: close",
        b"content-length: %d" % len(content),
        b"inin-correlation-id: " + context_id.encode(),
        *(b"%b: %b" % pair for pair in headers(fault)),
    ]
    return b"\r\n".join([*lines, b"", content])


def on_fault(request: AnyRequest, fault: Fault) -> Response[bytes]:
    return _note(request, fault)


def on_http_exception(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What the framework raised before or around a handler, in our words."""
    return _note(request, _translate(request, error))


def on_crash(request: AnyRequest, error: Exception) -> Response[bytes]:
    return _note(request, crash(error, str(request.scope.get("context_id", ""))))


def crash(error: BaseException, context_id: str) -> Fault:
    """A bug of ours: logged with the context id that the caller is given."""
    log.error("unhandled error, context %s", context_id, exc_info=error)
    return errors.Broken(
        "The server encountered an unexpected condition which prevented it from fulfilling the request.",
        code="internal.server.error",
        cure=f"This is a defect of the server: report it with the contextId {context_id}.",
    )


def too_large() -> Fault:
    return errors.TooLarge(
        f"The request is over the size limit. Maximum bytes: {limits.MAX_BODY_BYTES}",
        code="request.too.large",
        params={"maximumBytes": str(limits.MAX_BODY_BYTES)},
        cure=f"Send a body of at most {limits.MAX_BODY_BYTES} bytes.",
    )


def too_late() -> Fault:
    return errors.TimedOut(
        "The request timed out.",
        code="request.timeout",
        cure="Send it again, with the same Idempotency-Key where there is one.",
        retry_after=5,
    )


def _note(request: AnyRequest, fault: Fault) -> Response[bytes]:
    request.scope[NOTED] = fault  # type: ignore[typeddict-unknown-key]
    return Response(b"", status_code=fault.status)


def _translate(request: AnyRequest, error: HTTPException) -> Fault:
    table = request.scope["paths"]  # type: ignore[typeddict-item]
    match error.status_code:
        case 404:
            return table.not_found(request.url.path)  # type: ignore[no-any-return]
        case 405:
            return table.not_allowed(request.method, request.url.path)  # type: ignore[no-any-return]
        case 413:
            return too_large()
        case 415:
            return bodies.wrong_type()
        case status if status >= 500:
            return crash(error, str(request.scope.get("context_id", "")))
    return bodies.explain(request, error)
