"""No token, one that is none, one that is over: 401 for every call that is not open to all (B5)."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from opencobrowse.domain.people import User
from opencobrowse.kernel.ids import HOUR, SECOND
from opencobrowse.services.permissions import ALL
from tests.authorization.checks import refused
from tests.authorization.rows import OPEN, SECURED
from tests.authorization.table import filled
from tests.authorization.trials import Trials
from tests.authorization.world import World

FOREIGN = "https://shop.example"
_ROLE = "/api/v2/authorization/roles/{role}"
_EVERYTHING = {"permissions": sorted(ALL)}
# What is done first, and what takes everything away.
TAKEN: dict[str, list[tuple[str, str, Any]]] = {
    "taken from them": [("POST", "/api/v2/users/{agent}/permissions", {"remove": sorted(ALL)})],
    "taken from their role": [
        ("PATCH", _ROLE, _EVERYTHING),
        ("PUT", _ROLE + "/users/add", ["{newcomer}"]),
        ("PATCH", _ROLE, {"permissions": []}),
    ],
    "their role is gone": [
        ("PATCH", _ROLE, _EVERYTHING),
        ("PUT", _ROLE + "/users/add", ["{newcomer}"]),
        ("DELETE", _ROLE, None),
    ],
}


def asked(trials: Trials, world: World, method: str, path: str, body: Any) -> httpx.Response:
    """A call by the world's program."""
    headers = {"Authorization": f"Bearer {world.bearer}"}
    url = filled(path, world.ids)
    return trials.lab.http.request(method, url, json=filled(body, world.ids), headers=headers)


@pytest.fixture(scope="module")
def world(trials: Trials) -> World:
    """One for all calls: none of them gets anywhere."""
    return trials.lab.world(live=True)


@pytest.mark.parametrize("name", SECURED)
def test_without_a_token(trials: Trials, world: World, name: str) -> None:
    with trials.lab.nothing_written(name):
        answer = trials.send(trials.calls[name], world.ids)
    refused(answer, 401, "authentication.required")


@pytest.mark.parametrize("name", SECURED)
def test_without_a_token_nothing_is_said_of_the_body(trials: Trials, world: World, name: str) -> None:
    call = trials.calls[name]
    if call.row.body is None:
        return
    made = call.request(world.ids)
    for wrong in (b"{", b"[]", b'{"nonsense": 1}'):
        answer = trials.lab.http.request(call.method, made["url"], content=wrong)
        assert world.told_in(answer.text) <= set(call.blanks)
        refused(answer, 401, "authentication.required")


@pytest.mark.parametrize("name", SECURED)
def test_with_a_token_that_is_none(trials: Trials, world: World, name: str) -> None:
    with trials.lab.nothing_written(name):
        answer = trials.send(trials.calls[name], world.ids, "forged" * 8)
    refused(answer, 401, "bad.credentials")


@pytest.mark.parametrize("name", SECURED)
def test_with_a_token_that_is_over(trials: Trials, world: World, name: str) -> None:
    late = trials.lab.token(world, ALL, expires_at=trials.lab.clock.now() - 5 * SECOND)
    with trials.lab.nothing_written(name):
        answer = trials.send(trials.calls[name], world.ids, late)
    refused(answer, 401, "credentials.expired")


def test_a_token_that_is_over_says_so_for_a_day(trials: Trials, world: World) -> None:
    """Who keeps a token too long hears that, and not that it never was; the store forgets it later."""
    path, now = "/api/v2/tokens/me", trials.lab.clock.now()
    headers = [
        {"Authorization": f"Bearer {trials.lab.token(world, ALL, expires_at=now - age)}"}
        for age in (23 * HOUR, 25 * HOUR)
    ]
    deadline = time.monotonic() + 20
    while trials.lab.http.get(path, headers=headers[1]).json()["code"] != "bad.credentials":
        assert time.monotonic() < deadline, "it was never forgotten"
    refused(trials.lab.http.get(path, headers=headers[0]), 401, "credentials.expired")


@pytest.mark.parametrize("name", OPEN)
def test_what_is_open_to_all_asks_for_no_token_and_looks_at_none(trials: Trials, name: str) -> None:
    call = trials.calls[name]
    for bearer in (None, "forged" * 8):
        answer = trials.send(call, trials.world_for(call).ids, bearer)
        assert answer.status_code == call.success, answer.text


