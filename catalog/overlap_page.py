"""How rules stand to each other in the catalogue as it is: which say the same, lie inside others, never meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from .models import RuleVersion
from .rule_health import overlaps
from .rules.measuring.overlap import Kind, Overlap

KEPT_S = 600
"""Comparing 500 rules over a million listings takes seconds, so what was found is shown for ten minutes."""
KEY = "rule-overlaps"
ORDER = (Kind.SAME, Kind.INSIDE, Kind.REDUNDANT, Kind.NEVER_TOGETHER, Kind.SILENT)


@dataclass(frozen=True, slots=True)
class Pair:
    """A relation of two versions, or of one to all others."""

    kind: Kind
    version: RuleVersion
    other: RuleVersion | None
    hits: int
    bound: float


@dataclass(frozen=True, slots=True)
class Own:
    """What a version hits, and how much of it no other does."""

    version: RuleVersion
    hits: int
    alone: int


@dataclass(frozen=True, slots=True)
class OverlapPage:
    """The relations, the most telling first, and what each rule adds to the others; as of a moment."""

    as_of: datetime
    listings: int
    pairs: Sequence[Pair]
    own: Sequence[Own]


def overlap_page() -> OverlapPage:
    """Return what the page shows. Versions that were retired since it was found out are left out."""
    as_of, found = _kept()
    keys = {each.rule for each in found.contributions}
    versions = RuleVersion.objects.running().select_related("rule").in_bulk(keys)
    pairs = [
        Pair(each.kind, versions[each.rule], versions.get(each.other or 0), each.hits, each.bound)
        for each in sorted(found.relations, key=lambda each: (ORDER.index(each.kind), -each.hits, each.rule))
        if each.rule in versions and (each.other is None or each.other in versions)
    ]
    own = [Own(versions[each.rule], each.hits, each.alone) for each in found.contributions if each.rule in versions]
    return OverlapPage(as_of, found.listings, pairs, sorted(own, key=lambda each: (-each.alone, -each.hits)))


def _kept() -> tuple[datetime, Overlap]:
    kept: tuple[datetime, Overlap] | None = cache.get(KEY)
    if kept is None:
        kept = timezone.now(), overlaps()
        cache.set(KEY, kept, KEPT_S)
    return kept
