"""What a rule or a list would change, asked of all listings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.backtests import services
from catalog.fact_finding import to_json
from catalog.list_writing import add_entries
from catalog.listings import Refusal
from catalog.models import (
    Finding,
    LaneChoices,
    ListingTexts,
    Screening,
    Seller,
    ValueList,
)
from catalog.rule_writing import Wording
from catalog.rules.language import RuleRefused, compile_rule
from catalog.rules.measuring.rollout import is_in
from catalog.screening.fingerprints import what_it_saw
from catalog.snoozing import snooze
from shopadmin.accounts.models import User
from tests import factories

from .backtested import backtested, decided, result_of, transitions
from .backtested import silent as silent
from .rule_shop import CHEAP, FEW_PHOTOS, drafted, facts, live, screened

pytestmark = pytest.mark.django_db


def test_it_tells_which_listings_a_new_rule_would_hold_and_of_whom(paula: User, shop: Seller) -> None:
    found = screened(facts(price=5.0), product=factories.product(of=shop, photos=0))
    screened(facts(price=50.0), product=factories.product(of=shop, photos=0))
    screened(facts())

    result = backtested(paula, CHEAP, lane=LaneChoices.HOLD)

    assert result["transitions"] == [{"from": "clean", "to": "hold", "count": 1, "sample": [found.pk]}]
    assert {name: result[name] for name in ("asked", "fires", "errs", "unchanged", "changed")} == {
        "asked": 3, "fires": 1, "errs": 0, "unchanged": 2, "changed": 1
    }  # fmt: skip
    assert result["sellers"] == [{"key": shop.pk, "name": "Mine", "changed": 1, "transitions": {"clean → hold": 1}}]
    assert [brand["name"] for brand in result["brands"]] == ["Bravo"]
    assert result["stock_held"] == {"USD": 4990}
    assert result["stock_released"] == {}
    assert result["work"] == {"review": 0, "hold": 1, "minutes": 4}


def test_a_listing_of_which_it_cannot_be_asked_would_be_held(paula: User) -> None:
    screened(facts(failed=["photo_count"]))

    result = backtested(paula, FEW_PHOTOS, lane=LaneChoices.REVIEW)

    assert (result["fires"], result["errs"], transitions(result)) == (0, 1, {("clean", "error"): 1})


def test_a_listing_whose_texts_are_gone_cannot_be_asked_for_words_but_for_numbers(paula: User) -> None:
    screened(facts(photo_count=1))
    ListingTexts.objects.all().delete()

    assert backtested(paula, 'mentions(title, "replica")', lane=LaneChoices.REVIEW)["errs"] == 1
    assert backtested(paula, FEW_PHOTOS, lane=LaneChoices.REVIEW)["fires"] == 1


def test_a_milder_version_releases_what_only_the_live_one_held(paula: User, petra: User) -> None:
    version = live(paula, petra, FEW_PHOTOS, lane=LaneChoices.BLOCK)
    other = live(paula, petra, 'title == "Same"', slug="other", lane=LaneChoices.HOLD)
    screened(facts(photo_count=1), verdict="block", fired=[version])
    screened(facts(photo_count=1, title="Same"), verdict="block", fired=[version, other])
    screened(facts(photo_count=0), verdict="block", fired=[version])

    result = backtested(paula, "photo_count < 1", version=version, lane=LaneChoices.BLOCK)

    assert transitions(result) == {("block", "clean"): 1, ("block", "hold"): 1}
    assert result["stock_released"] == {"USD": 4990}
    assert result["work"] == {"review": 0, "hold": 0, "minutes": 0}


def test_removed_listings_and_drafts_are_not_asked(paula: User) -> None:
    for status in ("removed", "draft"):
        screened(facts(), product=factories.product(photos=0, status=status))

    assert backtested(paula, "true || photo_count < 2")["asked"] == 0


def test_it_acts_on_its_share_of_listings_only(paula: User, petra: User) -> None:
    version = live(paula, petra)
    products = [screened(facts(photo_count=1), fired=[version], verdict="review") for _ in range(40)]

    result = backtested(paula, FEW_PHOTOS, version=version, rollout_percent=Decimal(30))

    inside = sum(is_in("few-photos", product.pk, Decimal(30)) for product in products)
    assert 0 < inside < 40
    assert (result["fires"], transitions(result)) == (inside, {("review", "clean"): 40 - inside})


def test_snoozed_listings_and_sellers_are_left_alone(paula: User, petra: User, shop: Seller) -> None:
    version = live(paula, petra, "photo_count < 1")
    products = [screened(facts(photo_count=1)) for _ in range(2)]
    screened(facts(photo_count=1), product=factories.product(of=shop, photos=0))
    soon = timezone.now() + timedelta(days=1)
    snooze(rule=version.rule, product=products[0], until=soon, reason="Known.", by=paula)
    snooze(rule=version.rule, seller=shop, until=soon, reason="Known.", by=paula)

    result = backtested(paula, FEW_PHOTOS, version=version)

    assert [each["sample"] for each in result["transitions"]] == [[products[1].pk]]


def test_what_people_said_is_wrong_stays_so_as_long_as_the_rule_sees_the_same(paula: User, petra: User) -> None:
    version = live(paula, petra, "photo_count < 1", lane=LaneChoices.HOLD)
    known = facts(photo_count=1)
    product = screened(known)
    decided(product, version, Finding.State.CLEARED, saw=what_it_saw(compile_rule(FEW_PHOTOS, {}).facts, known))

    assert transitions(backtested(paula, FEW_PHOTOS, version=version, lane=LaneChoices.HOLD)) == {}
    other = backtested(paula, f"{FEW_PHOTOS} && title != 'x'", version=version, lane=LaneChoices.HOLD)
    assert transitions(other) == {("clean", "hold"): 1}


def test_precision_is_what_people_said_of_the_listings_on_which_it_fires(paula: User, petra: User) -> None:
    version = live(paula, petra, 'title == "x"')
    for number, state in enumerate(["confirmed"] * 3 + ["cleared"]):
        decided(screened(facts(photo_count=1)), version, state, saw=str(number))
    decided(screened(facts(photo_count=9)), version, "cleared", saw="9")
    screened(facts(photo_count=1))

    verdicts = backtested(paula, FEW_PHOTOS)["verdicts"]

    assert (verdicts["confirmed"], verdicts["cleared"], verdicts["precision"]) == (3, 1, 0.75)
    assert (round(verdicts["low"], 3), round(verdicts["high"], 3)) == (0.301, 0.954)


def test_listings_that_people_found_in_order_are_told_of_outside_the_samples_too(
    paula: User, petra: User, monkeypatch
) -> None:
    monkeypatch.setattr("catalog.backtests.results.MOST_SAMPLED", 1)
    version = live(paula, petra, 'title == "x"')
    listings = [screened(facts(photo_count=1)) for _ in range(6)]
    held = screened(facts(photo_count=1), verdict="hold")
    for product, states in zip(
        [*listings, held],
        (["cleared"], ["cleared", "cleared"], ["cleared", "confirmed"], ["open"], [], ["cleared"], ["cleared"]),
        strict=True,
    ):
        for number, state in enumerate(states):
            decided(product, version, state, saw=str(number))

    mistaken = backtested(paula, FEW_PHOTOS, lane=LaneChoices.HOLD)["mistaken"]

    assert mistaken["count"] == 3
    assert len(mistaken["sample"]) == 1
    assert mistaken["sample"][0] in {listings[0].pk, listings[1].pk, listings[5].pk}


def test_what_an_allow_rule_kept_from_being_asked_is_asked_when_it_is_replaced(paula: User, petra: User) -> None:
    """The stored answers end at the allow rule: without asking the others, its end would seem to change nothing."""
    allow = live(paula, petra, 'title == "Fine"', slug="fine", lane=LaneChoices.ALLOW, order=1)
    live(paula, petra, FEW_PHOTOS, lane=LaneChoices.BLOCK)
    screened(facts(title="Fine", photo_count=1), verdict="allowed", fired=[allow])
    screened(facts(title="Fine", photo_count=9), verdict="allowed", fired=[allow])

    result = backtested(paula, 'title == "Other"', version=allow, lane=LaneChoices.ALLOW, order=1)

    assert transitions(result) == {("allowed", "block"): 1, ("allowed", "clean"): 1}


def test_a_changed_list_changes_what_each_rule_that_asks_it_does(paula: User, petra: User, shop: Seller) -> None:
    text = 'in_list(seller, "watched-sellers")'
    of = ValueList.objects.get(name="watched-sellers")
    other = factories.seller("Other")
    add_entries(to=of, values=[other.slug], by=paula)
    hold = live(paula, petra, text, lane=LaneChoices.HOLD)
    review = live(paula, petra, f"{text} && {FEW_PHOTOS}", slug="both")
    screened(facts(seller="mine", photo_count=1))
    screened(facts(seller="other", photo_count=1), verdict="hold", fired=[hold, review])
    screened(facts(seller="other", photo_count=9), verdict="hold", fired=[hold])

    backtest = services.start_list_backtest(
        of=of, added=["mine"], removed=of.entries.values_list("pk", flat=True), by=paula
    )

    assert transitions(result_of(backtest)) == {("hold", "clean"): 2, ("clean", "hold"): 1}
    assert of.entries.get().value == "other"


def test_a_list_that_no_live_rule_asks_ends_with_words(paula: User, shop: Seller) -> None:
    of = ValueList.objects.get(name="watched-sellers")
    with pytest.raises(Refusal, match="Nothing would change"):
        services.start_list_backtest(of=of, by=paula)
    with pytest.raises(Refusal, match="cannot stand in this list"):
        services.start_list_backtest(of=of, added=["nobody"], by=paula)

    backtest = services.start_list_backtest(of=of, added=["mine"], by=paula)
    services.run_backtest(backtest.pk)

    backtest.refresh_from_db()
    assert (backtest.state, backtest.error) == ("failed", "No live rule asks this, so nothing would change.")


def test_samples_are_drawn_stably_and_small(paula: User, monkeypatch) -> None:
    for _ in range(30):
        screened(facts(photo_count=1))
    monkeypatch.setattr("catalog.backtests.results.MOST_SAMPLED", 10)

    one, other = (backtested(paula, FEW_PHOTOS)["transitions"][0]["sample"] for _ in range(2))

    assert one == other
    assert len(one) == 10


def test_screenings_of_the_last_days_are_asked_with_the_facts_of_their_day(paula: User) -> None:
    now = timezone.now()
    product = screened(facts(photo_count=9))
    for days, known in ((1, facts(photo_count=1)), (2, facts(failed=["photo_count"])), (3, facts()), (40, facts())):
        at = now - timedelta(days=days)
        Screening.objects.create(product=product, product_version=1, at=at, verdict="review", facts=to_json(known))

    result = backtested(paula, FEW_PHOTOS, days=30)

    assert result["as_they_were"] == {"days": 30, "asked": 3, "fires": 1, "errs": 1, "clean": None}
    assert result["fires"] == 0


def test_a_text_that_is_no_rule_is_not_tested(paula: User) -> None:
    with pytest.raises(RuleRefused):
        services.start_backtest(wording=Wording(text="photo_cuont < 2"), by=paula)


def test_a_draft_that_was_kept_is_tested_as_a_version_of_its_rule(paula: User) -> None:
    version = drafted(paula)
    screened(facts(photo_count=1))

    backtest = services.start_backtest(wording=Wording.of(version), by=paula, version=version)

    assert (backtest.rule, backtest.version) == (version.rule, version)
    assert transitions(result_of(backtest)) == {("clean", "review"): 1}
