"""PURE. Which role may do what: one table, asked by views, API, commands and templates alike.

A permission says what somebody can do; its scope says to whose rows. A role never grants rows by itself where the scope
is OWN: for the catalogue, membership in a seller does (see `catalog/membership.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum

from .roles import Role


class Permission(StrEnum):
    """Something that one may do; the value is the noun and the verb."""

    VIEW_LISTINGS = "listing.view"
    EDIT_LISTINGS = "listing.edit"
    IMPORT_LISTINGS = "listing.import"
    HOLD_LISTINGS = "listing.hold"
    APPEAL_HOLDS = "hold.appeal"
    ANSWER_APPEALS = "appeal.answer"
    VIEW_SELLERS = "seller.view"
    EDIT_SELLERS = "seller.edit"
    ADD_SELLERS = "seller.add"
    MANAGE_MEMBERS = "member.manage"
    VERIFY_TRADERS = "trader.verify"
    VIEW_BRANDS = "brand.view"
    EDIT_BRANDS = "brand.edit"
    ASK_FOR_AUTHORIZATIONS = "authorization.ask"
    DECIDE_AUTHORIZATIONS = "authorization.decide"
    EDIT_CATEGORIES = "category.edit"
    VIEW_RULES = "rule.view"
    WRITE_RULES = "rule.write"
    APPROVE_RULES = "rule.approve"
    DECIDE_FINDINGS = "finding.decide"
    VIEW_AUDIT = "audit.view"


class Scope(IntEnum):
    """To whose rows a permission applies; the wider one is the greater."""

    NONE = 0
    OWN = 1
    ALL = 2


_OWN_SHOP = frozenset(
    {
        Permission.VIEW_LISTINGS,
        Permission.EDIT_LISTINGS,
        Permission.IMPORT_LISTINGS,
        Permission.APPEAL_HOLDS,
        Permission.VIEW_SELLERS,
        Permission.EDIT_SELLERS,
        Permission.MANAGE_MEMBERS,
        Permission.ASK_FOR_AUTHORIZATIONS,
        Permission.VIEW_AUDIT,
    }
)
_POLICY = frozenset(
    {
        Permission.VIEW_LISTINGS,
        Permission.HOLD_LISTINGS,
        Permission.ANSWER_APPEALS,
        Permission.VIEW_SELLERS,
        Permission.VERIFY_TRADERS,
        Permission.VIEW_BRANDS,
        Permission.EDIT_BRANDS,
        Permission.DECIDE_AUTHORIZATIONS,
        Permission.EDIT_CATEGORIES,
        Permission.VIEW_RULES,
        Permission.WRITE_RULES,
        Permission.APPROVE_RULES,
        Permission.DECIDE_FINDINGS,
        Permission.VIEW_AUDIT,
    }
)
_REVIEWER = frozenset(
    {Permission.VIEW_LISTINGS, Permission.VIEW_SELLERS, Permission.VIEW_RULES, Permission.DECIDE_FINDINGS}
)

ROLE_PERMISSIONS: Mapping[Role, Mapping[Permission, Scope]] = {
    Role.MERCHANT: {**dict.fromkeys(_OWN_SHOP, Scope.OWN), Permission.VIEW_BRANDS: Scope.ALL},
    Role.CREATOR: {},
    Role.REVIEWER: dict.fromkeys(_REVIEWER, Scope.ALL),
    Role.POLICY: dict.fromkeys(_POLICY, Scope.ALL),
    Role.STUDIO_MANAGER: {},
    Role.ADMIN: dict.fromkeys(Permission, Scope.ALL),
}
"""The table: what each role may do, and to whose rows. What is not in it is not allowed."""


def scope(roles: Iterable[Role], permission: Permission) -> Scope:
    """Return the widest scope in which any of `roles` grants `permission`."""
    return max((ROLE_PERMISSIONS[role].get(permission, Scope.NONE) for role in roles), default=Scope.NONE)
