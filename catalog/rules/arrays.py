"""PURE. A rule over NumPy columns of facts: the quick engine for many listings in memory.

Each node is calculated for all rows at once. What is dear (texts, lists, quantors) is only asked of the rows whose fate
is still open after the cheap operands of its `&&` or `||`; in which order operands are asked changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arithmetic import Since, folded, moment_asked
from .array_texts import any_item, any_near, each, has_words, is_entry, mentions_entry, text_test, within
from .array_values import (
    Valued,
    Verdict,
    are_among,
    as_lists,
    as_numbers,
    as_texts,
    calculated,
    chosen,
    compared,
    concatenated,
    either,
    items_of,
    judged,
    negative,
    rows_with,
    taken,
)
from .columns import Columns, Lists, Mask, Rows, Texts, Values, microseconds, pooled
from .fact_types import FOLDED, SKELETON, FactType
from .forms import folded_words, skeleton_words
from .listing_facts import RuleList
from .tree import (
    AllOf,
    AnyOf,
    AskText,
    Calculate,
    Choice,
    Compare,
    Comparison,
    FactValue,
    Imitates,
    IsKnown,
    Item,
    ListLiteral,
    ListTest,
    Literal,
    Mentions,
    Negative,
    Node,
    Not,
    PhotoTest,
    Quantified,
    Quantor,
    Size,
    ValueType,
    Within,
    cheap_first,
    is_dear,
)

_DAY = timedelta(days=1) // timedelta(microseconds=1)
_DTYPES = {ValueType.INT: np.int64, ValueType.DOUBLE: np.float64, ValueType.BOOL: np.bool_,
           ValueType.INTS: np.int64, ValueType.DOUBLES: np.float64}  # fmt: skip

WORTH_SKIPPING = 0.5
"""If at most this share of the rows is still open, taking them out costs less than asking all."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a rule says of each listing: its value, False where it is an error, and where it is an error."""

    values: Mask
    errors: Mask


def evaluate_arrays(tree: Node, columns: Columns, lists: Mapping[str, RuleList]) -> Truth:
    """Return what a rule says of all listings. Raises KeyError for a list or a fact that is not there."""
    verdict = _Frame(columns, lists, columns.count).verdict(tree)
    true = np.broadcast_to(verdict.true, columns.count)
    if verdict.false is None:
        return Truth(true, np.zeros(columns.count, np.bool_))
    return Truth(true, np.broadcast_to(~(true | verdict.false), columns.count))


