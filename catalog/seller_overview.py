"""What the page and the list of sellers show of each: how many listings, holds, people, and how much was sold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from .charts import Chart, bars
from .models import Hold, Offer, Product, Seller, SellerMember
from .trader_checks import Trader, months_of, traders_of
from .trader_clocks import by_month

SPARKLINE_HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Overview:
    """A seller's numbers: listings by status (value, word, count), stale prices, holds, people, sales of 24 months."""

    listings: list[tuple[str, str, int]]
    stale_prices: int
    open_holds: int
    members: int
    sales: int
    sparkline: Chart

    @property
    def listings_total(self) -> int:
        """How many listings there are, those that were removed left out."""
        return sum(count for value, _word, count in self.listings if value != Product.Status.REMOVED)


def overview_of(seller: Seller, today: date) -> Overview:
    """Return the seller's numbers; asks the database five times."""
    counts = dict(Product.objects.filter(seller=seller).order_by().values_list("status").annotate(Count("pk")))
    months = by_month(months_of(seller), today)
    return Overview(
        listings=[(value, str(word), counts.get(value, 0)) for value, word in Product.Status.choices],
        stale_prices=Offer.objects.filter(product__seller=seller, product__status=Product.Status.LIVE).stale().count(),
        open_holds=Hold.objects.open().filter(product__seller=seller).count(),
        members=seller.memberships.count(),
        sales=sum(month.sales for month in months),
        sparkline=bars([month.sales for month in months], height=SPARKLINE_HEIGHT),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A seller in the list."""

    seller: Seller
    trader: Trader
    live: int
    holds: int
    members: int


def rows_of(sellers: Iterable[Seller]) -> list[Row]:
    """Return a row for each seller; asks the database five times, however many there are."""
    sellers = list(sellers)
    keys = [seller.pk for seller in sellers]
    live = Product.objects.filter(seller__in=keys, status=Product.Status.LIVE).order_by().values_list("seller")
    holds = Hold.objects.open().filter(product__seller__in=keys).order_by().values_list("product__seller")
    members = SellerMember.objects.filter(seller__in=keys).order_by().values_list("seller")
    by_seller = [dict(rows.annotate(Count("pk"))) for rows in (live, holds, members)]
    traders = traders_of(sellers)
    return [Row(seller, traders[seller.pk], *(counts.get(seller.pk, 0) for counts in by_seller)) for seller in sellers]
