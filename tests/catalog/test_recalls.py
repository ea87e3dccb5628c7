"""Which share of all counterfeits rules find: counted from findings, takedowns and the blind sample, and kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.blind_samples import draw_blind_sample, judge
from catalog.brand_names import merge_brands
from catalog.decisions import take_down
from catalog.models import BlindSample, Brand, Hold, Product, RecallEstimate, RuleVersion
from catalog.recall_counting import (
    count_recalls,
    keep_recalls,
    recall_of_rule,
    recalls_of_brands,
    recalls_of_rules,
    recalls_of_strata,
)
from catalog.recall_strata import strata_of_recall
from catalog.rules.measuring.intervals import Sampled
from catalog.rules.name_facts import IMITATIONS
from shopadmin.accounts.models import AuditEntry, User
from tests import factories

from . import rule_rows
from .rule_shop import facts, live, screened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def luxor(db: None) -> Brand:
    return Brand.objects.create(name="Luxor", is_protected=True)


def listing(brand: str = "Luxor") -> Product:
    return factories.product(photos=0, brand=brand)


def clean(brand: str = "Luxor", **known: object) -> Product:
    return screened(facts(**known), product=listing(brand))


def judged(product: Product, verdict: str, by: User, copies: Brand | None = None) -> BlindSample:
    """A listing of the sample, with the brand that it declares."""
    row = BlindSample.objects.create(product=product, stratum="protected", population=9, brand=product.brand)
    return judge(sample=row, verdict=verdict, copies=copies, by=by)


def estimate_of(version: RuleVersion) -> RecallEstimate:
    return recalls_of_rules([version.rule_id])[version.rule_id]


def test_a_rule_is_measured_by_the_counterfeits_of_the_brands_that_it_finds(
    paula: User, petra: User, luxor: Brand
) -> None:
    """Of Luxor's it found 2 of 3, and 1 of 2 judged of 4 clean ones is one too, so 2 are missed. Open's are not its."""
    one, other = live(paula, petra), live(paula, petra, slug="other")
    for _ in range(2):
        rule_rows.found(one, listing(), "confirmed", brand=luxor)
    rule_rows.found(other, listing(), "confirmed", brand=luxor)
    rule_rows.found(other, listing("Open"), "confirmed", brand=Brand.objects.get(name="Open"))
    rule_rows.found(one, listing(), "cleared", brand=luxor)
    sample = [clean() for _ in range(4)]
    judged(sample[0], "counterfeit", petra)
    judged(sample[1], "fine", petra)

    keep_recalls(timezone.now())

    known = recall_of_rule(one.rule, timezone.now())
    assert known is not None
    assert known.within_reach.share == pytest.approx(2 / 5)
    assert known.of_all.share == pytest.approx(2 / 6)
    assert (known.within_reach.found, known.within_reach.known) == (2, 3)
    assert (known.within_reach.judged, known.within_reach.missed) == (2, 1)
    assert known.within_reach.low < 2 / 5 < known.within_reach.high
    assert known.days_live == 0
    (of_luxor, _of_open) = recalls_of_brands(5)
    assert (of_luxor.brand, of_luxor.share) == (luxor, pytest.approx(3 / 5))


def test_without_a_judged_listing_recall_is_not_known(paula: User, petra: User, luxor: Brand) -> None:
    version = live(paula, petra)
    rule_rows.found(version, listing(), "confirmed", brand=luxor)
    clean()

    keep_recalls(timezone.now())

    assert (estimate_of(version).share, estimate_of(version).high) == (None, 1.0)
    assert recalls_of_brands(5)[0].share is None


def test_findings_of_errors_outdated_ones_old_ones_and_of_other_grounds_do_not_count(
    paula: User, petra: User, luxor: Brand
) -> None:
    version = live(paula, petra)
    elsewhere = rule_rows.version(
        rule_rows.rule("Unsafe", paula, ground=Hold.Ground.UNSAFE), paula, "live", decided_by=petra
    )
    rule_rows.found(version, listing(), "confirmed", brand=luxor, is_error=True)
    rule_rows.found(version, listing(), "outdated", brand=luxor)
    rule_rows.found(version, listing(), "confirmed", brand=luxor, days_ago=91)
    rule_rows.found(elsewhere, listing(), "confirmed", brand=luxor)

    assert count_recalls(timezone.now()).any_rule == {}
    keep_recalls(timezone.now())
    assert recall_of_rule(elsewhere.rule, timezone.now()) is None


def test_a_listing_on_which_several_rules_fired_counts_once_for_all_and_once_for_each(
    paula: User, petra: User, luxor: Brand
) -> None:
    one, other = live(paula, petra), live(paula, petra, slug="other")
    product = listing("Open")
    rule_rows.found(one, product, "confirmed", brand=product.brand)
    rule_rows.found(other, product, "confirmed", brand=luxor)

    counts = count_recalls(timezone.now())

    once = {luxor.pk: Sampled(1, 1, 1)}
    assert (counts.any_rule, counts.by_rule) == (once, {one.rule_id: once, other.rule_id: once})


def test_what_people_took_down_without_a_rule_was_missed_by_all(paula: User, petra: User, luxor: Brand) -> None:
    version = live(paula, petra)
    flagged, reported, other = listing(), listing(), listing()
    finding = rule_rows.found(version, flagged, brand=luxor)
    take_down(product=flagged, ground=Hold.Ground.COUNTERFEIT, explanation="A copy.", by=petra, findings=[finding])
    take_down(product=reported, ground=Hold.Ground.COUNTERFEIT, explanation="A copy.", by=petra)
    take_down(product=other, ground=Hold.Ground.UNSAFE, explanation="Sharp.", by=petra)

    assert count_recalls(timezone.now()).reported == {luxor.pk: 1}
    strata = strata_of_recall()
    assert [(strata[name].found, strata[name].known) for name in ("", "protected", "branded")] == [
        (1, 2), (1, 2), (0, 0)
    ]  # fmt: skip


def test_a_clean_listing_counts_for_the_brand_that_it_imitates(luxor: Brand) -> None:
    clean("Open", **{IMITATIONS[0]: ["Luxor"]})
    clean("Open")
    clean("")
    screened(facts(), product=listing(), verdict="review")

    counts = count_recalls(timezone.now())

    assert counts.clean == {luxor.pk: 1, Brand.objects.get(name="Open").pk: 1, None: 1}


def test_the_sample_keeps_the_brand_that_a_listing_imitated_when_it_was_drawn(luxor: Brand, petra: User) -> None:
    clean("Open", **{IMITATIONS[0]: ["Luxor"]})
    draw_blind_sample()

    row = judge(sample=BlindSample.objects.get(), verdict="counterfeit", by=petra)

    assert (row.brand, row.copies) == (luxor, luxor)


def test_a_judge_may_say_that_another_brand_is_copied(luxor: Brand, petra: User) -> None:
    row = judged(clean("Open"), "counterfeit", petra, copies=luxor)
    fine = judged(clean("Open"), "fine", petra, copies=luxor)

    assert (row.copies, fine.copies) == (luxor, None)
    told = [entry.after for entry in AuditEntry.objects.filter(action="blind-sample.judged").order_by("pk")]
    assert told == [{"verdict": "counterfeit", "brand": f"Luxor ({luxor.pk})"}, {"verdict": "fine"}]


def test_what_was_judged_long_ago_does_not_count(luxor: Brand, petra: User) -> None:
    judged(clean(), "counterfeit", petra)
    BlindSample.objects.update(decided_at=timezone.now() - timedelta(days=91))
    assert count_recalls(timezone.now()).seen == []


def test_counting_again_takes_the_place_of_what_was_counted(paula: User, petra: User, luxor: Brand) -> None:
    version = live(paula, petra)
    keep_recalls(timezone.now())
    rule_rows.found(version, listing(), "confirmed", brand=luxor)

    assert keep_recalls(timezone.now()) == RecallEstimate.objects.count() == 3 + len(recalls_of_strata())
    assert estimate_of(version).found == 1


def test_many_rules_and_brands_take_as_many_statements_as_few(paula: User, petra: User, luxor: Brand) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            keep_recalls(timezone.now())
        return len(queries)

    rule_rows.found(live(paula, petra), listing(), "confirmed", brand=luxor)
    before = statements()
    for number in range(5):
        product = listing(f"Brand {number}")
        rule_rows.found(live(paula, petra, slug=f"more-{number}"), product, "confirmed", brand=product.brand)
    assert statements() == before


def test_after_a_merge_findings_and_samples_are_about_the_brand_that_stays(
    paula: User, petra: User, luxor: Brand
) -> None:
    absorbed = Brand.objects.create(name="Luxxor")
    rule_rows.found(live(paula, petra), listing("Luxxor"), "confirmed", brand=absorbed)
    judged(clean("Luxxor"), "counterfeit", petra)

    merge_brands(kept=luxor, absorbed=absorbed, by=petra)

    counts = count_recalls(timezone.now())
    assert counts.brands() == {luxor.pk}
    assert [(each.brand, each.copies) for each in counts.seen] == [(luxor.pk, luxor.pk)]
