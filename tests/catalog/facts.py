"""Listings for tests of facts, and asking for their facts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from catalog.fact_finding import FoundFacts, find_facts
from catalog.models import (
    Brand,
    BrandAuthorization,
    Category,
    Offer,
    Product,
    ProductImage,
    Seller,
    TakenDown,
)
from catalog.rules.forms import folded_words
from shopadmin.accounts.models import User
from tests import factories

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
HASH = 0x5A3C_0FF0_1234_9ABC
"""The hash of a photo on which there is something."""


def off_by(bits: int, of: int = HASH) -> int:
    """A hash that differs in so many bits, spread over all of it."""
    changed = of & (2**64 - 1)
    for number in range(bits):
        changed ^= 1 << (number * 13 + 1) % 64
    return changed - 2**64 if changed >= 2**63 else changed


def found(product: Product, now: datetime | None = None) -> FoundFacts:
    return find_facts([product.pk], now=now or timezone.now())[product.pk]


def facts(product: Product, now: datetime | None = None) -> dict[str, Any]:
    """What is known of one listing."""
    return dict(found(product, now).facts.values)


def listing(title: str = "Running shoes", *, hashes: tuple[int, ...] = (), **fields: Any) -> Product:
    """A live listing with photos of those hashes and an offer in the US at 4.99."""
    product = factories.product(title, photos=0, **fields)
    photographed(product, *hashes)
    return product


def photographed(product: Product, *hashes: int) -> list[ProductImage]:
    """Give the listing photos of those hashes; their files do not exist."""
    return [
        ProductImage.objects.create(
            product=product, file="none.jpg", sha256=f"{number}", position=number, perceptual_hash=each
        )
        for number, each in enumerate(hashes, start=product.images.count())
    ]


def category(path: str) -> Category:
    """The category with that path, of two levels at most."""
    top, _, below = path.partition(" > ")
    row, _is_new = Category.objects.get_or_create(name=top, parent=None)
    return Category.objects.get_or_create(name=below, parent=row)[0] if below else row


def priced(product: Product, *offers: tuple[str, int, str]) -> None:
    """Put these offers (market, price in minor units, currency) in place of those there are."""
    product.offers.all().delete()
    Offer.objects.bulk_create(
        Offer(product=product, market=market, price_minor=price, currency=currency, stock=1)
        for market, price, currency in offers
    )


def taken_down(product: Product, **fields: Any) -> TakenDown:
    """The listing, taken down as counterfeit."""
    first = product.offers.order_by("market").first()
    seen = {
        "seller": product.seller,
        "brand": product.brand,
        "words": folded_words(product.title),
        "hashes": list(product.images.values_list("perceptual_hash", flat=True)),
        "price_minor": first.price_minor if first else None,
        "currency": first.currency if first else "",
    }
    return TakenDown.objects.create(product=product, **{**seen, **fields})


def stocked(seller: Seller, count: int, **fields: Any) -> list[Product]:
    """So many listings of a seller, at 10.00, 10.01 … US dollars."""
    rows = [listing(f"Shoes {number}", of=seller, **fields) for number in range(count)]
    for number, row in enumerate(rows):
        priced(row, ("US", 1000 + number, "USD"))
    return rows


def granted(seller: Seller, brand: Brand, territory: str = "", **fields: Any) -> None:
    """An authorisation that holds from today on, everywhere."""
    today = timezone.now().date()
    person = User.objects.first() or factories.user("olive")
    BrandAuthorization.objects.create(
        seller=seller,
        brand=brand,
        territory=territory,
        asked_by=person,
        decided_at=timezone.now(),
        **{"valid_from": today, "state": "granted", **fields},
    )
