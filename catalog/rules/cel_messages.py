"""PURE. CEL's messages, said so that people who write rules know what to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from .fact_types import HAS
from .facts import ASSUMED, FACTS
from .function_calls import FUNCTIONS, METHODS
from .near import nearest
from .problems import Problem, offset_of, problem_at
from .scanning import Piece, Shape, name_before, scan
from .slips import slips
from .wording import Phrase, Says, Sentence

_MESSAGE = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?=\n \||\nERROR: <input>:|\s\[[A-Z_]+\]$|$)", re.DOTALL)
_KINDS = {
    "int": Phrase.WHOLE_NUMBER,
    "double": Phrase.DECIMAL_NUMBER,
    "string": Phrase.TEXT,
    "bool": Phrase.YES_OR_NO,
    "null_type": Phrase.NULL,
}
_TOO_DEEP = ("recursion limit exceeded", "max recursion depth")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where CEL says something: the text, the offset, and the piece that stands there."""

    text: str
    at: int

    @property
    def pieces(self) -> list[Piece]:
        return scan(self.text)

    def piece(self, offset: int = 0) -> Piece:
        """Return the piece at the place, or so many after it; an empty one where there is none."""
        pieces = self.pieces
        index = next((i for i, piece in enumerate(pieces) if piece.end > self.at), len(pieces)) + offset
        return pieces[index] if 0 <= index < len(pieces) else Piece(Shape.OTHER, len(self.text), len(self.text), "")

    def problem(self, says: Says, hint: Says | None = None, *, at: Piece | None = None, **values: str) -> Problem:
        """Return a problem at the place or at another piece."""
        piece = at or self.piece()
        start, length = (piece.start, piece.end - piece.start) if at else (self.at, piece.end - self.at)
        return problem_at(self.text, start, length, says, hint, **values)


def explained(text: str, message: str, lists: Collection[str] = ()) -> list[Problem]:
    """Return what is wrong with a text for which CEL gave this message; at least one problem.

    `lists` are the names of lists, for those who write one where a fact should stand.
    """
    if any(sign in message for sign in _TOO_DEEP):
        return [_Place(text, 0).problem(Says.TOO_DEEP, Says.LESS_DEEP)]
    said = [
        (_Place(text, offset_of(text, int(line), int(column))), what.strip())
        for line, column, what in _MESSAGE.findall(message)
        if int(line) > 0 and "*error*" not in what
    ]
    if any(_is_syntax(what) for _, what in said):
        return slips(text) or [_syntax(*next(each for each in said if _is_syntax(each[1])))]
    misspelt = _items_of_misspelt(said)
    problems = [problem for place, what in said if what not in misspelt for problem in _semantic(place, what)]
    problems = [_with_list(problem, lists) for problem in problems]
    return problems or [_Place(text, 0).problem(Says.AS_CEL_SAYS, message=message.splitlines()[0])]


def _items_of_misspelt(said: list[tuple[_Place, str]]) -> set[str]:
    """Return what CEL says of the items of quantors whose name is misspelt: it follows from the name alone."""
    found = set()
    for place, what in said:
        if what.startswith("undeclared reference") and place.piece().text == "(" and place.piece(-2).text == ".":
            item = place.piece(1)
            if item.shape == Shape.NAME and item.text not in FACTS and place.piece(2).text == ",":
                found.add(f"undeclared reference to '{item.text}' (in container '')")
    return found


def _with_list(problem: Problem, lists: Collection[str]) -> Problem:
    """Say how a list is asked, where its name stands like a fact."""
    name = problem.what.values.get("name", "")
    if problem.what.says != Says.NO_SUCH_FACT or name not in lists:
        return problem
    return replace(problem, what=Sentence(Says.LIST_AS_FACT, {"name": name}),
                   hint=Sentence(Says.SIGNATURE, {"signature": f'in_list(seller, "{name}")'}))  # fmt: skip


def _is_syntax(what: str) -> bool:
    return what.startswith(("Syntax error", "reserved identifier"))


