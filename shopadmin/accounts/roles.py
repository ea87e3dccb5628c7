"""PURE. The roles that people have; a role is a group of the same name."""

from enum import StrEnum


class Role(StrEnum):
    """A role's value is the name of its group."""

    MERCHANT = "merchant"
    CREATOR = "creator"
    REVIEWER = "reviewer"
    POLICY = "policy"
    STUDIO_MANAGER = "studio manager"
    ADMIN = "admin"


STAFF_ROLES = frozenset({Role.REVIEWER, Role.POLICY, Role.ADMIN})
"""Roles whose work is on other people's videos: they may see all of them."""

PLATFORM_ROLES = frozenset(Role) - {Role.MERCHANT, Role.CREATOR}
"""Roles of people who work for the platform, not for themselves."""
