"""The listings of which facts are found out together, and what several providers ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from django.db.models.functions import Left

from ..models import BrandAuthorization, Offer, Product

MOST_LISTINGS = 500
"""So many at once; more would make statements of many megabytes."""

MOST_LETTERS = 5000
"""So much of a description is a fact: rules look at how a text begins, and nobody reads further."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A listing with its rows; `description` is its beginning, `hashes` those of its photos in their order."""

    product: Product
    description: str
    offers: tuple[Offer, ...]
    photo_count: int
    hashes: tuple[int, ...]

    @property
    def markets(self) -> list[str]:
        """The countries in which it is offered, by the alphabet."""
        return sorted(offer.market for offer in self.offers)

    @property
    def category(self) -> str:
        """The path of its category, empty without one."""
        return self.product.category.path if self.product.category else ""


@dataclass(frozen=True)
class Grants:
    """Where sellers may list protected brands: the territories granted, by seller and brand; "" is everywhere."""

    territories: Mapping[tuple[int, int], frozenset[str]]

    def closed(self, seller: int, brand: int, markets: Iterable[str]) -> list[str]:
        """Return in which of the markets the seller may not list that protected brand."""
        granted = self.territories.get((seller, brand), frozenset())
        return [] if "" in granted else [market for market in markets if market not in granted]


@dataclass(frozen=True)
class Batch:
    """Listings as of `now`. What is asked for several providers is asked once, whatever the number of listings.

    `versions` has for each maker of facts the version that is to make them.
    """

    listings: tuple[Listed, ...]
    now: datetime
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def products(self) -> list[int]:
        """The keys of the products."""
        return [listed.product.pk for listed in self.listings]

    @property
    def sellers(self) -> list[int]:
        """The keys of the sellers, each once."""
        return sorted({listed.product.seller_id for listed in self.listings})

    @cached_property
    def grants(self) -> Grants:
        """What the sellers of these listings are authorised for on the day; asks the database once."""
        rows = (
            BrandAuthorization.objects.in_force(self.now.date())
            .filter(seller__in=self.sellers)
            .order_by()
            .values_list("seller_id", "brand_id", "territory")
        )
        found: dict[tuple[int, int], set[str]] = {}
        for seller, brand, territory in rows:
            found.setdefault((seller, brand), set()).add(territory)
        return Grants({key: frozenset(territories) for key, territories in found.items()})

    def halves(self) -> tuple[Batch, Batch]:
        """Return two batches with half of the listings each."""
        middle = len(self.listings) // 2
        return replace(self, listings=self.listings[:middle]), replace(self, listings=self.listings[middle:])


def load(product_ids: Sequence[int], now: datetime, versions: Mapping[str, str]) -> Batch:
    """Return the listings with those keys that exist, to be looked at by those versions; asks the database three times.

    Raises `ValueError` for more than `MOST_LISTINGS`, and for a moment without time zone.
    """
    if len(product_ids) > MOST_LISTINGS:
        raise ValueError(f"Facts are found out for at most {MOST_LISTINGS} listings at once, not {len(product_ids)}.")
    if now.tzinfo is None:
        raise ValueError("Facts are as of a moment with a time zone.")
    rows = (
        Product.objects.filter(pk__in=product_ids)
        .select_related("seller", "brand", "category")
        .defer("description", "search", "traits", "title_key", "brand__words")
        .annotate(beginning=Left("description", MOST_LETTERS))
        .prefetch_related("offers", "images")
        .order_by("pk")
    )
    return Batch(tuple(map(_listed, rows)), now, versions)


def _listed(product: Product) -> Listed:
    photos = list(product.images.all())
    hashes = tuple(photo.perceptual_hash for photo in photos if photo.perceptual_hash is not None)
    beginning: str = getattr(product, "beginning")  # noqa: B009 - the annotation of `load`
    return Listed(product, beginning, tuple(product.offers.all()), len(photos), hashes)
