"""How often rules were asked, fired and failed in each hour: what alarms and shares are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from ..models import Product
from ..rule_health import Asked as Count
from ..rule_health import count_asked
from ..rules.measuring.lanes import Outcome
from .running_rules import Asked


def count(screened: Iterable[tuple[Product, Sequence[Asked]]], now: datetime) -> None:
    """Add what the rules said of some listings to the counts of this hour, in the caller's transaction.

    Only of listings that changed: those of which somebody asked it are chosen by what rules say of them, so among them
    a rule fires more often than it usually does.
    """
    said = Counter(
        (one.version.pk, one.outcome)
        for product, asked in screened
        if product.screened_version != product.version
        for one in asked
    )
    versions = sorted({key for key, _outcome in said})
    count_asked({key: _count(said, key) for key in versions}, now)


def _count(said: Counter[tuple[int, Outcome]], key: int) -> Count:
    number = {outcome: said[key, outcome] for outcome in Outcome}
    return Count(sum(number.values()), number[Outcome.FIRES], number[Outcome.ERROR])
