"""Thresholds of live rules just beyond which more listings lie than belong there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from psycopg import sql

from ..models import EvasionSign, LaneChoices, RuleVersion
from ..money import MINOR_DIGITS, minor_digits
from ..rules.fact_types import Fact, FactType
from ..rules.function_calls import quoted
from ..rules.language import compile_rule
from ..rules.listing_facts import ListKind
from ..rules.measuring.bunching import Bunching, Design, Integers, NotComparable, bunching
from ..rules.measuring.thresholds import SHARES, Threshold, bins_beside, design_at, thresholds_of, with_number
from ..rules.problems import RuleRefused
from .suspicions import SAMPLE, Suspicion, if_rule, key_of

PRICE = "price"
"""The fact that means something else in each currency."""

MOST_STEPS = 10**15
"""What lies further from 0, in the smallest unit, is counted there: doubles are hardly exact beyond it."""

_COUNTS = sql.SQL("""
    SELECT {currency}, least(greatest(floor({number} * {scale} + 1e-6), -%(most)s), %(most)s)::bigint, count(*)
    FROM catalog_listingfacts f
    JOIN catalog_product p ON p.id = f.product_id AND p.status = 'live'
    WHERE {column} IS NOT NULL GROUP BY 1, 2""")

_WITHIN = sql.SQL("""
    SELECT (array_agg(f.product_id ORDER BY f.product_id DESC))[:%(sample)s], count(DISTINCT p.seller_id)
    FROM catalog_listingfacts f JOIN catalog_product p ON p.id = f.product_id AND p.status = 'live'
    WHERE floor({number} * %(scale)s + 1e-6) BETWEEN %(low)s AND %(high)s AND {currency} = %(code)s""")


@dataclass(frozen=True, slots=True)
class Place:
    """A threshold in one currency (empty for facts that have none), and the windows around it."""

    version: RuleVersion
    threshold: Threshold
    currency: str
    scale: int

    @property
    def edge(self) -> int:
        """The innocent value next to the rule, in the smallest unit."""
        return self.threshold.edge(self.scale)

    @property
    def design(self) -> Design:
        """Which windows are compared."""
        return design_at(self.edge)

    @property
    def window(self) -> tuple[int, int]:
        """The least and the greatest value just beyond the threshold."""
        ends = (self.edge, self.edge + int(self.threshold.innocent) * (self.design.width - 1))
        return min(ends), max(ends)

    @property
    def key(self) -> str:
        """What tells it from other thresholds; another version begins anew."""
        return key_of(self.version.pk, self.threshold.at, self.threshold.innocent.name, self.currency)

    def told(self) -> dict[str, Any]:
        """Return what is compared with what, for the evidence."""
        low, high = self.window
        return {
            "fact": self.threshold.fact.name,
            "how": self.threshold.how.value,
            "number": self.threshold.number,
            "currency": self.currency,
            "low": low / self.scale,
            "high": high / self.scale,
        }


def bunched(versions: Sequence[RuleVersion], lists: Mapping[str, ListKind], now: datetime) -> Iterator[Suspicion]:
    """Yield the thresholds of live versions that are evaded, and those of which nothing can be said.

    Asks the database once for each fact, and once more for each threshold that is evaded.
    """
    values: dict[str, Mapping[str, Integers]] = {}
    for version in versions:
        try:
            tree = compile_rule(version.text, lists).tree
        except RuleRefused:
            yield Suspicion(EvasionSign.Kind.UNJUDGED, key_of(version.pk, "text"), {"fact": ""}, version=version)
            continue
        for threshold in thresholds_of(tree, fires_for_seller=version.lane == LaneChoices.ALLOW):
            fact = threshold.fact
            if fact.name not in values:
                values[fact.name] = _values(fact, now)
            for currency, known in values[fact.name].items():
                place = Place(version, threshold, currency, _scale(fact, currency))
                if (suspicion := _judged(place, known, lists, now)) is not None:
                    yield suspicion


def _judged(place: Place, values: Integers, lists: Mapping[str, ListKind], now: datetime) -> Suspicion | None:
    side = place.threshold.innocent
    unjudged = Suspicion(EvasionSign.Kind.UNJUDGED, place.key, place.told(), version=place.version)
    if place.edge < 1:
        return unjudged
    try:
        found = bunching(values, place.edge, side, place.design)
    except NotComparable:
        return unjudged
    if not found.is_shown:
        return None
    bins = bins_beside(values, place.edge, side, place.design)
    return Suspicion(
        EvasionSign.Kind.BUNCHING,
        place.key,
        {**place.told(), **_measured(found), **_listings(place, now), "bins": bins},
        proposal=proposal(place, lists),
        version=place.version,
    )


def proposal(place: Place, lists: Mapping[str, ListKind]) -> str:
    """Return the rule with its threshold moved behind those who evade it, in their currency."""
    moved = place.threshold.moved(place.design.width, place.scale)
    text = with_number(place.version.text, place.threshold, moved)
    if place.currency:
        text = f"has_currency && currency == {quoted(place.currency)} && (\n{text}\n)"
    return if_rule(text, lists)


def _measured(found: Bunching) -> dict[str, Any]:
    return {"count": found.count, "expected": found.expected, "z": found.z, "chance": found.chance}


def _scale(fact: Fact, currency: str) -> int:
    """Return into how many parts one of the fact's units is cut: cents, thousandths, or none."""
    if fact.name == PRICE:
        return int(10 ** minor_digits(currency))
    return SHARES if fact.type == FactType.DOUBLE else 1


