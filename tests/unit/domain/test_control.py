"""Control on the record: asked for, given, over; each time is kept (I1, I8; reliability.md B8, D)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opencobrowse.domain.consent import ConsentRecord
from opencobrowse.domain.control import CONTROL, MOVE_FOR, Control, ControlEnd, Grant
from opencobrowse.domain.machine import IllegalMove
from opencobrowse.domain.session import (
    CobrowseType,
    EndReason,
    Session,
    SessionMove,
    SessionState,
    accept,
    apply,
    ask_control,
    close_control,
    grant_control,
    transfer,
    without_control,
)
from opencobrowse.kernel import limits

SHOP = "https://shop.example"


def initiated(kind: CobrowseType = CobrowseType.VIEW) -> Session:
    return Session(
        "s", "o", "c", "ada", "p-ada", None, None, kind, SessionState.INITIATED, 0, 600, 600, "i", "t"
    )


def active(kind: CobrowseType = CobrowseType.VIEW, control: bool = False) -> Session:
    return accept(
        initiated(kind), ConsentRecord(5, "1", view=True, control=control, page_origin=SHOP), "d", 9
    )


def held() -> Session:
    return grant_control(ask_control(active(), 10), SHOP, 20)


def test_who_asked_when_and_where_the_customer_said_yes_is_kept() -> None:
    """I1: the consent to control is a record of its own."""
    found = held()
    assert found.control is Control.HELD
    assert found.grant == Grant("ada", "p-ada", 10, page_origin=SHOP, granted_at=20)
    over = close_control(found, ControlEnd.REVOKED, 30)
    assert (over.control, over.grant) == (Control.NONE, None)
    assert over.grants == (replace(found.grants[0], ended_at=30, end_reason=ControlEnd.REVOKED),)
    again = ask_control(over, 40)
    assert (len(again.grants), again.grants[0]) == (2, over.grants[0])
    assert again.grant == Grant("ada", "p-ada", 40)


def test_control_that_came_with_the_session_is_such_a_record_too() -> None:
    found = active(CobrowseType.CONTROL, control=True)
    assert found.grant == Grant("ada", "p-ada", 5, with_session=True, page_origin=SHOP, granted_at=5)
    assert active(CobrowseType.CONTROL, control=False).grants == ()
    assert active(CobrowseType.VIEW, control=True).grants == ()


@pytest.mark.parametrize("state", set(SessionState) - {SessionState.ACTIVE})
def test_control_is_asked_for_and_given_in_an_active_session_only(state: SessionState) -> None:
    with pytest.raises(IllegalMove):
        ask_control(replace(active(), state=state), 10)
    with pytest.raises(IllegalMove):
        grant_control(replace(ask_control(active(), 10), state=state), SHOP, 20)


def test_nobody_asks_for_what_is_not_free_and_nobody_gives_what_is_not_asked_for() -> None:
    for taken in (ask_control(active(), 10), held()):
        with pytest.raises(IllegalMove):
            ask_control(taken, 30)
    for unasked in (active(), held()):
        with pytest.raises(IllegalMove):
            grant_control(unasked, SHOP, 30)


def test_a_yes_after_30_seconds_is_none() -> None:
    """D, "Control prompt"."""
    asked = ask_control(active(), 10)
    last = 10 + limits.CONTROL_REQUEST_MS
    assert grant_control(asked, SHOP, last - 1).control is Control.HELD
    with pytest.raises(IllegalMove):
        grant_control(asked, SHOP, last)


@pytest.mark.parametrize("why", ControlEnd)
def test_every_end_is_legal_where_it_can_happen_and_nowhere_else(why: ControlEnd) -> None:
    for found in (active(), ask_control(active(), 10), held()):
        if (found.control, MOVE_FOR[why]) in CONTROL:
            assert close_control(found, why, 30).control is Control.NONE
            assert close_control(found, why, 30).grants[-1].end_reason is why
        else:
            with pytest.raises(IllegalMove):
                close_control(found, why, 30)
    with pytest.raises(IllegalMove):
        close_control(active(), why, 30)


@pytest.mark.parametrize("begin", [lambda: ask_control(active(), 10), held], ids=["asked", "held"])
def test_a_pause_an_end_and_a_transfer_take_it_away(begin: object) -> None:
    """I8; D: session pause, end, transfer. What was only asked for goes, too."""
    found: Session = begin()  # type: ignore[operator]
    ways = {
        ControlEnd.PAUSED: apply(found, SessionMove.PAUSE, 30),
        ControlEnd.ENDED: apply(found, SessionMove.END, 30, EndReason.AGENT),
        ControlEnd.TRANSFERRED: transfer(found, "ben", "p-ben", 30),
    }
    for why, after in ways.items():
        assert after.control is Control.NONE
        assert (after.grants[-1].ended_at, after.grants[-1].end_reason) == (30, why)


def test_a_grant_from_before_grants_were_kept_ends_as_well() -> None:
    """A session that was stored by the version before."""
    old = replace(active(), control=Control.HELD)
    assert old.grant is None
    assert without_control(old, ControlEnd.PAUSED, 30) == replace(old, control=Control.NONE)