def test_a_token_that_names_another_organisation_is_refused_everywhere(trials: Trials) -> None:
    """api.md section 1: `X-Genesys-Organization-ID`, given, must be the token's; empty counts as absent."""
    mine, theirs = trials.lab.world(live=True), trials.lab.world()
    token = trials.lab.token(mine, ALL, "agent")
    for name in SECURED:
        for named in (theirs.org_id, theirs.org_id.upper(), "nonsense"):
            with trials.lab.nothing_written(name):
                answer = trials.send(
                    trials.calls[name], mine.ids, token, **{"X-Genesys-Organization-ID": named}
                )
            refused(answer, 403, "not.authorized")


def test_a_token_that_names_its_own_organisation_is_taken_everywhere(trials: Trials) -> None:
    for name in SECURED:
        call = trials.calls[name]
        world = trials.world_for(call)
        header = {"X-Genesys-Organization-ID": world.org_id.upper() if call.row.any_of else ""}
        answer = trials.send(call, world.ids, trials.caller(call, world), **header)
        assert answer.status_code == call.success, f"{name}: {answer.text}"


def test_the_consoles_cookie_counts_for_its_own_pages_alone(trials: Trials) -> None:
    """B7: no page of another site, and none of another origin, acts with it."""
    world = trials.lab.world(live=True)
    cookie = {"Cookie": f"opencobrowse_session={trials.lab.token(world, ALL, 'agent')}"}
    for name in SECURED:
        for foreign in ({"Origin": FOREIGN}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                        {"Sec-Fetch-Site": "same-site", "Origin": trials.lab.server.url}):  # fmt: skip
            with trials.lab.nothing_written(name):
                answer = trials.send(trials.calls[name], world.ids, None, **cookie, **foreign)
            refused(answer, 403, "not.authorized")
    for name in SECURED:
        call = trials.calls[name]
        world = trials.world_for(call)
        cookie = {"Cookie": f"opencobrowse_session={trials.lab.token(world, ALL, 'agent')}"}
        answer = trials.send(call, world.ids, None, **cookie, Origin=trials.lab.server.url)
        assert answer.status_code == (call.row.agent or call.success), f"{name}: {answer.text}"


@pytest.mark.parametrize("how", ["taken from them", "taken from their role", "their role is gone"])
def test_what_is_taken_from_a_person_is_gone_from_their_token_at_once(trials: Trials, how: str) -> None:
    """B5: the token lives on, and can do nothing that the person cannot."""
    world = trials.lab.world(live=True)
    person = "agent" if how == "taken from them" else "newcomer"
    for method, path, body in TAKEN[how][:-1]:
        assert asked(trials, world, method, path, body).is_success
    token = trials.lab.token(world, ALL, person)
    assert trials.send(trials.calls["listUsers"], world.ids, token).status_code == 200
    assert asked(trials, world, *TAKEN[how][-1]).is_success
    others = {**world.ids, "newcomer": world.ids["bystander"]}  # themselves they may read still
    for name in SECURED:
        if not trials.calls[name].row.any_of:
            continue
        with trials.lab.nothing_written(name):
            answer = trials.send(trials.calls[name], others, token)
        refused(answer, 403)


@pytest.mark.parametrize("by", ["the API", "an operator, beside the server"])
def test_who_is_switched_off_is_nobody_at_once(trials: Trials, by: str) -> None:
    """B5: the tokens that are out are refused everywhere."""
    world = trials.lab.world(live=True)
    token = trials.lab.token(world, ALL, "agent")
    if by == "the API":
        admin = {"Authorization": f"Bearer {trials.lab.token(world)}"}
        path = f"/api/v2/users/{world.ids['agent']}"
        assert trials.lab.http.patch(path, json={"state": "inactive"}, headers=admin).status_code == 200
    else:
        trials.lab.change(User, world.ids["agent"], active=False)
    for name in SECURED:
        with trials.lab.nothing_written(name):
            answer = trials.send(trials.calls[name], world.ids, token)
        refused(answer, 401, "bad.credentials")
