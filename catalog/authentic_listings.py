"""The authentic listing beside a doubtful one: an authorised seller's, of the same brand and category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection
from django.utils import timezone
from rapidfuzz import process
from rapidfuzz.distance import OSA

from .models import Brand, BrandAuthorization, Product
from .models.products import ProductQuerySet
from .rules.forms import folded_words

MOST_TITLES = 500
"""Among so many of the newest listings the nearest title is looked for."""
LOOKS_RELATED = 24
"""Of 64 bits in which photos may differ: unrelated ones differ in 32 on average, so beyond this a title says more."""


class Nearest(StrEnum):
    """By what a listing is the nearest."""

    PHOTO = "photo"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Authentic:
    """An authorised seller's live listing; `bits` are those in which the nearest photos differ, None by title."""

    product: Product
    by: Nearest
    bits: int | None = None


_NEAREST = """
    SELECT image.product_id, min(bit_count((image.perceptual_hash # asked.hash)::bit(64))) AS bits
    FROM catalog_productimage image, unnest(%(hashes)s::bigint[]) AS asked (hash)
    WHERE image.perceptual_hash IS NOT NULL AND image.product_id IN ({candidates})
    GROUP BY image.product_id ORDER BY bits, image.product_id LIMIT 1"""


def authentic_beside(product: Product, brand: Brand | None) -> Authentic | None:
    """Return the authorised listing that is the most like this one, None where there is none to compare with.

    The nearest in photo, or in title where no photo is at all like it. `images` of the product are to be fetched.
    At most three statements, and those that fetch what a card shows.
    """
    if brand is None:
        return None
    candidates = _candidates(product, brand)
    hashes = [image.perceptual_hash for image in product.images.all() if image.perceptual_hash is not None]
    key, bits = _nearest_photo(candidates, hashes) if hashes else (None, None)
    by = Nearest.PHOTO
    if key is None or bits is None or bits > LOOKS_RELATED:
        key, bits, by = _nearest_title(candidates, product.title), None, Nearest.TITLE
    found = Product.objects.filter(pk=key).with_page().first() if key else None
    return Authentic(found, by, bits) if found else None


def _candidates(product: Product, brand: Brand) -> ProductQuerySet:
    """Return live listings of the brand in the product's category by sellers who are authorised today."""
    authorised = BrandAuthorization.objects.filter(brand=brand).in_force(timezone.localdate())
    live = Product.objects.filter(status=Product.Status.LIVE, brand=brand, seller__in=authorised.values("seller"))
    return live.filter(category=product.category_id).exclude(seller=product.seller_id)


def _nearest_photo(candidates: ProductQuerySet, hashes: Sequence[int]) -> tuple[int | None, int | None]:
    sql, parameters = candidates.order_by().values("pk").query.sql_with_params()
    named = {f"c{number}": value for number, value in enumerate(parameters)}
    within = sql % tuple(f"%({name})s" for name in named)
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST.format(candidates=within), {"hashes": list(hashes), **named})
        return cursor.fetchone() or (None, None)


def _nearest_title(candidates: ProductQuerySet, title: str) -> int | None:
    titles = dict(candidates.order_by("-pk").values_list("pk", "title")[:MOST_TITLES])
    folded = {key: folded_words(text) for key, text in titles.items()}
    found = process.extractOne(folded_words(title), folded, scorer=OSA.normalized_similarity)
    return found[2] if found else None
