"""PURE. How rules calculate: 64-bit whole numbers of which what does not fit is an error, and IEEE 754 doubles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from .fact_types import Fact, FactType
from .tree import Calculate, Choice, Compare, Comparison, FactValue, Literal, Negative, Node, Sign, Size, ValueType

LEAST, MOST = -(2**63), 2**63 - 1

_LONGEST = 2**31
"""No text or list has more letters or items: PostgreSQL's values end at a gigabyte."""

_MOST_DAYS = 2**31
"""No moment is further away: PostgreSQL's timestamps go from 4714 BC to 294,276 AD."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which two whole numbers, both included, a node's value lies where it has one."""

    low: int = LEAST
    high: int = MOST

    def __contains__(self, number: int) -> bool:
        return self.low <= number <= self.high

    @property
    def fit(self) -> bool:
        """Whether all of them have 64 bits."""
        return self.low >= LEAST and self.high <= MOST


def exact_bounds(how: Sign, left: Bounds, right: Bounds) -> Bounds:
    """Return between which numbers the exact sum, difference, product, quotient or remainder lies."""
    match how:
        case Sign.PLUS:
            return Bounds(left.low + right.low, left.high + right.high)
        case Sign.MINUS:
            return Bounds(left.low - right.high, left.high - right.low)
        case Sign.TIMES:
            corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
            return Bounds(min(corners), max(corners))
    largest = max(abs(left.low), abs(left.high))
    return Bounds(-largest, largest)


def bounds(node: Node) -> Bounds:
    """Return between which numbers an int node's value lies."""
    match node:
        case Literal(value=int(value)):
            return Bounds(value, value)
        case Size():
            return Bounds(0, _LONGEST)
        case FactValue(fact=fact) if fact.type == FactType.DAYS:
            return Bounds(-_MOST_DAYS, _MOST_DAYS)
        case Negative():
            inner = bounds(node.operand)
            return _fitting(Bounds(-inner.high, -inner.low))
        case Choice():
            both = bounds(node.then), bounds(node.otherwise)
            return Bounds(min(each.low for each in both), max(each.high for each in both))
        case Calculate():
            return _fitting(exact_bounds(node.how, bounds(node.left), bounds(node.right)))
    return Bounds()


def _fitting(exact: Bounds) -> Bounds:
    return Bounds(min(max(exact.low, LEAST), MOST), max(min(exact.high, MOST), LEAST))


def may_be_nan(node: Node) -> bool:
    """Return whether a double node can be NaN, which neither a fact nor a literal is."""
    match node:
        case Calculate():
            return True
        case Negative():
            return may_be_nan(node.operand)
        case Choice():
            return may_be_nan(node.then) or may_be_nan(node.otherwise)
    return False


@dataclass(frozen=True, slots=True)
class Since:
    """Days of a fact compared with a number, told by its moment: `after < moment <= until`; either can be open.

    `is_not` says that the moment lies outside. Fewer than n whole days have passed exactly if the moment is later than
    n days ago, so that nothing has to be calculated for each listing.
    """

    fact: Fact
    after: datetime | None
    until: datetime | None
    is_not: bool = False


def moment_asked(node: Compare, as_of: datetime) -> Since | None:
    """Return what a comparison of days with a number asks of the moment; None where it is none or none is so early."""
    match node.left, folded(node.right):
        case FactValue(fact=fact), Literal(value=int(days)) if fact.type == FactType.DAYS:
            pass
        case _:
            return None
    try:
        ago, day_before = (as_of - timedelta(days=days + more) for more in (0, 1))
    except OverflowError:
        return None
    match node.how:
        case Comparison.LESS:
            return Since(fact, ago, None)
        case Comparison.AT_MOST:
            return Since(fact, day_before, None)
        case Comparison.MORE:
            return Since(fact, None, day_before)
        case Comparison.AT_LEAST:
            return Since(fact, None, ago)
    return Since(fact, day_before, ago, is_not=node.how == Comparison.UNEQUAL)


def calculate(how: Sign, left: int | float, right: int | float) -> int | float | None:
    """Return the result for two numbers of one type, or None where it is an error."""
    if isinstance(left, float) or isinstance(right, float):
        return _doubles(how, float(left), float(right))
    match how:
        case Sign.PLUS:
            result = left + right
        case Sign.MINUS:
            result = left - right
        case Sign.TIMES:
            result = left * right
        case _:
            if right == 0 or (left, right) == (LEAST, -1):
                return None
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            result = quotient if how == Sign.OVER else left - quotient * right
    return result if LEAST <= result <= MOST else None


def _doubles(how: Sign, left: float, right: float) -> float:
    match how:
        case Sign.PLUS:
            return left + right
        case Sign.MINUS:
            return left - right
        case Sign.TIMES:
            return left * right
    if right:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def folded(node: Node) -> Node | None:
    """Return the literal that a calculation of nothing but literals comes to, None for an error, otherwise the node."""
    match node:
        case Negative():
            inner = folded(node.operand)
            if not isinstance(inner, Literal):
                return node if inner else None
            if isinstance(inner.value, float):
                return Literal(node.at, node.type, -inner.value)
            return _literal(node, calculate(Sign.MINUS, 0, int(inner.value)))
        case Calculate() if node.type != ValueType.TEXT:
            left, right = folded(node.left), folded(node.right)
            if left is None or right is None:
                return None
            if isinstance(left, Literal) and isinstance(right, Literal):
                return _literal(node, calculate(node.how, _number(left), _number(right)))
    return node


def _number(literal: Literal) -> int | float:
    assert isinstance(literal.value, int | float)
    return literal.value


def _literal(node: Node, value: int | float | None) -> Literal | None:
    return None if value is None else Literal(node.at, node.type, value)
