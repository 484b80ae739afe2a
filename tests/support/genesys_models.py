"""Whether an answer is what the official Python SDK's models say: no other keys, words or types."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

_PLAIN = {"str": str, "int": int, "float": (int, float), "bool": bool, "object": object}


def differences(sdk: Any, kind: str, value: Any, where: str = "$") -> Iterator[str]:
    """What in `value` is not of `kind`: a model's name, or a type as the SDK writes it."""
    if value is None:
        return
    if inner := re.fullmatch(r"list\[(.+)\]", kind):
        yield from _each(sdk, inner[1], enumerate(value) if isinstance(value, list) else None, where)
    elif inner := re.fullmatch(r"dict\(str, (.+)\)", kind):
        yield from _each(sdk, inner[1], value.items() if isinstance(value, dict) else None, where)
    elif kind == "datetime":
        yield from _moment(value, where)
    elif kind in _PLAIN:
        if not isinstance(value, _PLAIN[kind]) or (kind == "int" and isinstance(value, bool)):  # type: ignore[arg-type]
            yield f"{where} is no {kind}: {value!r}"
    else:
        yield from _model(sdk, kind, value, where)


def _each(sdk: Any, kind: str, items: Any, where: str) -> Iterator[str]:
    if items is None:
        yield f"{where} is no collection"
        return
    for key, item in items:
        yield from differences(sdk, kind, item, f"{where}[{key}]")


def _moment(value: Any, where: str) -> Iterator[str]:
    if not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value)):
        yield f"{where} is no time: {value!r}"
    else:
        dt.datetime.fromisoformat(value)


def _model(sdk: Any, kind: str, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no {kind}"
        return
    model = getattr(sdk, kind)()
    names = {key: name for name, key in model.attribute_map.items()}
    for key, item in value.items():
        if key not in names:
            yield f"{where}.{key} is no key of {kind}"
            continue
        name = names[key]
        yield from differences(sdk, model.swagger_types[name], item, f"{where}.{key}")
        if isinstance(item, str) and model.swagger_types[name] == "str":
            setattr(model, name, item)
            if getattr(model, name) == "outdated_sdk_version":
                yield f"{where}.{key} may not be {item!r}"
