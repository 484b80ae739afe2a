"""A program that acts for a person: only the console's own page decides, and only within an organisation."""

from __future__ import annotations

from typing import Final

import httpx
import pytest

from opencobrowse.domain.people import User
from opencobrowse.services.permissions import ALL
from tests.authorization.trials import Trials
from tests.authorization.world import PROGRAM, World

FOREIGN: Final = "https://shop.example"


def asked(trials: Trials, world: World, **headers: str) -> httpx.Response:
    return trials.send(trials.calls["authorize"], world.ids, None, **headers)


def cookie(bearer: str) -> dict[str, str]:
    return {"Cookie": f"opencobrowse_session={bearer}"}


def test_who_is_signed_in_to_the_console_is_asked(trials: Trials) -> None:
    world = trials.lab.world()
    answer = asked(trials, world, **cookie(trials.lab.token(world, ALL, "agent")))
    assert answer.status_code == 200
    assert "Program" in answer.text


@pytest.mark.parametrize("who", ["a person of another organisation", "a program"])
def test_for_a_program_of_another_organisation_nobody_is_asked(trials: Trials, who: str) -> None:
    """I10: and a program's own token is nobody's."""
    mine, theirs = trials.lab.world(), trials.lab.world()
    token = trials.lab.token(theirs, ALL, "agent") if who.startswith("a person") else mine.bearer
    with trials.lab.nothing_written(who):
        answer = asked(trials, mine, **cookie(token))
    assert answer.status_code == (403 if who.startswith("a person") else 303)
    assert "code=" not in answer.headers.get("Location", "")
    assert mine.told_in(answer.text) == set()


def test_a_bearer_token_answers_no_question(trials: Trials) -> None:
    """A program that holds a person's token cannot give itself another: it is sent to sign in, like all."""
    world = trials.lab.world()
    token = trials.lab.token(world, ALL, "agent")
    answer = trials.send(trials.calls["authorize"], world.ids, token)
    assert answer.status_code == 303
    assert not answer.headers["Location"].startswith(PROGRAM)


def test_an_answer_counts_from_our_own_page_alone(trials: Trials) -> None:
    world = trials.lab.world()
    token = trials.lab.token(world, ALL, "agent")
    page = asked(trials, world, **cookie(token)).text
    proof = page.split('name="proof" value="')[1].split('"')[0]
    text = asked(trials, world, **cookie(token)).request.url.query.decode()
    form = {"request": text, "proof": proof, "answer": "allow"}
    for headers in ({"Origin": FOREIGN}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        with trials.lab.nothing_written(str(headers)):
            answer = trials.lab.http.post("/oauth/authorize", data=form, headers={**cookie(token), **headers})
        assert answer.status_code == 403, headers
    other = trials.lab.token(world, ALL, "colleague")
    own = {"Origin": trials.lab.server.url}
    with trials.lab.nothing_written("another person's proof"):
        answer = trials.lab.http.post("/oauth/authorize", data=form, headers={**cookie(other), **own})
    assert answer.status_code == 403
    answer = trials.lab.http.post("/oauth/authorize", data=form, headers={**cookie(token), **own})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{PROGRAM}?code=")


def test_who_is_switched_off_is_not_asked(trials: Trials) -> None:
    world = trials.lab.world()
    token = trials.lab.token(world, ALL, "agent")
    trials.lab.change(User, world.ids["agent"], active=False)
    answer = asked(trials, world, **cookie(token))
    assert answer.status_code == 303
    assert not answer.headers["Location"].startswith(PROGRAM)
