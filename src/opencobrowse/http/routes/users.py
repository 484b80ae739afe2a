"""Users and what they may do."""

from __future__ import annotations

from typing import Any, Final

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody

from opencobrowse.http import mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.paging import numbered
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import Detail, Invalid
from opencobrowse.services.core import Core
from opencobrowse.services.users import NewUser, UserChange
from opencobrowse.wire import people

_STATES: Final = {"active": True, "inactive": False, "any": None}


def handlers(core: Core) -> list[Any]:
    @get("/api/v2/users")
    async def list_users(request: AnyRequest) -> people.UserListing:
        """Users by name. `state` is active (default), inactive or any; `id` may be given several times;
        `sortOrder` is ASC or DESC; `pageSize` and `pageNumber` as everywhere."""
        actor = await actor_of(request, core)
        query = request.query_params
        ids = [part for value in query.getall("id", []) for part in value.split(",") if part]
        found = await core.users.find(
            actor, ids, _state(query.get("state")), query.get("sortOrder", "").upper().startswith("DESC")
        )
        page = numbered(request, found)
        return people.UserListing(entities=[mapping.user(user) for user in page.found], **page.keys)

    @post("/api/v2/users", status_code=201)
    async def create_user(request: AnyRequest, data: JSONBody[people.NewUser]) -> people.User:
        """Make a person, who may do nothing yet: `{"email": …, "agent": true}` makes an agent, who holds
        `cobrowse:agent`; `permissions` says exactly what they may do."""
        actor = await actor_of(request, core)
        permissions = tuple(data.permissions) if data.permissions is not None else None
        wish = NewUser(data.email, data.name, data.password, data.agent, permissions)
        return mapping.user(await core.users.create(actor, wish))

    @get("/api/v2/users/me")
    async def get_me(request: AnyRequest) -> people.User:
        """The person behind the token. A client's own token is nobody: 400 `user.context.required`."""
        return mapping.user(await core.users.me(await actor_of(request, core)))

    @get("/api/v2/users/{user_id:str}")
    async def get_user(request: AnyRequest, user_id: FromPath[str]) -> people.User:
        """One user."""
        return mapping.user(await core.users.get(await actor_of(request, core), user_id))

    @patch("/api/v2/users/{user_id:str}")
    async def patch_user(
        request: AnyRequest, user_id: FromPath[str], data: JSONBody[people.UserPatch]
    ) -> people.User:
        """Rename a user, or make them `inactive` (signed out everywhere at once) or `active` again."""
        actor = await actor_of(request, core)
        active = None if data.state is None else data.state == "active"
        return mapping.user(
            await core.users.change(actor, user_id, UserChange(data.name, active, data.version))
        )

    @post("/api/v2/users/{user_id:str}/permissions", status_code=200)
    async def change_permissions(
        request: AnyRequest, user_id: FromPath[str], data: JSONBody[people.PermissionChange]
    ) -> people.User:
        """Ours: grant (`add`) and revoke (`remove`) permissions, `cobrowse:agent` above all."""
        actor = await actor_of(request, core)
        user = await core.users.change_permissions(actor, user_id, data.add or (), data.remove or ())
        return mapping.user(user)

    return [list_users, create_user, get_me, get_user, patch_user, change_permissions]


def _state(text: str | None) -> bool | None:
    name = (text or "active").lower()
    if name in _STATES:
        return _STATES[name]
    raise Invalid(
        f"Value [{text}] is not valid for field type [state]. Allowable values are: {', '.join(_STATES)}",
        code="invalid.value",
        details=(Detail("invalid.value", "state"),),
        cure=f"Set state to one of: {', '.join(_STATES)}.",
    )
