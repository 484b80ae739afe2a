"""Sessions over real sockets: the resume protocol, takeover, ends, revocation, a restart (I3, I5, I6, B5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opencobrowse.kernel import limits
from opencobrowse.wire.live import HEADER, Flags, Kind
from tests.support.live import BINARY, CONTINUATION, PAGE_ORIGIN, Closed, Peer, Stage, upgrade
from tests.support.server import Server

LAST = int(Flags.LAST)


def offsets(peer: Peer) -> list[int]:
    return [HEADER.unpack_from(f)[4] for f in peer.frames]


def epoch_of(share: dict[str, Any]) -> int:
    return int(share["position"]["epoch"])


def test_a_late_viewer_sees_all_and_the_page_hears_nothing_of_it(stage: Stage) -> None:
    session, page, share = stage.share("late")
    epoch = epoch_of(share)
    with page, stage.agent() as agent:
        page.send(Kind.SNAPSHOT, epoch, 0, b"pa")
        page.send(Kind.SNAPSHOT, epoch, 1, b"ge", LAST)
        page.send(Kind.EVENTS, epoch, 2, b"one")
        with stage.viewer(agent, session["id"]) as first, stage.viewer(agent, session["id"]) as second:
            for viewer in (first, second):
                assert viewer.wait("resync")["position"] == {"epoch": epoch, "offset": 0}
                assert [f[HEADER.size :] for f in viewer.wait_frames(3)] == [b"pa", b"ge", b"one"]
            page.send(Kind.EVENTS, epoch, 3, b"two")
            assert first.wait_frames(4)[3][HEADER.size :] == b"two"
            assert second.wait_frames(4)[3][HEADER.size :] == b"two"
        page.wait("state", sharing=True)
        assert "checkout" not in {m["type"] for m in page.messages}


def test_a_large_frame_in_fragments_arrives_whole(stage: Stage) -> None:
    """Performance.md section 12: picows hands fragments over as frames."""
    session, page, share = stage.share("fragments")
    body = bytes(range(256)) * 1000
    whole = HEADER.pack(Kind.SNAPSHOT, LAST, 0, epoch_of(share), 0) + body
    with page, stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
        for start in range(0, len(whole), 50_000):
            part = whole[start : start + 50_000]
            page.raw(BINARY if start == 0 else CONTINUATION, part, fin=start + 50_000 >= len(whole))
        assert viewer.wait_frames(1) == [whole]


@pytest.mark.parametrize("fragments", [False, True])
def test_a_frame_above_its_limit_is_terminal(stage: Stage, fragments: bool) -> None:
    _, page, share = stage.share("oversize")
    frame = HEADER.pack(Kind.EVENTS, 0, 0, epoch_of(share), 0) + b"x" * limits.SHARER_FRAME_BYTES
    with page:
        try:
            if fragments:
                page.raw(BINARY, frame[:700_000], fin=False)
                page.raw(CONTINUATION, frame[700_000:])
            else:
                page.raw(BINARY, frame)
        except ConnectionError:
            return  # cut while it was still being sent
        assert page.closed().code in (1009, 4513, None)


@pytest.mark.parametrize(
    ("kind", "offset", "flags", "code"),
    [(Kind.EVENTS, 5, 0, 4010), (9, 0, 0, 4500), (Kind.EVENTS, 0, 128, 4500), (0, 0, 0, 4500)],
)
def test_frames_that_cannot_be(stage: Stage, kind: int, offset: int, flags: int, code: int) -> None:
    _, page, share = stage.share("impossible")
    with page:
        page.raw(BINARY, HEADER.pack(kind, flags, 0, epoch_of(share), offset) + b"x")
        assert page.closed().code == code


def test_a_viewer_that_streams_is_terminal(stage: Stage) -> None:
    session, page, share = stage.share("viewer-streams")
    with page, stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
        viewer.wait("state")
        viewer.send(Kind.EVENTS, epoch_of(share), 0, b"forged")
        assert viewer.closed().code == 4503


def test_frames_before_consent_go_nowhere(stage: Stage) -> None:
    """I14: not a byte before the yes."""
    with stage.page("eager") as page, stage.agent() as agent:
        session = stage.start("eager")
        page.wait("offer")
        with stage.viewer(agent, session["id"]) as viewer:
            assert viewer.wait("state")["state"] == "initiated"
            page.send(Kind.SNAPSHOT, 1, 0, b"secret", LAST)
            page.say("accept", sessionId=session["id"], textVersion="t", control=False)
            share = page.wait("share")
            page.send(Kind.SNAPSHOT, epoch_of(share), 0, b"shared", LAST)
            assert [f[HEADER.size :] for f in viewer.wait_frames(1)] == [b"shared"]


def test_the_same_page_resumes_in_its_epoch_after_a_break(stage: Stage) -> None:
    """Resume for the sharer: the viewer gets each frame once, in order, with no new snapshot (I4)."""
    session, page, share = stage.share("sharer-resumes")
    epoch = epoch_of(share)
    with stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
        page.send(Kind.SNAPSHOT, epoch, 0, b"page", LAST)
        page.send(Kind.EVENTS, epoch, 1, b"one")
        viewer.wait_frames(2)
        page.sock.close()
        viewer.wait("state", sharing=False)
        with stage.page(
            "sharer-resumes",
            session=session["id"],
            token=share["resumeToken"],
            resume={"epoch": epoch, "offset": 1},
        ) as again:
            goes_on = again.wait("share")
            assert goes_on["position"] == {"epoch": epoch, "offset": 2}
            again.send(Kind.EVENTS, epoch, 2, b"two")
            assert offsets(viewer)[:2] == [0, 1]
            assert [f[HEADER.size :] for f in viewer.wait_frames(3)] == [b"page", b"one", b"two"]
            assert "resync" not in [m["type"] for m in viewer.messages]


def test_a_viewer_resumes_where_it_was(stage: Stage) -> None:
    session, page, share = stage.share("viewer-resumes")
    epoch = epoch_of(share)
    with page, stage.agent() as agent:
        page.send(Kind.SNAPSHOT, epoch, 0, b"page", LAST)
        page.send(Kind.EVENTS, epoch, 1, b"one")
        with stage.viewer(agent, session["id"]) as viewer:
            viewer.wait_frames(2)
        page.send(Kind.EVENTS, epoch, 2, b"two")
        with stage.viewer(agent, session["id"], resume={"epoch": epoch, "offset": 2}) as viewer:
            assert [f[HEADER.size :] for f in viewer.wait_frames(1)] == [b"two"]
            assert "resync" not in [m["type"] for m in viewer.messages]


def test_a_second_page_takes_over_while_the_old_socket_is_still_there(stage: Stage) -> None:
    """I6: at most one sharer. The old page is told for good; the picture starts anew in another epoch."""
    session, page, share = stage.share("takeover")
    epoch = epoch_of(share)
    page.send(Kind.SNAPSHOT, epoch, 0, b"old", LAST)
    with page, stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
        viewer.wait_frames(1)
        with stage.page("takeover", session=session["id"], token=share["resumeToken"]) as other:
            again = other.wait("share")
            assert epoch_of(again) != epoch
            assert again["resumeToken"] not in ("", share["resumeToken"])
            assert page.closed().code == 4509
            other.send(Kind.SNAPSHOT, epoch_of(again), 0, b"new", LAST)
            assert viewer.wait_frames(2)[1][HEADER.size :] == b"new"
            viewer.wait("state", sharing=True)


def test_a_wrong_resume_token_opens_nothing(stage: Stage) -> None:
    session, page, _ = stage.share("wrong-token")
    with page, stage.page("wrong-token", session=session["id"], token="x" * 43) as thief:
        assert thief.wait("end")["sessionId"] == session["id"]
        page.say("ping", id=1)
        assert page.wait("pong")


@pytest.mark.parametrize("who", ["page", "viewer", "api", "conversation"])
def test_after_an_end_no_frame_passes(stage: Stage, who: str) -> None:
    """B5, I5: an end from any side is a fence: once it is answered, nothing more is delivered."""
    session, page, share = stage.share(f"end-{who}")
    epoch = epoch_of(share)
    with page, stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
        page.send(Kind.SNAPSHOT, epoch, 0, b"page", LAST)
        viewer.wait_frames(1)
        conversation = session["selfUri"].split("/")[-1] if who == "conversation" else ""
        if who == "page":
            page.say("stop")
        elif who == "viewer":
            viewer.say("stop")
        elif who == "api":
            answer = stage.http.post(f"/api/v2/opencobrowse/sessions/{session['id']}/end")
            assert answer.status_code == 200
        else:
            found = stage.http.get(f"/api/v2/opencobrowse/sessions/{session['id']}").json()
            conversation = found["conversationId"]
            assert stage.http.delete(f"/api/v2/conversations/{conversation}").status_code == 204
        if who in ("api", "conversation"):
            for offset in range(1, 20):
                page.send(Kind.EVENTS, epoch, offset, b"after")
        assert page.wait("end")["sessionId"] == session["id"]
        page.send(Kind.EVENTS, epoch, 1, b"after")
        assert viewer.closed().code == 4504
        assert len(viewer.frames) == 1
        assert viewer.messages[-1]["type"] == "end"
        page.say("ping", id=3)
        assert page.wait("pong")["id"] == 3, "the page's own socket stays, for the next offer"


def test_a_viewer_of_a_session_that_is_over_is_told_so(stage: Stage) -> None:
    session = stage.start("over")
    with stage.agent() as agent:
        opening = stage.ticket(agent, session["id"])
        stage.http.post(f"/api/v2/opencobrowse/sessions/{session['id']}/end")
        status, viewer = upgrade(opening["websocketUrl"], opening["ticket"], stage.server.url)
        assert status == 101
        with viewer:
            viewer.say("hello", versions=[1])
            assert viewer.wait("end")["reason"] == "api"
            assert viewer.closed().code == 4504


def test_revoking_the_token_closes_its_sockets_and_tickets_within_a_second(stage: Stage) -> None:
    """B5; api.md section 1."""
    session = stage.start("revoked")
    with stage.agent() as agent:
        with stage.viewer(agent, session["id"]) as viewer:
            viewer.wait("state")
            unused = stage.ticket(agent, session["id"])
            assert agent.post("/api/v2/opencobrowse/signout").status_code == 204
            end = viewer.closed(timeout=1)
            assert end.code == 4506
        status, peer = upgrade(unused["websocketUrl"], unused["ticket"], stage.server.url)
        peer.sock.close()
        assert status == 503


def test_several_pages_are_asked_and_the_first_yes_wins(stage: Stage) -> None:
    """api.md section 2: all prompt, the first to accept wins, the others close."""
    with stage.page("tabs") as first, stage.page("tabs") as second:
        session = stage.start("tabs")
        for page in (first, second):
            assert page.wait("offer")["sessionId"] == session["id"]
        with stage.page("tabs") as third:
            assert third.wait("offer")["sessionId"] == session["id"], "a page that opens later is asked too"
            second.say("accept", sessionId=session["id"], textVersion="t", control=False)
            assert second.wait("share")
            assert first.wait("offer.closed")["sessionId"] == session["id"]
            assert third.wait("offer.closed")["sessionId"] == session["id"]
            first.say("accept", sessionId=session["id"], textVersion="t", control=False)
            assert first.wait("error")["code"] == "offer.closed"
            assert "offer.closed" not in [m["type"] for m in second.messages]


def test_the_oldest_page_of_too_many_goes(stage: Stage) -> None:
    """`limits.PAGES_PER_CUSTOMER`: bounded, and the page in front of the customer is asked."""
    pages = [stage.page("many-tabs") for _ in range(limits.PAGES_PER_CUSTOMER + 1)]
    try:
        assert pages[0].closed().code == 4514
        stage.start("many-tabs")
        assert pages[-1].wait("offer")
    finally:
        for page in pages:
            page.sock.close()


def test_pings_go_the_whole_way_and_back(stage: Stage) -> None:
    session, page, _ = stage.share("ping")
    with page, stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
        viewer.wait("state")
        viewer.say("ping", id=77)
        page.say("pong", id=page.wait("ping")["id"])
        assert viewer.wait("pong")["id"] == 77


def test_a_restarted_server_begins_another_epoch(tmp_path: Path) -> None:
    """The hard case "restart with persisted DB but lost ring (epoch must change)"; F1."""
    server = Server(tmp_path).start()
    with Stage(server) as stage:
        session, page, share = stage.share("restart")
        epoch = epoch_of(share)
        page.send(Kind.SNAPSHOT, epoch, 0, b"before", LAST)
        with stage.agent() as agent, stage.viewer(agent, session["id"]) as viewer:
            viewer.wait_frames(1)
    server.kill()
    assert page.closed() == Closed(None)
    page.sock.close()
    server.start()
    with (
        Stage(server) as stage,
        stage.page(
            "restart", session=session["id"], token=share["resumeToken"], resume={"epoch": epoch, "offset": 1}
        ) as page,
    ):
        again = page.wait("share")
        assert epoch_of(again) != epoch
        assert again["position"]["offset"] == 0
        page.send(Kind.SNAPSHOT, epoch_of(again), 0, b"after", LAST)
        with (
            stage.agent() as agent,
            stage.viewer(agent, session["id"], resume={"epoch": epoch, "offset": 1}) as viewer,
        ):
            assert viewer.wait("resync")["position"] == {"epoch": epoch_of(again), "offset": 0}
            assert [f[HEADER.size :] for f in viewer.wait_frames(1)] == [b"after"]
    assert server.stop() == 0


def test_sigterm_closes_fifty_sockets_with_1012_and_exits_with_0(tmp_path: Path) -> None:
    """F10; G5 "drain closes all at once": paced, and nobody new comes in."""
    server = Server(tmp_path).start()
    with Stage(server) as stage:
        pages = [stage.page(f"drain-{n}") for n in range(50)]
        late = stage.register("late")
    assert server.stop() == 0
    for page in pages:
        with page:
            assert page.closed(1).code == 1012
    with pytest.raises(ConnectionError):
        upgrade(late["websocketUrl"], late["ticket"], PAGE_ORIGIN)
