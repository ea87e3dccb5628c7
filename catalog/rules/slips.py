"""PURE. Slips that people make by habit from other languages and from writing prose, found among a text's pieces.

They are looked for only when CEL has refused a text, so they say better what is wrong and never what is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .problems import Problem, problem_at
from .scanning import Piece, Shape, scan
from .wording import Says

_WORDS = {"and": "&&", "or": "||", "not": "!", "xor": "!=", "is": "==", "equals": "=="}
_LETTERS = {"true": "true", "false": "false", "in": "in"}
_NULLS = {"null", "none", "nil", "undefined", "na"}
_IFS = {"if", "then", "else", "when"}
_SIGNS = {"=": "==", "===": "==", "!==": "!=", "<>": "!=", "=>": ">=", "=<": "<=", "&": "&&", "|": "||", "≤": "<=",
          "≥": ">=", "≠": "!=", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "∧": "&&", "∨": "||", "¬": "!",
          "∈": "in"}  # fmt: skip
_QUOTES = "“”„‟‘’‚«»‹›`´"
# A text that is not raw, in which a backslash stands before what it cannot: the language's string escapes are others.
_BAD_ESCAPE = re.compile(r"^(?![rR])(?:[^\\]|\\[abfnrtvxXuU0-3\\?\"'`])*?\\[^abfnrtvxXuU0-3\\?\"'`]", re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def slips(text: str) -> list[Problem]:
    """Return the slips in a text, in its order."""
    pieces = scan(text)
    found = [problem for at, piece in enumerate(pieces) for problem in _of_piece(text, pieces, at, piece)]
    found += [*_in_quotes(text, pieces), *_in_brackets(text, pieces), *_in_numbers(text, pieces)]
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def _of_piece(text: str, pieces: list[Piece], at: int, piece: Piece) -> Iterator[Problem]:
    if piece.shape == Shape.OTHER and piece.text in _SIGNS:
        yield _problem(text, piece, Says.WRONG_SIGN, Says.WRITE, name=piece.text, right=_SIGNS[piece.text])
    elif piece.text in (";", "#"):
        yield _problem(text, piece, Says.SIGN_WITHOUT_USE, Says.WRITE_COMMENT, name=piece.text)
    elif piece.shape == Shape.UNFINISHED:
        mark = piece.text.lstrip("rRbB")[0]
        yield _problem(text, piece, Says.TEXT_WITHOUT_END, Says.ADD_AT_END, right=mark)
    elif piece.shape == Shape.STRING and _BAD_ESCAPE.search(piece.text):
        yield _problem(text, piece, Says.BAD_ESCAPE, Says.WRITE_RAW)
    elif piece.shape == Shape.NAME and not (at and pieces[at - 1].text == "."):
        yield from _of_word(text, piece)


def _of_word(text: str, piece: Piece) -> Iterator[Problem]:
    word = piece.text.lower()
    if word in _WORDS:
        yield _problem(text, piece, Says.WRONG_SIGN, Says.WRITE, name=piece.text, right=_WORDS[word])
    elif word in _LETTERS and piece.text != word:
        yield _problem(text, piece, Says.WRONG_SIGN, Says.WRITE, name=piece.text, right=word)
    elif word in _NULLS:
        yield _problem(text, piece, Says.NO_NULL, Says.ASK_HAS)
    elif word in _IFS:
        yield _problem(text, piece, Says.NO_IF, Says.WRITE_CHOICE, name=piece.text)
    elif word in {"like", "ilike"}:
        yield _problem(text, piece, Says.NO_LIKE, Says.ASK_CONTAINS, name=piece.text)


def _in_quotes(text: str, pieces: list[Piece]) -> Iterator[Problem]:
    """Yield one problem for each pair of quotation marks that are not straight."""
    marks = [piece for piece in pieces if piece.shape == Shape.OTHER and piece.text in _QUOTES]
    for opening, closing in zip(marks[::2], [*marks[1::2], None], strict=False):
        length = (closing.end if closing else opening.end) - opening.start
        yield problem_at(text, opening.start, length, Says.CURLY_QUOTES, Says.STRAIGHT_QUOTES)


def _in_brackets(text: str, pieces: list[Piece]) -> Iterator[Problem]:
    """Yield brackets that are never closed, and closing ones for which none is open."""
    opened: list[Piece] = []
    for piece in pieces:
        if piece.text in _CLOSING:
            opened.append(piece)
        elif piece.text in _CLOSING.values():
            if not opened or _CLOSING[opened[-1].text] != piece.text:
                yield _problem(text, piece, Says.NOTHING_TO_CLOSE, name=piece.text)
                return
            opened.pop()
    for piece in opened:
        yield _problem(text, piece, Says.NEVER_CLOSED, Says.ADD_AT_END, name=piece.text, right=_CLOSING[piece.text])


def _in_numbers(text: str, pieces: list[Piece]) -> Iterator[Problem]:
    """Yield numbers with a decimal comma, a per cent sign or a unit."""
    opened: list[bool] = []
    for at, piece in enumerate(pieces):
        before, after = pieces[at - 1] if at else None, pieces[at + 1] if at + 1 < len(pieces) else None
        if piece.text in ("(", "["):
            opened.append(piece.text == "[" or (before is not None and before.shape == Shape.NAME))
        elif piece.text in (")", "]") and opened:
            opened.pop()
        if piece.shape != Shape.NUMBER or after is None:
            continue
        further = pieces[at + 2] if at + 2 < len(pieces) else None
        if after.text == "," and further and further.shape == Shape.NUMBER and not (opened and opened[-1]):
            comma = Piece(Shape.NUMBER, piece.start, further.end, text[piece.start : further.end])
            yield _problem(text, comma, Says.DECIMAL_COMMA, Says.WRITE, right=f"{piece.text}.{further.text}")
        elif after.text == "%" and (further is None or further.text in (")", "&&", "||")):
            yield _problem(text, after, Says.NO_PERCENT, Says.WRITE_SHARE)
        elif (after.shape == Shape.NAME and after.text.lower() not in {"in", *_WORDS, *_IFS}) or after.text in "€$£¥":
            yield _problem(text, after, Says.NO_UNIT, Says.LEAVE_OUT, name=after.text)


def _problem(text: str, piece: Piece, says: Says, hint: Says | None = None, **values: str) -> Problem:
    return problem_at(text, piece.start, piece.end - piece.start, says, hint, **values)
