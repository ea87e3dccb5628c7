"""PURE. A rule's text cut into words and signs, however unfinished: for highlighting, completing and finding slips.

This is not the parser. CEL's own decides what a rule means; here nothing is ever refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What a piece of a rule's text looks like."""

    COMMENT = "comment"
    STRING = "string"
    UNFINISHED = "unfinished"
    """A text whose closing quotation mark is missing."""
    NUMBER = "number"
    NAME = "name"
    OPERATOR = "operator"
    BRACKET = "bracket"
    """Brackets, commas and dots."""
    OTHER = "other"
    """What the language has no use for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a rule's text, from `start` up to but without `end`, in code points."""

    shape: Shape
    start: int
    end: int
    text: str


# Longer signs first. The signs under "other" are those that people write by habit; see `slips`.
_PIECE = re.compile(
    r"""
      (?P<comment>    //[^\n]*)
    | (?P<string>     [rR][bB]?"[^"\n]*" | [rR][bB]?'[^'\n]*'
                    | [bB]?\"\"\"(?:[^\\]|\\.)*?\"\"\" | [bB]?'''(?:[^\\]|\\.)*?'''
                    | [bB]?"(?:[^"\\\n]|\\.)*" | [bB]?'(?:[^'\\\n]|\\.)*')
    | (?P<unfinished> [rRbB]{0,2}["'][^\n]*)
    | (?P<number>     0x[0-9a-fA-F]+[uU]? | (?:[0-9]+\.[0-9]+|\.[0-9]+|[0-9]+)(?:[eE][+-]?[0-9]+)?[uU]?)
    | (?P<name>       [A-Za-z_][A-Za-z0-9_]*)
    | (?P<slip>       === | !== | <> | => | =< | =(?!=))
    | (?P<operator>   && | \|\| | == | != | <= | >= | [-<>!+*/%?:])
    | (?P<bracket>    [()\[\]{},.])
    | (?P<other>      \S)
    """,
    re.VERBOSE | re.DOTALL,
)


def scan(text: str) -> list[Piece]:
    """Return the pieces of a rule's text, in order and without the white space between them."""
    return [
        Piece(Shape(match.lastgroup) if match.lastgroup in _SHAPES else Shape.OTHER, *match.span(), match.group())
        for match in _PIECE.finditer(text)
    ]


_SHAPES = frozenset(Shape)


def name_before(text: str, at: int) -> int:
    """Return where the name begins that stands before a bracket at `at`; `at` itself where no name stands there."""
    end = len(text[:at].rstrip())
    match = re.search(r"[A-Za-z_][A-Za-z0-9_]*$", text[:end])
    return match.start() if match else at
