"""Listings that come again after they were taken down as counterfeit."""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from catalog.fact_finding.history import ALIKE_WORDS, jaccard, probes
from catalog.models import Brand, Product, TakenDown
from tests import factories

from .facts import HASH, facts, listing, off_by, priced, taken_down

TITLE = "Running shoes for men size forty two black and white"


@pytest.fixture
def gone(db: None) -> TakenDown:
    """A listing that was taken down: at 100.00 dollars, with one photo."""
    product = listing(TITLE, of=factories.seller("Fakes"), hashes=(HASH,), status="removed")
    priced(product, ("US", 10000, "USD"))
    return taken_down(product)


def again(title: str = "Something else", price: int = 1, *hashes: int, **fields: object) -> tuple[object, ...]:
    """What is said of another listing."""
    product = listing(title, hashes=hashes, **fields)
    priced(product, ("US", price, "USD"))
    return signals(product)


def signals(product: Product) -> tuple[object, ...]:
    known = facts(product)
    return known["relists_photo"], known["relists_text"], known["relist_signals"]


def test_another_listing_has_nothing_in_common(gone: TakenDown) -> None:
    assert again() == (False, False, 0)


def test_a_photo_that_looks_the_same_comes_again(gone: TakenDown) -> None:
    assert again("Something else", 1, off_by(4)) == (True, False, 1)
    assert again("Something else", 1, off_by(5)) == (False, False, 0)


def test_a_title_in_substance_the_same_comes_again(gone: TakenDown) -> None:
    assert again(TITLE.upper().replace(" ", "  ")) == (False, True, 1)
    assert again(TITLE.removesuffix(" white")) == (False, True, 1)
    assert again(TITLE.removesuffix(" black and white")) == (False, False, 0)


def test_a_title_of_another_brand_is_another_thing(gone: TakenDown) -> None:
    assert again(TITLE, brand="Other") == (False, False, 0)


def test_leaving_the_brand_away_hides_nothing(gone: TakenDown) -> None:
    assert again(TITLE, brand="") == (False, True, 1)


def test_a_price_within_5_percent_counts_beside_photo_or_text_only(gone: TakenDown) -> None:
    assert again("Something else", 10000) == (False, False, 0)
    assert again(TITLE, 10500) == (False, True, 2)
    assert again(TITLE, 9500) == (False, True, 2)
    assert again(TITLE, 10501) == (False, True, 1)


def test_a_price_in_another_currency_does_not_agree(gone: TakenDown) -> None:
    product = listing(TITLE)
    priced(product, ("DE", 10000, "EUR"))
    assert signals(product) == (False, True, 1)


def test_all_three_agree(gone: TakenDown) -> None:
    assert again(TITLE, 10000, HASH) == (True, True, 3)


def test_signals_are_counted_against_one_and_the_same_listing(gone: TakenDown) -> None:
    gone.hashes = []
    gone.save()
    other = listing("Blue handbag with a golden lock", of=factories.seller("Fakes"), hashes=(HASH,))
    taken_down(other)
    assert again(TITLE, 10000, HASH) == (True, True, 2)


def test_the_listing_that_was_taken_down_does_not_come_again_as_itself(gone: TakenDown) -> None:
    assert signals(gone.product) == (False, False, 0)


def test_what_was_restored_is_no_relist(gone: TakenDown) -> None:
    gone.restored_at = timezone.now()
    gone.save()
    assert again(TITLE, 10000, HASH) == (False, False, 0)


def test_a_listing_without_offers_has_no_price_to_agree(gone: TakenDown) -> None:
    product = listing(TITLE)
    product.offers.all().delete()
    assert signals(product) == (False, True, 1)


def test_a_title_without_words_is_like_none(gone: TakenDown) -> None:
    gone.words = ""
    gone.save()
    assert again("!!!") == (False, False, 0)


def test_brands_are_compared_as_rows(gone: TakenDown) -> None:
    gone.brand = Brand.objects.create(name="Bravo!")
    gone.save()
    assert again(TITLE)[1] is False


words = st.sets(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=39)


@given(words, words, st.integers(0, 40))
def test_titles_that_are_alike_are_found_by_the_probes(one: set[str], other: set[str], kept: int) -> None:
    other = set(sorted(one)[:kept]) | set(sorted(other)[: len(one) // 5])
    if jaccard(one, other) >= ALIKE_WORDS:
        assert any(other.issuperset(probe) for probe in probes(one))


def test_long_titles_are_found_by_few_probes() -> None:
    assert len(probes(map(str, range(25)))) <= 56
    assert len(probes(map(str, range(60)))) <= 91
