"""How a seller's orders of a day went, as the shop system reports it."""

from __future__ import annotations

from datetime import date

from .models import Seller, SellerDay


class MoreThanOrders(ValueError):
    """Of the orders of a day, more were refunded or disputed than there were."""


def record_days(*, seller: Seller, day: date, orders: int, refunds: int, disputes: int) -> SellerDay:
    """Set how many orders the seller had on that day and how many of them were refunded and disputed by now.

    Idempotent: the day is set, not added to, so a report can be repeated and corrected. Raises `MoreThanOrders`.
    """
    if max(refunds, disputes) > orders:
        raise MoreThanOrders
    row, _is_new = SellerDay.objects.update_or_create(
        seller=seller, day=day, defaults={"orders": orders, "refunds": refunds, "disputes": disputes}
    )
    return row
