"""Users and what they may do."""

from __future__ import annotations

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody

from opencobrowse.domain.people import User
from opencobrowse.http import people, query, roles
from opencobrowse.http.auth import actor_of
from opencobrowse.http.paging import Asked, asked, numbered_keys
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel import limits
from opencobrowse.services.actor import Actor
from opencobrowse.services.core import Core
from opencobrowse.services.people.users import UserQuery
from opencobrowse.wire import people as wire

_STATES: Final = ("active", "inactive", "deleted", "any")
_ORDERS: Final = ("asc", "desc", "ascending", "descending")


def handlers(core: Core) -> list[Any]:
    return [*_reading(core), *_search(core), *_writing(core)]


def _reading(core: Core) -> list[Any]:
    async def shown(request: AnyRequest, actor: Actor, user: User) -> wire.User:
        """With what was asked for by `expand`; of that, `authorization` is all that there is here."""
        if "authorization" not in query.words(request, "expand"):
            return people.user(user)
        return people.user(user, roles.authorization(await core.subjects.get(actor, user.id)))

    @get("/api/v2/users")
    async def list_users(request: AnyRequest) -> wire.UserListing:
        """Users by name. `state` is active (default), inactive, deleted or any; `id` may be given several
        times; `sortOrder` is ASC or DESC; `pageSize` and `pageNumber` as everywhere."""
        actor = await actor_of(request, core)
        page, state = asked(request), query.choice(request, "state", _STATES, "active")
        wish = UserQuery(
            state=None if state == "any" else state,
            ids=tuple(query.words(request, "id")),
            descending=query.choice(request, "sortOrder", _ORDERS, "asc").startswith("desc"),
            offset=page.offset,
            limit=page.size,
        )
        found, total = await core.users.page(actor, wish)
        entities = [await shown(request, actor, user) for user in found]
        return wire.UserListing(entities=entities, **numbered_keys(request, page, total))

    @get("/api/v2/users/me")
    async def get_me(request: AnyRequest) -> wire.User:
        """The person behind the token. A client's own token is nobody: 400 `user.context.required`."""
        actor = await actor_of(request, core)
        return await shown(request, actor, await core.users.me(actor))

    @get("/api/v2/users/{user_id:str}")
    async def get_user(request: AnyRequest, user_id: FromPath[str]) -> wire.User:
        """One user. Who was deleted is found with `state=deleted` or `any`."""
        actor = await actor_of(request, core)
        deleted = query.choice(request, "state", _STATES, "active") in ("deleted", "any")
        return await shown(request, actor, await core.users.get(actor, user_id, deleted))

    return [list_users, get_me, get_user]


def _search(core: Core) -> list[Any]:
    @post("/api/v2/users/search", status_code=200)
    async def search_users(request: AnyRequest, data: JSONBody[wire.UserSearch]) -> wire.UsersFound:
        """The platform's search, by id, name, e-mail, state, title and department."""
        found = await core.users.search(await actor_of(request, core), people.matching(data.query))
        if data.sort_order == "DESC":
            found.reverse()
        page = Asked(data.page_size or limits.PAGE_SIZE, data.page_number or 1)
        return wire.UsersFound(
            total=len(found),
            page_count=-(-len(found) // page.size),
            page_size=page.size,
            page_number=page.number,
            types=["users"],
            results=[people.user(user) for user in found[page.offset : page.offset + page.size]],
        )

    return [search_users]


def _writing(core: Core) -> list[Any]:
    @post("/api/v2/users", status_code=201)
    async def create_user(request: AnyRequest, data: JSONBody[wire.NewUser]) -> wire.User:
        """Make a person, who may do nothing yet: `{"email": …, "agent": true}` makes an agent, who holds
        `cobrowse:agent`; `permissions` says exactly what they may do."""
        actor = await actor_of(request, core)
        return people.user(await core.users.create(actor, people.new_user(data)))

    @patch("/api/v2/users/{user_id:str}")
    async def patch_user(
        request: AnyRequest, user_id: FromPath[str], data: JSONBody[wire.UserPatch]
    ) -> wire.User:
        """Change a user, or make them `inactive` (signed out everywhere at once) or `active` again."""
        actor = await actor_of(request, core)
        change = people.user_change(data)
        if data.state == "deleted":
            return people.user(await core.users.delete(actor, user_id, change.version))
        return people.user(await core.users.change(actor, user_id, change))

    @delete("/api/v2/users/{user_id:str}", status_code=200)
    async def delete_user(request: AnyRequest, user_id: FromPath[str]) -> wire.Gone:
        """Take everything from a user and sign them out everywhere. The record stays, with the state
        `deleted`, and can be made active again by PATCH; it holds nothing then."""
        await core.users.delete(await actor_of(request, core), user_id)
        return wire.Gone()

    @post("/api/v2/users/{user_id:str}/permissions", status_code=200)
    async def change_permissions(
        request: AnyRequest, user_id: FromPath[str], data: JSONBody[wire.PermissionChange]
    ) -> wire.User:
        """Ours: grant (`add`) and revoke (`remove`) permissions, `cobrowse:agent` above all. A token gives
        what it holds itself, or anything if it holds `authorization:role:edit`."""
        actor = await actor_of(request, core)
        user = await core.users.change_permissions(actor, user_id, data.add or (), data.remove or ())
        return people.user(user)

    return [create_user, patch_user, delete_user, change_permissions]
