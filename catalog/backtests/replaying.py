"""Asking candidates of screenings of the last days, with the facts as they were then: counts only.

Only screenings in which some rule said something are kept, so this does not tell of listings that were clean.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ..fact_finding import from_json
from ..models import Screening
from ..rules.online import Verdict as Said
from ..rules.online import evaluate
from .candidates import Question

AT_ONCE = 500


def count_as_they_were(question: Question, days: int, report: Callable[[float], None]) -> dict[str, Any]:
    """Return on how many of the screenings of so many days back a candidate fires or errs.

    `held` says on how many of those on which one fires the listing had been held back anyway.
    """
    since = question.as_of - timedelta(days=days)
    screenings = Screening.objects.filter(at__gte=since, at__lte=question.as_of).order_by("pk")
    total = screenings.count()
    counts = {"days": days, "asked": 0, "fires": 0, "errs": 0}
    for screening in screenings.iterator(AT_ONCE):
        facts = from_json(screening.facts)
        said = [evaluate([each.rule], facts, each.lists)[0].verdict for each in question.candidates]
        counts["asked"] += 1
        counts["fires"] += Said.FIRES in said
        counts["errs"] += Said.ERROR in said
        if counts["asked"] % AT_ONCE == 0:
            report(counts["asked"] / total)
    return counts
