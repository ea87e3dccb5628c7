"""What the page of signs shows: who may evade rules, and how well the rules work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shopadmin.accounts.models import Notification

from .charts import Chart, bars
from .models import BlindSample, EvasionSign, LaneChoices, Product, RecallEstimate, RuleVersion
from .models.evasion import EvasionSignQuerySet
from .recall_counting import recalls_of_brands, recalls_of_strata
from .rule_health import Precision
from .rule_list import precisions_of
from .rules.measuring.intervals import NOTHING_KNOWN, Recall
from .rules.measuring.thresholds import BINS_BESIDE

MOST_SIGNS = 50
MOST_BRANDS = 12
ALARM_DAYS = 7
CHART_HEIGHT = 48

State = RuleVersion.State


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign with the listings that are shown of it; `chart` has the windows around a threshold, the middle one its."""

    row: EvasionSign
    listings: Sequence[Product]
    chart: Chart | None
    middle: int = BINS_BESIDE


@dataclass(frozen=True, slots=True)
class Demoted:
    """A live version that only reviews, with how often its rule was right of late."""

    version: RuleVersion
    precision: Precision | None


@dataclass(frozen=True, slots=True)
class Stratum:
    """Which share of the counterfeits of one kind of listings the rules find."""

    label: str
    recall: Recall
    judged: int


@dataclass(frozen=True, slots=True)
class SignPage:
    """All that the page shows."""

    signs: Sequence[Sign]
    unjudged: Sequence[EvasionSign]
    waiting: int
    alarms: Sequence[Notification]
    demoted: Sequence[Demoted]
    recall: Stratum
    strata: Sequence[Stratum]
    brands: Sequence[RecallEstimate]
    to_judge: int


def sign_page(now: datetime) -> SignPage:
    """Return what the page shows; a fixed number of statements."""
    whole, *strata = _strata()
    return SignPage(
        signs=_signs(),
        unjudged=list(_open().filter(kind=EvasionSign.Kind.UNJUDGED)[:MOST_SIGNS]),
        waiting=EvasionSign.objects.to_look_at().count(),
        alarms=_alarms(now),
        demoted=_demoted(now),
        recall=whole,
        strata=strata,
        brands=recalls_of_brands(MOST_BRANDS),
        to_judge=BlindSample.objects.waiting().count(),
    )


def draft_of(sign: EvasionSign) -> dict[str, str]:
    """Return what the form of a new rule begins with, that is to catch what a sign tells of."""
    words = {"sign": sign, "count": sign.evidence.get("count", 0), "sellers": sign.evidence.get("sellers", 0)}
    note = _("The evasion watch saw %(count)s listings of %(sellers)s sellers. %(sign)s.") % words
    return {"title": str(sign)[:200], "text": sign.proposal, "note": note, "lane": LaneChoices.REVIEW}


def _open() -> EvasionSignQuerySet:
    return EvasionSign.objects.open().select_related("version__rule", "brand", "list")


def _signs() -> list[Sign]:
    rows = list(_open().exclude(kind=EvasionSign.Kind.UNJUDGED)[:MOST_SIGNS])
    keys = {key for row in rows for key in row.evidence.get("listings", ())}
    listings = Product.objects.with_card().in_bulk(keys)
    return [
        Sign(row, [listings[key] for key in row.evidence.get("listings", ()) if key in listings], _chart(row.evidence))
        for row in rows
    ]


def _chart(evidence: Mapping[str, list[int] | float]) -> Chart | None:
    match evidence:
        case {"bins": list() as bins, "expected": float() | int() as expected}:
            return bars(bins, height=CHART_HEIGHT, threshold=round(expected))
        case _:
            return None


def _alarms(now: datetime) -> list[Notification]:
    """Return the alarms of the last days, each once, however many people were told."""
    told = Notification.objects.filter(kind="rule.alarm", created_at__gte=now - timedelta(days=ALARM_DAYS))
    once = {each.key: each for each in told.order_by("created_at", "pk")}
    return sorted(once.values(), key=lambda each: each.created_at, reverse=True)[:MOST_SIGNS]


def _demoted(now: datetime) -> list[Demoted]:
    strict = {LaneChoices.BLOCK, LaneChoices.HOLD}
    live = RuleVersion.objects.live().filter(demoted_at__isnull=False, lane__in=strict)
    versions = list(live.select_related("rule").order_by("-demoted_at"))
    precisions = precisions_of([version.rule_id for version in versions], now)
    return [Demoted(version, precisions.get(version.rule_id)) for version in versions]


def _strata() -> list[Stratum]:
    """Return the recall over all listings, and then that of each kind."""
    labels = {"": _("all listings"), **{value: str(label) for value, label in BlindSample.Stratum.choices}}
    kept = recalls_of_strata()
    return [_stratum(label, kept.get(value)) for value, label in labels.items()]


def _stratum(label: str, kept: RecallEstimate | None) -> Stratum:
    return Stratum(label, kept.recall, kept.judged) if kept else Stratum(label, Recall(None, NOTHING_KNOWN), 0)
