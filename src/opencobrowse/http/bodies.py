"""Why a body was refused, field by field: unknown fields with the nearest known one, missing, mistyped.

The framework decodes a good body in one step; only a refused one comes here and is looked at closely.
"""

from __future__ import annotations

import difflib
import re
import types
import typing
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import HTTPException

from opencobrowse.kernel.errors import Detail, Fault, Invalid

_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$")


def explain(request: Request[Any, Any, Any], error: HTTPException) -> Fault:
    """The fault for a request that could not be decoded."""
    model = _body_type(request)
    raw = bytes(request.scope.get("raw_body", b""))
    if model is None or not raw:
        return Invalid(
            error.detail or "The request is malformed.", code="bad.request", details=_listed(error)
        )
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        return Invalid(
            f"The body is not JSON: {broken}.",
            code="invalid.json",
            cure="Send one JSON object in UTF-8 with Content-Type: application/json.",
        )
    return inspect(value, model)


def inspect(value: Any, model: Any) -> Fault:
    """Compare a decoded body with the type that was expected."""
    details = list(_unknown(value, model, ""))
    if details:
        names = ", ".join(str(d.field) for d in details)
        hints = [f"{d.field} → {d.entity_name}" for d in details if d.entity_name]
        cure = f"Leave out {names}."
        if hints:
            cure = f"Did you mean: {', '.join(hints)}? Otherwise leave them out."
        return Invalid(f"Unknown fields: {names}.", code="unknown.field", details=tuple(details), cure=cure)
    try:
        msgspec.convert(value, model, strict=True)
    except msgspec.ValidationError as wrong:
        return _wrong(str(wrong))
    return Invalid("The request is malformed.", code="bad.request")


def _wrong(text: str) -> Fault:
    found = _AT.match(text)
    what, path = (found["what"], found["path"] or "") if found else (text, "")
    field = path.lstrip(".")
    missing = re.search(r"missing required field `(?P<name>[^`]+)`", what)
    if missing:
        field = f"{field}.{missing['name']}".lstrip(".")
        return Invalid(
            f"The field {field} is missing.",
            code="missing.field",
            details=(Detail("missing.field", field),),
            cure=f"Add {field}.",
        )
    return Invalid(
        f"The value of {field or 'the body'} is not valid: {what}.",
        code="invalid.value",
        details=(Detail("invalid.value", field or None),),
        cure=f"Correct {field or 'the body'}: {what}.",
    )


def _unknown(value: Any, model: Any, path: str) -> typing.Iterator[Detail]:
    """Details of unknown fields, depth first; `entity_name` carries the nearest known name."""
    struct = _struct_in(model)
    if isinstance(value, list):
        inner = next(iter(typing.get_args(_list_in(model))), None)
        for number, item in enumerate(value):
            yield from _unknown(item, inner, f"{path}[{number}]")
        return
    if struct is None or not isinstance(value, dict):
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, item in value.items():
        where = f"{path}.{name}".lstrip(".")
        if name in fields:
            yield from _unknown(item, fields[name].type, where)
        else:
            yield Detail("unknown.field", where, None, _nearest(name, list(fields)))


def _nearest(name: str, known: list[str]) -> str | None:
    folded = {k.lower().replace("_", ""): k for k in known}
    near = difflib.get_close_matches(
        name.lower().replace("_", "").replace("-", ""), list(folded), n=1, cutoff=0.6
    )
    return folded[near[0]] if near else None


def _options(model: Any) -> tuple[Any, ...]:
    if typing.get_origin(model) in (typing.Union, types.UnionType):
        return typing.get_args(model)
    return (model,)


def _struct_in(model: Any) -> type[msgspec.Struct] | None:
    return next((o for o in _options(model) if isinstance(o, type) and issubclass(o, msgspec.Struct)), None)


def _list_in(model: Any) -> Any:
    return next((o for o in _options(model) if typing.get_origin(o) is list), None)


def _body_type(request: Request[Any, Any, Any]) -> Any:
    handler = request.scope.get("route_handler")
    field = handler.parsed_data_field if handler is not None else None
    return field.annotation if field is not None else None


def _listed(error: HTTPException) -> tuple[Detail, ...]:
    extra = error.extra if isinstance(error.extra, list) else []
    return tuple(Detail("invalid.value", str(item.get("key"))) for item in extra if isinstance(item, dict))
