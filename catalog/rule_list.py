"""What the list of rules shows: which rules, in which order they are asked, and how each has done lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from .charts import Chart, bars
from .models import Finding, LaneChoices, RecallEstimate, RuleVersion
from .recall_counting import recalls_of_rules
from .rule_health import Precision, precision_of_rules

DAYS = 7
CHART_HEIGHT = 24
JUDGED_DAYS = 90
"""Verdicts of so many days count towards precision: older ones were about other listings and often another text."""

State = RuleVersion.State


class Shown(StrEnum):
    """Which rules the list shows."""

    IN_USE = ""
    """All but those that are retired."""
    LIVE = "live"
    WAITING = "waiting"
    SHADOW = "shadow"
    DRAFT = "draft"
    DEMOTED = "demoted"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Row:
    """A rule in the list: its current version, what else is under way, and how it has done."""

    version: RuleVersion
    underway: Sequence[RuleVersion]
    shadow: RuleVersion | None
    week: Chart
    found: int
    precision: Precision | None
    recall: RecallEstimate | None


@dataclass(frozen=True, slots=True)
class Lane:
    """The rules of one lane, in the order in which they are asked."""

    value: str
    label: str
    rows: Sequence[Row]


def versions_shown(shown: Shown, lane: str, words: str) -> list[Q]:
    """Return conditions on current versions (`RuleVersionQuerySet.current`): state, lane and words."""
    conditions = [_shown(shown)]
    if lane in LaneChoices.values:
        conditions.append(Q(lane=lane))
    conditions += [
        Q(rule__title__icontains=word) | Q(rule__slug__icontains=word) | Q(text__icontains=word)
        for word in words.split()
    ]
    return conditions


def lanes_of(versions: Sequence[RuleVersion], now: datetime) -> list[Lane]:
    """Return the rows of current versions by lane. Four statements, however many rules."""
    rules = [version.rule_id for version in versions]
    underway = _underway(rules)
    weeks, precisions, recalls = _weeks(rules, now), precisions_of(rules, now), recalls_of_rules(rules)
    lanes: dict[str, list[Row]] = {}
    for version in versions:
        others = [other for other in underway[version.rule_id] if other.pk != version.pk]
        days = weeks[version.rule_id]
        row = Row(
            version=version,
            underway=[other for other in others if other.state in {State.DRAFT, State.PROPOSED, State.APPROVED}],
            shadow=next((other for other in underway[version.rule_id] if _is_watching(other)), None),
            week=bars(days, height=CHART_HEIGHT),
            found=sum(days),
            precision=precisions.get(version.rule_id),
            recall=recalls.get(version.rule_id),
        )
        lanes.setdefault(version.lane, []).append(row)
    return [Lane(value, str(LaneChoices(value).label), rows) for value, rows in lanes.items()]


def precisions_of(rules: Iterable[int], now: datetime) -> dict[int, Precision]:
    """Return how often rules were right of late, by the rule's key; without those on which nobody decided."""
    found = precision_of_rules(rules, since=now - timedelta(days=JUDGED_DAYS))
    return {rule: precision for rule, precision in found.items() if precision.judged}


def _shown(shown: Shown) -> Q:
    of_rule = RuleVersion.objects.filter(rule=OuterRef("rule"))
    match shown:
        case Shown.LIVE:
            return Q(state=State.LIVE)
        case Shown.WAITING:
            return Q(Exists(of_rule.waiting_for_approval()))
        case Shown.SHADOW:
            return Q(Exists(of_rule.shadowing()))
        case Shown.DRAFT:
            return Q(Exists(of_rule.filter(state=State.DRAFT)))
        case Shown.DEMOTED:
            return Q(state=State.LIVE, demoted_at__isnull=False)
        case Shown.RETIRED:
            return Q(state=State.RETIRED)
        case Shown.IN_USE:
            return ~Q(state=State.RETIRED)


def _underway(rules: Sequence[int]) -> Mapping[int, list[RuleVersion]]:
    """Return the versions that are being written, wait, or watch, by rule."""
    is_open = Q(state__in=[State.DRAFT, State.PROPOSED, State.APPROVED])
    watches = Q(shadow_since__isnull=False, shadow_until__isnull=True)
    found: dict[int, list[RuleVersion]] = defaultdict(list)
    for version in RuleVersion.objects.filter(is_open | watches, rule__in=rules).order_by("number"):
        found[version.rule_id].append(version)
    return found


def _is_watching(version: RuleVersion) -> bool:
    return version.shadow_since is not None and version.shadow_until is None and version.state != State.LIVE


def _weeks(rules: Sequence[int], now: datetime) -> Mapping[int, list[int]]:
    """Return how much each rule found on each of the last days, the oldest first and today last."""
    today = timezone.localdate(now)
    first = today - timedelta(days=DAYS - 1)
    found = Finding.objects.filter(
        rule__in=rules, is_error=False, found_at__gte=timezone.make_aware(datetime.combine(first, time.min))
    )
    days: dict[int, list[int]] = defaultdict(lambda: [0] * DAYS)
    counted = found.order_by().annotate(day=TruncDate("found_at")).values_list("rule", "day").annotate(Count("pk"))
    for rule, day, number in counted:
        at = _day_of(day, first)
        if at < DAYS:
            days[rule][at] = number
    return days


def _day_of(day: date, first: date) -> int:
    return (day - first).days
