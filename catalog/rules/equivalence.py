"""PURE. Do all three engines say the same of a rule? Listings are made up where a rule is most likely to be misread.

A backtest in SQL or over arrays is only worth something if the rule says the same when it runs online. So each rule is
tried, before it is saved, on listings at the edges of its own literals.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from .arithmetic import LEAST, MOST
from .arrays import evaluate_arrays
from .columns import columns_of
from .fact_types import Fact, FactType
from .language import Rule
from .listing_facts import ListingFacts, RuleList
from .online import Verdict, evaluate
from .sql import SqlRule, compile_sql
from .tree import Imitates, ListLiteral, Literal, Mentions, Node, PhotoTest, lists_of, walk

FAILED, LACKING = 0.06, 0.2
"""Which share of the facts failed, and of those that can lack something does."""

LARGEST_DOUBLE = 1.7976931348623157e308

type RunSql = Callable[[SqlRule, Sequence[Fact], Sequence[ListingFacts]], list[bool | None]]
"""Runs a rule on a table of some listings' facts, and returns what it says of each in their order, None for NULL."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A listing of which the engines do not say the same of a rule; None where one says *error*."""

    facts: ListingFacts
    online: bool | None
    sql: bool | None
    arrays: bool | None


def disagreements(
    rule: Rule, lists: Mapping[str, RuleList], listings: Sequence[ListingFacts], run_sql: RunSql
) -> list[Disagreement]:
    """Return the listings of which the engines differ; all must be as of the same moment.

    Raises NotTranslatable for a rule that the database cannot be asked.
    """
    if not listings:
        return []
    as_of = listings[0].as_of
    in_sql = run_sql(compile_sql(rule.tree, lists, as_of=as_of), rule.facts, listings)
    truth = evaluate_arrays(rule.tree, columns_of(listings, rule.facts, as_of), lists)
    in_arrays = [None if error else bool(is_true) for is_true, error in zip(truth.values, truth.errors, strict=True)]
    online = [_ONLINE[evaluate([rule], listing, lists)[0].verdict] for listing in listings]
    found = map(Disagreement, listings, online, in_sql, in_arrays)
    return [each for each in found if not each.online == each.sql == each.arrays]


_ONLINE = {Verdict.FIRES: True, Verdict.PASSES: False, Verdict.ERROR: None}


def random_facts(
    rng: random.Random, facts: Sequence[Fact], count: int, tree: Node, lists: Mapping[str, RuleList] | None = None
) -> list[ListingFacts]:
    """Return listings at the edges of a rule: values at, just below and just above its literals, texts that nearly fit.

    Some facts failed, some that can lack do; numbers go to the ends of what they can be.
    """
    aims = _Aims.of(tree, lists or {})
    as_of = datetime(2026, 3, 1, 12, 0, tzinfo=UTC) + timedelta(microseconds=rng.randrange(86_400_000_000))
    return [_listing(rng, facts, aims, as_of) for _ in range(count)]


def _listing(rng: random.Random, facts: Iterable[Fact], aims: _Aims, as_of: datetime) -> ListingFacts:
    values: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for fact in facts:
        if rng.random() < FAILED:
            failed[fact.name] = "made up"
        elif not (fact.can_lack and rng.random() < LACKING):
            values[fact.name] = aims.value(rng, fact.type, as_of)
    return ListingFacts(values, as_of, failed)


@dataclass(frozen=True, slots=True)
class _Aims:
    """What the values of facts are drawn from: a rule's literals and what lies beside them, and what is always odd."""

    ints: list[int] = field(default_factory=lambda: [0, 1, -1, 2, LEAST, MOST, LEAST + 1, MOST - 1])
    doubles: list[float] = field(
        default_factory=lambda: [0.0, -0.0, 0.5, 1.0, -1.0, 5e-324, LARGEST_DOUBLE, -LARGEST_DOUBLE, 1e200]
    )
    texts: list[str] = field(default_factory=lambda: ["", "a", "A", "é", "😀", " ", "a\nb"])
    hashes: list[int] = field(default_factory=lambda: [0, -1, LEAST, MOST])

    @classmethod
    def of(cls, tree: Node, lists: Mapping[str, RuleList]) -> _Aims:
        aims = cls()
        for node in walk(tree):
            match node:
                case Literal(value=value):
                    aims.add(value)
                case ListLiteral(items=items):
                    for literal in items:
                        aims.add(literal)
                case Mentions(words=text) | Imitates(word=text) if text:
                    aims.add(text)
                case PhotoTest(bits=bits):
                    aims.add_hashes(lists[node.list_name], bits)
        for name in lists_of(tree):
            for entry in sorted(map(str, lists[name].entries))[:20] if name in lists else []:
                aims.add(entry)
        return aims

    def add(self, value: bool | int | float | str) -> None:
        """Aim at a literal."""
        if isinstance(value, str):
            text = value.strip()
            near = [text.upper(), text.lower(), f"{text}s", f"x{text}", text[1:], text[:-1], f"the {text}!"]
            self.texts.extend([value, text, *near])
        elif isinstance(value, float):
            self.doubles.extend([value, -value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf)])
        elif not isinstance(value, bool):
            self.ints.extend(number for number in (value - 1, value, value + 1, -value) if LEAST <= number <= MOST)
            if 0 < value <= 100:
                self.texts.extend("é" * length for length in (value - 1, value, value + 1))

    def add_hashes(self, photos: RuleList, bits: int) -> None:
        """Aim at hashes that differ from a list's in as many bits as are allowed, and in one more."""
        for entry in sorted(map(int, photos.entries))[:10]:
            for flipped in (bits, bits + 1):
                self.hashes.append(_signed((entry ^ ((1 << flipped) - 1)) % 2**64))

    def value(self, rng: random.Random, type: FactType, as_of: datetime) -> Any:
        """Return a value of a fact."""
        match type:
            case FactType.BOOL:
                return rng.random() < 0.5
            case FactType.INT:
                return rng.choice(self.ints)
            case FactType.DOUBLE:
                double = rng.choice(self.doubles)
                return double if math.isfinite(double) else LARGEST_DOUBLE
            case FactType.TEXT:
                return self.text(rng)
            case FactType.TEXTS:
                return [self.text(rng) for _ in range(rng.choice((0, 1, 2, 3)))]
            case FactType.INTS:
                return [rng.choice((*self.hashes, *self.ints)) for _ in range(rng.choice((0, 1, 2, 3)))]
        return self.moment(rng, as_of)

    def text(self, rng: random.Random) -> str:
        """Return a text, at times of two: what it joins may be what is asked for."""
        first = rng.choice(self.texts)
        return f"{first} {rng.choice(self.texts)}" if rng.random() < 0.25 else first

    def moment(self, rng: random.Random, as_of: datetime) -> datetime:
        """Return a moment so many days ago, or a microsecond beside it."""
        try:
            ago = as_of - timedelta(days=rng.choice(self.ints))
            return ago + timedelta(microseconds=rng.choice((-1, 0, 1)))
        except OverflowError:
            return rng.choice((datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)))


def _signed(bits: int) -> int:
    return bits - 2**64 if bits > MOST else bits
