"""The table of roles and permissions, as properties; and what a narrowed token leaves of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shopadmin.accounts.models import User
from shopadmin.accounts.permission_labels import PERMISSION_LABELS
from shopadmin.accounts.permissions import ROLE_PERMISSIONS, Permission, Scope, scope
from shopadmin.accounts.roles import PLATFORM_ROLES, STAFF_ROLES, Role

roles = st.frozensets(st.sampled_from(Role))
permissions = st.sampled_from(Permission)
narrowings = st.none() | st.frozensets(permissions)


def person(held: frozenset[Role], allowed: frozenset[Permission] | None = None) -> User:
    user = User(email="somebody@example.com")
    user.__dict__["_held_roles"] = held
    user.allowed = allowed
    return user


def test_the_table_names_every_role_and_every_permission() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert {permission for granted in ROLE_PERMISSIONS.values() for permission in granted} == set(Permission)


def test_every_permission_has_words_for_those_who_choose() -> None:
    assert set(PERMISSION_LABELS) == set(Permission)


@given(permissions)
def test_nobody_without_a_role_may_anything(permission: Permission) -> None:
    assert scope((), permission) == Scope.NONE


@given(permissions)
def test_an_admin_may_everything_to_all_rows(permission: Permission) -> None:
    assert scope((Role.ADMIN,), permission) == Scope.ALL


@given(roles, permissions)
def test_nobody_may_what_none_of_their_roles_grants(held: frozenset[Role], permission: Permission) -> None:
    assert scope(held, permission) in {Scope.NONE, *(ROLE_PERMISSIONS[role].get(permission) for role in held)}


@given(roles, st.sampled_from(Role), permissions)
def test_another_role_never_takes_away(held: frozenset[Role], added: Role, permission: Permission) -> None:
    assert scope(held | {added}, permission) >= scope(held, permission)
    assert scope(held | {added}, permission) >= scope((added,), permission)


@given(permissions)
def test_a_merchant_never_reaches_the_rows_of_all_shops(permission: Permission) -> None:
    catalogue_wide = {Permission.VIEW_BRANDS}
    assert scope((Role.MERCHANT,), permission) < Scope.ALL or permission in catalogue_wide


def test_who_sees_the_rows_of_others_works_for_the_platform() -> None:
    assert STAFF_ROLES < PLATFORM_ROLES
    assert not PLATFORM_ROLES & {Role.MERCHANT, Role.CREATOR}


@given(roles, narrowings, permissions)
def test_a_token_only_ever_narrows(
    held: frozenset[Role], allowed: frozenset[Permission] | None, permission: Permission
) -> None:
    without, narrowed = person(held), person(held, allowed)

    is_named = allowed is None or permission in allowed
    assert narrowed.scope(permission) == (without.scope(permission) if is_named else Scope.NONE)


@given(roles, st.frozensets(permissions))
def test_who_comes_with_a_narrowed_token_acts_in_no_role(held: frozenset[Role], allowed: frozenset[Permission]) -> None:
    narrowed = person(held, allowed)

    assert narrowed.roles == frozenset()
    assert not narrowed.sees_all_videos
    assert person(held).roles == held
