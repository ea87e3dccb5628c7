"""The standing sample of listings on which no rule fired: what rules miss shows only there.

Each live, clean listing has the same chance, so the share of counterfeits among those judged stands for all of them.
Those who judge see the listing and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, CharField, Count, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User

from .listings import Refusal
from .models import BlindSample, Brand, Finding, Hold, ListingFacts, VerdictChoices
from .models.rule_health import BlindSampleQuerySet
from .recall_counting import IMITATED, LOOK_BACK
from .rules.measuring.intervals import Recall, Sampled, recall

WEEK = timedelta(days=7)

DRAW = f"""
    INSERT INTO catalog_blindsample (product_id, stratum, population, brand_id, drawn_at)
    SELECT product_id, stratum, population, brand, statement_timestamp() FROM (
        SELECT f.product_id, count(*) OVER () AS population, coalesce(imitated.id, b.id) AS brand,
            CASE WHEN b.is_protected THEN 'protected' WHEN b.id IS NULL THEN 'unbranded' ELSE 'branded' END AS stratum
        FROM catalog_listingfacts f JOIN catalog_product p ON p.id = f.product_id AND p.status = 'live'
        LEFT JOIN catalog_brand b ON b.id = p.brand_id LEFT JOIN catalog_brand imitated ON imitated.name = {IMITATED}
        WHERE f.verdict = 'clean'
    ) AS clean ORDER BY random() LIMIT %s
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of columns


class AlreadyJudged(Refusal):
    """Somebody else was faster."""


@transaction.atomic
def draw_blind_sample() -> int:
    """Draw what is missing of this week's listings (`BLIND_SAMPLES_A_WEEK`); return how many were drawn."""
    wanted = settings.SHOPADMIN["BLIND_SAMPLES_A_WEEK"]
    drawn = BlindSample.objects.filter(drawn_at__gt=timezone.now() - WEEK).count()
    if drawn >= wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(DRAW, [wanted - drawn])
        return int(cursor.rowcount)


@transaction.atomic
def judge(*, sample: BlindSample, verdict: str, copies: Brand | None = None, by: User) -> BlindSample:
    """Keep what somebody makes of a listing of the sample. Raises `AlreadyJudged`.

    `copies` is the brand that a counterfeit copies; without one it is the brand that the listing names or imitates.
    """
    row = BlindSample.objects.select_for_update(of=("self",)).select_related("product", "brand").get(pk=sample.pk)
    if row.verdict is not None:
        raise AlreadyJudged(_("Nothing was changed: this listing is judged already."))
    row.verdict, row.decided_by, row.decided_at = verdict, by, timezone.now()
    told: dict[str, object] = {"verdict": verdict}
    if verdict == BlindSample.Verdict.COUNTERFEIT:
        row.copies = copies or row.brand
        told |= {"brand": row.copies} if row.copies else {}
    row.save(update_fields=["verdict", "copies", "decided_by", "decided_at"])
    record(by, "blind-sample.judged", row.product, after=told)
    return row


def waiting_for(user: User, *, after: int = 0) -> BlindSample | None:
    """Return the listing that the user judges next, beyond the sample with this key and then from the beginning.

    Nobody judges the listings of a seller for whom they work.
    """
    waiting = BlindSample.objects.waiting().exclude(product__seller__members=user).order_by("pk")
    rows = waiting.select_related("product__seller").prefetch_related("product__images", "product__offers")
    return rows.filter(pk__gt=after).first() or rows.first()


def recall_of_all_rules() -> Recall:
    """Return which share of all counterfeits the rules together found, by what was decided in the last 90 days.

    The findings that people decide on are the urgent ones first, not a random sample of all: while many are open, the
    share is a little too high.
    """
    return strata_of_recall()[""][0]


def strata_of_recall() -> dict[str, tuple[Recall, int]]:
    """Return the recall of all rules in each stratum, and under "" in all, with how many of the sample were judged.

    Three statements; see `recall_of_all_rules`.
    """
    since = timezone.now() - LOOK_BACK
    found = Finding.objects.filter(found_at__gte=since, is_error=False, rule__ground=Hold.Ground.COUNTERFEIT).exclude(
        state=Finding.State.OUTDATED
    )
    flagged = _by_stratum(found, "product__", ("state",), Count("product", distinct=True))
    judged = BlindSample.objects.judged().filter(decided_at__gte=since)
    seen = {(stratum, verdict): count for stratum, verdict, count in _judged(judged)}
    clean = _by_stratum(
        ListingFacts.objects.filter(verdict=VerdictChoices.CLEAN, product__status="live"), "product__", (), Count("pk")
    )
    strata: dict[str, Collection[str]] = {"": BlindSample.Stratum.values}
    strata |= {stratum: (stratum,) for stratum in BlindSample.Stratum.values}
    return {name: _recall(within, flagged, seen, clean) for name, within in strata.items()}


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
    seen: Mapping[tuple[str, str | None], int],
    clean: Mapping[tuple[str, ...], int],
) -> tuple[Recall, int]:
    states = Finding.State
    confirmed, cleared, waiting = (
        sum(flagged.get((stratum, state), 0) for stratum in strata)
        for state in (states.CONFIRMED, states.CLEARED, states.OPEN)
    )
    counterfeits, fine = (
        sum(seen.get((stratum, verdict), 0) for stratum in strata)
        for verdict in (BlindSample.Verdict.COUNTERFEIT, BlindSample.Verdict.FINE)
    )
    judged, live = counterfeits + fine, sum(clean.get((stratum,), 0) for stratum in strata)
    found = recall(
        Sampled(confirmed, confirmed + cleared, confirmed + cleared + waiting),
        Sampled(counterfeits, judged, max(live, judged)),
    )
    return found, judged
