"""Users between wire and domain: bodies to wishes, records to answers, a search to a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET

from opencobrowse.domain.people import User
from opencobrowse.kernel.errors import Detail, Invalid, contradiction
from opencobrowse.services.people.users import NewUser, UserChange
from opencobrowse.wire import people as wire
from opencobrowse.wire.roles import UserAuthorization

_Test = Callable[[User], bool]


def new_user(body: wire.NewUser) -> NewUser:
    return NewUser(
        email=body.email,
        name=body.name,
        password=body.password,
        agent=body.agent,
        permissions=tuple(body.permissions) if body.permissions is not None else None,
        active=body.state != "inactive",
        others=_kept(body),
    )


def user_change(body: wire.UserPatch) -> UserChange:
    if body.username is not None and body.email is not None and body.username != body.email:
        raise contradiction("email", "username")
    active = None if body.state is None else body.state == "active"
    return UserChange(
        body.name, active, body.version, body.username if body.email is None else body.email, _kept(body)
    )


def user(found: User, authorization: UserAuthorization | None = None) -> wire.User:
    own = wire.Contact(address=found.email, media_type="EMAIL", type="PRIMARY")
    return wire.User(
        id=found.id,
        name=found.name,
        email=found.email,
        username=found.email,
        state=found.state,  # type: ignore[arg-type]  # one of the model's
        division=wire.Division(
            id=found.org_id, name="Home", self_uri=f"/api/v2/authorization/divisions/{found.org_id}"
        ),
        version=found.version,
        self_uri=f"/api/v2/users/{found.id}",
        permissions=sorted(found.permissions),
        authorization=authorization or UNSET,
        **{"primary_contact_info": [own], **found.others},
    )


def matching(search: list[wire.SearchCriterion]) -> _Test:
    """Whether a user is one that the criteria describe: all of them, or one of those that say OR."""
    if not search:
        return lambda user: True
    tests = [(criterion.operator, _one(criterion)) for criterion in search]
    either = [test for operator, test in tests if operator == "OR"]
    every = [test for operator, test in tests if operator in (None, "AND")]
    none = [test for operator, test in tests if operator == "NOT"]

    def fits(user: User) -> bool:
        wanted = all(test(user) for test in every) and not any(test(user) for test in none)
        return wanted and (not either or any(test(user) for test in either))

    return fits


def _kept(body: msgspec.Struct) -> dict[str, Any]:
    given = {name: getattr(body, name, UNSET) for name in wire.KEPT_IN_USER}
    kept = {name: msgspec.to_builtins(value) for name, value in given.items() if value is not UNSET}
    if _is_address(kept.get("primary_contact_info")):
        del kept["primary_contact_info"]
    return kept


def _is_address(contacts: Any) -> bool:
    """Whether it is what `user` answers where nothing was kept: the e-mail address, which changes with it."""
    return (
        isinstance(contacts, list)
        and len(contacts) == 1
        and contacts[0].keys() == {"address", "mediaType", "type"}
        and (contacts[0]["mediaType"], contacts[0]["type"]) == ("EMAIL", "PRIMARY")
    )


def _one(criterion: wire.SearchCriterion) -> _Test:
    fields = _fields(criterion)
    if criterion.group:
        return matching(criterion.group)
    if criterion.type == "MATCH_ALL":
        return lambda user: True
    words = [criterion.value] if criterion.value is not None else criterion.values or []
    wanted, found = [word.casefold() for word in words], _TESTS[criterion.type]
    return lambda user: any(
        found(str(_FIELDS[name](user) or "").casefold(), word)
        for name in fields or _FIELDS
        for word in wanted
    )


def _fields(criterion: wire.SearchCriterion) -> list[str]:
    """Where to look; nothing named: everywhere. Raises 400 for what users are not searched by."""
    fields = [name for name in criterion.fields or [] if name != "ALL_FIELDS"]
    if unknown := [name for name in fields if name not in _FIELDS]:
        raise Invalid(
            f"Users are not searched by {', '.join(unknown)}.",
            code="invalid.value",
            details=tuple(Detail("invalid.value", "query.fields", None, name) for name in unknown),
            cure=f"Search by {', '.join(_FIELDS)}.",
        )
    return fields if len(fields) == len(criterion.fields or []) else []


def _has_word(text: str, word: str) -> bool:
    return word in text.replace("@", " ").replace(".", " ").split() or text == word


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "EXACT": lambda text, word: text == word,
    "STARTS_WITH": lambda text, word: text.startswith(word),
    "CONTAINS": lambda text, word: word in text,
    "QUERY_STRING": lambda text, word: word.strip("*") in text,
    "TERM": _has_word,
    "TERMS": _has_word,
}
_FIELDS: dict[str, Callable[[User], Any]] = {
    "id": lambda user: user.id,
    "name": lambda user: user.name,
    "email": lambda user: user.email,
    "username": lambda user: user.email,
    "state": lambda user: user.state,
    "title": lambda user: user.others.get("title"),
    "department": lambda user: user.others.get("department"),
}
