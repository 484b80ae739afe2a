"""Users, roles, and who holds what."""

from __future__ import annotations

from typing import Final

from opencobrowse.services.permissions import ROLE_EDIT, ROLE_VIEW, USER_READ, USER_WRITE
from tests.authorization.table import Row

_VIEWS: Final = (ROLE_VIEW, ROLE_EDIT)
_KNOWS: Final = (ROLE_VIEW, ROLE_EDIT, USER_READ)
_SELF: Final = "without it, one's own"
_GRANTS: Final = {"grants": [{"roleId": "{role}", "divisionId": "{organization}"}]}
_BY_ID: Final = {"query": [{"type": "EXACT", "fields": ["id"], "values": ["{newcomer}"]}]}

USERS: Final = {
    "listUsers": Row((USER_READ,)),
    "searchUsers": Row((USER_READ,), body=_BY_ID, refused={"*": 200, "newcomer": 200}),
    "createUser": Row((USER_WRITE,), body={"email": "new-{fresh}@example.com"}, note="and what it gives"),
    "getMe": Row(caller="agent", program=400),
    "getUser": Row((USER_READ,), note=_SELF),
    "patchUser": Row((USER_WRITE,), body={"name": "Renamed"}),
    "patchUser: inactive": Row((USER_WRITE,), body={"state": "inactive"}),
    "patchUser: deleted": Row((USER_WRITE,), body={"state": "deleted"}),
    "deleteUser": Row((USER_WRITE,)),
    "changePermissions": Row((USER_WRITE,), body={"add": [USER_WRITE]}, note="and what it gives"),
    "getUserRoles": Row(_KNOWS, note=_SELF),
    "putUserRoles": Row((ROLE_EDIT,), body=["{role}"]),
}

ROLES: Final = {
    "listPermissions": Row(),
    "listDivisions": Row(),
    "getDivision": Row(),
    "listRoles": Row(_VIEWS),
    "createRole": Row((ROLE_EDIT,), body={"name": "Made {fresh}"}),
    "getRole": Row(_VIEWS),
    "putRole": Row((ROLE_EDIT,), body={"name": "Renamed"}),
    "patchRole": Row((ROLE_EDIT,), body={"name": "Renamed"}),
    "deleteRole": Row((ROLE_EDIT,)),
    "listRoleUsers": Row(_VIEWS),
    "listRoleSubjects": Row(_VIEWS),
    "addRoleUsers": Row((ROLE_EDIT,), body=["{newcomer}"]),
    "removeRoleUsers": Row((ROLE_EDIT,), body=["{newcomer}"]),
    "grantRole": Row((ROLE_EDIT,), body={"subjectIds": ["{newcomer}"], "divisionIds": ["{organization}"]}),
    "getMySubject": Row(),
    "getSubject": Row(_KNOWS, note=_SELF),
    "addGrants": Row((ROLE_EDIT,), body=_GRANTS),
    "removeGrants": Row((ROLE_EDIT,), body=_GRANTS, refused={"role": 204}),
    "replaceGrants": Row((ROLE_EDIT,), body=_GRANTS),
    "addGrant": Row((ROLE_EDIT,)),
    "removeGrant": Row((ROLE_EDIT,)),
}
