"""Roles, permissions and who holds them: the platform's calls."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from opencobrowse.http import query
from opencobrowse.http import roles as mapping
from opencobrowse.http.auth import actor_of
from opencobrowse.http.paging import numbered
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.errors import NotFound
from opencobrowse.services.core import Core
from opencobrowse.services.people.roles import RoleQuery
from opencobrowse.services.permissions import resolve
from opencobrowse.wire import roles as wire

_ROLES: Final = "/api/v2/authorization/roles"
_ROLE: Final = f"{_ROLES}/{{role_id:str}}"
_SUBJECTS: Final = "/api/v2/authorization/subjects"
_SUBJECT: Final = f"{_SUBJECTS}/{{subject_id:str}}"
_GRANT: Final = f"{_SUBJECT}/divisions/{{division_id:str}}/roles/{{role_id:str}}"


def handlers(core: Core) -> list[Any]:
    return [
        *_roles(core), *_changes(core), *_holders(core), *_subjects(core), *_bulk(core), *_one_grant(core),
        *_users(core), *_lists(core),
    ]  # fmt: skip


def _roles(core: Core) -> list[Any]:
    @get(_ROLES)
    async def list_roles(request: AnyRequest) -> wire.RoleListing:
        """The organisation's roles by name. `name` may hold `*` for anything; `permission`, `id` and
        `defaultRoleId` may be given several times; `userCount=false` leaves the count out."""
        actor = await actor_of(request, core)
        named = [name for text in query.words(request, "permission") for name in resolve(text)]
        wish = RoleQuery(
            name=request.query_params.get("name", ""),
            ids=tuple(query.words(request, "id")),
            defaults=tuple(query.words(request, "defaultRoleId")),
            permissions=frozenset(named),
        )
        page = numbered(request, await core.roles.find(actor, wish))
        counted = query.flag(request, "userCount", default=True)
        return wire.RoleListing(entities=[mapping.role(view, counted) for view in page.found], **page.keys)

    @get(_ROLE)
    async def get_role(request: AnyRequest, role_id: FromPath[str]) -> wire.Role:
        """One role, and how many hold it."""
        view = await core.roles.get(await actor_of(request, core), role_id)
        return mapping.role(view, query.flag(request, "userCount", default=True))

    return [list_roles, get_role]


def _changes(core: Core) -> list[Any]:
    @post(_ROLES, status_code=201)
    async def create_role(request: AnyRequest, data: JSONBody[wire.RoleBody]) -> wire.Role:
        """Make a role. Nobody holds it yet."""
        actor = await actor_of(request, core)
        return mapping.role(await core.roles.create(actor, mapping.role_wish(data)))

    @put(_ROLE)
    async def put_role(
        request: AnyRequest, role_id: FromPath[str], data: JSONBody[wire.RoleBody]
    ) -> wire.Role:
        """Change a role; all who hold it may do what it says from then on. What is left out stays."""
        actor = await actor_of(request, core)
        return mapping.role(await core.roles.change(actor, role_id, mapping.role_wish(data)))

    @patch(_ROLE)
    async def patch_role(
        request: AnyRequest, role_id: FromPath[str], data: JSONBody[wire.RolePatch]
    ) -> wire.Role:
        """Change a part of a role; all who hold it may do what it says from then on."""
        actor = await actor_of(request, core)
        return mapping.role(await core.roles.change(actor, role_id, mapping.role_wish(data)))

    @delete(_ROLE, status_code=204)
    async def delete_role(request: AnyRequest, role_id: FromPath[str]) -> None:
        """Remove a role, from all who hold it. A default role stays: 409 `role.fixed`."""
        await core.roles.delete(await actor_of(request, core), role_id)

    return [create_role, put_role, patch_role, delete_role]


def _holders(core: Core) -> list[Any]:
    @get(f"{_ROLE}/users")
    async def list_role_users(request: AnyRequest, role_id: FromPath[str]) -> wire.UserReferenceListing:
        """The ids of those who hold a role."""
        page = numbered(request, await core.roles.holders(await actor_of(request, core), role_id))
        found = [wire.UserReference(id=user.id, self_uri=f"/api/v2/users/{user.id}") for user in page.found]
        return wire.UserReferenceListing(entities=found, **page.keys)

    @get(f"{_ROLE}/subjectgrants")
    async def list_role_subjects(request: AnyRequest, role_id: FromPath[str]) -> wire.SubjectGrantListing:
        """Those who hold a role, with their division: there is one."""
        page = numbered(request, await core.roles.holders(await actor_of(request, core), role_id))
        return wire.SubjectGrantListing(entities=list(map(mapping.subject_grant, page.found)), **page.keys)

    @put(f"{_ROLE}/users/add")
    async def add_role_users(
        request: AnyRequest, role_id: FromPath[str], data: JSONBody[wire.Ids]
    ) -> Response[list[str]]:
        """Give a role to all of these users, or to none of them. The answer lists them."""
        return Response(await core.subjects.give(await actor_of(request, core), role_id, data))

    @put(f"{_ROLE}/users/remove")
    async def remove_role_users(
        request: AnyRequest, role_id: FromPath[str], data: JSONBody[wire.Ids]
    ) -> Response[list[str]]:
        """Take a role from all of these users, or from none of them. The answer lists them."""
        return Response(await core.subjects.take(await actor_of(request, core), role_id, data))

    @post(_ROLE, status_code=204)
    async def grant_role(
        request: AnyRequest, role_id: FromPath[str], data: JSONBody[wire.SubjectsBody]
    ) -> None:
        """Give a role to all of these subjects, which are users."""
        actor = await actor_of(request, core)
        mapping.check_home(actor.org_id, data.division_ids or ())
        await core.subjects.give(actor, role_id, data.subject_ids)

    return [list_role_users, list_role_subjects, add_role_users, remove_role_users, grant_role]


def _subjects(core: Core) -> list[Any]:
    @get(f"{_SUBJECTS}/me")
    async def get_my_subject(request: AnyRequest) -> wire.Subject:
        """What the token's user, or its OAuth client, holds. A scope may have narrowed the token itself:
        GET /api/v2/tokens/me says what it may do."""
        return mapping.subject(await core.subjects.me(await actor_of(request, core)))

    @get(_SUBJECT)
    async def get_subject(request: AnyRequest, subject_id: FromPath[str]) -> wire.Subject:
        """What a user or an OAuth client holds."""
        return mapping.subject(await core.subjects.get(await actor_of(request, core), subject_id))

    return [get_my_subject, get_subject]


def _bulk(core: Core) -> list[Any]:
    async def named(request: AnyRequest, data: wire.GrantsBody) -> tuple[Any, list[str]]:
        actor = await actor_of(request, core)
        mapping.check_home(actor.org_id, [pair.division_id for pair in data.grants])
        return actor, [pair.role_id for pair in data.grants]

    @post(f"{_SUBJECT}/bulkadd", status_code=204)
    async def add_grants(
        request: AnyRequest, subject_id: FromPath[str], data: JSONBody[wire.GrantsBody]
    ) -> None:
        """Give a user these roles as well."""
        actor, roles = await named(request, data)
        await core.subjects.change(actor, subject_id, lambda held: [*held, *roles])

    @post(f"{_SUBJECT}/bulkremove", status_code=204)
    async def remove_grants(
        request: AnyRequest, subject_id: FromPath[str], data: JSONBody[wire.GrantsBody]
    ) -> None:
        """Take these roles from a user. One that they do not hold is no error."""
        actor, roles = await named(request, data)
        gone = {role.lower() for role in roles}
        await core.subjects.change(actor, subject_id, lambda held: [r for r in held if r not in gone])

    @post(f"{_SUBJECT}/bulkreplace", status_code=204)
    async def replace_grants(
        request: AnyRequest, subject_id: FromPath[str], data: JSONBody[wire.GrantsBody]
    ) -> None:
        """Give a user these roles and no others."""
        actor, roles = await named(request, data)
        await core.subjects.change(actor, subject_id, lambda held: roles)

    return [add_grants, remove_grants, replace_grants]


def _one_grant(core: Core) -> list[Any]:
    @post(_GRANT, status_code=204)
    async def add_grant(
        request: AnyRequest, subject_id: FromPath[str], division_id: FromPath[str], role_id: FromPath[str]
    ) -> None:
        """Give a user a role."""
        actor = await actor_of(request, core)
        mapping.check_home(actor.org_id, [division_id])
        await core.subjects.give(actor, role_id, [subject_id])

    @delete(_GRANT, status_code=204)
    async def remove_grant(
        request: AnyRequest, subject_id: FromPath[str], division_id: FromPath[str], role_id: FromPath[str]
    ) -> None:
        """Take a role from a user."""
        actor = await actor_of(request, core)
        mapping.check_home(actor.org_id, [division_id])
        await core.subjects.take(actor, role_id, [subject_id])

    return [add_grant, remove_grant]


def _users(core: Core) -> list[Any]:
    @get("/api/v2/users/{subject_id:str}/roles")
    async def get_user_roles(request: AnyRequest, subject_id: FromPath[str]) -> wire.UserAuthorization:
        """A user's roles, and all that they may do, whoever gave it. Everybody may read their own."""
        return mapping.authorization(await core.subjects.get(await actor_of(request, core), subject_id))

    @put("/api/v2/users/{subject_id:str}/roles")
    async def put_user_roles(
        request: AnyRequest, subject_id: FromPath[str], data: JSONBody[wire.Ids]
    ) -> wire.UserAuthorization:
        """Give a user these roles and no others. What was granted to them directly stays."""
        actor = await actor_of(request, core)
        return mapping.authorization(await core.subjects.change(actor, subject_id, lambda held: data))

    return [get_user_roles, put_user_roles]


def _lists(core: Core) -> list[Any]:
    @get("/api/v2/authorization/permissions")
    async def list_permissions(request: AnyRequest) -> wire.PermissionListing:
        """Every permission that there is, by domain and entity. Any token may read it."""
        await actor_of(request, core)
        page = numbered(request, mapping.collections())
        return wire.PermissionListing(entities=page.found, **page.keys)

    @get("/api/v2/authorization/divisions")
    async def list_divisions(request: AnyRequest) -> wire.DivisionListing:
        """The one division, the organisation."""
        org = await core.access.organization(await actor_of(request, core))
        page = numbered(request, [mapping.division(org)])
        return wire.DivisionListing(entities=page.found, **page.keys)

    @get("/api/v2/authorization/divisions/{division_id:str}")
    async def get_division(request: AnyRequest, division_id: FromPath[str]) -> wire.AuthzDivision:
        """The one division, by its id or as `home`."""
        org = await core.access.organization(await actor_of(request, core))
        if division_id.lower() not in ("home", org.id):
            raise NotFound(
                f"There is no division {division_id}.",
                code="division.not.found",
                cure=f"There is one, the organisation: {org.id}.",
            )
        return mapping.division(org)

    return [list_permissions, list_divisions, get_division]