def _values(fact: Fact, now: datetime) -> Mapping[str, Integers]:
    """Return the fact's values over live listings, by currency, in the smallest unit."""
    statement = _COUNTS.format(
        currency=_currency(fact), number=_number(fact), scale=_scale_sql(fact), column=_column(fact)
    )
    values: dict[str, Any] = {
        "now": now,
        "most": MOST_STEPS,
        "digits": json.dumps(MINOR_DIGITS),
        "plain": _scale(fact, ""),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    found: dict[str, list[tuple[int, int]]] = {} if rows else {"": []}
    for currency, steps, count in rows:
        found.setdefault(currency or "", []).append((steps, count))
    return {currency: _repeated(counted) for currency, counted in found.items()}


def _repeated(counted: Sequence[tuple[int, int]]) -> Integers:
    steps, counts = np.array(counted, dtype=np.int64).reshape(-1, 2).T
    return np.repeat(steps, counts)


def _listings(place: Place, now: datetime) -> dict[str, Any]:
    """Return a sample of the listings just beyond the threshold, and how many sellers all of them have."""
    fact, (low, high) = place.threshold.fact, place.window
    values: dict[str, Any] = {"now": now, "sample": SAMPLE, "code": place.currency}
    values |= {"scale": place.scale, "low": low, "high": high}
    with connection.cursor() as cursor:
        cursor.execute(_WITHIN.format(number=_number(fact), currency=_currency(fact)), values)
        listings, sellers = cursor.fetchone()
    return {"listings": listings or [], "sellers": sellers}


def _column(fact: Fact) -> sql.Composable:
    return sql.SQL("f.{}").format(sql.Identifier(fact.name))


def _number(fact: Fact) -> sql.Composable:
    if fact.type != FactType.DAYS:
        return _column(fact)
    return sql.SQL("floor(extract(epoch FROM (%(now)s - {})) / 86400)").format(_column(fact))


def _scale_sql(fact: Fact) -> sql.Composable:
    """Return what `_scale` says, for each row."""
    if fact.name != PRICE:
        return sql.SQL("%(plain)s")
    return sql.SQL(f"power(10, coalesce((%(digits)s::jsonb ->> f.currency)::int, {minor_digits('')}))")


def _currency(fact: Fact) -> sql.Composable:
    return sql.SQL("coalesce(f.currency, '')") if fact.name == PRICE else sql.SQL("''")
