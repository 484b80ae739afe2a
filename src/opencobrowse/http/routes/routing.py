"""Wrap-up codes: what agents can conclude (the platform's routing API)."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from opencobrowse.http import query
from opencobrowse.http.auth import actor_of
from opencobrowse.http.legs import code as shown
from opencobrowse.http.paging import numbered
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.ids import canonical
from opencobrowse.services.core import Core
from opencobrowse.wire import routing

_BASE = "/api/v2/routing/wrapupcodes"


def handlers(core: Core) -> list[Any]:
    @get(_BASE)
    async def list_wrapup_codes(request: AnyRequest) -> routing.WrapupCodeListing:
        """By name. `name` finds one (a `*` at its end: all that begin so), `id` several; an organisation
        without any gets the default ones."""
        actor = await actor_of(request, core)
        ids = frozenset(map(canonical, query.words(request, "id")))
        found = await core.wrapup_codes.find(actor, request.query_params.get("name"), ids)
        if query.choice(request, "sortOrder", ("asc", "desc", "ascending", "descending"), "asc")[0] == "d":
            found.reverse()
        page = numbered(request, found)
        return routing.WrapupCodeListing(entities=[shown(c) for c in page.found], **page.keys)

    @post(_BASE, status_code=201)
    async def create_wrapup_code(
        request: AnyRequest, data: JSONBody[routing.WrapupCodeRequest]
    ) -> routing.WrapupCode:
        """Make one more. Its name is the only one of its kind in the organisation."""
        actor = await actor_of(request, core)
        return shown(await core.wrapup_codes.create(actor, data.name.strip(), data.description))

    @get(f"{_BASE}/{{code_id:str}}")
    async def get_wrapup_code(request: AnyRequest, code_id: FromPath[str]) -> routing.WrapupCode:
        """One code."""
        return shown(await core.wrapup_codes.get(await actor_of(request, core), code_id))

    @put(f"{_BASE}/{{code_id:str}}")
    async def put_wrapup_code(
        request: AnyRequest, code_id: FromPath[str], data: JSONBody[routing.WrapupCodeRequest]
    ) -> routing.WrapupCode:
        """Rename or describe it. What was concluded with it keeps the name of then."""
        actor = await actor_of(request, core)
        return shown(await core.wrapup_codes.change(actor, code_id, data.name.strip(), data.description))

    @delete(f"{_BASE}/{{code_id:str}}")
    async def delete_wrapup_code(request: AnyRequest, code_id: FromPath[str]) -> None:
        """Take it away: nobody can choose it from now on. What was concluded with it stays."""
        await core.wrapup_codes.delete(await actor_of(request, core), code_id)

    return [list_wrapup_codes, create_wrapup_code, get_wrapup_code, put_wrapup_code, delete_wrapup_code]
