"""The daily watch: what is suspected now, and what of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from ..models import EvasionSign, RuleVersion
from ..rule_text import lists_asked
from ..rules.problems import RuleRefused
from ..value_lists import lists_as_rules_see_them
from .bunched import bunched
from .relisted import relisted
from .spelled import of_brands, of_lists
from .suspicions import Suspicion

Kind = EvasionSign.Kind
OF_NOW = (Kind.BUNCHING, Kind.UNJUDGED, Kind.RELIST)
"""Kinds that say how things are now: one that is not found again is over. New spellings stay until dealt with."""


def evasion_watch(now: datetime) -> list[Suspicion]:
    """Return what looks as if somebody evaded the live rules or the protection of brands."""
    versions = list(RuleVersion.objects.live().select_related("rule"))
    lists = lists_as_rules_see_them(now)
    kinds = {name: each.kind for name, each in lists.items()}
    asked: set[str] = set()
    for version in versions:
        try:
            asked.update(lists_asked(version.text, kinds))
        except RuleRefused:
            continue  # `bunched` tells of it
    return [
        *bunched(versions, kinds, now),
        *of_brands(now, kinds),
        *of_lists(now, lists, asked),
        *relisted(versions, kinds),
    ]


@transaction.atomic
def keep_signs(found: Iterable[Suspicion], now: datetime) -> int:
    """Keep what was found; return how many signs are new. What was dismissed stays dismissed.

    Found again, a sign gets the newest evidence. It may be called twice at once.
    """
    known = {(kind, key): at for kind, key, at in EvasionSign.objects.values_list("kind", "key", "dismissed_at")}
    kept = {(each.kind, each.key): each for each in found if known.get((each.kind, each.key)) is None}
    rows = [_row(each, now) for _, each in sorted(kept.items())]
    EvasionSign.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["evidence", "proposal", "entry", "seen_at"],
    )
    EvasionSign.objects.open().filter(kind__in=OF_NOW, seen_at__lt=now).delete()
    return len(kept.keys() - known.keys())


def _row(suspicion: Suspicion, now: datetime) -> EvasionSign:
    return EvasionSign(
        kind=suspicion.kind,
        key=suspicion.key,
        version=suspicion.version,
        brand_id=suspicion.brand,
        list_id=suspicion.list,
        evidence=dict(suspicion.evidence),
        proposal=suspicion.proposal,
        entry=suspicion.entry,
        first_seen_at=now,
        seen_at=now,
    )
