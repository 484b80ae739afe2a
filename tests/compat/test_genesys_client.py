"""Our client against a stand-in for Genesys Cloud, which answers what the official models say and no more.

Issue 4, row 7. The stand-in's fixture fails a test whose requests are not what the official SDK sends.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from opencobrowse.client import (
    AsyncClient,
    AuthenticationFailed,
    Client,
    Conflict,
    NotFound,
    NotOffered,
    NotReachable,
    PermissionDenied,
    Policy,
    RateLimited,
    ServerError,
    Session,
    SessionOver,
    UnexpectedAnswer,
    WaitTimeout,
)
from tests.support.genesys import (
    ADD,
    ADD_VOICE,
    AGENT,
    CLIENT_ID,
    CLIENT_SECRET,
    DEPLOYMENT,
    OTHER_AGENT,
    VIEW,
    Genesys,
)

START = r"/cobrowse$"
TALK = r"/conversations/[^/]+$"


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.wakes: list[Callable[[], None]] = []
        """What happens at the next sleeps, one at each."""

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        if self.wakes:
            self.wakes.pop(0)()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def connect(platform: Genesys, clock: Clock, **given: Any) -> Client:
    options: dict[str, Any] = {"chance": lambda: 0.0, "environ": {}, **given}
    return Client(
        platform.url, CLIENT_ID, CLIENT_SECRET, platform="genesys",
        sleep=clock.sleep, now=lambda: clock.time, **options,
    )  # fmt: skip


@pytest.fixture
def client(platform: Genesys, clock: Clock) -> Any:
    with connect(platform, clock) as connected:
        yield connected


# -- a start -----------------------------------------------------------------------------------------------


def test_a_start_and_its_link(platform: Genesys, client: Client) -> None:
    talk = platform.talk()
    session = client.cobrowse.start(talk.id)
    assert session.viewer_url == f"https://apps.example/cobrowse/{session.id}"
    assert (session.state, session.join_code) == ("initiated", "123456")
    assert (session.handle, session.conversation_id) == (talk.id, talk.id)
    assert session.data.communication_type == "Call"
    assert session.join_url is None
    assert platform.starts == 1


def test_the_link_is_waited_for(platform: Genesys, client: Client, clock: Clock) -> None:
    """It shows some seconds after the start."""
    platform.shown_after, platform.link_after = 2, 3
    begun = clock.time
    assert client.cobrowse.start(platform.talk().id).viewer_url
    assert 2 < clock.time - begun < 15


def test_a_link_that_does_not_come_is_no_failure(platform: Genesys, client: Client, clock: Clock) -> None:
    platform.link_after = 1000
    begun = clock.time
    session = client.cobrowse.start(platform.talk().id)
    assert (session.viewer_url, session.state) == (None, "initiated")
    assert clock.time - begun <= 15
    platform.link_after = 0
    assert session.refresh().viewer_url


def test_a_session_shown_under_another_id_is_found(platform: Genesys, client: Client) -> None:
    """The models do not say that the start's id is the conversation's `cobrowseSessionId`."""
    platform.other_id = True
    talk = platform.talk()
    session = client.cobrowse.start(talk.id)
    assert session.viewer_url
    assert session.data.cobrowse_session_id == f"x-{session.id}"
    assert session.end().state == "ended"


def test_looks_that_fail_after_the_start_do_not_undo_it(platform: Genesys, client: Client) -> None:
    talk = platform.talk()
    refused = platform.fail("GET", TALK, 403, content=b"{}", times=0)
    platform.fail("POST", START, done=True, instead=False, also=lambda: setattr(refused, "times", 100))
    session = client.cobrowse.start(talk.id)
    assert (session.id, session.viewer_url) == (talk.cobrowse[0].id, None)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"control": True}, "no control at the start: start without it"),
        ({"reason": "stuck"}, "no reason of a start"),
        ({"idempotency_key": "k"}, "no Idempotency-Key"),
    ],
)
def test_what_is_not_offered_is_said_before_any_call(
    wish: dict[str, Any], says: str, platform: Genesys, client: Client
) -> None:
    with pytest.raises(NotOffered, match=f"Genesys Cloud offers {says}"):
        client.cobrowse.start("c", **wish)
    assert platform.seen == []


def test_conversations_are_not_made_there(platform: Genesys, client: Client) -> None:
    with pytest.raises(NotOffered, match="creation of conversations: they come from its telephony"):
        client.conversations.create("voice")
    with pytest.raises(NotOffered, match="adding of participants"):
        client.conversations.add_participants("c", [])
    assert platform.seen == []


@pytest.mark.parametrize("name", [AGENT, f"p-{AGENT}"])
def test_the_connected_agent_may_be_named(name: str, platform: Genesys, client: Client) -> None:
    assert client.cobrowse.start(platform.talk().id, agent_id=name).id


@pytest.mark.parametrize(
    ("talk", "named"),
    [
        ({"agents": [AGENT]}, OTHER_AGENT),
        ({"agents": [AGENT, OTHER_AGENT]}, AGENT),
        ({"agents": [AGENT], "connected": False}, AGENT),
    ],
)
def test_an_agent_who_cannot_be_chosen_is_an_error_before_the_start(
    talk: dict[str, Any], named: str, platform: Genesys, client: Client
) -> None:
    """There is no way to say who: naming one of several, or one who is not connected, cannot be honoured."""
    made = platform.talk(**talk)
    with pytest.raises(NotOffered, match="no choice of the agent"):
        client.cobrowse.start(made.id, agent_id=named)
    assert platform.calls("POST", START) == []


# -- one start is one session (I7) -------------------------------------------------------------------------


def test_a_live_session_is_a_conflict_with_its_link(platform: Genesys, client: Client) -> None:
    """I6."""
    talk = platform.talk()
    first = client.cobrowse.start(talk.id)
    with pytest.raises(Conflict) as refused:
        client.cobrowse.start(talk.id)
    assert refused.value.code == "cobrowse.session.exists"
    assert refused.value.body["viewerUrl"] == first.viewer_url
    assert len(platform.calls("POST", START)) == 1


def test_an_ended_session_is_in_nobodys_way(platform: Genesys, client: Client) -> None:
    talk = platform.talk()
    client.cobrowse.start(talk.id).end()
    second = client.cobrowse.start(talk.id)
    assert second.id == talk.cobrowse[1].id
    assert second.state == "initiated"


@pytest.mark.parametrize("late", [0, 3])
@pytest.mark.parametrize("status", [0, 502, 504, 500])
def test_a_start_whose_answer_is_lost_is_found_and_not_repeated(
    status: int, late: int, platform: Genesys, client: Client
) -> None:
    platform.shown_after = late
    talk = platform.talk()
    platform.fail("POST", START, status, content=b"<html>Bad gateway</html>", done=True)
    session = client.cobrowse.start(talk.id)
    assert session.id == talk.cobrowse[0].id
    assert session.viewer_url
    assert (platform.starts, len(platform.calls("POST", START))) == (1, 1)


@pytest.mark.parametrize("content", [b'{"id": "s1", "joinC', b"<html>welcome</html>", b"[]"])
def test_a_start_whose_answer_cannot_be_read_is_found(
    content: bytes, platform: Genesys, client: Client
) -> None:
    """A truncated answer, a proxy's page: the start had its effect."""
    talk = platform.talk()
    platform.fail("POST", START, 200, content=content, done=True)
    assert client.cobrowse.start(talk.id).id == talk.cobrowse[0].id
    assert platform.starts == 1


