"""PURE. What an editor of rules needs while one types: what each piece of the text is, and what could stand next.

The text may be unfinished or wrong; nothing here decides whether it is a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .fact_types import Fact, FactType
from .facts import ASSUMED, FACTS
from .function_calls import FUNCTIONS, METHODS
from .listing_facts import ListKind
from .marking import to_translate as _
from .scanning import Piece, Shape, scan
from .wording import Says, Sentence

MOST = 50
"""How many completions are offered: what a person scrolls through."""


class Kind(StrEnum):
    """What a piece of a rule is."""

    FACT = _("fact")
    KNOWN = _("known")
    """Asks whether a fact is known: `has_price`."""
    FUNCTION = _("function")
    METHOD = _("method")
    ITEM = _("item")
    """The name that a quantor gives the item."""
    LIST = _("list")
    """The name of a list, with its quotation marks."""
    KEYWORD = _("keyword")
    OPERATOR = _("operator")
    NUMBER = _("number")
    STRING = _("string")
    COMMENT = _("comment")
    BRACKET = _("bracket")
    UNKNOWN = _("unknown")
    """A name or sign that means nothing, or a text without its end."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a rule, from `start` up to but without `end`, in code points."""

    start: int
    end: int
    kind: Kind


type Detail = tuple[str | Sentence, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that could stand in place of what is typed from `start` up to the cursor, and what it means.

    `detail` is in English; its parts are translated one by one.
    """

    text: str
    kind: Kind
    detail: Detail
    start: int


type Offer = tuple[str, Kind, Detail]

_KEYWORDS = {"true": _("yes"), "false": _("no"), "in": _("whether a list has a value")}
_OPERATORS = {"&&": _("and"), "||": _("or"), "==": _("is"), "!=": _("is not"), "<": _("is less than"),
              "<=": _("is at most"), ">": _("is more than"), ">=": _("is at least")}  # fmt: skip
_SIMPLE = {
    Shape.COMMENT: Kind.COMMENT,
    Shape.NUMBER: Kind.NUMBER,
    Shape.STRING: Kind.STRING,
    Shape.OPERATOR: Kind.OPERATOR,
    Shape.BRACKET: Kind.BRACKET,
}
_QUANTORS = ("exists", "all")
_TEXT_METHODS = ("contains", "startsWith", "endsWith", "matches", "size")
_LIST_METHODS = ("exists", "all", "size")
_TEXT_FACTS = {"in_list": FactType.TEXT, "any_in_list": FactType.TEXTS, "photo_in_list": FactType.INTS}
_SEARCHING = {"mentions", "mentions_any", "imitates"}


def tokens(text: str) -> list[Token]:
    """Return what each piece of a text is, in order; white space is left out."""
    pieces = scan(text)
    items = _item_names(pieces)
    return [Token(piece.start, piece.end, _kind(pieces, at, items)) for at, piece in enumerate(pieces)]


def completions(text: str, cursor: int, lists: Mapping[str, ListKind]) -> list[Completion]:
    """Return what could stand at the cursor, the likeliest first; names of lists in the quotation marks of one."""
    pieces = [piece for piece in scan(text[:cursor]) if piece.start < cursor]
    last = pieces[-1] if pieces else None
    if last and last.shape == Shape.COMMENT:
        return []
    if last and last.shape in (Shape.UNFINISHED, Shape.STRING) and last.end == cursor:
        return _lists(pieces, last, lists) if last.shape == Shape.UNFINISHED else []
    typed = last.text if last and last.shape == Shape.NAME and last.end == cursor else ""
    before = pieces[:-1] if typed else pieces
    start = cursor - len(typed)
    if before and before[-1].text == ".":
        return _chosen(typed, _methods(before[:-1]), start)
    if not typed and before and _ends_operand(before[-1]):
        return [Completion(sign, Kind.OPERATOR, (detail,), start) for sign, detail in _OPERATORS.items()]
    items: list[Offer] = [(name, Kind.ITEM, (_("the item of the list"),)) for name in _item_names(scan(text))]
    return _chosen(typed, [*items, *_operands(before)], start)


def _kind(pieces: list[Piece], at: int, items: set[str]) -> Kind:
    piece = pieces[at]
    if piece.shape == Shape.STRING and _function_asking(pieces[:at], argument=1) in _ASKING_LISTS:
        return Kind.LIST
    if piece.shape != Shape.NAME:
        return _SIMPLE.get(piece.shape, Kind.UNKNOWN)
    name = piece.text
    if at and pieces[at - 1].text == ".":
        return Kind.METHOD if name in METHODS else Kind.UNKNOWN
    for kind, known in (
        (Kind.ITEM, items),
        (Kind.FACT, FACTS),
        (Kind.KNOWN, ASSUMED),
        (Kind.FUNCTION, FUNCTIONS),
        (Kind.KEYWORD, _KEYWORDS),
    ):
        if name in known:
            return kind
    return Kind.UNKNOWN


_ASKING_LISTS = {name for name, function in FUNCTIONS.items() if function.lists}


def _item_names(pieces: list[Piece]) -> set[str]:
    """Return the names that quantors give their items anywhere in the text."""
    return {
        name.text
        for method, bracket, name in zip(pieces, pieces[1:], pieces[2:], strict=False)
        if method.text in _QUANTORS and bracket.text == "(" and name.shape == Shape.NAME and name.text not in FACTS
    }


def _function_asking(pieces: list[Piece], *, argument: int) -> str:
    """Return the name of the function in whose brackets, after so many commas, what follows the pieces stands."""
    depth = commas = 0
    for at in range(len(pieces) - 1, -1, -1):
        text = pieces[at].text if pieces[at].shape == Shape.BRACKET else ""
        if text in (")", "]", "}"):
            depth += 1
        elif text in ("(", "[", "{"):
            if depth == 0:
                is_call = text == "(" and at > 0 and pieces[at - 1].shape == Shape.NAME
                return pieces[at - 1].text if is_call and commas == argument else ""
            depth -= 1
        elif text == "," and depth == 0:
            commas += 1
    return ""


def _lists(pieces: list[Piece], typed: Piece, lists: Mapping[str, ListKind]) -> list[Completion]:
    """Return the lists that fit the function in whose brackets a text has begun."""
    function = FUNCTIONS.get(_function_asking(pieces[:-1], argument=1))
    if function is None:
        return []
    fitting = [(name, Kind.LIST, (kind.value,)) for name, kind in lists.items() if kind in function.lists]
    return _chosen(typed.text[1:], fitting, typed.start + 1)


def _methods(pieces: list[Piece]) -> list[Offer]:
    """Return the methods of what stands before a dot."""
    fact = FACTS.get(pieces[-1].text) if pieces else None
    if fact is None:
        fitting: Iterable[str] = METHODS
    elif fact.type == FactType.TEXT:
        fitting = _TEXT_METHODS
    else:
        fitting = _LIST_METHODS if fact.type in (FactType.TEXTS, FactType.INTS) else ()
    return [(name, Kind.METHOD, (METHODS[name].meaning,)) for name in fitting]


def _operands(pieces: list[Piece]) -> list[Offer]:
    """Return the facts, functions and words that can begin an operand; in a function's brackets those that it takes."""
    function = _function_asking(pieces, argument=0)
    if function in _SEARCHING:
        return [_of_fact(fact) for fact in FACTS.values() if fact.is_searched]
    if function in _TEXT_FACTS:
        return [_of_fact(fact) for fact in FACTS.values() if fact.type == _TEXT_FACTS[function]]
    whether = Sentence(Says.WHETHER_KNOWN)
    known: list[Offer] = [(name, Kind.KNOWN, (whether, " ", fact.meaning)) for name, fact in ASSUMED.items()]
    functions: list[Offer] = [
        (name, Kind.FUNCTION, (each.signature, ": ", each.meaning)) for name, each in FUNCTIONS.items()
    ]
    keywords: list[Offer] = [(name, Kind.KEYWORD, (detail,)) for name, detail in _KEYWORDS.items()]
    return [*map(_of_fact, FACTS.values()), *functions, *known, *keywords]


def _of_fact(fact: Fact) -> Offer:
    unit: Detail = (" (", fact.unit, ")") if fact.unit else ()
    lacks: Detail = ("; ", Sentence(Says.ASK_BEFORE, {"has": fact.has_name})) if fact.can_lack else ()
    return fact.name, Kind.FACT, (fact.type.value, ": ", fact.meaning, *unit, *lacks)


def _ends_operand(piece: Piece) -> bool:
    """Return whether an operator could follow a piece."""
    if piece.shape == Shape.NAME:
        return piece.text != "in" and piece.text not in FUNCTIONS
    return piece.shape in (Shape.NUMBER, Shape.STRING) or piece.text in (")", "]")


def _chosen(typed: str, offered: Iterable[Offer], start: int) -> list[Completion]:
    """Return what begins with what is typed, then what has a word that does, then what contains it."""
    typed = typed.lower()

    def rank(name: str) -> int:
        name = name.lower()
        if name.startswith(typed):
            return 0
        return 1 if any(word.startswith(typed) for word in name.replace(" ", "_").split("_")) else 2

    fitting = [each for each in offered if typed in each[0].lower()]
    ranked = sorted(fitting, key=lambda each: rank(each[0]))
    return [Completion(name, kind, detail, start) for name, kind, detail in ranked[:MOST]]
