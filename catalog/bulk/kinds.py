"""PURE. What can be done to many listings at once, and who may do it."""

from __future__ import annotations

from enum import StrEnum

from shopadmin.accounts.permissions import Permission, Scope


class Kind(StrEnum):
    """A bulk action; the value is stored."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    PRICE = "price"
    STOCK = "stock"
    CONFIRM = "confirm"
    CATEGORY = "category"
    BRAND = "brand"
    REMOVE = "remove"
    RESTORE = "restore"
    HOLD = "hold"
    RELEASE = "release"


STAFF_KINDS = frozenset({Kind.HOLD, Kind.RELEASE})
"""What only the site's own people do. It is told to merchants without names."""

OFFER_KINDS = frozenset({Kind.PRICE, Kind.STOCK, Kind.CONFIRM})
"""What changes offers."""

PLAIN_KINDS = frozenset({Kind.PUBLISH, Kind.WITHDRAW, Kind.REMOVE, Kind.RESTORE, Kind.RELEASE})
"""What needs no parameters."""


def permission_for(kind: Kind) -> Permission:
    """Return what one must be allowed on a listing to do this to it."""
    return Permission.HOLD_LISTINGS if kind in STAFF_KINDS else Permission.EDIT_LISTINGS


def needs_reason(kind: Kind, scope: Scope) -> bool:
    """Tell whether one has to say why: whoever acts on other people's listings has to."""
    return kind in STAFF_KINDS or scope == Scope.ALL