@pytest.mark.parametrize(("status", "kind"), [(0, NotReachable), (502, ServerError), (200, UnexpectedAnswer)])
def test_a_start_that_leaves_no_trace_is_reported_as_unsure_and_not_repeated(
    status: int, kind: type[Exception], platform: Genesys, client: Client, clock: Clock
) -> None:
    """It may still come: a second one would be two."""
    talk = platform.talk()
    platform.fail("POST", START, status, content=b"<html>")
    begun = clock.time
    with pytest.raises(kind, match="It is not known whether the session was started"):
        client.cobrowse.start(talk.id)
    assert (platform.starts, len(platform.calls("POST", START))) == (0, 1)
    assert clock.time - begun <= 15


@pytest.mark.parametrize("status", [429, 503])
def test_a_start_that_was_turned_away_is_repeated_after_a_look(
    status: int, platform: Genesys, client: Client, clock: Clock
) -> None:
    talk = platform.talk()
    platform.fail("POST", START, status, headers={"Retry-After": "7"}, content=b"{}")
    begun = clock.time
    assert client.cobrowse.start(talk.id).id == talk.cobrowse[0].id
    assert clock.time - begun == 7
    path = platform.calls("", r"conversations/")
    assert [(s.method) for s in path][:4] == ["GET", "POST", "GET", "POST"]