@dataclass(frozen=True, slots=True)
class _Frame:
    """The rows that a node is calculated for, all where `rows` is None, and the items at which quantors look."""

    columns: Columns
    lists: Mapping[str, RuleList]
    count: int
    rows: Rows | None = None
    items: Mapping[str, Values] | None = None

    def narrowed(self, rows: Rows) -> _Frame:
        """Return the frame of some of its rows, which may be repeated."""
        items = {name: taken(item, rows) for name, item in (self.items or {}).items()}
        return replace(self, count=len(rows), rows=rows if self.rows is None else self.rows[rows], items=items)

    def verdict(self, node: Node) -> Verdict:
        """Return the truth of a bool node."""
        match node:
            case Literal(value=constant):
                return Verdict(np.asarray(bool(constant)))
            case IsKnown():
                return self.is_known(node)
            case Not():
                inner = self.verdict(node.operand)
                return Verdict(inner.is_false, None if inner.false is None else inner.true)
            case AllOf() | AnyOf():
                return self.joined(node)
            case Choice():
                return self.choice(node)
            case Compare():
                return self.compared(node)
            case Quantified():
                return self.quantified(node)
            case FactValue():
                known = self.value(node)
                return judged(known.values, known.errors)
        return self.tested(node)

    def is_known(self, node: IsKnown) -> Verdict:
        column = self.columns.columns[node.fact.name]
        if column.known is None:
            return Verdict(np.asarray(True))
        known = self.of_rows(column.known)
        return Verdict(known, None if column.failed is None else ~(known | self.of_rows(column.failed)))

    def of_rows(self, mask: Mask) -> Mask:
        return mask if self.rows is None else mask[self.rows]

    def joined(self, node: AllOf | AnyOf) -> Verdict:
        """Join operands, the dear ones last and of the open rows only.

        `through` is what all operands let through, `decided` what one of them decides: false for `&&`, true for `||`.
        While nothing can be an error, the one is the opposite of the other.
        """
        is_all = isinstance(node, AllOf)
        through: Mask = np.asarray(True)
        decided: Mask | None = None
        for operand in cheap_first(node.operands):
            open_rows = self.open_rows(through, decided) if is_dear(operand) else None
            one = self.verdict(operand) if open_rows is None else self.scattered(operand, open_rows)
            if decided is None and one.false is not None:
                decided = ~through
            if decided is not None:
                decided = decided | (one.is_false if is_all else one.true)
            through = through & (one.true if is_all else one.is_false)
        if is_all:
            return Verdict(through, decided)
        return Verdict(~through) if decided is None else Verdict(decided, through)

    def open_rows(self, through: Mask, decided: Mask | None) -> Rows | None:
        """Return the rows that are still open where they are few, otherwise None."""
        undecided = through if decided is None else ~decided
        if undecided.ndim == 0 or np.count_nonzero(undecided) > WORTH_SKIPPING * self.count:
            return None
        return np.flatnonzero(undecided)

    def scattered(self, node: Node, rows: Rows) -> Verdict:
        """Return the verdict for some rows; the others count as errors, which change nothing of what is decided."""
        part = self.narrowed(rows).verdict(node)
        true, false = np.zeros(self.count, np.bool_), np.zeros(self.count, np.bool_)
        true[rows], false[rows] = part.true, part.is_false
        return Verdict(true, false)

    def choice(self, node: Choice) -> Verdict:
        condition, then, otherwise = map(self.verdict, (node.condition, node.then, node.otherwise))
        yes, no = condition.true, condition.is_false
        if condition.false is None and then.false is None and otherwise.false is None:
            return Verdict((yes & then.true) | (no & otherwise.true))
        return Verdict((yes & then.true) | (no & otherwise.true), (yes & then.is_false) | (no & otherwise.is_false))

    def compared(self, node: Compare) -> Verdict:
        if node.left.type == ValueType.BOOL:
            return self.bools_compared(node)
        since = moment_asked(node, self.columns.as_of)
        if since is not None:
            return self.moment_compared(since)
        left, right = self.value(node.left), self.value(node.right)
        return judged(compared(node.how, left.values, right.values), either(left.errors, right.errors))

    def moment_compared(self, since: Since) -> Verdict:
        moments = self.fact(since.fact.name)
        values, answers = as_numbers(moments.values), None
        if since.after is not None:
            answers = values > microseconds(since.after)
        if since.until is not None:
            before = values <= microseconds(since.until)
            answers = before if answers is None else answers & before
        assert answers is not None
        return judged(~answers if since.is_not else answers, moments.errors)

    def bools_compared(self, node: Compare) -> Verdict:
        left, right = self.verdict(node.left), self.verdict(node.right)
        same = (left.true & right.true) | (left.is_false & right.is_false)
        other = (left.true & right.is_false) | (left.is_false & right.true)
        return Verdict(same, other) if node.how == Comparison.EQUAL else Verdict(other, same)

    def quantified(self, node: Quantified) -> Verdict:
        """Ask the condition of all items of all rows at once."""
        value = self.value(node.items)
        lists = as_lists(value.values)
        rows, places = items_of(lists, value.errors, self.count)
        inner = self.narrowed(rows)
        items = {**(inner.items or {}), node.name: taken(lists.flat, places)}
        one = replace(inner, items=items).verdict(node.condition)
        true, false = (np.broadcast_to(mask, len(rows)) for mask in (one.true, one.is_false))
        decided = rows_with(rows, true if node.quantor == Quantor.EXISTS else false, self.count)
        rest = ~(decided | rows_with(rows, ~(true | false), self.count))
        if value.errors is not None:
            rest &= ~value.errors
        return Verdict(decided, rest) if node.quantor == Quantor.EXISTS else Verdict(rest, decided)

    def tested(self, node: Node) -> Verdict:
        """Return the verdict of a test of texts or lists."""
        match node:
            case Within(items=ListLiteral(items=constants)):
                item = self.value(node.item)
                return judged(are_among(item.values, constants), item.errors)
            case Within():
                return within(self.value(node.item), self.value(node.items), self.count)
            case AskText():
                return text_test(node.test, self.value(node.text), self.value(node.wanted))
            case ListTest():
                return each(self.value(node.value), is_entry(self.lists[node.list_name]), self.count)
            case PhotoTest():
                return any_item(self.value(node.hashes), any_near(self.lists[node.list_name], node.bits), self.count)
            case Imitates():
                return each(self.fact(f"{node.fact.name}{SKELETON}"), has_words(skeleton_words(node.word)), self.count)
            case Mentions(list_name=name):
                asks = mentions_entry(self.lists[name]) if name else has_words(folded_words(node.words))
                return each(self.fact(f"{node.fact.name}{FOLDED}"), asks, self.count)
        raise TypeError(f"{type(node).__name__} is no question")

    def value(self, node: Node) -> Valued:
        """Return the values of a node that is no bool, or of a bool fact."""
        part = folded(node)
        match part:
            case None:
                return Valued(np.zeros((), _DTYPES[node.type]), np.asarray(True))
            case Literal(value=str(text)):
                return Valued(Texts(pooled([text]), np.asarray(0)))
            case Literal(value=constant):
                return Valued(np.asarray(constant, _DTYPES[node.type]))
            case ListLiteral(items=items):
                is_of_texts = node.type == ValueType.TEXTS
                flat: NDArray[Any] | Texts = (
                    Texts.of(map(str, items)) if is_of_texts else np.array(items, _DTYPES[node.type])
                )
                return Valued(Lists(flat, np.asarray(0), np.asarray(len(items))))
            case FactValue():
                value = self.fact(part.fact.name)
                return self.days(value) if part.fact.type == FactType.DAYS else value
            case Item():
                return Valued((self.items or {})[part.name])
            case Choice():
                return chosen(self.verdict(part.condition), self.value(part.then), self.value(part.otherwise))
            case Size():
                return self.size(part)
        return self.calculated(part)

    def fact(self, name: str) -> Valued:
        column = self.columns.columns[name]
        values = column.values if self.rows is None else taken(column.values, self.rows)
        return Valued(values, None if column.known is None else ~self.of_rows(column.known))

    def days(self, moments: Valued) -> Valued:
        return Valued((microseconds(self.columns.as_of) - as_numbers(moments.values)) // _DAY, moments.errors)

    def size(self, node: Size) -> Valued:
        measured = self.value(node.operand)
        if isinstance(measured.values, Lists):
            return Valued(measured.values.lengths.astype(np.int64), measured.errors)
        return Valued(as_texts(measured.values).mapped(len, np.int64), measured.errors)

    def calculated(self, node: Node) -> Valued:
        if isinstance(node, Negative):
            operand = self.value(node.operand)
            result, errors = negative(as_numbers(operand.values))
            return Valued(result, either(operand.errors, errors))
        assert isinstance(node, Calculate)
        left, right = self.value(node.left), self.value(node.right)
        operands = either(left.errors, right.errors)
        if node.type == ValueType.TEXT:
            return Valued(concatenated(as_texts(left.values), as_texts(right.values)), operands)
        result, errors = calculated(node.how, as_numbers(left.values), as_numbers(right.values))
        return Valued(result, either(operands, errors))
