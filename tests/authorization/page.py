"""`docs/reference/authorization.md`: the matrix to read, made from what the trials have found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.authorization.rows import FILES, OPEN, SECURED, SOCKETS
from tests.authorization.trials import PEOPLE, Trials

PATH: Final = Path(__file__).parents[2] / "docs" / "reference" / "authorization.md"
_HEAD: Final = """\
# Who may make which call

Made by `python -m tests.authorization`, which makes every call below in every way that is told here; the
tests in tests/authorization hold the server to it.

For every call that needs a token: without one it is 401 `authentication.required`, with one that is forged
or revoked 401 `bad.credentials`, with one that is over 401 `credentials.expired`. A token that names another
organisation in `X-Genesys-Organization-ID`, and the console's cookie from another site, are 403. A
permission that is taken from a person, and a person who is made inactive, count at once.

- **one of**: each of these permissions is enough, and without any of them it is 403, whatever is asked for.
  `—`: every token will do.
- **refused**: who is refused although they hold every permission. *Program* is an OAuth client's own token;
  the *other agent* has another session, the *bystander* is no agent.
- **other organisation**: the answer to an id of another organisation, word for word that to an id that never
  was. *none*: the call names no id, and shows nothing of another organisation.
- **ended**: the answer once the conversation has ended, and once its session alone is over. Unless it says
  *changes*, such a call changes nothing.
"""
_BLANKS: Final = {"organization": "division", "wrapupCode": "wrap-up code"}
_WHO: Final = {"program": "program", "agent": "agent", "colleague": "other agent", "bystander": "bystander"}


def page(trials: Trials) -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_secured(trials), *_open(trials), *_sockets(), ""])


def _secured(trials: Trials) -> Iterator[str]:
    names = sorted(SECURED, key=trials.tag)
    for tag, group in groupby(names, trials.tag):
        yield f"## {tag.capitalize()}\n"
        yield "| call | one of | refused | other organisation | ended: conversation, session |"
        yield "|---|---|---|---|---|"
        for name in group:
            cells = (_call(trials, name), _permissions(trials, name), _refused(trials, name),
                     _stranger(trials, name), _ended(trials, name))  # fmt: skip
            yield f"| {' | '.join(cells)} |"
        yield ""


def _call(trials: Trials, name: str) -> str:
    call = trials.calls[name]
    variant = name.partition(":")[2]
    return f"`{call.method} {call.template}`{variant and ','}{variant}"


def _permissions(trials: Trials, name: str) -> str:
    works = trials.need(name).works
    listed = ", ".join(f"`{permission}`" for permission in sorted(works)) or "—"
    note = trials.calls[name].row.note
    return f"{listed}; {note}" if note else listed


def _refused(trials: Trials, name: str) -> str:
    success = trials.calls[name].success
    statuses = {who: trials.by(name, who) for who in ("program", *PEOPLE)}
    return ", ".join(f"{_WHO[who]} {status}" for who, status in statuses.items() if status != success)


def _stranger(trials: Trials, name: str) -> str:
    """`404, 400 for the division`: by what the id is of, where it is not all the same."""
    statuses = {
        _BLANKS.get(blank, blank): trial.foreign.status_code
        for blank, trial in trials.stranger(name).items()
        if blank != "*"
    }
    rest = [f"{status} for the {blank}" for blank, status in statuses.items() if status != 404]
    if len(rest) == 1 and len(statuses) == 1:
        rest = [str(status) for status in statuses.values()]
    return ", ".join([*(["404"] if 404 in statuses.values() else []), *rest]) or "none"


def _ended(trials: Trials, name: str) -> str:
    row = trials.calls[name].row
    cells = []
    for what, status in (("conversation", row.ended), ("session", row.over)):
        if status is not None:
            found, changed = trials.after(name, what)
            cells.append(f"{found} changes" if changed and found < 400 else str(found))
    return ", ".join(cells)


def _open(trials: Trials) -> Iterator[str]:
    yield "## Without a token\n"
    yield "| call | open to | ended: conversation, session |"
    yield "|---|---|---|"
    for name in OPEN:
        yield f"| {_call(trials, name)} | {trials.calls[name].row.open_to} | {_ended(trials, name)} |"
    for path, why in FILES.items():
        yield f"| `GET {path}` | {why} | |"
    yield ""


def _sockets() -> Iterator[str]:
    yield "## Sockets\n"
    yield "A ticket is good for 30 seconds, once, on its own path and from its own origin. Without one it is"
    yield "400, with a forged or used one 401, from another origin 403, elsewhere 404.\n"
    yield "| socket | open to |"
    yield "|---|---|"
    for path, who in SOCKETS.items():
        yield f"| `{path}` | {who} |"