def test_a_start_of_somebody_else_in_the_meantime_is_a_conflict(platform: Genesys, client: Client) -> None:
    talk = platform.talk()
    platform.fail("POST", START, 429, content=b"{}", also=lambda: platform.start(talk))
    with pytest.raises(Conflict, match="has a live session"):
        client.cobrowse.start(talk.id)
    assert platform.starts == 1


def test_a_503_that_took_effect_late_is_found_by_the_repeats_409(platform: Genesys, client: Client) -> None:
    """The look before the repeat still shows nothing; the repeat is refused, and then it shows."""
    platform.shown_after = 1
    talk = platform.talk()
    platform.fail("POST", START, 503, content=b"{}", done=True)
    assert client.cobrowse.start(talk.id).id == talk.cobrowse[0].id
    assert platform.starts == 1


@pytest.mark.parametrize("status", [502, 404, 200])
def test_a_503_is_not_repeated_unseen(status: int, platform: Genesys, client: Client) -> None:
    """It may have had its effect, and the look before the repeat fails: a repeat could make two."""
    talk = platform.talk()
    looks = platform.fail("GET", TALK, status, content=b"<html>", times=0)
    platform.fail("POST", START, 503, content=b"{}", done=True, also=lambda: setattr(looks, "times", 100))
    with pytest.raises(ServerError, match="It is not known whether the session was started"):
        client.cobrowse.start(talk.id)
    assert (platform.starts, len(platform.calls("POST", START))) == (1, 1)


def test_a_server_that_comes_back_is_asked_what_became_of_the_start(
    platform: Genesys, client: Client
) -> None:
    talk = platform.talk()
    looks = platform.fail("GET", TALK, 502, content=b"<html>", times=0)
    platform.fail("POST", START, done=True, also=lambda: setattr(looks, "times", 8))
    assert client.cobrowse.start(talk.id).id == talk.cobrowse[0].id
    assert platform.starts == 1


def test_a_409_of_the_platform_is_told_as_it_is(platform: Genesys, client: Client) -> None:
    talk = platform.talk(connected=False)
    with pytest.raises(Conflict, match="conflicts with the current state"):
        client.cobrowse.start(talk.id)


