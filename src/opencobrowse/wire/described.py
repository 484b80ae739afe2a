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


def named(name: str) -> Meta:
    """What the schema `name` says as well; it is made in `http/requirements.py`, of what the server knows."""
    return also(allOf=[{"$ref": f"#/components/schemas/{name}"}])


PERMISSION: Final = "PermissionName"
TOPIC: Final = "Topic"
PermissionName = Annotated[str, named(PERMISSION)]

_FILLED: Final[Doc] = {"type": "string", "minLength": 1}
_EMPTY: Final[Doc] = {"enum": [None, ""]}

_IN_EMAIL: Final = r"[^\s\x00-\x20\x7f-\xa0@<>,;:\"]+"
EMAIL: Final = rf"[ \t\r\n]*({_IN_EMAIL}@{_IN_EMAIL})[ \t\r\n]*"
"""An e-mail address, with what may stand around it."""
Filled = Annotated[str, also(minLength=1)]
NotEmpty = also(minItems=1)
Email = Annotated[str, also(pattern=f"^{EMAIL}$", maxLength=limits.EMAIL_CHARS)]
Password = Annotated[str, also(minLength=limits.MIN_PASSWORD)]

# -- times (http/routes/participants.py) ---------------------------------------------------------------------

_YEAR: Final = "(19[7-9][0-9]|2[0-9]{3})"
_LEAP: Final = "(19(72|76|80|84|88|92|96)|2[0-9](0[48]|[2468][048]|[13579][26])|2[048]00)"
_31: Final = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
_30: Final = "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_28: Final = "02-(0[1-9]|1[0-9]|2[0-8])"
_CLOCK: Final = r"([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]+)?"
_ZONE: Final = "([Zz]|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?"
MOMENT: Final = also(pattern=f"^({_YEAR}-({_31}|{_30}|{_28})|{_LEAP}-02-29)[Tt ]{_CLOCK}{_ZONE}$")
"""RFC 3339, and without a zone, which the official SDK for Python leaves out."""

# -- transfers (services/conversation/transfers.py) ----------------------------------------------------------

Never = Annotated[bool | None, also(enum=[False, None])]
NoId = Annotated[str, also(maxLength=0)]

Name = Annotated[str, also(minLength=1, maxLength=200, pattern=r"\S")]

# -- web deployments (services/web/configurations.py, services/web/domains.py) -------------------------------

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


def filled_one_of(*keys: str) -> Doc:
    """At least one of `keys` is there and is not empty."""
    return {"anyOf": [_all(**{key: _FILLED}) for key in keys]}


def _or_left_out(**properties: Doc) -> Doc:
    return {"properties": properties}


# -- participants (services/starting/joining.py) -------------------------------------------------------------

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
