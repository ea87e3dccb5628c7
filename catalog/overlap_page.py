"""How rules stand to each other in the catalogue as it is: which say the same, lie inside others, never meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from .models import OverlapReport, RuleVersion
from .rule_health import overlaps
from .rules.measuring.overlap import Kind, from_json, to_json

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


def keep_overlaps(now: datetime) -> None:
    """Compare the rules anew, and keep it in place of what was kept before: with many rules it takes seconds."""
    found = to_json(overlaps())
    with transaction.atomic():
        OverlapReport.objects.all().delete()
        OverlapReport.objects.create(as_of=now, found=found)


def overlap_page() -> OverlapPage | None:
    """Return what was compared last, None before the first time. Versions that were retired since are left out."""
    report = OverlapReport.objects.first()
    if report is None:
        return None
    found = from_json(report.found)
    keys = {each.rule for each in found.contributions}
    versions = RuleVersion.objects.running().select_related("rule").in_bulk(keys)
    pairs = [
        Pair(each.kind, versions[each.rule], versions.get(each.other or 0), each.hits, each.bound)
        for each in sorted(found.relations, key=lambda each: (ORDER.index(each.kind), -each.hits, each.rule))
        if each.rule in versions and (each.other is None or each.other in versions)
    ]
    own = [Own(versions[each.rule], each.hits, each.alone) for each in found.contributions if each.rule in versions]
    return OverlapPage(report.as_of, found.listings, pairs, sorted(own, key=lambda each: (-each.alone, -each.hits)))
