"""PURE. The smallest changes of a listing with which a rule that fired would not have fired.

A clause is *flipped* when it gets the other truth. A joint of all is made false by any one flip and true by those of
all that are false; of any, the other way round. So the sets of flips are combined upwards, few and cheap ones first.

A set is kept only if its changes can be true together: bounds of one fact are joined into the tightest, and where they
leave no number, or one clause would have to be both true and false, the set is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from .clauses import clauses_of
from .fact_types import Fact
from .tree import AllOf, AnyOf, Compare, Comparison, FactValue, IsKnown, Node, Not, ValueType, facts_of
from .truth import Truth, truth_of
from .unparsing import unparse, value_text
from .wording import Says, Sentence

SHOWN = 5
"""How many ways out are shown: beyond them people read none."""
KEPT = 40
"""How many sets of flips are carried upwards at each joint; more only if all of the cheaper ones were contradictory."""

_EASY, _USUAL, _HARD = 1, 2, 8
"""What a change costs beside others: an authorisation can be asked for, and nobody loses a price to pass."""

_OPPOSITE = {
    Comparison.EQUAL: Comparison.UNEQUAL,
    Comparison.UNEQUAL: Comparison.EQUAL,
    Comparison.LESS: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.LESS,
    Comparison.MORE: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.MORE,
}
_MIRRORED = {
    Comparison.EQUAL: Comparison.EQUAL,
    Comparison.UNEQUAL: Comparison.UNEQUAL,
    Comparison.LESS: Comparison.MORE,
    Comparison.MORE: Comparison.LESS,
    Comparison.AT_LEAST: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.AT_LEAST,
}
_MONEY = "whole units of"
_SHOWN_AS = {Comparison.EQUAL: "=", Comparison.UNEQUAL: "≠", Comparison.AT_LEAST: "≥", Comparison.AT_MOST: "≤"}

type Valuing = Callable[[Node], Any]
type Flips = frozenset[Change]


@dataclass(frozen=True, slots=True)
class Change:
    """A clause that would have to become `wanted`.

    Where it compares one fact with a bound, `how` and `bound` say what the fact would have to be.
    """

    text: str
    wanted: bool
    facts: tuple[Fact, ...]
    cost: int
    says: Says
    how: Comparison | None = None
    bound: Any = None

    @property
    def sentence(self) -> Sentence:
        """What would have to be, for staff."""
        if self.how is not None:
            shown = {"name": self.facts[0].name, "sign": _SHOWN_AS.get(self.how, self.how.value)}
            return Sentence(self.says, {**shown, "bound": _shown(self.facts[0], self.bound)})
        return Sentence(self.says, {"name": self.facts[0].name if self.facts else "", "clause": self.text})

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Changes that together would have let the listing pass."""

    changes: tuple[Change, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that would have to change, each once."""
        return tuple({fact.name: fact for change in self.changes for fact in change.facts}.values())


def counterfactuals(tree: Node, truths: Mapping[str, Truth], value: Valuing) -> tuple[Counterfactual, ...]:
    """Return up to five smallest sets of changes with which a rule that fired would be false, the smallest first.

    `truths` has the truth of each clause by its text, `value` gives the value of a part of the rule for the listing.
    """
    found: list[Flips] = []
    for flips in _flips(tree, False, truths, value):
        if not any(smaller <= flips for smaller in found):
            found.append(flips)
    whole = [_with_kept(tree, flips, truths, value) for flips in found[:SHOWN]]
    return tuple(Counterfactual(tuple(sorted(each, key=lambda change: change.text))) for each in whole)


def _flips(node: Node, wanted: bool, truths: Mapping[str, Truth], value: Valuing) -> list[Flips]:
    """Return the cheapest sets of changes that give a part the truth that is wanted; one empty set if it has it."""
    match node:
        case Not():
            return _flips(node.operand, not wanted, truths, value)
        case AllOf() | AnyOf():
            ways = [_flips(operand, wanted, truths, value) for operand in node.operands]
            if wanted == isinstance(node, AnyOf):
                return _cheapest(way for each in ways for way in each)
            joined: list[Flips] = [frozenset()]
            for each in ways:
                pairs = (together(one | other) for one, other in product(joined, each))
                joined = _cheapest(pair for pair in pairs if pair is not None)
            return joined
        case _:
            text = unparse(node)
            return [frozenset()] if truths.get(text) is wanted else [frozenset([change_of(node, wanted, value)])]


def _with_kept(tree: Node, flips: Flips, truths: Mapping[str, Truth], value: Valuing) -> Flips:
    """Add the bounds that a fact must stay within while it changes: `price < 5.0 || price > 50.0` has one on each side.

    They are those of clauses that would make the rule fire again if they turned together with the flips.
    """
    changed = {fact.name for change in flips for fact in change.facts}
    turned = dict(truths) | {change.text: change.wanted for change in flips}
    for clause in clauses_of(tree):
        text = unparse(clause)
        truth = turned.get(text)
        is_turned = any(change.text == text for change in flips)
        if is_turned or truth is None or changed.isdisjoint(fact.name for fact in facts_of(clause)):
            continue
        if truth_of(tree, turned | {text: not truth}) is not False:
            flips = together(flips | {change_of(clause, truth, value)}) or flips
    return flips


def _cheapest(sets: Iterable[Flips]) -> list[Flips]:
    def effort(flips: Flips) -> tuple[int, int, list[str]]:
        return len(flips), sum(change.cost for change in flips), sorted(change.text for change in flips)

    return sorted(set(sets), key=effort)[:KEPT]


def change_of(node: Node, wanted: bool, value: Valuing) -> Change:
    """Return what a clause needs to get the truth that is wanted."""
    text, facts = unparse(node), facts_of(node)
    match node:
        case FactValue() if node.type == ValueType.BOOL:
            if node.fact.name == "is_authorized":
                says = Says.AUTHORISED if wanted else Says.NOT_AUTHORISED
                return Change(text, wanted, facts, _EASY if wanted else _HARD, says)
            return Change(text, wanted, facts, _USUAL, Says.IS_SO if wanted else Says.IS_NOT_SO)
        case IsKnown():
            return Change(text, wanted, facts, _HARD, Says.IS_KNOWN if wanted else Says.IS_UNKNOWN)
        case Compare() if bound := _bound(node, wanted, value):
            fact, how, limit = bound
            others = tuple(each for each in facts if each != fact)
            return Change(text, wanted, (fact, *others), _USUAL, Says.BOUND, how, limit)
        case _:
            return Change(text, wanted, facts, _USUAL + 1, Says.CLAUSE_SO if wanted else Says.CLAUSE_NOT_SO)


def _bound(node: Compare, wanted: bool, value: Valuing) -> tuple[Fact, Comparison, Any] | None:
    """Return what a fact would have to be that stands alone on one side of a comparison, by the other side's value."""
    how = node.how if wanted else _OPPOSITE[node.how]
    for side, other, turned in ((node.left, node.right, how), (node.right, node.left, _MIRRORED[how])):
        if isinstance(side, FactValue) and side.fact not in facts_of(other):
            bound = value(other)
            return None if isinstance(bound, Sentence) else (side.fact, turned, bound)
    return None


def together(flips: Flips) -> Flips | None:
    """Return changes without those that others imply; None if they cannot all be."""
    if len({change.text for change in flips}) < len(flips):
        return None
    missing = {change.facts[0].name for change in flips if change.says == Says.IS_UNKNOWN}
    if any(fact.name in missing for change in flips if change.says != Says.IS_UNKNOWN for fact in change.facts):
        return None
    kept = {change for change in flips if change.how is None}
    for name in {change.facts[0].name for change in flips if change.how is not None}:
        bounds = [change for change in flips if change.how is not None and change.facts[0].name == name]
        tightest = _tightest(bounds)
        if tightest is None:
            return None
        kept |= tightest
    return frozenset(kept)


def _tightest(bounds: list[Change]) -> set[Change] | None:
    """Return the bounds of one fact that the others follow from; None if no value is within all."""
    equal = [change for change in bounds if change.how == Comparison.EQUAL]
    if equal:
        return {equal[0]} if all(_allows(change, equal[0].bound) for change in bounds) else None
    lower = [change for change in bounds if change.how in (Comparison.MORE, Comparison.AT_LEAST)]
    upper = [change for change in bounds if change.how in (Comparison.LESS, Comparison.AT_MOST)]
    unequal = {change for change in bounds if change.how == Comparison.UNEQUAL}
    low = max(lower, key=lambda change: (change.bound, change.how == Comparison.MORE), default=None)
    high = min(upper, key=lambda change: (change.bound, change.how == Comparison.AT_MOST), default=None)
    if low and high and not _leave_room(low, high):
        return None
    return unequal | {change for change in (low, high) if change}


def _leave_room(low: Change, high: Change) -> bool:
    """Return whether a value lies between two bounds; of whole numbers a whole one."""
    if isinstance(low.bound, int) and not isinstance(low.bound, bool):
        return bool(low.bound + (low.how == Comparison.MORE) <= high.bound - (high.how == Comparison.LESS))
    is_closed = low.how == Comparison.AT_LEAST and high.how == Comparison.AT_MOST
    return bool(low.bound < high.bound or (is_closed and low.bound == high.bound))


def _allows(change: Change, value: Any) -> bool:
    match change.how:
        case Comparison.EQUAL:
            return bool(value == change.bound)
        case Comparison.UNEQUAL:
            return bool(value != change.bound)
        case Comparison.LESS:
            return bool(value < change.bound)
        case Comparison.AT_MOST:
            return bool(value <= change.bound)
        case Comparison.MORE:
            return bool(value > change.bound)
        case _:
            return bool(value >= change.bound)


def _shown(fact: Fact, value: Any) -> str:
    """Return a bound as people write it: amounts of money with two decimals where these are exact."""
    if fact.unit.startswith(_MONEY) and round(value, 2) == value:
        return f"{value:.2f}"
    return value_text(value)
