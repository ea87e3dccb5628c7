"""Random well-typed trees of rules, the lists that they ask, and rules made of trees without the guards' say."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from catalog.rules.facts import FACTS
from catalog.rules.forms import folded_words
from catalog.rules.language import Rule
from catalog.rules.listing_facts import ListKind, RuleList
from catalog.rules.runtime import Expression
from catalog.rules.tree import (
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
    Sign,
    Size,
    TextTest,
    ValueType,
    Within,
    facts_of,
    lists_of,
)
from catalog.rules.unparsing import unparse

BOOL, INT, DOUBLE, TEXT, TEXTS, INTS, DOUBLES = ValueType
ITEM_TYPES = {TEXTS: TEXT, INTS: INT, DOUBLES: DOUBLE}

FACTS_OF = {
    BOOL: ["seller_is_verified", "brand_is_protected"],
    INT: ["photo_count", "seller_orders", "listing_age_days", "seller_age_days"],
    DOUBLE: ["price", "seller_refund_rate", "photo_likeness"],
    TEXT: ["title", "sku", "brand", "seller_country", "photo_text"],
    TEXTS: ["markets", "photo_text_brands"],
    INTS: ["photo_hashes"],
    DOUBLES: [],
}
SEARCHED = ["title", "brand", "photo_text"]
CAN_LACK = ["price", "seller_country", "photo_text", "photo_text_brands", "photo_likeness"]

_WORDS = ["toy", "watch", "toy watch", "Año nuevo", "a", "😀 x", "nike air max"]
LISTS = {
    each.name: each
    for each in (
        RuleList("watched", ListKind.SELLERS, frozenset({"DE", "a", "toy watch"})),
        RuleList("many", ListKind.BRANDS, frozenset({*string.ascii_letters, "toy", "é", "😀"})),
        RuleList("nobody", ListKind.SELLERS, frozenset()),
        RuleList("words", ListKind.WORDS, frozenset(map(folded_words, _WORDS)) - {""}),
        RuleList("many words", ListKind.WORDS, frozenset(map(folded_words, [*_WORDS, *string.ascii_lowercase]))),
        RuleList("no words", ListKind.WORDS, frozenset()),
        RuleList("photos", ListKind.PHOTOS, frozenset({0, -1, 2**63 - 1, 0x0F0F})),
        RuleList("no photos", ListKind.PHOTOS, frozenset()),
    )
}
_TEXT_LISTS, _WORD_LISTS = ["watched", "many", "nobody"], ["words", "many words", "no words"]
PATTERNS = ["a", "^a", "a$", "^$", r"\bt", "(?i)TOY", "[^a-z]", "é|😀", r"\d+", "a.b", "(a+)+$", "t.?y w", r"^\w{2}$"]

ints = st.one_of(st.integers(-3, 8), st.sampled_from([-(2**63), 2**63 - 1, 2**62, 10**6, -(2**31), 3037000500]))
doubles = st.one_of(
    st.sampled_from([0.0, -0.0, 0.5, 1.0, 40.0, -2.5, 1e308, -1e308, 5e-324, 1e-200, 1e200, 0.1]),
    st.floats(allow_nan=False, allow_infinity=False),
)
texts = st.one_of(
    st.sampled_from(["", "a", "toy", "toy watch", "DE", "é", "😀", "%", "%s", "'", "\\", "a_b", "{}", "\n", "ﬁ"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4),
)
VALUES = {BOOL: st.booleans(), INT: ints, DOUBLE: doubles, TEXT: texts}

type Items = tuple[tuple[str, ValueType], ...]


def rule_of(tree: Node) -> Rule:
    """Return a rule for the engines, though its author may have been told to ask `has_…` first."""
    text = unparse(tree)
    return Rule(text, tree, facts_of(tree), lists_of(tree), Expression(text))


def rule_trees(depth: int = 4) -> st.SearchStrategy[Node]:
    return nodes(BOOL, depth, ())


@st.composite
def nodes(draw: st.DrawFn, kind: ValueType, depth: int, items: Items) -> Node:
    """A node of a type; `items` are the items of quantors around it."""
    if kind in ITEM_TYPES:
        return draw(lists(kind))
    if depth <= 0 or draw(st.integers(0, 5)) == 0:
        return draw(leaves(kind, items))
    made = {BOOL: bools, INT: numbers, DOUBLE: numbers, TEXT: longer_texts}[kind]
    if draw(st.integers(0, 9)) == 0:
        condition = draw(nodes(BOOL, depth - 2, items))
        return Choice(0, kind, condition, *(draw(nodes(kind, depth - 1, items)) for _ in range(2)))
    return draw(made(kind, depth - 1, items))


@st.composite
def leaves(draw: st.DrawFn, kind: ValueType, items: Items) -> Node:
    fitting = [Item(0, kind, name) for name, item_type in items if item_type == kind]
    if fitting and draw(st.booleans()):
        return draw(st.sampled_from(fitting))
    if draw(st.integers(0, 2)) == 0:
        return Literal(0, kind, draw(VALUES[kind]))
    if kind == BOOL and draw(st.booleans()):
        return IsKnown(0, BOOL, FACTS[draw(st.sampled_from(CAN_LACK))])
    return FactValue(0, kind, FACTS[draw(st.sampled_from(FACTS_OF[kind]))])


@st.composite
def lists(draw: st.DrawFn, kind: ValueType) -> Node:
    if FACTS_OF[kind] and draw(st.booleans()):
        return FactValue(0, kind, FACTS[draw(st.sampled_from(FACTS_OF[kind]))])
    return ListLiteral(0, kind, tuple(draw(st.lists(VALUES[ITEM_TYPES[kind]], min_size=1, max_size=12))))


@st.composite
def numbers(draw: st.DrawFn, kind: ValueType, depth: int, items: Items) -> Node:
    choice = draw(st.integers(0, 5))
    if choice == 0:
        return Negative(0, kind, draw(nodes(kind, depth, items)))
    if choice == 1 and kind == INT:
        return Size(0, INT, draw(nodes(draw(st.sampled_from([TEXT, TEXTS, INTS])), depth, items)))
    how = draw(st.sampled_from(list(Sign) if kind == INT else list(Sign)[:4]))
    return Calculate(0, kind, how, draw(nodes(kind, depth, items)), draw(nodes(kind, depth, items)))


@st.composite
def longer_texts(draw: st.DrawFn, kind: ValueType, depth: int, items: Items) -> Node:
    return Calculate(0, kind, Sign.PLUS, draw(nodes(TEXT, depth, items)), draw(nodes(TEXT, depth - 1, items)))


@st.composite
def bools(draw: st.DrawFn, kind: ValueType, depth: int, items: Items) -> Node:
    made = draw(
        st.sampled_from([joints, joints, comparisons, comparisons, memberships, questions, quantors, asked_lists])
    )
    return draw(made(depth, items))


@st.composite
def joints(draw: st.DrawFn, depth: int, items: Items) -> Node:
    kind = draw(st.sampled_from([AllOf, AnyOf, Not]))
    if kind is Not:
        return Not(0, BOOL, draw(nodes(BOOL, depth, items)))
    operands = [draw(nodes(BOOL, depth, items)) for _ in range(draw(st.integers(2, 3)))]
    flat = [part for operand in operands for part in (operand.operands if isinstance(operand, kind) else [operand])]
    return kind(0, BOOL, tuple(flat))


@st.composite
def comparisons(draw: st.DrawFn, depth: int, items: Items) -> Node:
    kind = draw(st.sampled_from([BOOL, INT, INT, DOUBLE, DOUBLE, TEXT]))
    how = draw(st.sampled_from(list(Comparison)[:2] if kind == BOOL else list(Comparison)))
    return Compare(0, BOOL, how, draw(nodes(kind, depth, items)), draw(nodes(kind, depth, items)))


@st.composite
def memberships(draw: st.DrawFn, depth: int, items: Items) -> Node:
    kind = draw(st.sampled_from([TEXTS, INTS, DOUBLES]))
    return Within(0, BOOL, draw(nodes(ITEM_TYPES[kind], depth, items)), draw(lists(kind)))


@st.composite
def questions(draw: st.DrawFn, depth: int, items: Items) -> Node:
    test = draw(st.sampled_from(list(TextTest)))
    asked = draw(nodes(TEXT, depth, items))
    if test == TextTest.MATCHES:
        return AskText(0, BOOL, test, asked, Literal(0, TEXT, draw(st.sampled_from(PATTERNS))))
    return AskText(0, BOOL, test, asked, draw(nodes(TEXT, depth - 2, items)))


@st.composite
def quantors(draw: st.DrawFn, depth: int, items: Items) -> Node:
    if len(items) == 2:
        return draw(comparisons(depth, items))
    kind, name = draw(st.sampled_from([TEXTS, INTS, DOUBLES])), "xy"[len(items)]
    condition = draw(nodes(BOOL, depth, (*items, (name, ITEM_TYPES[kind]))))
    return Quantified(0, BOOL, draw(st.sampled_from(list(Quantor))), draw(lists(kind)), name, condition)


@st.composite
def asked_lists(draw: st.DrawFn, depth: int, items: Items) -> Node:
    searched = FACTS[draw(st.sampled_from(SEARCHED))]
    words = draw(texts.filter(folded_words))
    return draw(
        st.sampled_from(
            [
                ListTest(0, BOOL, draw(nodes(TEXT, depth, items)), draw(st.sampled_from(_TEXT_LISTS))),
                ListTest(0, BOOL, FactValue(0, TEXT, searched), draw(st.sampled_from(_WORD_LISTS))),
                ListTest(0, BOOL, FactValue(0, TEXTS, FACTS["markets"]), draw(st.sampled_from(_TEXT_LISTS))),
                Mentions(0, BOOL, searched, words=words),
                Mentions(0, BOOL, searched, list_name=draw(st.sampled_from(_WORD_LISTS))),
                Imitates(0, BOOL, searched, words),
                PhotoTest(0, BOOL, FactValue(0, INTS, FACTS["photo_hashes"]), "photos", draw(st.integers(0, 16))),
                PhotoTest(0, BOOL, FactValue(0, INTS, FACTS["photo_hashes"]), "no photos", 4),
            ]
        )
    )
