"""The one table of permissions: their names, what means the same, and what a scope narrows to.

`docs/reference/permissions.md` is made from it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from opencobrowse.kernel.errors import Forbidden, Invalid

COBROWSE_ADD: Final = "conversation:cobrowse:add"
COBROWSE_VOICE_ADD: Final = "conversation:cobrowseVoice:add"
COBROWSE_READ: Final = "cobrowse:read"
COBROWSE_AGENT: Final = "cobrowse:agent"
CONVERSATION_READ: Final = "conversation:read"
CONVERSATION_WRITE: Final = "conversation:write"
USER_READ: Final = "user:read"
USER_WRITE: Final = "user:write"
WRAPUP: Final = "conversation:participant:wrapup"
DISCONNECT: Final = "conversation:communication:disconnect"
TRANSFER: Final = "conversation:communication:blindTransfer"
RECORDING: Final = "conversation:recording:pauseOthers"
ROLE_VIEW: Final = "authorization:role:view"
ROLE_EDIT: Final = "authorization:role:edit"
WRAPUP_CODE_VIEW: Final = "routing:wrapupCode:view"
WRAPUP_CODE_EDIT: Final = "routing:wrapupCode:edit"
DEPLOYMENT_VIEW: Final = "webDeployments:deployment:view"
DEPLOYMENT_EDIT: Final = "webDeployments:deployment:edit"
CONFIGURATION_VIEW: Final = "webDeployments:configuration:view"
CONFIGURATION_EDIT: Final = "webDeployments:configuration:edit"


@dataclass(frozen=True, slots=True)
class Permission:
    name: str
    allows: str
    same_as: tuple[str, ...] = ()


PERMISSIONS: Final = (
    Permission(
        COBROWSE_ADD,
        "start a session in a message or chat",
        ("cobrowse:write", "cobrowse:initiate", "cobrowse:session:write"),
    ),
    Permission(
        COBROWSE_VOICE_ADD,
        "start a session in a call",
        ("cobrowse:write", "cobrowse:initiate", "cobrowse:session:write"),
    ),
    Permission(COBROWSE_READ, "read sessions"),
    Permission(COBROWSE_AGENT, "be the agent of a session, open its viewer"),
    Permission(CONVERSATION_READ, "read conversations", ("conversation:view",)),
    Permission(CONVERSATION_WRITE, "make, change and end conversations"),
    Permission(WRAPUP, "say how a conversation went"),
    Permission(DISCONNECT, "end a session, or a participant's part in one"),
    Permission(TRANSFER, "transfer a session to another agent"),
    Permission(RECORDING, "say whether a conversation is recorded", ("conversation:call:record",)),
    Permission(USER_READ, "read users", ("directory:user:view",)),
    Permission(USER_WRITE, "make users and change what they may do",
               ("directory:user:add", "directory:user:edit", "directory:user:delete")),
    Permission(ROLE_VIEW, "read roles and what they hold"),
    Permission(ROLE_EDIT, "make, change and delete roles, and give them to users",
               ("authorization:role:add", "authorization:role:delete", "authorization:grant:add",
                "authorization:grant:delete")),
    Permission(WRAPUP_CODE_VIEW, "read wrap-up codes"),
    Permission(WRAPUP_CODE_EDIT, "make, change and delete wrap-up codes",
               ("routing:wrapupCode:add", "routing:wrapupCode:delete")),
    Permission(DEPLOYMENT_VIEW, "read web deployments"),
    Permission(DEPLOYMENT_EDIT, "make, change and delete web deployments",
               ("webDeployments:deployment:add", "webDeployments:deployment:delete")),
    Permission(CONFIGURATION_VIEW, "read web deployment configurations"),
    Permission(CONFIGURATION_EDIT, "make, change, publish and delete web deployment configurations",
               ("webDeployments:configuration:add", "webDeployments:configuration:delete")),
)  # fmt: skip

ALL: Final = frozenset(p.name for p in PERMISSIONS)
# They may start as well: a user's token means that user (api.md section 2, "Who").
AGENT_PERMISSIONS: Final = frozenset({
    COBROWSE_AGENT, COBROWSE_READ, COBROWSE_ADD, COBROWSE_VOICE_ADD, CONVERSATION_READ,
    WRAPUP, WRAPUP_CODE_VIEW, DISCONNECT, TRANSFER,
})  # fmt: skip
BROAD: Final = {"cobrowse": (COBROWSE_ADD, COBROWSE_VOICE_ADD, COBROWSE_READ)}


def resolve(name: str) -> frozenset[str]:
    """The permissions that `name` (one of ours, an alias, or `cobrowse`) stands for; empty if unknown."""
    if name in BROAD:
        return frozenset(BROAD[name])
    return frozenset(p.name for p in PERMISSIONS if name == p.name or name in p.same_as)


def known_names() -> list[str]:
    return sorted(
        {*BROAD, *(p.name for p in PERMISSIONS), *(alias for p in PERMISSIONS for alias in p.same_as)}
    )


def parts(name: str) -> tuple[str, str, str]:
    """Domain, entity and action of a permission, as the platform's policies have them. A name of two parts
    has the domain for its entity: `cobrowse:agent` is `cobrowse`, `cobrowse`, `agent`."""
    domain, _, rest = name.partition(":")
    entity, _, action = rest.rpartition(":")
    return domain, entity or domain, action


def vocabulary() -> tuple[list[str], list[str], list[str]]:
    """Every domain, every entity and every action that there is, and `*` in each."""
    split = [parts(name) for p in PERMISSIONS for name in (p.name, *p.same_as)]
    domains, entities, actions = (["*", *sorted(set(words))] for words in zip(*split, strict=True))
    return domains, entities, actions


def matching(domain: str, entity: str, action: str) -> frozenset[str]:
    """The permissions that a policy's domain, entity and action stand for, `*` for any of them."""
    wanted = (domain, entity, action)
    found = {
        p.name
        for p in PERMISSIONS
        for name in (p.name, *p.same_as)
        if all(want in ("*", part) for want, part in zip(wanted, parts(name), strict=True))
    }
    return frozenset(found)


def narrow(held: frozenset[str], scope: str | None) -> frozenset[str]:
    """What remains of `held` under an OAuth `scope` (blank-separated). An unknown one is named."""
    wanted = (scope or "").split()
    if not wanted:
        return held
    granted: set[str] = set()
    for name in wanted:
        permissions = resolve(name)
        if not permissions:
            near = difflib.get_close_matches(name, known_names(), n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known_names())}."
            raise Invalid(f"The scope {name} does not exist. {hint}", code="invalid_scope")
        granted |= permissions
    return held & granted


def need_any(held: frozenset[str], wanted: Iterable[str]) -> None:
    """Raise 403 unless one of `wanted` is held."""
    names = list(wanted)
    if held.isdisjoint(names):
        listed = ", ".join(names)
        raise Forbidden(
            "Unable to perform the requested action. You must have at least one of the following permissions "
            f"assigned: {listed}",
            code="missing.any.permissions" if len(names) > 1 else "missing.permissions",
            params={"permissions": listed},
            cure=f"Give the OAuth client or the user one of these permissions: {listed}; then ask for a new "
            "token.",
        )
