"""What membership gives, within what the roles on the site allow."""

from __future__ import annotations

import pytest

from catalog.membership import MEMBER_PERMISSIONS, MemberRole, permissions_in
from shopadmin.accounts.permissions import Permission, scope
from shopadmin.accounts.roles import Role


def may(role: Role | None, member: MemberRole | None) -> frozenset[Permission]:
    return permissions_in(lambda permission: scope([role] if role else [], permission), member)


def test_a_member_without_the_role_of_a_merchant_may_nothing() -> None:
    assert may(None, MemberRole.OWNER) == frozenset()


def test_a_merchant_who_is_no_member_may_only_what_holds_for_all() -> None:
    assert may(Role.MERCHANT, None) == {Permission.VIEW_BRANDS}


@pytest.mark.parametrize("member", MemberRole)
def test_a_member_may_what_the_member_role_gives(member: MemberRole) -> None:
    assert may(Role.MERCHANT, member) == MEMBER_PERMISSIONS[member] | {Permission.VIEW_BRANDS}


def test_each_member_role_gives_more_than_the_one_below() -> None:
    viewer, editor, owner = (
        MEMBER_PERMISSIONS[role] for role in (MemberRole.VIEWER, MemberRole.EDITOR, MemberRole.OWNER)
    )

    assert viewer < editor < owner
    assert Permission.MANAGE_MEMBERS in owner - editor


def test_staff_may_the_same_with_and_without_membership() -> None:
    assert may(Role.ADMIN, None) == frozenset(Permission)
    assert Permission.EDIT_SELLERS not in may(Role.POLICY, None)
    assert Permission.VERIFY_TRADERS in may(Role.POLICY, None)
