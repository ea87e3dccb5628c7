"""PURE. A rule as an expression of PostgreSQL over the tables of facts, for backtests.

The tables have a column for each fact, NULL where it is lacking or failed: boolean, bigint, double precision, text,
text[], bigint[], and the moment as timestamptz for facts in days. `has_…` says whether a fact that can lack something
is known, NULL where it failed; searched texts also stand in the forms of `fact_types.forms`. What is long stands in a
second table (`fact_table.is_apart`). NULL is *error*, and PostgreSQL joins NULL by AND and OR as rules join errors.

What an author writes goes into parameters, and nothing that one can write raises: see `sql_numbers` and `patterns`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import sql_lists, sql_numbers, sql_photos
from .arithmetic import bounds, folded, may_be_nan, moment_asked
from .fact_table import is_apart
from .fact_types import FOLDED, SKELETON, Fact, FactType
from .forms import folded_words, skeleton_words
from .listing_facts import ListKind, RuleList
from .patterns import portable
from .sql_parts import NotTranslatable as NotTranslatable
from .sql_parts import Sql, joined, null, pair, sql, value
from .tree import (
    AllOf,
    AnyOf,
    AskText,
    Calculate,
    Choice,
    Compare,
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
    TextTest,
    ValueType,
    Within,
    cheap_first,
)

FACTS, TEXTS = "f", "t"
"""What the two tables are called in the statement around a rule."""


@dataclass(frozen=True, slots=True)
class SqlRule:
    """A boolean expression with `%s` for its parameters, as psycopg takes them. NULL means *error*.

    `speaks` is true where the rule fires or is an error, with the same parameters. The planner may ask its conditions
    in any order, and so the cheap ones first. `asks_texts` says whether the second table is asked.
    """

    expression: str
    parameters: tuple[Any, ...]
    speaks: str
    asks_texts: bool


def compile_sql(tree: Node, lists: Mapping[str, RuleList], *, as_of: datetime) -> SqlRule:
    """Return a rule as SQL over the tables of facts `f` and `t`, with days counted to the moment `as_of`.

    Raises NotTranslatable for what the database cannot be asked.
    """
    writer = _Writer(lists, as_of)
    written = writer.expression(tree)
    return SqlRule(written.text, written.parameters, writer.speaks(tree), TEXTS in writer.tables)


@dataclass(frozen=True)
class _Writer:
    """Writes a rule; `items` has the column of each item that a quantor around the part looks at.

    `tables` collects which tables are asked.
    """

    lists: Mapping[str, RuleList]
    as_of: datetime
    items: Mapping[str, Sql] | None = None
    tables: set[str] = field(default_factory=set)

    def expression(self, node: Node) -> Sql:
        """Return the expression of any node."""
        constant = folded(node)
        match constant:
            case None:
                return null(node.type)
            case Literal():
                return self.constant(constant.value, node)
            case ListLiteral():
                return self.constant(list(constant.items), node)
            case FactValue() | IsKnown() | Item():
                return self.column(constant)
            case Calculate() | Negative():
                return self.calculated(constant)
            case Compare():
                return self.compared(constant)
            case AskText():
                return self.text_test(constant)
            case ListTest() | Mentions() | Imitates() | PhotoTest():
                return self.list_test(constant)
        return self.logic(constant)

    def speaks(self, tree: Node) -> str:
        """Return where a rule is not false: what is joined by AND is not where none of it is."""
        asked = folded(tree)
        conditions = cheap_first(asked.operands) if isinstance(asked, AllOf) else (tree,)
        return " AND ".join(f"{self.expression(each).text} IS NOT FALSE" for each in conditions)

    def constant(self, content: Any, node: Node) -> Sql:
        try:
            return value(content, node.type)
        except ValueError as error:
            raise NotTranslatable(str(error), node.at) from None

    def column(self, node: FactValue | IsKnown | Item) -> Sql:
        if isinstance(node, Item):
            return (self.items or {})[node.name]
        if isinstance(node, IsKnown):
            return self.named(node.fact, node.fact.has_name)
        column = self.named(node.fact, node.fact.name)
        if node.fact.type != FactType.DAYS:
            return column
        moment = Sql("CAST(%s AS timestamptz)", (self.as_of,))
        return sql("CAST(floor(extract(epoch FROM ({} - {})) / 86400) AS bigint)", moment, column)

    def named(self, fact: Fact, column: str) -> Sql:
        table = TEXTS if is_apart(fact, column) else FACTS
        self.tables.add(table)
        return Sql(f"{table}.{column}", is_plain=True)

    def logic(self, node: Node) -> Sql:
        match node:
            case Not():
                return sql("(NOT {})", self.expression(node.operand))
            case AllOf():
                return joined([self.expression(operand) for operand in cheap_first(node.operands)], " AND ")
            case AnyOf():
                return joined([self.expression(operand) for operand in cheap_first(node.operands)], " OR ")
            case Choice():
                parts = (self.expression(part) for part in (node.condition, node.then, node.otherwise))
                return sql("(CASE {} WHEN true THEN {} WHEN false THEN {} END)", *parts)
            case Within():
                return self.within(node)
            case Size(operand=operand):
                counted = "cardinality({})" if operand.type in sql_lists.LISTS else "length({})"
                return sql(f"CAST({counted} AS bigint)", self.expression(operand))
            case Quantified():
                return self.quantified(node)
        raise NotTranslatable(f"{type(node).__name__} cannot be asked of the database", node.at)

    def calculated(self, node: Calculate | Negative) -> Sql:
        if isinstance(node, Negative):
            operand = self.expression(node.operand)
            if node.type == ValueType.INT:
                return sql_numbers.negative_int(operand, bounds(node.operand))
            return sql("(- {})", operand)
        left, right = self.expression(node.left), self.expression(node.right)
        if node.type == ValueType.TEXT:
            return sql("({} || {})", left, right)
        if node.type == ValueType.DOUBLE:
            return sql_numbers.calculated_doubles(node.how, left, right)
        return sql_numbers.calculated_ints(node.how, left, right, (bounds(node.left), bounds(node.right)))

    def compared(self, node: Compare) -> Sql:
        days = self.days_compared(node)
        if days:
            return days
        left, right = self.expression(node.left), self.expression(node.right)
        match node.left.type:
            case ValueType.DOUBLE:
                may = may_be_nan(node.left), may_be_nan(node.right)
                return sql_numbers.compared_doubles(node.how, left, right, may)
            case ValueType.TEXT:
                return sql(f'({{}} COLLATE "C" {sql_numbers.OPERATORS[node.how]} {{}})', left, right)
        return sql(f"({{}} {sql_numbers.OPERATORS[node.how]} {{}})", left, right)

    def days_compared(self, node: Compare) -> Sql | None:
        """Return days compared with a number as moments compared, which an index can answer; None for all else."""
        since = moment_asked(node, self.as_of)
        if since is None:
            return None
        asked = [
            sql(f"{{}} {sign} {{}}", self.named(since.fact, since.fact.name), Sql("CAST(%s AS timestamptz)", (moment,)))
            for sign, moment in ((">", since.after), ("<=", since.until))
            if moment is not None
        ]
        return sql("(NOT {})", joined(asked, " AND ")) if since.is_not else joined(asked, " AND ")

    def text_test(self, node: AskText) -> Sql:
        text = self.expression(node.text)
        if node.test == TextTest.MATCHES:
            return sql('({} COLLATE "C" ~ {})', text, self.pattern(node.wanted))
        wanted = self.expression(node.wanted)
        match node.test:
            case TextTest.CONTAINS:
                return sql('(strpos({} COLLATE "C", {}) > 0)', text, wanted)
            case TextTest.BEGINS:
                return sql("starts_with({}, {})", text, wanted)
        if isinstance(node.wanted, Literal):
            length = Sql(str(len(str(node.wanted.value))))
            return sql('(right({}, {}) COLLATE "C" = {})', text, length, wanted)
        return sql("starts_with(reverse({}), reverse({}))", text, wanted)

    def pattern(self, wanted: Node) -> Sql:
        if not isinstance(wanted, Literal):
            raise NotTranslatable("a text can be matched with a pattern that stands in the rule", wanted.at)
        try:
            return value(portable(str(wanted.value)), ValueType.TEXT)
        except ValueError as error:
            raise NotTranslatable(str(error), wanted.at) from None

    def within(self, node: Within) -> Sql:
        item, items = self.expression(node.item), self.expression(node.items)
        if node.item.type == ValueType.TEXT:
            item = replace(sql('({} COLLATE "C")', item), is_plain=item.is_plain)
        if isinstance(node.items, ListLiteral):
            return sql_lists.within_constants(item, items, node.items.items)
        if isinstance(node.item, Literal):
            return sql("({} = ANY({}))", item, items)
        if item.is_plain:
            return sql("(CASE WHEN {} IS NOT NULL THEN {} = ANY({}) END)", item, item, items)
        return pair("CASE WHEN p.l IS NOT NULL THEN p.l = ANY(p.r) END", item, items)

    def quantified(self, node: Quantified) -> Sql:
        """Ask each item with ANY or ALL, which join NULL as rules join errors. No items of NULL would be no items."""
        items = self.expression(node.items)
        name = f"i{len(self.items or {})}"
        column = Sql(f"{name}.v", is_plain=True)
        inner = replace(self, items={**(self.items or {}), node.name: column})
        asked = sql(
            f"true = {'ANY' if node.quantor == Quantor.EXISTS else 'ALL'} (SELECT {{}} FROM unnest({{}}) AS {name}(v))",
            inner.expression(node.condition),
            items,
        )
        return sql("(CASE WHEN {} IS NOT NULL THEN {} END)", items, asked)

    def list_test(self, node: ListTest | Mentions | Imitates | PhotoTest) -> Sql:
        match node:
            case ListTest():
                texts = self.tested_texts(node)
                return sql_lists.in_list(texts, self.asked(node), of_many=node.value.type == ValueType.TEXTS)
            case PhotoTest():
                return sql_photos.photo_in_list(self.expression(node.hashes), self.asked(node), node.bits)
            case Imitates():
                return sql_lists.has_words(
                    self.named(node.fact, f"{node.fact.name}{SKELETON}"), skeleton_words(node.word)
                )
        column = self.named(node.fact, f"{node.fact.name}{FOLDED}")
        if node.list_name:
            return sql_lists.mentions_any(column, self.asked(node))
        return sql_lists.has_words(column, folded_words(node.words))

    def tested_texts(self, node: ListTest) -> Sql:
        """Return the text or texts to look for. What is in a list of words is asked of folded texts."""
        if self.asked(node).kind != ListKind.WORDS:
            return self.expression(node.value)
        if isinstance(node.value, FactValue) and node.value.fact.is_searched:
            return self.named(node.value.fact, f"{node.value.fact.name}{FOLDED}")
        raise NotTranslatable("only texts that can be searched can be looked for in a list of words", node.at)

    def asked(self, node: ListTest | Mentions | PhotoTest) -> RuleList:
        if node.list_name not in self.lists:
            raise NotTranslatable(f"there is no list called {node.list_name}", node.at)
        return self.lists[node.list_name]
