"""The client's core does no I/O, so that an asyncio client can be made of the same decisions."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

from opencobrowse.client import models, operations, progress
from opencobrowse.client.flow import Bearer, Flow, Policy, Reply, Send, Sleep, authorized, checked


def test_the_core_imports_no_transport_and_no_clock() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import importlib.util as u, types\n"
        "package = types.ModuleType('opencobrowse.client'); import opencobrowse\n"
        "package.__path__ = [opencobrowse.__path__[0] + '/client']\n"
        "sys.modules['opencobrowse.client'] = package\n"
        "import opencobrowse.client.progress, opencobrowse.client.operations, opencobrowse.client.flow\n"
        "print(sorted({'httpx', 'socket', 'asyncio', 'threading', 'random'} & (set(sys.modules) - before)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_an_asyncio_driver_runs_the_same_flows() -> None:
    state = iter(("initiated", "active"))

    async def drive(flow: Flow[Any]) -> Any:
        outcome: Any = None
        while True:
            try:
                effect = flow.send(outcome)
            except StopIteration as done:
                return done.value
            await asyncio.sleep(0)
            match effect:
                case Send():
                    leg = b'{"id": "s1", "opencobrowseState": "%s"}' % next(state).encode()
                    body = b'{"id": "c1", "participants": [{"id": "p", "cobrowsesessions": [%s]}]}' % leg
                    outcome = Reply(200, {}, body)
                case Sleep():
                    outcome = None
                case Bearer():
                    outcome = "token"

    def look(session: models.SessionData) -> Flow[models.SessionData]:
        operation = operations.get_conversation("c1")
        reply = yield from authorized(operation.request, Policy(), lambda: 0.0)
        return progress.updated(session, operation.read(checked(reply)))

    seen: list[str] = []
    waiting = progress.Waiting("active", 5, 0.0)
    flow = progress.wait(
        waiting, models.SessionData(id="s1"), look, lambda: 0.0, lambda s: seen.append(s.state)
    )
    assert asyncio.run(drive(flow)).state == "active"
    assert seen == ["initiated", "active"]
