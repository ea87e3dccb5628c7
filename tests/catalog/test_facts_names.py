"""Protected brands that are named or imitated in title, declared brand, seller's name and photos."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import photo_signals
from catalog.fact_finding import brand_names as kept_names
from catalog.fact_finding.brand_names import LETTERS, brand_names
from catalog.models import Brand, BrandAlias, Product
from catalog.photo_signals import PhotoSignals, offer_photo_signals
from tests import factories
from tests.catalog import shops

from .facts import category, facts, found, granted, listing, priced

pytestmark = pytest.mark.django_db

CYRILLIC = "Gucсi"
"""With a letter that looks like a c."""


@pytest.fixture(autouse=True)
def gucci() -> Brand:
    return shops.protected_brand("Gucci")


@pytest.fixture
def read() -> Iterator[dict[int, str]]:
    """The words read in photos, by product, as the test says."""
    before, words = list(photo_signals._providers), {}
    offer_photo_signals(lambda keys, versions: {key: PhotoSignals(words[key]) for key in keys if key in words})
    yield words
    photo_signals._providers[:] = before


def imitated(product: Product, place: str) -> dict[str, list[str]]:
    known = facts(product)
    kinds = ("confusable", "obfuscated", "edited")
    return {kind: known[f"{place}_{kind}_brands"] for kind in kinds if known[f"{place}_{kind}_brands"]}


def test_another_brand_in_the_title_is_named() -> None:
    assert facts(listing("Gucci handbag"))["title_other_brands"] == ["Gucci"]
    assert facts(listing("Leather handbag"))["title_other_brands"] == []


def test_the_declared_brand_is_no_other_brand_and_no_imitation() -> None:
    product = listing(f"Gucci handbag, {CYRILLIC} style", brand="Gucci")
    assert facts(product)["title_other_brands"] == []
    assert imitated(product, "title") == {}
    assert imitated(product, "brand") == {}


@pytest.mark.parametrize(
    ("text", "kind"), [(CYRILLIC, "confusable"), ("G.u.c.c.i", "obfuscated"), ("Guccki", "edited")]
)
def test_imitations_are_found_by_kind_in_title_brand_and_sellers_name(text: str, kind: str) -> None:
    assert imitated(listing(f"{text} handbag"), "title") == {kind: ["Gucci"]}
    assert imitated(listing(brand=text), "brand") == {kind: ["Gucci"]}
    assert imitated(listing(of=factories.seller(f"{text} Outlet")), "seller_name") == {kind: ["Gucci"]}


def test_aliases_name_their_brand(gucci: Brand) -> None:
    BrandAlias.objects.create(brand=gucci, name="Guccissima")
    assert facts(listing("Guccissima handbag"))["title_other_brands"] == ["Gucci"]


def test_brands_that_are_not_protected_are_not_looked_for(gucci: Brand) -> None:
    Brand.objects.filter(pk=gucci.pk).update(is_protected=False)
    known = facts(listing(f"Gucci {CYRILLIC}"))
    assert known["title_other_brands"] == known["title_confusable_brands"] == []


def test_a_seller_that_is_authorised_in_all_markets_imitates_nothing(gucci: Brand) -> None:
    product = listing(f"{CYRILLIC} handbag")
    priced(product, ("DE", 1, "EUR"), ("US", 1, "USD"))
    granted(product.seller, gucci, "DE")
    assert imitated(product, "title") == {"confusable": ["Gucci"]}
    granted(product.seller, gucci, "US")
    assert imitated(product, "title") == {}


def test_a_listing_that_is_offered_nowhere_is_not_authorised_by_that() -> None:
    product = listing(f"{CYRILLIC} handbag")
    product.offers.all().delete()
    assert imitated(product, "title") == {"confusable": ["Gucci"]}


def test_a_misspelt_name_counts_in_categories_in_which_the_brand_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listing("Handbag", brand="Gucci", category=category("Fashion > Bags"))
    monkeypatch.setattr(kept_names, "_kept", {})
    assert imitated(listing("Guccki", category=category("Fashion > Bags")), "title") == {"edited": ["Gucci"]}
    assert imitated(listing("Guccki", category=category("Garden")), "title") == {}


def test_names_read_in_photos_are_found(read: dict[int, str]) -> None:
    product = listing()
    read[product.pk] = f"GUCCI made in italy {CYRILLIC}"
    assert facts(product)["photo_text_brands"] == ["Gucci"]
    assert imitated(product, "photo_text") == {"confusable": ["Gucci"]}
    read[product.pk] = ""
    assert (facts(product)["photo_text"], facts(product)["photo_text_brands"]) == ("", [])


def test_before_photos_are_read_names_in_them_lack() -> None:
    known = found(listing()).facts
    assert not {name for name in known.values if name.startswith("photo_text")}
    assert not known.failed


def test_the_names_are_kept_until_a_brand_changes(gucci: Brand) -> None:
    first = brand_names()
    assert brand_names() is first
    for change in (
        lambda: shops.protected_brand("Rolex"),
        lambda: Brand.objects.filter(pk=gucci.pk).update(name="Cucci"),
        lambda: BrandAlias.objects.create(brand=gucci, name="Guccissima"),
        lambda: Brand.objects.filter(pk=gucci.pk).update(is_protected=False),
    ):
        change()
        second = brand_names()
        assert second.fingerprint != first.fingerprint
        first = second


def test_kept_names_cost_one_statement() -> None:
    brand_names()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        brand_names()
    assert len(asked) == 1


def test_what_was_found_names_the_state_of_the_names() -> None:
    made_by = found(listing()).made_by
    assert made_by["brand names"] == brand_names().fingerprint
    assert "glyphguard" in made_by[LETTERS]


def test_without_protected_brands_nothing_is_found(gucci: Brand) -> None:
    gucci.delete()
    assert facts(listing("Gucci"))["title_other_brands"] == []