def _syntax(place: _Place, what: str) -> Problem:
    if "'<EOF>'" in what:
        return place.problem(Says.ENDS_IN_THE_MIDDLE)
    if "expecting <EOF>" in what:
        return place.problem(Says.GOES_ON, Says.JOIN, name=place.piece().text)
    if what.startswith("reserved identifier"):
        return place.problem(Says.RESERVED, name=place.piece().text)
    if "token recognition error" in what:
        return place.problem(Says.SIGN_WITHOUT_USE, Says.LETTERS_IN_QUOTES, name=place.text[place.at : place.at + 1])
    return place.problem(Says.CANNOT_STAND_HERE, name=place.piece().text)


def _semantic(place: _Place, what: str) -> list[Problem]:
    for pattern, say in _SAYINGS:
        if match := re.match(pattern, what, re.DOTALL):
            return say(place, *match.groups())
    return [place.problem(Says.AS_CEL_SAYS, message=what)]


def _undeclared(place: _Place, name: str) -> list[Problem]:
    if found := [slip for slip in slips(place.text) if offset_of(place.text, slip.line, slip.column) == place.at]:
        return found
    if place.text[place.at : place.at + 1] == "(":
        return [_unknown_call(place, name)]
    if place.text[place.at : place.at + 1] == ".":
        first = name.split(".")[0]
        chain = re.search(r"[\w.\s]*$", place.text[: place.at])
        start = place.text.find(first, chain.start() if chain else 0)
        return _undeclared(_Place(place.text, start), first)
    if name in FUNCTIONS or name in METHODS:
        signature = (FUNCTIONS.get(name) or METHODS[name]).signature
        return [place.problem(Says.FUNCTION_WITHOUT_BRACKETS, Says.SIGNATURE, name=name, signature=signature)]
    if name.startswith(HAS) and name.removeprefix(HAS) in FACTS:
        return [place.problem(Says.ALWAYS_KNOWN, Says.LEAVE_OUT, fact=name.removeprefix(HAS), name=name)]
    near = nearest(name, [*FACTS, *ASSUMED])
    return [place.problem(Says.NO_SUCH_FACT, Says.DID_YOU_MEAN if near else None, name=name, near=f"`{near}`")]


def _unknown_call(place: _Place, name: str) -> Problem:
    start = name_before(place.text, place.at)
    at = Piece(Shape.NAME, start, place.at, name)
    is_method = place.text[:start].rstrip().endswith(".")
    known, others = (METHODS, FUNCTIONS) if is_method else (FUNCTIONS, METHODS)
    if name in known:
        return place.problem(Says.WRONG_VALUES, Says.SIGNATURE, at=at, name=name, signature=known[name].signature)
    if name in others:
        says = Says.FUNCTION_AS_METHOD if is_method else Says.METHOD_AS_FUNCTION
        return place.problem(says, Says.SIGNATURE, at=at, name=name, signature=others[name].signature)
    if name in FACTS or name in ASSUMED:
        return place.problem(Says.FACT_AS_FUNCTION, at=at, name=name)
    near = nearest(name, [*known, *others])
    says = Says.NO_SUCH_METHOD if is_method else Says.NO_SUCH_FUNCTION
    return place.problem(says, Says.DID_YOU_MEAN if near else Says.THERE_ARE, at=at, name=name, near=f"`{near}`",
                         there=", ".join(known))  # fmt: skip


def _no_overload(place: _Place, function: str, types: str) -> list[Problem]:
    kinds = _split(types)
    if "null_type" in kinds:
        return [_compared_with_null(place)]
    sign = function.strip("_@").replace("_", "")
    if function in _NEEDS_BOOL:
        wrong = next((kind for kind in kinds if kind != "bool"), "bool")
        return [place.problem(Says.JOINS_QUESTIONS, sign=sign, kind=_kind(wrong))]
    if set(kinds) == {"int", "double"} and len(kinds) == 2:
        return [_mixed_numbers(place, sign, kinds)]
    if function == "@in":
        return [place.problem(Says.IN_ASKS_LISTS, Says.ASK_CONTAINS if kinds == ["string", "string"] else None)]
    if function == "_?_:_":
        return [place.problem(Says.CHOICE_OF_ONE_KIND, left=_kind(kinds[1]), right=_kind(kinds[-1]))]
    if function == "_[_]":
        return [place.problem(Says.NO_INDEX)]
    if table := next((table for table in (FUNCTIONS, METHODS) if function in table), None):
        start = name_before(place.text, place.at)
        at = Piece(Shape.NAME, start, place.at, function)
        return [place.problem(Says.WRONG_VALUES, Says.SIGNATURE, at=at, name=function,
                              signature=table[function].signature)]  # fmt: skip
    if len(kinds) == 2:
        return [place.problem(Says.CANNOT_MEET, sign=sign, left=_kind(kinds[0]), right=_kind(kinds[1]))]
    return [place.problem(Says.CANNOT_APPLY, sign=sign, kind=_kind(kinds[0]))]


