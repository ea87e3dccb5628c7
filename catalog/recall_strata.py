"""Which share of all counterfeits the rules together find, by kind of listing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Count, QuerySet, Value, When
from django.utils import timezone

from .models import BlindSample, Decision, Finding, Hold, ListingFacts, VerdictChoices
from .models.rule_health import BlindSampleQuerySet
from .rules.measuring.intervals import Sampled, recall
from .rules.measuring.recalls import Estimate

LOOK_BACK = timedelta(days=90)
"""What was decided or judged longer ago tells of another catalogue and of other rules."""


def strata_of_recall() -> dict[str, Estimate]:
    """Return the recall of all rules in each stratum, and under "" in all. Four statements.

    The findings that people decide on are the urgent ones first, not a random sample of all: while many are open, the
    share is a little too high.
    """
    since = timezone.now() - LOOK_BACK
    found = Finding.objects.filter(found_at__gte=since, is_error=False, rule__ground=Hold.Ground.COUNTERFEIT).exclude(
        state=Finding.State.OUTDATED
    )
    flagged = _by_stratum(found, "product__", ("state",), Count("product", distinct=True))
    taken_down = Decision.objects.standing().filter(
        outcome=Decision.Outcome.TAKEN_DOWN, ground=Hold.Ground.COUNTERFEIT, decided_at__gte=since
    )
    reported = _by_stratum(
        taken_down.exclude(product__in=found.values("product")), "product__", (), Count("product", distinct=True)
    )
    judged = BlindSample.objects.judged().filter(decided_at__gte=since)
    seen = {(stratum, verdict): count for stratum, verdict, count in _judged(judged)}
    clean = _by_stratum(
        ListingFacts.objects.filter(verdict=VerdictChoices.CLEAN, product__status="live"), "product__", (), Count("pk")
    )
    strata: dict[str, Collection[str]] = {"": BlindSample.Stratum.values}
    strata |= {stratum: (stratum,) for stratum in BlindSample.Stratum.values}
    return {name: _recall(within, flagged, reported, seen, clean) for name, within in strata.items()}


def _by_stratum(rows: QuerySet[Any], product: str, by: Sequence[str], count: Count) -> dict[tuple[str, ...], int]:
    """Return how many rows there are of each stratum, and of each of `by` in it."""
    stratum = Case(
        When(**{f"{product}brand__is_protected": True}, then=Value(BlindSample.Stratum.PROTECTED)),
        When(**{f"{product}brand__isnull": True}, then=Value(BlindSample.Stratum.UNBRANDED)),
        default=Value(BlindSample.Stratum.BRANDED),
        output_field=CharField(),
    )
    counted = rows.order_by().annotate(kind_of_listing=stratum).values_list("kind_of_listing", *by)
    return {tuple(key): number for *key, number in counted.annotate(number=count)}


def _judged(judged: BlindSampleQuerySet) -> Iterable[tuple[str, str | None, int]]:
    return judged.order_by().values_list("stratum", "verdict").annotate(number=Count("pk"))


def _recall(
    strata: Collection[str],
    flagged: Mapping[tuple[str, ...], int],
    reported: Mapping[tuple[str, ...], int],
    seen: Mapping[tuple[str, str | None], int],
    clean: Mapping[tuple[str, ...], int],
) -> Estimate:
    states = Finding.State
    confirmed, cleared, waiting = (
        sum(flagged.get((stratum, state), 0) for stratum in strata)
        for state in (states.CONFIRMED, states.CLEARED, states.OPEN)
    )
    counterfeits, fine = (
        sum(seen.get((stratum, verdict), 0) for stratum in strata)
        for verdict in (BlindSample.Verdict.COUNTERFEIT, BlindSample.Verdict.FINE)
    )
    judged = counterfeits + fine
    live, told = (sum(counts.get((stratum,), 0) for stratum in strata) for counts in (clean, reported))
    found = recall(
        Sampled(confirmed, confirmed + cleared, confirmed + cleared + waiting),
        Sampled(counterfeits, judged, max(live, judged)),
        Sampled(told, told, told),
    )
    return Estimate(found, found=confirmed, known=confirmed + told, judged=judged, missed=counterfeits)
