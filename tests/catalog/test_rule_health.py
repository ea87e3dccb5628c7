"""How well rules work: precision, self-demotion, alarms, overlap, and the blind sample."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from catalog import rule_health
from catalog.blind_samples import AlreadyJudged, draw_blind_sample, judge
from catalog.models import BlindSample, Brand, Finding, LaneChoices, RuleHour, RuleVersion, Screening
from catalog.recall_strata import strata_of_recall
from catalog.rule_approval import restore, start_shadow
from catalog.rule_health import Asked, count_asked, judge_demotions, overlaps, precision_of_rules, raise_alarms
from catalog.rules.measuring.overlap import Kind
from shopadmin.accounts.models import AuditEntry, Notification, User
from shopadmin.accounts.roles import Role
from tests import factories

from . import rule_rows
from .races import at_once
from .rule_shop import drafted, facts, live, screened

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)


def decided(version: RuleVersion, *, right: int, wrong: int, is_error: bool = False) -> None:
    """Findings of a version on which people have decided, wrong and right ones in turn."""
    product = factories.product(photos=0)
    screening = Screening.objects.create(product=product, product_version=1, verdict="review", facts={})
    states = ["cleared"] * wrong + ["confirmed"] * right
    Finding.objects.bulk_create(
        Finding(
            product=product, seller=product.seller, rule=version.rule, version=version, screening=screening,
            lane=version.lane, severity=3, saw="", state=state, is_error=is_error, decided_at=timezone.now(),
        )
        for state in states
    )  # fmt: skip


def test_precision_has_an_interval_and_leaves_errors_out(paula: User, petra: User) -> None:
    rule, other = live(paula, petra).rule, live(paula, petra, slug="other").rule
    decided(rule.versions.get(), right=9, wrong=1)
    decided(rule.versions.get(), right=0, wrong=5, is_error=True)

    found = precision_of_rules([rule.pk, other.pk])

    assert (found[rule.pk].share, found[rule.pk].judged) == (0.9, 10)
    assert 0.55 < found[rule.pk].interval.low < 0.9 < found[rule.pk].interval.high < 1.0
    assert (found[other.pk].share, found[other.pk].interval.high) == (None, 1.0)


def test_a_blocking_rule_that_is_wrong_too_often_only_reviews_and_its_owner_is_told(paula: User, petra: User) -> None:
    bad = live(paula, petra, lane=LaneChoices.BLOCK)
    good = live(paula, petra, slug="good", lane=LaneChoices.BLOCK)
    milder = live(paula, petra, slug="milder", lane=LaneChoices.REVIEW)
    decided(bad, right=20, wrong=20)
    decided(good, right=40, wrong=2)
    decided(milder, right=0, wrong=40)

    assert judge_demotions() == [bad]

    bad.refresh_from_db()
    assert bad.acting_lane == LaneChoices.REVIEW
    assert AuditEntry.objects.get(action="rule.demoted").actor_name == "rule health"
    assert "20 were right" in Notification.objects.get(kind="rule.demoted").body
    assert judge_demotions() == []


def test_after_a_restore_its_watch_begins_anew(paula: User, petra: User) -> None:
    version = live(paula, petra, lane=LaneChoices.BLOCK)
    decided(version, right=0, wrong=40)
    judge_demotions()

    restore(version=version, reason="The reviewers were mistaken.", by=petra)

    assert judge_demotions() == []
    decided(version, right=0, wrong=40)
    assert judge_demotions() == [version]


def test_counts_of_an_hour_add_up(paula: User, petra: User) -> None:
    one, other = live(paula, petra), live(paula, petra, slug="other")

    count_asked({one.pk: Asked(10, 2, 1), other.pk: Asked(10, 0, 0)}, NOON)
    count_asked({one.pk: Asked(5, 1, 0)}, NOON + timedelta(minutes=29))
    count_asked({one.pk: Asked(1, 0, 0)}, NOON + timedelta(minutes=30))
    count_asked({}, NOON)

    rows = RuleHour.objects.filter(version=one).values_list("hour__hour", "asked", "fired", "errors")
    assert list(rows) == [(12, 15, 3, 1), (13, 1, 0, 0)]


@pytest.mark.django_db(transaction=True)
def test_workers_who_count_at_once_lose_nothing(served) -> None:
    factories.rows_of_migrations()
    paula, petra = (factories.user(name, Role.POLICY) for name in ("paula", "petra"))
    one, other = live(paula, petra), live(paula, petra, slug="other")
    forth = {one.pk: Asked(10, 1, 0), other.pk: Asked(10, 1, 0)}
    back = dict(reversed(forth.items()))

    results = at_once([partial(count_often, counts) for counts in (forth, back, forth, back)])

    assert results == [True] * 4
    assert set(RuleHour.objects.values_list("asked", "fired")) == {(800, 80)}


def count_often(counts: dict[int, Asked]) -> bool:
    for _ in range(20):
        count_asked(counts, NOON)
    return True


def test_a_rule_that_fires_unusually_often_is_told_of_once_a_day(paula: User, petra: User) -> None:
    version = live(paula, petra)
    for number in range(1, 72):
        count_asked({version.pk: Asked(1000, 20, 0)}, NOON - timedelta(hours=number))
    assert raise_alarms(NOON) == []
    RuleHour.objects.filter(hour__gte=NOON - timedelta(hours=2)).update(fired=300)

    found = raise_alarms(NOON)
    raise_alarms(NOON)

    assert [(each.pk, alarm.direction) for each, alarm in found] == [(version.pk, "more")]
    told = Notification.objects.get(kind="rule.alarm")
    assert (told.recipient, "300 of 1000" in told.body) == (paula, True)


def test_a_rule_that_stops_firing_is_told_of(paula: User, petra: User) -> None:
    version = live(paula, petra)
    for number in range(2, 72):
        count_asked({version.pk: Asked(1000, 20, 0)}, NOON - timedelta(hours=number))
    count_asked({version.pk: Asked(1000, 0, 0)}, NOON - timedelta(hours=1))

    raise_alarms(NOON)

    assert "unusually seldom" in Notification.objects.get(kind="rule.alarm").title


def test_rules_that_act_or_watch_are_compared_by_their_listings(paula: User, petra: User) -> None:
    outer, silent = live(paula, petra), live(paula, petra, slug="silent")
    inner = start_shadow(version=drafted(paula, slug="inner"), by=paula)
    for number in range(3):
        product = screened(facts(), fired=[outer])
        if number:
            type(product.facts).objects.filter(pk=product.pk).update(watched=[inner.pk])

    found = overlaps()

    kinds = {(relation.rule, relation.other): relation.kind for relation in found.relations}
    assert kinds[inner.pk, outer.pk] == Kind.INSIDE
    assert kinds[silent.pk, None] == Kind.SILENT
    assert found.listings == 3


def test_the_blind_sample_is_drawn_among_clean_live_listings_up_to_its_size(paula: User, petra: User, settings) -> None:
    settings.SHOPADMIN = {**settings.SHOPADMIN, "BLIND_SAMPLES_A_WEEK": 3}
    version = live(paula, petra)
    screened(facts(), verdict="review", fired=[version])
    screened(facts(), product=factories.product(photos=0, status="held"))
    Brand.objects.create(name="Luxor", is_protected=True)
    clean = [screened(facts(), product=factories.product(photos=0, brand=brand)) for brand in ("Luxor", "Open", "")]

    assert (draw_blind_sample(), draw_blind_sample()) == (3, 0)

    rows = BlindSample.objects.order_by("product")
    assert [row.product for row in rows] == clean
    assert [(row.stratum, row.population) for row in rows] == [("protected", 3), ("branded", 3), ("unbranded", 3)]
    BlindSample.objects.update(drawn_at=timezone.now() - timedelta(days=8))
    assert draw_blind_sample() == 0, "those who wait are not drawn again"


def test_a_listing_of_the_sample_is_judged_once_and_gives_the_recall(paula: User, petra: User, settings) -> None:
    settings.SHOPADMIN = {**settings.SHOPADMIN, "BLIND_SAMPLES_A_WEEK": 4}
    decided(live(paula, petra), right=1, wrong=0)
    for _ in range(4):
        screened(facts())
    draw_blind_sample()
    one, *others = BlindSample.objects.all()

    judge(sample=one, verdict="counterfeit", by=petra)
    for other in others:
        judge(sample=other, verdict="fine", by=petra)

    with pytest.raises(AlreadyJudged):
        judge(sample=one, verdict="fine", by=paula)
    assert strata_of_recall()[""].recall.point == 0.5
    assert AuditEntry.objects.filter(action="blind-sample.judged").count() == 4


def test_recall_is_told_apart_by_the_kind_of_listing(paula: User, petra: User) -> None:
    Brand.objects.create(name="Luxor", is_protected=True)
    version = live(paula, petra)
    for brand in ("Luxor", "Luxor", "Luxor", ""):
        rule_rows.found(version, factories.product(photos=0, brand=brand), "confirmed")
    for brand, verdict in (("Luxor", "counterfeit"), ("", "fine"), ("Open", "fine")):
        product = screened(facts(), product=factories.product(photos=0, brand=brand))
        stratum = {"Luxor": "protected", "": "unbranded", "Open": "branded"}[brand]
        sample = BlindSample.objects.create(product=product, stratum=stratum, population=3)
        judge(sample=sample, verdict=verdict, by=petra)

    found = strata_of_recall()

    assert {name: estimate.recall.point for name, estimate in found.items()} == {
        "": 0.8, "protected": 0.75, "unbranded": 1.0, "branded": None,
    }  # fmt: skip
    assert [estimate.judged for estimate in found.values()] == [3, 1, 1, 1]


def test_without_verdicts_nothing_is_known_of_recall(db: None) -> None:
    assert strata_of_recall()[""].recall.point is None


def test_a_rule_that_somebody_else_has_just_retired_is_not_demoted(paula: User, petra: User) -> None:
    version = live(paula, petra, lane=LaneChoices.BLOCK)
    decided(version, right=0, wrong=40)
    RuleVersion.objects.update(state="retired")

    assert rule_health.judge_demotion(version) is None
