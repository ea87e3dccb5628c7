"""PURE. What the members of a seller may do with its rows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shopadmin.accounts.permissions import Permission


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
