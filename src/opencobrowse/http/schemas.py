"""The models of `wire` as JSON Schema for /openapi.json, as the server that reads them takes them."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any, Final

import msgspec

Doc = dict[str, Any]

REF: Final = "#/components/schemas/"
_ANYTHING: Final = "Json"
_WHOLE: Final = {"type": "integer", "minimum": -(2**63), "maximum": 2**64 - 1}
_JSON: Final[Doc] = {
    "description": "Any JSON. Numbers are between -2^63 and 2^64.",
    "anyOf": [
        {"type": "object", "additionalProperties": {"$ref": f"{REF}{_ANYTHING}"}},
        {"type": "array", "items": {"$ref": f"{REF}{_ANYTHING}"}},
        {"type": "string"},
        {"type": "number", "minimum": -(2**63), "maximum": 2**64 - 1},
        {"type": "boolean"},
        {"type": "null"},
    ],
}


def components(made: Doc, modules: tuple[ModuleType, ...], more: tuple[type[msgspec.Struct], ...]) -> Doc:
    """The schemas of the framework, those of our models made anew from the models themselves.

    The framework does not know of `extra_json_schema`, nor which models refuse unknown fields. `more` are
    models that no route names.
    """
    models = [model for name, model in _structs(modules).items() if name in made]
    _, ours = msgspec.json.schema_components([*models, *more], ref_template=f"{REF}{{name}}")
    found = {**made, **ours, _ANYTHING: _JSON}
    for name, schema in ours.items():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
        found[name] = _bounded(schema)
    return found


def _structs(modules: tuple[ModuleType, ...]) -> dict[str, type[msgspec.Struct]]:
    return {
        name: member
        for module in modules
        for name, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, msgspec.Struct)
    }


def _bounded(schema: Any) -> Any:
    """`schema` with free values and whole numbers as the reader of bodies takes them (`bodies.check`)."""
    if isinstance(schema, list):
        return [_bounded(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if not schema.keys() - {"default", "description"}:
        return {**schema, "$ref": f"{REF}{_ANYTHING}"}
    if schema.get("type") == "integer":
        return {**_WHOLE, **schema}
    if schema == {"type": "object"}:
        return {**schema, "additionalProperties": {"$ref": f"{REF}{_ANYTHING}"}}
    return {key: _inside(key, value) for key, value in schema.items()}


def _inside(key: str, value: Any) -> Any:
    if key in ("properties", "patternProperties"):
        return {name: _bounded(inner) for name, inner in value.items()}
    if key in ("items", "additionalProperties", "anyOf", "oneOf", "allOf"):
        return _bounded(value)
    return value
