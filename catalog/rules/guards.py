"""PURE. Whether a rule asks facts that can lack something only where they are known.

Each part has facts that are known if it is true, and facts that are known if it is false: `has_price` the one, and
`!has_price` the other. In `a && b` each operand may rely on what the others being true implies, in `a || b` on what
the others being false implies, whatever their order.

That this is enough rests on one law: if a fact is among those known when a part is true, and it is lacking, then the
part is *false* whatever errors stand in it (and likewise the other way round). So an operand that relies on another in
vain, and may be an error, stands beside one that decides against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .fact_types import Fact
from .tree import (
    AllOf,
    AnyOf,
    Choice,
    FactValue,
    Imitates,
    IsKnown,
    Mentions,
    Node,
    Not,
    Quantified,
    Quantor,
    children,
)

type Names = frozenset[str]
NONE: Names = frozenset()


@dataclass(frozen=True, slots=True)
class Implied:
    """Which facts are known if a part is true, and which if it is false."""

    if_true: Names = NONE
    if_false: Names = NONE


@dataclass(frozen=True, slots=True)
class Unguarded:
    """A fact that is asked at `at` where it may be lacking."""

    at: int
    fact: Fact


def unguarded(node: Node, known: Names = NONE) -> Iterator[Unguarded]:
    """Yield the facts that are asked where they may be lacking, if those in `known` are not."""
    match node:
        case FactValue() | Mentions() | Imitates():
            if node.fact.can_lack and node.fact.name not in known:
                yield Unguarded(node.at, node.fact)
        case AllOf() | AnyOf():
            for operand, implied in zip(node.operands, _of_others(node), strict=True):
                yield from unguarded(operand, known | implied)
        case Choice():
            condition = implied_by(node.condition)
            yield from unguarded(node.condition, known)
            yield from unguarded(node.then, known | condition.if_true)
            yield from unguarded(node.otherwise, known | condition.if_false)
        case _:
            for child in children(node):
                yield from unguarded(child, known)


def implied_by(node: Node) -> Implied:
    """Return which facts are known if a part is true, and which if it is false."""
    match node:
        case IsKnown():
            return Implied(if_true=frozenset([node.fact.name]))
        case Not():
            implied = implied_by(node.operand)
            return Implied(implied.if_false, implied.if_true)
        case AllOf():
            parts = [implied_by(operand) for operand in node.operands]
            return Implied(_any(part.if_true for part in parts), _all([part.if_false for part in parts]))
        case AnyOf():
            parts = [implied_by(operand) for operand in node.operands]
            return Implied(_all([part.if_true for part in parts]), _any(part.if_false for part in parts))
        case Choice():
            return _implied_by_choice(node)
        case Quantified():
            return _implied_by_quantor(node)
        case _:
            return Implied()


def _implied_by_choice(node: Choice) -> Implied:
    """Only where the condition itself says which branch is taken: its errors are the choice's."""
    condition, then, otherwise = implied_by(node.condition), implied_by(node.then), implied_by(node.otherwise)
    return Implied(
        (condition.if_true & otherwise.if_true) | (condition.if_false & then.if_true),
        (condition.if_true & otherwise.if_false) | (condition.if_false & then.if_false),
    )


def _implied_by_quantor(node: Quantified) -> Implied:
    """That one item fits implies what its condition does; a list that can be lacking may be an error instead."""
    if isinstance(node.items, FactValue) and node.items.fact.can_lack:
        return Implied()
    condition = implied_by(node.condition)
    if node.quantor == Quantor.EXISTS:
        return Implied(if_true=condition.if_true)
    return Implied(if_false=condition.if_false)


def _of_others(node: AllOf | AnyOf) -> list[Names]:
    """Return for each operand what the others imply when they don't decide the whole."""
    parts = [implied_by(operand) for operand in node.operands]
    own = [part.if_true if isinstance(node, AllOf) else part.if_false for part in parts]
    return [_any(own[:at] + own[at + 1 :]) for at in range(len(own))]


def _any(sets: Sequence[Names] | Iterator[Names]) -> Names:
    return NONE.union(*sets)


def _all(sets: Sequence[Names]) -> Names:
    return sets[0].intersection(*sets[1:])
