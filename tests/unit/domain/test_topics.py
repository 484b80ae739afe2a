"""Topics of notification channels: parsed, written, and guessed at (field.md C5)."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencobrowse.domain.topics import MAX_TOPIC_CHARS, Subject, Template, nearest, parse

ID = "7f4b2cc2-c312-4e62-a723-1ba546187ea3"


@given(st.sampled_from(list(Template)), st.uuids())
def test_a_topic_is_read_as_it_was_written(template: Template, subject: uuid.UUID) -> None:
    topic = parse(template.of(str(subject)))
    assert topic is not None
    assert topic.template is template
    assert topic.text == template.of(str(subject))
    assert (topic.id is None) == (template.subject is Subject.NOTHING)


def test_an_id_has_one_spelling() -> None:
    """RFC 9562 section 4: UUIDs are the same whatever their case."""
    topic = parse(f"v2.users.{ID.upper()}.conversations")
    assert topic is not None
    assert topic.text == f"v2.users.{ID}.conversations"


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "v2", "v2.users", "v2.users..conversations", f"v2.users.{ID}.conversation",
        f"v2.users.{ID}.conversations.", f"v2.users.{ID}.conversations.cobrowsesessions",
        "v2.users.{id}.conversations", f"v2.users.{ID}\n.conversations", f"x v2.users.{ID}.conversations",
        "v2.system.socket_closing.x", "channel_metadata",
        "v2.users." + "x" * MAX_TOPIC_CHARS + ".conversations",
    ],
)  # fmt: skip
def test_what_is_no_topic(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=600))
def test_anything_can_be_asked_for(text: str) -> None:
    """Whatever is sent: no failure, and what is proposed exists."""
    parse(text)
    proposed = nearest(text)
    assert parse(proposed) is not None or "{id}" in proposed


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (f"v2.users.{ID}.conversation", f"v2.users.{ID}.conversations"),
        (f"v2.users.{ID}.conversations.cobrowse", f"v2.users.{ID}.conversations.cobrowseSessions"),
        (f"v2.user.{ID}.conversations.cobrowsesessions", f"v2.users.{ID}.conversations.cobrowseSessions"),
        ("v2.users.{id}.conversations", "v2.users.{id}.conversations"),
        (f"v2.webdeployment.configuration.{ID}", f"v2.webdeployments.configurations.{ID}"),
        ("v2.system.socketclosing", "v2.system.socket_closing"),
    ],
)
def test_the_nearest_topic_keeps_the_id(wrong: str, right: str) -> None:
    assert nearest(wrong) == right
