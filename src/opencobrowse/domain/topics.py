"""Topics: what a channel can be told of (field.md C5). A topic is a template and the id of its subject."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from opencobrowse.kernel.ids import canonical

_ID: Final = "{id}"
_ANY_ID: Final = re.compile(r"[^.{}\s\x00-\x20\x7f-\xa0]+")
MAX_TOPIC_CHARS: Final = 512


class Subject(Enum):
    """Whose id is in a topic. `NOTHING`: there is none."""

    USER = "user"
    QUEUE = "queue"
    CONFIGURATION = "configuration"
    DEPLOYMENT = "deployment"
    CHANNEL = "channel"
    NOTHING = "nothing"


class Template(Enum):
    """Every topic there is: its text, what its id is, what it tells."""

    USER_CONVERSATIONS = (
        "v2.users.{id}.conversations",
        Subject.USER,
        "A conversation in which the user takes part was made or changed.",
    )
    USER_SESSIONS = (
        "v2.users.{id}.conversations.cobrowseSessions",
        Subject.USER,
        "A cobrowse session of which the user is the agent was started or changed.",
    )
    QUEUE_SESSIONS = (
        "v2.routing.queues.{id}.conversations.cobrowseSessions",
        Subject.QUEUE,
        "A cobrowse session was started or changed in a conversation whose metadata has this queueId.",
    )
    CONFIGURATIONS = (
        "v2.webdeployments.configurations.{id}",
        Subject.CONFIGURATION,
        "A configuration of web deployments was saved, published or deleted.",
    )
    DEPLOYMENTS = (
        "v2.webdeployments.deployments.{id}",
        Subject.DEPLOYMENT,
        "A web deployment or its configuration was changed, or the deployment was deleted.",
    )
    SOCKET_CLOSING = (
        "v2.system.socket_closing",
        Subject.NOTHING,
        "The socket will be closed, within a minute. Told without a subscription.",
    )
    TOKEN_REVOKED = (
        "v2.system.token_revoked.{id}",
        Subject.CHANNEL,
        "The token of the channel has ended, and its socket with it. Told without a subscription.",
    )
    NO_LONGER_SUBSCRIBED = (
        "v2.system.no_longer_subscribed.{id}",
        Subject.CHANNEL,
        "The channel is gone or may no longer be told. Told without a subscription.",
    )
    METADATA = (
        "channel.metadata",
        Subject.NOTHING,
        "The heartbeat, and the answer to a ping. Told without a subscription.",
    )

    def __init__(self, text: str, subject: Subject, about: str) -> None:
        self.text = text
        self.subject = subject
        self.about = about

    def of(self, subject_id: str) -> str:
        """The topic's full text for one subject."""
        return self.text.replace(_ID, subject_id)

    @property
    def takes_id(self) -> bool:
        return _ID in self.text


@dataclass(frozen=True, slots=True)
class Topic:
    """`id` is None where the template has none. `text` is the one spelling of it."""

    template: Template
    id: str | None

    @property
    def text(self) -> str:
        return self.template.of(self.id or "")


PATTERNS: Final = tuple(
    (template, re.compile(re.escape(template.text).replace(re.escape(_ID), f"({_ANY_ID.pattern})")))
    for template in Template
)
"""What a topic of each template looks like."""


def parse(text: str) -> Topic | None:
    """The topic that `text` names; None for one that does not exist."""
    if len(text) > MAX_TOPIC_CHARS:
        return None
    for template, pattern in PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            return Topic(template, canonical(found[1]) if template.takes_id else None)
    return None


def nearest(text: str) -> str:
    """The existing topic that looks most like `text`, with the id in it where there is one."""
    text = text[:MAX_TOPIC_CHARS]
    parts = text.split(".")
    ids = [p for p in parts if p != "v2" and any(ch.isdigit() for ch in p) and _ANY_ID.fullmatch(p)]
    plain = ".".join(_ID if part in ids else part for part in parts)
    known = [template.text for template in Template]
    best = max(known, key=lambda k: difflib.SequenceMatcher(None, plain.lower(), k.lower()).ratio())
    return best.replace(_ID, ids[0]) if ids else best
