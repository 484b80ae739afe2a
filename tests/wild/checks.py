"""What every answer of the start family has to be (api.md sections 2 and 3)."""

from __future__ import annotations

import re
from typing import Any

import httpx

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
ERROR_KEYS = {
    "message", "code", "status", "messageWithParams", "messageParams", "contextId", "details", "errors",
    "help",
}  # fmt: skip
SESSION_KEYS = {
    "id", "name", "joinCode", "websocketUrl", "dateOfferEnds", "communicationType", "selfUri", "viewerUrl",
    "joinUrl", "state", "cobrowseType", "agentId", "deliveries",
}  # fmt: skip


def session_of(answer: httpx.Response, status: int = 200, kind: str = "view") -> dict[str, Any]:
    """The session in a start's answer, checked for shape."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert body.keys() >= SESSION_KEYS
    assert body["state"] == "initiated"
    assert body["cobrowseType"] == kind
    assert TIME.match(body["dateOfferEnds"])
    assert body["viewerUrl"].endswith(f"/console/sessions/{body['id']}")
    assert "#" in body["joinUrl"]
    return body


def error_of(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The `ErrorBody` of a refusal, checked for shape."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert body.keys() >= ERROR_KEYS
    assert body["status"] == status
    assert body["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert body["help"].keys() >= {"summary", "example", "docs"}
    assert body["help"]["summary"].strip()
    assert body["help"]["docs"].startswith("http")
    assert code is None or body["code"] == code
    return body


def fields_of(body: dict[str, Any]) -> list[str]:
    """The fields that an error's details name."""
    return [detail["fieldName"] for detail in body["details"] if "fieldName" in detail]


def send_example(http: httpx.Client, body: dict[str, Any]) -> httpx.Response:
    """Send `help.example` unchanged: it has to succeed."""
    example = body["help"]["example"]
    assert example is not None, body
    answer = http.request(example["method"], example["path"], json=example["body"])
    assert answer.is_success, f"{example} -> {answer.text}"
    return answer


def sent_example_starts(http: httpx.Client, body: dict[str, Any], agent: str, kind: str = "view") -> None:
    """The example is a start of this very conversation with its real agent."""
    started = send_example(http, body).json()
    assert started["state"] == "initiated"
    assert started["agentId"] == agent
    assert started["cobrowseType"] == kind
