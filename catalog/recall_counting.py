"""Which share of all counterfeits each rule finds, and all rules find by brand and kind of listing: counted hourly.

Counted are the listings on which rules against counterfeits fired in the last 90 days, with what people decided on
them; what people took down as counterfeit without such a finding; the blind sample; and the clean listings that it
stands for. What becomes of these numbers is said in `catalog/rules/measuring/recalls.py`. Counting walks through all
facts, so pages show what was kept, with the moment of counting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from .models import BlindSample, Brand, Hold, RecallEstimate, Rule
from .recall_strata import LOOK_BACK, strata_of_recall
from .rules.measuring.intervals import Sampled
from .rules.measuring.recalls import BrandKey, Counts, Estimate, Seen
from .rules.name_facts import IMITATIONS

MEASURE_RULES = "catalog.measure_rules"
IMITATED = f"coalesce({', '.join(f't.{name}[1]' for name in IMITATIONS)})"
"""The first brand that a listing imitates, by its name; of the texts `t`."""

FLAGGED = """
    WITH listing AS (
        SELECT f.product_id, array_agg(DISTINCT f.rule_id) AS rules,
            (array_agg(f.brand_id ORDER BY f.brand_id IS NOT DISTINCT FROM p.brand_id, f.id))[1] AS brand,
            CASE WHEN bool_or(f.state = 'confirmed') THEN 'confirmed'
                WHEN bool_or(f.state = 'cleared') THEN 'cleared' ELSE 'open' END AS state
        FROM catalog_finding f JOIN catalog_rule r ON r.id = f.rule_id AND r.ground = %(ground)s
        JOIN catalog_product p ON p.id = f.product_id
        WHERE f.found_at >= %(since)s AND NOT f.is_error AND f.state <> 'outdated' GROUP BY f.product_id
    )
    SELECT rule, brand, count(*) FILTER (WHERE state = 'confirmed'), count(*) FILTER (WHERE state <> 'open'), count(*)
    FROM (SELECT NULL::bigint AS rule, brand, state FROM listing
        UNION ALL SELECT unnest(rules), brand, state FROM listing) AS each GROUP BY rule, brand
"""
"""Of each rule, and of any (NULL), and of each brand: how many listings are counterfeit, decided on, flagged."""

REPORTED = """
    SELECT coalesce(n.brand_id, p.brand_id), count(DISTINCT d.product_id)
    FROM catalog_decision d JOIN catalog_product p ON p.id = d.product_id
    LEFT JOIN catalog_noticeitem i ON i.decision_id = d.id LEFT JOIN catalog_notice n ON n.id = i.notice_id
    WHERE d.outcome = 'taken down' AND d.ground = %(ground)s AND d.decided_at >= %(since)s
        AND d.annulled_at IS NULL AND d.replaced_at IS NULL
        AND NOT EXISTS (SELECT FROM catalog_finding f JOIN catalog_rule r ON r.id = f.rule_id AND r.ground = %(ground)s
            WHERE f.product_id = d.product_id AND f.found_at >= %(since)s AND NOT f.is_error AND f.state <> 'outdated')
    GROUP BY 1
"""

CLEAN = f"""
    SELECT coalesce(b.id, p.brand_id), count(*)
    FROM catalog_listingfacts f JOIN catalog_product p ON p.id = f.product_id AND p.status = 'live'
    LEFT JOIN catalog_listingtexts t ON t.product_id = f.product_id
    LEFT JOIN catalog_brand b ON b.name = {IMITATED}
    WHERE f.verdict = 'clean' GROUP BY 1
"""  # noqa: S608 - names of columns


def keep_recalls(now: datetime) -> int:
    """Count anew, and keep it in place of what was kept before; return how many estimates there are now."""
    counts = count_recalls(now)
    rules = Rule.objects.filter(ground=Hold.Ground.COUNTERFEIT).values_list("pk", flat=True)
    found = [_row(counts.of_rule(rule), now, rule_id=rule) for rule in rules]
    found += [_row(counts.within_reach(rule), now, rule_id=rule, is_within_reach=True) for rule in rules]
    brands = Brand.objects.filter(pk__in=counts.brands()).values_list("pk", flat=True)
    found += [_row(counts.of_brand(brand), now, brand_id=brand) for brand in brands]
    found += [_row(estimate, now, stratum=stratum) for stratum, estimate in strata_of_recall().items()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalog_recallestimate IN SHARE ROW EXCLUSIVE MODE")  # two at once: the later stays
        RecallEstimate.objects.all().delete()
        RecallEstimate.objects.bulk_create(found)
    return len(found)


def count_recalls(now: datetime) -> Counts:
    """Return what people have decided on listings by rule and brand. Four statements, however many rules."""
    since = {"since": now - LOOK_BACK, "ground": Hold.Ground.COUNTERFEIT.value}
    by_rule: dict[int, dict[BrandKey, Sampled]] = {}
    any_rule: dict[BrandKey, Sampled] = {}
    for rule, brand, *numbers in _rows(FLAGGED, since):
        (any_rule if rule is None else by_rule.setdefault(rule, {}))[brand] = Sampled(*numbers)
    judged = BlindSample.objects.judged().filter(decided_at__gte=since["since"])
    return Counts(
        by_rule=by_rule,
        any_rule=any_rule,
        reported=dict(_rows(REPORTED, since)),
        seen=[
            Seen(brand, copies, verdict == BlindSample.Verdict.COUNTERFEIT, number)
            for brand, copies, verdict, number in judged.by_brand()
        ],
        clean=dict(_rows(CLEAN, {})),
    )


def recalls_of_rules(rules: Iterable[int]) -> dict[int, RecallEstimate]:
    """Return which share of the counterfeits within their reach rules find, by the rule's key. One statement."""
    kept = RecallEstimate.objects.filter(rule__in=list(rules), is_within_reach=True)
    return {row.rule_id: row for row in kept if row.rule_id is not None}


@dataclass(frozen=True, slots=True)
class RuleRecall:
    """Which share of counterfeits a rule finds: of the brands within its reach, and of all.

    `days_live` says since how many days it has been live, where that is less than is counted.
    """

    within_reach: RecallEstimate
    of_all: RecallEstimate
    days_live: int | None


def recall_of_rule(rule: Rule, now: datetime) -> RuleRecall | None:
    """Return what was counted of a rule; None where nothing was yet, or it is not against counterfeits."""
    kept = {row.is_within_reach: row for row in rule.recalls.all()}
    if kept.keys() != {True, False}:
        return None
    first = rule.versions.aggregate(first=Min("live_since"))["first"]
    days = (now - first).days if first and first > now - LOOK_BACK else None
    return RuleRecall(kept[True], kept[False], days)


def recalls_of_strata() -> dict[str, RecallEstimate]:
    """Return what was counted of all rules by kind of listing, under "" of all; empty before the first time."""
    kept = RecallEstimate.objects.filter(stratum__isnull=False)
    return {row.stratum: row for row in kept if row.stratum is not None}


def recalls_of_brands(most: int) -> list[RecallEstimate]:
    """Return what was counted of the brands of which most counterfeits are known."""
    kept = RecallEstimate.objects.filter(brand__isnull=False).select_related("brand")
    return list(kept.order_by("-known", "brand__name")[:most])


def _row(estimate: Estimate, now: datetime, **of: Any) -> RecallEstimate:
    recall = estimate.recall
    return RecallEstimate(
        share=recall.point,
        low=recall.interval.low,
        high=recall.interval.high,
        found=estimate.found,
        known=estimate.known,
        judged=estimate.judged,
        missed=estimate.missed,
        counted_at=now,
        **of,
    )


def _rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
