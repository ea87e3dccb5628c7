"""PURE. What the members of a seller may do with its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from shopadmin.accounts.permissions import Permission, Scope


class MemberRole(StrEnum):
    """What somebody is in a seller; the value is stored."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


_VIEW = frozenset({Permission.VIEW_LISTINGS, Permission.VIEW_SELLERS, Permission.VIEW_AUDIT})
_EDIT = _VIEW | {
    Permission.EDIT_LISTINGS,
    Permission.IMPORT_LISTINGS,
    Permission.APPEAL_HOLDS,
    Permission.ASK_FOR_AUTHORIZATIONS,
}
_OWN = _EDIT | {Permission.EDIT_SELLERS, Permission.MANAGE_MEMBERS}

MEMBER_PERMISSIONS: Mapping[MemberRole, frozenset[Permission]] = {
    MemberRole.VIEWER: _VIEW,
    MemberRole.EDITOR: _EDIT,
    MemberRole.OWNER: _OWN,
}


def member_roles_with(permission: Permission) -> list[MemberRole]:
    """Return the member roles that may do `permission` to their seller's rows."""
    return [role for role, granted in MEMBER_PERMISSIONS.items() if permission in granted]


def permissions_in(scope_of: Callable[[Permission], Scope], role: MemberRole | None) -> frozenset[Permission]:
    """Return what somebody may do to a seller's rows.

    `scope_of` says how far their roles on the site reach; `role` is as what they work for the seller, None if not.
    """
    given = MEMBER_PERMISSIONS[role] if role else frozenset()
    reaches = {permission: scope_of(permission) for permission in Permission}
    return frozenset(
        permission
        for permission, scope in reaches.items()
        if scope == Scope.ALL or (scope == Scope.OWN and permission in given)
    )
