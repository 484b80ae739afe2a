"""Wrong paths are answered with the right one (W4), whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, get, post

from opencobrowse.http.paths import PathTable, is_guest, place_of

ID = "0b7d7c1e-6d7e-4a53-8f0e-0f6a9b1c2d3e"
BASE = "/api/v2/conversations"
CALLS = ("cobrowse", "cobrowse/initiate", "events", "participants")


@get([f"{BASE}/{{conversation_id:str}}", "/api/v2/users/{user_id:str}"])
async def one() -> None: ...


@post([BASE, f"{BASE}/cobrowse", *(f"{BASE}/{{conversation_id:str}}/{rest}" for rest in CALLS)])
async def made() -> None: ...


@get(["/api/v2/users", "/api/v2/users/me", "/sdk/{name:path}"])
async def many() -> None: ...


TABLE = PathTable(Litestar([one, made, many], openapi_config=None).routes)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (BASE, {"POST"}),
        (f"{BASE}/", {"POST"}),
        (f"{BASE}/cobrowse", {"POST"}),
        (f"{BASE}/{ID}", {"GET"}),
        (f"{BASE}/{ID}/cobrowse", {"POST"}),
        ("/sdk/a/b.js", {"GET"}),
        (f"{BASE}/{ID}/nothing", set()),
    ],
)
def test_methods(path: str, methods: set[str]) -> None:
    assert TABLE.methods(path) == methods


@pytest.mark.parametrize(
    ("path", "right"),
    [
        (f"{BASE}/webchat/{ID}/cobrowse", f"{BASE}/{ID}/cobrowse"),
        (f"{BASE}/calls/{ID}/cobrowse/initiate", f"{BASE}/{ID}/cobrowse/initiate"),
        (f"{BASE}/{ID}/cobrowse/initate", f"{BASE}/{ID}/cobrowse/initiate"),
        (f"{BASE}/{ID}/evnets", f"{BASE}/{ID}/events"),
        (f"{BASE}/webmessaging/{ID}/events/", f"{BASE}/{ID}/events"),
        (f"{BASE}/my-own-id/cobrowse/sessions", f"{BASE}/my-own-id/cobrowse"),
        (f"{BASE}/cobrowse/sessions", f"{BASE}/{{conversationId}}/cobrowse"),
        ("/api/v2/cobrowse/invites", f"{BASE}/{{conversationId}}/cobrowse"),
        ("/api/v2/cobrowse", f"{BASE}/{{conversationId}}/cobrowse"),
        (f"{BASE}/chats/my-own-id/cobrowse", f"{BASE}/my-own-id/cobrowse"),
        (f"/api/v1/conversation/{ID}/cobrowse", f"{BASE}/{ID}/cobrowse"),
        (f"{BASE}/{ID}/participant", f"{BASE}/{ID}/participants"),
        ("/api/v2/user/me", "/api/v2/users/me"),
        (f"/api/v2/user/{ID}", f"/api/v2/users/{ID}"),
        ("/api/v2/convesations", BASE),
    ],
)
def test_the_right_path(path: str, right: str) -> None:
    assert TABLE.right_path(path) == right


@given(rest=st.text(max_size=80))
def test_a_wrong_conversation_path_names_one_of_its_own(rest: str) -> None:
    assert TABLE.right_path(f"{BASE}/{rest}").startswith(BASE)


@pytest.mark.parametrize(
    ("path", "call"),
    [(BASE, "conversations"), (f"{BASE}/cobrowse", "create"), (f"{BASE}/{ID}/cobrowse", "cobrowse"),
     (f"{BASE}/{ID}/cobrowse/initiate", "initiate"), (f"{BASE}/{ID}/events", "events"),
     (f"{BASE}/{ID}/participants", "participants"), (f"{BASE}/{ID}", None), ("/api/v2/users", None)],
)  # fmt: skip
def test_the_start_family(path: str, call: str | None) -> None:
    place = place_of(path)
    assert (place.call if place else None) == call
    if place is not None and ID in path:
        assert place.conversation_id == ID


def test_guests() -> None:
    assert is_guest("/api/v2/opencobrowse/pages")
    assert is_guest(f"/api/v2/webdeployments/deployments/{ID}/cobrowse/BCDF-GHJK")
    assert not is_guest(f"{BASE}/{ID}/cobrowse")
    assert not is_guest("/api/v2/opencobrowse/pages/x")
