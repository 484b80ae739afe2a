"""What the description says of a field and no decoder checks: a service does, and says better what is wrong.

Every constraint here has its check in `services/`; tests/description holds the two together.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from msgspec import Meta

from opencobrowse.kernel import limits

Doc = dict[str, Any]


def also(**schema: Any) -> Meta:
    """`schema` on top of what the type says, in /openapi.json only."""
    return Meta(extra_json_schema=schema)


_FILLED: Final[Doc] = {"type": "string", "minLength": 1}
_EMPTY: Final[Doc] = {"enum": [None, ""]}

_IN_EMAIL: Final = r"[^\s\x00-\x20\x7f-\xa0@<>,;:\"]+"
Filled = Annotated[str, also(minLength=1)]
NotEmpty = also(minItems=1)
Email = Annotated[str, also(pattern=rf"^{_IN_EMAIL}@{_IN_EMAIL}$", maxLength=254)]


Name = Annotated[str, also(minLength=1, maxLength=200, pattern=r"\S")]

# -- web deployments (services/configurations.py, services/domains.py) -------------------------------------

Fragment = Annotated[str, also(minLength=1, maxLength=limits.SELECTOR_CHARS, pattern=r"\S")]
Selector = Annotated[
    str,
    also(minLength=1, maxLength=limits.SELECTOR_CHARS, pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$"),
]
Selectors = Annotated[list[Selector], also(maxItems=limits.SELECTORS)]
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
Host = Annotated[str, also(pattern=rf"^(https?://)?({_LABEL}\.){{0,3}}{_LABEL}(:[0-9]{{1,5}})?$")]
Hosts = Annotated[list[Host], also(maxItems=limits.ALLOWED_DOMAINS)]
PageUrl = Annotated[
    str, also(pattern=rf"^https?://({_LABEL}\.){{0,3}}{_LABEL}(/[A-Za-z0-9_.~/-]{{0,500}})?$", maxLength=2000)
]


def _all(**properties: Doc) -> Doc:
    return {"required": list(properties), "properties": properties}


def one_of(*keys: str) -> Doc:
    """At least one of `keys` is there and is not null."""
    return {"anyOf": [_all(**{key: {"not": {"type": "null"}}}) for key in keys]}


def _or_left_out(**properties: Doc) -> Doc:
    return {"properties": properties}


# -- participants (services/joining.py) --------------------------------------------------------------------

_HOST: Final = r"(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9]([a-zA-Z0-9.\-]*[a-zA-Z0-9])?)"
_SIP: Final = (
    r"^[sS][iI][pP][sS]?:([^\s\x00-\x20\x7f-\xa0@<>\"]+@)?"
    + _HOST
    + r"(:[0-9]{1,5})?(;[^\s\x00-\x20\x7f-\xa0<>\"?]*)?(\?[^\s\x00-\x20\x7f-\xa0<>\"]*)?$"
)
_MAIL: Final = (
    r"^([mM][aA][iI][lL][tT][oO]:)?[^\s\x00-\x20\x7f-\xa0@<>\",;]+@[^\s\x00-\x20\x7f-\xa0@<>\",;]+$"
)
_PHONE: Final = r"^([tT][eE][lL]:)?\+?[0-9][0-9 ().\-/]{1,30}$"
_SIP_OR_OTHER: Final[Doc] = {"anyOf": [{"not": {"pattern": "^[sS][iI][pP][sS]?:"}}, {"pattern": _SIP}]}
_SHAPES: Final = {"sip": _SIP, "email": _MAIL, "phone": _PHONE}


def _endpoint(must_have_id: bool) -> Doc:
    """An end of a pair: a user by id; anybody else by `externalId`, else by `id`, in its type's shape."""
    known: Doc = _all(id=_FILLED) if must_have_id else {}
    ways = [_all(type={"const": "user"}, id=_FILLED)]
    ways += [
        {"allOf": [_all(type={"const": "external"}, **{key: _FILLED}), known]} for key in ("id", "externalId")
    ]
    for kind, pattern in _SHAPES.items():
        address = {"type": "string", "pattern": pattern}
        by_id = {**_all(type={"const": kind}, id=address)}
        by_id["properties"] = {**by_id["properties"], "externalId": _EMPTY}
        ways += [{"allOf": [_all(type={"const": kind}, externalId=address), known]}, by_id]
    return {"anyOf": ways}


_PAIR: Final = _or_left_out(
    **{"from": _endpoint(True), "to": {"anyOf": [{"type": "null"}, _endpoint(False)]}}
)
PAIRS: Final[Doc] = _or_left_out(addParticipants={"items": _PAIR})
NEW_PARTICIPANT: Final = also(
    anyOf=[
        _all(role={"const": "agent"}, userId=_FILLED),
        {
            "properties": {
                "role": {"enum": ["customer", "user"]},
                "address": _SIP_OR_OTHER,
            }
        },
    ]
)

TARGET: Final = also(properties={"id": _SIP_OR_OTHER})
PERSON: Final = also(
    properties={"address": _SIP_OR_OTHER, "id": _SIP_OR_OTHER},
    anyOf=[
        _or_left_out(role={"not": {"const": "agent"}}, type={"not": {"const": "agent"}}),
        _all(userId=_FILLED),
        {**_all(id=_FILLED), "not": _all(type={"enum": ["sip", "email", "phone"]})},
    ],
)

# -- starts (http/routes/start.py) -------------------------------------------------------------------------

_NO_SESSION: Final = r"^\s*([nN][uU][lL][lL]|[uU][nN][dD][eE][fF][iI][nN][eE][dD]|[nN][oO][nN][eE])?\s*$"
LINKED: Final[Doc] = _or_left_out(cobrowseSessionId={"type": "string", "not": {"pattern": _NO_SESSION}})
"""Words for nothing (`null`, `undefined`) are no session (W8)."""
_AGENT_TYPE: Final = _or_left_out(type={"enum": ["agent", "user", None]})
SOME_AGENT: Final[Doc] = {
    "anyOf": [
        _all(to={"type": "array", "contains": _AGENT_TYPE}),
        _all(
            participants={
                "type": "array",
                "contains": {"anyOf": [_all(role={"const": "agent"}), _all(type={"const": "agent"})]},
            }
        ),
    ]
}
