"""A token that runs out closes what it opened, as a revoked one does (api.md section 1; B5)."""

from __future__ import annotations

from pathlib import Path

from opencobrowse.live.closing import Close
from tests.unit.live.backstage import Backstage, backstage


def test_a_viewer_goes_with_its_token_and_no_other_does(tmp_path: Path) -> None:
    async def work(at: Backstage) -> None:
        page, seen = await at.share()
        ends = at.clock.now() + 5_000
        mine, told = await at.viewer(user_id="agent", token_id="t", token_ends=ends)
        later, heard = await at.viewer(user_id="agent", token_id="u", token_ends=ends + 60_000)
        await at.seconds(4, page, mine, later)
        assert told.code is None
        await at.seconds(1, page, mine, later)
        assert told.code == Close.REVOKED
        assert (heard.code, seen.code) == (None, None), "the page has no token, the other viewer has its own"

    backstage(tmp_path, work)
