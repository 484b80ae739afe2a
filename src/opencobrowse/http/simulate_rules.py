"""The rules file of `opencobrowse serve --simulate FILE`: TOML, checked when it is read.

docs/howto/test-your-automation.md explains every key with examples.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

_RULE_HEAD: Final = re.compile(r"^\s*\[\[\s*rule\s*\]\]")
_LEVELS: Final = re.compile(r"\$(?:\.(?P<key>[A-Za-z_]+))?")
_ANSWERS: Final = (400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 502, 503, 504)

Count = Annotated[int, Meta(ge=1)]
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class BadRules(Exception):  # noqa: N818  named for what it says, as the kernel's are
    """A rules file that cannot be: the message says where and what would do."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that is simulated, and when. `path`: `*` is one part, `**` at the end all that follows.

    When: `method`, `header` and `body` (equality, keys of the body with dots between) choose the calls. Of
    those, `calls` names which (1 is the first), `every` each n-th, `probability` some; at most `times` of
    them. What: `answer` a status, `drop` the connection, `hang` for ever; `delay_ms` before it, or, with none
    of the three, before the real answer. `after_effect`: the call is done first, and its answer lost.
    """

    path: Annotated[str, Meta(pattern="^/")]
    name: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    method: Method | None = None
    header: dict[str, str] = msgspec.field(default_factory=dict)
    body: dict[str, str | int | bool] = msgspec.field(default_factory=dict)
    calls: Annotated[list[Count], Meta(min_length=1)] | None = None
    every: Count | None = None
    probability: Annotated[float, Meta(gt=0, le=1)] | None = None
    times: Count | None = None
    answer: int | None = None
    code: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    retry_after: Annotated[int, Meta(ge=0, le=3600)] = 1
    drop: bool = False
    hang: bool = False
    delay_ms: Annotated[int, Meta(ge=0, le=600_000)] = 0
    after_effect: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a file, in its order, and the seed of their chances."""

    file: str
    rules: tuple[Rule, ...]
    seed: int = 0


def load(path: Path) -> Rules:
    """Read and check a file. Raises `BadRules` with the line and the key."""
    try:
        text = path.read_text()
        read = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRules(f"{path}: {error}") from None
    for key in read:
        if key not in ("rule", "seed"):
            raise BadRules(f"{_at(path, text, 0, key)} is not known.{_near(key, ['rule', 'seed'])}")
    seed, tables = read.get("seed", 0), read.get("rule", [])
    if not isinstance(seed, int):
        raise BadRules(f"{_at(path, text, 0, 'seed')} has to be a whole number.")
    if not isinstance(tables, list) or not tables:
        raise BadRules(f"{path} has no rules: begin each with [[rule]].")
    rules = tuple(_rule(path, text, number, table) for number, table in enumerate(tables, 1))
    return Rules(str(path), rules, seed)


def _rule(path: Path, text: str, number: int, table: dict[str, Any]) -> Rule:
    known = [field.name for field in msgspec.structs.fields(Rule)]
    for key in table:
        if key not in known:
            raise BadRules(f"{_at(path, text, number, key)} is not known.{_near(key, known)}")
    try:
        rule = msgspec.convert(table, Rule)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        found = _LEVELS.match(where)
        raise BadRules(f"{_at(path, text, number, found['key'] if found else None)}: {what}.") from None
    if why := _contradiction(rule):
        key, what = why
        raise BadRules(f"{_at(path, text, number, key)}: {what}.")
    return rule


def _contradiction(rule: Rule) -> tuple[str, str] | None:
    """The key that does not go with the others, and why."""
    outcomes = [name for name in ("answer", "drop", "hang") if getattr(rule, name) not in (None, False)]
    if len(outcomes) > 1:
        return outcomes[1], f"{' and '.join(outcomes)} cannot both happen"
    if not outcomes and not rule.delay_ms:
        return "path", "nothing happens: set answer, drop, hang or delay_ms"
    if rule.after_effect and not outcomes:
        return "after_effect", "needs answer, drop or hang"
    if rule.answer is not None and rule.answer not in _ANSWERS:
        return "answer", f"{rule.answer} is not one of {', '.join(map(str, _ANSWERS))}"
    if rule.code is not None and rule.answer is None:
        return "code", "needs answer"
    if rule.calls and rule.every:
        return "every", "calls and every exclude each other"
    if "**" in rule.path.removesuffix("/**"):
        return "path", "** stands at the end only, as /**"
    return None


def _near(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(known)}."


def _at(path: Path, text: str, number: int, key: str | None) -> str:
    """`rules.toml line 7, rule 2, probability`: where a key stands, as nearly as can be said."""
    rule, found, head = 0, 0, 0
    for count, line in enumerate(text.splitlines(), 1):
        if _RULE_HEAD.match(line):
            rule += 1
            head = count if rule == number else head
        elif rule == number and key and re.match(rf'\s*(?:\[rule\.)?"?{re.escape(key)}"?\s*[=.\]]', line):
            found = found or count
    where = f" line {found or head}" if found or head else ""
    parts = [f"{path}{where}", *([f"rule {number}"] if number else []), *([key] if key else [])]
    return ", ".join(parts)