def test_many_starts_at_once_are_one_session(platform: Genesys, clock: Clock) -> None:
    """I6, I7."""
    talk = platform.talk()
    outcomes: list[object] = []

    def start() -> None:
        with connect(platform, Clock()) as client:
            try:
                outcomes.append(client.cobrowse.start(talk.id).id)
            except Conflict as refused:
                outcomes.append(refused.body["id"])

    threads = [threading.Thread(target=start) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [talk.cobrowse[0].id] * 12
    assert platform.starts == 1


# -- looking, waiting, ending ------------------------------------------------------------------------------


def test_waiting_for_the_customer(platform: Genesys, client: Client, clock: Clock) -> None:
    talk = platform.talk()
    session = client.cobrowse.start(talk.id)
    clock.wakes = [lambda: None, lambda: setattr(talk.cobrowse[0], "state", "connected")]
    assert session.wait_until("active", timeout=60).state == "active"


def test_a_declined_offer_ends_the_wait(platform: Genesys, client: Client, clock: Clock) -> None:
    talk = platform.talk()
    session = client.cobrowse.start(talk.id)

    def decline() -> None:
        talk.cobrowse[0].state, talk.cobrowse[0].disconnect_type = "disconnected", "peer"
        talk.cobrowse[0].ended = talk.begun

    clock.wakes = [decline]
    with pytest.raises(SessionOver, match=r"ended \(peer\)"):
        session.wait_until("active")


def test_an_offer_that_nothing_came_of_expires(platform: Genesys, clock: Clock) -> None:
    """Nothing ever shows: the wait ends with the offer."""
    platform.shown_after, platform.offer_seconds = 10_000, 60
    begun = time.time() - clock.time
    with connect(platform, clock, wall=lambda: begun + clock.time) as client:
        session = client.cobrowse.start(platform.talk().id)
        with pytest.raises(SessionOver, match="expired"):
            session.wait_until("active")
    assert 60 < clock.time - 1000 < 65


def test_the_time_is_kept(platform: Genesys, client: Client) -> None:
    with pytest.raises(WaitTimeout):
        client.cobrowse.start(platform.talk().id).wait_until("active", timeout=5)


def test_a_token_that_ends_mid_wait_is_replaced(platform: Genesys, client: Client, clock: Clock) -> None:
    talk = platform.talk()
    session = client.cobrowse.start(talk.id)
    clock.wakes = [platform.revoke, lambda: setattr(talk.cobrowse[0], "state", "connected")]
    assert session.wait_until("active", timeout=60).state == "active"
    assert len(platform.calls("POST", "/oauth/token")) == 2


def test_a_login_host_that_is_away_mid_wait_is_waited_for(
    platform: Genesys, client: Client, clock: Clock
) -> None:
    talk = platform.talk()
    session = client.cobrowse.start(talk.id)
    platform.fail("POST", "/oauth/token", 503, content=b"<html>", times=7)
    clock.wakes = [
        platform.revoke,
        *[lambda: None] * 9,
        lambda: setattr(talk.cobrowse[0], "state", "connected"),
    ]
    assert session.wait_until("active", timeout=60).state == "active"


def test_sessions_are_found_by_their_conversation(platform: Genesys, client: Client) -> None:
    talk = platform.talk()
    with pytest.raises(NotFound, match="shows no cobrowse session"):
        client.sessions.get(talk.id)
    session = client.cobrowse.start(talk.id)
    found = client.sessions.get(session.handle)
    assert (found.id, found.state, found.viewer_url) == (session.id, "initiated", session.viewer_url)
    assert (found.data.agent_name, found.data.customer_name) == ("Anna Agent", "Carl Customer")
    assert found.end().state == "ended"
    assert found.end_reason == "client"
    assert client.sessions.get(talk.id).over
    with pytest.raises(NotFound, match="requested resource was not found"):
        client.sessions.get("nobody")


def test_ending_what_is_over_is_no_error_and_no_call(platform: Genesys, client: Client) -> None:
    session = client.cobrowse.start(platform.talk().id)
    session.end()
    session.end()
    assert len(platform.calls("PATCH")) == 1


def test_a_users_token_lists_their_sessions(platform: Genesys, client: Client) -> None:
    platform.user = AGENT
    mine, others = platform.talk(), platform.talk(agents=[OTHER_AGENT])
    started = client.cobrowse.start(mine.id)
    client.cobrowse.start(others.id)
    (found,) = client.sessions.list(live=True)
    assert (found.id, found.handle, found.state) == (started.id, mine.id, "initiated")
    assert found.viewer_url == started.viewer_url
    assert found.data.agent_name == "Anna Agent"


def test_a_clients_own_token_hears_how_else(client: Client) -> None:
    with pytest.raises(Exception, match=r"user context[\s\S]*session show CONVERSATION"):
        client.sessions.list()


def test_a_guest_sends_no_token(platform: Genesys, client: Client) -> None:
    session = client.cobrowse.start(platform.talk().id)
    assert client.sessions.find(DEPLOYMENT, "123456").id == session.id
    with pytest.raises(NotFound):
        client.sessions.find(DEPLOYMENT, "654321")


def test_the_rest_of_the_client(platform: Genesys, client: Client) -> None:
    talk = platform.talk()
    assert client.organization().name == "Example"
    assert {user.id for user in client.users.list()} == {AGENT, OTHER_AGENT}
    assert client.call("GET", "/api/v2/tokens/me")["organization"]["id"] == "org-1"
    client.conversations.end(talk.id)
    assert client.conversations.get(talk.id).end_time is not None


# -- refusals ----------------------------------------------------------------------------------------------


def test_wrong_credentials(platform: Genesys, clock: Clock) -> None:
    with (
        Client(platform.url, CLIENT_ID, "no", platform="genesys", environ={}) as client,
        pytest.raises(AuthenticationFailed, match="client not found\nWhat to change: Check the client's id"),
    ):
        client.organization()


def test_missing_permissions(platform: Genesys, client: Client) -> None:
    talk = platform.talk()
    platform.permissions -= {ADD, ADD_VOICE}
    with pytest.raises(PermissionDenied, match="conversation:cobrowse:add"):
        client.cobrowse.start(talk.id)
    platform.permissions -= {VIEW}
    with pytest.raises(PermissionDenied, match=VIEW):
        client.cobrowse.start(talk.id)
    assert platform.starts == 0


def test_a_rate_limit_is_waited_for_and_then_told(platform: Genesys, client: Client, clock: Clock) -> None:
    platform.allowed = 1
    client.organization()
    begun = clock.time
    with pytest.raises(RateLimited) as refused:
        client.organization()
    assert (refused.value.retry_after, clock.time - begun) == (1, 4)


def test_a_429_without_retry_after(platform: Genesys, clock: Clock) -> None:
    """field.md C4: there are such answers."""
    platform.fail("GET", "organizations/me", 429, content=b"{}", times=2)
    with connect(platform, clock, chance=lambda: 1.0) as client:
        begun = clock.time
        assert client.organization().name == "Example"
    assert clock.time - begun == pytest.approx(0.25 + 0.5)


def test_a_proxys_page_is_no_answer(platform: Genesys, client: Client) -> None:
    platform.fail("GET", "organizations/me", 403, content=b"<html><h1>Blocked by policy</h1></html>")
    with pytest.raises(PermissionDenied, match="Blocked by policy"):
        client.organization()


def test_a_redirect_is_named_and_not_followed(platform: Genesys, client: Client) -> None:
    """The token must not go elsewhere."""
    platform.fail("GET", "organizations/me", 302, headers={"Location": "https://portal.example/login"})
    with pytest.raises(UnexpectedAnswer, match=r"redirects to https://portal\.example/login"):
        client.organization()
    platform.revoke()
    platform.fail("POST", "/oauth/token", 302, headers={"Location": "https://portal.example/login"})
    with pytest.raises(UnexpectedAnswer, match="redirects"):
        client.organization()


def test_a_slow_answer_is_not_waited_for_for_ever(platform: Genesys, clock: Clock) -> None:
    held = threading.Event()
    platform.fail("GET", "organizations/me", wait=held, times=9, instead=False)
    try:
        with connect(platform, clock, timeout=0.2, policy=Policy(retries=1)) as client:
            with pytest.raises(NotReachable, match="timed out") as away:
                client.organization()
            assert away.value.kind == "timeout"
    finally:
        held.set()


def test_it_is_the_platform_that_says_404_to_what_is_ours(platform: Genesys, client: Client) -> None:
    answer = httpx.get(f"{platform.url}/api/v2/opencobrowse/sessions")
    assert (answer.status_code, answer.json()["code"]) == (404, "not.found")


# -- the same, awaited -------------------------------------------------------------------------------------


def test_the_asynchronous_client_does_the_same(platform: Genesys) -> None:
    talk, clock = platform.talk(), Clock()
    platform.shown_after = 2

    async def sleep(seconds: float) -> None:
        clock.sleep(seconds)

    async def work() -> None:
        async with AsyncClient(
            platform.url, CLIENT_ID, CLIENT_SECRET, platform="genesys",
            sleep=sleep, now=lambda: clock.time, environ={},
        ) as client:  # fmt: skip
            session = await client.cobrowse.start(talk.id)
            assert session.viewer_url
            clock.wakes = [lambda: setattr(talk.cobrowse[0], "state", "connected")]
            assert (await session.wait_until("active", timeout=60)).state == "active"
            assert (await session.end()).over

    asyncio.run(work())
    assert platform.starts == 1


def test_a_session_prints_what_it_is(platform: Genesys, client: Client) -> None:
    session: Session = client.cobrowse.start(platform.talk().id)
    assert repr(session) == f"Session(id='{session.id}', state='initiated')"