_NEEDS_BOOL = {"_&&_", "_||_", "!_"}


def _compared_with_null(place: _Place) -> Problem:
    """Say how to ask whether the fact beside the sign is known."""
    names = [piece.text for piece in (place.piece(-1), place.piece(1))]
    fact = next((FACTS[name] for name in names if name in FACTS), None)
    if fact is None:
        return place.problem(Says.NO_NULL, Says.ASK_HAS)
    if not fact.can_lack:
        return place.problem(Says.ALWAYS_KNOWN, fact=fact.name)
    has = fact.has_name if place.piece().text == "!=" else f"!{fact.has_name}"
    return place.problem(Says.NO_NULL, Says.WRITE, right=has)


def _mixed_numbers(place: _Place, sign: str, kinds: list[str]) -> Problem:
    """Say which number to write otherwise, if it stands beside the sign."""
    left, right = place.piece(-1), place.piece(1)
    if right.text == "-":
        right = place.piece(2)
    for piece, kind, other in ((right, kinds[1], left), (left, kinds[0], right)):
        if piece.shape != Shape.NUMBER:
            continue
        of = f"`{other.text}`" if other.shape == Shape.NAME else Phrase.COUNTERPART
        if kind == "int":
            return place.problem(Says.NEEDS_DECIMALS, Says.WRITE_INSTEAD, at=piece, of=of, right=f"{piece.text}.0",
                                 wrong=piece.text)  # fmt: skip
        whole = float(piece.text)
        hint = Says.WRITE_INSTEAD if whole.is_integer() else None
        return place.problem(Says.NEEDS_WHOLE, hint, at=piece, of=of, right=f"{whole:.0f}", wrong=piece.text)
    return place.problem(Says.CANNOT_MEET, Says.NUMBERS_OF_ONE_KIND, sign=sign, left=_kind(kinds[0]),
                         right=_kind(kinds[1]))  # fmt: skip


def _no_range(place: _Place, kind: str) -> list[Problem]:
    return [place.problem(Says.QUANTOR_ASKS_LISTS, kind=_kind(kind))]


def _no_select(place: _Place, _: str) -> list[Problem]:
    field = place.piece(1)
    if place.piece().text == "(":
        return [place.problem(Says.NO_HAS, Says.ASK_HAS, at=place.piece(-1))]
    near = nearest(field.text, METHODS)
    hint = Says.DID_YOU_MEAN if near else None
    return [place.problem(Says.NO_PARTS, hint, at=field, near=f"`{METHODS[near].signature}`" if near else "")]


def _split(types: str) -> list[str]:
    """Return the types between the commas that are not inside brackets."""
    return [kind.strip() for kind in re.split(r",(?![^()]*\))", types)]


def _kind(name: str) -> Phrase:
    return _KINDS.get(name, Phrase.LIST if name.startswith("list") else Phrase.OTHER)


_SAYINGS: tuple[tuple[str, Callable[..., list[Problem]]], ...] = (
    (r"undeclared reference to '(.*?)'", _undeclared),
    (r"found no matching overload for '(.*?)' applied to '(?:.*?\.)?\((.*)\)'", _no_overload),
    (r"expression of type '(.*?)' cannot be the range", _no_range),
    (r"expression of type '(.*?)' cannot be the operand of a select", _no_select),
    (r"invalid (?:int|uint) literal", lambda place: [place.problem(Says.NUMBER_TOO_LARGE, Says.LARGEST_INT)]),
    (r"Invalid string literal", lambda place: [place.problem(Says.BAD_ESCAPE, Says.WRITE_RAW)]),
    (r"has\(\) argument", lambda place: [place.problem(Says.NO_HAS, Says.ASK_HAS)]),
    (
        r"\w+\(\) variable name",
        lambda place: [place.problem(Says.ITEM_IS_NAME, Says.SIGNATURE, signature=METHODS["exists"].signature)],
    ),
)
