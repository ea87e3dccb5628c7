"""A page of the products index: which products, how many there are, and how the search was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Func
from django.http import QueryDict

from shopadmin.accounts.models import User
from shopadmin.keyset import Page, page

from .listing_filters import ListingFilters, order_of
from .models import Product
from .models.listing_rows import Listing
from .search import Candidate, Reading, ranked

SIZE = 50
COUNTED = 1_000
"""Counting what fits a filter stops here: more is "more than 1,000"."""
MANY, MANY_COUNTED = 2_000, 200
"""Where so many are expected, counting stops earlier: that there are many is all that one needs to know."""
ALL_COUNTED = 10_000
"""Counting stops here where there is no filter."""
NEARBY = 10_000
"""How many rows a page is looked for among before the filter's own index is asked."""
BEST = 500
"""How many hits of a search are ranked and shown."""
BEGINNINGS = 500
"""Among how many titles that begin with the search hits are ranked for certain, where more fit than are ranked."""
COMPARED = (
    "pk",
    "title_key",
    Func("brand__name", function="catalog_folded"),
    Func("sku", function="catalog_folded"),
    "gtin",
)
"""What of a product is compared with a search."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many products fit; there are more when `is_more`."""

    number: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What the index shows. Without a count, the page is one of several, and counting would take longer than it."""

    page: Page[Product]
    count: Count | None = None
    reading: Reading = Reading.EXACT
    is_best_only: bool = False


def find_page(user: User, filters: ListingFilters, query: QueryDict) -> ListingPage:
    """Return the page that the address asks for, in no more statements for a million products than for a thousand."""
    if filters.q and not filters.sort:
        return _best_hits(user, filters, query)
    listing = Product.objects.find_listing(user, filters)
    fields = order_of(filters.sort)
    sorted_by = fields[0].removeprefix("-")
    rows = listing.rows.only(sorted_by)
    # An index keeps one seller's products by title only.
    among = listing.among if sorted_by == "title_key" else Product.objects.all()
    found = page(rows, fields=fields, query=query, size=SIZE, among=among, nearby=NEARBY)
    shown = Page(_cards([row.pk for row in found.rows]), found.newer, found.older)
    count = None if found.newer or found.older else Count(len(shown.rows))
    return ListingPage(shown, count, listing.reading)


def count_listing(user: User, filters: ListingFilters) -> Count:
    """Count what fits the filter, up to a limit."""
    found = Count(0)

    def look(listing: Listing) -> int:
        nonlocal found
        most = COUNTED if listing.expected < MANY else MANY_COUNTED
        number = len(listing.some("pk", most=most + 1))
        found = Count(min(number, most), number > most)
        return number

    listing = Product.objects.find_listing(user, filters, look=look)
    if filters.without("seller").is_empty:
        number = listing.rows[: ALL_COUNTED + 1].count()
        return Count(min(number, ALL_COUNTED), number > ALL_COUNTED)
    if not filters.q:
        look(listing)
    return found


def _best_hits(user: User, filters: ListingFilters, query: QueryDict) -> ListingPage:
    candidates: list[Candidate] = []

    def look(listing: Listing) -> int:
        candidates[:] = _candidates(listing.some(*COMPARED, most=BEST + 1))
        return len(candidates)

    listing = Product.objects.find_listing(user, filters, look=look)
    words = listing.words
    count = Count(min(len(candidates), BEST), is_more=len(candidates) > BEST)
    if count.is_more:
        known, asked = {one.pk for one in candidates}, " ".join(words)
        begin_so = Product.objects.filter(title_key__gte=asked, title_key__lt=f"{asked}\U0010ffff").order_by(
            "title_key"
        )
        first = listing.rows.filter(pk__in=list(begin_so.values_list("pk", flat=True)[:BEGINNINGS]))
        candidates += [one for one in _candidates(first.values_list(*COMPARED)) if one.pk not in known]
    keys = ranked(words, candidates, most=BEST)
    start = _start(query, len(keys))
    shown = Page(
        _cards(keys[start : start + SIZE]),
        _at_rank(query, max(0, start - SIZE)) if start else "",
        _at_rank(query, start + SIZE) if start + SIZE < len(keys) else "",
    )
    return ListingPage(shown, count, listing.reading, is_best_only=count.is_more)


def _candidates(values: Iterable[tuple[Any, ...]]) -> list[Candidate]:
    return [Candidate(pk, title, brand or "", sku, gtin) for pk, title, brand, sku, gtin in values]


def _cards(keys: Sequence[int]) -> list[Product]:
    """Fetch what the table shows of these products, in this order."""
    found = Product.objects.with_row().in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _start(query: QueryDict, count: int) -> int:
    """Return the rank at which the page begins; one that is none of ours gives the first page."""
    text = query.get("rank", "")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    return start if start < count else 0


def _at_rank(query: QueryDict, rank: int) -> str:
    kept = [(name, value) for name, value in query.items() if name != "rank"]
    return f"?{urlencode([*kept, ('rank', rank)] if rank else kept)}"
