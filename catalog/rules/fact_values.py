"""PURE. The values of a listing's facts as rules ask them, converted strictly.

CEL takes `True` for a whole number and 2 for one with decimals. Here a value that is not what its fact should be is
one that could not be found out, with the reason: it never becomes another value and never raises.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .fact_types import Fact, FactType
from .facts import FACTS
from .listing_facts import ListingFacts
from .problems import cannot_hold
from .wording import Says, Sentence

SMALLEST, LARGEST = -(2**63), 2**63 - 1
_DAY = timedelta(days=1)


class Unfit(Exception):
    """A value is not what its fact should be; `why` says so."""

    def __init__(self, says: Says, **values: str) -> None:
        super().__init__(says.value % values)
        self.why = Sentence(says, values)


@dataclass(frozen=True, slots=True)
class FactValues:
    """What rules see of a listing: `asked` has values and `has_…` by name, `failed` why facts are in neither."""

    asked: Mapping[str, Any]
    failed: Mapping[str, Sentence]


def fact_values(facts: ListingFacts) -> FactValues:
    """Return what rules see of a listing; never raises."""
    asked: dict[str, Any] = {}
    failed: dict[str, Sentence] = {}
    for name, fact in FACTS.items():
        if name in facts.failed:
            failed[name] = Sentence(Says.FACT_FAILED, {"name": name, "reason": str(facts.failed[name])})
        elif name not in facts.values:
            if fact.can_lack:
                asked[fact.has_name] = False
            else:
                failed[name] = Sentence(Says.FACT_MISSING, {"name": name})
        else:
            try:
                asked[name] = converted(fact, facts.values[name], facts.as_of)
            except Unfit as error:
                failed[name] = Sentence(Says.FACT_FAILED, {"name": name, "reason": str(error)})
            else:
                if fact.can_lack:
                    asked[fact.has_name] = True
    return FactValues(asked, failed)


def converted(fact: Fact, value: Any, as_of: datetime) -> Any:
    """Return a fact's value as rules ask it: days as a whole number, all else as it is. Raises `Unfit`."""
    match fact.type:
        case FactType.BOOL:
            return _of_type(value, bool)
        case FactType.INT:
            return _int(value)
        case FactType.DOUBLE:
            return _double(value)
        case FactType.TEXT:
            return _text(value)
        case FactType.TEXTS:
            return [_text(item) for item in _items(value)]
        case FactType.INTS:
            return [_int(item) for item in _items(value)]
        case FactType.DAYS:
            return _days(value, as_of)


def _of_type[T](value: Any, wanted: type[T]) -> T:
    """Return the value if its type is exactly this one: a bool is an int to Python, but not to a rule."""
    if type(value) is not wanted:
        raise Unfit(Says.WRONG_TYPE, found=type(value).__name__, wanted=wanted.__name__)
    return value


def _int(value: Any) -> int:
    if not SMALLEST <= _of_type(value, int) <= LARGEST:
        raise Unfit(Says.OUT_OF_RANGE)
    return int(value)


def _double(value: Any) -> float:
    if not math.isfinite(_of_type(value, float)):
        raise Unfit(Says.NOT_FINITE)
    return float(value)


def _text(value: Any) -> str:
    text = _of_type(value, str)
    if not (text.isascii() and "\0" not in text) and cannot_hold(text) is not None:
        raise Unfit(Says.BAD_LETTER)
    return text


def _items(value: Any) -> list[Any] | tuple[Any, ...]:
    return value if type(value) is tuple else _of_type(value, list)


def _days(value: Any, as_of: datetime) -> int:
    if not isinstance(value, datetime):
        raise Unfit(Says.WRONG_TYPE, found=type(value).__name__, wanted="datetime")
    if value.utcoffset() is None or as_of.utcoffset() is None:
        raise Unfit(Says.NO_TIME_ZONE)
    return (as_of - value) // _DAY
