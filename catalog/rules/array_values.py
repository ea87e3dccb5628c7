"""PURE. Values of many listings: truths and errors as masks, and calculating with both.

A truth has two masks, so that joining needs no third for errors: what is neither true nor false is an error. Where
nothing can be an error, the second mask is left out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arithmetic import LEAST, Bounds, exact_bounds
from .columns import Lists, Mask, Rows, Texts, Values, pooled
from .tree import Comparison, Sign

OPERATORS: dict[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.EQUAL: operator.eq,
    Comparison.UNEQUAL: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
}
_SURELY_FITS = 9.2e18
"""Below this a product of doubles says that the product of whole numbers has 64 bits: its error is below 1e-15."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which listings a node is true of, and which it is false of: all others where `false` is None."""

    true: Mask
    false: Mask | None = None

    @property
    def is_false(self) -> Mask:
        """Which listings the node is false of."""
        return ~self.true if self.false is None else self.false


@dataclass(frozen=True, slots=True)
class Valued:
    """The values of a node, or one for all rows, and which are errors: none where `errors` is None."""

    values: Values
    errors: Mask | None = None


def either(*masks: Mask | None) -> Mask | None:
    """Return where one of the masks is true."""
    found: Mask | None = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else found | mask
    return found


def judged(answers: Any, errors: Mask | None) -> Verdict:
    """Return answers as a verdict, errors where they are none."""
    true = np.asarray(answers, np.bool_)
    if errors is None:
        return Verdict(true)
    fine = ~errors
    true = true & fine
    return Verdict(true, fine ^ true)


def chosen(condition: Verdict, then: Valued, otherwise: Valued) -> Valued:
    """Return the values that a condition chooses."""
    errors = either(
        None if condition.false is None else ~(condition.true | condition.false),
        None if then.errors is None else condition.true & then.errors,
        None if otherwise.errors is None else condition.is_false & otherwise.errors,
    )
    if isinstance(then.values, Texts) and isinstance(otherwise.values, Texts):
        codes = np.where(condition.true, then.values.codes, otherwise.values.codes + len(then.values.pool))
        return Valued(Texts(np.concatenate([then.values.pool, otherwise.values.pool]), codes), errors)
    return Valued(np.where(condition.true, as_numbers(then.values), as_numbers(otherwise.values)), errors)


def compared(how: Comparison, left: Values, right: Values) -> Any:
    """Return the answers of a comparison of two values of one type."""
    compare = OPERATORS[how]
    if not isinstance(left, Texts) or not isinstance(right, Texts):
        return compare(left, right)
    if not right.codes.ndim:
        wanted = right.pool[right.codes]
        return left.mapped(lambda text: compare(text, wanted), np.bool_)
    return compare(left.spread(), right.spread())


def calculated(how: Sign, left: NDArray[Any], right: NDArray[Any]) -> tuple[NDArray[Any], Mask | None]:
    """Return two numbers calculated, and where that is an error."""
    with np.errstate(all="ignore"):
        if left.dtype == np.float64 or right.dtype == np.float64:
            return _DIRECT[how](left, right), None
        if how in _DIRECT and how != Sign.OVER and exact_bounds(how, _range(left), _range(right)).fit:
            return _DIRECT[how](left, right), None
        result, errors = _INTS[how](left, right)
    return result, errors if errors.any() else None


def _range(values: NDArray[np.int64]) -> Bounds:
    """Return between which numbers the values lie: looking is quicker than checking each result."""
    return Bounds(int(values.min()), int(values.max())) if values.size else Bounds(0, 0)


def negative(values: NDArray[Any]) -> tuple[NDArray[Any], Mask | None]:
    """Return numbers with the other sign, and where that is an error."""
    with np.errstate(all="ignore"):
        return -values, (values == LEAST) if values.dtype == np.int64 else None


def _plus(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.int64], Mask]:
    total = np.add(left, right)
    return total, ((left ^ total) & (right ^ total)) < 0


