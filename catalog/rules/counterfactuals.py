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
    """Return up to five small sets of changes with which a rule that fired would surely be false, the smallest first.

    `truths` has the truth of each clause by its text, `value` gives the value of a part of the rule for the listing.
    """
    found: list[Flips] = []
    held = (_held(tree, flips, truths, value) for flips in _flips(tree, False, truths, value))
    for flips in _cheapest(each for each in held if each is not None):
        if not any(tightest(smaller | flips) == flips for smaller in found):
            found.append(flips)
    return tuple(Counterfactual(tuple(sorted(each, key=lambda change: change.text))) for each in found[:SHOWN])


def _flips(node: Node, wanted: bool, truths: Mapping[str, Truth], value: Valuing) -> list[Flips]:
    """Return the cheapest sets of changes that give a part the truth that is wanted; one empty set if it has it.

    None where no fact can change it.
    """
    match node:
        case Not():
            return _flips(node.operand, not wanted, truths, value)
        case AllOf() | AnyOf():
            ways = [_flips(operand, wanted, truths, value) for operand in node.operands]
            if wanted == isinstance(node, AnyOf):
                return _cheapest(way for each in ways for way in each)
            joined: list[Flips] = [frozenset()]
            for each in ways:
                pairs = (one | other for one, other in product(joined, each))
                joined = _cheapest(pair for pair in pairs if are_possible(pair))
            return joined
        case _:
            text = unparse(node)
            if truths.get(text) is wanted:
                return [frozenset()]
            return [frozenset([change_of(node, wanted, value)])] if facts_of(node) else []


def _held(tree: Node, flips: Flips, truths: Mapping[str, Truth], value: Valuing) -> Flips | None:
    """Return the flips with what must stay as it is while their facts change; None if the rule could still fire.

    Of `price < 5.0 || price > 50.0` both bounds are needed. Every other clause about a changed fact is taken to be
    open; one after the other is held until the rule is false whatever the others are, and those not needed are let go.
    """
    changed = {fact.name for change in flips for fact in change.facts}
    flipped = {change.text for change in flips}
    turned = dict(truths) | {change.text: change.wanted for change in flips}
    open_ = {
        text: clause
        for clause in clauses_of(tree)
        if (text := unparse(clause)) not in flipped
        and not isinstance(clause, IsKnown)
        and not changed.isdisjoint(fact.name for fact in facts_of(clause))
    }
    turned |= dict.fromkeys(open_)
    held: dict[str, Change] = {}
    for text, clause in open_.items():
        truth = truths.get(text)
        if truth is None or truth_of(tree, turned) is False:
            continue
        change = change_of(clause, truth, value)
        if are_possible(flips | {*held.values(), change}):
            held[text], turned[text] = change, truth
    for text in list(held):
        if truth_of(tree, turned | {text: None}) is False:
            turned[text] = None
            del held[text]
    return tightest(flips | set(held.values())) if truth_of(tree, turned) is False else None


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


def are_possible(flips: Flips) -> bool:
    """Return whether changes can be true together."""
    if len({change.text for change in flips}) < len(flips):
        return False
    missing = {change.facts[0].name for change in flips if change.says == Says.IS_UNKNOWN}
    if any(fact.name in missing for change in flips if change.says != Says.IS_UNKNOWN for fact in change.facts):
        return False
    return all(_leave_room(bounds) for bounds in _by_fact(flips))


def tightest(flips: Flips) -> Flips:
    """Return changes without the bounds that follow from other bounds of the same fact."""
    followed = {change for bounds in _by_fact(flips) for change in bounds}
    return (flips - followed) | {change for bounds in _by_fact(flips) for change in _Bounds.of(bounds).changes}


def _by_fact(flips: Flips) -> list[list[Change]]:
    bounds = [change for change in flips if change.how is not None]
    names = {change.facts[0].name for change in bounds}
    return [[change for change in bounds if change.facts[0].name == name] for name in sorted(names)]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The bounds of one fact: what it must be, its tightest limits, and what it must not be."""

    equal: Change | None
    low: Change | None
    high: Change | None
    unequal: tuple[Change, ...]

    @classmethod
    def of(cls, bounds: list[Change]) -> _Bounds:
        lower = [change for change in bounds if change.how in (Comparison.MORE, Comparison.AT_LEAST)]
        upper = [change for change in bounds if change.how in (Comparison.LESS, Comparison.AT_MOST)]
        return cls(
            next((change for change in bounds if change.how == Comparison.EQUAL), None),
            max(lower, key=lambda change: (change.bound, change.how == Comparison.MORE), default=None),
            min(upper, key=lambda change: (change.bound, change.how == Comparison.AT_MOST), default=None),
            tuple(change for change in bounds if change.how == Comparison.UNEQUAL),
        )

    @property
    def changes(self) -> tuple[Change, ...]:
        """The bounds from which all others follow."""
        if self.equal:
            return (self.equal,)
        return tuple(change for change in (self.low, self.high, *self.unequal) if change)


def _leave_room(bounds: list[Change]) -> bool:
    """Return whether a value is within all bounds of one fact; of whole numbers a whole one."""
    tight = _Bounds.of(bounds)
    if tight.equal:
        return all(_allows(change, tight.equal.bound) for change in bounds)
    if not tight.low or not tight.high:
        return True
    low, high = tight.low.bound, tight.high.bound
    if isinstance(low, int):
        return bool(low + (tight.low.how == Comparison.MORE) <= high - (tight.high.how == Comparison.LESS))
    is_closed = tight.low.how == Comparison.AT_LEAST and tight.high.how == Comparison.AT_MOST
    return bool(low < high or (is_closed and low == high))


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
