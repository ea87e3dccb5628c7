"""How well rules work: how often they are right, when one must only review, how often they fire, where they overlap.

What people decide on findings is the truth here: *confirmed* means that the rule was right, *cleared* that it was
wrong. Findings of errors say nothing about a rule's text and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.notifications.sending import notify

from .listings import Refusal
from .models import Finding, LaneChoices, ListingFacts, RuleHour, RuleVersion
from .rule_approval import demote
from .rules.measuring.alarms import Alarm, Direction, Period, rate_alarm
from .rules.measuring.demotion import watched
from .rules.measuring.intervals import Interval, wilson
from .rules.measuring.overlap import Overlap, overlap

WATCH = "rule health"
"""Who acts in the audit log when a rule is made to review by its own findings."""
LOOK_BACK = timedelta(days=28)
"""So far back the usual rate of a rule is looked for; with a half-life of three days, what is older weighs nothing."""

COUNT = """
    INSERT INTO catalog_rulehour (version_id, hour, asked, fired, errors)
    SELECT version, %s, asked, fired, errors
    FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[]) AS new(version, asked, fired, errors)
    ORDER BY version
    ON CONFLICT (version_id, hour) DO UPDATE SET
        asked = catalog_rulehour.asked + excluded.asked,
        fired = catalog_rulehour.fired + excluded.fired,
        errors = catalog_rulehour.errors + excluded.errors
"""

HITS = """
    SELECT version, array_agg(product_id ORDER BY product_id) FROM (
        SELECT DISTINCT f.product_id, unnest(f.fired || f.watched) AS version
        FROM catalog_listingfacts f WHERE f.fired && %(running)s::bigint[] OR f.watched && %(running)s::bigint[]
    ) AS hits WHERE version = ANY(%(running)s::bigint[]) GROUP BY version
"""


@dataclass(frozen=True, slots=True)
class Precision:
    """Of `judged` findings `right` were confirmed; `interval` is Wilson's, at 95 %."""

    right: int
    judged: int
    interval: Interval

    @property
    def share(self) -> float | None:
        """The share of right findings, 0..1; None without any verdict."""
        return self.right / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a version was asked, fired and could not be asked."""

    asked: int
    fired: int
    errors: int


def precision_of_rules(rules: Iterable[int], *, since: datetime | None = None) -> dict[int, Precision]:
    """Return how often rules, by key, were right by what was decided (since a moment, if given). One statement."""
    keys = list(rules)
    decided = Finding.objects.filter(
        rule__in=keys, is_error=False, state__in=[Finding.State.CONFIRMED, Finding.State.CLEARED]
    )
    if since is not None:
        decided = decided.filter(decided_at__gte=since)
    right = Count("pk", filter=Q(state=Finding.State.CONFIRMED))
    rows = decided.order_by().values_list("rule").annotate(right=right, judged=Count("pk"))
    known = {key: Precision(right, judged, wilson(right, judged)) for key, right, judged in rows}
    return {key: known.get(key, Precision(0, 0, wilson(0, 0))) for key in keys}


def judge_demotions() -> list[RuleVersion]:
    """Let live rules only review of which the verdicts show that they fell under their least precision; return them.

    The test may be made after each decision, however often: see `rules.measuring.demotion`.
    """
    strict = RuleVersion.objects.live().filter(lane__in=[LaneChoices.BLOCK, LaneChoices.HOLD], demoted_at__isnull=True)
    return [fallen for version in strict.select_related("rule") if (fallen := judge_demotion(version))]


def judge_demotion(version: RuleVersion) -> RuleVersion | None:
    """Let a live version only review if its verdicts show that it fell under its floor; return it then."""
    decided = version.findings.filter(is_error=False, state__in=[Finding.State.CONFIRMED, Finding.State.CLEARED])
    if version.watched_since is not None:
        decided = decided.filter(decided_at__gte=version.watched_since)
    states = decided.order_by("decided_at", "pk").values_list("state", flat=True)
    watch = watched((state == Finding.State.CONFIRMED for state in states), version.rule.precision_floor)
    if not watch.has_fallen:
        return None
    words = _("Of %(verdicts)s findings %(right)s were right, too few for a least precision of %(floor)s.")
    reason = words % {
        "verdicts": watch.verdicts, "right": watch.right, "floor": f"{version.rule.precision_floor:.1%}"
    }  # fmt: skip
    try:
        return demote(version=version, reason=reason, by=WATCH)
    except Refusal:  # somebody else was faster, or it is not live any more
        return None


def count_asked(counts: Mapping[int, Asked], now: datetime) -> None:
    """Add how often versions, by key, were asked to the counts of this hour; in the caller's transaction.

    One statement, in the order of the keys, so that workers who count at once wait for each other and never in a ring.
    """
    if not counts:
        return
    hour = now.replace(minute=0, second=0, microsecond=0)
    columns = [list(counts)] + [
        [getattr(each, name) for each in counts.values()] for name in ("asked", "fired", "errors")
    ]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [hour, *columns])


def raise_alarms(now: datetime | None = None) -> list[tuple[RuleVersion, Alarm]]:
    """Tell the owners of live rules that fired unusually often or seldom in the last full hour; return the alarms.

    Of the same rule and direction one is told once a day.
    """
    hour = (now or timezone.now()).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    found = []
    for version in RuleVersion.objects.live().select_related("rule__owner"):
        alarm = _alarm(version, hour)
        if alarm is not None:
            found.append((version, alarm))
            _tell(version, alarm, hour)
    return found


def overlaps() -> Overlap:
    """Compare the versions that act or watch by the listings on which they fire, over all listings with facts."""
    running = list(RuleVersion.objects.running().values_list("pk", flat=True))
    hits = {key: np.empty(0, np.int64) for key in running}
    with connection.cursor() as cursor:
        cursor.execute(HITS, {"running": running})
        for version, products in cursor.fetchall():
            hits[version] = np.array(products, np.int64)
    return overlap(hits, ListingFacts.objects.count())


def _alarm(version: RuleVersion, hour: datetime) -> Alarm | None:
    rows = RuleHour.objects.filter(version=version, hour__gt=hour - LOOK_BACK, hour__lte=hour)
    counts = {row.hour: Period(row.asked - row.errors, row.fired) for row in rows}
    first = min(counts, default=hour)
    hours = int((hour - first) / timedelta(hours=1))
    past = [counts.get(first + timedelta(hours=number), Period(0, 0)) for number in range(hours)]
    return rate_alarm(past, counts.get(hour, Period(0, 0)))


def _tell(version: RuleVersion, alarm: Alarm, hour: datetime) -> None:
    more = alarm.direction == Direction.MORE
    title = gettext_lazy("The rule “{rule}” fires unusually often") if more else gettext_lazy(
        "The rule “{rule}” fires unusually seldom"
    )  # fmt: skip
    body = gettext_lazy("In the last hour it fired on {fired} of {evaluated} listings; {low} to {high} were expected.")
    words = partial(format_lazy, rule=version.rule.title, fired=alarm.fired, evaluated=alarm.evaluated,
                    low=alarm.low, high=alarm.high)  # fmt: skip
    notify(
        [version.rule.owner],
        kind="rule.alarm",
        title=words(title),
        body=words(body),
        url=version.get_absolute_url(),
        key=f"rule-alarm-{alarm.direction}-{hour.date().isoformat()}:{version.pk}",
    )
