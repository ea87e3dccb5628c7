"""PURE. From CEL's checked expression to the tree of a rule; what the tree has no node for is refused.

The language of rules is a part of CEL: what can be answered alike for one listing, in SQL and over arrays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from . import checked_tree as cel
from .fact_types import FactType
from .facts import ASSUMED, FACTS
from .function_calls import ReadsCalls
from .listing_facts import ListKind
from .problems import Problem, cannot_hold
from .refusing import Refusal, Refuses
from .scanning import name_before
from .tree import (
    AllOf,
    AnyOf,
    Calculate,
    Choice,
    Compare,
    Comparison,
    FactValue,
    IsKnown,
    Item,
    ListLiteral,
    Literal,
    Negative,
    Node,
    Not,
    Quantified,
    Quantor,
    Sign,
    ValueType,
    Within,
)
from .wording import Says

NESTED_QUANTORS = 2
"""How deep quantors may be nested. Two go through 100 × 100 items, which is CEL's budget for an evaluation."""

MOST_ITEMS = 1_000
"""How many values a list in a rule can have; longer ones are lists of their own, which can be edited and counted."""

_VALUE_TYPES = {
    "bool": ValueType.BOOL,
    "int": ValueType.INT,
    "double": ValueType.DOUBLE,
    "string": ValueType.TEXT,
    "list(string)": ValueType.TEXTS,
    "list(int)": ValueType.INTS,
    "list(double)": ValueType.DOUBLES,
}
_NUMBERS = (ValueType.INT, ValueType.DOUBLE)
_LISTS = (ValueType.TEXTS, ValueType.INTS, ValueType.DOUBLES)
_SIGNS = {f"_{sign}_": sign for sign in Sign}
_COMPARISONS = {f"_{comparison}_": comparison for comparison in Comparison}
FACT_VALUES = {fact_type: ValueType.INT if fact_type == FactType.DAYS else ValueType(fact_type.value)
               for fact_type in FactType}  # fmt: skip


def read(text: str, expression: cel.Part, lists: Mapping[str, ListKind]) -> tuple[Node | None, list[Problem]]:
    """Return the tree of a rule, or None and all that is wrong with it; `lists` are those that a rule may ask."""
    reader = _Reader(text, lists)
    try:
        return reader.node(expression), reader.problems
    except Refusal:
        return None, reader.problems


