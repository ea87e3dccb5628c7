"""PURE. A checked rule as a tree: what the three engines, the explanation and the checks all read.

Types are settled when a tree is made: both sides of a comparison have the same type, and the whole is a bool. An
engine gives each node a value or *error*. Errors spread, but `false && error` is false and `true || error` is true,
from either side, as in CEL and as with NULL in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .fact_types import Fact


class ValueType(StrEnum):
    """The type of a node."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    TEXT = "string"
    TEXTS = "list<string>"
    INTS = "list<int>"
    DOUBLES = "list<double>"


class Comparison(StrEnum):
    """How two values of one type are compared. Texts by code point; NaN as IEEE 754 says."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


class Sign(StrEnum):
    """What is done with two numbers. Whole numbers have 64 bits: what does not fit is an error, as dividing by 0 is."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"
    MODULO = "%"


class TextTest(StrEnum):
    """What a text is asked; the value is the method's name."""

    CONTAINS = "contains"
    BEGINS = "startsWith"
    ENDS = "endsWith"
    MATCHES = "matches"


class Quantor(StrEnum):
    """Whether one item of a list has to fit, or all."""

    EXISTS = "exists"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Node:
    """Part of a rule; `at` is the offset in the rule's text, in code points, at which its sign or name stands."""

    at: int
    type: ValueType


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value that stands in the rule."""

    value: bool | int | float | str


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """A list of values that stands in the rule."""

    items: tuple[bool | int | float | str, ...]


@dataclass(frozen=True, slots=True)
class FactValue(Node):
    """What a fact is for the listing; an error where it is lacking or failed."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class IsKnown(Node):
    """Whether a fact is known (`has_…`); an error where it failed."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Item(Node):
    """The item at which a quantor looks, by the name that the rule gives it."""

    name: str


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite."""

    operand: Node


@dataclass(frozen=True, slots=True)
class AllOf(Node):
    """Joined by `&&`: two or more, none of which is itself such a joint."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    """Joined by `||`: two or more, none of which is itself such a joint."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`condition ? then : otherwise`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """Two values compared."""

    how: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Calculate(Node):
    """Two numbers, or two texts joined by `+`."""

    how: Sign
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """A number with the other sign."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Within(Node):
    """`item in list`."""

    item: Node
    items: Node


@dataclass(frozen=True, slots=True)
class Size(Node):
    """How many code points a text has, or items a list."""

    operand: Node


@dataclass(frozen=True, slots=True)
class AskText(Node):
    """Whether a text contains, begins with, ends with or matches another; what it has to match is a literal."""

    test: TextTest
    text: Node
    wanted: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`list.exists(name, condition)` and `list.all(name, condition)`."""

    quantor: Quantor
    items: Node
    name: str
    condition: Node


@dataclass(frozen=True, slots=True)
class ListTest(Node):
    """`in_list(text, "list")`, and `any_in_list(texts, "list")` where one item is enough."""

    value: Node
    list_name: str


@dataclass(frozen=True, slots=True)
class Mentions(Node):
    """`mentions(fact, "words")`: the words stand in the text one after the other, whatever their case and accents.

    `mentions_any(fact, "list")` asks for any entry of a list of words, and has `list_name` instead of `words`.
    """

    fact: Fact
    words: str = ""
    list_name: str = ""


@dataclass(frozen=True, slots=True)
class Imitates(Node):
    """`imitates(fact, "word")`: the word stands in the text, also in letters, digits and signs that look like it."""

    fact: Fact
    word: str


@dataclass(frozen=True, slots=True)
class PhotoTest(Node):
    """`photo_in_list(photo_hashes, "list", bits)`: a hash differs in at most `bits` from one in a list of photos."""

    hashes: Node
    list_name: str
    bits: int


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below this one, from left to right."""
    match node:
        case Not() | Negative() | Size():
            return (node.operand,)
        case AllOf() | AnyOf():
            return node.operands
        case Choice():
            return (node.condition, node.then, node.otherwise)
        case Compare() | Calculate():
            return (node.left, node.right)
        case Within():
            return (node.item, node.items)
        case AskText():
            return (node.text, node.wanted)
        case Quantified():
            return (node.items, node.condition)
        case ListTest():
            return (node.value,)
        case PhotoTest():
            return (node.hashes,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def is_dear(node: Node) -> bool:
    """Return whether a node asks texts or lists, which takes long for each listing."""
    return any(
        isinstance(part, AskText | ListTest | Mentions | Imitates | PhotoTest | Quantified | Within)
        or part.type in (ValueType.TEXT, ValueType.TEXTS)
        for part in walk(node)
    )


def cheap_first(operands: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return what `&&` or `||` joins with the dear ones last; in which order they are asked changes nothing."""
    return tuple(sorted(operands, key=is_dear))


def facts_of(node: Node) -> tuple[Fact, ...]:
    """Return the facts that a rule asks, each once, in the order of the rule."""
    found = {
        part.fact.name: part.fact for part in walk(node) if isinstance(part, FactValue | IsKnown | Mentions | Imitates)
    }
    return tuple(found.values())


def lists_of(node: Node) -> tuple[str, ...]:
    """Return the names of the lists that a rule asks, each once."""
    found = (getattr(part, "list_name", "") for part in walk(node) if isinstance(part, ListTest | Mentions | PhotoTest))
    return tuple(dict.fromkeys(name for name in found if name))
