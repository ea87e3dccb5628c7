"""What is known of the sellers of listings."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Count, Sum

from ..models import SellerDay, Strike, TakenDown
from ..trader_checks import Trader, traders_of
from ..trader_file import TraderState
from .batch import Batch
from .providers import Given, Known, Provider

DAYS = 90
"""Over so many days, today among them, orders, refunds and disputes are counted."""

FEWEST_ORDERS = 20
"""Below so many orders a rate says more of chance than of the seller: there one refund is 5 percentage points."""


def find(batch: Batch, known: Known) -> Known:
    """Return what is known of the sellers; asks the database five times."""
    sellers = {listed.product.seller_id: listed.product.seller for listed in batch.listings}
    traders = traders_of(sellers.values())
    days = _days(batch.sellers, batch.now.date())
    removals = _removals(batch.sellers)
    strikes = _strikes(batch.sellers, batch.now)
    facts = {
        key: _facts(traders[key], days.get(key, (0, 0, 0)), removals.get(key, 0), strikes.get(key, 0))
        for key in sellers
    }
    return {listed.product.pk: Given(facts[listed.product.seller_id]) for listed in batch.listings}


def _facts(trader: Trader, days: tuple[int, int, int], removals: int, strikes: int) -> dict[str, object]:
    orders, refunds, disputes = days
    facts: dict[str, object] = {
        "seller_is_verified": trader.state == TraderState.VERIFIED,
        "seller_orders": orders,
        "seller_removals": removals,
        "seller_strikes": strikes,
    }
    if trader.file and trader.file.country:
        facts["seller_country"] = trader.file.country
    if orders >= FEWEST_ORDERS:
        facts["seller_refund_rate"] = refunds / orders
        facts["seller_dispute_rate"] = disputes / orders
    return facts


def _days(sellers: list[int], today: date) -> dict[int, tuple[int, int, int]]:
    """Return orders, refunds and disputes of the last 90 days by seller."""
    rows = (
        SellerDay.objects.filter(seller__in=sellers, day__gt=today - timedelta(days=DAYS), day__lte=today)
        .order_by()
        .values_list("seller_id")
        .annotate(Sum("orders"), Sum("refunds"), Sum("disputes"))
    )
    return {seller: (orders, refunds, disputes) for seller, orders, refunds, disputes in rows}


def _removals(sellers: list[int]) -> dict[int, int]:
    """Return how many listings of each seller were taken down as counterfeit and not restored."""
    rows = TakenDown.objects.filter(seller__in=sellers, restored_at__isnull=True).order_by().values_list("seller_id")
    return dict(rows.annotate(Count("pk")))


def _strikes(sellers: list[int], now: datetime) -> dict[int, int]:
    """Return the weight of the strikes that count against each seller."""
    rows = Strike.objects.filter(seller__in=sellers).counting(now).order_by().values_list("seller_id")
    return dict(rows.annotate(Sum("weight")))


PROVIDER = Provider(
    "seller",
    "1",
    (
        "seller_is_verified",
        "seller_country",
        "seller_orders",
        "seller_refund_rate",
        "seller_dispute_rate",
        "seller_removals",
        "seller_strikes",
    ),
    find,
)
