"""Why a body was refused, field by field: unknown fields with the nearest known one, missing, mistyped.

`check` looks at every body's JSON before anything else sees it. The framework decodes a good body in one
step; only a refused one is looked at closely (`explain`).
"""

from __future__ import annotations

import codecs
import difflib
import json
import re
import types
import typing
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request
from litestar.exceptions import HTTPException

from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Detail, Fault, Invalid, WrongType

_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$")
_KINDS: Final = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
}
"""The decoder's names of types, in the words of those who send JSON from any language."""
_SMALLEST: Final = -(2**63)
_BIGGEST: Final = 2**64


class _Refused(ValueError):  # noqa: N818
    """JSON that is well formed and yet not taken."""


def check(raw: bytes) -> None:
    """Refuse what is no JSON or would be read differently by two readers: repeated keys, endless numbers,
    broken Unicode, towers of brackets. Raises `Invalid`."""
    try:
        if raw.startswith(codecs.BOM_UTF8):
            raise _Refused("it begins with a byte order mark, bytes EF BB BF, which JSON has not")
        value = _STRICT.decode(raw.decode())
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _not_json("a string has half of a surrogate pair") from None
    except UnicodeDecodeError as error:
        raise _not_json(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _not_json(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _too_deep() from None
    except _Refused as refused:
        raise _not_json(str(refused)) from None
    if raw.count(b"[") + raw.count(b"{") > limits.MAX_JSON_DEPTH and _depth(value) > limits.MAX_JSON_DEPTH:
        raise _too_deep()


def whole(value: Any) -> Any:
    """`value` with 2.0 as 2: to JSON Schema, and to programs with one kind of number, they are the same."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole(inner) for key, inner in value.items()}
    return [whole(inner) for inner in value] if isinstance(value, list) else value


def wrong_type() -> Fault:
    return WrongType(
        "Unsupported Media Type - Unsupported or incorrect media type, such as an incorrect Content-Type "
        "value in the header.",
        code="unsupported.media.type",
        cure="Send the body as JSON with Content-Type: application/json.",
    )


def explain(request: Request[Any, Any, Any], error: HTTPException) -> Fault:
    """The fault for a request that the framework could not take apart."""
    model = _body_type(request)
    raw: bytes = request.scope["raw_body"]  # type: ignore[typeddict-item]
    if model is not None and not raw.strip() and type(None) not in _options(model):
        return Invalid(
            "The body is missing.",
            code="missing.body",
            cure="Send one JSON object with Content-Type: application/json.",
        )
    fault = inspect(whole(msgspec.json.decode(raw)), model) if model is not None and raw.strip() else None
    return fault or _parameters(error)


def inspect(value: Any, model: Any) -> Fault | None:
    """Compare a decoded body with the type that was expected; None where nothing is wrong with it."""
    details = list(_unknown(value, model, ""))
    if details:
        names = ", ".join(str(d.field) for d in details)
        hints = [f"{d.field} → {d.entity_name}" for d in details if d.entity_name]
        cure = f"Leave out {names}."
        if hints:
            cure = f"Leave out {names}, or, if that was meant, write {', '.join(hints)}."
        return Invalid(f"Unknown fields: {names}.", code="unknown.field", details=tuple(details), cure=cure)
    try:
        msgspec.convert(value, model, strict=True)
    except msgspec.ValidationError as wrong:
        return _wrong(str(wrong), model)
    return None


def _parameters(error: HTTPException) -> Fault:
    """Parameters of the path and the query, by the names that callers know them by."""
    extra = error.extra if isinstance(error.extra, list) else []
    keys = [_camel(str(item["key"])) for item in extra if isinstance(item, dict) and item.get("key")]
    names = ", ".join(keys) or "the request"
    return Invalid(
        f"The value of {names} is not valid.",
        code="invalid.value",
        details=tuple(Detail("invalid.value", key) for key in keys),
        cure=f"Correct {names}: /openapi.json says what it may be.",
    )


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


# -- JSON --------------------------------------------------------------------------------------------------


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Refused(f"the key {next(n for n in names if names.count(n) > 1)} is there twice")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is no JSON number")


def _number(text: str) -> float:
    """The value is decoded again later; here it is only seen to be of a size that every reader can hold."""
    whole = len(text) < 21 and text.removeprefix("-").isdigit()
    if not _SMALLEST <= (int(text) if whole else float(text)) < _BIGGEST:
        raise _Refused(f"the number {text[:20]}… is too large")
    return 0.0


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_once_each, parse_constant=_no_constant, parse_float=_number, parse_int=_number
)


def _depth(value: Any) -> int:
    """How many objects and arrays are inside each other."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
    return depth


def _not_json(why: str) -> Invalid:
    return Invalid(
        f"The body is not JSON that can be read: {why}.",
        code="invalid.json",
        cure=f"Send one JSON object in UTF-8 with Content-Type: application/json ({why}).",
    )


def _too_deep() -> Invalid:
    return Invalid(
        f"The body is nested deeper than {limits.MAX_JSON_DEPTH} levels.",
        code="invalid.json",
        cure=f"Nest objects and arrays at most {limits.MAX_JSON_DEPTH} levels deep.",
    )


# -- fields ------------------------------------------------------------------------------------------------


def _wrong(text: str, model: Any) -> Fault:
    found = _AT.match(text)
    what, path = (found["what"], found["path"] or "") if found else (text, "")
    field, what = path.lstrip("."), _plain(what)
    missing = re.search(r"missing required field `(?P<name>[^`]+)`", what)
    if missing:
        field = f"{field}.{missing['name']}".lstrip(".")
        return Invalid(
            f"The field {field} is missing.",
            code="missing.field",
            details=(Detail("missing.field", field),),
            cure=f"Add {field}{_kind_of(_at(model, field))}.",
        )
    if allowed := _allowed(_at(model, field)):
        listed = ", ".join(allowed)
        return Invalid(
            f"The value of {field} is not valid. Allowable values are: {listed}",
            code="invalid.value",
            details=(Detail("invalid.value", field),),
            cure=f"Set {field} to one of: {listed}.",
        )
    where = field or "the body"
    return Invalid(
        f"The value of {where} is not valid: {what}.",
        code="invalid.value",
        details=(Detail("invalid.value", field or None),),
        cure=f"Correct {where}: {what[:1].lower()}{what[1:]}.",
    )


def _plain(what: str) -> str:
    """`Expected `str | null`, got `int`` as anybody says it."""
    if "`" not in what or "field `" in what:
        return what
    named = re.sub(
        r"`([^`]+)`",
        lambda kinds: " or ".join(_KINDS.get(kind, kind) for kind in kinds[1].split(" | ")),
        what,
    )
    return named.replace("of length <=", "of a length of at most").replace(
        "of length >=", "of a length of at least"
    )


def _at(model: Any, field: str) -> Any:
    """The type of the field that is called so, `participants[0].role`; None where there is no such field."""
    for name in re.sub(r"\[[^\]]*\]", "", field).split(".") if field else ():
        struct = _struct_in(_element(model))
        fields = {f.encode_name: f.type for f in msgspec.structs.fields(struct)} if struct else {}
        if name not in fields:
            return None
        model = fields[name]
    return model


def _allowed(model: Any) -> tuple[str, ...]:
    """The values of a literal type; none where it is another type."""
    literal = next((o for o in _options(model) if typing.get_origin(o) is Literal), None)
    return tuple(str(choice) for choice in typing.get_args(literal)) if literal else ()


def _kind_of(model: Any) -> str:
    """What a missing field may be, as the end of `Add …`."""
    if allowed := _allowed(model):
        return f": {allowed[0]}" if len(allowed) == 1 else f", one of: {', '.join(allowed)}"
    struct = _struct_in(_element(model))
    if struct is None:
        return ""
    names = ", ".join(field.encode_name for field in msgspec.structs.fields(struct))
    kind = "an object" if _element(model) is model else "an array of objects"
    return f", {kind} that may have {names}"


def _unknown(value: Any, model: Any, path: str) -> typing.Iterator[Detail]:
    """Details of unknown fields, depth first; `entity_name` carries the nearest known name."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unknown(item, _element(model), f"{path}[{number}]")
        return
    struct = _struct_in(model)
    if struct is None or not isinstance(value, dict):
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, item in value.items():
        where = f"{path}.{name}".lstrip(".")[:200]
        if name in fields:
            yield from _unknown(item, fields[name].type, where)
        else:
            yield Detail("unknown.field", where, None, _nearest(name[:100], list(fields)))


def _nearest(name: str, known: list[str]) -> str | None:
    """The known name that looks most like it, or that it is the end of (`type`, of `cobrowseType`)."""
    folded = {k.lower().replace("_", ""): k for k in known}
    plain = name.lower().replace("_", "").replace("-", "")
    near = difflib.get_close_matches(plain, folded, n=1, cutoff=0.6)
    ending = [k for k in folded if len(plain) > 3 and k.endswith(plain)]
    return folded[(near or ending)[0]] if near or ending else None


def _options(model: Any) -> tuple[Any, ...]:
    if typing.get_origin(model) is Annotated:
        return _options(typing.get_args(model)[0])
    if typing.get_origin(model) in (typing.Union, types.UnionType):
        return tuple(option for part in typing.get_args(model) for option in _options(part))
    return (model,)


def _struct_in(model: Any) -> type[msgspec.Struct] | None:
    return next((o for o in _options(model) if isinstance(o, type) and issubclass(o, msgspec.Struct)), None)


def _element(model: Any) -> Any:
    """What a list holds; anything else is itself."""
    found = next((o for o in _options(model) if typing.get_origin(o) is list), None)
    return typing.get_args(found)[0] if found is not None else model


def _body_type(request: Request[Any, Any, Any]) -> Any:
    field = request.scope["route_handler"].parsed_data_field
    return field.annotation if field is not None else None
