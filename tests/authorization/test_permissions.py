"""One of the permissions of the row is needed, each is enough, and the refusal names exactly these."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from opencobrowse.services.permissions import ALL
from tests.authorization.checks import refused, said
from tests.authorization.rows import SECURED
from tests.authorization.trials import Trials, never

# What everybody knows of themselves.
OWN: Final = {
    "program": {"organization", "client"},
    "newcomer": {"organization", "newcomer", "newcomerEmail"},
}


@pytest.mark.parametrize("name", SECURED)
def test_each_permission_alone(trials: Trials, name: str) -> None:
    need = trials.need(name)
    assert need.works == set(trials.calls[name].row.any_of)
    assert need.named == need.works, "the 403 names other permissions than those that work"


@pytest.mark.parametrize("name", SECURED)
def test_all_other_permissions_together_are_not_enough(trials: Trials, name: str) -> None:
    call = trials.calls[name]
    if not call.row.any_of:
        return
    world = trials.world_for(call)
    token = trials.caller(call, world, ALL - set(call.row.any_of))
    with trials.lab.nothing_written(name):
        answer = trials.send(call, world.ids, token)
    refused(answer, 403)


@pytest.mark.parametrize("name", SECURED)
def test_who_may_not_call_it_does_not_hear_what_there_is(trials: Trials, name: str) -> None:
    """With no permission at all: the same 403 for what exists and for what never was."""
    call = trials.calls[name]
    if not call.row.any_of:
        return
    world = trials.world_for(call)
    token = trials.caller(call, world, frozenset())
    hidden = set(call.blanks) - {"organization"}  # which everybody knows of themselves
    unknown = {**world.ids, **{blank: never(world.ids[blank]) for blank in hidden}}
    there, nowhere = trials.send(call, world.ids, token), trials.send(call, unknown, token)
    refused(there, 403)
    assert said(there, world.ids) == said(nowhere, unknown)


@pytest.mark.parametrize("who", OWN)
@pytest.mark.parametrize("name", SECURED)
def test_who_holds_nothing_learns_nothing(trials: Trials, name: str, who: str) -> None:
    """Whatever the answer is: it names what was sent and what is the caller's own, and nothing else."""
    call = trials.calls[name]
    world = trials.world_for(call)
    token = trials.lab.token(world, frozenset(), None if who == "program" else who)
    answer = trials.send(call, world.ids, token)
    assert world.told_in(answer.text) <= OWN[who] | set(call.blanks), answer.text


@pytest.mark.parametrize("name", [name for name in SECURED if not name.startswith("check")])
def test_head_is_answered_to_whom_get_is(trials: Trials, name: str) -> None:
    """RFC 9110 section 9.3.2: the same status, and no body; nobody gets round a refusal by it."""
    call = trials.calls[name]
    if call.method != "GET":
        return
    head = replace(call, method="HEAD")
    world = trials.world_for(call)
    tokens = None, "forged" * 8, trials.caller(call, world, frozenset()), trials.caller(call, world)
    for token in tokens:
        made = head.request(world.ids)
        made["headers"] |= {"Authorization": f"Bearer {token}"} if token else {}
        answer = trials.lab.http.request(**made)
        assert answer.status_code == trials.send(call, world.ids, token).status_code
        assert answer.content == b""
