"""Nobody is left with a vague 400 (api.md section 3): the exception prints the way out."""

from __future__ import annotations

import httpx
import pytest

from opencobrowse.client import (
    ApiError,
    BadRequest,
    Conflict,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    TooLarge,
    Unauthorized,
    UnexpectedAnswer,
    Unprocessable,
)
from tests.unit.client.support import Fake, answers

FULL = {
    "message": "agentId is missing.",
    "code": "agent.required",
    "status": 400,
    "contextId": "ctx-1",
    "details": [{"errorCode": "missing.field", "fieldName": "agentId"}],
    "help": {
        "summary": "Name one of the connected agents.",
        "docs": "https://docs/errors",
        "example": {"method": "POST", "path": "/api/v2/conversations/c1/cobrowse", "body": {"agentId": "u1"}},
    },
    "viewerUrl": "http://v",
}


def refused(response: httpx.Response) -> ApiError:
    with pytest.raises(ApiError) as found:
        Fake(answers(response)).client().cobrowse.start("c1")
    return found.value


def test_it_prints_message_code_cure_example_and_context() -> None:
    error = refused(httpx.Response(400, json=FULL))
    assert str(error) == (
        "400 agent.required: agentId is missing.\n"
        "What to change: Name one of the connected agents.\n"
        'A request that works: POST /api/v2/conversations/c1/cobrowse\n{\n  "agentId": "u1"\n}\n'
        "contextId: ctx-1"
    )
    assert error.details[0]["fieldName"] == "agentId"
    assert error.body["viewerUrl"] == "http://v"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, BadRequest), (401, Unauthorized), (403, PermissionDenied), (404, NotFound), (409, Conflict),
     (413, TooLarge), (422, Unprocessable), (429, RateLimited), (500, ServerError), (503, ServerError),
     (418, ApiError)],
)  # fmt: skip
def test_each_status_has_its_exception(status: int, kind: type[ApiError]) -> None:
    assert type(refused(httpx.Response(status, json={**FULL, "status": status}))) is kind


def test_the_platforms_own_error_has_no_help_and_prints_all_the_same() -> None:
    error = refused(httpx.Response(404, json={"message": "gone", "code": "not.found", "status": 404}))
    assert str(error) == "404 not.found: gone"


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"[1]", b'{"details": 3, "help": "x"}'])
def test_an_error_that_is_not_the_apis_is_still_an_error(body: bytes) -> None:
    error = refused(httpx.Response(404, content=body))
    assert error.status == 404
    assert "404" in str(error)


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b"\xff\xfe", b'{"noid": 1}', b""])
def test_a_success_that_is_not_the_apis_is_an_error(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match="not the API's"):
        Fake(answers(httpx.Response(200, content=body))).client().cobrowse.start("c1")


def test_a_redirect_names_where_to() -> None:
    moved = httpx.Response(301, headers={"Location": "https://secure.example/"})
    with pytest.raises(UnexpectedAnswer, match=r"redirects to https://secure\.example/"):
        Fake(answers(moved)).client().users.list()
