"""Write the pages of docs/reference that are made from the code: `python scripts/reference.py [--check]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from opencobrowse.http import catalogue
from opencobrowse.runtime.settings import PREFIX, describe
from opencobrowse.services.people.roles import default_roles
from opencobrowse.services.permissions import BROAD, PERMISSIONS, ROLE_EDIT

OUT = Path(__file__).parent.parent / "docs" / "reference"


def permissions() -> str:
    """One row a permission: what it allows, and what means the same."""
    rows = [f"| `{p.name}` | {p.allows} | {_listed(p.same_as)} |" for p in PERMISSIONS]
    broad = [f"- `{name}` means {_listed(meant)}." for name, meant in BROAD.items()]
    head = [
        "# Permissions",
        "",
        "Permissions decide, scopes narrow. Made from `services/permissions.py`; which call needs which",
        "is in [Who may make which call](authorization.md).",
        "",
    ]
    table = ["| permission | allows to | means the same |", "|---|---|---|", *rows]
    return "\n".join([*head, *table, "", *broad, "", *_roles()])


def _roles() -> list[str]:
    """The default roles, and the rules of giving."""
    made = default_roles("", 0)
    return [
        "## Roles",
        "",
        "A user may do what was granted to them and what their roles hold; a token never more than its",
        "user. Each organisation is made with these roles (`defaultRoleId`), which stay:",
        "",
        *(f"- **{role.name}**: {_listed(sorted(role.permissions))}." for role in made[:1]),
        f"- **{made[1].name}**: every permission, also those that a later version brings.",
        "",
        "- Changing a role changes all who hold it, at once: who loses `cobrowse:agent` loses their viewer.",
        f"- Roles are made, changed and given with `{ROLE_EDIT}`: who holds it may give anything.",
        "- A token without it gives what it holds itself, narrowed by its scope, and cannot change the",
        "  e-mail address of somebody who holds more (403 `permission.not.held`).",
        f"- Nobody takes `{ROLE_EDIT}` from themselves (409 `own.administration`): another does.",
        "- What a role holds is not taken from one person alone (409 `permission.of.role`): take the role.",
        "- Locked out all the same: `opencobrowse client create` at the data directory makes a client with",
        "  every permission, and the bootstrap client gets every permission at every start.",
        "- In a policy (`permissionPolicies`), a name of two parts has its domain for the entity, too:",
        "  `cobrowse:agent` is the action `agent` on `cobrowse` of `cobrowse`.",
        "",
    ]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def settings() -> str:
    """One row a setting: its names, its type, its default, what it is for."""
    head = [
        "# Settings",
        "",
        "A variable of the environment, a key of one TOML file (`--config`), and the commonest an option of",
        "`opencobrowse serve`. Made from `runtime/settings.py`.",
        "",
    ]
    table = ["| key | variable | type | default | |", "|---|---|---|---|---|"]
    for name, kind, default, about in describe():
        shown = f"`{default}`" if default not in (None, "") else ""
        variable = f"`{PREFIX}{name.upper()}`"
        table.append(f"| `{name}` | {variable} | {kind} | {shown} | {about} |")
    return "\n".join([*head, *table, ""])


PAGES = {"errors.md": catalogue.markdown, "permissions.md": permissions, "settings.md": settings}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="fail where a page is not up to date")
    check = parser.parse_args().check
    stale = []
    for name, make in PAGES.items():
        path, text = OUT / name, make()
        if check and (not path.exists() or path.read_text() != text):
            stale.append(name)
        elif not check:
            path.write_text(text)
    if stale:
        sys.stderr.write(f"not up to date: {', '.join(stale)}; run python scripts/reference.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
