"""Products that differ in everything that one filters by, and the list of products over them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.listing_filters import ListingFilters
from catalog.models import Category, Offer, Product, Seller
from shopadmin.accounts.models import User
from tests import factories

LIST = "/catalog/products/"


def titles(user: User, **filters: str) -> set[str]:
    return set(Product.objects.listing(user, ListingFilters(**filters)).values_list("title", flat=True))


@pytest.fixture
def shelf(mallory: User) -> Seller:
    """Products of mallory's that differ in everything that one filters by, and one of somebody else's like each."""
    mine, theirs = factories.seller("Mine", mallory), factories.seller("Theirs")
    home = Category.objects.create(name="Home")
    kitchen = Category.objects.create(name="Kitchen", parent=home)
    kitchenware = Category.objects.create(name="Kitchenware")
    for of, mark in ((mine, ""), (theirs, " of others")):
        factories.product(f"Mug{mark}", of=of, category=kitchen, brand="Bravo")
        factories.product(f"Used mug{mark}", of=of, category=home, condition="used", brand="")
        factories.product(f"Held mug{mark}", of=of, status="held", category=kitchenware)
        factories.product(f"Bare mug{mark}", of=of, photos=0).offers.all().delete()
        factories.product(f"Empty mug{mark}", of=of).offers.update(stock=0)
        old = timezone.now() - timedelta(days=3, minutes=1)
        factories.product(f"Old mug{mark}", of=of).offers.update(price_refreshed_at=old)
        german = factories.product(f"German mug{mark}", of=of)
        german.offers.update(market="DE")
        Offer.objects.create(product=german, market="FR", price_minor=1, currency="EUR", stock=0)
    return mine
