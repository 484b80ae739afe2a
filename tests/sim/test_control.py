"""G1, the control part: any sequence of what people, clocks, stores and servers do; B8, I5, I6, I8.

A failing sequence is printed by Hypothesis as a program.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from opencobrowse.domain.control import ControlEnd
from opencobrowse.domain.session import CobrowseType
from opencobrowse.kernel.errors import Clash
from opencobrowse.services.session.controls import cool_down
from tests.sim.control_world import OTHER, SHOP, ControlWorld, Person

WHICH = st.integers(0, 5)
AGENTS = st.sampled_from(["agent", "agent", "agent", "ben", "supervisor"])

RACERS = st.sampled_from(["takes_it_back", "gives_it_up", "asks", "says_yes", "goes"])


class ControlMachine(RuleBasedStateMachine):
    """One session from its accept on. `run` does one thing and lets follow what follows."""

    seen: ClassVar[Counter[str]] = Counter()

    @initialize(kind=st.sampled_from(list(CobrowseType)))
    def begin(self, kind: CobrowseType) -> None:
        self.loop = asyncio.new_event_loop()
        self.run(self._open(kind))

    async def _open(self, kind: CobrowseType) -> None:
        self.world = ControlWorld()
        await self.world.open(kind)
        await self.world.viewer_comes("agent")

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        with contextlib.suppress(Clash):
            return self.loop.run_until_complete(asyncio.wait_for(work, 20))

    # -- the agents ----------------------------------------------------------------------------------------

    @rule(user=AGENTS)
    def a_viewer_comes(self, user: str) -> None:
        if sum(v.here for v in self.world.viewers) < 4:
            self.run(self.world.viewer_comes(user))

    @rule(which=WHICH)
    def a_viewer_leaves(self, which: int) -> None:
        self.run(self.world.leaves(self.viewer(which)))

    @rule(which=WHICH)
    def somebody_asks(self, which: int) -> None:
        self.run(self.world.request(self.viewer(which)))

    @rule(which=WHICH)
    def somebody_gives_it_up(self, which: int) -> None:
        self.run(self.world.ends(self.viewer(which), "control.release"))

    @rule()
    def the_agent_has_it(self) -> None:
        """Asked and given, as it mostly goes."""
        world = self.world
        if world.slow:
            return
        self.run(world.pause(False))
        if cool_down(world.record, world.clock.now()):
            self.run(world.wait(60))
        if not any(v.here and v.user == world.record.agent_user_id for v in world.viewers):
            self.run(world.viewer_comes(world.record.agent_user_id))
        mine = [v for v in world.viewers if v.here and v.user == world.record.agent_user_id]
        if mine:
            self.run(world.request(mine[0]))
        self.run(world.says(world.pages[-1], "control.answer", granted=True))
        self.everybody_acts("click")

    @rule(user=AGENTS)
    def the_holder_goes_and_somebody_comes(self, user: str) -> None:
        self.the_agent_has_it()
        for viewer in self.world.viewers:
            if viewer.user == self.world.record.agent_user_id:
                self.run(self.world.leaves(viewer))
        self.run(self.world.viewer_comes(user))
        self.everybody_acts("click")

    @rule(kind=st.sampled_from(["click", "reload", "click"]))
    def everybody_acts(self, kind: str) -> None:
        for viewer in self.world.viewers:
            self.acts(viewer, kind)

    @rule(which=WHICH, kind=st.sampled_from(["click", "reload", "click"]))
    def somebody_acts(self, which: int, kind: str) -> None:
        self.acts(self.viewer(which), kind)

    def acts(self, viewer: Person, kind: str) -> None:
        """`ControlWorld.check` sees what passes; what must pass does."""
        world = self.world
        quiet = not world.slow and viewer.connection._task is None
        account = world.account
        may = quiet and not world.may(viewer, kind)
        passed = self.run(world.act(viewer, kind=kind))
        if may and account is not None:
            assert passed, "what may pass, passes"

    @rule(which=WHICH)
    def the_page_is_talked_over(self, which: int) -> None:
        """Everything else that a viewer can say of the customer's part: nothing of it counts (B9)."""
        viewer = self.viewer(which)
        before = self.world.record.control
        for type_ in ("control.answer", "control.revoke", "acted"):
            self.run(self.world.says(viewer, type_, granted=True, id=1, result="done", peer=1))
        if not self.world.slow and viewer.here and before is not before.NONE:
            assert self.world.record.control is before

    # -- the customer --------------------------------------------------------------------------------------

    @rule(granted=st.sampled_from([True, True, False]))
    def the_customer_answers(self, granted: bool) -> None:
        self.run(self.world.says(self.world.pages[-1], "control.answer", granted=granted))

    @rule()
    def the_customer_takes_it_back(self) -> None:
        self.run(self.world.ends(self.world.pages[-1], "control.revoke"))

    @rule(origin=st.sampled_from([SHOP, SHOP, OTHER]), says_goodbye=st.booleans())
    def the_page_is_another_one(self, origin: str, says_goodbye: bool) -> None:
        if self.world.slow:
            return  # nobody gets a token from a store that is held up
        if says_goodbye:
            self.run(self.world.leaves(self.world.pages[-1]))
        self.run(self.world.page_comes(origin))

    @rule()
    def an_older_page_still_talks(self) -> None:
        for page in self.world.pages[:-1]:
            self.run(self.world.says(page, "control.answer", granted=True))

    # -- everything else -----------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 5, 14, 16, 31, 61, 61, 299, 302]))
    def time_goes_by(self, seconds: int) -> None:
        if seconds < 100 or any(v.here for v in self.world.viewers):
            self.run(self.world.wait(seconds))

    @rule(control=st.sampled_from([True, True, True, False]), navigation=st.booleans())
    def settings_are_published(self, control: bool, navigation: bool) -> None:
        if not self.world.slow:
            self.run(self.world.publish(allow_agent_control=control, allow_agent_navigation=navigation))

    @rule(paused=st.sampled_from([False, False, True]))
    def pause_or_go_on(self, paused: bool) -> None:
        if not self.world.slow:
            self.run(self.world.pause(paused))

    @rule(user=st.sampled_from(["agent", "ben"]))
    def another_agent_goes_on(self, user: str) -> None:
        if not self.world.slow:
            self.run(self.world.transfer(user))

    @rule(first=RACERS, second=RACERS, waits=st.sampled_from([0, 0, 2]), held=st.booleans())
    def two_race_while_the_store_is_slow(self, first: str, second: str, waits: int, held: bool) -> None:
        """Both are said, and everybody acts, before either is committed."""
        if held:
            self.the_agent_has_it()
        self.world.store.gate.clear()
        try:
            for racer in (first, second):
                getattr(self, racer)()
                self.everybody_acts("click")
            if waits:
                self.run(self.world.wait(waits))
        finally:
            self.world.store.gate.set()
        self.run(self.world.turns())
        self.everybody_acts("click")

    def takes_it_back(self) -> None:
        self.run(self.world.ends(self.world.pages[-1], "control.revoke"))

    def gives_it_up(self) -> None:
        for viewer in self.world.viewers:
            self.run(self.world.ends(viewer, "control.release"))

    def asks(self) -> None:
        self.run(self.world.request(self.viewer(0)))

    def says_yes(self) -> None:
        self.run(self.world.says(self.world.pages[-1], "control.answer", granted=True))

    def goes(self) -> None:
        self.run(self.world.leaves(self.viewer(0)))

    @rule()
    def the_server_is_killed(self) -> None:
        if not self.world.slow:
            self.run(self.world.restart())
            self.run(self.world.page_comes(SHOP))

    @rule(really=st.integers(0, 9))
    def it_ends(self, really: int) -> None:
        if not self.world.slow and really == 0:
            self.run(self.world.end())

    # -- always --------------------------------------------------------------------------------------------

    @invariant()
    def what_is_told_is_what_is_stored(self) -> None:
        if hasattr(self, "world"):
            self.world.agrees()

    def viewer(self, which: int) -> Person:
        """Mostly one who is here, sometimes one who is not any more."""
        here = [v for v in self.world.viewers if v.here] or self.world.viewers
        return here[which % len(here)] if which < 5 else self.world.viewers[0]

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.store.gate.set()
            self.run(self.world.turns())
            self.world.agrees()
            self.seen["passed"] += self.world.passed
            for grant in self.world.record.grants:
                self.seen[grant.end_reason or "open"] += 1
        if hasattr(self, "loop"):
            self.loop.close()


@pytest.mark.timeout(600)
def test_any_sequence() -> None:
    """5,000 steps. They have everything in them: else this proves less than it says."""
    ControlMachine.seen.clear()
    run_state_machine_as_test(
        ControlMachine,
        settings=settings(
            max_examples=100,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
    seen = ControlMachine.seen
    assert seen["passed"] > 20, seen
    assert len([why for why in ControlEnd if seen[why]]) >= 6, seen
