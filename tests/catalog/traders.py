"""A seller's trader file as it is now, and the addresses of its pages."""

from __future__ import annotations

from catalog import trader_checks
from catalog.models import Seller
from catalog.trader_checks import (
    traders_of,
)


def address(seller: Seller, verb: str = "") -> str:
    return f"/catalog/sellers/{seller.slug}/trader/{verb}"


def trader(seller: Seller) -> trader_checks.Trader:
    return traders_of([seller])[seller.pk]