class _Reader(ReadsCalls, Refuses):
    """Reads one rule. A part that is refused stops the reading of its clause; the other clauses are still read."""

    def __init__(self, text: str, lists: Mapping[str, ListKind]) -> None:
        super().__init__(text)
        self.lists = lists
        self.items: dict[str, ValueType] = {}

    def node(self, part: cel.Part) -> Node:
        """Return the node for a part of the expression. Raises `Refusal`."""
        match part:
            case cel.Constant():
                return self.literal(part)
            case cel.Name():
                return self._name(part)
            case cel.Listed():
                return self._list_literal(part)
            case cel.Fold():
                return self._quantified(part)
            case cel.Call():
                return self._call(part)
            case cel.Select(is_test=True):
                raise self.refused(part.at, Says.NO_HAS, Says.ASK_HAS)
            case cel.Select():
                raise self.refused(part.at, Says.NO_PARTS)
            case _:
                raise self.refused(part.at, Says.NO_MAPS)

    def literal(self, part: cel.Constant) -> Literal:
        """Return the node for a value that stands in the rule. Raises `Refusal`."""
        if part.value is None:
            says = Says.NO_BYTES if part.type == "bytes" else Says.NO_UNSIGNED if part.type == "uint" else Says.NO_NULL
            raise self.refused(part.at, says, Says.ASK_HAS if says == Says.NO_NULL else None)
        if isinstance(part.value, float) and not math.isfinite(part.value):
            raise self.refused(part.at, Says.NUMBER_TOO_LARGE, Says.LARGEST_DOUBLE)
        if isinstance(part.value, str) and cannot_hold(part.value) is not None:
            raise self.refused(part.at, Says.HALF_LETTER)
        return Literal(part.at, _VALUE_TYPES[part.type], part.value)

    def _name(self, part: cel.Name) -> Node:
        if part.name in self.items:
            return Item(part.at, self.items[part.name], part.name)
        if part.name in ASSUMED:
            return IsKnown(part.at, ValueType.BOOL, ASSUMED[part.name])
        if part.name in FACTS:
            fact = FACTS[part.name]
            return FactValue(part.at, FACT_VALUES[fact.type], fact)
        raise self.refused(part.at, Says.NO_TYPES, name=part.name)

    def _list_literal(self, part: cel.Listed) -> ListLiteral:
        if not part.items:
            raise self.refused(part.at, Says.EMPTY_LIST)
        if len(part.items) > MOST_ITEMS:
            values = {"count": str(len(part.items)), "most": str(MOST_ITEMS)}
            raise self.refused(part.at, Says.TOO_MANY_ITEMS, Says.USE_LIST, **values)
        items = []
        for item in part.items:
            if not isinstance(item, cel.Constant):
                raise self.refused(item.at, Says.LIST_OF_CONSTANTS)
            items.append(self.literal(item))
        if part.type not in _VALUE_TYPES:
            raise self.refused(part.at, Says.MIXED_LIST)
        return ListLiteral(part.at, _VALUE_TYPES[part.type], tuple(item.value for item in items))

    def _quantified(self, part: cel.Fold) -> Quantified:
        at = name_before(self.text, part.at)
        quantor, condition = self._quantor(part, at)
        if part.name in FACTS or part.name in ASSUMED:
            raise self.refused(at, Says.ITEM_NAMED_AS_FACT, Says.NAME_ITEM_OTHERWISE, name=part.name)
        if part.name in self.items:
            raise self.refused(at, Says.ITEM_NAMED_TWICE, Says.NAME_ITEM_OTHERWISE, name=part.name)
        if len(self.items) == NESTED_QUANTORS:
            raise self.refused(at, Says.TOO_MANY_QUANTORS, limit=str(NESTED_QUANTORS))
        items = self.list_node(part.items)
        self.items[part.name] = {ValueType.TEXTS: ValueType.TEXT, ValueType.INTS: ValueType.INT}.get(
            items.type, ValueType.DOUBLE
        )
        try:
            return Quantified(at, ValueType.BOOL, quantor, items, part.name, self.node(condition))
        finally:
            del self.items[part.name]

    def _quantor(self, part: cel.Fold, at: int) -> tuple[Quantor, cel.Part]:
        """Recognise a quantor by what its macro expands to: joining the condition to what was found so far."""
        step = part.step
        if isinstance(part.begin, cel.Constant) and isinstance(part.begin.value, bool) and isinstance(step, cel.Call):
            quantor = {"_||_": Quantor.EXISTS, "_&&_": Quantor.ALL}.get(step.function)
            if quantor and isinstance(part.result, cel.Name):
                return quantor, step.arguments[1]
        raise self.refused(at, Says.NO_SUCH_MACRO, Says.ASK_QUANTORS, name=self.word_at(at))

    def list_node(self, part: cel.Part) -> Node:
        """Return the node of a list, which is a fact or stands in the rule. Raises `Refusal`."""
        node = self.node(part)
        if isinstance(node, FactValue | ListLiteral) and node.type in _LISTS:
            return node
        raise self.refused(part.at, Says.LIST_IS_FACT_OR_LITERAL)

    def _call(self, part: cel.Call) -> Node:
        match part.function, part.arguments:
            case "_&&_" | "_||_", _:
                return self._joined(part)
            case "!_", (operand,):
                return Not(part.at, ValueType.BOOL, self.node(operand))
            case "-_", (operand,):
                negated = self.node(operand)
                return Negative(part.at, negated.type, negated)
            case "_?_:_", (condition, then, otherwise):
                return self._choice(part, condition, then, otherwise)
            case "@in", (item, items):
                return Within(part.at, ValueType.BOOL, self.node(item), self.list_node(items))
            case function, (left, right) if function in _COMPARISONS:
                return self._compared(part, _COMPARISONS[function], left, right)
            case function, (left, right) if function in _SIGNS:
                return self._calculated(part, _SIGNS[function], left, right)
            case "_[_]", _:
                raise self.refused(part.at, Says.NO_INDEX, Says.ASK_QUANTORS)
            case _:
                return self.function_call(part)

    def _joined(self, part: cel.Call) -> Node:
        kind = AllOf if part.function == "_&&_" else AnyOf
        operands: list[Node] = []
        refusal: Refusal | None = None
        for argument in part.arguments:
            try:
                operand = self.node(argument)
            except Refusal as error:
                refusal = error
            else:
                operands.extend(operand.operands if isinstance(operand, kind) else [operand])
        if refusal:
            raise refusal
        return kind(part.at, ValueType.BOOL, tuple(operands))

    def _choice(self, part: cel.Call, condition: cel.Part, then: cel.Part, otherwise: cel.Part) -> Choice:
        nodes = [self.node(each) for each in (condition, then, otherwise)]
        if nodes[1].type in _LISTS:
            raise self.refused(part.at, Says.NO_CHOICE_OF_LISTS)
        return Choice(part.at, nodes[1].type, *nodes)

    def _compared(self, part: cel.Call, how: Comparison, left: cel.Part, right: cel.Part) -> Compare:
        nodes = self.node(left), self.node(right)
        if nodes[0].type in _LISTS:
            raise self.refused(part.at, Says.NO_COMPARING_LISTS, Says.ASK_QUANTORS)
        if nodes[0].type == ValueType.BOOL and how not in (Comparison.EQUAL, Comparison.UNEQUAL):
            raise self.refused(part.at, Says.NO_ORDER_OF_BOOLS)
        return Compare(part.at, ValueType.BOOL, how, *nodes)

    def _calculated(self, part: cel.Call, how: Sign, left: cel.Part, right: cel.Part) -> Calculate:
        nodes = self.node(left), self.node(right)
        if nodes[0].type not in _NUMBERS and not (nodes[0].type == ValueType.TEXT and how == Sign.PLUS):
            raise self.refused(part.at, Says.NO_CALCULATING, sign=how.value)
        return Calculate(part.at, nodes[0].type, how, *nodes)
