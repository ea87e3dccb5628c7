"""PURE. What a rule saw of a listing, as a fingerprint: the same as long as nothing has changed that matters.

Once people have said that a finding is wrong, its rule stays silent on the listing until the fingerprint changes. So it
must not change by itself. What is counted in days is taken as the moment since when, and numbers that move with what
others do (how often buyers return things, where a price lies among others) count by steps: shares by tenths, what is
larger by doublings. A value near the border of a step may cross it now and then, and the rule then speaks again: better
once too often than never. That a fact failed counts, the words of the failure do not, since they may name a moment.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from math import copysign, frexp
from typing import Any

from ..rules.fact_types import Cost, Fact, FactType
from ..rules.listing_facts import ListingFacts

_NUMBERS = (FactType.INT, FactType.DOUBLE)


def what_it_saw(asked: Iterable[Fact], known: ListingFacts) -> str:
    """Return the fingerprint (64 hexadecimal digits) of what is known of the facts that a rule asks."""
    return fingerprint(sorted([fact.name, *_seen(fact, known)] for fact in asked))


def fingerprint(value: Any) -> str:
    """Return 64 hexadecimal digits that stand for a value of plain JSON."""
    return sha256(json.dumps(value, separators=(",", ":"), sort_keys=True).encode()).hexdigest()


def _seen(fact: Fact, known: ListingFacts) -> list[Any]:
    if fact.name in known.failed:
        return ["failed"]
    if fact.name not in known.values:
        return ["lacking"]
    return ["known", _form(fact, known.values[fact.name])]


def _form(fact: Fact, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if fact.type in {FactType.TEXTS, FactType.INTS}:
        return sorted(value)
    if fact.type in _NUMBERS and fact.cost != Cost.ROW:
        return _step(float(value))
    return value


def _step(number: float) -> float:
    """Return on which step a number stands: tenths up to 1, doublings above."""
    if abs(number) <= 1.0:
        return round(number, 1) + 0.0
    return copysign(float(frexp(number)[1]) + 1.0, number)
