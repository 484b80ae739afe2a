"""Notification channels: each its owner's alone, each topic for those who may read it (C5, I10)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from opencobrowse.domain.people import OAuthClient
from opencobrowse.domain.topics import Subject, Template
from opencobrowse.kernel.secrets import digest
from opencobrowse.services.permissions import (
    ALL,
    COBROWSE_READ,
    CONFIGURATION_VIEW,
    CONVERSATION_READ,
    DEPLOYMENT_VIEW,
)
from tests.authorization.checks import refused, said
from tests.authorization.trials import Trials, never
from tests.authorization.world import World
from tests.support.live import upgrade

CHANNELS: Final = "/api/v2/notifications/channels"
NEEDS: Final = {
    Template.USER_CONVERSATIONS: {CONVERSATION_READ},
    Template.USER_SESSIONS: {COBROWSE_READ, CONVERSATION_READ},
    Template.QUEUE_SESSIONS: {COBROWSE_READ, CONVERSATION_READ},
    Template.CONFIGURATIONS: {CONFIGURATION_VIEW},
    Template.DEPLOYMENTS: {DEPLOYMENT_VIEW},
}
SUBJECTS: Final = {
    Subject.USER: "agent", Subject.CONFIGURATION: "configuration", Subject.DEPLOYMENT: "deployment",
    Subject.CHANNEL: "channel",
}  # fmt: skip


def subscribed(trials: Trials, world: World, bearer: str, topic: str) -> Any:
    path = f"{CHANNELS}/{world.ids['channel']}/subscriptions"
    return trials.lab.http.post(path, json=[{"id": topic}], headers={"Authorization": f"Bearer {bearer}"})


@pytest.mark.parametrize("template", Template, ids=lambda template: template.name)
def test_each_permission_alone(trials: Trials, template: Template) -> None:
    world, works, named = trials.lab.world(), set(), set()
    topic = template.of(world.ids[SUBJECTS.get(template.subject, "role")])
    for permission in sorted(ALL):
        answer = subscribed(trials, world, trials.lab.token(world, frozenset({permission})), topic)
        if answer.status_code == 200:
            works.add(permission)
        else:
            named |= set(refused(answer, 403)["messageParams"]["permissions"].split(", "))
    wanted = NEEDS.get(template, ALL)
    assert works == wanted
    assert named == (set() if wanted == ALL else wanted)


@pytest.mark.parametrize("template", [t for t in Template if t.subject in SUBJECTS], ids=lambda t: t.name)
def test_nothing_of_another_organisation_is_told(trials: Trials, template: Template) -> None:
    mine, theirs = trials.lab.world(), trials.lab.world()
    foreign = theirs.ids[SUBJECTS[template.subject]]
    unknown, token = never(foreign), trials.lab.token(mine)
    with trials.lab.nothing_written(template.name):
        answers = [subscribed(trials, mine, token, template.of(found)) for found in (foreign, unknown)]
    for answer in answers:
        refused(answer, 404, "notification.topic.not.found")
    assert said(answers[0], {"it": foreign}) == said(answers[1], {"it": unknown})


def test_another_programs_channel_is_no_channel(trials: Trials) -> None:
    """The same organisation, another OAuth client with every permission."""
    world = trials.lab.world()
    other = World({**world.ids, "client": never(world.ids["client"])})
    now = trials.lab.clock.now()
    trials.lab.put(OAuthClient(other.ids["client"], world.org_id, "Other", digest("other"), ALL, now))
    token = trials.lab.token(other)
    for name in ("checkChannel", "listSubscriptions", "addSubscriptions", "replaceSubscriptions",
                 "deleteSubscriptions"):  # fmt: skip
        with trials.lab.nothing_written(name):
            answer = trials.send(trials.calls[name], world.ids, token)
        refused(answer, 404)
    assert world.ids["channel"] not in trials.send(trials.calls["listChannels"], world.ids, token).text


def test_a_channels_socket_needs_the_secret_of_its_address(trials: Trials) -> None:
    world = trials.lab.world()
    headers = {"Authorization": f"Bearer {trials.lab.token(world)}"}
    uri = trials.lab.http.post(CHANNELS, headers=headers).json()["connectUri"]
    path = urlsplit(uri).path
    secret = path.rpartition("/")[2]
    for wrong in (path.removesuffix(secret), path.removesuffix("/" + secret), path[:-2] + "AA",
                  path.replace(path.split("/")[3], world.ids["channel"])):  # fmt: skip
        status, peer = upgrade(uri.replace(path, wrong), None, None)
        with peer:
            assert status == 404, wrong
    status, peer = upgrade(uri, None, None)
    with peer:
        assert status == 101
