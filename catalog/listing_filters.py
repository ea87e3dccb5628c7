"""PURE. What one asks of the products index, as its address says it.

`ListingFilters.from_query` and `to_query` are each other's inverse: a filter can be kept, sent and put into a form.
What an address says is taken as it is: a status or a brand that does not exist fits no product, so that a mistyped
filter never means "all".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import urlencode

LONGEST_SEARCH = 200
LONGEST_VALUE = 1000


@dataclass(frozen=True, slots=True)
class ListingFilters:
    """A filter of the products index; what is empty does not filter."""

    q: str = ""
    """Words of title, brand, SKU or GTIN."""
    status: str = ""
    seller: str = ""
    """A seller's short name."""
    brand: str = ""
    """A brand's name, or one of its other names."""
    category: str = ""
    """A category's path; those below it are included."""
    condition: str = ""
    market: str = ""
    """A market's two letters."""
    offer: str = ""
    """"any", "none", "sold-out" or "stale"; with a market, there."""
    photo: str = ""
    """"none": products without a photo."""
    sort: str = ""
    """One of `ORDERS`; empty for the best hits first when words are searched for, else by title."""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read the filter from an address (Django's `QueryDict` is such a mapping); other names are left aside."""
        found = {}
        for field in fields(cls):
            longest = LONGEST_SEARCH if field.name == "q" else LONGEST_VALUE
            found[field.name] = (query.get(field.name) or "").replace("\0", "").strip()[:longest].strip()
        if found["market"]:
            found["market"] = found["market"].upper()
        return cls(**found)

    def to_query(self) -> str:
        """Return the filter as the query string of an address, without "?"; empty when nothing is asked for."""
        return urlencode(dict(self.set_values()))

    def set_values(self) -> Iterator[tuple[str, str]]:
        """Yield the names and values of what is set."""
        for field in fields(self):
            if value := getattr(self, field.name):
                yield field.name, value

    def without(self, *names: str) -> Self:
        """Return the filter without these conditions."""
        return replace(self, **dict.fromkeys(names, ""))

    @property
    def is_empty(self) -> bool:
        """Whether it leaves out nothing; the order does not matter."""
        return not any(name != "sort" for name, _value in self.set_values())


ORDERS: Mapping[str, tuple[str, ...]] = {
    "title": ("title_key", "pk"),
    "-title": ("-title_key", "-pk"),
    "updated": ("updated_at", "pk"),
    "-updated": ("-updated_at", "-pk"),
    "added": ("pk",),
    "-added": ("-pk",),
}
"""The orders, each of which an index keeps whatever the filter is. Prices are in as many currencies as markets, and an
order by them would cost one more index on every import: compare them in the export."""


def order_of(sort: str) -> tuple[str, ...]:
    """Return the fields of an order, by title when there is no such order."""
    return ORDERS.get(sort, ORDERS["title"])
