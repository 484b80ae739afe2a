"""What a body has to be beyond its model, for /openapi.json: names that this server knows, and what has to be
there although each of its fields may be left out.

Every rule here has its check in a service or in `http/`; tests/description holds the two together. What one
field alone has to be stands at the field, in `wire` (`wire/described.py`).
"""

from __future__ import annotations

from typing import Any, Final

from opencobrowse.domain.topics import PATTERNS
from opencobrowse.services.permissions import known_names, vocabulary
from opencobrowse.wire import described

Doc = dict[str, Any]

BODIES: Final[dict[str, Doc]] = {
    "createDeployment": described.one_of("configuration"),
    "findInvitation": described.one_of("code", "token"),
    "createAndStart": described.SOME_AGENT,
    "startCobrowse": described.LINKED,
    "addParticipants": described.PAIRS,
    "addRoleUsers": {"minItems": 1, "maxItems": 1000},
    "removeRoleUsers": {"minItems": 1, "maxItems": 1000},
    "putUserRoles": {"maxItems": 1000},
}
"""By operation."""


def named() -> dict[str, Doc]:
    """The schemas that `wire` refers to by `described.named`."""
    return {
        described.PERMISSION: {
            "type": "string",
            "enum": known_names(),
            "description": "docs/reference/permissions.md says what each allows, and which mean the same.",
        },
        described.TOPIC: {
            "type": "string",
            "pattern": f"^({'|'.join(pattern.pattern for _, pattern in PATTERNS)})$",
            "description": "GET /api/v2/notifications/availabletopics lists them.",
        },
    }


def models() -> dict[str, Doc]:
    """What is said of a model besides its own schema."""
    return {
        "TransferRequest": described.filled_one_of("userId", "userName", "address"),
        "WrapupInput": described.filled_one_of("code", "name"),
        "PolicyBody": {"allOf": [_policy()]},
    }


def _policy() -> Doc:
    """Words that are in some permission; those that are in none together are a 404."""
    domains, entities, actions = vocabulary()
    return {
        "properties": {
            "domain": {"enum": domains},
            "entityName": {"enum": entities},
            "actionSet": {"items": {"enum": actions}},
        }
    }