def _minus(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.int64], Mask]:
    difference = np.subtract(left, right)
    return difference, ((left ^ right) & (left ^ difference)) < 0


def _times(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.int64], Mask]:
    """Return products; the few near the edge are multiplied exactly."""
    product = np.multiply(left, right)
    near_edge = np.abs(np.multiply(left, right, dtype=np.float64)) >= _SURELY_FITS
    errors = np.array(near_edge, ndmin=1)
    lefts, rights, products = (np.broadcast_to(each, errors.shape)[errors] for each in (left, right, product))
    errors[errors] = lefts.astype(object) * rights.astype(object) != products
    return product, errors.reshape(np.shape(near_edge))


def _over(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.int64], Mask]:
    """Return quotients, which end at the decimal point: what the remainder leaves is divided without rest."""
    remainder, errors = _modulo(left, right)
    return (left - remainder) // np.where(errors, 1, right), errors


def _modulo(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.int64], Mask]:
    errors = (right == 0) | ((right == -1) & (left == LEAST))
    return np.fmod(left, np.where(errors, 1, right)), errors


_INTS = {
    Sign.PLUS: _plus,
    Sign.MINUS: _minus,
    Sign.TIMES: _times,
    Sign.OVER: _over,
    Sign.MODULO: _modulo,
}
_DIRECT: dict[Sign, Callable[[Any, Any], Any]] = {
    Sign.PLUS: np.add,
    Sign.MINUS: np.subtract,
    Sign.TIMES: np.multiply,
    Sign.OVER: np.divide,
}


def concatenated(left: Texts, right: Texts) -> Texts:
    """Return texts joined, where one stands for all rows by joining it to the other's pool."""
    if not right.codes.ndim:
        end = str(right.pool[right.codes])
        return Texts(pooled(text + end for text in left.pool), left.codes)
    if not left.codes.ndim:
        beginning = str(left.pool[left.codes])
        return Texts(pooled(beginning + text for text in right.pool), right.codes)
    pool = pooled(first + second for first, second in zip(left.spread(), right.spread(), strict=True))
    return Texts(pool, np.arange(len(pool)))


def items_of(lists: Lists, errors: Mask | None, count: int) -> tuple[Rows, Rows]:
    """Return of each item of the lists of `count` rows its row, and where it stands in the flat array."""
    lengths = np.broadcast_to(lists.lengths, count)
    if errors is not None:
        lengths = np.where(errors, 0, lengths)
    rows = np.repeat(np.arange(count), lengths)
    before = np.cumsum(lengths) - lengths
    return rows, np.arange(len(rows)) + np.repeat(np.broadcast_to(lists.starts, count) - before, lengths)


def rows_with(rows: Rows, answers: Mask, count: int) -> Mask:
    """Return which rows have an item of which the answer is true."""
    found = np.zeros(count, np.bool_)
    found[rows[answers]] = True
    return found


def taken(values: Values, rows: Rows) -> Values:
    """Return the values of some rows; what stands for all rows stays."""
    return values.take(rows) if isinstance(values, Texts | Lists) else values[rows] if values.ndim else values


def are_among(values: Values, wanted: Sequence[Any]) -> Any:
    """Return which values are among some constants."""
    if isinstance(values, Texts):
        return values.mapped(frozenset(wanted).__contains__, np.bool_)
    numbers = as_numbers(values)
    return np.isin(numbers, np.array(list(wanted), numbers.dtype), kind="sort")


def as_texts(values: Values) -> Texts:
    """Return values that the tree says are texts."""
    if not isinstance(values, Texts):
        raise TypeError("these are no texts")
    return values


def as_lists(values: Values) -> Lists:
    """Return values that the tree says are lists."""
    if not isinstance(values, Lists):
        raise TypeError("these are no lists")
    return values


def as_numbers(values: Values) -> NDArray[Any]:
    """Return values that the tree says are numbers."""
    if isinstance(values, Texts | Lists):
        raise TypeError("these are no numbers")
    return values
