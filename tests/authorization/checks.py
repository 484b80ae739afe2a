"""What a refusal has to look like, whatever the method."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from tests.authorization.table import forgotten
from tests.wild.checks import error_of


def refused(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The `ErrorBody` of a refusal; an empty one for HEAD, which has no body."""
    if answer.request.method == "HEAD":
        assert answer.status_code == status, answer.headers
        return {}
    return error_of(answer, status, code)


def said(answer: httpx.Response, ids: Mapping[str, str]) -> str:
    """An answer's body without what differs from call to call: its context id, and the ids that were sent."""
    if not answer.content:
        return ""
    body = answer.json()
    if isinstance(body, dict):
        body.pop("contextId", None)
    return forgotten(json.dumps(body, sort_keys=True), ids)
