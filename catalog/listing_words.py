"""What a filter of the products index is called: the chips above the table, and the choices in its form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .listing_filters import ListingFilters
from .markets import market_names
from .models import Offer, Product, SavedView

OFFERS = {
    "any": gettext_lazy("has an offer"),
    "none": gettext_lazy("no offer"),
    "sold-out": gettext_lazy("sold out"),
    "stale": gettext_lazy("price too old to be linked"),
}
PHOTOS = {"none": gettext_lazy("without a photo")}
SORTS = {
    "title": gettext_lazy("Title, A to Z"),
    "-title": gettext_lazy("Title, Z to A"),
    "-updated": gettext_lazy("Updated last"),
    "updated": gettext_lazy("Not updated for longest"),
    "-added": gettext_lazy("Added last"),
    "added": gettext_lazy("Added first"),
}
MARKETS_KEPT_S = 600


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words; `without` is the address of the list without it."""

    label: str
    value: str
    without: str


def chips(filters: ListingFilters, *, view: str = "") -> list[Chip]:
    """Return the conditions that are set, each with the address that takes it away."""
    labels = {
        "q": _("Search"), "status": _("Status"), "seller": _("Seller"), "brand": _("Brand"),
        "category": _("Category"), "condition": _("Condition"), "market": _("Market"), "offer": _("Offer"),
        "photo": _("Photo"),
    }  # fmt: skip
    words: dict[str, dict[str, str | Promise]] = {
        "status": dict(Product.Status.choices), "condition": dict(Product.Condition.choices),
        "offer": dict(OFFERS), "photo": dict(PHOTOS),
    }  # fmt: skip
    return [
        Chip(labels[name], str(words.get(name, {}).get(value, value)), address(filters.without(name), view=view))
        for name, value in filters.set_values()
        if name in labels
    ]


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view above the table."""

    name: str
    address: str
    is_current: bool
    shared_in: str


def tabs(views: Iterable[SavedView], current: SavedView | None) -> list[Tab]:
    """Return the saved views with their addresses, which hold the whole filter."""
    return [
        Tab(
            view.name,
            address(ListingFilters.from_query(view.filters), view=str(view.pk)),
            view == current,
            view.seller.name if view.seller else "",
        )
        for view in views
    ]


def sort_links(filters: ListingFilters, *, view: str = "") -> dict[str, tuple[str, str]]:
    """Return for each column that orders the list its state as ARIA names it, and the address that turns it round."""
    found = {}
    for name, first in (("title", "title"), ("updated", "-updated"), ("added", "-added")):
        sort = filters.sort or ("" if filters.q else "title")
        is_sorted = sort.removeprefix("-") == name
        turned = name if sort.startswith("-") else f"-{name}"
        state = ("descending" if sort.startswith("-") else "ascending") if is_sorted else "none"
        found[name] = (state, address(replace(filters, sort=turned if is_sorted else first), view=view))
    return found


def address(filters: ListingFilters, *, view: str = "") -> str:
    """Return the query string of the list with that filter, in a saved view."""
    parts = [filters.to_query(), urlencode({"view": view}) if view else ""]
    return "?" + "&".join(part for part in parts if part)


def known_markets() -> dict[str, str]:
    """Return the markets in which anything is offered, with their names; asked of the database every ten minutes."""

    def ask() -> list[str]:
        return list(Offer.objects.order_by("market").values_list("market", flat=True).distinct())

    names = market_names(get_language() or "en")
    return {code: names.get(code, code) for code in cache.get_or_set("catalog:markets", ask, MARKETS_KEPT_S) or []}
