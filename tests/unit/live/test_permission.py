"""Settings and permissions that change while somebody is connected (I8, B5)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live import Stage
from tests.support.server import running

CONFIGURATIONS = "/api/v2/webdeployments/configurations"


@pytest.fixture
def own_stage(tmp_path: Path) -> Iterator[Stage]:
    """A server of its own: these tests change what everybody shares."""
    with running(tmp_path) as server, Stage(server) as stage:
        yield stage


def publish(stage: Stage, **settings: object) -> None:
    """Change the deployment's configuration, as an operator would."""
    deployment = stage.http.get(f"/api/v2/webdeployments/deployments/{stage.deployment_id}").json()
    path = f"{CONFIGURATIONS}/{deployment['configuration']['id']}/versions/draft"
    draft = stage.http.get(path).json()
    draft["cobrowse"].update(settings)
    assert stage.http.put(path, json=draft).status_code == 200
    assert stage.http.post(f"{path}/publish").status_code == 200


def test_control_is_not_asked_for_nor_given_where_it_is_not_allowed(own_stage: Stage) -> None:
    """A session that was started while it was: the setting counts when the customer is asked and answers."""
    with own_stage.page("early") as early:
        for customer in ("early", "late"):
            own_stage.start(customer, cobrowseType="control")
        asked = early.wait("offer")
        assert asked["control"] is True
        publish(own_stage, allowAgentControl=False)
        with own_stage.page("late") as late:
            offer = late.wait("offer")
            assert offer["control"] is False
            for peer, session_id in ((late, offer["sessionId"]), (early, asked["sessionId"])):
                peer.say("accept", sessionId=session_id, textVersion="t", control=True)
                assert peer.wait("share").get("control") is False


def test_who_is_no_agent_any_more_sees_nothing_more(own_stage: Stage) -> None:
    session, page, _ = own_stage.share("seen")
    with page, own_stage.agent() as agent, own_stage.viewer(agent, session["id"]) as viewer:
        viewer.wait("state")
        path = f"/api/v2/users/{own_stage.agent_id}/permissions"
        assert own_stage.http.post(path, json={"remove": ["cobrowse:agent"]}).status_code == 200
        code = viewer.closed().code
        assert code is not None and code >= 4500
