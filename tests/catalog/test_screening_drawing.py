"""The sample of clean listings: kept as they were for some days, and what a backtest says of all of them by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from pytest_django import Settings

from catalog.backtests import services
from catalog.fact_finding import to_json
from catalog.models import LaneChoices, Product, Screening, Seller
from catalog.rule_writing import Wording
from catalog.screening import drawing
from catalog.screening.services import screen_due
from catalog.tasks import erase_old_screenings
from shopadmin.accounts.models import User
from tests import factories

from .rule_shop import FEW_PHOTOS, facts, screened
from .running_rules import live_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(settings: Settings) -> Callable[[int], None]:
    """Keep so many percent from now on."""

    def keep(percent: int) -> None:
        settings.SHOPADMIN = {**settings.SHOPADMIN, "SCREENINGS_KEPT_OF_CLEAN": percent}

    return keep


def clean_listings(shop: Seller, count: int) -> list[Product]:
    listings = [factories.product(of=shop, photos=0, screened_version=0) for _ in range(count)]
    while screen_due():
        pass
    return listings


def test_of_clean_listings_a_share_is_kept_and_of_others_all(shop: Seller, keep: Callable[[int], None]) -> None:
    live_rule('mentions(title, "replica")', LaneChoices.REVIEW)
    replica = factories.product("Replica", of=shop, screened_version=0)
    keep(30)

    listings = clean_listings(shop, 60)

    kept = set(Screening.objects.drawn().values_list("product", flat=True))
    assert 0 < len(kept) < 60
    assert kept == {listing.pk for listing in listings if drawing.is_drawn(listing.pk, 30)}
    assert set(Screening.objects.drawn().values_list("verdict", "drawn_percent")) == {("clean", 30)}
    assert Screening.objects.spoken().get().product == replica


@pytest.mark.parametrize(("percent", "kept"), [(0, 0), (100, 5)])
def test_none_or_all_can_be_kept(shop: Seller, keep: Callable[[int], None], percent: int, kept: int) -> None:
    keep(percent)

    clean_listings(shop, 5)

    assert Screening.objects.count() == kept


def test_a_larger_sample_has_the_smaller_one_in_it() -> None:
    drawn = [{key for key in range(2000) if drawing.is_drawn(key, percent)} for percent in (0, 1, 5, 50, 100)]
    assert all(smaller < larger for smaller, larger in pairwise(drawn))
    assert (len(drawn[0]), len(drawn[-1])) == (0, 2000)
    assert 60 <= len(drawn[2]) <= 140


def kept(days: float, percent: int | None, known: object, product: Product | None = None) -> Screening:
    """A screening of so many days ago, in a sample of so many percent or with a rule that said something."""
    return Screening.objects.create(
        product=product or factories.product(photos=0),
        product_version=1,
        at=timezone.now() - timedelta(days=days),
        verdict="clean" if percent else "review",
        facts=to_json(known),
        drawn_percent=percent,
    )


def test_the_sample_is_erased_after_a_month_and_what_rules_said_stays() -> None:
    fresh, spoken = kept(29, 5, facts()), kept(400, None, facts())
    for _ in range(3):
        kept(31, 5, facts())

    erase_old_screenings()

    assert set(Screening.objects.all()) == {fresh, spoken}


def as_they_were(by: User, days: int = 90) -> dict:
    test = services.start_backtest(wording=Wording(text=FEW_PHOTOS), by=by, days=days)
    services.run_backtest(test.pk)
    test.refresh_from_db()
    assert test.result is not None, test.error
    return test.result["as_they_were"]


def test_a_backtest_tells_on_how_many_clean_listings_it_would_have_fired(paula: User) -> None:
    listings = [screened(facts()) for _ in range(3)]
    kept(1, 100, facts(photo_count=1), listings[0])
    kept(2, 100, facts(photo_count=1), listings[0])
    kept(3, 100, facts(photo_count=9), listings[0])
    kept(3, 100, facts(photo_count=9), listings[1])
    kept(4, 100, facts(failed=["photo_count"]), listings[2])
    kept(5, None, facts(photo_count=1), listings[2])

    found = as_they_were(paula)

    assert (found["asked"], found["fires"], found["errs"]) == (1, 1, 0)
    assert found["clean"] == {
        "percent": 100, "days": 30, "listings": 3, "fires": 1, "errs": 1, "about": 1, "low": 1, "high": 1
    }  # fmt: skip


def test_of_a_part_of_them_it_tells_how_many_there_are_about_in_all(paula: User) -> None:
    listings = [factories.product(photos=0) for _ in range(60)]
    drawn = [listing for listing in listings if drawing.is_drawn(listing.pk, 20)]
    for listing in drawn:
        kept(1, 20, facts(photo_count=1), listing)

    clean = as_they_were(paula)["clean"]

    assert (clean["fires"], clean["about"]) == (len(drawn), 5 * len(drawn))
    assert clean["low"] < clean["about"] < clean["high"]


def test_where_the_share_has_changed_the_smallest_sample_counts(paula: User) -> None:
    """A listing that is only in the larger one has screenings of some of the days."""
    listings = [factories.product(photos=0) for _ in range(60)]
    for days, percent in ((1, 50), (20, 10)):
        for listing in listings:
            if drawing.is_drawn(listing.pk, percent):
                kept(days, percent, facts(), listing)

    clean = as_they_were(paula)["clean"]

    within = sum(drawing.is_drawn(listing.pk, 10) for listing in listings)
    assert (clean["percent"], clean["listings"]) == (10, within)
    assert as_they_were(paula, days=5)["clean"]["percent"] == 50


def test_without_a_sample_nothing_is_said_of_clean_listings(paula: User) -> None:
    kept(1, None, facts(photo_count=1))

    assert as_they_were(paula)["clean"] is None
