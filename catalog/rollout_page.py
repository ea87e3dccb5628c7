"""What another share of listings would mean for a live rule, in numbers of listings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shopadmin.walks import expected

from .models import OverlapReport, Product, RuleVersion
from .rules.measuring.overlap import from_json
from .rules.measuring.rollout import buckets_of

COUNTED = 100_000
"""So many listings are counted at once; of more it is said what PostgreSQL expects."""


@dataclass(frozen=True, slots=True)
class Reach:
    """On how many of all live `listings` a rule acts, now and with another share.

    `hits` is on how many it fired when rules were compared last, `expected_hits` on how many it would be; both None
    where that is not known.
    """

    percent: Decimal
    listings: int
    now: int
    then: int
    hits: int | None
    expected_hits: int | None


def reach(version: RuleVersion, percent: Decimal) -> Reach:
    """Return what it means that a live version acts on `percent` (0 to 100) of all listings.

    Raises `ValueError` outside these, or past two decimals.
    """
    share, was = buckets_of(percent), buckets_of(version.rollout_percent)
    listings = _live_listings()
    hits = _hits(version)
    return Reach(
        percent=percent,
        listings=listings,
        now=_part(listings, was),
        then=_part(listings, share),
        hits=hits,
        expected_hits=None if hits is None or not was else round(hits * share / was),
    )


def _part(listings: int, buckets: int) -> int:
    return round(listings * buckets / buckets_of(Decimal(100)))


def _live_listings() -> int:
    live = Product.objects.filter(status=Product.Status.LIVE)
    about = expected(live)
    return about if about > COUNTED else live.count()


def _hits(version: RuleVersion) -> int | None:
    report = OverlapReport.objects.first()
    if report is None:
        return None
    return next((each.hits for each in from_json(report.found).contributions if each.rule == version.pk), None)
