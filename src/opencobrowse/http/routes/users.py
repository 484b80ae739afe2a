"""Users and what they may do."""

from __future__ import annotations

from typing import Any

from litestar import get, post

from opencobrowse.http import mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.problems import AnyRequest
from opencobrowse.http.routes.conversations import listing
from opencobrowse.services.core import Core
from opencobrowse.services.permissions import USER_WRITE
from opencobrowse.wire import api


def handlers(core: Core) -> list[Any]:
    @get("/api/v2/users")
    async def list_users(request: AnyRequest) -> api.Listing:
        actor = await actor_of(request, core)
        return listing([mapping.user(u) for u in await core.users.find(actor)], "/api/v2/users")

    @post("/api/v2/users", status_code=201)
    async def create_user(request: AnyRequest, data: api.NewUser) -> api.UserAnswer:
        """Make a person who may sign in with `password`, an agent unless told otherwise."""
        actor = await actor_of(request, core)
        actor.need(USER_WRITE)
        user = await core.directory.create_user(data.email, data.name, data.password, agent=data.agent)
        return mapping.user(user)

    @get("/api/v2/users/me")
    async def get_me(request: AnyRequest) -> api.UserAnswer:
        actor = await actor_of(request, core)
        return mapping.user(await core.users.me(actor))

    @get("/api/v2/users/{user_id:str}")
    async def get_user(request: AnyRequest, user_id: str) -> api.UserAnswer:
        actor = await actor_of(request, core)
        return mapping.user(await core.users.get(actor, user_id))

    @post("/api/v2/users/{user_id:str}/permissions", status_code=200)
    async def change_permissions(
        request: AnyRequest, user_id: str, data: api.PermissionChange
    ) -> api.UserAnswer:
        """Ours: grant (`add`) and revoke (`remove`) permissions, `cobrowse:agent` above all."""
        actor = await actor_of(request, core)
        user = await core.users.change_permissions(actor, user_id, data.add or (), data.remove or ())
        return mapping.user(user)

    return [list_users, create_user, get_me, get_user, change_permissions]
