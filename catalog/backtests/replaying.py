"""Asking candidates of screenings of the last days, with the facts as they were then: counts only.

All screenings are kept in which some rule said something, and those of a sample of listings in which none did. The
sample is counted by listing, since a listing is in it with all its screenings or with none: "fires" means at least
once. Where the share of the sample was changed meanwhile, the smallest sample of those days is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Min

from ..fact_finding import from_json
from ..models import Screening
from ..models.screenings import ScreeningQuerySet
from ..rules.measuring.intervals import scaled_up
from ..rules.online import Verdict as Said
from ..rules.online import evaluate
from ..screening.drawing import KEPT_FOR, is_drawn
from .candidates import Question

AT_ONCE = 500


def count_as_they_were(question: Question, days: int, report: Callable[[float], None]) -> dict[str, Any]:
    """Return on how many of the screenings of so many days back a candidate fires or errs.

    `asked`, `fires` and `errs` count screenings in which some rule said something. `clean` is about the others, or None
    where no sample of them was kept: the `percent` of listings in the sample, the `days` that it goes back, how many of
    its `listings` a candidate `fires` or `errs` on, and `about` how many of all listings it fires on, from `low` to
    `high` (95 %).
    """
    since = question.as_of - timedelta(days=days)
    screenings = Screening.objects.filter(at__gte=since, at__lte=question.as_of)
    total = screenings.count()
    counts: dict[str, Any] = {"days": days, "asked": 0, "fires": 0, "errs": 0}
    for screening in screenings.spoken().order_by("pk").iterator(AT_ONCE):
        said = _said(question, screening)
        counts["asked"] += 1
        counts["fires"] += Said.FIRES in said
        counts["errs"] += Said.ERROR in said
        if counts["asked"] % AT_ONCE == 0:
            report(counts["asked"] / total)
    drawn = screenings.drawn().filter(at__gte=question.as_of - KEPT_FOR)
    clean = _count_drawn(question, drawn, lambda done: report((counts["asked"] + done) / total))
    return {**counts, "clean": clean and {"days": min(days, KEPT_FOR.days), **clean}}


def _count_drawn(
    question: Question, drawn: ScreeningQuerySet, report: Callable[[int], None]
) -> dict[str, Any] | None:  # fmt: skip
    percent = drawn.aggregate(least=Min("drawn_percent"))["least"]
    if not percent:
        return None
    listings: set[int] = set()
    fires: set[int] = set()
    errs: set[int] = set()
    for number, screening in enumerate(drawn.order_by("pk").iterator(AT_ONCE), start=1):
        if is_drawn(screening.product_id, percent):
            said = _said(question, screening)
            listings.add(screening.product_id)
            if Said.FIRES in said:
                fires.add(screening.product_id)
            if Said.ERROR in said:
                errs.add(screening.product_id)
        if number % AT_ONCE == 0:
            report(number)
    in_all = scaled_up(len(fires), percent / 100)
    return {
        "percent": percent,
        "listings": len(listings),
        "fires": len(fires),
        "errs": len(errs),
        "about": round(in_all.about),
        "low": round(in_all.low),
        "high": round(in_all.high),
    }


def _said(question: Question, screening: Screening) -> list[Said]:
    facts = from_json(screening.facts)
    return [evaluate([each.rule], facts, each.lists)[0].verdict for each in question.candidates]
